//! Laws of the layout over any graph, malformed ones included.

use proptest::prelude::*;
use scope_layout::{Layout, LayoutRequest, Mode, NodeBox, Point, ROUTE_POINTS_MAX, Rect, layout};

const ANCHOR: f32 = 24.0 / 90.0;

/// Rounding of half a pixel on either side.
const TOUCH: f32 = 0.75;

fn node(clusters: u32) -> impl Strategy<Value = NodeBox> {
    let cluster = prop_oneof![8 => 0..clusters.max(1), 1 => Just(u32::MAX)];
    (20.0..200.0_f32, 20.0..140.0_f32, cluster).prop_map(|(width, height, cluster)| NodeBox {
        width,
        height,
        cluster,
    })
}

fn aspect() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => 0.4..3.0_f32,
        1 => Just(1e30),
        1 => Just(0.0),
        1 => Just(-4.0),
        1 => Just(f32::NAN),
    ]
}

/// Any graph: loops, doubles, opposite and dangling edges among them.
fn graph(nodes_max: usize) -> impl Strategy<Value = LayoutRequest> {
    (0..=nodes_max, 0_u32..6).prop_flat_map(|(count, clusters)| {
        let end = 0..(count as u32 + 1);
        let edges = prop::collection::vec((end.clone(), end), 0..(2 * count + 2));
        let nodes = prop::collection::vec(node(clusters), count);
        (nodes, edges, Just(clusters), aspect()).prop_map(|(nodes, edges, clusters, aspect)| {
            LayoutRequest {
                nodes,
                edges,
                clusters,
                outer: Vec::new(),
                aspect,
                anchor: ANCHOR,
                previous: Vec::new(),
                pinned: Vec::new(),
                mode: Mode::Tidy,
            }
        })
    })
}

/// Numbers as they may come from outside.
fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -2e3..2e3_f32, 1 => any::<f32>(), 1 => Just(f32::NAN), 1 => Just(7.0)]
}

fn hostile(nodes_max: usize) -> impl Strategy<Value = LayoutRequest> {
    let node = (any_number(), any_number(), 0..9_u32)
        .prop_map(|(width, height, cluster)| NodeBox { width, height, cluster });
    let place = proptest::option::of((any_number(), any_number()));
    let edge = (0..60_u32, prop_oneof![9 => 0..60_u32, 1 => any::<u32>()]);
    (
        prop::collection::vec(node, 0..nodes_max),
        prop::collection::vec(edge, 0..90),
        (0..7_u32, any_number(), any_number()),
        prop::collection::vec(place, 0..nodes_max),
        prop::collection::vec(any::<bool>(), 0..nodes_max),
        any::<bool>(),
    )
        .prop_map(|(nodes, edges, (clusters, aspect, anchor), previous, pinned, keep)| {
            let mode = if keep { Mode::Keep } else { Mode::Tidy };
            let outer = vec![1, 2, 2, 3, 9];
            LayoutRequest { nodes, edges, clusters, outer, aspect, anchor, previous, pinned, mode }
        })
}

fn box_of(request: &LayoutRequest, node: usize, at: Point) -> Rect {
    let NodeBox { width, height, .. } = request.nodes[node];
    let top = at.1 - ANCHOR * height;
    Rect {
        left: at.0 - width / 2.0 + TOUCH,
        top: top + TOUCH,
        right: at.0 + width / 2.0 - TOUCH,
        bottom: top + height - TOUCH,
    }
}

fn check_apart(request: &LayoutRequest, layout: &Layout) -> Result<(), TestCaseError> {
    let boxes: Vec<Rect> = (0..request.nodes.len())
        .map(|node| box_of(request, node, layout.positions[node]))
        .collect();
    for (index, one) in boxes.iter().enumerate() {
        for (other, two) in boxes.iter().enumerate().skip(index + 1) {
            prop_assert!(!one.overlaps(two), "nodes {index} and {other}: {one:?} {two:?}");
        }
    }
    Ok(())
}

fn check_cluster_boxes(request: &LayoutRequest, layout: &Layout) -> Result<(), TestCaseError> {
    for (index, one) in layout.boxes.iter().enumerate() {
        for two in &layout.boxes[index + 1..] {
            prop_assert!(!one.overlaps(two), "cluster boxes {one:?} {two:?}");
        }
        for (node, at) in layout.positions.iter().enumerate() {
            let inside = request.nodes[node].cluster as usize == index;
            let overlaps = one.overlaps(&box_of(request, node, *at));
            prop_assert_eq!(inside, overlaps, "node {} and cluster {}", node, index);
        }
    }
    Ok(())
}

fn check_finite(request: &LayoutRequest, layout: &Layout) -> Result<(), TestCaseError> {
    let finite = |at: &Point| at.0.is_finite() && at.1.is_finite();
    prop_assert_eq!(layout.positions.len(), request.nodes.len());
    prop_assert_eq!(layout.routes.len(), request.edges.len());
    prop_assert_eq!(layout.boxes.len(), request.clusters as usize);
    prop_assert!(layout.positions.iter().all(finite));
    for route in &layout.routes {
        prop_assert!(route.points.len() <= ROUTE_POINTS_MAX && route.points.iter().all(finite));
    }
    prop_assert!(layout.bounds.width() >= 0.0 && layout.bounds.height() >= 0.0);
    Ok(())
}

/// Clusters held by the first two, which may have nodes of their own beside them.
fn nested(mut request: LayoutRequest) -> LayoutRequest {
    request.outer = (0..request.clusters).map(|c| if c < 2 { u32::MAX } else { c % 2 }).collect();
    request
}

fn contains(outer: &Rect, inner: &Rect) -> bool {
    outer.left <= inner.left
        && outer.top <= inner.top
        && outer.right >= inner.right
        && outer.bottom >= inner.bottom
}

/// Boxes that are not one in the other are apart; what is held lies inside; nobody else does.
fn check_nested_boxes(request: &LayoutRequest, layout: &Layout) -> Result<(), TestCaseError> {
    let holder = |cluster: usize| {
        request.outer.get(cluster).map(|o| *o as usize).filter(|o| *o < layout.boxes.len())
    };
    for (index, one) in layout.boxes.iter().enumerate() {
        for (other, two) in layout.boxes.iter().enumerate().skip(index + 1) {
            if holder(other) == Some(index) && two.left.is_finite() {
                prop_assert!(contains(one, two), "box {index} {one:?} holds {two:?}");
            } else if holder(other) != Some(index) {
                prop_assert!(!one.overlaps(two), "boxes {index} {one:?} and {other} {two:?}");
            }
        }
        for (node, at) in layout.positions.iter().enumerate() {
            let own = request.nodes[node].cluster as usize;
            let inside = own == index || (own < layout.boxes.len() && holder(own) == Some(index));
            let overlaps = one.overlaps(&box_of(request, node, *at));
            prop_assert_eq!(inside, overlaps, "node {} and cluster {}", node, index);
        }
    }
    Ok(())
}

/// A picture of the nodes for which `stays` holds, as the previous one of the whole graph.
fn seen_before(mut request: LayoutRequest, stays: impl Fn(usize) -> bool) -> LayoutRequest {
    let kept: Vec<usize> = (0..request.nodes.len()).filter(|&node| stays(node)).collect();
    let name = |node: u32| kept.iter().position(|&k| k == node as usize).map(|k| k as u32);
    let mut before = request.clone();
    before.nodes = kept.iter().map(|&node| request.nodes[node]).collect();
    before.edges =
        request.edges.iter().filter_map(|&(from, to)| Some((name(from)?, name(to)?))).collect();
    let old = layout(&before);
    request.previous = vec![None; request.nodes.len()];
    for (&node, at) in kept.iter().zip(&old.positions) {
        request.previous[node] = Some(*at);
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn tidy_keeps_boxes_apart(request in graph(40)) {
        let layout = layout(&request);
        check_finite(&request, &layout)?;
        check_apart(&request, &layout)?;
        check_cluster_boxes(&request, &layout)?;
    }

    #[test]
    fn boxes_in_boxes_keep_apart(request in graph(60).prop_map(nested)) {
        let layout = layout(&request);
        check_finite(&request, &layout)?;
        check_apart(&request, &layout)?;
        check_nested_boxes(&request, &layout)?;
    }

    #[test]
    fn communities_keep_boxes_apart(mut request in graph(180), grouped in any::<bool>()) {
        if !grouped {
            request.clusters = 0;
        }
        let layout = layout(&request);
        check_finite(&request, &layout)?;
        check_apart(&request, &layout)?;
        check_cluster_boxes(&request, &layout)?;
    }

    #[test]
    fn known_nodes_do_not_move(
        request in graph(40),
        every in 2..6_usize,
        nest in any::<bool>(),
    ) {
        let request = if nest { nested(request) } else { request };
        let mut request = seen_before(request, |node| node % every != 0);
        request.mode = Mode::Keep;
        let layout = layout(&request);
        for (was, is) in request.previous.iter().zip(&layout.positions) {
            prop_assert!(was.is_none_or(|was| was == *is));
        }
        check_finite(&request, &layout)?;
        check_apart(&request, &layout)?;
    }

    #[test]
    fn pinned_nodes_do_not_move(request in graph(30), pin in 0..30_usize) {
        let mut request = seen_before(request, |_| true);
        request.pinned = (0..request.nodes.len()).map(|node| node == pin).collect();
        let layout = layout(&request);
        if let Some(Some(was)) = request.previous.get(pin) {
            prop_assert_eq!(layout.positions[pin], *was);
        }
        check_apart(&request, &layout)?;
    }

    #[test]
    fn equal_requests_give_equal_layouts(request in hostile(50)) {
        let bits = |layout: &Layout| {
            let points = layout.routes.iter().flat_map(|route| &route.points);
            let all = layout.positions.iter().chain(points);
            all.map(|at| (at.0.to_bits(), at.1.to_bits())).collect::<Vec<_>>()
        };
        prop_assert_eq!(bits(&layout(&request)), bits(&layout(&request)));
    }

    #[test]
    fn any_request_gives_finite_positions(request in hostile(50)) {
        let layout = layout(&request);
        check_finite(&request, &layout)?;
    }
}
