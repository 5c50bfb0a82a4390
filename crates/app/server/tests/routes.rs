//! The routes over a real socket: status codes, shapes, and a view live on a websocket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "served/served.rs"]
mod served;

#[path = "served/told.rs"]
mod told;

#[path = "routes/bounds.rs"]
mod bounds;

#[path = "routes/client_contract.rs"]
mod client_contract;

#[path = "routes/old_client.rs"]
mod old_client;

#[path = "routes/controls.rs"]
mod controls;

#[path = "routes/edges.rs"]
mod edges;

#[path = "routes/tls_client.rs"]
mod tls_client;

#[path = "routes/enrolment.rs"]
mod enrolment;

#[path = "routes/people.rs"]
mod people;

#[path = "routes/rights.rs"]
mod rights;

#[path = "routes/attacks.rs"]
mod attacks;

#[path = "routes/cut_off.rs"]
mod cut_off;

#[path = "routes/groups.rs"]
mod groups;

#[path = "routes/history.rs"]
mod history;

#[path = "routes/sessions.rs"]
mod sessions;

use scope_report::{Node, Report, Timestamp, TopologyKind, id};
use serde_json::Value;
use served::{BODY_BYTES_MAX, Served, frame};
use std::net::TcpStream;
use tungstenite::WebSocket;
use tungstenite::stream::MaybeTlsStream;

/// Posts a report of these hosts.
fn report(served: &Served, hosts: &[&str], shortcut: bool) {
    let mut report = Report::stamped(Timestamp::from_unix(1_800_000_000, 0).unwrap());
    report.shortcut = shortcut;
    for host in hosts {
        let mut node = Node::new(id::host(host), "host");
        node.set_fact("host_name", report.ts, *host);
        report.topology_mut(TopologyKind::Host).add(node);
    }
    let (status, body) =
        served.post(("application/msgpack", ""), &scope_wire::encode_msgpack(&report));
    assert_eq!((status, body.as_str()), (200, ""));
}

/// The next frame that says something.
fn change(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Value {
    loop {
        let frame = frame(socket);
        if frame != serde_json::json!({"add": null, "update": null, "remove": null}) {
            return frame;
        }
    }
}

/// Whatever a report contains is text: an answer has nothing that a terminal would obey or that
/// would end its string, and gives back what was sent.
#[test]
fn names_of_strangers_are_text() {
    let evil = "\u{1b}]0;own\u{7}\r\n\"</script><script>\u{202e}\u{2028}\u{0}";
    let served = Served::start();
    let mut report = Report::stamped(Timestamp::from_unix(1_800_000_000, 0).unwrap());
    let mut node = Node::new(id::process("h", 7), "process");
    for key in ["name", "cmdline"] {
        node.set_fact(key, report.ts, evil);
    }
    report.topology_mut(TopologyKind::Process).add(node);
    report.topology_mut(TopologyKind::Host).add(Node::new(id::host(evil), "host"));
    let body = scope_wire::encode_msgpack(&report);
    assert_eq!(served.post(("application/msgpack", ""), &body).0, 200);
    for path in ["/api/topology/processes/h%3B7", "/api/topology/hosts", "/api/report"] {
        let (status, body) = served.get(path);
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("own"), "{path}");
        assert!(!body.contains(|letter: char| letter.is_ascii_control()), "{path}: {body:?}");
    }
    let node = served.json("/api/topology/processes/h%3B7");
    assert_eq!(node["node"]["label"], evil);
    let (_, summary) = served.get("/admin/summary");
    assert!(summary.contains("own"), "{summary}");
    assert!(summary.lines().all(|line| line.chars().all(scope_report::is_printable)), "{summary}");
    // What a request says comes back as a text, too.
    let (status, body) = served.get("/api/topology/hosts/%1B%5D0%3Bown%07");
    assert!(status == 404 && !body.contains('\u{1b}'), "{body:?}");
}

#[test]
fn the_app_tells_who_it_is() {
    let served = Served::start();
    let details = served.json("/api");
    assert_eq!(details["id"], "1f");
    assert_eq!(details["capabilities"]["historic_reports"], false);
    assert_eq!(served.json("/api/probes"), serde_json::json!([]));
    assert_eq!(served.json("/api/probes?sparse"), false);
}

#[test]
fn a_posted_report_is_on_the_map() {
    let served = Served::start();
    report(&served, &["web-1", "web-2"], false);
    let nodes = served.json("/api/topology/hosts");
    assert_eq!(nodes["nodes"]["web-1;<host>"]["label"], "web-1");
    let detail = served.json("/api/topology/hosts/web-2%3B%3Chost%3E");
    assert_eq!(detail["node"]["id"], "web-2;<host>");
    assert_eq!(served.json("/api/report")["Host"]["nodes"].as_object().unwrap().len(), 2);
    let views = served.json("/api/topology");
    assert_eq!(views[1]["name"], "Hosts");
    assert_eq!(views[1]["stats"]["node_count"], 2);
    assert!(served.get("/admin/summary").1.contains("host:2"));
}

#[test]
fn a_report_may_be_packed_as_the_app_says() {
    let served = Served::start();
    let answer = ureq::get(served.url("/api")).call().unwrap();
    assert_eq!(answer.headers()["accept-encoding"], "zstd, gzip");
    let report = scope_wire::encode_msgpack(&Report::empty());
    let packed = [
        ("gzip", scope_wire::gzip_packed(&report, 1)),
        ("zstd", scope_wire::zstd_packed(&report).unwrap()),
    ];
    for (encoding, body) in packed {
        let (status, sentence) = served.post(("application/msgpack", encoding), &body);
        assert_eq!((status, sentence.as_str()), (200, ""), "{encoding}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let served = Served::start();
    let check = |given: (u16, String), status: u16, word: &str| {
        assert_eq!(given.0, status, "{}", given.1);
        assert!(given.1.contains(word), "{}", given.1);
    };
    check(served.post(("text/plain", ""), b"x"), 400, "Unsupported Content-Type: text/plain");
    check(served.post(("application/json", ""), b"{"), 400, "malformed");
    check(
        served.post(("application/msgpack", ""), &vec![0; BODY_BYTES_MAX + 1]),
        413,
        "larger than",
    );
    check(served.get("/api/topology/nothing"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/nobody"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/ws"), 400, "websocket");
    check(served.get("/api/nothing"), 404, "404 page not found");
    check(served.get("/../../etc/passwd"), 404, "404 page not found");
}

#[test]
fn a_view_is_followed_live() {
    let served = Served::start();
    report(&served, &["web-1"], false);
    let mut early = served.watch("hosts", "?t=250ms");
    let first = frame(&mut early);
    assert_eq!(first["reset"], true);
    assert_eq!(first["add"][0]["id"], "web-1;<host>");
    report(&served, &["web-2"], false);
    let next = change(&mut early);
    assert_eq!(next["add"][0]["id"], "web-2;<host>");
    assert_eq!(next["reset"], Value::Null);
    let mut late = served.watch("hosts", "?t=250ms");
    assert_eq!(frame(&mut late)["add"].as_array().unwrap().len(), 2);
}

#[test]
fn a_shortcut_does_not_wait_for_the_tick() {
    let served = Served::start();
    report(&served, &["web-1"], false);
    let mut socket = served.watch("hosts", "?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    report(&served, &["web-2"], true);
    assert_eq!(change(&mut socket)["add"][0]["id"], "web-2;<host>");
}

#[test]
fn an_odd_period_is_refused() {
    let served = Served::start();
    let (status, body) = served.get("/api/topology/hosts/ws?t=soon");
    assert_eq!((status, body.as_str()), (400, "\"soon\""));
}

#[test]
fn a_watcher_is_told_when_the_app_stops() {
    let mut served = Served::start();
    report(&served, &["web-1"], false);
    let mut socket = served.watch("hosts", "?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    served.stop.take().unwrap().send(()).unwrap();
    loop {
        match socket.read() {
            Ok(tungstenite::Message::Close(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

#[test]
fn an_unreadable_time_has_no_reports() {
    let served = Served::start();
    report(&served, &["web-1"], false);
    let count = |query: &str| {
        let nodes = served.json(&format!("/api/topology/hosts{query}"));
        nodes["nodes"].as_object().unwrap().len()
    };
    assert_eq!(count("?timestamp=2026-11-20T10:00:00Z"), 1);
    assert_eq!(count("?timestamp=yesterday"), 0);
    assert_eq!(count(""), 1);
    assert_eq!(served.json("/api/probes?sparse&timestamp=x"), false);
    assert_eq!(served.json("/api/topology?timestamp=x")[1]["stats"]["node_count"], 0);
    assert_eq!(frame(&mut served.watch("hosts", "?timestamp=x"))["add"], Value::Null);
}

#[test]
fn the_operators_filters_are_offered_once() {
    let served = Served::start();
    let views = served.json("/api/topology");
    let containers = views.as_array().unwrap().iter().find(|view| view["name"] == "Containers");
    let values = &containers.unwrap()["options"][0]["options"];
    assert_eq!(values.as_array().unwrap().len(), 4, "{values}");
    let own = serde_json::json!({"value": "containerLabelFilter0", "label": "Shop"});
    assert_eq!(values[3], own);
}

#[test]
fn figures_are_told() {
    let served = Served::start();
    report(&served, &["web-1"], false);
    served.post(("text/plain", ""), b"x");
    // The three ask for the same options: one drawing serves them all.
    served.get("/api/topology/hosts?t=1h");
    served.get("/api/topology/hosts?t=1h");
    let mut socket = served.watch("hosts", "?t=1h");
    frame(&mut socket);
    let (status, text) = served.get("/metrics");
    assert_eq!(status, 200);
    for line in [
        "scope_app_reports_received_total 1",
        "scope_app_reports_refused_total 1",
        "scope_app_renderings_total 1",
        "scope_app_watchers 1",
        "scope_request_duration_seconds_count{method=\"GET\",route=\"api_topology_topology\",\
         status_code=\"200\",ws=\"false\"} 2",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
