//! One edge, long: its figures with their history, and the connections it is drawn for.

use super::carried::{Carried, Clocks, Sum, host_id, is_client, is_open};
use super::{history, original};
use crate::kinds::{shape, view_of, words};
use scope_api::{
    EdgeDetail, EdgeEvidence, EdgeNode, EdgeObservation, EdgeObserver, EdgeSilence, EdgeSocket,
    ParentLink,
};
use scope_render::{Dense, Graph, GraphNode, Lifted, NodeKind, ViewId};
use scope_report::{Edge, EdgeSide, SortedMap, Text, Timestamp, TopologyKind, id};
use smol_str::{ToSmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many connections are listed as evidence; all are counted.
pub const EVIDENCE_MAX: usize = 100;

/// How many steps of address translation, and how many sides, are told of a connection.
const STEPS_PER_CONNECTION_MAX: usize = 32;

/// How many hosts are named that say nothing.
const SILENT_HOSTS_MAX: usize = 16;

/// The edge from one node of a graph to another, or nothing where there is none.
///
/// As with the details of a node, one that the options leave out is answered all the same.
pub fn edge_detail(lifted: &Lifted, graph: &Graph, from: &str, to: &str) -> Option<EdgeDetail> {
    let (from, to) = (graph.find(from)?, graph.find(to)?);
    if !graph.adjacency(from).any(|own| own == to) {
        return None;
    }
    let connections = connections(lifted, graph, from, to);
    let edges: Vec<&Edge> = (connections.values())
        .map(|connection| &connection.edge)
        .filter(|edge| !edge.sides.is_empty())
        .collect();
    let clocks = Clocks::of(all_edges(lifted));
    let mut sum = Sum::default();
    edges.iter().filter_map(|edge| Carried::by(edge, &clocks)).for_each(|own| sum.add(&own));
    let silence = edges.is_empty().then(|| silence(lifted, &connections));
    Some(EdgeDetail {
        from: edge_node(lifted, graph.node(from)?),
        to: edge_node(lifted, graph.node(to)?),
        summary: (!edges.is_empty()).then(|| sum.summary()),
        metrics: history::metrics(&edges, &clocks, &sum),
        evidence: evidence(lifted, &connections, &clocks),
        evidence_count: connections.len(),
        silence,
    })
}

/// A connection under the addresses its ends have themselves.
struct Connection {
    client: Dense,
    server: Dense,
    /// What is said of it under any of its addresses.
    edge: Edge,
}

/// The connections behind an edge by their original endpoints, so that each is listed once.
fn connections(
    lifted: &Lifted,
    graph: &Graph,
    from: Dense,
    to: Dense,
) -> BTreeMap<(Text, Text), Connection> {
    let servers: HashSet<Dense> = graph.stage().endpoints(to).iter().copied().collect();
    let mut connections = BTreeMap::new();
    for client in graph.stage().endpoints(from) {
        let Some(row) = lifted.endpoint_row(*client) else { continue };
        for server in lifted.endpoint_adjacency(*client).iter().filter(|own| servers.contains(own))
        {
            let (client, real) = (original(lifted, *client), original(lifted, *server));
            let (Some(client_id), Some(server_id)) =
                (lifted.endpoint_id(client), lifted.endpoint_id(real))
            else {
                continue;
            };
            let connection = connections
                .entry((client_id.clone(), server_id.clone()))
                .or_insert_with(|| Connection { client, server: real, edge: Edge::default() });
            let told = lifted.endpoint_id(*server).and_then(|id| row.edges.get(id));
            told.into_iter().for_each(|edge| connection.edge.merge(edge));
        }
    }
    connections
}

fn edge_node(lifted: &Lifted, node: &GraphNode) -> EdgeNode {
    let words = words(lifted.report(), node);
    EdgeNode {
        id: node.id.clone(),
        label: words.label,
        label_minor: words.label_minor,
        shape: shape(lifted.report(), node).0,
        rank: words.rank,
        pseudo: node.is_pseudo(),
    }
}

/// The connections seen last, with all that is known of each.
fn evidence(
    lifted: &Lifted,
    connections: &BTreeMap<(Text, Text), Connection>,
    clocks: &Clocks<'_>,
) -> Vec<EdgeEvidence> {
    let last_seen = |connection: &Connection| {
        let sides = connection.edge.sides.iter().map(|(_, side)| side);
        sides.map(|side| (is_open(side), side.last_seen)).max()
    };
    let mut newest: Vec<_> = connections.iter().collect();
    newest.sort_by_key(|(_, connection)| std::cmp::Reverse(last_seen(connection)));
    newest.truncate(EVIDENCE_MAX);
    let wanted: HashSet<Dense> =
        newest.iter().flat_map(|(_, own)| [own.client, own.server]).collect();
    let holders = Holders::of(lifted, &wanted);
    let entry = |((client, server), connection): &(&(Text, Text), &Connection)| EdgeEvidence {
        id: format_smolstr!("{client}-{server}"),
        client: holders.socket(lifted, connection.client, client),
        server: holders.socket(lifted, connection.server, server),
        nat: nat(&connection.edge),
        sides: observations(lifted, &connection.edge, clocks),
    };
    newest.iter().map(entry).collect()
}

/// The steps of address translation that any side tells of.
fn nat(edge: &Edge) -> Vec<Text> {
    let steps: BTreeSet<&Text> = edge.sides.iter().flat_map(|(_, side)| side.nat.iter()).collect();
    steps.into_iter().take(STEPS_PER_CONNECTION_MAX).cloned().collect()
}

fn observations(lifted: &Lifted, edge: &Edge, clocks: &Clocks<'_>) -> Vec<EdgeObservation> {
    let one = |(observer, side): (&Text, &EdgeSide)| {
        let alone = Edge { sides: SortedMap::from_iter([(observer.clone(), side.clone())]) };
        let mut sum = Sum::default();
        Carried::by(&alone, clocks).iter().for_each(|carried| sum.add(carried));
        EdgeObservation {
            observer: host_name(lifted, &id::host(host_id(observer))),
            side: if is_client(observer) { "client" } else { "server" }.into(),
            source: side.source.clone(),
            state: side.state.clone(),
            first_seen: moment(side.first_seen),
            // An open connection is still there, though its probe need not say so again.
            last_seen: moment(if is_open(side) { clocks.newest(observer) } else { side.last_seen }),
            metrics: sum.summary(),
        }
    };
    edge.sides.iter().take(STEPS_PER_CONNECTION_MAX).map(one).collect()
}

fn moment(time: Timestamp) -> Option<Text> {
    (!time.is_zero()).then(|| time.to_smolstr())
}

/// The name of a host by the id of its node.
fn host_name(lifted: &Lifted, host: &Text) -> Text {
    let row = lifted.row(TopologyKind::Host, host).cloned();
    words(lifted.report(), &GraphNode::new(host.clone(), NodeKind::Of(TopologyKind::Host), row))
        .label
}

/// What endpoints belong to, as the views of processes, containers and hosts have it.
#[derive(Default)]
struct Holders {
    processes: HashMap<Dense, (ParentLink, Text)>,
    containers: HashMap<Dense, ParentLink>,
    hosts: HashMap<Dense, ParentLink>,
}

impl Holders {
    fn of(lifted: &Lifted, wanted: &HashSet<Dense>) -> Self {
        let mut holders = Self::default();
        each_holder(lifted, ViewId::Processes, wanted, |endpoint, node| {
            let pid = id::parse_process(&node.id).map_or("", |(_, pid)| pid);
            let link = link(lifted, node, TopologyKind::Process);
            holders.processes.extend(link.map(|link| (endpoint, (link, Text::from(pid)))));
        });
        each_holder(lifted, ViewId::Containers, wanted, |endpoint, node| {
            let link = link(lifted, node, TopologyKind::Container);
            holders.containers.extend(link.map(|link| (endpoint, link)));
        });
        each_holder(lifted, ViewId::Hosts, wanted, |endpoint, node| {
            let link = link(lifted, node, TopologyKind::Host);
            holders.hosts.extend(link.map(|link| (endpoint, link)));
        });
        holders
    }

    fn socket(&self, lifted: &Lifted, endpoint: Dense, endpoint_id: &str) -> EdgeSocket {
        let (address, port) =
            id::parse_endpoint(endpoint_id).map_or(("", endpoint_id), |(_, ip, port)| (ip, port));
        let names = lifted.report().dns.get(address);
        let name = names.and_then(|names| names.forward.iter().chain(&names.reverse).next());
        let (process, pid) = self.processes.get(&endpoint).cloned().unzip();
        // A Unix-domain socket has an inode for a port and its path as a fact.
        let row = lifted.endpoint_row(endpoint);
        let path = row.and_then(|row| row.latest.get("unix_path")).map(|fact| &fact.value);
        EdgeSocket {
            address: if address == "unix" { Text::default() } else { address.into() },
            port: path.cloned().unwrap_or_else(|| port.into()),
            name: name.cloned().unwrap_or_default(),
            process,
            pid: pid.unwrap_or_default(),
            container: self.containers.get(&endpoint).cloned(),
            host: self.hosts.get(&endpoint).cloned(),
        }
    }
}

/// Tells of each wanted endpoint which node of a view it is part of.
fn each_holder(
    lifted: &Lifted,
    view: ViewId,
    wanted: &HashSet<Dense>,
    mut tell: impl FnMut(Dense, &GraphNode),
) {
    let stage = lifted.stage(view);
    for (index, node) in stage.nodes().filter(|(_, node)| !node.is_pseudo()) {
        for endpoint in stage.endpoints(index).iter().filter(|own| wanted.contains(own)) {
            tell(*endpoint, node);
        }
    }
}

fn link(lifted: &Lifted, node: &GraphNode, kind: TopologyKind) -> Option<ParentLink> {
    if !node.is_of(kind) {
        return None;
    }
    let label = words(lifted.report(), node).label;
    Some(ParentLink { id: node.id.clone(), label, topology_id: view_of(kind)?.as_str().into() })
}

/// Why no probe says what these connections carry.
fn silence(lifted: &Lifted, connections: &BTreeMap<(Text, Text), Connection>) -> EdgeSilence {
    let ends = connections.values().flat_map(|own| [own.client, own.server]);
    let rows = ends.filter_map(|end| lifted.endpoint_row(end));
    let hosts: BTreeSet<&Text> =
        rows.filter_map(|row| row.latest.get("host_node_id")).map(|fact| &fact.value).collect();
    if hosts.is_empty() {
        return EdgeSilence { reason: "conntrack".into(), hosts: Vec::new() };
    }
    let telling = telling_hosts(lifted);
    let silent: Vec<&Text> =
        hosts.iter().copied().filter(|host| !telling.contains(*host)).collect();
    let (reason, named) = match silent.is_empty() {
        true => ("quiet", hosts.into_iter().collect()),
        false => ("probe", silent),
    };
    let observer = |host: &Text| EdgeObserver {
        host: host_name(lifted, host),
        version: lifted
            .row(TopologyKind::Host, host)
            .and_then(|row| row.latest.get("host_scope_version"))
            .map(|fact| fact.value.clone())
            .unwrap_or_default(),
    };
    let hosts = named.into_iter().take(SILENT_HOSTS_MAX).map(observer).collect();
    EdgeSilence { reason: reason.into(), hosts }
}

/// What is said of any connection of the report.
fn all_edges(lifted: &Lifted) -> impl Iterator<Item = &Edge> {
    let rows = lifted.report().topology(TopologyKind::Endpoint).nodes.values();
    rows.flat_map(|row| row.edges.iter().map(|(_, edge)| edge))
}

/// The hosts whose probes say of some connection what it carries, by the ids of their nodes.
fn telling_hosts(lifted: &Lifted) -> HashSet<Text> {
    let sides = all_edges(lifted).flat_map(|edge| edge.sides.iter());
    let observers = sides.map(|(observer, _)| observer);
    let ids: HashSet<&str> = observers.map(|observer| host_id(observer)).collect();
    ids.into_iter().map(id::host).collect()
}
