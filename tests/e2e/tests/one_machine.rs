//! `scope launch` on a machine with a real container engine: what a user sees of a small shop.
//!
//! The test runs in the network namespace of an engine of its own, which is the machine here; the
//! program is the release build, asked through its API only.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{Api, View, edges, fact, row, rows, text};
use scope_e2e::internet::Internet;
use scope_e2e::program::{Program, free_port};
use scope_e2e::shop::{self, BRIEF_EDGES, CONTAINERS, LASTING_EDGES, PUBLISHED_PORT, Shop};
use scope_e2e::watcher::Watcher;
use scope_testkit::docker_engine::DockerEngine;
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// From the start of the program until every container and every lasting edge is on the map.
const FIRST_MAP_LIMIT: Duration = Duration::from_secs(3);

/// From a change of the machine until a browser hears of it.
const CHANGE_LIMIT: Duration = Duration::from_secs(5);

/// From Ctrl-C until the program is gone.
const END_LIMIT: Duration = Duration::from_secs(5);

/// For what comes with the next few reports.
const SETTLE_LIMIT: Duration = Duration::from_secs(30);

#[test]
fn one_command_draws_this_machine() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let mut internet = Internet::connect(engine.namespace()).unwrap();
    let _shop = Shop::open(&engine).unwrap();
    internet.call(PUBLISHED_PORT).unwrap();

    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let flag = format!("--app.http.address={address}");
    let arguments = ["launch", "--hostname=corner-shop", &flag];
    let mut scope = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
    let api = Api::at(&address);

    first_map_is_in_time(&scope, &api);
    let view = settled(&api);
    containers_are_told_apart(&engine, &view);
    pseudo_nodes_stand_for_the_unseen(&view);
    details_have_series_and_connections(&api, &view);
    a_stop_reaches_the_browser(&engine, &address);
    let (status, took) = scope.interrupt().unwrap();
    println!("Ctrl-C took {} ms", took.as_millis());
    assert!(status.success(), "Ctrl-C ends it with {status}:\n{}", scope.log());
    assert!(took <= END_LIMIT, "Ctrl-C took {took:?}");
}

fn first_map_is_in_time(scope: &Program, api: &Api) {
    let wanted = edges(LASTING_EDGES);
    let complete = || {
        let view = api.view("containers").ok()?;
        let all = CONTAINERS.iter().all(|name| view.labelled(name).is_some());
        (all && view.edges().is_superset(&wanted)).then_some(())
    };
    let waited = wait::until("the first complete map", SETTLE_LIMIT, complete);
    let took = scope.started().elapsed();
    if let Err(failure) = waited {
        let view = api.view("containers").unwrap_or_default();
        panic!("{failure}: {:?} {:?}", view.labels(), view.edges());
    }
    println!("the first complete map came after {} ms", took.as_millis());
    assert!(took <= FIRST_MAP_LIMIT, "the first complete map came after {took:?}");
}

/// The map once brief requests were seen too; no edge may be too many.
fn settled(api: &Api) -> View {
    let wanted = edges(&[LASTING_EDGES, BRIEF_EDGES].concat());
    let settled = || {
        let view = api.view("containers").ok()?;
        let internet =
            view.nodes.contains_key("in-theinternet") && view.nodes.contains_key("out-theinternet");
        (view.edges() == wanted && internet && has_metrics(&view)).then_some(view)
    };
    wait::until("the whole map", SETTLE_LIMIT, settled).unwrap_or_else(|failure| {
        let view = api.view("containers").unwrap();
        let ids: Vec<&String> = view.nodes.keys().collect();
        panic!("{failure}: {:?} among {ids:?}", view.edges());
    })
}

fn has_metrics(view: &View) -> bool {
    view.observed().all(|(_, node)| rows(node, "metrics").len() >= 2)
}

fn containers_are_told_apart(engine: &DockerEngine, view: &View) {
    let names: BTreeSet<String> = CONTAINERS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(view.labels(), names, "each container once and nothing else");
    for (id, node) in view.observed() {
        let name = text(node, "label");
        let engine_id = engine.cli(&["inspect", "--format", "{{.Id}}", &name]).unwrap();
        assert_eq!(id, &format!("{engine_id};<container>"), "{name}");
        assert_eq!(text(node, "labelMinor"), "corner-shop", "{name}");
        assert_eq!(fact(node, "docker_image_name"), "busybox", "{name}");
        assert_eq!(fact(node, "docker_container_state_human").get(..2), Some("Up"), "{name}");
        let network = if name == "frontend" { "front" } else { "back" };
        let address = shop::address(engine, &name, network).unwrap();
        let shown = fact(node, "docker_container_ips");
        assert!(shown.split(", ").any(|ip| ip == address), "{name} has {address}: {shown}");
    }
    let (_, front) = view.labelled("frontend").unwrap();
    let ports = fact(front, "docker_container_ports");
    assert!(ports.contains(&format!("{PUBLISHED_PORT}->8080/tcp")), "{ports}");
}

fn pseudo_nodes_stand_for_the_unseen(view: &View) {
    let id = |name: &str| view.labelled(name).unwrap().0;
    let uncontained = "pseudo:uncontained:corner-shop";
    assert_eq!(text(view.nodes.get(uncontained).unwrap(), "label"), "Uncontained");
    assert!(view.connects(uncontained, id("frontend")), "the customer is on the host");
    assert!(view.connects("in-theinternet", id("frontend")), "a customer calls from outside");
    assert!(view.connects(id("carts"), "out-theinternet"), "carts calls abroad");
    for name in CONTAINERS.iter().filter(|name| **name != "frontend") {
        assert!(!view.connects("in-theinternet", id(name)), "{name} is not published");
    }
    for name in CONTAINERS.iter().filter(|name| **name != "carts") {
        assert!(!view.connects(id(name), "out-theinternet"), "{name} calls nobody abroad");
    }
}

fn details_have_series_and_connections(api: &Api, view: &View) {
    let id = view.labelled("orders").unwrap().0;
    let details = api.details("containers", id).unwrap();
    for metric in ["docker_cpu_total_usage", "docker_memory_usage"] {
        let series = row(&details, "metrics", metric).unwrap_or(&Value::Null);
        assert!(!rows(series, "samples").is_empty(), "{metric} has samples: {series}");
    }
    let memory = row(&details, "metrics", "docker_memory_usage").unwrap();
    assert!(memory.get("value").and_then(Value::as_f64) > Some(0.0), "{memory}");
    connection(&details, "incoming-connections", "frontend", "8080");
    connection(&details, "outgoing-connections", "orders-db", "5432");
    let parents: Vec<String> =
        rows(&details, "parents").iter().map(|row| text(row, "topologyId")).collect();
    assert_eq!(parents, ["containers-by-image", "hosts"]);
    let children = rows(&details, "children");
    let processes = children.iter().find(|group| text(group, "topologyId") == "processes");
    assert!(processes.is_some_and(|group| rows(group, "nodes").len() >= 2), "{children:?}");
}

/// Asserts that the table has exactly one connection, to that node and server port.
fn connection(details: &Value, table: &str, label: &str, port: &str) {
    let table = row(details, "connections", table).unwrap_or(&Value::Null);
    let found: Vec<(String, String)> = rows(table, "connections")
        .iter()
        .map(|row| (text(row, "label"), fact(row, "port")))
        .collect();
    assert_eq!(found, [(label.to_owned(), port.to_owned())], "{table}");
}

fn a_stop_reaches_the_browser(engine: &DockerEngine, address: &str) {
    let mut watcher = Watcher::subscribe(address, "containers?t=1s").unwrap();
    let first = watcher.wait_for("everything", CHANGE_LIMIT, |difference| {
        difference.get("reset").and_then(Value::as_bool) == Some(true)
    });
    assert!(rows(&first.unwrap(), "add").len() >= CONTAINERS.len());
    let id = engine.cli(&["inspect", "--format", "{{.Id}}", "carts-db"]).unwrap();
    let id = format!("{id};<container>");
    engine.cli(&["kill", "carts-db"]).unwrap();
    let stopped = |difference: &Value| {
        let removed = rows(difference, "remove").iter().any(|gone| gone == id.as_str());
        removed || row(difference, "update", &id).is_some_and(is_stopped)
    };
    watcher.wait_for("carts-db has stopped", CHANGE_LIMIT, stopped).unwrap();
}

fn is_stopped(node: &Value) -> bool {
    fact(node, "docker_container_state_human").starts_with("Exited")
        || fact(node, "docker_container_state") == "exited"
}
