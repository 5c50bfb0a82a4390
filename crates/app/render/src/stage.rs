//! A stage: the graph of one view before any option sifts it, and what its nodes are made of.

use crate::dense::{Dense, dense};
use crate::lifted::EdgeChange;
use crate::ops::draft::Upkeep;
use crate::shared::{Hashed, Order, Pages, RowValue, Rows};
use crate::traits::Traits;
use crate::{GraphNode, NodeKind, ViewId};
use scope_report::TopologyKind;
use std::sync::OnceLock;

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

impl RowValue for ChildRef {
    fn key(self) -> u64 {
        let origin = match self.origin {
            Origin::View(view) => view as u64,
            Origin::PlainContainers => 1 << 8,
            Origin::Table(kind) => 1 << 9 | kind as u64,
        };
        origin << Dense::BITS | u64::from(self.index)
    }
}

/// Nodes, their edges, children and endpoints.
///
/// A node keeps its place for as long as it is there, from one report to the next.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    pub(crate) cells: Pages<Option<Cell>>,
    pub(crate) traits: Pages<Traits>,
    /// One more than the greatest place in use.
    pub(crate) extent: Dense,
    pub(crate) free: Vec<Dense>,
    pub(crate) places: Hashed<Dense>,
    /// The nodes that are not left out.
    pub(crate) order: Order,
    pub(crate) edges: Rows<Dense>,
    pub(crate) edges_in: Rows<Dense>,
    pub(crate) children: Rows<ChildRef>,
    pub(crate) endpoints: Rows<Dense>,
    /// How many nodes the view itself left out.
    pub(crate) filtered: usize,
    /// Edges, children or endpoints beyond a limit were left out.
    pub(crate) truncated: bool,
    /// Why everything is there, for the stage that is made of this one.
    pub(crate) upkeep: Upkeep,
    /// What changed since the stage this one is made from; absent if it is made from nothing.
    pub(crate) delta: Option<StageDelta>,
    /// The position of each place in the order of ids, found when first needed.
    pub(crate) ranks: OnceLock<Vec<Dense>>,
}

/// A node, and why it is there.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) node: GraphNode,
    /// How many reasons there are for it to be of each kind, none of them zero.
    pub(crate) reasons: Reasons,
    /// The view itself leaves it out.
    pub(crate) is_left_out: bool,
}

/// How many reasons there are for a node to be of each kind; nearly always it is one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reasons {
    first: Option<(NodeKind, u32)>,
    others: Vec<(NodeKind, u32)>,
}

/// How a stage differs from the one it is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct StageDelta {
    /// Nodes that are new, gone, or say something else.
    pub(crate) nodes: Vec<Dense>,
    pub(crate) edges: Vec<EdgeChange>,
    pub(crate) children: Vec<(Dense, ChildRef, bool)>,
    pub(crate) endpoints: Vec<(Dense, Dense, bool)>,
}

impl Stage {
    /// Every node with its place, ascending by id.
    pub fn nodes(&self) -> impl Iterator<Item = (Dense, &GraphNode)> {
        let places = self.order.iter().map(|(_, place)| place);
        places.filter_map(|place| Some((place, self.node(place)?)))
    }

    /// The node at a place.
    pub fn node(&self, index: Dense) -> Option<&GraphNode> {
        self.cell(index).map(|cell| &cell.node)
    }

    /// The place of the node with this id.
    pub fn find(&self, id: &str) -> Option<Dense> {
        self.places.get(id).copied().filter(|place| self.cell(*place).is_some())
    }

    /// The places of the nodes a node connects to, ascending.
    pub fn adjacency(&self, index: Dense) -> impl Iterator<Item = Dense> {
        let (to, all) = (self.edges.row(index).iter(), self.filtered == 0);
        to.copied().filter(move |to| all || self.cell(*to).is_some())
    }

    /// What became part of a node, sorted by where it comes from; counting it costs nothing.
    pub fn children(&self, index: Dense) -> &[ChildRef] {
        self.children.row(index)
    }

    /// What became part of a node and comes from `origin`.
    pub fn children_of(&self, index: Dense, origin: Origin) -> &[ChildRef] {
        let all = self.children(index);
        let from = all.partition_point(|child| child.origin < origin);
        let to = all.partition_point(|child| child.origin <= origin);
        all.get(from..to).unwrap_or_default()
    }

    /// The endpoints that became part of a node, ascending by number.
    pub fn endpoints(&self, index: Dense) -> &[Dense] {
        self.endpoints.row(index)
    }

    /// What is at a place and not left out.
    pub(crate) fn cell(&self, place: Dense) -> Option<&Cell> {
        self.cells.get(place)?.as_ref().filter(|cell| !cell.is_left_out)
    }

    /// The nodes at the ends of edges from and to a node, itself included.
    pub(crate) fn neighbours(&self, index: Dense) -> impl Iterator<Item = Dense> {
        self.edges.row(index).iter().chain(self.edges_in.row(index)).copied()
    }

    /// Finds anew whether the node at a place has edges.
    pub(crate) fn find_edges(&mut self, place: Dense) {
        let all = self.filtered == 0;
        let is_other = |end: Dense| end != place && (all || self.cell(end).is_some());
        let is_connected = self.neighbours(place).any(is_other);
        let has_edges = self.neighbours(place).next().is_some();
        let Some(traits) = self.traits.get(place) else { return };
        if (traits.is_connected, traits.has_edges) == (is_connected, has_edges) {
            return;
        }
        if let Some(traits) = self.traits.get_mut(place) {
            traits.is_connected = is_connected;
            traits.has_edges = has_edges;
        }
    }

    /// The position of a place in the order of ids.
    pub(crate) fn rank(&self, place: Dense) -> Dense {
        let ranks = self.ranks.get_or_init(|| {
            let mut ranks = vec![0; self.extent as usize];
            for (rank, (_, place)) in self.order.iter().enumerate() {
                if let Some(slot) = ranks.get_mut(place as usize) {
                    *slot = dense(rank);
                }
            }
            ranks
        });
        ranks.get(place as usize).copied().unwrap_or_default()
    }
}

impl Reasons {
    /// Adds or takes reasons.
    pub(crate) fn count(&mut self, kind: NodeKind, reasons: i32) {
        let others = self.others.iter_mut();
        match self.first.iter_mut().chain(others).find(|(own, _)| *own == kind) {
            Some((_, count)) => *count = count.saturating_add_signed(reasons),
            None => {
                let count = u32::try_from(reasons).unwrap_or_default();
                match &self.first {
                    Some(_) => self.others.push((kind, count)),
                    None => self.first = Some((kind, count)),
                }
            }
        }
        self.others.retain(|(_, count)| *count > 0);
        if self.first.is_some_and(|(_, count)| count == 0) {
            self.first = self.others.pop();
        }
    }

    /// The kind the node is of: of several the least, whichever came first.
    pub(crate) fn kind(&self) -> Option<NodeKind> {
        self.first.iter().chain(&self.others).map(|(kind, _)| *kind).min()
    }
}
