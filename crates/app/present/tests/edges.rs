//! What is said of the edges of views, on reports of a few lines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../render/tests/fixture/fixture.rs"]
mod fixture;

use scope_api::{EdgeDetail, EdgeSocket};
use scope_present::{Censor, EVIDENCE_MAX, detail, edge_detail, summaries, with_edges};
use scope_render::{Graph, Lifted, ViewId, ViewOptions, render};
use scope_report::{Edge, EdgeSide, Metric, Report, Timestamp, TopologyKind};
use std::sync::Arc;

const SHOP: &str = "
    host web-1 10.0.0.0/8
    host web-2 10.0.0.0/8
    image sha1 shop:1
    container c1 web-1 front sha1 10.0.0.2
    container c2 web-2 back sha1 10.0.0.3
    process web-1 101 nginx c1
    process web-2 201 java c2
    fact host web-1;<host> host_scope_version 1.13.2
    connect 10.0.0.2:4000 web-1:101 -> 10.0.0.3:80 web-2:201
    connect 10.0.0.2:4001 web-1:101 -> 10.0.0.3:80 web-2:201
";

fn second(secs: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + secs, 0).unwrap()
}

/// Lets an observer say something of a connection.
fn tell(report: &mut Report, (from, to): (&str, &str), observer: &str, metrics: &[(&str, f64)]) {
    let side = EdgeSide {
        source: "sockets".into(),
        state: "open".into(),
        first_seen: second(0),
        last_seen: second(2),
        nat: ["dnat 10.0.0.9:80 to 10.0.0.3:80"].into_iter().collect(),
        metrics: (metrics.iter())
            .map(|(id, value)| (*id, Metric::single(second(2), *value, 0.0)))
            .collect(),
    };
    let edge = Edge { sides: [(observer, side)].into_iter().collect() };
    let rows = &mut report.topology_mut(TopologyKind::Endpoint).nodes;
    let row = Arc::make_mut(rows.get_mut(from).unwrap());
    match row.edges.get_mut(to) {
        Some(known) => known.merge(&edge),
        None => drop(row.edges.insert(to, edge)),
    }
}

const ONE: (&str, &str) = (";10.0.0.2;4000", ";10.0.0.3;80");
const TWO: (&str, &str) = (";10.0.0.2;4001", ";10.0.0.3;80");

/// Two connections, one of them seen from both ends.
fn told() -> Report {
    let mut report = fixture::report(SHOP);
    tell(&mut report, ONE, "web-1;client", &[("sent_bytes", 100.0), ("rtt_ms", 2.0)]);
    tell(&mut report, ONE, "web-2;server", &[("sent_bytes", 999.0), ("failed", 1.0)]);
    tell(&mut report, TWO, "web-1;client", &[("sent_bytes", 50.0), ("rtt_ms", 4.0)]);
    report
}

fn drawn(report: Report, view: ViewId) -> (Lifted, Graph) {
    let lifted = Lifted::new(Arc::new(report));
    let graph = render(&lifted, view, &ViewOptions::default());
    (lifted, graph)
}

/// The edges of a node as JSON without quotes.
fn edges_of(report: Report, view: ViewId, id: &str) -> String {
    let (lifted, graph) = drawn(report, view);
    let plain = summaries(&lifted, &graph, Censor::default());
    let nodes = with_edges(&lifted, &graph, &plain).unwrap();
    serde_json::to_string(&nodes[id].edges).unwrap().replace('"', "")
}

#[test]
fn edges_sum_their_connections() {
    let figures = "{failed:1.0,open:2.0,sentBytes:150.0,rttMs:3.0,connections:2}";
    for (view, from, to) in [
        (ViewId::Processes, "web-1;101", "web-2;201"),
        (ViewId::Containers, "c1;<container>", "c2;<container>"),
        (ViewId::Hosts, "web-1;<host>", "web-2;<host>"),
    ] {
        assert_eq!(edges_of(told(), view, from), format!("{{{to}:{figures}}}"));
    }
}

#[test]
fn nothing_told_leaves_answers_as_they_were() {
    let (lifted, graph) = drawn(fixture::report(SHOP), ViewId::Containers);
    let plain = summaries(&lifted, &graph, Censor::default());
    assert_eq!(with_edges(&lifted, &graph, &plain), None);
    let json = serde_json::to_string(&plain).unwrap();
    assert!(!json.contains("\"edges\""), "{json}");
}

#[test]
fn copies_of_a_connection_count_once() {
    let mut report = fixture::report(
        "
        host web-1 10.0.0.0/8
        process web-1 101 nginx
        process web-1 201 java
        connect 10.0.0.2:4000 web-1:101 -> 10.0.0.3:80 web-1:201
        connect 10.0.0.2:4000 web-1:101 -> 10.0.0.9:8080 web-1:201
        fact endpoint ;10.0.0.9;8080 copy_of ;10.0.0.3;80
        ",
    );
    tell(&mut report, ONE, "web-1;client", &[("sent_bytes", 100.0)]);
    tell(&mut report, (ONE.0, ";10.0.0.9;8080"), "web-1;client", &[("sent_bytes", 100.0)]);
    let edges = edges_of(report.clone(), ViewId::Processes, "web-1;101");
    assert_eq!(edges, "{web-1;201:{open:1.0,sentBytes:100.0,connections:1}}");
    let detail = edge(report, ViewId::Processes, "web-1;101", "web-1;201");
    assert_eq!(detail.evidence_count, 1);
    assert_eq!(detail.summary.unwrap().connections, 1);
}

fn edge(report: Report, view: ViewId, from: &str, to: &str) -> EdgeDetail {
    let (lifted, graph) = drawn(report, view);
    edge_detail(&lifted, &graph, from, to).unwrap()
}

fn socket(socket: &EdgeSocket) -> String {
    let labels = [&socket.process, &socket.container, &socket.host].map(|link| {
        link.as_ref()
            .map_or_else(String::new, |link| format!("{}@{}", link.label, link.topology_id))
    });
    format!("{}:{} {} {}", socket.address, socket.port, socket.pid, labels.join(" "))
}

#[test]
fn evidence_names_both_ends() {
    let detail = edge(told(), ViewId::Containers, "c1;<container>", "c2;<container>");
    assert_eq!((detail.from.label.as_str(), detail.to.label.as_str()), ("front", "back"));
    assert_eq!((detail.evidence.len(), detail.evidence_count), (2, 2));
    let first = &detail.evidence[0];
    let client = "10.0.0.2:4000 101 nginx@processes front@containers web-1@hosts";
    let server = "10.0.0.3:80 201 java@processes back@containers web-2@hosts";
    assert_eq!((socket(&first.client).as_str(), socket(&first.server).as_str()), (client, server));
    assert_eq!(first.nat, ["dnat 10.0.0.9:80 to 10.0.0.3:80"]);
    let sides: Vec<String> = (first.sides.iter())
        .map(|side| format!("{} {} {} {}", side.observer, side.side, side.source, side.state))
        .collect();
    assert_eq!(sides, ["web-1 client sockets open", "web-2 server sockets open"]);
    assert_eq!(first.sides[1].metrics.sent_bytes, Some(999.0));
    assert_eq!(first.sides[0].first_seen.as_deref(), Some("2027-01-15T08:00:00Z"));
    let metrics: Vec<String> = (detail.metrics.iter())
        .map(|row| format!("{}={} {}", row.id, row.value, row.samples.as_ref().unwrap().len()))
        .collect();
    assert_eq!(metrics, ["sent_bytes=150 1", "rtt_ms=3 1", "open=2 0", "failed=1 1"]);
}

#[test]
fn evidence_is_bounded_and_counted() {
    let mut report = Report::stamped(second(0));
    for port in 0..EVIDENCE_MAX + 20 {
        let lines = format!(
            "process web-1 101 nginx
             process web-1 201 java
             connect 10.0.0.2:{port} web-1:101 -> 10.0.0.3:80 web-1:201"
        );
        report.merge(&fixture::report(&lines));
    }
    let detail = edge(report, ViewId::Processes, "web-1;101", "web-1;201");
    assert_eq!((detail.evidence.len(), detail.evidence_count), (EVIDENCE_MAX, EVIDENCE_MAX + 20));
}

/// Why nothing is known of the edge between the two containers.
#[track_caller]
fn check_silence(report: Report, expect: &str) {
    let detail = edge(report, ViewId::Containers, "c1;<container>", "c2;<container>");
    assert_eq!((detail.summary, detail.metrics), (None, Vec::new()));
    let silence = detail.silence.unwrap();
    let hosts = silence.hosts.iter().map(|own| format!(" {} {}", own.host, own.version));
    assert_eq!(format!("{}{}", silence.reason, hosts.collect::<String>()), expect);
}

#[test]
fn silence_has_a_reason() {
    check_silence(fixture::report(SHOP), "probe web-1 1.13.2 web-2 ");
    let mut report = fixture::report(SHOP);
    report.merge(&fixture::report("connect 10.0.0.9:1 web-2:7 -> 10.0.0.9:2"));
    tell(&mut report, (";10.0.0.9;1", ";10.0.0.9;2"), "web-2;client", &[]);
    check_silence(report, "probe web-1 1.13.2");
    let mut report = fixture::report(SHOP);
    report.merge(&fixture::report("connect 10.0.0.9:1 web-2:7 -> 10.0.0.9:2"));
    tell(&mut report, (";10.0.0.9;1", ";10.0.0.9;2"), "web-2;client", &[]);
    tell(&mut report, (";10.0.0.9;1", ";10.0.0.9;2"), "web-1;server", &[]);
    check_silence(report, "quiet web-1 1.13.2 web-2 ");
    let unseen = "
        host web-1 10.0.0.0/8
        image sha1 shop:1
        container c1 web-1 front sha1 10.0.0.2
        container c2 web-1 back sha1 10.0.0.3
        connect 10.0.0.2:4000 -> 10.0.0.3:80
    ";
    check_silence(fixture::report(unseen), "conntrack");
}

#[test]
fn only_edges_of_the_view_are_answered() {
    let (lifted, graph) = drawn(told(), ViewId::Containers);
    let asked = |from, to| edge_detail(&lifted, &graph, from, to).is_some();
    assert!(asked("c1;<container>", "c2;<container>"));
    assert!(!asked("c2;<container>", "c1;<container>"));
    assert!(!asked("c1;<container>", "nobody"));
}

#[test]
fn connections_of_a_node_have_their_figures() {
    let columns = |report: Report| {
        let (lifted, graph) = drawn(report, ViewId::Containers);
        let id = "c1;<container>";
        let node = detail(&lifted, &graph, ViewId::Containers, id, Censor::default()).unwrap();
        let table = node.connections[1].clone();
        let ids: Vec<String> = table.columns.iter().map(|column| column.id.to_string()).collect();
        let cells = table.connections[0].metadata.iter();
        let cells: Vec<String> = cells.map(|row| format!("{}={}", row.id, row.value)).collect();
        format!("{} | {}", ids.join(" "), cells.join(" "))
    };
    assert_eq!(columns(fixture::report(SHOP)), "port count | port=80 count=2");
    let expect = "port count sent_bytes rtt_ms failed | \
                  port=80 count=2 sent_bytes=150 rtt_ms=3 failed=1";
    assert_eq!(columns(told()), expect);
}

#[test]
fn local_sockets_are_known_by_their_path() {
    let report = fixture::report(
        "
        host web-1 10.0.0.0/8
        process web-1 101 docker
        process web-1 201 dockerd
        connect web-1;unix:20 web-1:101 -> web-1;unix:10 web-1:201
        fact endpoint web-1;unix;10 unix_path /run/docker.sock
        fact endpoint web-1;unix;20 unix_path /run/docker.sock
        ",
    );
    let (lifted, graph) = drawn(report.clone(), ViewId::Processes);
    let (view, id) = (ViewId::Processes, "web-1;101");
    let node = detail(&lifted, &graph, view, id, Censor::default()).unwrap();
    assert_eq!(node.connections[1].connections[0].metadata[0].value, "/run/docker.sock");
    let server = &edge(report, view, id, "web-1;201").evidence[0].server;
    assert_eq!((server.address.as_str(), server.port.as_str()), ("", "/run/docker.sock"));
}
