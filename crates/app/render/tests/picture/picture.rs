//! All that a rendering says, in a form that compares: places are resolved to what is there.

use scope_render::{Graph, GraphNode, Lifted, Origin, ViewId, ViewOptions, render};
use scope_report::{Report, TopologyKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A view under a choice of options, node by node.
pub fn picture(lifted: &Lifted, view: ViewId, options: &ViewOptions) -> Vec<String> {
    let graph = render(lifted, view, options);
    let mut lines = vec![format!("{view:?} {:?} {}", graph.stats(), graph.is_truncated())];
    for (index, node) in graph.stage().nodes() {
        let ids = |places: &mut dyn Iterator<Item = u32>| -> Vec<String> {
            places.map(|to| graph.node(to).unwrap().id.to_string()).collect()
        };
        assert_eq!(graph.find(&node.id), Some(index));
        lines.push(format!(
            "{} {:?} shown {} to {:?} of {:?} children {:?} endpoints {:?} {}",
            node.id,
            node.kind,
            graph.is_shown(index),
            ids(&mut graph.adjacency(index)),
            ids(&mut graph.stage().adjacency(index).collect::<BTreeSet<_>>().into_iter())
                .into_iter()
                .collect::<BTreeSet<_>>(),
            children(lifted, &graph, index),
            endpoints(lifted, graph.stage().endpoints(index)),
            words(lifted, node),
        ));
    }
    lines
}

/// The connections of every endpoint of a report.
pub fn connections(lifted: &Lifted) -> Vec<String> {
    let ids = lifted.report().topology(TopologyKind::Endpoint).nodes.keys();
    ids.map(|id| {
        let to = lifted.endpoint(id).map(|own| endpoints(lifted, lifted.endpoint_adjacency(own)));
        format!("{id} {to:?}")
    })
    .collect()
}

/// Lets a report share the rows that another has too, as reports that follow each other do.
pub fn share(older: &Report, newer: &mut Report) {
    for kind in TopologyKind::ALL {
        let known = &older.topology(kind).nodes;
        for (id, row) in newer.topology_mut(kind).nodes.iter_mut() {
            if let Some(known) = known.get(id)
                && known == row
            {
                *row = Arc::clone(known);
            }
        }
    }
}

fn children(lifted: &Lifted, graph: &Graph, index: u32) -> BTreeSet<(Origin, String)> {
    let children = graph.stage().children(index).iter();
    let ids = children.map(|child| {
        let own = lifted.child(*child).unwrap();
        (child.origin, format!("{} to {:?}", own.node.id, own.adjacency))
    });
    ids.collect()
}

fn endpoints(lifted: &Lifted, places: &[u32]) -> BTreeSet<String> {
    places.iter().filter_map(|place| lifted.endpoint_id(*place)).map(ToString::to_string).collect()
}

fn words(lifted: &Lifted, node: &GraphNode) -> String {
    let counts: Vec<_> =
        TopologyKind::ALL.into_iter().filter_map(|kind| Some((kind, node.count(kind)?))).collect();
    let derived = node.derived.as_ref().map(|derived| {
        let metrics_of = derived.metrics_of.as_ref().map(Arc::as_ptr);
        format!("{:?} {:?} {metrics_of:?}", derived.facts, derived.parents)
    });
    let is_own = |row: &Arc<_>| {
        let mut rows = TopologyKind::ALL.into_iter().filter_map(|kind| lifted.row(kind, &node.id));
        rows.any(|own| Arc::ptr_eq(own, row))
    };
    let row = node.row.as_ref().map(|row| match is_own(row) {
        true => format!("{:?}", Arc::as_ptr(row)),
        false => format!("{row:?}"),
    });
    format!("counts {counts:?} derived {derived:?} row {row:?}")
}
