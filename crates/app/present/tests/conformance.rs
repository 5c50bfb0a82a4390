//! The recorded answers of Scope 1.13.2, compared with ours.
//!
//! Rules: every key and value of the recorded answer must be there; keys that only we have are
//! allowed; null, a missing key and an empty list or map are equal; numbers are equal within a
//! millionth; lists keep their order, except `adjacency`, which is a set; a view may have no node
//! that the recorded one lacks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the score is what a reader looks for")]

#[path = "conformance/compare.rs"]
mod compare;

use compare::differences;
use scope_present::{Censor, detail, summaries, topology_list, topology_stats};
use scope_render::{LabelFilters, Lifted, ViewId, ViewOptions, render};
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

fn path(folder: &str, name: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/conformance");
    PathBuf::from(format!("{root}/{folder}/{name}.json.gz"))
}

fn recorded(folder: &str, name: &str) -> Value {
    let file = std::fs::File::open(path(folder, name)).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn unescape(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What the server answers to a path.
fn answer(lifted: &Lifted, path: &str) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let options = ViewOptions::from_query(pairs);
    let segments: Vec<String> = path.split('/').skip(3).map(unescape).collect();
    let view = ViewId::parse(&segments[0]).unwrap();
    let graph = render(lifted, view, &options);
    match segments.get(1) {
        Some(id) => {
            let node = detail(lifted, &graph, view, id, Censor::default());
            node.map_or(json!({"__status__": 404}), |node| json!({"node": node}))
        }
        None => json!({"nodes": summaries(lifted, &graph, Censor::default())}),
    }
}

#[track_caller]
fn check(folder: &str) {
    let report = scope_testkit::recorded::report(&path(folder, "report")).unwrap();
    let lifted = Lifted::new(Arc::new(report));
    let mut cases = Vec::new();
    for name in ["topologies", "details"] {
        for case in recorded(folder, name).as_array().unwrap() {
            let path = case["path"].as_str().unwrap().to_owned();
            let found = differences(&case["body"], &answer(&lifted, &path));
            cases.push((path, found));
        }
    }
    let mut stats = |view| topology_stats(&render(&lifted, view, &ViewOptions::default()));
    let list =
        serde_json::to_value(topology_list(&lifted, &LabelFilters::default(), &mut stats)).unwrap();
    cases.push(("/api/topology".into(), differences(&recorded(folder, "topology"), &list)));
    let matching = cases.iter().filter(|(_, found)| found.is_empty()).count();
    for (path, found) in cases.iter().filter(|(_, found)| !found.is_empty()).take(20) {
        println!("DIFF {path}: {} differences", found.len());
        for difference in found.iter().take(6) {
            println!("   {difference}");
        }
    }
    println!("{folder}: {matching} of {} answers match", cases.len());
    assert_eq!(matching, cases.len());
}

#[test]
fn docker_answers_match() {
    check("docker");
}

#[test]
fn multihost_answers_match() {
    check("multihost");
}

#[test]
fn kubernetes_answers_match() {
    check("k8s");
}

#[test]
fn kubernetes_on_docker_answers_match() {
    check("k8s-docker");
}
