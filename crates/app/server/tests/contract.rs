//! The routes and `docs/api/openapi.json` say the same, over a real socket and recorded reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "contract/schema.rs"]
mod schema;

#[path = "served/served.rs"]
mod served;

#[path = "served/told.rs"]
mod told;

use schema::faults;
use scope_server::ROUTES;
use serde_json::{Value, json};
use served::{BODY_BYTES_MAX, Served, frame};
use std::collections::BTreeSet;

/// Nodes of each view whose details are asked for; every one would take minutes.
const DETAILS_PER_VIEW_MAX: usize = 12;

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../docs/api/openapi.json")).unwrap()
}

/// The schema of an answer.
fn schema_of(document: &Value, path: &str, status: &str, media_type: &str) -> Value {
    let answer = &document["paths"][path]["get"]["responses"][status];
    answer["content"][media_type]["schema"].clone()
}

#[track_caller]
fn check(served: &Served, document: &Value, path: &str, template: &str) -> Value {
    let schema = schema_of(document, template, "200", "application/json");
    let value = served.json(path);
    let faults = faults(document, &schema, &value);
    assert!(faults.is_empty(), "{path}:\n{}", faults.join("\n"));
    value
}

fn recorded(folder: &str) -> Served {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/conformance");
    let body = std::fs::read(format!("{root}/{folder}/report.json.gz")).unwrap();
    assert!(body.len() < BODY_BYTES_MAX);
    let served = Served::start();
    let answer = served.post(("application/json", "gzip"), &body);
    assert_eq!(answer, (200, String::new()));
    served
}

fn encoded(id: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    id.bytes().map(escape).collect()
}

const EDGE: &str = "/api/topology/{view}/{from}/edge/{to}";

/// The edges of a view by the ids of their ends.
fn edges_of(nodes: &serde_json::Map<String, Value>) -> Vec<(&str, &str)> {
    let targets = |node: &'_ Value| node["adjacency"].as_array().cloned().unwrap_or_default();
    let known = |id: &Value| nodes.get_key_value(id.as_str().unwrap()).map(|(id, _)| id.as_str());
    (nodes.iter())
        .flat_map(|(from, node)| {
            let ends: Vec<_> = targets(node).iter().filter_map(known).collect();
            ends.into_iter().map(move |to| (from.as_str(), to))
        })
        .collect()
}

/// Every JSON answer about a recorded report is as the document says.
#[track_caller]
fn check_recorded(folder: &str) {
    let (document, served) = (document(), recorded(folder));
    for path in ["/api", "/api/probes", "/api/topology", "/api/report", "/api/openapi.json"] {
        check(&served, &document, path, path);
    }
    check(&served, &document, "/api/topology?t=5s", "/api/topology");
    check(&served, &document, "/api/probes?sparse", "/api/probes");
    let views = document["components"]["parameters"]["view"]["schema"]["enum"].clone();
    let mut shown = 0;
    for view in views.as_array().unwrap() {
        let view = view.as_str().unwrap();
        for query in ["", "?stopped=both&system=all"] {
            let path = format!("/api/topology/{view}{query}");
            let nodes = check(&served, &document, &path, "/api/topology/{view}");
            let nodes = nodes["nodes"].as_object().unwrap();
            shown += nodes.len();
            for id in nodes.keys().take(DETAILS_PER_VIEW_MAX) {
                let path = format!("/api/topology/{view}/{}", encoded(id));
                check(&served, &document, &path, "/api/topology/{view}/{id}");
            }
            for (from, to) in edges_of(nodes).into_iter().take(DETAILS_PER_VIEW_MAX) {
                let path =
                    format!("/api/topology/{view}/{}/edge/{}{query}", encoded(from), encoded(to));
                check(&served, &document, &path, EDGE);
            }
        }
        let first = frame(&mut served.watch(view, ""));
        let schema = json!({"$ref": "#/components/schemas/Diff"});
        assert_eq!(faults(&document, &schema, &first), [""; 0], "{view}");
    }
    assert!(shown > 20, "{folder} shows {shown} nodes");
}

#[test]
fn docker_answers_fit_the_document() {
    check_recorded("docker");
}

#[test]
fn multihost_answers_fit_the_document() {
    check_recorded("multihost");
}

#[test]
fn kubernetes_answers_fit_the_document() {
    check_recorded("k8s");
}

#[test]
fn kubernetes_on_docker_answers_fit_the_document() {
    check_recorded("k8s-docker");
}

#[test]
fn edges_that_carry_something_fit_the_document() {
    let (document, served) = (document(), Served::start());
    told::report(&served, 50.0);
    let nodes = check(&served, &document, "/api/topology/hosts", "/api/topology/{view}");
    let found = edges_of(nodes["nodes"].as_object().unwrap());
    let [(from, to)] = found.as_slice() else { panic!("one edge, not {found:?}") };
    let path = format!("/api/topology/hosts/{}/edge/{}", encoded(from), encoded(to));
    let edge = check(&served, &document, &path, EDGE);
    assert_eq!(edge["edge"]["summary"]["sentBytes"], 50.0);
    check(
        &served,
        &document,
        "/api/topology/hosts/web-1%3B%3Chost%3E",
        "/api/topology/{view}/{id}",
    );
    let schema = schema_of(&document, EDGE, "404", "application/json");
    let (_, body) = served.get("/api/topology/hosts/x/edge/y");
    assert_eq!(faults(&document, &schema, &serde_json::from_str(&body).unwrap()), [""; 0]);
}

#[test]
fn the_document_lists_the_routes_and_no_other() {
    let document = document();
    let listed: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let routed = ROUTES.iter().map(|route| (route.method.into(), route.path.into()));
    assert_eq!(listed, routed.collect());
}

#[test]
fn what_is_not_json_has_the_type_the_document_says() {
    let (document, served) = (document(), Served::start());
    for (path, media_type) in
        [("/admin/summary", "text/plain"), ("/metrics", "application/openmetrics-text")]
    {
        let answer = ureq::get(served.url(path)).call().unwrap();
        let own = answer.headers()["content-type"].to_str().unwrap();
        assert!(own.starts_with(media_type), "{path} is {own}");
        assert_eq!(schema_of(&document, path, "200", media_type), json!({"type": "string"}));
    }
}

#[test]
fn failures_are_sentences() {
    let (document, served) = (document(), Served::start());
    let schema = schema_of(&document, "/api/topology/{view}/ws", "400", "application/json");
    let (status, body) = served.get("/api/topology/hosts/ws?t=soon");
    assert_eq!(status, 400);
    let value: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(faults(&document, &schema, &value), [""; 0]);
    for path in ["/api/topology/nothing", "/api/topology/hosts/nobody"] {
        assert_eq!(served.get(path).0, 404);
    }
}

#[test]
fn the_checker_finds_faults() {
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/MetadataRow"});
    let check = |value: Value, expect: &[&str]| {
        assert_eq!(faults(&document, &schema, &value), expect, "{value}");
    };
    check(json!({"id": "a", "label": "A", "value": "1"}), &[]);
    check(json!({"id": "a", "label": "A"}), &["$: lacks \"value\""]);
    check(json!({"id": 1, "label": "", "value": ""}), &["$.id: is integer, not \"string\""]);
    check(json!({"id": "", "label": "", "value": "", "x": 1}), &["$.x: is not in the document"]);
}
