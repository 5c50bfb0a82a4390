//! A recorded situation built again: the map has exactly the edges that `ss` and `conntrack` of
//! all its hosts together tell.
//!
//! The truth is `testdata/multihost/ground-truth.txt`; its README says where it comes from. Names
//! of the processes are ours, as all of the recorded ones were `busybox`.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::edges;
use scope_e2e::scene::{MAP_LIMIT, Part, Scene};
use scope_e2e::street::Room;
use scope_testkit::host::Host;
use scope_testkit::wait;
use std::collections::BTreeMap;
use std::path::Path;

/// What the hosts said.
const TRUTH: &str = include_str!("../../../testdata/multihost/ground-truth.txt");

/// Where each address is; `inner` is within the fourth host.
const PLACES: &[(&str, &str)] = &[
    ("10.77.0.11", "h1"),
    ("10.77.0.12", "h2"),
    ("10.77.0.13", "h3"),
    ("10.77.0.14", "h4"),
    ("10.99.0.2", "h4"),
];

/// The app that the recorded probes reported to.
const RECORDED_APP: &str = ":4070";

/// The processes of the recording. Servers are named for their port, callers for whom they ask.
const PARTS: &[Part] = &[
    (Room::House, 3, "serves-6000", "listen tcp 0.0.0.0:6000"),
    (Room::Yard, 4, "serves-8080", "listen tcp 0.0.0.0:8080"),
    (Room::Yard, 4, "serves-8081", "listen tcp 0.0.0.0:8081"),
    (Room::House, 1, "asks-h3", "call tcp 10.77.0.13:6000"),
    (Room::House, 1, "asks-h4", "call tcp 10.77.0.14:5432"),
    (Room::House, 2, "asks-h1", "call tcp 10.77.0.11:9000"),
    (Room::House, 2, "asks-h3", "call tcp 10.77.0.13:6000"),
    (Room::House, 2, "asks-h4", "call tcp 10.77.0.14:5432"),
    (Room::House, 2, "asks-h4-often", "try tcp 10.77.0.14:80"),
    (Room::Yard, 4, "asks-h3", "call tcp 10.77.0.13:6000"),
];

/// Edges with the number of processes that have them at the client's end.
type Told = BTreeMap<(String, String), usize>;

#[test]
fn the_recorded_situation_has_exactly_its_edges() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build(Path::new(env!("CARGO_BIN_EXE_actor"))).unwrap();
    scene.play(PARTS).unwrap();
    scene.start_probes("").unwrap();
    let wanted = truth();
    let joined = || told(&scene).filter(|found| *found == wanted);
    if let Err(failure) = wait::until("the recorded edges", MAP_LIMIT, joined) {
        panic!("{failure}: wanted {wanted:#?}, found {:#?}", told(&scene));
    }
    let count: usize = wanted.values().sum();
    println!("{count} of {count} recorded edges between processes, and no other");
    // The hairpin through the first host is no edge of that host.
    let between = [("h1", "h3"), ("h1", "h4"), ("h2", "h3"), ("h2", "h4"), ("h4", "h3")];
    assert_eq!(scene.api.view("hosts").unwrap().edges(), edges(&between));
}

#[test]
fn the_record_is_understood() {
    let truth = truth();
    let line = |((from, to), count): (&(String, String), &usize)| format!("{from} {to} {count}");
    let told: Vec<_> = truth.iter().map(line).collect();
    let expect = ["h1 h3:6000 1", "h1 h4:8081 1", "h2 h3:6000 2", "h2 h4:8080 1", "h2 h4:8081 1"];
    assert_eq!(told[..5], expect);
    assert_eq!(told[5..], ["h4 h3:6000 1"]);
}

/// Edges of the map: `h2` to `h4:8080`.
fn told(scene: &Scene) -> Option<Told> {
    let mut told = Told::new();
    for (client, server) in scene.edges()? {
        let host = |place: &str| place.split(' ').next().map(str::to_owned);
        let (_, port) = server.rsplit_once("serves-").unwrap_or((&server, &server));
        *told.entry((host(&client)?, format!("{}:{port}", host(&server)?))).or_default() += 1;
    }
    Some(told)
}

/// Edges of the record. Of connections that are over, those of one port were one process's.
fn truth() -> Told {
    let mut clients: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in TRUTH.lines().filter(|row| !row.contains(RECORDED_APP)) {
        if let Some((client, asked, server, _)) = tracked(row) {
            let (_, port) = client.rsplit_once(':').unwrap();
            let key = if row.contains("TIME_WAIT") { &asked } else { port };
            insert(&mut clients, key, &client, &server);
        } else if let Some((client, server)) = connected(row) {
            let (_, port) = client.rsplit_once(':').unwrap();
            // What is translated on its way, tracking knows from end to end.
            if TRUTH
                .lines()
                .filter_map(tracked)
                .all(|(one, .., seen)| client != one && client != seen)
            {
                insert(&mut clients, port, &client, &server);
            }
        }
    }
    let mut told = Told::new();
    clients.into_values().for_each(|edge| *told.entry(edge).or_default() += 1);
    told
}

fn insert(clients: &mut BTreeMap<String, (String, String)>, key: &str, client: &str, server: &str) {
    let place = |address: &str| {
        let (ip, port) = address.rsplit_once(':').unwrap();
        let place = PLACES.iter().find(|(known, _)| *known == ip).map(|(_, place)| *place);
        (place.unwrap_or(ip).to_owned(), port.to_owned())
    };
    let ((client, _), (server, port)) = (place(client), place(server));
    clients.insert(format!("{client}:{key}"), (client, format!("{server}:{port}")));
}

/// Of a row of `conntrack -L`: the client, what it asked for, who answers, and as whom the client
/// is known there.
fn tracked(row: &str) -> Option<(String, String, String, String)> {
    let value = |word: &str, key: &str| word.strip_prefix(key).map(str::to_owned);
    let all = |key: &str| row.split(' ').filter_map(|word| value(word, key)).collect::<Vec<_>>();
    let (from, to) = (all("src="), all("dst="));
    let (sports, dports) = (all("sport="), all("dport="));
    let at = |ips: &[String], ports: &[String], index: usize| {
        Some(format!("{}:{}", ips.get(index)?, ports.get(index)?))
    };
    let answers = at(&from, &sports, 1)?;
    Some((at(&from, &sports, 0)?, at(&to, &dports, 0)?, answers, at(&to, &dports, 1)?))
}

/// Of a row of `ss -tnpH`: client and server, the server being the lower port.
fn connected(row: &str) -> Option<(String, String)> {
    let mut words = row.split_ascii_whitespace();
    if words.next()? != "ESTAB" {
        return None;
    }
    let mut address = || words.next().map(|word| word.replace("[::ffff:", "").replace(']', ""));
    let (_, _, one, other) = (address()?, address()?, address()?, address()?);
    let port = |address: &str| address.rsplit_once(':')?.1.parse::<u16>().ok();
    if port(&one)? > port(&other)? { Some((one, other)) } else { Some((other, one)) }
}
