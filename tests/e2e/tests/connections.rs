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
const STEADY_SECS: u64 = 30;

/// Short connections, and what all of them carry each way, five bytes each.
const BURST: u64 = 1000;
const BURST_BYTES: f64 = 5000.0;

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
    (Room::House, 2, "udp-loopback", "listen udp 127.0.0.1:7053"),
    (Room::House, 2, "to-udp-loopback", "send udp 127.0.0.1:7053"),
    (Room::House, 2, "to-udp-high", "call udp 127.0.0.1:61053"),
    (Room::House, 2, "udp-high", "listen udp 127.0.0.1:61053"),
    (Room::Yard, 4, "udp-by-masquerade", "send udp 10.77.0.13:5300"),
    (Room::Yard, 4, "udp-yard", "listen udp 10.99.0.2:5354"),
    (Room::House, 1, "udp-by-dnat", "call udp 10.77.0.14:5353"),
    (Room::House, 2, "udp-by-dnat2", "send udp 10.77.0.14:5353"),
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
    ("h2 to-udp-loopback", "h2 udp-loopback"),
    ("h2 to-udp-high", "h2 udp-high"),
    ("h4 udp-by-masquerade", "h3 udp-server"),
    ("h1 udp-by-dnat", "h4 udp-yard"),
    ("h2 udp-by-dnat2", "h4 udp-yard"),
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

/// Who sends from a socket without a peer where nobody tracks connections, only events tell.
const ONLY_BY_EVENTS: &[&str] =
    &["h2 udp-sender", "h2 udp6-sender", "h2 udp-one-way", "h2 to-udp-loopback"];

#[test]
fn without_events_all_the_rest_is_there_and_the_loss_is_said() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = build();
    play(&mut scene);
    scene.start_probes("--probe.ebpf.connections=false").unwrap();
    let lasting = EDGES.iter().copied().filter(|(from, _)| !ONLY_BY_EVENTS.contains(from));
    println!("{}", scene.edges_become(&lasting.collect::<Vec<_>>()).unwrap());
    let loss = "without kernel events, connections shorter than a look";
    scene.host_says("h2", &[loss]).unwrap();
}

#[test]
fn short_and_refused_connections_are_counted_on_both_sides() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = build();
    scene.start_probes("").unwrap();
    scene.wait_for_events().unwrap();
    // Its figures are told each time that any are.
    scene.street.play(3, "steady-server", "listen tcp 10.77.0.13:6200").unwrap();
    scene.street.play(2, "steady-caller", "call tcp 10.77.0.13:6200 1000").unwrap();
    wait::until("steady figures", MAP_LIMIT, || {
        (figures(&scene, ";10.77.0.13;6200", "sent_bytes").len() == 2).then_some(())
    })
    .unwrap();
    scene.street.play(3, "brief-server", "listen tcp 10.77.0.13:6100").unwrap();
    let done = scene.street.host(2).unwrap().folder().join("done");
    let part = format!("burst tcp 10.77.0.13:6100 {BURST} 3 {}", done.display());
    scene.street.play(2, "brief-caller", &part).unwrap();
    scene.street.play(1, "refused", "try tcp 10.77.0.13:1").unwrap();
    let wanted = [
        ("h2 brief-caller", "h3 brief-server"),
        ("h2 steady-caller", "h3 steady-server"),
        ("h1 refused", "10.77.0.13:1"),
    ];
    println!("{}", scene.edges_become(&wanted).unwrap());
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
    let told = || {
        let told = carried(&scene);
        (told.len() == 2 && told.values().all(is_all)).then_some(())
    };
    if let Err(failure) = wait::until("the bytes", MAP_LIMIT, told) {
        panic!("{failure}: of {BURST_BYTES} each way each side tells {:?}", carried(&scene));
    }
    println!("of {BURST_BYTES} bytes each way each side tells {:?}", carried(&scene));
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

/// A figure of the edges to `server` as each side tells it: samples by nanoseconds.
type Samples = BTreeMap<i128, f64>;

fn figures(scene: &Scene, server: &str, metric: &str) -> BTreeMap<String, Samples> {
    let report = scene.api.get("/api/report").unwrap();
    let endpoints = report["Endpoint"]["nodes"].as_object().unwrap();
    let mut figures: BTreeMap<String, Samples> = BTreeMap::new();
    for edge in endpoints.values().filter_map(|node| node["edges"].get(server)) {
        for (side, told) in edge.as_object().unwrap() {
            for sample in rows(&told["metrics"][metric], "samples") {
                let all = figures.entry(side.clone()).or_default();
                let at = nanos(sample["date"].as_str().unwrap());
                *all.entry(at).or_default() += sample["value"].as_f64().unwrap();
            }
        }
    }
    figures
}

/// How many connections to `server` were opened, as each side tells.
fn opened(scene: &Scene, server: &str) -> BTreeMap<String, u64> {
    let figures = figures(scene, server, "opened").into_iter();
    let count = |samples: Samples| format!("{}", samples.values().sum::<f64>()).parse().unwrap();
    figures.map(|(side, samples)| (side, count(samples))).collect()
}

/// What the short connections carried, sent and received, as each side tells it. A rate is of the
/// time since the telling before, and each telling has a sample of the steady connection.
fn carried(scene: &Scene) -> BTreeMap<String, [f64; 2]> {
    let steady = figures(scene, ";10.77.0.13;6200", "sent_bytes");
    let mut carried: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for (way, metric) in ["sent_bytes", "received_bytes"].into_iter().enumerate() {
        for (side, samples) in figures(scene, ";10.77.0.13;6100", metric) {
            let Some(tellings) = steady.get(&side) else { continue };
            for (at, rate) in samples {
                let Some((before, _)) = tellings.range(..at).next_back() else { continue };
                let interval = u64::try_from(at - before).unwrap();
                let secs = Duration::from_nanos(interval).as_secs_f64();
                carried.entry(side.clone()).or_default()[way] += rate * secs;
            }
        }
    }
    carried
}

/// Whether both ways are told, up to one in a hundred.
fn is_all(told: &[f64; 2]) -> bool {
    told.iter().all(|bytes| (bytes - BURST_BYTES).abs() <= BURST_BYTES / 100.0)
}

/// Nanoseconds since the month began, of `2026-11-20T06:32:26.733103881Z`.
fn nanos(date: &str) -> i128 {
    let part = |range: std::ops::Range<usize>| date[range].parse::<i128>().unwrap();
    let secs = ((part(8..10) * 24 + part(11..13)) * 60 + part(14..16)) * 60 + part(17..19);
    let fraction = date[19..].trim_start_matches('.').trim_end_matches('Z');
    secs * 1_000_000_000 + format!("{fraction:0<9}").parse::<i128>().unwrap()
}
