//! The past over a real socket: what is kept, what stood then, and what is older than all.

use crate::report;
use crate::served::{Served, agent, app, frame, guard};
use scope_auth::Openness;
use scope_control::ControlKinds;
use scope_server::Bounds;
use scope_store::HistoryPlan;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Time between two moments here.
const INTERVAL_MS: u64 = 20;

/// How far back is kept here; so many steps are the most there are.
const SPAN_MS: u64 = INTERVAL_MS * 1440;

/// How long a condition may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An app that forgets a report at once, so that hosts come and go.
fn keeping() -> Served {
    Served::run(|port| {
        let bounds = (Bounds::default(), Duration::from_millis(400));
        let app = app(ControlKinds::ALL, bounds, guard(Openness::Acting), port);
        let app = app.keeping(HistoryPlan::new(SPAN_MS, INTERVAL_MS));
        tokio::spawn(app.clone().keep_history());
        app
    })
}

/// Waits for a history that fulfils a condition.
#[track_caller]
fn history(served: &Served, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let history = served.json("/api/history");
        if condition(&history) {
            return history;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}: {history}");
        std::thread::yield_now();
    }
}

fn sum(history: &Value, key: &str) -> u64 {
    let steps = history["steps"].as_array().unwrap();
    steps.iter().map(|step| step[key].as_u64().unwrap()).sum()
}

fn stamp(at_ms: u64) -> String {
    let nanos = i128::from(at_ms) * 1_000_000;
    scope_report::Timestamp::from_unix_nanos(nanos).unwrap().to_string()
}

fn hosts(served: &Served, query: &str) -> Vec<String> {
    let nodes = served.json(&format!("/api/topology/hosts{query}"));
    nodes["nodes"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn what_stood_then_is_shown_again() {
    let served = keeping();
    report(&served, &["web-1"], false);
    let first = history(&served, "a moment", |told| told["moments"].get(0).is_some());
    let early = first["moments"][0].as_u64().unwrap();
    report(&served, &["web-1", "web-2"], false);
    history(&served, "web-2 came", |told| sum(told, "added") > 0);
    let last = history(&served, "all left", |told| sum(told, "removed") > 1);
    assert_eq!(last["spanMs"], SPAN_MS);
    assert_eq!(last["intervalMs"], INTERVAL_MS);
    assert_eq!(sum(&last, "reports"), 2);

    assert_eq!(hosts(&served, &format!("?timestamp={}", stamp(early))), ["web-1;<host>"]);
    let came = last["steps"].as_array().unwrap().iter().find(|step| step["added"] == 1).unwrap();
    let query = format!("?timestamp={}", stamp(came["at"].as_u64().unwrap()));
    assert_eq!(hosts(&served, &query), ["web-1;<host>", "web-2;<host>"]);
    let detail = served.get(&format!("/api/topology/hosts/web-2%3B%3Chost%3E{query}"));
    assert_eq!(detail.0, 200, "{}", detail.1);
    let listed = served.json(&format!("/api/topology{query}"));
    let views = listed.as_array().unwrap();
    let own = views.iter().find(|view| view["name"] == "Hosts").unwrap();
    assert_eq!(own["stats"]["node_count"], 2);
    assert!(served.get(&format!("/api/report{query}")).1.contains("web-2"));

    // Of times before all, and to come, Scope 1.13 answers the present.
    let before_all = "?timestamp=2001-01-01T00:00:00Z";
    assert_eq!(hosts(&served, before_all), [""; 0]);
    assert_eq!(hosts(&served, "?timestamp=2999-01-01T00:00:00Z"), [""; 0]);
    report(&served, &["web-3"], false);
    assert_eq!(hosts(&served, before_all), ["web-3;<host>"]);
    assert_eq!(hosts(&served, &format!("{before_all}&still=true")), [""; 0]);
    assert_eq!(hosts(&served, "?timestamp=2999-01-01T00:00:00Z"), ["web-3;<host>"]);
}

#[test]
fn a_watcher_of_the_past_stays_or_goes_on() {
    let served = keeping();
    report(&served, &["web-1"], false);
    let told = history(&served, "web-1 left", |told| sum(told, "removed") > 0);
    let early = stamp(told["moments"][0].as_u64().unwrap());
    let count = |frame: &Value, key: &str| frame[key].as_array().map_or(0, Vec::len);

    let mut still = served.watch("hosts", &format!("?t=250ms&still=true&timestamp={early}"));
    assert_eq!(count(&frame(&mut still), "add"), 1);
    let mut goes_on = served.watch("hosts", &format!("?t=250ms&timestamp={early}"));
    assert_eq!(count(&frame(&mut goes_on), "add"), 1);
    while count(&frame(&mut goes_on), "remove") == 0 {}
    for _ in 0..3 {
        assert_eq!(count(&frame(&mut still), "remove"), 0);
    }
}

#[test]
fn what_somebody_did_is_a_mark() {
    let served = keeping();
    report(&served, &["web-1"], false);
    let path = "/api/control/p1/c1%3B%3Ccontainer%3E/docker_stop_container";
    let answer = agent().post(served.url(path)).send_empty().unwrap();
    assert!(!answer.status().is_success(), "nobody is there to do it");
    let told = history(&served, "it is told", |told| told["marks"].get(0).is_some());
    let mark = &told["marks"][0];
    let shown = ["kind", "what", "node"].map(|key| mark[key].as_str().unwrap());
    assert_eq!(shown, ["action", "docker_stop_container", "c1;<container>"]);
    assert!(mark["outcome"].as_str().unwrap().contains("p1"), "{mark}");
}

#[test]
fn without_a_history_all_times_are_now() {
    let served = Served::start();
    report(&served, &["web-1"], false);
    assert_eq!(hosts(&served, "?timestamp=2001-01-01T00:00:00Z"), ["web-1;<host>"]);
    let told = served.json("/api/history");
    assert_eq!((&told["spanMs"], &told["moments"]), (&0.into(), &serde_json::json!([])));
}
