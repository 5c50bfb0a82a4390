//! What edges say they carry agrees with what the kernel says, all the way through the API.
//!
//! `ss -tin` tells the bytes of one TCP connection, the counters of `/proc/net/snmp` the datagrams
//! of a host on which nobody else receives any. Rates are compared over the same seconds, round
//! trips of a connection that carries nothing, so that they do not move.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{row, rows};
use scope_e2e::scene::{MAP_LIMIT, Scene, place};
use scope_testkit::host::Host;
use scope_testkit::wait;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// What may be between two figures of the same.
const TOLERANCE: f64 = 0.05;

/// So many figures, three seconds each, are compared with the same time of the kernel's counters.
const FIGURES: usize = 3;

/// Until a comparison agrees: on a busy machine a beat of the traffic may be late.
const AGREEMENT_LIMIT: Duration = Duration::from_secs(60);

/// Bytes of one datagram of the actors.
const DATAGRAM_BYTES: f64 = 5.0;

#[test]
fn bytes_and_round_trips_are_those_of_the_kernel() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build(Path::new(env!("CARGO_BIN_EXE_actor"))).unwrap();
    scene.start_probes("").unwrap();
    for (host, name, part) in [
        (3, "pumped", "listen tcp 10.77.0.13:6200"),
        (1, "pumps", "call tcp 10.77.0.13:6200 200000"),
        (3, "calm", "listen tcp 10.77.0.13:6300"),
        (1, "calls", "call tcp 10.77.0.13:6300"),
        (3, "hears", "hear udp 10.77.0.13:5300"),
        (2, "tells", "tell udp 10.77.0.13:5300"),
    ] {
        scene.street.play(host, name, part).unwrap();
    }
    round_trips(&scene);
    let pump = ("h1 pumps", "h3 pumped");
    let mut comparisons = [
        Comparison::of(pump, "sent_bytes", |scene| ss(scene, 1, ":6200", "bytes_acked:")),
        Comparison::of(pump, "received_bytes", |scene| ss(scene, 1, ":6200", "bytes_received:")),
        Comparison::of(("h2 tells", "h3 hears"), "sent_bytes", received_datagrams),
    ];
    let agreed = wait::until("rates as the kernel tells them", AGREEMENT_LIMIT, || {
        for one in &mut comparisons {
            let _not_yet = one.go_on(&scene);
        }
        comparisons.iter().all(|one| one.agrees).then_some(())
    });
    for Comparison { ends, metric, figures, .. } in &comparisons {
        let (told, real) = figures.unwrap_or_default();
        println!("{ends:?} {metric}: {told:.0} a second told, {real:.0} by the kernel");
    }
    agreed.unwrap();
}

/// Either side tells the round trip that `ss` tells there.
fn round_trips(scene: &Scene) {
    let agree = || {
        let edge = edge(scene, ("h1 calls", "h3 calm"))?;
        let told = |side: &str| {
            let evidence = rows(&edge, "evidence").iter();
            let mut sides = evidence.flat_map(|one| rows(one, "sides"));
            sides.find(|one| one["side"] == side)?["metrics"]["rttMs"].as_f64()
        };
        let (client, server) = (ss(scene, 1, ":6300", "rtt:")?, ss(scene, 3, ":6300", "rtt:")?);
        let both = [(told("client")?, client), (told("server")?, server)];
        both.iter().all(|(told, real)| near(*told, *real)).then_some(both)
    };
    let agreed = wait::until("round trips as ss tells them", MAP_LIMIT, agree);
    let [client, server] = agreed.unwrap_or_else(|failure| {
        panic!("{failure}: {:#?}", edge(scene, ("h1 calls", "h3 calm")));
    });
    println!(
        "round trip in ms, told and by ss: {client:?} by the client, {server:?} by the server"
    );
}

/// The figures of an edge beside the kernel's counter for the same time.
struct Comparison {
    ends: (&'static str, &'static str),
    metric: &'static str,
    kernel: fn(&Scene) -> Option<f64>,
    /// The last figure, and the counter when it came.
    begun: Option<(String, f64, Instant)>,
    /// The means compared last, told and real.
    figures: Option<(f64, f64)>,
    agrees: bool,
}

impl Comparison {
    fn of(
        ends: (&'static str, &'static str),
        metric: &'static str,
        kernel: fn(&Scene) -> Option<f64>,
    ) -> Self {
        Self { ends, metric, kernel, begun: None, figures: None, agrees: false }
    }

    /// Compares, once there are enough figures since the last time.
    fn go_on(&mut self, scene: &Scene) -> Option<()> {
        if self.agrees {
            return None;
        }
        let series = self.series(&edge(scene, self.ends)?);
        let newest = series.iter().map(|(date, _)| date.clone()).max()?;
        let (count, now) = ((self.kernel)(scene)?, Instant::now());
        let begun = self.begun.get_or_insert((newest.clone(), count, now));
        let (since, count_then, then) = begun.clone();
        let fresh = series.iter().filter(|(date, _)| *date > since).map(|one| one.1);
        let fresh: Vec<f64> = fresh.collect();
        if fresh.len() >= FIGURES {
            let told = fresh.iter().sum::<f64>() / f64::from(u32::try_from(fresh.len()).unwrap());
            let real = (count - count_then) / now.duration_since(then).as_secs_f64();
            self.figures = Some((told, real));
            self.agrees = near(told, real);
            self.begun = Some((newest, count, now));
        }
        Some(())
    }

    /// The samples of an edge, each with its date.
    fn series(&self, edge: &Value) -> Vec<(String, f64)> {
        let samples = row(edge, "metrics", self.metric).map(|row| rows(row, "samples"));
        let pair = |one: &Value| Some((one["date"].as_str()?.to_owned(), one["value"].as_f64()?));
        samples.into_iter().flatten().filter_map(pair).collect()
    }
}

fn near(told: f64, real: f64) -> bool {
    (told - real).abs() <= real * TOLERANCE
}

/// The edge between two processes, as the API tells it.
fn edge(scene: &Scene, (from, to): (&str, &str)) -> Option<Value> {
    let view = scene.api.view("processes").ok()?;
    let id = |name: &str| Some(view.observed().find(|(_, node)| place(node) == name)?.0.clone());
    scene.api.edge("processes", &id(from)?, &id(to)?).ok()
}

/// What `ss` tells of the connection with that port on a host.
fn ss(scene: &Scene, host: usize, port: &str, key: &str) -> Option<f64> {
    let filter = format!("( sport = {port} or dport = {port} )");
    let text = within(scene, host, &["ss", "-tinHO", "state", "established", &filter])?;
    let value = text.split(' ').find_map(|word| word.strip_prefix(key))?;
    value.split('/').next()?.trim().parse().ok()
}

/// The bytes of all datagrams that the third host received.
fn received_datagrams(scene: &Scene) -> Option<f64> {
    let text = within(scene, 3, &["cat", "/proc/self/net/snmp"])?;
    let values = text.lines().filter_map(|line| line.strip_prefix("Udp: ")).nth(1)?;
    let received: f64 = values.split(' ').next()?.parse().ok()?;
    Some(received * DATAGRAM_BYTES)
}

fn within(scene: &Scene, host: usize, words: &[&str]) -> Option<String> {
    let namespace = scene.street.host(host).ok()?.namespace().to_owned();
    let output =
        Command::new("ip").args(["netns", "exec", &namespace]).args(words).output().ok()?;
    String::from_utf8(output.stdout).ok()
}
