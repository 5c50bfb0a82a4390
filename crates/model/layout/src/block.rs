//! A piece of a picture that is finished inside: it is only ever moved as a whole.

use crate::Point;
use crate::part::Part;

/// Room between the boxes of nodes that are not linked, px.
pub(crate) const BLOCK_GAP: f32 = 14.0;

/// Placed nodes and the way points of the edges among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// Width, px; the left border is 0.
    pub(crate) width: f32,
    /// Height, px; the top border is 0.
    pub(crate) height: f32,
    /// Request id and centre of each node.
    pub(crate) spots: Vec<(usize, Point)>,
    /// Proposed ways of some edges.
    pub(crate) chains: Vec<Chain>,
}

/// A way through room that the layers kept free.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Request id of the client.
    pub(crate) from: usize,
    /// Request id of the server.
    pub(crate) to: usize,
    /// From client to server, both left out.
    pub(crate) points: Vec<Point>,
}

impl Block {
    /// Takes another block in, its top left corner at `at`.
    pub(crate) fn absorb(&mut self, other: Self, at: Point) {
        self.width = self.width.max(at.0 + other.width);
        self.height = self.height.max(at.1 + other.height);
        let moved = |(x, y): Point| (x + at.0, y + at.1);
        self.spots.extend(other.spots.into_iter().map(|(id, spot)| (id, moved(spot))));
        self.chains.extend(other.chains.into_iter().map(|mut chain| {
            chain.points.iter_mut().for_each(|point| *point = moved(*point));
            chain
        }));
    }

    /// Nodes side by side in rows of `columns`, in their order; rows are as high as needed.
    pub(crate) fn grid(part: &Part, columns: usize) -> Self {
        let columns = columns.max(1);
        let cell = part.sizes.iter().map(|size| size.0).fold(0.0, f32::max) + BLOCK_GAP;
        let mut block = Self { width: cell * columns.min(part.len()) as f32, ..Self::default() };
        let rows = part.ids.chunks(columns).zip(part.sizes.chunks(columns));
        for (ids, sizes) in rows {
            let height = sizes.iter().map(|size| size.1).fold(0.0, f32::max) + BLOCK_GAP;
            for (column, (id, size)) in ids.iter().zip(sizes).enumerate() {
                let x = (column as f32 + 0.5) * cell;
                // Glyphs of one row line up at their tops, whatever the labels below them need.
                let y = block.height + (BLOCK_GAP + size.1) / 2.0;
                block.spots.push((*id, (x, y)));
            }
            block.height += height;
        }
        block
    }
}

/// How many columns make a grid of these nodes come nearest to `aspect`.
pub(crate) fn grid_columns(part: &Part, aspect: f32) -> usize {
    let sum = |side: fn(&Point) -> f32| part.sizes.iter().map(side).sum::<f32>();
    let count = part.len().max(1) as f32;
    let (width, height) = (sum(|size| size.0) / count, sum(|size| size.1) / count);
    let columns = (count * aspect * (height + BLOCK_GAP) / (width + BLOCK_GAP)).sqrt();
    (columns.ceil() as usize).clamp(1, part.len().max(1))
}

/// How many columns make a grid as wide, and one as high, as what it will lie beside.
pub(crate) fn grid_columns_beside(part: &Part, extent: Point) -> [usize; 2] {
    let largest = |side: fn(&Point) -> f32| part.sizes.iter().map(side).fold(0.0, f32::max);
    let (width, height) = (largest(|size| size.0), largest(|size| size.1));
    let as_wide = (extent.0 / (width + BLOCK_GAP)).floor().max(1.0) as usize;
    let rows = (extent.1 / (height + BLOCK_GAP)).floor().max(1.0) as usize;
    [as_wide.min(part.len().max(1)), part.len().div_ceil(rows).max(1)]
}
