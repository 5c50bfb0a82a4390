//! Prints what each reporter costs on this machine: CPU milliseconds per tick.
//!
//! `cargo run --release -p scope-linux --example sweep_cost [ticks] [interval_ms]`. The figure is
//! user and system time of the whole process (`CLOCK_PROCESS_CPUTIME_ID`, what `getrusage` sums up)
//! around each call, scratch threads included.

#![expect(clippy::print_stdout, reason = "printing is its purpose")]

use rustix::time::{ClockId, clock_gettime};
use scope_agent::Reporter;
use scope_linux::{LinuxConfig, reporters};
use scope_report::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>().unwrap_or(20));
    let ticks = numbers.next().unwrap_or(20).max(2);
    let interval = Duration::from_millis(numbers.next().unwrap_or(1000));
    let mut reporters = reporters(LinuxConfig::new("cost", "probe", "0"));
    let mut costs: Vec<Vec<f64>> = vec![Vec::new(); reporters.len()];
    for tick in 0..ticks {
        let started = Instant::now();
        let now = now();
        for (reporter, cost) in reporters.iter_mut().zip(&mut costs) {
            cost.push(cost_of(reporter.as_mut(), now, tick + 1 == ticks));
        }
        std::thread::sleep(interval.saturating_sub(started.elapsed()));
    }
    println!("reporter      first     median       mean      worst  (CPU ms)");
    let mut sum = (0.0, 0.0);
    for (reporter, cost) in reporters.iter().zip(&costs) {
        let Some((first, later)) = cost.split_first() else { continue };
        let mut later = later.to_vec();
        later.sort_by(f64::total_cmp);
        let median = later.get(later.len() / 2).copied().unwrap_or_default();
        let mean = later.iter().sum::<f64>() / later.len() as f64;
        let worst = later.last().copied().unwrap_or_default();
        println!("{:11} {first:8.2} {median:10.2} {mean:10.2} {worst:10.2}", reporter.name());
        sum = (sum.0 + median, sum.1 + mean);
    }
    println!("sum                  {:10.2} {:10.2}", sum.0, sum.1);
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap_or_default())
        .unwrap_or_default()
}

/// CPU milliseconds of this process so far.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// CPU milliseconds that one report costs; the last one also says what it found.
fn cost_of(reporter: &mut dyn Reporter, now: Timestamp, last: bool) -> f64 {
    let before = cpu_ms();
    let observed = reporter.report(now);
    let cost = cpu_ms() - before;
    if last {
        match observed {
            Ok(seen) => {
                let count = seen.report.node_count();
                println!("{}: {count} nodes, {:?}", reporter.name(), seen.warnings);
            }
            Err(failure) => println!("{}: {failure}", reporter.name()),
        }
    }
    cost
}
