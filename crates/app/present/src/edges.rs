//! What the edges of a view carry, summed from the connections behind them.
//!
//! A pass over the endpoints of the nodes shown finds every connection of which a probe said
//! something, and counts it in at each edge it is behind. A connection that appears under several
//! addresses (a copy of its client or server) counts once.

mod carried;

mod evidence;

mod history;

mod rows;

#[cfg(test)]
mod sample;

pub(crate) use carried::Clocks;
use carried::{Carried, Sum};
pub use evidence::{EVIDENCE_MAX, edge_detail};
pub(crate) use rows::RowFigures;
use scope_api::NodeSummary;
use scope_render::{Dense, Graph, Lifted};
use scope_report::{Edge, Text};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// How often connections are counted in at edges; what is beyond is left out.
///
/// A connection is behind one edge, or where its ends are in several nodes (pods of several
/// services) behind a few; only a hostile report reaches this.
const COUNTED_MAX: usize = 8_000_000;

/// What is said of a connection, under the addresses it was found with or under its own.
pub(crate) fn told_edge(lifted: &Lifted, client: Dense, server: Dense) -> Option<&Edge> {
    let said = |client: Dense, server: Dense| {
        lifted.endpoint_row(client)?.edges.get(lifted.endpoint_id(server)?)
    };
    let found = said(client, server);
    found.or_else(|| said(original(lifted, client), original(lifted, server)))
}

/// The summaries of a graph with what its edges carry, or nothing where no report says any of it.
///
/// `plain` are the summaries of the same graph.
pub fn with_edges(
    lifted: &Lifted,
    graph: &Graph,
    plain: &BTreeMap<Text, Arc<NodeSummary>>,
) -> Option<BTreeMap<Text, Arc<NodeSummary>>> {
    let sums = sums(lifted, graph);
    if sums.is_empty() {
        return None;
    }
    let mut nodes = plain.clone();
    for (index, node) in graph.nodes() {
        let carried = graph.adjacency(index).filter_map(|to| {
            let sum = sums.get(&(index, to))?;
            Some((graph.node(to)?.id.clone(), sum.summary()))
        });
        let edges: BTreeMap<_, _> = carried.collect();
        if let Some(summary) = nodes.get_mut(&node.id).filter(|_| !edges.is_empty()) {
            Arc::make_mut(summary).edges = edges;
        }
    }
    Some(nodes)
}

/// A connection of which a probe said something, by the places of its endpoints.
struct Told<'a> {
    client: Dense,
    server: Dense,
    edge: &'a Edge,
    is_copy: bool,
}

/// Which nodes endpoints are part of, ascending by endpoint.
struct Members(Vec<(Dense, Dense)>);

impl Members {
    fn of(graph: &Graph) -> Self {
        let mut pairs: Vec<(Dense, Dense)> = (graph.nodes())
            .flat_map(|(node, _)| {
                graph.stage().endpoints(node).iter().map(move |endpoint| (*endpoint, node))
            })
            .collect();
        pairs.sort_unstable();
        Self(pairs)
    }

    fn endpoints(&self) -> impl Iterator<Item = Dense> {
        self.0.chunk_by(|a, b| a.0 == b.0).filter_map(|chunk| chunk.first()).map(|first| first.0)
    }

    fn nodes(&self, endpoint: Dense) -> impl Iterator<Item = Dense> {
        let start = self.0.partition_point(|(own, _)| *own < endpoint);
        let rest = self.0.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(own, _)| *own == endpoint).map(|(_, node)| *node)
    }
}

fn sums(lifted: &Lifted, graph: &Graph) -> HashMap<(Dense, Dense), Sum> {
    let members = Members::of(graph);
    let told = told(lifted, &members);
    let clocks = Clocks::of(told.iter().map(|told| told.edge));
    let has_copies = told.iter().any(|told| told.is_copy);
    let mut sums: HashMap<(Dense, Dense), Sum> = HashMap::new();
    let mut seen = HashSet::new();
    let mut left = COUNTED_MAX;
    for told in &told {
        let Some(carried) = Carried::by(told.edge, &clocks) else { continue };
        let (client, server) = (original(lifted, told.client), original(lifted, told.server));
        for from in members.nodes(told.client) {
            for to in members.nodes(told.server) {
                if has_copies && !seen.insert((from, to, client, server)) {
                    continue;
                }
                let Some(rest) = left.checked_sub(1) else { return sums };
                left = rest;
                sums.entry((from, to)).or_default().add(&carried);
            }
        }
    }
    sums
}

/// The connections of members, copies last.
fn told<'a>(lifted: &'a Lifted, members: &Members) -> Vec<Told<'a>> {
    let of_client = |client: Dense| {
        let row = lifted.endpoint_row(client)?;
        let is_copied = is_copy(lifted, client);
        Some(row.edges.iter().filter_map(move |(to, edge)| {
            let server = lifted.endpoint(to).filter(|_| !edge.sides.is_empty())?;
            Some(Told { client, server, edge, is_copy: is_copied || is_copy(lifted, server) })
        }))
    };
    let (mut told, copies): (Vec<_>, Vec<_>) =
        members.endpoints().filter_map(of_client).flatten().partition(|told| !told.is_copy);
    told.extend(copies);
    told
}

fn is_copy(lifted: &Lifted, endpoint: Dense) -> bool {
    lifted.endpoint_row(endpoint).is_some_and(|row| row.latest.contains_key("copy_of"))
}

/// The endpoint that one is a copy of under another address, or itself.
fn original(lifted: &Lifted, endpoint: Dense) -> Dense {
    let stated = lifted.endpoint_row(endpoint).and_then(|row| row.fact("copy_of"));
    stated.and_then(|id| lifted.endpoint(id)).unwrap_or(endpoint)
}
