//! Prints what HTTP servers of this host were asked within so many seconds.
//!
//! `cargo run -p scope-ebpf --example http_watch -- 5`, for looking at a host by hand.

#![expect(clippy::print_stdout, reason = "printing is what it does")]

use scope_ebpf::{Config, HttpConfig, HttpGlance, Kernel, Part};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(2), |text| text.parse())?;
    let mut glance = HttpGlance::open(&HttpConfig::default())?;
    let config = Config { parts: vec![Part::Sockets], ..Config::default() };
    glance.learn(&Kernel::open(&config)?.sockets()?);
    std::thread::sleep(Duration::from_secs(seconds));
    for server in glance.servers(0) {
        let half = server.counts.latency_micros_at(500);
        println!("{server:?}: half within {half:?} µs");
    }
    Ok(())
}
