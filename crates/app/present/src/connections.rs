//! Who a node talks to, by port and number; and what those connections carry, where it is known.

use crate::edges::{Clocks, RowFigures, told_edge};
use crate::kinds::words;
use scope_api::{ColumnHeader, Connection, ConnectionsTable, MetadataRow};
use scope_render::{Dense, Graph, GraphNode, Lifted, PseudoKind, ViewId};
use scope_report::{Edge, Text, id};
use smol_str::{ToSmolStr, format_smolstr};
use std::collections::{BTreeMap, HashSet};

/// What connections are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    remote: Dense,
    /// The remote address, if the remote node lists its addresses.
    remote_address: Text,
    /// The local address, if the local node lists its addresses.
    local_address: Text,
    /// The server's.
    port: Text,
}

/// The end of a connection: an endpoint, and the node it is part of.
#[derive(Clone, Copy)]
struct End<'a> {
    node: &'a GraphNode,
    endpoint: Dense,
}

/// Connections counted by row, each once however many copies of its client there are.
#[derive(Default)]
struct Counter<'a> {
    seen: HashSet<Text>,
    counts: BTreeMap<Row, u64>,
    /// What probes said of the connections counted.
    told: Vec<(Row, &'a Edge)>,
}

/// The inbound and the outbound table of a node.
pub(crate) fn connections(
    lifted: &Lifted,
    graph: &Graph,
    view: ViewId,
    index: Dense,
) -> [ConnectionsTable; 2] {
    let with_local = lists_addresses(graph.node(index));
    let heading = |id: &'static str, label: &'static str, counter: Counter<'_>| {
        let figures = counter.figures();
        ConnectionsTable {
            id: Text::new_static(id),
            topology_id: view.as_str().into(),
            label: Text::new_static(label),
            columns: columns(with_local, &figures),
            connections: counter.rows(lifted, graph, with_local, &figures),
        }
    };
    [
        heading("incoming-connections", "Inbound", incoming(lifted, graph, index)),
        heading("outgoing-connections", "Outbound", outgoing(lifted, graph, index)),
    ]
}

fn incoming<'a>(lifted: &'a Lifted, graph: &'a Graph, local: Dense) -> Counter<'a> {
    let mut counter = Counter::default();
    let Some(local_node) = graph.node(local) else { return counter };
    let own = graph.stage().endpoints(local);
    // A node left out has no edges to it, but for one from itself.
    let mut remotes: Vec<Dense> =
        graph.edges().filter(|(_, to)| *to == local).map(|(from, _)| from).collect();
    if !graph.is_shown(local) && graph.adjacency(local).any(|to| to == local) {
        remotes.push(local);
    }
    for remote in remotes {
        let Some(remote_node) = graph.node(remote) else { continue };
        for (client, server) in pairs(lifted, graph.stage().endpoints(remote), own) {
            let told = told_edge(lifted, client, server);
            let Some(server) = original(lifted, server) else { continue };
            let server = End { node: local_node, endpoint: server };
            let client = End { node: remote_node, endpoint: client };
            if let Some(row) = counter.add(lifted, remote, client, server, false) {
                counter.told.extend(told.map(|edge| (row, edge)));
            }
        }
    }
    counter
}

fn outgoing<'a>(lifted: &'a Lifted, graph: &'a Graph, local: Dense) -> Counter<'a> {
    let mut counter = Counter::default();
    let Some(local_node) = graph.node(local) else { return counter };
    let remotes = graph.adjacency(local).filter(|to| *to == local || graph.is_shown(*to));
    for remote in remotes {
        let Some(remote_node) = graph.node(remote) else { continue };
        let theirs = graph.stage().endpoints(remote);
        for (client, server) in pairs(lifted, graph.stage().endpoints(local), theirs) {
            let told = told_edge(lifted, client, server);
            let Some(server) = original(lifted, server) else { continue };
            let client = End { node: local_node, endpoint: client };
            let server = End { node: remote_node, endpoint: server };
            if let Some(row) = counter.add(lifted, remote, client, server, true) {
                counter.told.extend(told.map(|edge| (row, edge)));
            }
        }
    }
    counter
}

/// The connections from `clients` to `servers`, ascending by their ids.
///
/// Numbers of endpoints are handed out as they come, and of several copies of a client the first
/// is counted: in the order of ids it is the same one whenever the reports arrived.
fn pairs(lifted: &Lifted, clients: &[Dense], servers: &[Dense]) -> Vec<(Dense, Dense)> {
    let of = |client: &Dense| {
        let client = *client;
        common(lifted.endpoint_adjacency(client), servers).map(move |server| (client, server))
    };
    let mut pairs: Vec<(Dense, Dense)> = clients.iter().flat_map(of).collect();
    pairs
        .sort_by_key(|(client, server)| (lifted.endpoint_id(*client), lifted.endpoint_id(*server)));
    pairs
}

/// What two ascending lists have in common, looking the shorter up in the longer.
fn common<'a>(a: &'a [Dense], b: &'a [Dense]) -> impl Iterator<Item = Dense> + 'a {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().copied().filter(|item| long.binary_search(item).is_ok())
}

/// The endpoint that one is a copy of under another address, or itself.
fn original(lifted: &Lifted, endpoint: Dense) -> Option<Dense> {
    match lifted.endpoint_row(endpoint)?.fact("copy_of") {
        Some(original) => lifted.endpoint(original),
        None => Some(endpoint),
    }
}

impl Counter<'_> {
    /// Counts a connection, unless its client was counted already; answers its row.
    fn add(
        &mut self,
        lifted: &Lifted,
        remote: Dense,
        client: End<'_>,
        server: End<'_>,
        is_outgoing: bool,
    ) -> Option<Row> {
        let client_row = lifted.endpoint_row(client.endpoint)?;
        let client_id = lifted.endpoint_id(client.endpoint)?;
        let port = port(lifted, server.endpoint)?;
        let counted_as = client_row.latest.get("copy_of").map_or(client_id, |fact| &fact.value);
        if self.seen.contains(counted_as) {
            return None;
        }
        let (theirs, ours) = if is_outgoing { (server, client) } else { (client, server) };
        let remote_address = internet_address(lifted, theirs)?;
        let local_address = internet_address(lifted, ours)?;
        self.seen.insert(counted_as.clone());
        let weight = client_row.fact("conn_count").and_then(|count| count.parse().ok());
        let row = Row { remote, remote_address, local_address, port };
        let count = self.counts.entry(row.clone()).or_default();
        *count = count.saturating_add(weight.unwrap_or(1));
        Some(row)
    }

    /// What the connections of each row carry.
    fn figures(&self) -> RowFigures<Row> {
        let clocks = Clocks::of(self.told.iter().map(|(_, edge)| *edge));
        let mut figures = RowFigures::default();
        for (row, edge) in &self.told {
            figures.add(row, edge, &clocks);
        }
        figures
    }

    fn rows(
        self,
        lifted: &Lifted,
        graph: &Graph,
        with_local: bool,
        figures: &RowFigures<Row>,
    ) -> Vec<Connection> {
        let rows = self.counts.into_iter().filter_map(|(row, count)| {
            let remote = graph.node(row.remote)?;
            let cells = figures.cells(&row);
            let mut connection = connection(lifted, remote, row, count, with_local);
            connection.metadata.extend(cells);
            Some(connection)
        });
        let mut rows: Vec<Connection> = rows.collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows
    }
}

fn connection(
    lifted: &Lifted,
    remote: &GraphNode,
    row: Row,
    count: u64,
    with_local: bool,
) -> Connection {
    let Row { remote_address, local_address, port, .. } = row;
    let id = format_smolstr!("{}-{remote_address}-{local_address}-{port}", remote.id);
    let words = words(lifted.report(), remote);
    let (label, label_minor) = if remote_address.is_empty() {
        (words.label, words.label_minor)
    } else {
        (remote_address, Text::default())
    };
    let mut metadata = Vec::with_capacity(3);
    if with_local {
        metadata.push(cell("remote", local_address));
    }
    metadata.push(cell("port", port));
    metadata.push(cell("count", count.to_smolstr()));
    Connection { id, node_id: remote.id.clone(), label, label_minor, metadata }
}

/// The port of a server; of a Unix-domain socket, which has none, its path.
fn port(lifted: &Lifted, server: Dense) -> Option<Text> {
    let path = lifted.endpoint_row(server)?.latest.get("unix_path");
    let (_, _, port) = id::parse_endpoint(lifted.endpoint_id(server)?)?;
    Some(path.map_or_else(|| Text::from(port), |fact| fact.value.clone()))
}

/// The address of an end that is of the Internet, with its name if one is known; blank for others.
fn internet_address(lifted: &Lifted, end: End<'_>) -> Option<Text> {
    if !lists_addresses(Some(end.node)) {
        return Some(Text::default());
    }
    let (_, address, _) = id::parse_endpoint(lifted.endpoint_id(end.endpoint)?)?;
    let names = lifted.report().dns.get(address);
    let name = names.and_then(|names| names.forward.iter().chain(&names.reverse).next());
    Some(match name {
        Some(name) => format_smolstr!("{name} ({address})"),
        None => Text::from(address),
    })
}

fn lists_addresses(node: Option<&GraphNode>) -> bool {
    node.and_then(GraphNode::pseudo).is_some_and(PseudoKind::lists_addresses)
}

fn cell(id: &'static str, value: Text) -> MetadataRow {
    MetadataRow { id: Text::new_static(id), value, ..MetadataRow::default() }
}

fn columns(with_remote: bool, figures: &RowFigures<Row>) -> Vec<ColumnHeader> {
    let column = |id: &'static str, label: &'static str, data_type: &'static str| ColumnHeader {
        id: Text::new_static(id),
        label: Text::new_static(label),
        default_sort: id == "count",
        data_type: Text::new_static(data_type),
    };
    let remote = with_remote.then(|| column("remote", "Remote", ""));
    let both = [column("port", "Port", "number"), column("count", "Count", "number")];
    remote.into_iter().chain(both).chain(figures.columns()).collect()
}
