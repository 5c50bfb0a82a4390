//! What edges carry, over a real socket: beside `adjacency`, live when asked, and one in full.

use crate::served::{Served, frame};
use crate::told::report;
use serde_json::{Value, json};

const FROM: &str = "web-1;<host>";
const TO: &str = "web-2;<host>";

fn node<'a>(frame: &'a Value, part: &str, id: &str) -> &'a Value {
    frame[part].as_array().unwrap().iter().find(|node| node["id"] == id).unwrap()
}

#[test]
fn summaries_have_what_edges_carry() {
    let served = Served::start();
    report(&served, 50.0);
    let nodes = &served.json("/api/topology/hosts")["nodes"];
    assert_eq!(nodes[FROM]["adjacency"], json!([TO]));
    let expect = json!({TO: {"open": 1.0, "sentBytes": 50.0, "connections": 1}});
    assert_eq!(nodes[FROM]["edges"], expect);
    assert_eq!(nodes[TO].get("edges"), None);
}

#[test]
fn watchers_have_it_when_they_ask() {
    let served = Served::start();
    report(&served, 50.0);
    let first = frame(&mut served.watch("hosts", "?t=1h"));
    assert_eq!(node(&first, "add", FROM).get("edges"), None);
    let mut socket = served.watch("hosts", "?t=250ms&edges=true");
    let sent = |node: &Value| node["edges"][TO]["sentBytes"].clone();
    assert_eq!(sent(node(&frame(&mut socket), "add", FROM)), 50.0);
    // Of two figures for one instant the greater stands.
    report(&served, 70.0);
    loop {
        let frame = frame(&mut socket);
        if frame["update"].is_array() {
            assert_eq!(sent(node(&frame, "update", FROM)), 70.0);
            break;
        }
    }
}

#[test]
fn an_edge_is_told_in_full() {
    let served = Served::start();
    report(&served, 50.0);
    let edge = served.json("/api/topology/hosts/web-1%3B%3Chost%3E/edge/web-2%3B%3Chost%3E?x");
    let edge = &edge["edge"];
    assert_eq!((&edge["from"]["label"], &edge["to"]["label"]), (&json!("web-1"), &json!("web-2")));
    assert_eq!(edge["metrics"][0]["samples"].as_array().unwrap().len(), 1);
    assert_eq!(edge["evidence"][0]["sides"][0]["observer"], "web-1");
    assert_eq!(edge["evidence"][0]["client"]["host"]["topologyId"], "hosts");
}

#[test]
fn an_edge_that_is_not_there_has_a_sentence() {
    let served = Served::start();
    report(&served, 50.0);
    for path in [
        "/api/topology/hosts/web-2%3B%3Chost%3E/edge/web-1%3B%3Chost%3E",
        "/api/topology/hosts/x/edge/y",
        "/api/topology/nothing/x/edge/y",
    ] {
        let (status, body) = served.get(path);
        assert_eq!(status, 404, "{path}");
        let sentence: String = serde_json::from_str(&body).unwrap();
        assert!(sentence.contains(' '), "{sentence}");
    }
}
