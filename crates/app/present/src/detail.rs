//! A node, long: what the details panel shows.

use crate::Manner;
use crate::children::children;
use crate::connections::connections;
use crate::controls::controls;
use crate::summary::Presenter;
use scope_api::NodeDetail;
use scope_render::{Graph, Lifted, ViewId};

/// A node of a view with its metrics' series, controls, children and connections.
///
/// A node that the options leave out is answered all the same.
pub fn detail<'a>(
    lifted: &'a Lifted,
    graph: &Graph,
    view: ViewId,
    id: &str,
    manner: impl Into<Manner<'a>>,
) -> Option<NodeDetail> {
    let index = graph.find(id)?;
    let node = graph.node(index)?;
    let presenter = Presenter::new(lifted, manner.into());
    let adjacency = graph.adjacency(index).filter_map(|to| graph.node(to));
    let adjacency = adjacency.map(|node| node.id.clone()).collect();
    Some(NodeDetail {
        summary: presenter.summary(node, adjacency, true),
        controls: controls(lifted, node),
        children: children(&presenter, graph.stage().children(index)),
        connections: connections(lifted, graph, view, index).into(),
    })
}
