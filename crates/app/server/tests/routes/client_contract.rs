//! What the web client of Scope 1.13 breaks on, looked for in every answer to recorded reports.
//!
//! A null where it wants a list or text unmounts that client; a missing field mostly does not.

use crate::served::{Served, frame};
use serde_json::Value;
use std::io::Read;

const SHAPES: [&str; 14] = [
    "circle",
    "cloud",
    "cylinder",
    "dottedcylinder",
    "dottedtriangle",
    "heptagon",
    "hexagon",
    "octagon",
    "pentagon",
    "sheet",
    "square",
    "storagesheet",
    "triangle",
    "camera",
];

/// The nodes of each view whose details are looked at.
const DETAILS_MAX: usize = 25;

#[track_caller]
fn text(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value[*key].is_string(), "{key} of {value}");
    }
}

/// The items of a list that may be missing but not null.
fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        None => &[],
        Some(list) => list.as_array().unwrap_or_else(|| panic!("{key} of {value}")),
    }
}

fn rows(value: &Value) {
    for row in items(value, "metadata") {
        text(row, &["id", "label", "value"]);
    }
    for metric in items(value, "metrics") {
        assert!(metric["value"].is_number(), "{metric}");
        text(metric, &["id", "label"]);
        for sample in metric["samples"].as_array().into_iter().flatten() {
            assert!(sample["value"].is_number(), "{metric}");
        }
    }
    for parent in items(value, "parents") {
        text(parent, &["id", "label", "topologyId"]);
    }
    for table in items(value, "tables") {
        text(table, &["id", "label", "type"]);
        for row in table["rows"].as_array().unwrap() {
            assert!(row["entries"].as_object().unwrap().values().all(Value::is_string), "{row}");
        }
    }
}

fn summary(node: &Value) {
    text(node, &["id", "label", "labelMinor", "rank", "shape"]);
    assert!(SHAPES.contains(&node["shape"].as_str().unwrap()), "{node}");
    assert!(items(node, "adjacency").iter().all(Value::is_string));
    rows(node);
}

fn detail(id: &str, node: &Value) {
    assert_eq!(node["id"], id);
    summary(node);
    for control in items(node, "controls") {
        text(control, &["probeId", "nodeId", "id", "icon"]);
    }
    for group in items(node, "children") {
        text(group, &["topologyId"]);
        items(group, "columns");
        group["nodes"].as_array().unwrap().iter().for_each(summary);
    }
    for table in items(node, "connections") {
        items(table, "columns");
        for connection in table["connections"].as_array().unwrap() {
            text(connection, &["id", "nodeId", "label"]);
            rows(connection);
        }
    }
}

fn entry(entry: &Value) -> Vec<String> {
    text(entry, &["name", "url"]);
    for count in ["node_count", "nonpseudo_node_count", "edge_count", "filtered_nodes"] {
        assert!(entry["stats"][count].is_u64(), "{entry}");
    }
    for group in entry["options"].as_array().into_iter().flatten() {
        text(group, &["id", "defaultValue"]);
        for option in group["options"].as_array().unwrap() {
            text(option, &["value", "label"]);
        }
    }
    let mut urls = vec![entry["url"].as_str().unwrap().to_owned()];
    urls.extend(items(entry, "sub_topologies").iter().flat_map(self::entry));
    urls
}

fn escape(id: &str) -> String {
    id.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

#[track_caller]
fn check(folder: &str) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/conformance");
    let file = std::fs::File::open(format!("{root}/{folder}/report.json.gz")).unwrap();
    let mut report = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut report).unwrap();
    let served = Served::start();
    assert_eq!(served.post(("application/json", ""), &report), (200, String::new()));
    let list = served.json("/api/topology");
    let urls: Vec<String> = list.as_array().unwrap().iter().flat_map(entry).collect();
    let names: std::collections::BTreeSet<_> = urls.iter().map(|u| u.rsplit('/').next()).collect();
    assert_eq!(names.len(), urls.len(), "the client knows a view by the end of its url");
    for url in urls {
        let answer = served.json(&url);
        let nodes = answer["nodes"].as_object().unwrap();
        nodes.values().for_each(summary);
        for id in nodes.keys().take(DETAILS_MAX) {
            detail(id, &served.json(&format!("{url}/{}", escape(id)))["node"]);
        }
        let mut socket = served.watch(url.rsplit('/').next().unwrap(), "?t=1h");
        let first = frame(&mut socket);
        assert_eq!(first["reset"], true);
        first["add"].as_array().into_iter().flatten().for_each(summary);
        let sifted = served.json(&format!("{url}?t=1h"));
        let count = sifted["nodes"].as_object().unwrap().len();
        assert_eq!(first["add"].as_array().map_or(0, Vec::len), count);
    }
    let details = served.json("/api");
    text(&details, &["id", "version", "hostname"]);
    assert!(items(&details, "plugins").iter().all(|plugin| plugin["status"].is_string()));
}

#[test]
fn docker_answers_suit_the_client() {
    check("docker");
}

#[test]
fn multihost_answers_suit_the_client() {
    check("multihost");
}

#[test]
fn kubernetes_answers_suit_the_client() {
    check("k8s");
}

#[test]
fn kubernetes_on_docker_answers_suit_the_client() {
    check("k8s-docker");
}
