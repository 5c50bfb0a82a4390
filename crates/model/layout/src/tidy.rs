//! Lays out everything anew: areas, inside them components, inside them layers.
//!
//! An area is a cluster, a connected component of nodes without a cluster, or the block of nodes
//! without any edge. Areas are packed to the window; what is left of its aspect goes into the gaps,
//! because moving centres apart can never make boxes overlap. Pinned nodes are put back last and
//! what lies under them makes room.

use crate::block::{self, BLOCK_GAP, Block, Chain};
use crate::layered::{self, Effort};
use crate::pack::{pack, window_height};
use crate::part::Part;
use crate::space::Space;
use crate::{CLUSTER_PADDING, Point, Rect, TITLE_HEIGHT, community};

/// Room between areas, px.
const AREA_GAP: f32 = 36.0;

/// Room between the communities of one component, px.
const COMMUNITY_GAP: f32 = 56.0;

/// Connected nodes up to this many are layered as one.
const LAYERED_NODES_MAX: usize = 70;

/// What communities and clusters are shaped to before they are packed.
const INNER_ASPECT: f32 = 1.3;

/// The most that gaps are widened towards the window's aspect.
const STRETCH_MAX: f32 = 1.6;

/// More areas than this are packed once, not once per shape of the block of loose nodes.
const VARIANT_AREAS_MAX: usize = 60;

/// Graphs up to this size get every effort.
const FULL_EFFORT_NODES_MAX: usize = 160;

/// Graphs up to this size get some choice of plans.
const SOME_EFFORT_NODES_MAX: usize = 2_500;

/// Where the boxes go.
pub(crate) struct Centres {
    /// The middle of each box.
    pub(crate) spots: Vec<Point>,
    /// Whether the node lies exactly where it was.
    pub(crate) stays: Vec<bool>,
    /// Ways that were kept free.
    pub(crate) chains: Vec<Chain>,
}

/// Everything anew, but for pinned nodes with a known place.
pub(crate) fn centres(
    part: &Part,
    aspect: f32,
    known: &[Option<Point>],
    pinned: &[bool],
) -> Centres {
    let block = arrange(part, sane_aspect(aspect));
    let mut centres = spread(part, block, sane_aspect(aspect));
    let pins: Vec<(usize, Point)> = known
        .iter()
        .zip(pinned)
        .enumerate()
        .filter_map(|(node, (place, pinned))| place.filter(|_| *pinned).map(|at| (node, at)))
        .collect();
    if !pins.is_empty() {
        put_back(part, &mut centres, &pins);
    }
    centres
}

/// All nodes in rows, in their order: what a graph beyond all limits gets.
pub(crate) fn grid(part: &Part) -> Centres {
    spread(part, Block::grid(part, block::grid_columns(part, 1.6)), 1.6)
}

/// Any number as an aspect that can be worked with.
pub(crate) fn sane_aspect(aspect: f32) -> f32 {
    if aspect.is_finite() { aspect.clamp(0.2, 6.0) } else { 1.6 }
}

/// Lays out a part on its own, from (0, 0).
pub(crate) fn arrange(part: &Part, aspect: f32) -> Block {
    arrange_at(part, aspect, 0)
}

/// The areas of a part: of the whole (level 0), or of what one cluster holds (1).
fn arrange_at(part: &Part, aspect: f32, level: usize) -> Block {
    let effort = if part.len() <= FULL_EFFORT_NODES_MAX {
        Effort::Full
    } else if part.len() <= SOME_EFFORT_NODES_MAX {
        Effort::Some
    } else {
        Effort::Least
    };
    let (labels, count) = areas(part, level);
    let (parts, links) = part.divide(&labels, count);
    let mut blocks = Vec::with_capacity(count);
    let mut loose = None;
    let alone = count == 1;
    for area in parts {
        if area.len() > 0 && area.cluster_at(0, level).is_some() {
            let holds = level == 0 && (0..area.len()).any(|n| area.cluster_at(n, 1).is_some());
            blocks.push(boxed(if holds {
                arrange_at(&area, INNER_ASPECT, 1)
            } else {
                group(&area, INNER_ASPECT, effort)
            }));
        } else if area.links.is_empty() && area.len() > 1 {
            loose = Some((blocks.len(), area));
            blocks.push(Block::default());
        } else {
            blocks.push(component(&area, if alone { aspect } else { INNER_ASPECT }, effort));
        }
    }
    pack_blocks(blocks, &links, aspect, AREA_GAP, loose)
}

/// A label per node: its cluster, else its component among nodes without one, else "loose".
fn areas(part: &Part, level: usize) -> (Vec<usize>, usize) {
    let near = part.neighbours();
    let free = |node: usize| part.cluster_at(node, level).is_none();
    let (components, count) = part.components(|a, b| free(a) && free(b));
    let loose = part.clusters + count;
    let label = |node: usize| match part.cluster_at(node, level) {
        Some(cluster) => cluster,
        None if near.of(node).is_empty() => loose,
        None => part.clusters + components[node],
    };
    let mut names = vec![usize::MAX; loose + 1];
    let mut named = 0;
    let mut labels = Vec::with_capacity(part.len());
    for node in 0..part.len() {
        let name = &mut names[label(node)];
        if *name == usize::MAX {
            *name = named;
            named += 1;
        }
        labels.push(*name);
    }
    (labels, named)
}

/// The components of a cluster or community, and its loose nodes, packed.
fn group(part: &Part, aspect: f32, effort: Effort) -> Block {
    let (mut labels, mut count) = part.components(|_, _| true);
    let mut members = vec![0; count];
    labels.iter().for_each(|&label| members[label] += 1);
    let loose_label = count;
    let singles = members.iter().filter(|&&nodes| nodes == 1).count();
    if singles > 1 {
        let single = |label: &mut usize| {
            if members[*label] == 1 {
                *label = loose_label;
            }
        };
        labels.iter_mut().for_each(single);
        count += 1;
    }
    let (parts, _) = part.divide(&labels, count);
    let alone = parts.iter().filter(|part| part.len() > 0).count() == 1;
    let mut blocks = Vec::new();
    let mut loose = None;
    for area in parts {
        if area.links.is_empty() && area.len() > 1 {
            loose = Some((blocks.len(), area));
            blocks.push(Block::default());
        } else if area.len() > 0 {
            blocks.push(component(&area, if alone { aspect } else { INNER_ASPECT }, effort));
        }
    }
    pack_blocks(blocks, &[], aspect, BLOCK_GAP, loose)
}

/// A connected part: layered as one, or as communities.
fn component(part: &Part, aspect: f32, effort: Effort) -> Block {
    if part.len() > LAYERED_NODES_MAX {
        let (labels, count) = community::communities(part);
        if count > 1 {
            let (parts, links) = part.divide(&labels, count);
            let blocks = parts.iter().map(|area| group(area, INNER_ASPECT, effort)).collect();
            return pack_blocks(blocks, &links, aspect, COMMUNITY_GAP, None);
        }
    }
    layered::block(part, aspect, effort)
}

/// Room for the frame and the title of a cluster.
fn boxed(inner: Block) -> Block {
    let mut outer = Block::default();
    outer.absorb(inner, (CLUSTER_PADDING, TITLE_HEIGHT));
    outer.width += CLUSTER_PADDING;
    outer.height += CLUSTER_PADDING;
    outer
}

/// Packs blocks; the loose nodes, at the index given, take the shape that fits the others best.
fn pack_blocks(
    mut blocks: Vec<Block>,
    links: &[(usize, usize)],
    aspect: f32,
    gap: f32,
    loose: Option<(usize, Part)>,
) -> Block {
    let pack_now = |blocks: &[Block]| {
        let size = |block: &Block| (block.width + gap, block.height + gap);
        pack(&blocks.iter().map(size).collect::<Vec<_>>(), links, aspect)
    };
    if let Some((index, part)) = &loose {
        let mut columns = vec![block::grid_columns(part, aspect)];
        if blocks.len() > 1 && blocks.len() <= VARIANT_AREAS_MAX {
            let (_, extent) = pack_now(&blocks);
            columns.extend(block::grid_columns_beside(part, extent));
        }
        let grids = columns.into_iter().map(|columns| Block::grid(part, columns));
        let mut best: Option<(f32, Block)> = None;
        for grid in grids {
            blocks[*index] = grid.clone();
            let height = window_height(pack_now(&blocks).1, aspect);
            if best.as_ref().is_none_or(|(lowest, _)| height < *lowest) {
                best = Some((height, grid));
            }
        }
        if let Some((_, grid)) = best {
            blocks[*index] = grid;
        }
    }
    let (corners, extent) = pack_now(&blocks);
    let mut whole = Block::default();
    for (block, corner) in blocks.into_iter().zip(corners) {
        whole.absorb(block, corner);
    }
    whole.width = (extent.0 - gap).max(0.0);
    whole.height = (extent.1 - gap).max(0.0);
    whole
}

/// Widens the gaps towards the window's aspect, whole pixels from here on.
fn spread(part: &Part, block: Block, aspect: f32) -> Centres {
    let mut spots = vec![(0.0, 0.0); part.len()];
    let (width, height) = (block.width.max(1.0), block.height.max(1.0));
    let wider = (height * aspect / width).clamp(1.0, STRETCH_MAX);
    let higher = (width / aspect / height).clamp(1.0, STRETCH_MAX);
    let scaled = |(x, y): Point| ((x * wider).round(), (y * higher).round());
    for (id, spot) in block.spots {
        spots[id] = scaled(spot);
    }
    let mut chains = block.chains;
    for chain in &mut chains {
        chain.points.iter_mut().for_each(|point| *point = scaled(*point));
    }
    let stays = vec![false; spots.len()];
    Centres { spots, stays, chains }
}

/// Pins lie where they were; the picture is moved under them as a whole, then what is hit makes
/// way.
fn put_back(part: &Part, centres: &mut Centres, pins: &[(usize, Point)]) {
    let count = pins.len() as f32;
    let shift = pins.iter().fold((0.0, 0.0), |sum, (node, at)| {
        let spot = centres.spots[*node];
        (sum.0 + (at.0 - spot.0) / count, sum.1 + (at.1 - spot.1) / count)
    });
    let shift = (shift.0.round(), shift.1.round());
    let moved = |point: &mut Point| *point = (point.0 + shift.0, point.1 + shift.1);
    centres.spots.iter_mut().for_each(moved);
    centres.chains.iter_mut().for_each(|chain| chain.points.iter_mut().for_each(moved));
    for (node, at) in pins {
        centres.spots[*node] = *at;
        centres.stays[*node] = true;
    }
    let rect = |node: usize, at: Point| Rect::around(at, part.sizes[node]);
    let mut space = Space::new(centres.spots.iter().enumerate().map(|(n, at)| rect(n, *at)));
    pins.iter().for_each(|(node, at)| space.insert(*node, rect(*node, *at)));
    let mut hit = Vec::new();
    for node in (0..part.len()).filter(|&node| !centres.stays[node]) {
        let here = rect(node, centres.spots[node]);
        if space.is_free(&here) {
            space.insert(node, here);
        } else {
            hit.push(node);
        }
    }
    for node in hit {
        let (spot, _) = space.nearest_free(centres.spots[node], part.sizes[node], 0, |_| true);
        centres.spots[node] = spot;
        space.insert(node, rect(node, spot));
    }
}
