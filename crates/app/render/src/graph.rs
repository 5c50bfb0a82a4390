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
    let connected = connected(&stage, |_| true);
    let is_connected = |index: Dense| connected.get(index as usize) == Some(&true);
    let keeps = |(index, node): (Dense, &GraphNode)| {
        let passes = |filter: &LabelFilter| filter.keeps(lifted, &stage, index, node);
        options.keeps(view, &namespaces, node, || is_connected(index), passes)
    };
    let kept: Vec<bool> = stage.nodes().map(keeps).collect();
    let connected = connected_among(&stage, &kept);
    let shown: Vec<bool> = (kept.iter().zip(&connected))
        .zip(&stage.nodes)
        .map(|((kept, connected), node)| *kept && (*connected || !node.is_pseudo()))
        .collect();
    let mut graph = Graph { stage, shown, stats: GraphStats::default() };
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
        self.stage
            .adjacency(index)
            .iter()
            .copied()
            .filter(move |to| whole || (self.is_shown(*to) && !is_transit(from, self.node(*to))))
    }

    /// The stage the graph is drawn from: children and endpoints by place.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Whether edges, children or endpoints were left out because there were absurdly many.
    pub fn is_truncated(&self) -> bool {
        self.stage.truncated
    }

    fn measure(&self) -> GraphStats {
        let mut stats = GraphStats { filtered_nodes: self.stage.filtered, ..GraphStats::default() };
        for (index, node) in self.stage.nodes() {
            if !self.is_shown(index) {
                stats.filtered_nodes += 1;
                continue;
            }
            stats.node_count += 1;
            stats.nonpseudo_node_count += usize::from(!node.is_pseudo());
            stats.edge_count += self.adjacency(index).count();
        }
        stats
    }
}

/// Whether an edge leads from one half of the Internet to the other, which no one observed.
fn is_transit(from: Option<PseudoKind>, to: Option<&GraphNode>) -> bool {
    from == Some(PseudoKind::InternetIncoming)
        && to.and_then(GraphNode::pseudo) == Some(PseudoKind::InternetOutgoing)
}

/// Which nodes have an edge to a different node, counting the edges between nodes kept.
fn connected_among(stage: &Stage, kept: &[bool]) -> Vec<bool> {
    connected(stage, |(from, to)| {
        let both = [from, to].iter().all(|index| kept.get(**index as usize) == Some(&true));
        let from = stage.node(*from).and_then(GraphNode::pseudo);
        both && !is_transit(from, stage.node(*to))
    })
}

fn connected(stage: &Stage, counts: impl Fn((&Dense, &Dense)) -> bool) -> Vec<bool> {
    let mut connected = vec![false; stage.nodes.len()];
    for (from, to) in stage.edges.pairs() {
        if from != to && counts((&from, &to)) {
            for end in [from, to] {
                if let Some(slot) = connected.get_mut(end as usize) {
                    *slot = true;
                }
            }
        }
    }
    connected
}
