//! From Unix-domain sockets to endpoint nodes: which process talks to which, through what path.
//!
//! The end whose name its peer asked for serves; pairs without a name (`socketpair`) are a process
//! talking to its own kin and are left out, and so is a process that talks to itself. All
//! connections of one client process to one path of one server process are one pair of endpoints.

use crate::owners::Owner;
use crate::unix_table::UnixSocket;
use rustc_hash::{FxHashMap, FxHashSet};
use scope_report::{Edge, EdgeSide, Metric, Node, Text, Timestamp, TopologyKind, edge_metric, id};
use smol_str::format_smolstr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most pairs of processes that are told.
pub const PAIRS_MAX: usize = 4096;

/// The most connections between Unix sockets that are looked at.
const CONNECTIONS_MAX: usize = 65_536;

/// One connection between two Unix sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixConnection {
    /// The inode of the client's socket.
    pub client: u64,
    /// The inode of the socket that serves it.
    pub server: u64,
    /// The inodes of sockets that listen on the path.
    pub listeners: Vec<u64>,
    /// What the client asked for.
    pub path: Text,
}

/// A client process, a server process and the path between them.
type PairKey = (Owner, Owner, Text);

/// Builds endpoint nodes, and remembers those of the last time.
#[derive(Debug, Default)]
pub struct UnixWriter {
    before: BTreeMap<Text, Arc<Node>>,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    client: u64,
    server: u64,
    count: u32,
}

/// The connections among `sockets`, which are those of all namespaces.
pub fn unix_connections<'a>(
    sockets: impl Iterator<Item = &'a UnixSocket> + Clone,
) -> Vec<UnixConnection> {
    let by_inode: FxHashMap<u64, &UnixSocket> =
        sockets.clone().map(|socket| (socket.inode, socket)).collect();
    let mut listeners: FxHashMap<&Text, Vec<u64>> = FxHashMap::default();
    for socket in sockets.clone().filter(|socket| socket.listens) {
        listeners.entry(&socket.path).or_default().push(socket.inode);
    }
    let connection = |client: &UnixSocket| {
        let server = by_inode.get(&client.peer).filter(|server| !server.path.is_empty())?;
        let asked_back = server.peer == client.inode
            && !client.path.is_empty()
            && (!listeners.contains_key(&server.path) || listeners.contains_key(&client.path));
        let inode = |one: &UnixSocket| (one.inode != 0).then_some(one.inode);
        (!asked_back).then_some(UnixConnection {
            client: inode(client)?,
            server: inode(server)?,
            listeners: listeners.get(&server.path).cloned().unwrap_or_default(),
            path: server.path.clone(),
        })
    };
    sockets.filter(|socket| socket.peer != 0).filter_map(connection).take(CONNECTIONS_MAX).collect()
}

/// The inodes whose holders are worth knowing.
pub fn inodes_of(connections: &[UnixConnection]) -> FxHashSet<u64> {
    connections
        .iter()
        .flat_map(|one| [one.client, one.server].into_iter().chain(one.listeners.iter().copied()))
        .collect()
}

impl UnixWriter {
    /// Writes the nodes of `connections`; `holders` tells who holds the socket of an inode.
    pub fn write<'a>(
        &mut self,
        host_id: &str,
        connections: &[UnixConnection],
        holders: impl Fn(u64) -> &'a [Owner],
        now: Timestamp,
    ) {
        let mut pairs: BTreeMap<PairKey, Pair> = BTreeMap::new();
        for one in connections {
            let Some(client) = holders(one.client).iter().min().copied() else { continue };
            let listener = one.listeners.iter().min_by_key(|inode| {
                let serves = holders(one.server).iter().any(|own| holders(**inode).contains(own));
                (!serves, **inode)
            });
            let server = holders(one.server).iter().max().copied();
            let by_listener = || listener.and_then(|inode| holders(*inode).iter().min().copied());
            let Some(server) = server.or_else(by_listener) else { continue };
            let key = (client, server, one.path.clone());
            if client.pid == server.pid || (pairs.len() >= PAIRS_MAX && !pairs.contains_key(&key)) {
                continue;
            }
            let inode = listener.copied().unwrap_or(one.server);
            let fresh = Pair { client: one.client, server: inode, count: 0 };
            let pair = pairs.entry(key).or_insert(fresh);
            pair.client = pair.client.min(one.client);
            pair.server = pair.server.min(inode);
            pair.count += 1;
        }
        self.update(host_id, pairs, now);
    }

    /// The nodes as they were written last.
    pub fn nodes(&self) -> &BTreeMap<Text, Arc<Node>> {
        &self.before
    }

    fn update(&mut self, host_id: &str, pairs: BTreeMap<PairKey, Pair>, now: Timestamp) {
        let id_of = |inode: u64| format_smolstr!("{host_id};unix;{inode}");
        let mut nodes: BTreeMap<Text, Node> = BTreeMap::new();
        for ((client, server, path), pair) in pairs {
            let server_id = id_of(pair.server);
            for (id, owner) in [(id_of(pair.client), client), (server_id.clone(), server)] {
                let node = nodes
                    .entry(id.clone())
                    .or_insert_with(|| Node::new(id, TopologyKind::Endpoint.name()));
                node.set_fact("pid", now, owner.pid.to_string());
                node.set_fact("host_node_id", now, id::host(host_id));
                node.set_fact("unix_path", now, path.clone());
            }
            let Some(node) = nodes.get_mut(&id_of(pair.client)) else { continue };
            node.adjacency.insert(server_id.clone());
            if pair.count > 1 {
                node.set_fact("conn_count", now, pair.count.to_string());
            }
            node.edges.insert(server_id, edge(host_id, pair.count, now));
        }
        let mut before = std::mem::take(&mut self.before);
        for (id, node) in nodes {
            let node = match before.remove(&id) {
                Some(old) if says_the_same(&old, &node) => old,
                _ => Arc::new(node),
            };
            self.before.insert(id, node);
        }
    }
}

/// Both sides of a connection on one host are seen at once.
fn edge(host_id: &str, open: u32, now: Timestamp) -> Edge {
    let side = EdgeSide {
        source: "sockets".into(),
        state: "open".into(),
        first_seen: now,
        last_seen: now,
        metrics: [(edge_metric::OPEN, Metric::single(now, f64::from(open), f64::from(open)))]
            .into_iter()
            .collect(),
        ..EdgeSide::default()
    };
    let sides = ["client", "server"].map(|end| (format_smolstr!("{host_id};{end}"), side.clone()));
    Edge { sides: sides.into_iter().collect() }
}

fn says_the_same(one: &Node, other: &Node) -> bool {
    let facts = |node: &Node| {
        let facts = node.latest.iter().map(|(key, fact)| (key.clone(), fact.value.clone()));
        facts.collect::<Vec<_>>()
    };
    one.adjacency == other.adjacency && facts(one) == facts(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(inode: u64, peer: u64, listens: bool, path: &str) -> UnixSocket {
        UnixSocket { inode, peer, listens, path: path.into() }
    }

    /// Each socket is held by the process whose id is a tenth of its inode.
    #[track_caller]
    fn check(sockets: &[UnixSocket], expect: &[&str]) {
        let owners: BTreeMap<u64, [Owner; 1]> = (1..100u64)
            .map(|inode| {
                (inode, [Owner { start_ticks: 1, pid: u32::try_from(inode / 10).unwrap() }])
            })
            .collect();
        let connections = unix_connections(sockets.iter());
        let mut writer = UnixWriter::default();
        writer.write("h", &connections, |inode| &owners[&inode], Timestamp::ZERO);
        let told: Vec<String> = writer
            .nodes()
            .values()
            .map(|node| {
                let edges: Vec<_> = node.adjacency.iter().map(Text::as_str).collect();
                let fact = |key| node.fact(key).unwrap_or_default();
                format!("{} {} {} -> {}", node.id, fact("pid"), fact("unix_path"), edges.join(","))
            })
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn clients_of_an_engine() {
        check(
            &[
                socket(10, 0, true, "/run/docker.sock"),
                socket(11, 20, false, "/run/docker.sock"),
                socket(12, 21, false, "/run/docker.sock"),
                socket(20, 11, false, ""),
                socket(21, 12, false, ""),
                socket(13, 30, false, "/run/docker.sock"),
                socket(30, 13, false, ""),
            ],
            &[
                "h;unix;10 1 /run/docker.sock -> ",
                "h;unix;20 2 /run/docker.sock -> h;unix;10",
                "h;unix;30 3 /run/docker.sock -> h;unix;10",
            ],
        );
    }

    #[test]
    fn a_client_may_have_a_name_too() {
        check(
            &[
                socket(10, 0, true, "@server"),
                socket(11, 20, false, "@server"),
                socket(20, 11, false, "@client"),
            ],
            &["h;unix;10 1 @server -> ", "h;unix;20 2 @server -> h;unix;10"],
        );
    }

    #[test]
    fn datagrams_go_to_a_name() {
        check(
            &[socket(10, 0, false, "/dev/log"), socket(20, 10, false, "")],
            &["h;unix;10 1 /dev/log -> ", "h;unix;20 2 /dev/log -> h;unix;10"],
        );
    }

    #[test]
    fn kin_and_oneself_are_left_out() {
        check(&[socket(10, 20, false, ""), socket(20, 10, false, "")], &[]);
        check(
            &[socket(10, 0, true, "/a"), socket(11, 12, false, "/a"), socket(12, 11, false, "")],
            &[],
        );
    }
}
