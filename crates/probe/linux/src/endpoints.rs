//! From connections to the endpoint nodes of a report.
//!
//! An endpoint that serves several processes' connections (a prefork server) is one node with one
//! `pid`: that of the oldest process that serves one, so that it stays while workers come and go.
//! Nodes that say what they said before are the same nodes as before, timestamps included: what did
//! not change costs neither the merge nor a delta anything.

use crate::connections::Told;
use crate::conntrack::{Flow, KnownFlow};
use crate::owners::Owner;
use scope_agent::LocalNetworks;
use scope_report::{Fact, Node, NodeMap, SortedMap, StringSet, Text, Timestamp, TopologyKind, id};
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
    before: BTreeMap<Text, (Draft, Arc<Node>)>,
}

/// What is to be said of an endpoint, but when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Draft {
    owner: Option<Owner>,
    adjacency: Vec<Text>,
    count: usize,
    copy_of: Option<Text>,
}

impl Scoping {
    /// The id of the endpoint `address`; `namespace` is the inode that loopback addresses are
    /// within, 0 when it is not known.
    pub fn endpoint(&self, address: SocketAddr, namespace: u64) -> Text {
        let ip = address.ip();
        let host_id = self.host_id.as_str();
        if ip.is_loopback() && namespace != 0 {
            id::endpoint(&format!("{host_id}-{namespace}"), ip, address.port())
        } else if ip.is_loopback() || self.local_networks.contains(ip) {
            id::endpoint(host_id, ip, address.port())
        } else {
            id::endpoint("", ip, address.port())
        }
    }
}

impl EndpointWriter {
    /// A writer that has written nothing yet.
    pub fn new(scoping: Scoping) -> Self {
        let host_node_id = id::host(&scoping.host_id);
        Self { scoping, host_node_id, before: BTreeMap::new() }
    }

    /// The nodes of `told`, and clones of them under the addresses that `flows` rewrite.
    pub fn write(
        &mut self,
        told: &[Told],
        flows: &[KnownFlow],
        host_namespace: u64,
        now: Timestamp,
    ) -> Nodes {
        let mut drafts = self.drafts(told);
        self.add_copies(&mut drafts, flows, host_namespace);
        let mut before = std::mem::take(&mut self.before);
        let mut nodes = Nodes::new();
        for (id, draft) in drafts {
            let node = match before.remove(&id) {
                Some((same, node)) if same == draft => node,
                _ => Arc::new(self.node(&id, &draft, now)),
            };
            nodes.insert(id.clone(), Arc::clone(&node));
            self.before.insert(id, (draft, node));
        }
        nodes
    }

    fn drafts(&self, told: &[Told]) -> BTreeMap<Text, Draft> {
        let mut drafts: BTreeMap<Text, Draft> = BTreeMap::new();
        for one in told {
            let client_id = self.scoping.endpoint(one.key.client, one.key.namespace);
            let server_id = self.scoping.endpoint(one.key.server, one.key.namespace);
            let server = drafts.entry(server_id.clone()).or_default();
            server.owner = oldest(server.owner, one.ends.server);
            let client = drafts.entry(client_id).or_default();
            client.owner = oldest(client.owner, one.ends.client);
            client.adjacency.push(server_id);
            if one.count > 1 {
                client.count += one.count;
            }
        }
        for draft in drafts.values_mut() {
            draft.adjacency.sort_unstable();
            draft.adjacency.dedup();
        }
        drafts
    }

    /// Adds, for every end of a flow that is known, a clone under its rewritten address.
    ///
    /// Another host sees only the rewritten address; the clone ties it to the real end. Where one
    /// address stands for several (a balanced service), the least id is told.
    fn add_copies(
        &self,
        drafts: &mut BTreeMap<Text, Draft>,
        flows: &[KnownFlow],
        host_namespace: u64,
    ) {
        let mut copies: BTreeMap<Text, Text> = BTreeMap::new();
        for flow in flows.iter().map(|known| known.flow).filter(Flow::is_translated) {
            let rewritten = [
                (flow.original.destination, flow.server()),
                (flow.reply.destination, flow.client()),
            ];
            for (copy, real) in rewritten.into_iter().filter(|(copy, real)| copy != real) {
                let real_id = self.scoping.endpoint(real, host_namespace);
                let copy_id = self.scoping.endpoint(copy, host_namespace);
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

    fn node(&self, id: &Text, draft: &Draft, now: Timestamp) -> Node {
        let mut facts: Vec<(&str, Text)> = Vec::with_capacity(4);
        if let Some(owner) = draft.owner {
            facts.push(("pid", owner.pid.to_string().into()));
            facts.push(("host_node_id", self.host_node_id.clone()));
        }
        if draft.count > 0 {
            facts.push(("conn_count", draft.count.to_string().into()));
        }
        facts.extend(draft.copy_of.clone().map(|real| ("copy_of", real)));
        Node {
            latest: facts
                .into_iter()
                .map(|(key, value)| (key, Fact { timestamp: now, value }))
                .collect::<SortedMap<Fact>>(),
            adjacency: draft.adjacency.iter().cloned().collect::<StringSet>(),
            ..Node::new(id.clone(), TopologyKind::Endpoint.name())
        }
    }
}

fn oldest(one: Option<Owner>, other: Option<Owner>) -> Option<Owner> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::{ConnectionKey, Ends, elide};
    use crate::conntrack::Tuple;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn writer() -> EndpointWriter {
        let local_networks = LocalNetworks::default();
        local_networks.replace(vec![(address("172.17.0.1:0").ip(), 16)]);
        EndpointWriter::new(Scoping { host_id: "h".into(), local_networks })
    }

    fn connections(of: &[(&str, u32, &str, u32, u64)]) -> BTreeMap<ConnectionKey, Ends> {
        let owner = |pid: u32| (pid > 0).then_some(Owner { start_ticks: u64::from(pid), pid });
        of.iter()
            .map(|(client, client_pid, server, server_pid, namespace)| {
                let (client, server) = (address(client), address(server));
                let key = ConnectionKey { client, server, namespace: *namespace };
                (key, Ends { client: owner(*client_pid), server: owner(*server_pid) })
            })
            .collect()
    }

    #[track_caller]
    fn check(of: &[(&str, u32, &str, u32, u64)], flows: &[Flow], expect: &[&str]) {
        let flows: Vec<_> =
            flows.iter().map(|flow| KnownFlow { flow: *flow, fresh: true }).collect();
        let nodes = writer().write(&elide(&connections(of)), &flows, 9, Timestamp::ZERO);
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
        let flow = |source, destination, reply_source, reply_destination| Flow {
            original: Tuple { source: address(source), destination: address(destination) },
            reply: Tuple { source: address(reply_source), destination: address(reply_destination) },
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

    #[test]
    fn unchanged_nodes_stay_the_same() {
        let mut writer = writer();
        let told = elide(&connections(&[("10.0.0.1:4000", 5, "10.0.0.2:80", 0, 0)]));
        let first = writer.write(&told, &[], 9, Timestamp::ZERO);
        let later = Timestamp::from_unix(1, 0).unwrap();
        let second = writer.write(&told, &[], 9, later);
        assert!(first.values().zip(second.values()).all(|(a, b)| Arc::ptr_eq(a, b)));
    }
}
