//! The scenario `render-site`: every view of 1,000 hosts, and again after one host changed.
//!
//! 1,000 hosts have 20,000 containers, 100,000 processes and 200,000 connections. A tenth of that
//! and twice as much are drawn too, and all is printed as ratios within one run, for milliseconds
//! alone say more about the machine. Time is that of the kernel's accounting.
//!
//! `cargo xtask bench render-site`

#![expect(clippy::print_stdout, reason = "the figures are the point")]

#[path = "site/site.rs"]
mod site;

use scope_render::{Lifted, ViewId, ViewOptions, render};
use scope_report::{Report, TopologyKind, id};
use std::sync::Arc;

/// Hosts of the site that the others are compared with.
const HOSTS: u32 = 1000;

/// What one size costs, milliseconds.
struct Cost {
    hosts: u32,
    first: f64,
    again: f64,
}

fn main() {
    let costs = [HOSTS / 10, HOSTS, HOSTS * 2].map(measure);
    let whole = costs.iter().find(|cost| cost.hosts == HOSTS).map_or(1.0, |cost| cost.first);
    println!("  size  first, ms  to 1x  again, ms  to first");
    for Cost { hosts, first, again } in &costs {
        println!(
            "{:>5.1}x  {first:>9.1}  {:>5.2}  {again:>9.1}  {:>8.2}",
            f64::from(*hosts) / f64::from(HOSTS),
            first / whole,
            again / first,
        );
    }
}

fn measure(hosts: u32) -> Cost {
    let mut report = site::report(hosts);
    let (first, nodes) = draw(&report);
    change_one_host(&mut report);
    let (again, _) = draw(&report);
    println!("{hosts} hosts: {} nodes in the report, {nodes} in all views", report.node_count());
    Cost { hosts, first, again }
}

/// Draws every view under its default options; gives milliseconds and nodes.
fn draw(report: &Report) -> (f64, usize) {
    let report = Arc::new(report.clone());
    let options = ViewOptions::from_query([("t", "5s")]);
    let start = on_cpu_ms();
    let lifted = Lifted::new(report);
    let sizes = ViewId::ALL.map(|view| render(&lifted, view, &options).stats().node_count);
    (on_cpu_ms() - start, sizes.iter().sum())
}

/// The host says something new of itself and of a process.
fn change_one_host(report: &mut Report) {
    let (host, process) = (id::host("host-0"), id::process("host-0", 1000));
    for (kind, id) in [(TopologyKind::Host, host), (TopologyKind::Process, process)] {
        if let Some(node) = report.topology_mut(kind).nodes.get_mut(&id) {
            Arc::make_mut(node).set_fact("changed", site::now(), "yes");
        }
    }
}

/// Milliseconds this thread has run, from `/proc/thread-self/schedstat`.
fn on_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok());
    nanos.unwrap_or_default() / 1e6
}
