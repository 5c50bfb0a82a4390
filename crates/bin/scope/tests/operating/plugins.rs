//! Plugins on the map of the program itself: their metrics, their controls, their statuses.

use crate::running::{self, Running, python};
use serde_json::Value;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

const HOST: &str = "/api/topology/hosts/web-1%3B%3Chost%3E";

fn metric(details: &Value, id: &str) -> Option<()> {
    let metrics = details["node"]["metrics"].as_array()?;
    metrics.iter().any(|metric| metric["id"] == id).then_some(())
}

fn control(details: &Value, id: &str) -> Option<Value> {
    let controls = details["node"]["controls"].as_array()?;
    controls.iter().find(|control| control["id"] == id).cloned()
}

/// The status of a plugin in the app's list.
fn status(scope: &Running, plugin: &str) -> Option<String> {
    let details = scope.json("/api").ok()?;
    let plugins = details["plugins"].as_array()?.clone();
    let found = plugins.into_iter().find(|own| own["id"] == plugin)?;
    Some(found["status"].as_str()?.to_owned())
}

#[test]
fn plugins_are_on_the_map() {
    let folder = running::folder("plugins");
    let Some(mut iowait) = python("iowait", &folder, "iowait") else {
        return println!("skipped: there is no python3");
    };
    let http = python("http-requests", &folder, "http-requests").unwrap();
    let hanging = python("misbehaving", &folder, "hanging").unwrap();
    let root = format!("--probe.plugins.root={}", folder.display());
    let scope = Running::start(&[
        "launch",
        "--app.controls",
        "--hostname=web-1",
        "--probe.docker=false",
        "--probe.conntrack=false",
        "--probe.dns.snoop=false",
        "--probe.publish.interval=1s",
        "--app.window=5s",
        &root,
    ]);
    scope.until("iowait's metric", LIMIT, HOST, |details| metric(details, "iowait"));
    let process = format!("/api/topology/processes/web-1%3B{}", http.id());
    let rate = "http_requests_per_second";
    scope.until("the requests of a process", LIMIT, &process, |details| metric(details, rate));
    scope.wait("a plugin that hangs", LIMIT, || {
        status(&scope, "hanging")?.contains("no answer within 500 ms").then_some(())
    });
    assert_eq!(status(&scope, "iowait").as_deref(), Some("ok"));

    let button = scope.until("iowait's control", LIMIT, HOST, |details| {
        control(details, "iowait~switch-to-idle")
    });
    let path = format!(
        "/api/control/{}/web-1%3B%3Chost%3E/iowait~switch-to-idle",
        button["probeId"].as_str().unwrap()
    );
    let outcome = scope.wait("the control", LIMIT, || scope.post(&path).ok());
    assert_eq!(outcome, serde_json::json!({"value": "idle"}));
    scope.until("the other metric", LIMIT, HOST, |details| metric(details, "idle"));
    scope.until("the other control", LIMIT, HOST, |details| {
        control(details, "iowait~switch-to-iowait")
    });

    iowait.end();
    scope.wait("the end of a plugin", LIMIT, || {
        status(&scope, "iowait")?.contains("nothing listens").then_some(())
    });
    drop((http, hanging));
    let _ = std::fs::remove_dir_all(&folder);
}
