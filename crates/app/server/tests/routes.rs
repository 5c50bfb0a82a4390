//! The routes over a real socket: status codes, shapes, and a view live on a websocket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "routes/served.rs"]
mod served;

#[path = "routes/bounds.rs"]
mod bounds;

#[path = "routes/client_contract.rs"]
mod client_contract;

use scope_report::Report;
use serde_json::Value;
use served::{BODY_BYTES_MAX, Served, agent, change, frame};

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
    served.report(&["web-1", "web-2"], false);
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
    let answer = agent().get(served.url("/api")).call().unwrap();
    assert_eq!(answer.headers()["accept-encoding"], "zstd, gzip");
    let report = scope_wire::encode_msgpack(&Report::empty());
    let packed = [
        ("gzip", scope_wire::gzip_packed(&report, 1)),
        ("zstd", scope_wire::zstd_packed(&report).unwrap()),
    ];
    for (encoding, body) in packed {
        let request = agent()
            .post(served.url("/api/report"))
            .header("Content-Type", "application/msgpack")
            .header("Content-Encoding", encoding);
        let answer = request.send(&body).unwrap();
        assert_eq!((answer.status().as_u16(), encoding), (200, encoding));
        assert_eq!(answer.headers()["accept-encoding"], "zstd, gzip");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let served = Served::start();
    let check = |given: (u16, String), status: u16, word: &str| {
        assert_eq!(given.0, status, "{}", given.1);
        assert!(given.1.contains(word), "{}", given.1);
    };
    check(served.post("text/plain", b"x"), 400, "Unsupported Content-Type: text/plain");
    check(served.post("application/json", b"{"), 400, "malformed");
    check(served.post("application/msgpack", &vec![0; BODY_BYTES_MAX + 1]), 413, "larger than");
    check(served.get("/api/topology/nothing"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/nobody"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/ws"), 400, "websocket");
    check(served.get("/api/nothing"), 404, "404 page not found");
    check(served.get("/../../etc/passwd"), 404, "404 page not found");
}

#[test]
fn a_view_is_followed_live() {
    let served = Served::start();
    served.report(&["web-1"], false);
    let mut early = served.watch("?t=250ms");
    let first = frame(&mut early);
    assert_eq!(first["reset"], true);
    assert_eq!(first["add"][0]["id"], "web-1;<host>");
    served.report(&["web-2"], false);
    let next = change(&mut early);
    assert_eq!(next["add"][0]["id"], "web-2;<host>");
    assert_eq!(next["reset"], Value::Null);
    let mut late = served.watch("?t=250ms");
    assert_eq!(frame(&mut late)["add"].as_array().unwrap().len(), 2);
}

#[test]
fn a_shortcut_does_not_wait_for_the_tick() {
    let served = Served::start();
    served.report(&["web-1"], false);
    let mut socket = served.watch("?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    served.report(&["web-2"], true);
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
    served.report(&["web-1"], false);
    let mut socket = served.watch("?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    served.stop.take().unwrap().send(()).unwrap();
    loop {
        match socket.read() {
            Ok(tungstenite::Message::Close(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
}
