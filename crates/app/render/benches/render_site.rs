//! The scenario `render-site`: every view of 1,000 hosts, and again after one host changed.
//!
//! 1,000 hosts have 20,000 containers, 100,000 processes and 200,000 connections. A tenth of that
//! and twice as much are drawn too, and all is printed as ratios within one run, for milliseconds
//! alone say more about the machine. Time is that of the kernel's accounting.
//!
//! Drawn again, a report is taken in, every view drawn, and the rendering before dropped: after
//! one host said something new of itself, started a container and a process, opened a connection
//! and closed one; and after nothing changed but the metrics of all that is on one host.
//!
//! `cargo xtask bench render-site`

#![expect(clippy::print_stdout, reason = "the figures are the point")]

#[path = "../examples/site/site.rs"]
mod site;

use scope_render::{Lifted, ViewId, ViewOptions, render};
use scope_report::{Metric, Node, NodeMap, Report, TopologyKind, id};
use std::sync::Arc;

/// Hosts of the site that the others are compared with.
const HOSTS: u32 = 1000;

/// How often each change is drawn; what is printed is the middle one.
const ROUNDS: u32 = 15;

/// What one size costs, milliseconds.
struct Cost {
    hosts: u32,
    first: f64,
    one_host: f64,
    sifting: f64,
    metrics: f64,
    peak_mib: u64,
}

fn main() {
    let costs = [HOSTS / 10, HOSTS, HOSTS * 2].map(measure);
    let whole = costs.iter().find(|cost| cost.hosts == HOSTS).map_or(1.0, |cost| cost.first);
    println!(
        "  size  first, ms  to 1x  one host, ms  to first  of it sifting  metrics, ms  peak, MiB"
    );
    for Cost { hosts, first, one_host, sifting, metrics, peak_mib } in &costs {
        println!(
            "{:>5.1}x  {first:>9.1}  {:>5.2}  {one_host:>12.2}  {:>8.4}  {sifting:>13.2}  \
             {metrics:>11.2}  {peak_mib:>9}",
            f64::from(*hosts) / f64::from(HOSTS),
            first / whole,
            one_host / first,
        );
    }
}

fn measure(hosts: u32) -> Cost {
    forget_peak();
    let mut report = site::report(hosts);
    let first_report = Arc::new(report.clone());
    let start = on_cpu_ms();
    let mut lifted = Lifted::new(first_report);
    let nodes = draw(&lifted);
    let first = on_cpu_ms() - start;
    let (mut one_host, mut sifting, mut metrics) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        change_one_host(&mut report, round);
        one_host.push(draw_again(&mut lifted, &report));
        let start = on_cpu_ms();
        draw(&lifted);
        sifting.push(on_cpu_ms() - start);
        change_metrics(&mut report, round);
        metrics.push(draw_again(&mut lifted, &report));
    }
    println!("{hosts} hosts: {} nodes in the report, {nodes} in all views", report.node_count());
    Cost {
        hosts,
        first,
        one_host: middle(one_host),
        sifting: middle(sifting),
        metrics: middle(metrics),
        peak_mib: peak_mib(),
    }
}

/// Draws every view under its default options; gives the number of nodes.
fn draw(lifted: &Lifted) -> usize {
    let options = ViewOptions::from_query([("t", "5s")]);
    ViewId::ALL.map(|view| render(lifted, view, &options).stats().node_count).iter().sum()
}

/// Draws a report after the one before; gives milliseconds.
fn draw_again(lifted: &mut Lifted, report: &Report) -> f64 {
    let report = Arc::new(report.clone());
    let start = on_cpu_ms();
    *lifted = Lifted::after(lifted, report);
    draw(lifted);
    on_cpu_ms() - start
}

/// A host says something new of itself, starts a container with a process, opens a connection and
/// closes another.
fn change_one_host(report: &mut Report, round: u32) {
    let host_id = format!("host-{}", round * 5);
    let host_node_id = id::host(&host_id);
    let mut host = Node::new(host_node_id.clone(), "host");
    host.set_fact("changed", site::now(), round.to_string());
    report.topology_mut(TopologyKind::Host).add(host);
    let container_id = format!("started-{round}");
    let own_ip = site::container_ip(round * 5, 200);
    let mut container = Node::new(id::container(&container_id), "container");
    container.set_fact("docker_container_hostname", site::now(), "app-0");
    container.set_fact("docker_container_state", site::now(), "running");
    container.set_fact("docker_image_id", site::now(), "sha1");
    container.set_fact("host_node_id", site::now(), host_node_id.clone());
    container.add_to_set("docker_container_ips_with_scopes", id::address("", own_ip));
    container.add_parent("host", host_node_id.clone());
    container.add_parent("pod", format!("pod-{}-0;<pod>", round * 5));
    report.topology_mut(TopologyKind::Container).add(container);
    let mut process = Node::new(id::process(&host_id, 9000), "process");
    process.set_fact("name", site::now(), "app-1");
    process.set_fact("docker_container_id", site::now(), container_id);
    process.set_fact("host_node_id", site::now(), host_node_id.clone());
    process.add_parent("host", host_node_id.clone());
    report.topology_mut(TopologyKind::Process).add(process);
    let mut client = Node::new(id::endpoint("", own_ip, 40_000), "endpoint");
    client.adjacency.insert(id::endpoint("", site::container_ip(round * 5 + 1, 0), 80));
    client.set_fact("host_node_id", site::now(), host_node_id);
    client.set_fact("pid", site::now(), "9000");
    let endpoints = &mut report.topology_mut(TopologyKind::Endpoint).nodes;
    let closed = id::endpoint("", site::container_ip(round * 5, 2), 30_002);
    assert!(endpoints.remove(&closed).is_some(), "the connection was open");
    endpoints.insert(client.id.clone(), client);
}

/// Every process and container of a host reports a new value.
fn change_metrics(report: &mut Report, round: u32) {
    let host_id = format!("host-{}", round * 5);
    let (from, to) = (format!("{host_id};"), format!("{host_id}<"));
    set_metric(&mut report.topology_mut(TopologyKind::Process).nodes, &from, &to, round);
    let (from, to) = (format!("{:08x}", round * 5), format!("{:08x}", round * 5 + 1));
    set_metric(&mut report.topology_mut(TopologyKind::Container).nodes, &from, &to, round);
}

fn set_metric(nodes: &mut NodeMap, from: &str, to: &str, round: u32) {
    let ids: Vec<_> = nodes.range(from..to).map(|(id, _)| id.clone()).collect();
    assert!(ids.len() >= 20, "the host has processes and containers");
    for id in ids {
        if let Some(node) = nodes.get_mut(&id) {
            let metric = Metric::single(site::now(), f64::from(round), 100.0);
            Arc::make_mut(node).metrics.insert("process_cpu_usage_percent", metric);
        }
    }
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds this thread has run, from `/proc/thread-self/schedstat`.
fn on_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok());
    nanos.unwrap_or_default() / 1e6
}

/// Lets the kernel count the peak of resident memory anew, as proc(5) says of `clear_refs`.
fn forget_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        println!("the peak of memory is that of all sizes so far: {error}");
    }
}

/// The most memory this process had since.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
