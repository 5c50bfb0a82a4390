//! Three hosts with a probe each and one app: connections between machines, exactly.
//!
//! A host is a set of namespaces of its own, so its probe sees its processes and no others.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{Api, Edges, edges, text};
use scope_e2e::program::{Program, binary};
use scope_testkit::host::Host;
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::time::Duration;

/// From the start of the probes until every edge is there.
const MAP_LIMIT: Duration = Duration::from_secs(30);

const APP: &str = "10.77.0.254:4040";

const HOSTS: &[&str] = &["web-1", "shop-1", "base-1"];

/// Server programs and clients: who runs where, and whom it calls.
const PROCESS_EDGES: &[(&str, &str)] = &[
    ("web-1 window", "shop-1 orders"),
    ("web-1 window", "shop-1 carts"),
    ("shop-1 clerk", "base-1 ledger"),
    ("base-1 backup", "base-1 ledger"),
];

#[test]
fn hosts_and_their_processes_are_joined() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut town = Town::build();
    let _scope = town.start_app();
    town.open_for_business();
    town.start_probes();
    town.processes_are_joined();
    town.hosts_are_joined();
}

#[test]
fn the_map_is_back_after_the_app_was_killed() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut town = Town::build();
    let scope = town.start_app();
    town.open_for_business();
    town.start_probes();
    town.processes_are_joined();
    // Dropping kills, as a crash would: nothing is written or said.
    drop(scope);
    assert!(town.api.get("/api").is_err(), "the app is gone");
    let _scope = town.start_app();
    town.processes_are_joined();
}

/// Three hosts on a street, at whose end the app is.
struct Town {
    hosts: Vec<Host>,
    api: Api,
    _street: Host,
}

impl Town {
    /// Builds it and moves this thread onto the street.
    fn build() -> Self {
        let street = Host::start("street").unwrap();
        street.ip(&["link", "add", "street", "type", "bridge"]).unwrap();
        street.ip(&["addr", "add", "10.77.0.254/24", "dev", "street"]).unwrap();
        street.ip(&["link", "set", "street", "up"]).unwrap();
        let hosts: Vec<Host> = HOSTS.iter().map(|name| Host::start(name).unwrap()).collect();
        for (index, host) in hosts.iter().enumerate() {
            settle_in(&street, host, index);
        }
        namespace::enter(street.namespace()).unwrap();
        Self { hosts, api: Api::at(APP), _street: street }
    }

    fn start_app(&self) -> Program {
        let flag = format!("--app.http.address={APP}");
        let scope = Program::start(&["app", &flag, "--app.auth=none"], &[]).unwrap();
        wait::until("the app", MAP_LIMIT, || self.api.get("/api").ok()).unwrap();
        scope
    }

    fn start_probes(&mut self) {
        let binary = binary().unwrap();
        for host in &mut self.hosts {
            let probe = format!("{} probe {APP} --probe.docker=false", binary.display());
            host.order(&format!("{probe} &")).unwrap();
        }
    }

    fn open_for_business(&mut self) {
        let [web, shop, base] = self.hosts.as_mut_slice() else { panic!("three hosts") };
        serve(shop, "orders", 6001);
        serve(shop, "carts", 6002);
        serve(base, "ledger", 5432);
        call(web, "window", &address(1), 6001);
        call(web, "window", &address(1), 6002);
        call(shop, "clerk", &address(2), 5432);
        call(base, "backup", "127.0.0.1", 5432);
    }

    fn processes_are_joined(&self) {
        let wanted = edges(PROCESS_EDGES);
        let found = || -> Option<Edges> { Some(self.api.view("processes").ok()?.edges_by(place)) };
        let joined = || found().filter(|found| *found == wanted);
        if let Err(failure) = wait::until("the edges between processes", MAP_LIMIT, joined) {
            let logs: Vec<String> = self.hosts.iter().map(Host::log).collect();
            panic!("{failure}: {:#?}\n{}", found(), logs.join("\n"));
        }
    }

    fn hosts_are_joined(&self) {
        // A host whose programs talk to each other has an edge to itself, as in the original.
        let wanted = edges(&[("web-1", "shop-1"), ("shop-1", "base-1"), ("base-1", "base-1")]);
        let joined = || {
            let view = self.api.view("hosts").ok()?;
            (view.labels().len() == HOSTS.len() && view.edges() == wanted).then_some(view)
        };
        let joined = wait::until("the edges between hosts", MAP_LIMIT, joined);
        let view = joined.unwrap_or_else(|failure| {
            let view = self.api.view("hosts").unwrap();
            panic!("{failure}: {:?} {:?}", view.labels(), view.edges());
        });
        for name in HOSTS {
            assert!(view.labelled(name).is_some(), "{name} is on the map");
        }
    }
}

/// Gives the host its address, 10.77.0.11 and up, on the street.
fn settle_in(street: &Host, host: &Host, index: usize) {
    let port = format!("door{index}");
    host.connect("eth0", street.namespace(), &port).unwrap();
    street.ip(&["link", "set", &port, "master", "street"]).unwrap();
    host.ip(&["addr", "add", &format!("{}/24", address(index)), "dev", "eth0"]).unwrap();
}

fn address(index: usize) -> String {
    format!("10.77.0.{}", 11 + index)
}

/// A server whose connections are held by a program called `name`.
fn serve(host: &mut Host, name: &str, port: u16) {
    let program = program(host, name);
    host.order(&format!("busybox nc -ll -p {port} -e {program} 36000 &")).unwrap();
}

/// A client called `name` that holds one connection.
fn call(host: &mut Host, name: &str, address: &str, port: u16) {
    let program = program(host, name);
    let call = format!("busybox nc {address} {port} -e {program} 36000");
    host.order(&format!("(while :; do {call}; busybox sleep 0.2; done) &")).unwrap();
}

/// A program of that name which only waits.
fn program(host: &Host, name: &str) -> String {
    let path = host.folder().join(name);
    std::fs::copy("/bin/sleep", &path).unwrap();
    path.display().to_string()
}

/// `web-1 window`: host and name of a process.
fn place(node: &Value) -> String {
    let minor = text(node, "labelMinor");
    let host = minor.split(' ').next().unwrap_or_default();
    let label = text(node, "label");
    let name = label.rsplit('/').next().unwrap_or_default();
    format!("{host} {name}")
}
