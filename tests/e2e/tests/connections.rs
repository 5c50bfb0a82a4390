//! Every kind of connection, made for real: on the map it is there once, between the right two.
//!
//! The truth is what the situations are made of. Precision and recall over all of them are
//! printed.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{edges, rows};
use scope_e2e::scene::{MAP_LIMIT, Part, Scene};
use scope_e2e::street::Room;
use scope_testkit::host::Host;
use scope_testkit::wait;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long steady traffic is looked at, in seconds, unless `SCOPE_STEADY_SECS` says otherwise.
const STEADY_SECS: u64 = 60;

/// Short connections.
const BURST: u64 = 1000;

/// Who plays what: room, host, name and part.
const PARTS: &[Part] = &[
    (Room::House, 3, "server4", "listen tcp 10.77.0.13:6000"),
    (Room::House, 1, "caller4", "call tcp 10.77.0.13:6000"),
    (Room::House, 3, "server6", "listen tcp [fd77::13]:6006"),
    (Room::House, 1, "caller6", "call tcp [fd77::13]:6006"),
    (Room::House, 3, "mapped", "listen tcp [::]:6046"),
    (Room::House, 2, "to-mapped", "call tcp 10.77.0.13:6046"),
    (Room::House, 2, "loopback4", "listen tcp 127.0.0.1:7000"),
    (Room::House, 2, "to-loopback4", "call tcp 127.0.0.1:7000"),
    (Room::House, 2, "loopback6", "listen tcp [::1]:7006"),
    (Room::House, 2, "to-loopback6", "call tcp [::1]:7006"),
    (Room::House, 1, "loopback4", "listen tcp 127.0.0.1:7000"),
    (Room::House, 1, "to-loopback4", "call tcp 127.0.0.1:7000"),
    (Room::Yard, 4, "yard-shop", "listen tcp 10.99.0.2:8081"),
    (Room::House, 1, "by-dnat", "call tcp 10.77.0.14:5432"),
    (Room::House, 4, "from-house", "call tcp 10.99.0.2:8081"),
    (Room::Yard, 4, "by-masquerade", "call tcp 10.77.0.13:6000"),
    (Room::House, 2, "by-hairpin", "call tcp 10.77.0.11:9000"),
    (Room::Cellar, 4, "cellar-shop", "listen tcp 10.55.0.2:7072"),
    (Room::House, 1, "by-dnat-twice", "call tcp 10.77.0.14:7070"),
    (Room::Cellar, 4, "by-masquerade-twice", "call tcp 10.77.0.13:6000"),
    (Room::House, 3, "udp-server", "listen udp 10.77.0.13:5300"),
    (Room::House, 3, "udp-local", "call udp 10.77.0.13:5300"),
    (Room::House, 1, "udp-caller", "call udp 10.77.0.13:5300"),
    (Room::House, 2, "udp-sender", "send udp 10.77.0.13:5300"),
    (Room::House, 3, "udp6-server", "listen udp [fd77::13]:5306"),
    (Room::House, 1, "udp6-caller", "call udp [fd77::13]:5306"),
    (Room::House, 2, "udp6-sender", "send udp [fd77::13]:5306"),
    (Room::House, 3, "udp-any", "listen udp [::]:5308"),
    (Room::House, 1, "to-udp-any", "send udp 10.77.0.13:5308"),
    (Room::House, 3, "udp-deaf", "hear udp 10.77.0.13:5310"),
    (Room::House, 2, "udp-one-way", "tell udp 10.77.0.13:5310"),
    (Room::House, 1, "idle-server", "listen tcp 0.0.0.0:8888"),
];

/// The edges of the parts above.
const EDGES: &[(&str, &str)] = &[
    ("h1 caller4", "h3 server4"),
    ("h1 caller6", "h3 server6"),
    ("h2 to-mapped", "h3 mapped"),
    ("h2 to-loopback4", "h2 loopback4"),
    ("h2 to-loopback6", "h2 loopback6"),
    ("h1 to-loopback4", "h1 loopback4"),
    ("h1 by-dnat", "h4 yard-shop"),
    ("h4 from-house", "h4 yard-shop"),
    ("h4 by-masquerade", "h3 server4"),
    ("h2 by-hairpin", "h3 server4"),
    ("h1 by-dnat-twice", "h4 cellar-shop"),
    ("h4 by-masquerade-twice", "h3 server4"),
    ("h3 udp-local", "h3 udp-server"),
    ("h1 udp-caller", "h3 udp-server"),
    ("h2 udp-sender", "h3 udp-server"),
    ("h1 udp6-caller", "h3 udp6-server"),
    ("h2 udp6-sender", "h3 udp6-server"),
    ("h1 to-udp-any", "h3 udp-any"),
    ("h2 udp-one-way", "h3 udp-deaf"),
    ("h1 unix-caller", "h1 unix-server"),
];

#[test]
fn every_kind_of_connection_is_there_once() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = build();
    play(&mut scene);
    scene.start_probes("").unwrap();
    println!("{}", scene.edges_become(EDGES).unwrap());
}

#[test]
fn short_and_refused_connections_are_counted_on_both_sides() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = build();
    scene.start_probes("").unwrap();
    scene.wait_for_events().unwrap();
    scene.street.play(3, "brief-server", "listen tcp 10.77.0.13:6100").unwrap();
    let done = scene.street.host(2).unwrap().folder().join("done");
    let part = format!("burst tcp 10.77.0.13:6100 {BURST} 3 {}", done.display());
    scene.street.play(2, "brief-caller", &part).unwrap();
    scene.street.play(1, "refused", "try tcp 10.77.0.13:1").unwrap();
    println!(
        "{}",
        scene
            .edges_become(&[("h2 brief-caller", "h3 brief-server"), ("h1 refused", "10.77.0.13:1")])
            .unwrap()
    );
    wait::until("the connections", MAP_LIMIT, || done.exists().then_some(())).unwrap();
    let counted = || {
        let wanted = [("h2;client".to_owned(), BURST), ("h3;server".to_owned(), BURST)];
        (opened(&scene, ";10.77.0.13;6100") == BTreeMap::from(wanted)).then_some(())
    };
    if let Err(failure) = wait::until("the counts", MAP_LIMIT, counted) {
        let counts = opened(&scene, ";10.77.0.13;6100");
        panic!("{failure}: of {BURST} each side tells {counts:?}");
    }
    println!("{BURST} of {BURST} connections of a few milliseconds are told by either side");
}

#[test]
fn nothing_flaps() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = build();
    play(&mut scene);
    scene.start_probes("").unwrap();
    println!("{}", scene.edges_become(EDGES).unwrap());
    let wanted = edges(EDGES);
    let asked = std::env::var("SCOPE_STEADY_SECS").ok().and_then(|secs| secs.parse().ok());
    let steady_time = Duration::from_secs(asked.unwrap_or(STEADY_SECS));
    let started = Instant::now();
    let mut looks = 0;
    let other = wait::until("an edge to come or go", steady_time, || {
        looks += 1;
        scene.edges().filter(|found| *found != wanted)
    });
    if let Ok(found) = other {
        let missing: Vec<_> = wanted.difference(&found).collect();
        let wrong: Vec<_> = found.difference(&wanted).collect();
        let after = started.elapsed();
        panic!("after {after:?} missing {missing:?}, wrong {wrong:?}\n{}", scene.street.log());
    }
    println!("{looks} looks in {:?}, and the same {} edges", started.elapsed(), wanted.len());
}

/// The street, this thread on it, and an app.
fn build() -> Scene {
    Scene::build(Path::new(env!("CARGO_BIN_EXE_actor"))).unwrap()
}

fn play(scene: &mut Scene) {
    scene.play(PARTS).unwrap();
    let socket = scene.street.host(1).unwrap().folder().join("unix.sock");
    let socket = socket.display();
    scene.street.play(1, "unix-server", &format!("listen unix {socket}")).unwrap();
    scene.street.play(1, "unix-caller", &format!("call unix {socket}")).unwrap();
}

/// How many connections to `server` were opened, as each side tells.
fn opened(scene: &Scene, server: &str) -> BTreeMap<String, u64> {
    let report = scene.api.get("/api/report").unwrap();
    let endpoints = report["Endpoint"]["nodes"].as_object().unwrap();
    let mut counts = BTreeMap::new();
    for edge in endpoints.values().filter_map(|node| node["edges"].get(server)) {
        for (side, told) in edge.as_object().unwrap() {
            let samples = rows(&told["metrics"]["opened"], "samples");
            let values = samples.iter().filter_map(|sample| sample["value"].as_f64());
            *counts.entry(side.clone()).or_insert(0.0) += values.sum::<f64>();
        }
    }
    counts.into_iter().map(|(side, count)| (side, format!("{count}").parse().unwrap())).collect()
}
