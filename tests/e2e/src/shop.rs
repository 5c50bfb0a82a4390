//! A small shop of containers on two networks, and what a map of it must show.
//!
//! Connections stay open, except catalogue's to its database: that one is a new request five times
//! a second, each over before a probe can look at it.

use crate::internet;
use rustix::process::{Pid, Signal, kill_process_group};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::wait;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Every container of the shop.
pub const CONTAINERS: &[&str] = &[
    "carts",
    "carts-db",
    "catalogue",
    "catalogue-db",
    "frontend",
    "orders",
    "orders-db",
    "users",
    "users-db",
];

/// Who keeps a connection to whom.
pub const LASTING_EDGES: &[(&str, &str)] = &[
    ("carts", "carts-db"),
    ("frontend", "catalogue"),
    ("frontend", "orders"),
    ("frontend", "users"),
    ("orders", "orders-db"),
    ("users", "users-db"),
];

/// Who sends short requests to whom.
pub const BRIEF_EDGES: &[(&str, &str)] = &[("catalogue", "catalogue-db")];

/// The port of the engine's host that the front end is published at.
pub const PUBLISHED_PORT: u16 = 8081;

const SERVE_DATABASE: &str = "nc -ll -p 5432 -e sleep 36000";
const SERVE_FILES: &str = "httpd -f -p 80 -h /www";
const SERVE: &str = "nc -ll -p 8080 -e sleep 36000";

/// Starting a container until its server listens.
const OPEN_LIMIT: Duration = Duration::from_secs(20);

/// How long the customer stays.
const VISIT_SECS: u32 = 900;

/// A shop that is open; its containers end with the engine.
#[derive(Debug)]
pub struct Shop {
    customer: Child,
}

impl Shop {
    /// Opens the shop on `engine`, with a customer on the engine's host.
    pub fn open(engine: &DockerEngine) -> Result<Self, String> {
        engine.cli(&["network", "create", "front"])?;
        engine.cli(&["network", "create", "back"])?;
        for database in ["carts-db", "orders-db", "users-db"] {
            run(engine, database, SERVE_DATABASE)?;
        }
        run(engine, "catalogue-db", SERVE_FILES)?;
        for service in ["orders", "users"] {
            let database = address(engine, &format!("{service}-db"), "back")?;
            let script = format!("{SERVE} & {}", keep_open(&database, 5432));
            let create = ["--network", "back", IMAGE, "sh", "-c", &script];
            create_on_both(engine, service, &create)?;
        }
        let files = address(engine, "catalogue-db", "back")?;
        let request = format!("wget -q -O /dev/null http://{files}/");
        let script = format!("{SERVE} & while :; do {request}; sleep 0.2; done");
        create_on_both(engine, "catalogue", &["--network", "back", IMAGE, "sh", "-c", &script])?;
        let database = address(engine, "carts-db", "back")?;
        let abroad = keep_open(internet::ADDRESS, internet::PORT);
        run(engine, "carts", &format!("({abroad}) & {}", keep_open(&database, 5432)))?;
        open_front(engine)?;
        let open = || engine.cli(&["exec", "frontend", "netstat", "-ltn"]).ok();
        let open = || open()?.contains(":8080 ").then_some(());
        wait::until("the front end to listen", OPEN_LIMIT, open)?;
        // The customer leaves by itself, should this process end without telling it.
        let visit = format!("nc 127.0.0.1 {PUBLISHED_PORT} -e busybox sleep {VISIT_SECS}");
        let customer = engine
            .command("busybox")
            .args(["sh", "-c", &visit])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("start the customer: {error}"))?;
        Ok(Self { customer })
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let group = i32::try_from(self.customer.id()).ok().and_then(Pid::from_raw);
        let _gone = group.map(|group| kill_process_group(group, Signal::KILL));
        let _reaped = self.customer.wait();
    }
}

/// The address of a container on a network.
pub fn address(engine: &DockerEngine, name: &str, network: &str) -> Result<String, String> {
    let template = format!("{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");
    let address = engine.cli(&["inspect", "--format", &template, name])?;
    match address.is_empty() {
        true => Err(format!("{name} has no address on {network}")),
        false => Ok(address),
    }
}

fn open_front(engine: &DockerEngine) -> Result<(), String> {
    let mut script = SERVE.to_owned();
    for service in ["catalogue", "orders", "users"] {
        let address = address(engine, service, "front")?;
        script.push_str(&format!(" & ({})", keep_open(&address, 8080)));
    }
    script.push_str(" & wait");
    let port = format!("{PUBLISHED_PORT}:8080");
    let args = ["--network", "front", "--name", "frontend", "--hostname", "frontend"];
    let front = ["--publish", &port, "--label", "shop.part=window", IMAGE, "sh", "-c", &script];
    engine.run(&[&args[..], &front].concat()).map(drop)
}

fn run(engine: &DockerEngine, name: &str, script: &str) -> Result<(), String> {
    let args = ["--network", "back", "--name", name, "--hostname", name, IMAGE, "sh", "-c", script];
    engine.run(&args).map(drop)
}

fn create_on_both(engine: &DockerEngine, name: &str, args: &[&str]) -> Result<(), String> {
    let create = ["create", "--stop-timeout", "1", "--name", name, "--hostname", name];
    engine.cli(&[&create[..], args].concat())?;
    engine.cli(&["network", "connect", "front", name])?;
    engine.cli(&["start", name]).map(drop)
}

/// A loop that holds one connection to a server, whenever that starts.
fn keep_open(address: &str, port: u16) -> String {
    format!("while :; do nc {address} {port} -e sleep 36000; sleep 0.2; done")
}
