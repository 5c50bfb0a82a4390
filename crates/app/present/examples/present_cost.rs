//! What presenting costs: milliseconds on the CPU and megabytes of JSON per view.
//!
//! Time is that of the kernel's accounting, so that a busy machine does not count.
//!
//! `cargo run --release -p scope-present --example present_cost -- 10 100 1000`

#![expect(clippy::print_stdout, reason = "the figures are the point")]

#[path = "../../render/examples/site/site.rs"]
mod site;

use scope_present::{Censor, detail, summaries};
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
    let lifted = Lifted::new(Arc::new(site::report(host_count)));
    let options = ViewOptions::default();
    println!("{host_count} hosts");
    for view in ViewId::ALL {
        let graph = render(&lifted, view, &options);
        let start = on_cpu_ms();
        let nodes = summaries(&lifted, &graph, Censor::default());
        let present_ms = since(start);
        let start = on_cpu_ms();
        let bytes = serde_json::to_vec(&nodes).map(|json| json.len()).unwrap_or_default();
        let json_ms = since(start);
        let start = on_cpu_ms();
        let first = nodes.keys().next_back();
        let found = first.and_then(|id| detail(&lifted, &graph, view, id, Censor::default()));
        println!(
            "  {:<24} {:>7} nodes: summaries {present_ms:>7.1} ms, JSON {json_ms:>7.1} ms \
             {:>6.1} MB; detail of the last {:>6.1} ms, {} groups",
            view.as_str(),
            nodes.len(),
            bytes as f64 / 1e6,
            since(start),
            found.map_or(0, |detail| detail.children.len()),
        );
    }
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
