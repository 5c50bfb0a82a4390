//! Every kind of connection, made for real: on the map it is there once, between the right two.
//!
//! The truth is what the situations are made of. Precision and recall over all of them are
//! printed.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
#![expect(clippy::print_stdout, reason = "precision and recall are what a reader looks for")]

use scope_e2e::api::{Api, Edges, edges, is_pseudo, rows, text};
use scope_e2e::program::{Program, binary};
use scope_e2e::street::{APP, Room, Street};
use scope_testkit::host::Host;
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// From the start of the probes until every edge is there.
const MAP_LIMIT: Duration = Duration::from_secs(30);

/// How long steady traffic is looked at, in seconds, unless `SCOPE_STEADY_SECS` says otherwise.
const STEADY_SECS: u64 = 60;

/// Short connections.
const BURST: u64 = 1000;

/// Who plays what: room, host, name and part.
const PARTS: &[(Room, usize, &str, &str)] = &[
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
    (Room::House, 3, "udp-caller", "call udp 10.77.0.13:5300"),
    (Room::House, 3, "udp6-server", "listen udp [fd77::13]:5306"),
    (Room::House, 3, "udp6-caller", "call udp [fd77::13]:5306"),
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
    ("h3 udp-caller", "h3 udp-server"),
    ("h3 udp6-caller", "h3 udp6-server"),
    ("h1 unix-caller", "h1 unix-server"),
];

#[test]
fn every_kind_of_connection_is_there_once() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build();
    scene.play();
    scene.start_probes();
    scene.edges_become(EDGES);
}

#[test]
fn short_and_refused_connections_are_counted_on_both_sides() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build();
    scene.start_probes();
    scene.wait_for_hosts();
    scene.street.play(3, "brief-server", "listen tcp 10.77.0.13:6100").unwrap();
    let done = scene.street.host(2).unwrap().folder().join("done");
    let part = format!("burst tcp 10.77.0.13:6100 {BURST} 3 {}", done.display());
    scene.street.play(2, "brief-caller", &part).unwrap();
    scene.street.play(1, "refused", "try tcp 10.77.0.13:1").unwrap();
    scene.edges_become(&[("h2 brief-caller", "h3 brief-server"), ("h1 refused", "10.77.0.13:1")]);
    wait::until("the connections", MAP_LIMIT, || done.exists().then_some(())).unwrap();
    let counted = || {
        let wanted = [("h2;client".to_owned(), BURST), ("h3;server".to_owned(), BURST)];
        (scene.opened(";10.77.0.13;6100") == BTreeMap::from(wanted)).then_some(())
    };
    if let Err(failure) = wait::until("the counts", MAP_LIMIT, counted) {
        let counts = scene.opened(";10.77.0.13;6100");
        panic!("{failure}: of {BURST} each side tells {counts:?}");
    }
    println!("{BURST} of {BURST} connections of a few milliseconds are told by either side");
}

#[test]
fn nothing_flaps() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build();
    scene.play();
    scene.start_probes();
    scene.edges_become(EDGES);
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

/// The street with an app on it.
struct Scene {
    street: Street,
    api: Api,
    _scope: Program,
}

impl Scene {
    /// Builds the street and moves this thread onto it.
    fn build() -> Self {
        let street = Street::build(Path::new(env!("CARGO_BIN_EXE_actor"))).unwrap();
        namespace::enter(street.namespace()).unwrap();
        let flag = format!("--app.http.address={APP}");
        // Counts are summed over the window.
        let scope =
            Program::start(&["app", &flag, "--app.auth=none", "--app.window=120s"], &[]).unwrap();
        let api = Api::at(APP);
        wait::until("the app", MAP_LIMIT, || api.get("/api").ok()).unwrap();
        Self { street, api, _scope: scope }
    }

    fn play(&mut self) {
        for (room, host, name, part) in PARTS {
            self.street.play_in(*room, *host, name, part).unwrap();
        }
        let socket = self.street.host(1).unwrap().folder().join("unix.sock");
        let socket = socket.display();
        self.street.play(1, "unix-server", &format!("listen unix {socket}")).unwrap();
        self.street.play(1, "unix-caller", &format!("call unix {socket}")).unwrap();
    }

    fn start_probes(&mut self) {
        let binary = binary().unwrap();
        for number in 1..=4 {
            let probe = format!("{} probe {APP} --probe.docker=false", binary.display());
            // A machine has the names of its own namespaces only, not of its neighbours'.
            let alone = format!("mount -t tmpfs names /run/netns && exec {probe}");
            self.street.order(number, &format!("unshare --mount sh -c '{alone}' &")).unwrap();
        }
    }

    fn wait_for_hosts(&self) {
        let there = || (self.api.view("hosts").ok()?.labels().len() == 4).then_some(());
        wait::until("the hosts", MAP_LIMIT, there).unwrap();
    }

    /// Edges between processes, and to servers that are not there; the probes' own aside.
    fn edges(&self) -> Option<Edges> {
        let mut found = self.api.view("processes").ok()?.edges_among(is_part, place);
        found.retain(|(from, to)| !from.ends_with(" scope") && !to.ends_with(" scope"));
        Some(found)
    }

    /// How many connections to `server` were opened, as each side tells.
    fn opened(&self, server: &str) -> BTreeMap<String, u64> {
        let report = self.api.get("/api/report").unwrap();
        let endpoints = report["Endpoint"]["nodes"].as_object().unwrap();
        let mut counts = BTreeMap::new();
        for edge in endpoints.values().filter_map(|node| node["edges"].get(server)) {
            for (side, told) in edge.as_object().unwrap() {
                let samples = rows(&told["metrics"]["opened"], "samples");
                let values = samples.iter().filter_map(|sample| sample["value"].as_f64());
                *counts.entry(side.clone()).or_insert(0.0) += values.sum::<f64>();
            }
        }
        counts
            .into_iter()
            .map(|(side, count)| (side, format!("{count}").parse().unwrap()))
            .collect()
    }

    #[track_caller]
    fn edges_become(&self, wanted: &[(&str, &str)]) {
        let wanted = edges(wanted);
        let joined = || self.edges().filter(|found| *found == wanted);
        let joined = wait::until("the edges between processes", MAP_LIMIT, joined);
        let found = self.edges().unwrap_or_default();
        let right = found.intersection(&wanted).count();
        println!("precision {right}/{}, recall {right}/{}", found.len(), wanted.len());
        if let Err(failure) = joined {
            let missing: Vec<_> = wanted.difference(&found).collect();
            let wrong: Vec<_> = found.difference(&wanted).collect();
            panic!("{failure}; missing {missing:#?}, wrong {wrong:#?}\n{}", self.street.log());
        }
    }
}

/// Whether a node is a process, or a server that is not there.
fn is_part(node: &Value) -> bool {
    !is_pseudo(node) || text(node, "id").starts_with("unanswered:")
}

/// `h1 caller4`: host and name of a process.
fn place(node: &Value) -> String {
    if is_pseudo(node) {
        return text(node, "label");
    }
    let minor = text(node, "labelMinor");
    let host = minor.split(' ').next().unwrap_or_default();
    let label = text(node, "label");
    let name = label.rsplit('/').next().unwrap_or_default();
    format!("{host} {name}")
}
