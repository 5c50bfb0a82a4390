//! Prints what the kernel tells for so many seconds: `cargo run --example kernel_watch -- 5`.
//!
//! For looking at a host by hand. It prints each event as it is, then both lists' lengths.

#![expect(clippy::print_stdout, reason = "printing is what it does")]

use scope_ebpf::{Config, Kernel};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(2), |text| text.parse())?;
    let mut kernel = Kernel::open(&Config::default())?;
    println!("{:?}", kernel.tier());
    for capability in kernel.capabilities() {
        println!("{capability}");
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
        let drained = kernel.drain(&mut |event| println!("{event:?}"));
        if drained.lost > 0 {
            println!("lost {}", drained.lost);
        }
    }
    for flow in kernel.datagram_flows(0) {
        println!("{flow:?}");
    }
    println!("{} sockets", kernel.sockets()?.len());
    println!("{} processes", kernel.processes()?.len());
    Ok(())
}
