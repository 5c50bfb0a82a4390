//! The words of a message: how a request is read and an answer written.
//!
//! A request is `version, nodes, edges, clusters, mode (0 keep, 1 tidy), aspect, anchor, 0`, then
//! widths, heights, clusters, previous positions (pairs, NaN is unknown) and pins of the nodes,
//! then the edges (pairs), then the cluster that holds each cluster. An answer is `words, nodes,
//! clusters, edges`, the four sides of the bounds, then positions (pairs), cluster boxes (fours),
//! the first way point of each edge and one more, and the way points (pairs). Fractions are the
//! bits of an `f32`. A request whose length is not exactly what its head says is refused.

use scope_layout::{
    EDGES_MAX, Layout, LayoutRequest, Mode, NODES_MAX, NodeBox, Point, Rect, layout,
};

/// First word of a request; the last digits count the changes of the format.
pub const ABI_VERSION: u32 = 0x4c59_0002;

/// Words before the arrays of a request.
const HEAD_WORDS: usize = 8;

/// Words per node of a request.
const NODE_WORDS: usize = 6;

/// Reads a request; none when it is malformed or beyond the limits of the layout.
pub fn request(message: &[u32]) -> Option<LayoutRequest> {
    let (head, body) = message.split_first_chunk::<HEAD_WORDS>()?;
    let [version, nodes, edges, clusters, mode, aspect, anchor, _] = *head;
    let (nodes, edges) = (nodes as usize, edges as usize);
    let known = version == ABI_VERSION && mode <= 1 && clusters as usize <= NODES_MAX;
    if !known || nodes > NODES_MAX || edges > EDGES_MAX {
        return None;
    }
    if body.len() != nodes * NODE_WORDS + edges * 2 + clusters as usize {
        return None;
    }
    let (widths, body) = body.split_at_checked(nodes)?;
    let (heights, body) = body.split_at_checked(nodes)?;
    let (cluster_of, body) = body.split_at_checked(nodes)?;
    let (previous, body) = body.split_at_checked(2 * nodes)?;
    let (pinned, body) = body.split_at_checked(nodes)?;
    let (ends, outer) = body.split_at_checked(2 * edges)?;
    let boxes =
        widths.iter().zip(heights).zip(cluster_of).map(|((width, height), cluster)| NodeBox {
            width: f32::from_bits(*width),
            height: f32::from_bits(*height),
            cluster: *cluster,
        });
    let pairs = |words: &[u32]| words.as_chunks::<2>().0.to_vec();
    Some(LayoutRequest {
        nodes: boxes.collect(),
        edges: pairs(ends).into_iter().map(|[from, to]| (from, to)).collect(),
        clusters,
        outer: outer.to_vec(),
        aspect: f32::from_bits(aspect),
        anchor: f32::from_bits(anchor),
        previous: pairs(previous).into_iter().map(known_place).collect(),
        pinned: pinned.iter().map(|pin| *pin != 0).collect(),
        mode: if mode == 0 { Mode::Keep } else { Mode::Tidy },
    })
}

/// Lays out a request and writes its answer.
pub fn answer(request: &LayoutRequest) -> Vec<u32> {
    let Layout { positions, boxes, routes, bounds } = layout(request);
    let counts = [0, positions.len() as u32, boxes.len() as u32, routes.len() as u32];
    let mut words = counts.to_vec();
    words.extend(sides(&bounds));
    words.extend(positions.iter().flat_map(bits));
    words.extend(boxes.iter().flat_map(sides));
    let mut offset = 0;
    words.push(offset);
    for route in &routes {
        offset += route.points.len() as u32;
        words.push(offset);
    }
    words.extend(routes.iter().flat_map(|route| &route.points).flat_map(bits));
    let length = words.len() as u32;
    if let Some(first) = words.first_mut() {
        *first = length;
    }
    words
}

fn known_place([x, y]: [u32; 2]) -> Option<Point> {
    let place = (f32::from_bits(x), f32::from_bits(y));
    (place.0.is_finite() && place.1.is_finite()).then_some(place)
}

fn bits(point: &Point) -> [u32; 2] {
    [point.0.to_bits(), point.1.to_bits()]
}

fn sides(rect: &Rect) -> [u32; 4] {
    [rect.left.to_bits(), rect.top.to_bits(), rect.right.to_bits(), rect.bottom.to_bits()]
}
