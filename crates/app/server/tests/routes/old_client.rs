//! Requests and frames as the web client of Scope 1.13.2 was recorded to send and want them.
//!
//! What its parsers break on is looked for in `client_contract`; here is the rest: addresses,
//! headers, the order of frames, terminals.

use crate::controls::{answer_one, ask, bytes, end, probe, text, wait_for_probe};
use crate::served::{Served, frame};
use scope_report::{PluginSpec, Report};
use serde_json::{Value, json};
use tungstenite::Message;

/// On each of its requests, GET included.
const HEADERS: [(&str, &str); 3] = [
    ("x-requested-with", "XMLHttpRequest"),
    ("accept", "application/json, text/javascript"),
    ("content-type", "application/json"),
];

/// The frame that loses a character or more there is longer.
const FRAME_BYTES_MAX: usize = 100 << 10;

fn get(served: &Served, path: &str) -> (u16, String) {
    ask(served, ("GET", path), "", &HEADERS)
}

fn report(served: &Served) {
    let body = json!({
        "Host": {"nodes": {"web-1;<host>": {"id": "web-1;<host>", "topology": "host",
            "latest": {"host_name": {"timestamp": "2026-11-20T06:17:12Z", "value": "web-1"}}}}},
    });
    let body = body.to_string();
    assert_eq!(served.post(("application/json", ""), body.as_bytes()), (200, String::new()));
}

#[test]
fn its_addresses_are_answered() {
    let served = Served::start();
    report(&served);
    let json = |path: &str| -> Value {
        let (status, body) = get(&served, path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    };
    // A list without options comes with a bare question mark, and options are not escaped.
    let views = json("/api/topology?");
    for path in [
        "/api/topology?system=application&stopped=running&pseudo=hide",
        "/api/topology?namespace=a,b&system=application",
        "/api/topology?system=all&timestamp=2026-11-20T06:16:20Z",
        "/ui/api/topology?",
    ] {
        assert_eq!(json(path).as_array().unwrap().len(), views.as_array().unwrap().len(), "{path}");
    }
    for path in ["/api/topology/hosts?", "/ui/api/topology/hosts?"] {
        assert_eq!(json(path)["nodes"].as_object().unwrap().len(), 1, "{path}");
    }
    let node = json("/api/topology/hosts/web-1%3B%3Chost%3E?timestamp=2026-11-20T06:16:20Z");
    assert_eq!(node["node"]["id"], "web-1;<host>");
    assert!(json("/api/report?timestamp=2026-11-20T06:16:20Z")["Host"].is_object());
    let (status, body) = get(&served, "/api/topology/hosts/nobody?");
    assert_eq!((status, body.as_str()), (404, "404 page not found\n"), "its card says so");
    assert_eq!(get(&served, "/app-0.js?0").0, 404);
    assert_eq!(get(&served, "/ui/nothing.woff2").0, 404);
}

#[test]
fn frames_come_in_its_order() {
    let served = Served::start();
    let nothing = json!({"add": null, "update": null, "remove": null});
    // The first frame ends its loading screen, also when nothing is there.
    let mut socket = served.watch("hosts", "?t=200ms");
    let mut first = frame(&mut socket);
    assert_eq!(first.as_object_mut().unwrap().remove("reset"), Some(true.into()));
    assert_eq!(first, nothing);
    // Each tick has a frame, with something in it or not.
    assert_eq!(frame(&mut socket), nothing);
    report(&served);
    let changed = loop {
        let frame = frame(&mut socket);
        if frame != nothing {
            break frame;
        }
    };
    assert_eq!(changed["add"][0]["id"], "web-1;<host>");
    assert!(changed["update"].is_null() && changed["remove"].is_null());
    assert!(changed.get("reset").is_none(), "a reset would empty its map");
    // A view that is not there: the connection opens and closes, and it tries again later.
    let mut unknown = served.watch("nothing", "?t=5s");
    assert!(matches!(unknown.read(), Ok(Message::Close(_)) | Err(_)));
}

#[test]
fn its_footer_lists_the_plugins() {
    let served = Served::start();
    let mut report = Report::empty();
    let status = "error: no answer within 500 ms";
    let spec = PluginSpec {
        id: "iowait".into(),
        label: "IOWait".into(),
        status: status.into(),
        ..PluginSpec::default()
    };
    report.plugins.insert(spec.id.clone(), spec);
    let body = scope_wire::encode_msgpack(&report);
    assert_eq!(served.post(("application/msgpack", ""), &body).0, 200);
    let plugin = &served.json("/api")["plugins"][0];
    assert_eq!((&plugin["id"], &plugin["label"]), (&json!("iowait"), &json!("IOWait")));
    assert_eq!(plugin["status"], status);
}

#[test]
fn its_terminal_tells_its_size_in_texts() {
    let served = Served::start();
    let answering = answer_one(probe(&served), "{}");
    wait_for_probe(&served);
    let path = "/api/control/p1/abc%3B%3Ccontainer%3E/docker_resize_exec_tty";
    let body = r#"{"height":"48","pipeID":"pipe-1","width":"130"}"#;
    let answer = ask(&served, ("POST", path), body, &HEADERS);
    assert_eq!(answer, (200, "{}".to_owned()));
    let [_, second] = answering.join().unwrap();
    let call: Value = serde_json::from_str(&second).unwrap();
    let expect = json!({"height": "48", "pipeID": "pipe-1", "width": "130"});
    assert_eq!(call["Value"]["ControlArgs"], expect);
}

#[test]
fn its_terminal_loses_no_frame() {
    let served = Served::start();
    let mut program = end(&served, "/api/pipe/pipe-9/probe");
    let mut browser = end(&served, "/api/pipe/pipe-9");
    browser.send(Message::text("ls\r")).unwrap();
    assert_eq!(bytes(&mut program), b"ls\r");
    // Old probes cut where 1024 bytes are full, ours send more at once.
    let text = "ü€😀".repeat(30_000);
    let (head, tail) = text.as_bytes().split_at(1024 + 1);
    for part in [head, tail] {
        program.send(Message::binary(part.to_vec())).unwrap();
    }
    let mut shown = String::new();
    while shown.len() < text.len() {
        let frame = bytes(&mut browser);
        assert!(frame.len() <= FRAME_BYTES_MAX, "{} bytes", frame.len());
        shown += std::str::from_utf8(&frame).unwrap();
    }
    assert!(shown == text);
}

#[test]
fn its_window_of_its_own_goes_on_with_the_pipe() {
    let served = Served::start();
    let mut program = end(&served, "/api/pipe/pipe-8/probe");
    let mut card = end(&served, "/api/pipe/pipe-8");
    program.send(Message::binary(b"one".to_vec())).unwrap();
    assert_eq!(bytes(&mut card), b"one");
    // The card closes its websocket and deletes nothing; the window opens its own.
    card.close(None).unwrap();
    while card.read().is_ok() {}
    assert_eq!(get(&served, "/api/pipe/pipe-8/check").0, 204);
    let mut window = end(&served, "/api/pipe/pipe-8");
    program.send(Message::binary(b"two".to_vec())).unwrap();
    assert_eq!(bytes(&mut window), b"two");
    assert_eq!(ask(&served, ("DELETE", "/api/pipe/pipe-8"), "", &HEADERS).0, 200);
    assert_eq!(get(&served, "/api/pipe/pipe-8/check").0, 404);
}

#[test]
fn its_errors_are_raw_texts() {
    let served = Served::start();
    let (status, body) = ask(&served, ("POST", "/api/control/nope/a/b"), "", &HEADERS);
    assert_eq!(status, 400);
    assert_eq!(body, r#""probe nope is not connected right now""#);
    let mut own = probe(&served);
    wait_for_probe(&served);
    let asking = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&served, ("POST", "/api/control/p1/a/b"), "", &HEADERS));
        let call = [text(&mut own), text(&mut own)];
        assert!(call[1].contains(r#""ControlArgs":{}"#), "{}", call[1]);
        drop(own);
        asked.join().unwrap()
    });
    assert_eq!(asking.0, 400);
}
