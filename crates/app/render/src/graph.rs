//! A view under a choice of options: its stage, sifted.

use crate::dense::Dense;
use crate::label_filter::LabelFilter;
use crate::lifted::Lifted;
use crate::stage::Stage;
use crate::{GraphNode, PseudoKind, ViewId, ViewOptions};
use std::sync::Arc;

/// How large a graph is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GraphStats {
    /// Nodes shown.
    pub node_count: usize,
    /// Nodes shown that are observed.
    pub nonpseudo_node_count: usize,
    /// Edges between them, those of a node to itself included.
    pub edge_count: usize,
    /// Nodes left out.
    pub filtered_nodes: usize,
}

/// A view under a choice of options.
///
/// It holds the stage it is drawn from and which nodes of it are shown; places are those of the
/// stage.
#[derive(Clone, Debug)]
pub struct Graph {
    stage: Arc<Stage>,
    shown: Vec<bool>,
    stats: GraphStats,
}

/// Draws a view: its stage without what the options, and the lack of any edge, leave out.
pub fn render(lifted: &Lifted, view: ViewId, options: &ViewOptions) -> Graph {
    let stage = Arc::clone(lifted.stage(view));
    let namespaces = options.namespaces_chosen(lifted, view);
    let mut shown = vec![false; stage.extent as usize];
    let mut pseudos = Vec::new();
    for (index, traits) in stage.traits.iter().filter(|(_, traits)| traits.is_there) {
        let node = || stage.node(index);
        let passes = |filter: &LabelFilter| {
            node().is_some_and(|node| filter.keeps(lifted, &stage, index, node))
        };
        let is_kept = options.keeps(view, &namespaces, *traits, node, passes);
        if let Some(slot) = shown.get_mut(index as usize) {
            *slot = is_kept;
        }
        if is_kept && traits.is_pseudo {
            pseudos.push(index);
        }
    }
    let mut graph = Graph { stage, shown, stats: GraphStats::default() };
    // Whether it is connected is found among all that are kept, before any of them goes.
    pseudos.retain(|index| !graph.connects_to_any(*index));
    for index in pseudos {
        if let Some(slot) = graph.shown.get_mut(index as usize) {
            *slot = false;
        }
    }
    graph.stats = graph.measure();
    graph
}

impl Graph {
    /// How large it is.
    pub fn stats(&self) -> GraphStats {
        self.stats
    }

    /// The nodes shown, ascending by id, each with its place.
    pub fn nodes(&self) -> impl Iterator<Item = (Dense, &GraphNode)> {
        self.stage.nodes().filter(|(index, _)| self.is_shown(*index))
    }

    /// The edges between the nodes shown, as pairs of places.
    pub fn edges(&self) -> impl Iterator<Item = (Dense, Dense)> {
        self.nodes().flat_map(|(from, _)| self.adjacency(from).map(move |to| (from, to)))
    }

    /// The place of the node with this id, shown or not.
    pub fn find(&self, id: &str) -> Option<Dense> {
        self.stage.find(id)
    }

    /// The node at a place, shown or not.
    pub fn node(&self, index: Dense) -> Option<&GraphNode> {
        self.stage.node(index)
    }

    /// Whether the node at a place is shown.
    pub fn is_shown(&self, index: Dense) -> bool {
        self.shown.get(index as usize) == Some(&true)
    }

    /// The nodes a node connects to, ascending by id.
    ///
    /// Of a node that is shown, those shown; a node that is left out keeps all its edges, so that
    /// its detail can still be answered.
    pub fn adjacency(&self, index: Dense) -> impl Iterator<Item = Dense> {
        let whole = !self.is_shown(index);
        let from = self.node(index).and_then(GraphNode::pseudo);
        let to = self.stage.adjacency(index);
        let to = to.filter(|to| whole || (self.is_shown(*to) && !is_transit(from, self.node(*to))));
        let mut to: Vec<Dense> = to.collect();
        if to.len() > 1 {
            to.sort_unstable_by_key(|to| self.stage.rank(*to));
        }
        to.into_iter()
    }

    /// The stage the graph is drawn from: children and endpoints by place.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Whether edges, children or endpoints were left out because there were absurdly many.
    pub fn is_truncated(&self) -> bool {
        self.stage.truncated
    }

    /// Whether a node has an edge to a different node that is shown.
    fn connects_to_any(&self, index: Dense) -> bool {
        let kind = |index| self.node(index).and_then(GraphNode::pseudo);
        let is_other = |end: &Dense| *end != index && self.is_shown(*end);
        let to = self.stage.edges.row(index).iter();
        let from = self.stage.edges_in.row(index).iter();
        to.filter(|to| is_other(to)).any(|to| !is_transit(kind(index), self.node(*to)))
            || from
                .filter(|from| is_other(from))
                .any(|from| !is_transit(kind(*from), self.node(index)))
    }

    /// Counts what is shown: edges by those of the whole stage without those that are not.
    fn measure(&self) -> GraphStats {
        let mut stats = GraphStats { filtered_nodes: self.stage.filtered, ..GraphStats::default() };
        let mut hidden_edges = 0;
        for (index, traits) in self.stage.traits.iter() {
            if self.is_shown(index) {
                stats.node_count += 1;
                stats.nonpseudo_node_count += usize::from(!traits.is_pseudo);
                continue;
            }
            stats.filtered_nodes += usize::from(traits.is_there);
            if traits.has_edges {
                let from_shown = self.stage.edges_in.row(index).iter();
                hidden_edges += from_shown.filter(|from| self.is_shown(**from)).count();
                hidden_edges += self.stage.edges.row(index).len();
            }
        }
        stats.edge_count = self.stage.edges.pair_count().saturating_sub(hidden_edges);
        stats.edge_count -= usize::from(self.has_transit() && stats.edge_count > 0);
        stats
    }

    /// Whether both halves of the Internet are shown, and one leads to the other.
    fn has_transit(&self) -> bool {
        let half = |kind: PseudoKind| {
            let index = self.find(kind.id_prefix()).filter(|index| self.is_shown(*index))?;
            (self.node(index)?.pseudo() == Some(kind)).then_some(index)
        };
        let halves = half(PseudoKind::InternetIncoming).zip(half(PseudoKind::InternetOutgoing));
        halves.is_some_and(|(from, to)| self.stage.edges.contains(from, to))
    }
}

/// Whether an edge leads from one half of the Internet to the other, which no one observed.
fn is_transit(from: Option<PseudoKind>, to: Option<&GraphNode>) -> bool {
    from == Some(PseudoKind::InternetIncoming)
        && to.and_then(GraphNode::pseudo) == Some(PseudoKind::InternetOutgoing)
}
