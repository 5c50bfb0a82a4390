//! What the kernel's events and lists cost, in processor time of this process.
//!
//! `cargo run --release -p scope-ebpf --example kernel_cost`: holds 10,000 connections over
//! loopback in 100 processes, lists their 20,000 sockets, then only what changed of them, and lets
//! `ss -tinHO` list them for comparison; then makes 20,000 short connections and takes their events
//! every 100 ms. Needs root and `ss`.

#![expect(clippy::print_stdout, reason = "printing is what it does")]

use rustix::time::{ClockId, clock_gettime};
use scope_ebpf::{Config, Kernel};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Processes that hold connections to themselves, and how many each.
const HOLDERS: usize = 100;
const CONNECTIONS_EACH: usize = 100;

/// Short connections, from so many threads.
const SHORT: usize = 20_000;
const THREADS: usize = 8;

/// Runs of each measurement; the least is printed, as the machine has other work.
const RUNS: usize = 7;

/// Clock ticks of `/proc/<pid>/stat` in a second (`USER_HZ`).
const TICKS_PER_SEC: f64 = 100.0;

fn main() -> Answer<()> {
    match std::env::args().nth(1).as_deref() {
        Some("hold") => hold(),
        Some("connect") => connect(),
        _ => measure(),
    }
}

fn measure() -> Answer<()> {
    let mut kernel = Kernel::open(&Config::default())?;
    for capability in kernel.capabilities() {
        println!("{capability}");
    }
    let mut holders = Vec::new();
    for _ in 0..HOLDERS {
        holders.push(start("hold")?);
    }
    for holder in &mut holders {
        wait_for_word(holder)?;
    }
    kernel.drain(&mut drop);
    let mut count = 0;
    let sockets_secs = least(|| {
        count = kernel.sockets()?.len();
        Ok(())
    })?;
    println!("sockets(): {count} sockets, {:.1} ms", sockets_secs * 1e3);
    kernel.changed_sockets(true, &mut drop)?;
    let mut told = 0;
    let changed_secs = least(|| {
        told = kernel.changed_sockets(false, &mut drop)?;
        Ok(())
    })?;
    println!("changed_sockets(): {told} records, {:.1} ms", changed_secs * 1e3);
    let mut count = 0;
    let processes_secs = least(|| {
        count = kernel.processes()?.len();
        Ok(())
    })?;
    println!("processes(): {count} processes, {:.1} ms", processes_secs * 1e3);
    let before = children_secs()?;
    for _ in 0..RUNS {
        Command::new("ss").arg("-tinHO").stdout(Stdio::null()).status()?;
    }
    let each = (children_secs()? - before) / RUNS as f64;
    println!("ss -tinHO: {:.1} ms, without processes, of one namespace", each * 1e3);
    for mut holder in holders {
        holder.kill()?;
        holder.wait()?;
    }
    kernel.drain(&mut drop);
    drained(&mut kernel)
}

fn drained(kernel: &mut Kernel) -> Answer<()> {
    let mut child = start("connect")?;
    let (mut events, mut lost, mut spent_secs) = (0, 0, 0.0);
    loop {
        let has_ended = child.try_wait()?.is_some();
        std::thread::sleep(Duration::from_millis(100));
        let before = own_secs();
        let drained = kernel.drain(&mut drop);
        spent_secs += own_secs() - before;
        events += drained.events;
        lost += drained.lost;
        if has_ended {
            break;
        }
    }
    println!("drain(): {events} events, {lost} lost, {spent_secs:.4} s");
    Ok(())
}

/// Seconds of the quickest run.
fn least(mut run: impl FnMut() -> Answer<()>) -> Answer<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let before = own_secs();
        run()?;
        least = least.min(own_secs() - before);
    }
    Ok(least)
}

fn start(role: &str) -> Answer<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    Ok(command.arg(role).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

fn wait_for_word(child: &mut Child) -> Answer<()> {
    let output = child.stdout.as_mut().ok_or("no output")?;
    Ok(output.read_exact(&mut [0])?)
}

fn hold() -> Answer<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS_EACH {
        held.push(TcpStream::connect(listener.local_addr()?)?);
        held.push(listener.accept()?.0);
    }
    std::io::stdout().write_all(b"!")?;
    std::io::stdout().flush()?;
    // The end of the input, or of this process, is the end.
    drop(std::io::stdin().read(&mut [0]));
    Ok(())
}

fn connect() -> Answer<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..SHORT / THREADS).for_each(|_| drop(TcpStream::connect(address))));
        }
        for _ in 0..SHORT {
            drop(listener.accept());
        }
    });
    Ok(())
}

/// Processor time of this process so far.
fn own_secs() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Processor time of the children that were waited for: fields 16 and 17 of `/proc/self/stat`.
fn children_secs() -> Answer<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / TICKS_PER_SEC)
}
