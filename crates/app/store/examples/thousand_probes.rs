//! Prints what a thousand probes of `NODES_PER_PROBE` nodes cost the store, in milliseconds on a
//! processor: the first snapshot, one after a single report, one after a third of the probes
//! reported, and one after nothing. Run with `--release`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a developer")]

use scope_report::{Metric, Node, Report, Timestamp, TopologyKind, id};
use scope_store::{Limits, Moment, Store};
use std::sync::Arc;

const PROBES: u32 = 1000;

const REPORTS_PER_PROBE: i64 = 5;

const NODES_PER_PROBE: u32 = 200;

fn main() {
    let store = Store::new(15_000_000_000, Limits::default());
    for round in 0..REPORTS_PER_PROBE {
        for probe in 0..PROBES {
            add(&store, probe, round);
        }
    }
    snapshot(&store, "first of all");
    snapshot(&store, "nothing new");
    for round in 5..10 {
        add(&store, 7, round);
        snapshot(&store, "one new report");
    }
    for round in 10..13 {
        (0..PROBES / 3).for_each(|probe| add(&store, probe, round));
        snapshot(&store, "a third of the probes");
    }
}

fn snapshot(store: &Store, name: &str) {
    let start = processor_millis();
    let snapshot = store.snapshot(Moment::from_secs(1));
    let spent = processor_millis() - start;
    println!("{name:24} {spent:8.2} ms, {} nodes", snapshot.report.node_count());
}

/// How long this thread has been running, waiting not counted (the first field, nanoseconds).
fn processor_millis() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

fn add(store: &Store, probe: u32, round: i64) {
    let report = Arc::new(report(probe, round));
    let name = format!("probe-{probe}");
    store.add(report, &name, Moment::from_secs(1)).unwrap();
}

/// Half processes with metrics, half endpoints; one image that all hosts share.
fn report(probe: u32, round: i64) -> Report {
    let now = Timestamp::from_unix(1_800_000_000 + round * 3, 0).unwrap();
    let host = format!("host-{probe}.example.com");
    let host_node = id::host(&host);
    let mut report = Report::stamped(now);
    let mut image = Node::new(id::container_image("sha256:0123456789abcdef"), "container_image");
    image.add_parent("host", host_node.clone());
    report.topology_mut(TopologyKind::ContainerImage).add(image);
    for number in 0..NODES_PER_PROBE / 2 {
        let mut process = Node::new(id::process(&host, number), "process");
        for key in ["name", "cmdline", "pid", "ppid", "threads", "docker_container_id"] {
            process.set_fact(key, now, "some value of a usual length");
        }
        process.add_parent("host", host_node.clone());
        let metric = Metric::single(now, f64::from(number), 100.0);
        process.metrics.insert("process_cpu_usage_percent", metric);
        report.topology_mut(TopologyKind::Process).add(process);
        let ip = std::net::Ipv4Addr::from_bits(0x0a00_0000 + probe).into();
        let endpoint_id = id::endpoint("", ip, u16::try_from(number).unwrap() + 30_000);
        let mut endpoint = Node::new(endpoint_id, "endpoint");
        endpoint.set_fact("pid", now, "1234");
        endpoint.adjacency.insert(";10.0.0.1;80");
        report.topology_mut(TopologyKind::Endpoint).add(endpoint);
    }
    report
}
