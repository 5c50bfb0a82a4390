//! A stage: the graph of one view before any option sifts it, and what its nodes are made of.

use crate::dense::{Dense, Rows, dense};
use crate::{GraphNode, ViewId};
use scope_report::TopologyKind;

/// Where a child comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A node of the stage of a view.
    View(ViewId),
    /// A container of the stage of `containers` without what its image says.
    PlainContainers,
    /// A row of the report.
    Table(TopologyKind),
}

/// A child of a node: a place in its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChildRef {
    /// Where it comes from.
    pub origin: Origin,
    /// Its place there.
    pub index: Dense,
}

/// Nodes in ascending order of their ids, their edges, children and endpoints.
#[derive(Debug, Default)]
pub struct Stage {
    pub(crate) nodes: Vec<GraphNode>,
    pub(crate) edges: Rows<Dense>,
    pub(crate) children: Rows<ChildRef>,
    pub(crate) endpoints: Rows<Dense>,
    /// How many nodes the view itself left out.
    pub(crate) filtered: usize,
    /// Edges, children or endpoints beyond a limit were left out.
    pub(crate) truncated: bool,
}

impl Stage {
    /// Every node with its place, ascending by id.
    pub fn nodes(&self) -> impl Iterator<Item = (Dense, &GraphNode)> {
        self.nodes.iter().enumerate().map(|(index, node)| (dense(index), node))
    }

    /// The node at a place.
    pub fn node(&self, index: Dense) -> Option<&GraphNode> {
        self.nodes.get(index as usize)
    }

    /// The place of the node with this id.
    pub fn find(&self, id: &str) -> Option<Dense> {
        self.nodes.binary_search_by(|node| node.id.as_str().cmp(id)).ok().map(dense)
    }

    /// The places of the nodes a node connects to, ascending by id.
    pub fn adjacency(&self, index: Dense) -> &[Dense] {
        self.edges.row(index)
    }

    /// What became part of a node.
    pub fn children(&self, index: Dense) -> &[ChildRef] {
        self.children.row(index)
    }

    /// The endpoints that became part of a node, ascending.
    pub fn endpoints(&self, index: Dense) -> &[Dense] {
        self.endpoints.row(index)
    }
}
