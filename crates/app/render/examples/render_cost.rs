//! What rendering costs: milliseconds on the CPU per view, for sites of growing size.
//!
//! Time is that of the kernel's accounting, so that a busy machine does not count.
//!
//! `cargo run --release -p scope-render --example render_cost -- 10 100 1000 hostile`

#![expect(clippy::print_stdout, reason = "the figures are the point")]

#[path = "site/site.rs"]
mod site;

#[path = "site/hostile.rs"]
mod hostile;

use scope_render::{Lifted, ViewId, ViewOptions, render};
use scope_report::Report;
use std::sync::Arc;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words = if words.is_empty() { vec!["10".into(), "100".into()] } else { words };
    for word in words {
        match word.parse() {
            Ok(host_count) => measure(&format!("{word} hosts"), site::report(host_count)),
            Err(_) => measure("a hostile report", hostile::report()),
        }
    }
}

fn measure(title: &str, report: Report) {
    let report = Arc::new(report);
    println!("{title}, {} nodes; memory {} MiB", report.node_count(), memory_mib());
    let start = on_cpu_ms();
    let lifted = Lifted::new(Arc::clone(&report));
    let mut whole = since(start);
    println!("  {whole:>9.1} ms  tables");
    for view in ViewId::ALL {
        let start = on_cpu_ms();
        let graph = render(&lifted, view, &ViewOptions::default());
        let (first, stats) = (since(start), graph.stats());
        whole += first;
        let start = on_cpu_ms();
        let sifted = render(&lifted, view, &ViewOptions::from_query([("t", "5s")])).stats();
        println!(
            "  {first:>9.1} ms  {:<24} {:>7} nodes {:>8} edges{}; sifted {:>6.1} ms {:>7} nodes",
            view.as_str(),
            stats.node_count,
            stats.edge_count,
            if graph.is_truncated() { " (truncated)" } else { "" },
            since(start),
            sifted.node_count,
        );
    }
    println!("  {whole:>9.1} ms  in all, every view once; memory {} MiB", memory_mib());
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
