//! From connections to the endpoint nodes of a report, with what their edges carry.
//!
//! An endpoint that serves several processes' connections (a prefork server) is one node with one
//! `pid`: that of the oldest process that serves one, so that it stays while workers come and go.
//! Nodes that say what they said before are the same nodes as before, timestamps included: what did
//! not change costs neither the merge nor a delta anything. Figures are told once in an interval,
//! and not again while they stay zero.
//! A copy under a rewritten address has no edges of its own: they are told of the real end.

use crate::connections::Witness;
use crate::fold::{Load, Told, ToldSide};
use crate::listening::Receiver;
use crate::owners::Owner;
use crate::socket_table::Transport;
use crate::translation::Route;
use scope_agent::LocalNetworks;
use scope_report::{
    Edge, EdgeSide, Fact, Metric, Node, NodeMap, SortedMap, StringSet, Text, Timestamp,
    TopologyKind, edge_metric, id,
};
use smol_str::format_smolstr;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// How addresses become ids.
#[derive(Debug)]
pub struct Scoping {
    /// The id of this host.
    pub host_id: Text,
    /// Addresses that mean something only here.
    pub local_networks: LocalNetworks,
}

/// Endpoint nodes by id.
pub type Nodes = NodeMap;

/// Builds endpoint nodes, and remembers those of the last time.
#[derive(Debug)]
pub struct EndpointWriter {
    scoping: Scoping,
    host_node_id: Text,
    /// The keys of the two sides of an edge.
    side_keys: [Text; 2],
    before: BTreeMap<Text, (Draft, Arc<Node>)>,
}

/// What is to be said of an endpoint, but when.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    owner: Option<Owner>,
    adjacency: Vec<Text>,
    count: usize,
    copy_of: Option<Text>,
    answers: Answers,
    edges: Vec<EdgeDraft>,
}

/// Whether those who call an endpoint are answered; what is known of any call counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Answers {
    /// Nobody calls.
    #[default]
    Unknown,
    /// Every attempt failed.
    Never,
    /// Somebody answered.
    Somebody,
}

/// What is to be said of an edge.
#[derive(Clone, Debug, PartialEq)]
struct EdgeDraft {
    server_id: Text,
    /// Client and server.
    sides: [Option<ToldSide>; 2],
    state: &'static str,
    nat: Vec<String>,
}

/// When nodes are written, and whether figures are due.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// When.
    pub now: Timestamp,
    /// Whether the figures of edges are told this time.
    pub with_loads: bool,
}

impl Scoping {
    /// The id of the endpoint `address`; `namespace` is the inode that loopback addresses are
    /// within, 0 when it is not known. UDP has ports of its own: `10.0.0.1;53/udp`.
    pub fn endpoint(&self, address: SocketAddr, namespace: u64, transport: Transport) -> Text {
        let ip = address.ip();
        let host_id = self.host_id.as_str();
        let tcp = if ip.is_loopback() && namespace != 0 {
            id::endpoint(&format!("{host_id}-{namespace}"), ip, address.port())
        } else if ip.is_loopback() || self.local_networks.contains(ip) {
            id::endpoint(host_id, ip, address.port())
        } else {
            id::endpoint("", ip, address.port())
        };
        match transport {
            Transport::Tcp => tcp,
            Transport::Udp => format_smolstr!("{tcp}/udp"),
        }
    }
}

impl EndpointWriter {
    /// A writer that has written nothing yet.
    pub fn new(scoping: Scoping) -> Self {
        let host_node_id = id::host(&scoping.host_id);
        let side_keys =
            ["client", "server"].map(|side| format_smolstr!("{};{side}", scoping.host_id));
        Self { scoping, host_node_id, side_keys, before: BTreeMap::new() }
    }

    /// The nodes of `told` and of `receivers`, and clones of them under the addresses that `routes`
    /// rewrite.
    pub fn write(
        &mut self,
        told: &[Told],
        receivers: &[Receiver],
        routes: &[Route],
        telling: Telling,
    ) -> Nodes {
        let mut drafts = self.drafts(told, routes);
        for Receiver { address, namespace, owner } in receivers {
            let id = self.scoping.endpoint(*address, *namespace, Transport::Udp);
            let draft = drafts.entry(id).or_default();
            draft.owner = draft.owner.or(Some(*owner));
        }
        self.add_copies(&mut drafts, routes);
        let mut before = std::mem::take(&mut self.before);
        let mut nodes = Nodes::new();
        for (id, draft) in drafts {
            let is_told = |node: &Node| !telling.with_loads || self.has_figures(&draft, node);
            let node = match before.remove(&id) {
                Some((same, node))
                    if same.says_the_same(&draft, telling.with_loads) && is_told(&node) =>
                {
                    node
                }
                Some((old, node)) => Arc::new(self.node(&id, &draft, telling, Some((&old, &node)))),
                None => Arc::new(self.node(&id, &draft, telling, None)),
            };
            nodes.insert(id.clone(), Arc::clone(&node));
            self.before.insert(id, (draft, node));
        }
        nodes
    }

    /// Whether `node` has figures of each edge of `draft` that was measured: a connection that
    /// carries nothing has a round-trip time all the same.
    fn has_figures(&self, draft: &Draft, node: &Node) -> bool {
        draft.edges.iter().all(|edge| {
            let told = node.edges.get(&edge.server_id);
            self.side_keys.iter().zip(&edge.sides).all(|(key, side)| {
                let is_measured = side.is_some_and(|side| side.load.metered > 0);
                let told = told.and_then(|told| told.sides.get(key));
                !is_measured
                    || told.is_some_and(|told| told.metrics.contains_key(edge_metric::SENT_BYTES))
            })
        })
    }

    fn drafts(&self, told: &[Told], routes: &[Route]) -> BTreeMap<Text, Draft> {
        let translated: BTreeMap<_, _> = routes
            .iter()
            .filter(|route| route.flow.is_translated())
            .map(|route| ((route.flow.client(), route.flow.server()), route))
            .collect();
        let mut drafts: BTreeMap<Text, Draft> = BTreeMap::new();
        for one in told {
            let (transport, namespace) = (one.key.transport, one.key.namespace);
            let client_id = self.scoping.endpoint(one.key.client, namespace, transport);
            let server_id = self.scoping.endpoint(one.key.server, namespace, transport);
            let server = drafts.entry(server_id.clone()).or_default();
            server.owner = oldest(server.owner, one.ends.server);
            let answers = if one.failed { Answers::Never } else { Answers::Somebody };
            server.answers = server.answers.max(answers);
            let client = drafts.entry(client_id).or_default();
            client.owner = oldest(client.owner, one.ends.client);
            client.adjacency.push(server_id.clone());
            if one.count > 1 {
                client.count += one.count;
            }
            let route = translated.get(&(one.key.client, one.key.server));
            let state = match (one.failed, one.closed) {
                (true, _) => "failed",
                (false, true) => "closed",
                (false, false) => "open",
            };
            let nat = route.map(|route| route.sentences()).unwrap_or_default();
            client.add_edge(EdgeDraft { server_id, sides: [one.client, one.server], state, nat });
        }
        for draft in drafts.values_mut() {
            draft.adjacency.sort_unstable();
            draft.adjacency.dedup();
        }
        drafts
    }

    /// Adds, for every end of a route that is known, a clone under its rewritten addresses.
    ///
    /// Another host sees only the rewritten address; the clone ties it to the real end. Where one
    /// address stands for several (a balanced service), the least id is told.
    fn add_copies(&self, drafts: &mut BTreeMap<Text, Draft>, routes: &[Route]) {
        let mut copies: BTreeMap<Text, Text> = BTreeMap::new();
        for route in routes {
            let (client, server) = (route.flow.client(), route.flow.server());
            let rewritten = route.translations().iter().flat_map(|flow| {
                [(flow.original.destination, server), (flow.reply.destination, client)]
            });
            for (copy, real) in rewritten.filter(|(copy, real)| copy != real) {
                let transport = route.flow.transport();
                let real_id = self.scoping.endpoint(real, route.namespace, transport);
                let copy_id = self.scoping.endpoint(copy, route.namespace, transport);
                if !drafts.contains_key(&real_id) || copy_id == real_id {
                    continue;
                }
                let kept = copies.entry(copy_id).or_insert_with(|| real_id.clone());
                if real_id < *kept {
                    *kept = real_id;
                }
            }
        }
        for (copy_id, real_id) in copies {
            let Some(real) = drafts.get(&real_id).cloned() else { continue };
            let copy = drafts.entry(copy_id).or_default();
            copy.owner = copy.owner.or(real.owner);
            copy.adjacency.extend(real.adjacency);
            copy.adjacency.sort_unstable();
            copy.adjacency.dedup();
            copy.copy_of = Some(real_id);
        }
    }

    fn node(
        &self,
        id: &Text,
        draft: &Draft,
        telling: Telling,
        before: Option<(&Draft, &Node)>,
    ) -> Node {
        let mut node = Node::new(id.clone(), TopologyKind::Endpoint.name());
        node.latest = match before {
            // Only the edges changed.
            Some((old, node)) if old.same_facts(draft) => node.latest.clone(),
            _ => self.facts(draft, telling.now),
        };
        node.adjacency = draft.adjacency.iter().cloned().collect::<StringSet>();
        let before = before.map(|(_, node)| node);
        for edge in &draft.edges {
            let old = before.and_then(|node| node.edges.get(&edge.server_id));
            let mut sides = SortedMap::new();
            for (key, side) in self.side_keys.iter().zip(&edge.sides) {
                let old = old.and_then(|edge| edge.sides.get(key));
                if let Some(side) = side {
                    sides.insert(key.clone(), edge_side(edge, side, telling, old));
                }
            }
            if !sides.is_empty() {
                node.edges.insert(edge.server_id.clone(), Edge { sides });
            }
        }
        node
    }

    fn facts(&self, draft: &Draft, now: Timestamp) -> SortedMap<Fact> {
        let mut facts: Vec<(&str, Text)> = Vec::with_capacity(4);
        if let Some(owner) = draft.owner {
            facts.push(("pid", owner.pid.to_string().into()));
            facts.push(("host_node_id", self.host_node_id.clone()));
        }
        // Whoever has the address may still say that it is theirs.
        if draft.owner.is_none() && draft.answers == Answers::Never {
            facts.push(("unanswered", Text::new_static("true")));
        }
        if draft.count > 0 {
            facts.push(("conn_count", draft.count.to_string().into()));
        }
        facts.extend(draft.copy_of.clone().map(|real| ("copy_of", real)));
        facts.into_iter().map(|(key, value)| (key, Fact { timestamp: now, value })).collect()
    }
}

impl Draft {
    /// Adds an edge; of two to the same server (sharing a client's address) the sides are joined.
    fn add_edge(&mut self, edge: EdgeDraft) {
        let Some(known) = self.edges.iter_mut().find(|one| one.server_id == edge.server_id) else {
            self.edges.push(edge);
            return;
        };
        for (known, side) in known.sides.iter_mut().zip(edge.sides) {
            match (known, side) {
                (Some(known), Some(side)) => known.load.add(&side.load),
                (known @ None, side) => *known = side,
                (Some(_), None) => {}
            }
        }
        // "open" is the greatest of the three words, and the one to keep.
        known.state = known.state.max(edge.state);
    }

    fn same_facts(&self, other: &Self) -> bool {
        (self.owner, self.count, self.answers, &self.copy_of)
            == (other.owner, other.count, other.answers, &other.copy_of)
    }

    /// Whether `other` needs no new node: facts and edges are the same, and so are the figures, or
    /// they are not due.
    fn says_the_same(&self, other: &Self, with_loads: bool) -> bool {
        let word = |side: &Option<ToldSide>| side.map(|one| (one.witness, one.load.open));
        let same_edge = |(a, b): (&EdgeDraft, &EdgeDraft)| {
            let sides = || a.sides.iter().zip(&b.sides);
            a.server_id == b.server_id
                && a.state == b.state
                && a.nat == b.nat
                && sides().all(|(a, b)| word(a) == word(b))
                && (!with_loads || sides().all(|(a, b)| is_quiet(a) && is_quiet(b)))
        };
        self.same_facts(other)
            && self.adjacency == other.adjacency
            && self.edges.len() == other.edges.len()
            && self.edges.iter().zip(&other.edges).all(same_edge)
    }
}

fn is_quiet(side: &Option<ToldSide>) -> bool {
    side.is_none_or(|side| side.load.is_quiet())
}

fn edge_side(
    edge: &EdgeDraft,
    side: &ToldSide,
    telling: Telling,
    before: Option<&EdgeSide>,
) -> EdgeSide {
    let source = match side.witness {
        Witness::Events => "events",
        Witness::Sockets => "sockets",
        Witness::ProcTable => "proc",
        Witness::Conntrack => "conntrack",
    };
    let metrics = match before {
        Some(before) if !telling.with_loads => before.metrics.clone(),
        _ => metrics(&side.load, telling),
    };
    EdgeSide {
        source: source.into(),
        state: edge.state.into(),
        first_seen: before.map_or(telling.now, |before| before.first_seen),
        last_seen: telling.now,
        nat: edge.nat.iter().map(String::as_str).collect(),
        metrics,
    }
}

/// Figures of an interval are left out until the first one is over.
fn metrics(load: &Load, telling: Telling) -> SortedMap<Metric> {
    let mut figures = vec![(edge_metric::OPEN, count(load.open as u64))];
    if telling.with_loads {
        figures.push((edge_metric::OPENED, count(load.opened)));
        figures.push((edge_metric::FAILED, count(load.failed)));
    }
    if telling.with_loads && load.metered > 0 {
        figures.push((edge_metric::SENT_BYTES, load.sent));
        figures.push((edge_metric::RECEIVED_BYTES, load.received));
        figures.push((edge_metric::RETRANSMITS, count(load.retransmits)));
        figures.extend(load.rtt_ms().map(|rtt_ms| (edge_metric::RTT_MS, rtt_ms)));
    }
    let metric = |(id, value)| (id, Metric::single(telling.now, value, value));
    figures.into_iter().map(metric).collect()
}

#[expect(clippy::cast_precision_loss, reason = "figures for the eye, exact up to 2^53")]
fn count(count: u64) -> f64 {
    count as f64
}

fn oldest(one: Option<Owner>, other: Option<Owner>) -> Option<Owner> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::Side;
    use crate::connections::{Connection, ConnectionKey, Connections, Ends};
    use crate::conntrack::{Flow, KnownFlow, Tuple};
    use crate::fold::fold;
    use crate::ledger::Recent;
    use crate::meter::Rates;
    use crate::translation::routes;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn writer() -> EndpointWriter {
        let local_networks = LocalNetworks::default();
        local_networks.replace(vec![(address("172.17.0.1:0").ip(), 16)]);
        EndpointWriter::new(Scoping { host_id: "h".into(), local_networks })
    }

    fn connections(of: &[(&str, u32, &str, u32, u64)]) -> Connections {
        let owner = |pid: u32| (pid > 0).then_some(Owner { start_ticks: u64::from(pid), pid });
        of.iter()
            .map(|(client, client_pid, server, server_pid, namespace)| {
                let (client, server) = (address(client), address(server));
                let transport = Transport::Tcp;
                let key = ConnectionKey { transport, client, server, namespace: *namespace };
                let ends = Ends { client: owner(*client_pid), server: owner(*server_pid) };
                (key, Connection { ends, ..Connection::default() })
            })
            .collect()
    }

    #[track_caller]
    fn check(of: &[(&str, u32, &str, u32, u64)], flows: &[Flow], expect: &[&str]) {
        let known = |flow: &Flow| (9, KnownFlow { flow: *flow, fresh: true, refused: false });
        let routes = routes(flows.iter().map(known).collect());
        let told = fold(&connections(of), |_, _, _| Load::default());
        let nodes = writer().write(&told, &[], &routes, telling(0));
        let told: Vec<String> = nodes
            .values()
            .map(|node| {
                let edges: Vec<_> = node.adjacency.iter().map(Text::as_str).collect();
                let facts: Vec<_> =
                    node.latest.iter().map(|(key, fact)| format!("{key}={}", fact.value)).collect();
                format!("{} -> {} {}", node.id, edges.join(","), facts.join(" "))
            })
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn scopes_by_address() {
        check(
            &[
                ("127.0.0.1:4000", 5, "127.0.0.1:80", 6, 77),
                ("172.17.0.2:4000", 0, "10.0.0.1:80", 0, 0),
                ("[fd00::1]:4000", 0, "10.0.0.1:80", 0, 0),
            ],
            &[],
            &[
                ";10.0.0.1;80 ->  ",
                ";fd00::1;4000 -> ;10.0.0.1;80 ",
                "h-77;127.0.0.1;4000 -> h-77;127.0.0.1;80 host_node_id=h;<host> pid=5",
                "h-77;127.0.0.1;80 ->  host_node_id=h;<host> pid=6",
                "h;172.17.0.2;4000 -> ;10.0.0.1;80 ",
            ],
        );
    }

    #[test]
    fn counts_what_was_elided() {
        let clients: Vec<String> = (1..=9).map(|port| format!("10.0.0.1:{port}")).collect();
        let all: Vec<_> = clients.iter().map(|one| (&**one, 5, "10.0.0.2:80", 0, 0)).collect();
        let expect = [3, 6, 9].map(|port| {
            format!(";10.0.0.1;{port} -> ;10.0.0.2;80 conn_count=3 host_node_id=h;<host> pid=5")
        });
        let server = ";10.0.0.2;80 ->  ".to_owned();
        let expect: Vec<&str> = expect.iter().chain([&server]).map(String::as_str).collect();
        check(&all, &[], &expect);
    }

    /// The flows of h1 and h4 of the recorded test bed (conformance/multihost/ground-truth.txt).
    #[test]
    fn clones_as_the_test_bed_had_them() {
        let tuple = |source, destination| Tuple {
            transport: Transport::Tcp,
            source: address(source),
            destination: address(destination),
        };
        let flow = |source, destination, reply_source, reply_destination| Flow {
            original: tuple(source, destination),
            reply: tuple(reply_source, reply_destination),
        };
        let masquerade =
            flow("10.99.0.2:46060", "10.77.0.13:6000", "10.77.0.13:6000", "10.77.0.14:46060");
        check(
            &[("10.99.0.2:46060", 10, "10.77.0.13:6000", 0, 0)],
            &[masquerade],
            &[
                ";10.77.0.13;6000 ->  ",
                ";10.77.0.14;46060 -> ;10.77.0.13;6000 copy_of=;10.99.0.2;46060 \
                 host_node_id=h;<host> pid=10",
                ";10.99.0.2;46060 -> ;10.77.0.13;6000 host_node_id=h;<host> pid=10",
            ],
        );
        let hairpin =
            flow("10.77.0.12:48356", "10.77.0.11:9000", "10.77.0.13:6000", "10.77.0.11:48356");
        check(
            &[("10.77.0.12:48356", 0, "10.77.0.13:6000", 0, 0)],
            &[hairpin],
            &[
                ";10.77.0.11;48356 -> ;10.77.0.13;6000 copy_of=;10.77.0.12;48356",
                ";10.77.0.11;9000 ->  copy_of=;10.77.0.13;6000",
                ";10.77.0.12;48356 -> ;10.77.0.13;6000 ",
                ";10.77.0.13;6000 ->  ",
            ],
        );
    }

    fn telling(secs: i64) -> Telling {
        Telling { now: Timestamp::from_unix(secs, 0).unwrap(), with_loads: true }
    }

    #[test]
    fn unchanged_nodes_stay_the_same() {
        let mut writer = writer();
        let all = connections(&[("10.0.0.1:4000", 5, "10.0.0.2:80", 0, 0)]);
        let told = fold(&all, |_, _, _| Load::default());
        let first = writer.write(&told, &[], &[], telling(0));
        let second = writer.write(&told, &[], &[], telling(1));
        assert!(first.values().zip(second.values()).all(|(a, b)| Arc::ptr_eq(a, b)));
    }

    #[test]
    fn udp_has_ports_of_its_own() {
        let id = writer().scoping.endpoint(address("10.0.0.1:53"), 0, Transport::Udp);
        assert_eq!(id, ";10.0.0.1;53/udp");
    }

    /// What the client's side of an edge says at 3 s intervals while `sent` bytes per second go
    /// through, each as `figures since first to last seen`.
    #[track_caller]
    fn check_edge(sent: &[f64], expect: &[&str]) {
        let mut writer = writer();
        let mut all = connections(&[("10.0.0.1:4000", 5, "10.0.0.2:80", 0, 0)]);
        for one in all.values_mut() {
            one.client = Some(Side { witness: Witness::Sockets, inode: 7 });
        }
        let mut told_before = Vec::new();
        for (at, sent) in (0i64..).zip(sent) {
            let rates = Rates { sent: *sent, rtt_micros: 1500, ..Rates::default() };
            let load = |_: &_, one: &_, is_client| {
                Load::of(one, Recent::default(), Some(rates), is_client)
            };
            let nodes = writer.write(&fold(&all, load), &[], &[], telling(3 * at));
            let side = nodes[";10.0.0.1;4000"].edges.get(";10.0.0.2;80").unwrap();
            let side = side.sides.get("h;client").unwrap();
            let figure = |id| side.metrics.get(id).unwrap().last().unwrap();
            let (sent, rtt) = (figure("sent_bytes").value, figure("rtt_ms").value);
            let (first, last) = (side.first_seen.unix_nanos(), side.last_seen.unix_nanos());
            let (first, last) = (first / 1_000_000_000, last / 1_000_000_000);
            told_before.push(format!("{sent} {rtt} {} {first}..{last}", side.state));
        }
        assert_eq!(told_before, expect);
    }

    #[test]
    fn figures_are_told_while_something_happens() {
        check_edge(
            &[9.0, 8.0, 0.0, 0.0],
            &["9 1.5 open 0..0", "8 1.5 open 0..3", "0 1.5 open 0..6", "0 1.5 open 0..6"],
        );
    }
}
