//! HTTP at a glance, on the map: real servers asked at a known pace, with known answers.
//!
//! The servers are of Python: its own for HTTP/1.1, frames made by hand for HTTP/2. Nothing in
//! them knows that they are looked at.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{Api, row, rows};
use scope_e2e::program::{Program, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// For what comes with the next reports; figures are of five seconds.
const MAP_LIMIT: Duration = Duration::from_secs(40);

/// Requests per second of the steady client.
const PACE: f64 = 50.0;

/// Samples in a row that must be right.
const SAMPLES: usize = 4;

/// One in ten fails, two in ten are refused; six in ten take 35 ms and two take 140 ms.
const PATHS: [&str; 10] = [
    "/200/35", "/200/35", "/404/1", "/200/35", "/200/140", "/503/1", "/200/35", "/206/140",
    "/200/35", "/418/35",
];

/// Milliseconds, powers of two in microseconds: 35 and 140 ms are in these steps.
const MEDIAN_STEP_MS: f64 = 65.536;
const SLOW_STEP_MS: f64 = 262.144;

const SHARES: [(&str, f64); 2] =
    [("http_errors_percent", 10.0), ("http_client_errors_percent", 20.0)];

/// A program that ends with the test.
struct Player(Child);

impl Drop for Player {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn python(arguments: &[&str]) -> Player {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/traffic.py");
    let mut command = Command::new("python3");
    Player(command.arg(script).args(arguments).stdout(Stdio::piped()).spawn().unwrap())
}

/// A server of that version, and its port.
fn serve(version: &str) -> (Player, String) {
    let mut server = python(&["serve", version]);
    let mut port = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    (server, port.trim().to_owned())
}

/// So many requests at that pace, round and round the paths.
fn ask(version: &str, port: &str, pace: f64, count: usize, paths: &[&str]) -> Player {
    let (pace, count) = (pace.to_string(), count.to_string());
    python(&[&["ask", version, port, &pace, &count], paths].concat())
}

fn launch(flags: &[&str], variables: &[(&str, &str)]) -> (Program, Api) {
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let address_flag = format!("--app.http.address={address}");
    let common = ["launch", "--hostname=web-1", "--probe.publish.interval=1s", &address_flag];
    let scope = Program::start(&[&common, flags].concat(), variables).unwrap();
    let api = Api::at(&address);
    wait::until("the host", MAP_LIMIT, || api.view("hosts").ok()?.labelled("web-1").map(|_| ()))
        .unwrap();
    (scope, api)
}

fn missing() -> Option<&'static str> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !status.contains("\nUid:\t0\t") {
        return Some("programs in the kernel need root");
    }
    let python = Command::new("python3").arg("--version").output();
    python.is_err().then_some("no python3 here: apt-get install python3")
}

/// Why the probe cannot look, if it cannot.
fn absence(api: &Api) -> Option<String> {
    let host = api.details("hosts", "web-1;<host>").ok()?.to_string();
    let (_, rest) = host.split_once("HTTP at a glance is off: ")?;
    rest.split('"').next().map(str::to_owned)
}

fn process(api: &Api, server: &Player) -> Option<Value> {
    api.details("processes", &format!("web-1;{}", server.0.id())).ok()
}

/// The newest samples of a metric, at most so many.
fn newest(node: &Value, metric: &str, count: usize) -> Vec<f64> {
    let Some(metric) = row(node, "metrics", metric) else { return Vec::new() };
    let values = rows(metric, "samples").iter().filter_map(|sample| sample["value"].as_f64());
    let values: Vec<f64> = values.collect();
    values.into_iter().rev().take(count).collect()
}

fn value(node: &Value, metric: &str) -> Option<f64> {
    row(node, "metrics", metric)?["value"].as_f64()
}

/// The pace within 5 %, for several seconds, and latencies in their step.
fn is_steady(node: &Value) -> bool {
    let paces = newest(node, "http_requests_per_second", SAMPLES);
    let steps = ["http_latency_p50_ms", "http_latency_p95_ms"].map(|id| newest(node, id, 1));
    paces.len() == SAMPLES
        && paces.iter().all(|pace| (pace - PACE).abs() <= PACE * 0.05)
        && steps == [[MEDIAN_STEP_MS], [SLOW_STEP_MS]]
}

#[test]
fn servers_tell_pace_errors_and_latency() {
    if let Some(reason) = missing() {
        return println!("skipped: {reason}");
    }
    let flags = ["--probe.docker=false", "--probe.http-glance", "--probe.conntrack=false"];
    let (_scope, api) = launch(&flags, &[]);
    if let Some(reason) = absence(&api) {
        return println!("skipped (kernel): {reason}");
    }
    for version in ["1", "2"] {
        let (server, port) = serve(version);
        let client = ask(version, &port, PACE, 100_000, &PATHS);
        let steady = || process(&api, &server).filter(is_steady);
        let found = wait::until("the pace of a server", MAP_LIMIT, steady).unwrap_or_else(|why| {
            panic!("HTTP/{version}: {why}: {:#?}", process(&api, &server).unwrap()["metrics"])
        });
        println!("HTTP/{version}: {:?}", newest(&found, "http_requests_per_second", SAMPLES));
        let asking = process(&api, &client).unwrap();
        assert_eq!(value(&asking, "http_requests_per_second"), None, "who asks serves nothing");
    }
    for version in ["1", "2"] {
        // The errors come last, so that the shares are right when all are counted, and only then.
        let (server, port) = serve(version);
        for paths in [&["/200/1"; 7][..], &["/404/1", "/404/1", "/500/1"]] {
            let mut client = ask(version, &port, 100.0, paths.len() * 10, paths);
            assert!(client.0.wait().unwrap().success());
        }
        let whole = || {
            let node = process(&api, &server)?;
            let exact = |(id, share): &(&str, f64)| newest(&node, id, usize::MAX).contains(share);
            SHARES.iter().all(exact).then_some(())
        };
        wait::until("the shares of errors", MAP_LIMIT, whole).unwrap_or_else(|why| {
            panic!("HTTP/{version}: {why}: {:#?}", process(&api, &server).unwrap()["metrics"])
        });
    }
}

/// With one connection in four looked at, 100 requests per second on as many connections are told
/// as what they are, up to what chance does to samples: of 500 requests in a figure 125 are looked
/// at, give or take 10; of all figures compared 500, give or take 19.
#[test]
fn a_sample_stands_for_all() {
    if let Some(reason) = missing() {
        return println!("skipped: {reason}");
    }
    let flags = ["--probe.docker=false", "--probe.http-glance.one-in=4", "--probe.http-glance"];
    let (_scope, api) = launch(&flags, &[]);
    if let Some(reason) = absence(&api) {
        return println!("skipped (kernel): {reason}");
    }
    let pace = 100.0;
    let (server, port) = serve("1");
    let _client = ask("fresh", &port, pace, 100_000, &["/200/1"; 20]);
    let figures = || {
        let node = process(&api, &server)?;
        let paces = newest(&node, "http_requests_per_second", SAMPLES);
        let mean = paces.iter().sum::<f64>() / f64::from(u32::try_from(SAMPLES).ok()?);
        let near = |told: f64, share: f64| (told - pace).abs() <= pace * share;
        let all = paces.len() == SAMPLES && paces.iter().all(|told| near(*told, 0.3));
        (all && near(mean, 0.12)).then_some(paces)
    };
    let told = wait::until("the pace of a sampled server", MAP_LIMIT, figures);
    let told = told.unwrap_or_else(|why| {
        panic!("{why}: {:#?}", process(&api, &server).unwrap()["metrics"]);
    });
    println!("one in four looked at: {told:.0?} a second, really {pace:.0}");
}

#[test]
fn a_container_shows_its_servers() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let docker = ("DOCKER_HOST", engine.socket());
    let (_scope, api) = launch(&["--probe.http-glance"], &[docker]);
    if let Some(reason) = absence(&api) {
        return println!("skipped (kernel): {reason}");
    }
    let serve = "echo hello > /index.html; httpd -f -p 80 -h / & \
                 while :; do wget -q -O /dev/null http://127.0.0.1/; sleep 0.1; done";
    engine.run(&["--name", "files", IMAGE, "sh", "-c", serve]).unwrap();
    let told = || {
        let view = api.view("containers").ok()?;
        let (_, container) = view.labelled("files")?;
        let [asked, errors] =
            ["http_requests_per_second", "http_errors_percent"].map(|id| value(container, id));
        (asked? > 1.0 && errors? == 0.0).then_some(())
    };
    wait::until("the requests of a container", MAP_LIMIT, told).unwrap();
}
