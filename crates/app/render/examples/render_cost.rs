//! What rendering costs: milliseconds on the CPU per view, for sites of growing size.
//!
//! Time is that of the kernel's accounting, so that a busy machine does not count.
//!
//! `cargo run --release -p scope-render --example render_cost -- 10 100 1000`

#![expect(clippy::print_stdout, reason = "the figures are the point")]

#[path = "site/site.rs"]
mod site;

use scope_render::{Lifted, ViewId, ViewOptions, render};
use std::sync::Arc;

fn main() {
    let sizes: Vec<u32> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10, 100] } else { sizes };
    for size in sizes {
        measure(size);
    }
}

fn measure(host_count: u32) {
    let report = Arc::new(site::report(host_count));
    println!("{host_count} hosts, {} nodes; memory {} MiB", report.node_count(), memory_mib());
    let whole = on_cpu_ms();
    let lifted = Lifted::new(Arc::clone(&report));
    println!("  {:>9.1} ms  tables", since(whole));
    for view in ViewId::ALL {
        let first = on_cpu_ms();
        let stats = render(&lifted, view, &ViewOptions::default()).stats();
        let first = since(first);
        let again = on_cpu_ms();
        let sifted = render(&lifted, view, &ViewOptions::from_query([("t", "5s")])).stats();
        println!(
            "  {first:>9.1} ms  {:<24} {:>7} nodes {:>8} edges; sifted {:>7.1} ms {:>7} nodes",
            view.as_str(),
            stats.node_count,
            stats.edge_count,
            since(again),
            sifted.node_count,
        );
    }
    println!("  {:>9.1} ms  in all, every view twice; memory {} MiB", since(whole), memory_mib());
}

/// Milliseconds this thread has run, from `/proc/thread-self/schedstat`.
fn on_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok());
    nanos.unwrap_or_default() / 1e6
}

fn since(start: f64) -> f64 {
    on_cpu_ms() - start
}

/// The resident memory of this process.
fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
