//! A report of two hosts and a connection between them of which a probe says what it carries.

use super::served::Served;
use scope_report::{Edge, EdgeSide, Metric, Node, Report, Timestamp, TopologyKind, id};

/// A second of the test's minute.
fn second(secs: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + secs, 0).unwrap()
}

/// Posts two hosts with a connection that carries so many bytes a second.
pub fn report(served: &Served, sent_bytes: f64) {
    let mut report = Report::stamped(second(0));
    for host in ["web-1", "web-2"] {
        let mut node = Node::new(id::host(host), "host");
        node.set_fact("host_name", report.ts, host);
        node.add_to_set("local_networks", "10.0.0.0/8");
        report.topology_mut(TopologyKind::Host).add(node);
    }
    let endpoint = |host: &str, address: &str, port: u16| {
        let mut node = Node::new(id::endpoint("", address.parse().unwrap(), port), "endpoint");
        node.set_fact("host_node_id", second(0), id::host(host));
        node
    };
    let server = endpoint("web-2", "10.0.0.2", 80);
    let mut client = endpoint("web-1", "10.0.0.1", 4000);
    let metrics = [("sent_bytes", Metric::single(second(1), sent_bytes, 0.0))];
    let side = EdgeSide {
        source: "sockets".into(),
        state: "open".into(),
        first_seen: second(0),
        last_seen: second(1),
        metrics: metrics.into_iter().collect(),
        ..EdgeSide::default()
    };
    let sides = [("web-1;client", side)].into_iter().collect();
    client.adjacency.insert(server.id.clone());
    client.edges.insert(server.id.clone(), Edge { sides });
    report.topology_mut(TopologyKind::Endpoint).add(server);
    report.topology_mut(TopologyKind::Endpoint).add(client);
    let body = scope_wire::encode_msgpack(&report);
    assert_eq!(served.post(("application/msgpack", ""), &body).0, 200);
}
