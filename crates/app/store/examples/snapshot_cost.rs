//! What a snapshot costs after one host reported, and after a third of them did.
//!
//! A host has 20 containers in 10 pods, 100 processes, and 200 connections to other hosts, of
//! which both ends are in its report; 50 images are on every host, and half of the names of
//! addresses are known to all. Its probe has six reports in the window, one in three of them in
//! full and the others what changed, as probes send them. Milliseconds that this thread ran, by the
//! kernel's accounting: the median and the worst of some.
//!
//! `cargo run --release -p scope-store --example snapshot_cost [HOSTS]…`
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a developer")]

use scope_report::{
    DnsNames, Metric, Node, Report, StringSet, Timestamp, TopologyKind as Kind, id,
};
use scope_store::{Limits, Moment, Store};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const SITES: [u32; 3] = [100, 1000, 2000];

/// Reports of one probe in the window of 15 s.
const REPORTS_PER_PROBE: u64 = 6;

const INTERVAL_SECS: u64 = 3;

/// Of so many reports one is in full.
const FULL_EVERY: u64 = 3;

/// Times one host reports.
const ROUNDS: u32 = 11;

/// Seconds in which a third of the hosts report.
const SECONDS: u32 = 4;

fn main() {
    println!(
        "{:>6} {:>8} {:>16} {:>22} {:>22}",
        "hosts", "nodes", "first, ms", "one host", "a third"
    );
    let sites: Vec<u32> = std::env::args().skip(1).map(|hosts| hosts.parse().unwrap()).collect();
    for hosts in if sites.is_empty() { SITES.to_vec() } else { sites } {
        let mut site = Site::new(hosts);
        (0..REPORTS_PER_PROBE * INTERVAL_SECS).for_each(|_| site.second());
        let first = site.snapshot_ms();
        let one: Vec<f64> = (0..ROUNDS)
            .map(|round| {
                site.report(round % hosts);
                site.snapshot_ms()
            })
            .collect();
        let third: Vec<f64> = (0..SECONDS)
            .map(|_| {
                site.second();
                site.snapshot_ms()
            })
            .collect();
        let nodes = site.store.snapshot(site.now()).report.node_count();
        println!("{hosts:>6} {nodes:>8} {first:>16.1} {} {}", spread(one), spread(third));
    }
    println!("{} MiB of memory at most", memory_mib());
}

struct Site {
    store: Store,
    hosts: u32,
    secs: u64,
    /// The last full report of each host.
    full: Vec<Option<Arc<Report>>>,
}

impl Site {
    fn new(hosts: u32) -> Self {
        let store = Store::new(15_000_000_000, Limits::default());
        Self { store, hosts, secs: 0, full: vec![None; hosts as usize] }
    }

    /// A third of the hosts report, and as many reports grow too old.
    fn second(&mut self) {
        self.secs += 1;
        let due = (0..self.hosts)
            .filter(|host| u64::from(*host) % INTERVAL_SECS == self.secs % INTERVAL_SECS);
        due.collect::<Vec<_>>().into_iter().for_each(|host| self.report(host));
    }

    fn now(&self) -> Moment {
        Moment::from_secs(self.secs)
    }

    fn report(&mut self, host: u32) {
        let secs = i64::try_from(self.secs).unwrap();
        let now = Timestamp::from_unix(1_800_000_000 + secs, host).unwrap();
        let current = Arc::new(report(host, self.hosts, now));
        let full = &mut self.full[host as usize];
        let report = match full {
            Some(full) if !(self.secs / INTERVAL_SECS).is_multiple_of(FULL_EVERY) => {
                Arc::new(scope_wire::delta(&current, full))
            }
            _ => Arc::clone(full.insert(current)),
        };
        self.store.add(report, &format!("probe-{host}"), self.now()).unwrap();
    }

    fn snapshot_ms(&self) -> f64 {
        let start = on_cpu_ms();
        let snapshot = self.store.snapshot(self.now());
        let spent = on_cpu_ms() - start;
        drop(snapshot);
        spent
    }
}

fn spread(mut millis: Vec<f64>) -> String {
    millis.sort_by(f64::total_cmp);
    let (median, worst) = (millis[millis.len() / 2], millis[millis.len() - 1]);
    format!("{median:>11.2} ({worst:>8.2})")
}

/// Milliseconds this thread has run, from `/proc/thread-self/schedstat`.
fn on_cpu_ms() -> f64 {
    // The kernel books the time of a running thread when it gives way.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// The most memory this process had, from `/proc/self/status`.
fn memory_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn address(host: u32, index: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + host * 256 + index + 1))
}

fn report(host: u32, hosts: u32, now: Timestamp) -> Report {
    let name = format!("host-{host}.example.com");
    let mut report = Report::stamped(now);
    let mut node = Node::new(id::host(&name), "host");
    node.set_fact("host_name", now, name.as_str());
    node.metrics.insert("load1", Metric::single(now, f64::from(host), 100.0));
    report.topology_mut(Kind::Host).add(node);
    for index in 0..50 {
        let mut image =
            Node::new(id::container_image(&format!("sha256:{index:064x}")), "container_image");
        image.set_fact("docker_image_name", now, format!("team/app-{index}"));
        image.add_parent("host", id::host(&name));
        report.topology_mut(Kind::ContainerImage).add(image);
    }
    for index in 0..20 {
        add_container(&mut report, &name, host, index, now);
    }
    for index in 0..100 {
        let mut process = Node::new(id::process(&name, 1000 + index), "process");
        for key in ["name", "cmdline", "pid", "ppid", "threads", "host_node_id"] {
            process.set_fact(key, now, "some value of a usual length");
        }
        process.add_parent("host", id::host(&name));
        process.metrics.insert("process_cpu_usage_percent", Metric::single(now, 1.0, 400.0));
        report.topology_mut(Kind::Process).add(process);
    }
    for index in 0..200u16 {
        let server = address((host + 1 + u32::from(index) * 7) % hosts, u32::from(index) / 3 % 20);
        let server = id::endpoint("", server, 80);
        let client = id::endpoint("", address(host, u32::from(index) % 20), 30_000 + index);
        let mut node = Node::new(client, "endpoint");
        node.set_fact("pid", now, "1234");
        node.adjacency.insert(server.clone());
        report.topology_mut(Kind::Endpoint).add(node);
        report.topology_mut(Kind::Endpoint).add(Node::new(server, "endpoint"));
    }
    for index in 0..20 {
        let known = address(if index % 2 == 0 { 0 } else { host }, index);
        let forward = StringSet::from_iter([format!("{index}.{host}.example.com")]);
        let names = DnsNames { forward, reverse: StringSet::from_iter(["some.example.com"]) };
        report.dns.insert(known.to_string().into(), names);
    }
    report
}

fn add_container(report: &mut Report, host_name: &str, host: u32, index: u32, now: Timestamp) {
    let container =
        format!("{host:08x}{index:08x}{:048x}", u64::from(host) * 7919 + u64::from(index));
    let pod = format!("pod-{host}-{};<pod>", index / 2);
    let mut node = Node::new(id::container(&container), "container");
    for key in ["docker_container_name", "docker_container_state", "docker_image_id"] {
        node.set_fact(key, now, "some value of a usual length");
    }
    node.add_parent("host", id::host(host_name));
    node.add_parent("pod", pod.as_str());
    node.metrics.insert("docker_cpu_total_usage", Metric::single(now, 3.0, 100.0));
    report.topology_mut(Kind::Container).add(node);
    let mut node = Node::new(pod.as_str(), "pod");
    node.set_fact("kubernetes_namespace", now, "shop");
    report.topology_mut(Kind::Pod).add(node);
    report.topology_mut(Kind::Namespace).add(Node::new(id::namespace("shop"), "namespace"));
}
