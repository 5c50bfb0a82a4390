//! What looking at connections costs on a machine of 5,000 processes, 100,000 sockets and 200
//! network namespaces, beside `ss -tinHO` over the same namespaces.
//!
//! `cargo bench -p scope-linux --bench sweep_cost [-- processes sockets namespaces ticks]`. Needs
//! root, `ip`, `ss` and `busybox`; without root it says so. Figures are processor milliseconds of
//! this process (`CLOCK_PROCESS_CPUTIME_ID`) around each report, the children's for `ss`. The
//! sockets are connections over loopback, both ends in one process of each namespace.

#![expect(clippy::print_stdout, reason = "printing is its purpose")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may fail")]

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use rustix::time::{ClockId, clock_gettime};
use scope_linux::{LinuxConfig, reporters};
use scope_report::{Timestamp, TopologyKind};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Set in the processes that hold the sockets; its value is the number of connections.
const HOLDER: &str = "SCOPE_BENCH_CONNECTIONS";

fn main() {
    if let Ok(count) = std::env::var(HOLDER) {
        hold(count.parse().unwrap());
        return;
    }
    if !rustix::process::geteuid().is_root() {
        println!("skipped: network namespaces need root");
        return;
    }
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let mut next = |default| numbers.next().unwrap_or(default);
    let (processes, sockets) = (next(5_000), next(100_000));
    let (namespaces, ticks) = (next(200).max(1), next(30).max(5));
    let bed = Bed::build(processes, sockets, namespaces);
    println!("{processes} processes, {sockets} sockets, {namespaces} namespaces");
    let ss_ms = bed.ask_ss();
    // Whole sweeps, none put off: figures are due, so that each reads, joins and writes everything.
    let whole = |what: &str, kernel_events: bool| {
        let config = |config: &mut LinuxConfig| {
            config.sweep_core_share = f64::INFINITY;
            config.load_interval = Duration::ZERO;
            config.kernel_events = kernel_events;
        };
        let median = measure(what, ticks, Duration::from_millis(200), config);
        println!("{:30} {:.2} times `ss -tinHO`", "", median / ss_ms);
    };
    whole("each sweep, one pass", true);
    whole("each sweep, netlink", false);
    measure("as it runs by default", ticks, Duration::from_secs(1), |_| {});
}

/// Opens `count` connections to itself and keeps them until the input ends.
fn hold(count: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let held: Vec<_> = (0..count)
        .map(|_| (TcpStream::connect(address).unwrap(), listener.accept().unwrap()))
        .collect();
    println!("held");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    drop(held);
}

/// The namespaces and what is in them, taken down when dropped.
struct Bed {
    names: Vec<String>,
    children: Vec<Child>,
}

impl Bed {
    fn build(processes: usize, sockets: usize, namespaces: usize) -> Self {
        let prefix = format!("connsbench{}x", std::process::id());
        let mut bed = Self { names: Vec::new(), children: Vec::new() };
        let program = std::env::current_exe().unwrap();
        for at in 0..namespaces {
            let name = format!("{prefix}{at}");
            run(&["ip", "netns", "add", &name]);
            run(&["ip", "-n", &name, "link", "set", "lo", "up"]);
            let inside = |words: &[&str]| {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &name]).args(words);
                command.stdin(Stdio::piped()).stdout(Stdio::piped());
                command
            };
            let connections = (sockets / 2 / namespaces).to_string();
            let holder = inside(&[program.to_str().unwrap()]).env(HOLDER, connections).spawn();
            bed.children.push(holder.unwrap());
            // One process is the holder, one the shell that waits for the others.
            let idle = (processes / namespaces).saturating_sub(2);
            let script = format!(
                "i=0; while [ $i -lt {idle} ]; do busybox sleep 100000 & i=$((i+1)); done; \
                 echo ready; read x; kill $(jobs -p)"
            );
            bed.children.push(inside(&["busybox", "sh", "-c", &script]).spawn().unwrap());
            bed.names.push(name);
        }
        for child in &mut bed.children {
            // Each says one word when all it holds is there.
            child.stdout.as_mut().unwrap().read_exact(&mut [0; 4]).unwrap();
        }
        bed
    }

    /// Processor milliseconds of `ss` over all namespaces: its own process in each, started from
    /// a thread that is there already.
    fn ask_ss(&self) -> f64 {
        let mut costs = Vec::new();
        for _ in 0..3 {
            let before = children_cpu_ms();
            for name in &self.names {
                let entrance = File::open(format!("/run/netns/{name}")).unwrap();
                let ask = move || {
                    let kind = Some(LinkNameSpaceType::Network);
                    move_into_link_name_space(entrance.as_fd(), kind).unwrap();
                    Command::new("ss").arg("-tinHO").stdout(Stdio::null()).status().unwrap();
                };
                std::thread::spawn(ask).join().unwrap();
            }
            costs.push(children_cpu_ms() - before);
        }
        costs.sort_by(f64::total_cmp);
        println!("{:30} {:>14} median {:6.1} ms over all namespaces", "ss -tinHO", "", costs[1]);
        costs[1]
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        for child in &mut self.children {
            // The end of its input ends it, and the idle processes with it.
            if let Some(mut input) = child.stdin.take() {
                let _ = input.write_all(b"\n");
            }
            let _ = child.wait();
        }
        for name in &self.names {
            let _ = Command::new("ip").args(["netns", "del", name]).status();
        }
    }
}

fn run(words: &[&str]) {
    assert!(Command::new(words[0]).args(&words[1..]).status().unwrap().success(), "{words:?}");
}

/// Prints what the connection reporter costs in each of `ticks` looks, the walk over the processes
/// included; returns the median in milliseconds.
fn measure(
    what: &str,
    ticks: usize,
    interval: Duration,
    change: impl FnOnce(&mut LinuxConfig),
) -> f64 {
    let mut config = LinuxConfig::new("bench", "probe", "0");
    config.dns_snooping = false;
    change(&mut config);
    let mut reporters = reporters(config);
    let begun = Instant::now();
    let (mut walks, mut costs) = (Vec::new(), Vec::new());
    let mut endpoints = 0;
    let mut words = String::new();
    for tick in 0..ticks {
        let now = now();
        for reporter in &mut reporters {
            let (name, before) = (reporter.name(), cpu_ms());
            let seen = reporter.report(now).unwrap();
            let cost = cpu_ms() - before;
            match name {
                "connection" => {
                    endpoints = seen.report.topology(TopologyKind::Endpoint).nodes.len();
                    costs.push(cost);
                }
                "process" => walks.push(cost),
                _ => {
                    let hosts = &seen.report.topology(TopologyKind::Host).nodes;
                    let host = hosts.values().next();
                    words = host.and_then(|one| one.fact("host_observation")).unwrap_or("").into();
                }
            }
        }
        let due = interval * u32::try_from(tick + 1).unwrap();
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
    }
    let secs = begun.elapsed().as_secs_f64();
    let first = costs.remove(0);
    let percent = costs.iter().sum::<f64>() / secs / 10.0;
    costs.sort_by(f64::total_cmp);
    let (median, worst) = (costs[costs.len() / 2], costs[costs.len() - 1]);
    walks.sort_by(f64::total_cmp);
    println!(
        "{what:30} first {first:8.1} median {median:6.1} worst {worst:6.1} ms, {percent:.1} % of a \
         core; processes {:.1} ms; {endpoints} endpoints; {} MiB; {words}",
        walks[walks.len() / 2],
        resident_mib(),
    );
    median
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap()).unwrap()
}

/// Processor milliseconds of this process so far.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Processor milliseconds of the children that ended (`cutime` and `cstime` of proc(5)).
fn children_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(13) + ticks(14)) * 1000.0 / rustix::param::clock_ticks_per_second() as f64
}

fn resident_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let row = text.lines().find_map(|row| row.strip_prefix("VmRSS:")).unwrap();
    row.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
