//! The scenario `probe-load`: what the probe takes from a busy host.
//!
//! 100 processes with 10,000 connections over loopback (20,000 sockets) and 2,100 that sleep,
//! beside a real engine with some containers, in whose network namespace connections are tracked.
//! The probe alone, with its defaults, reports to a sink; 60 seconds. Prints figures and judges
//! nothing: a shared machine is too noisy for that. `cargo xtask bench probe-load` runs it.
//! `SCOPE_LOAD_BUSY=1` lets each connection carry a hundred bytes a second.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use scope_e2e::footprint::{cpu_seconds, proportional_kib, status_kib, thread_seconds};
use scope_e2e::program::Program;
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PAIRS: usize = 50;
const CONNECTIONS_PER_PAIR: usize = 200;
const SLEEPERS: usize = 2_100;
const CONTAINERS: usize = 5;

const SETTLE_LIMIT: Duration = Duration::from_secs(60);
/// The probe looks at everything as new at first.
const WARM_UP: Duration = Duration::from_secs(20);
const MEASURED: Duration = Duration::from_secs(60);

/// What the original took under the same load, measured on such a machine.
const ORIGINAL: &str = "the original (1.13.2) took 69 % of one core and 3.6 GiB";

/// Set in the processes that hold connections: `serve`, or whom to connect to.
const PART: &str = "SCOPE_LOAD_PART";
/// Set to let the connections carry something.
const BUSY: &str = "SCOPE_LOAD_BUSY";

fn main() -> ExitCode {
    let outcome = match std::env::var(PART) {
        Ok(part) => act(&part).map_err(|error| format!("{part}: {error}")),
        Err(_) => measure(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("probe-load: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), String> {
    let engine = DockerEngine::start()?;
    namespace::enter(engine.namespace())?;
    for number in 0..CONTAINERS {
        engine.run(&["--name", &format!("idle-{number}"), IMAGE, "sleep", "36000"])?;
    }
    let _load = Load::start()?;
    let received = Arc::new(Received::default());
    let sink = sink(Arc::clone(&received)).map_err(|error| format!("sink: {error}"))?;
    let probe = Program::start(
        &["probe", "--hostname=measured", &sink.to_string()],
        &[("DOCKER_HOST", engine.socket())],
    )?;
    let reported = || (received.reports.load(Ordering::Relaxed) > 0).then_some(());
    wait::until("the first report", SETTLE_LIMIT, reported)?;
    let first = probe.started().elapsed();
    pass(WARM_UP)?;
    let warmed = cpu_seconds(probe.pid())?;

    let (start, threads) = (Instant::now(), thread_seconds(probe.pid())?);
    let before = (received.reports.load(Ordering::Relaxed), received.bytes.load(Ordering::Relaxed));
    pass(MEASURED)?;
    let (cpu, wall) = (cpu_seconds(probe.pid())? - warmed, start.elapsed().as_secs_f64());
    println!("scenario            probe-load, {PAIRS} x 2 processes, {SLEEPERS} sleepers");
    println!("sockets             {}", 2 * PAIRS * CONNECTIONS_PER_PAIR);
    println!("containers          {CONTAINERS}, connections tracked");
    println!("first report        {} ms", first.as_millis());
    println!("until measured      {:.0} ms of processor", 1000.0 * warmed);
    println!("measured            {wall:.0} s");
    println!("processor           {:.2} % of one core", 100.0 * cpu / wall);
    for (name, seconds) in thread_seconds(probe.pid())? {
        let seconds = seconds - threads.get(&name).copied().unwrap_or_default();
        println!("  {name:18}{:.2} %", 100.0 * seconds / wall);
    }
    println!("resident, now       {} KiB", status_kib(probe.pid(), "VmRSS:")?);
    println!("  of that own       {} KiB", status_kib(probe.pid(), "RssAnon:")?);
    println!("  by share (PSS)    {} KiB", proportional_kib(probe.pid())?);
    println!("resident, peak      {} KiB", status_kib(probe.pid(), "VmHWM:")?);
    let reports = received.reports.load(Ordering::Relaxed) - before.0;
    let bytes = received.bytes.load(Ordering::Relaxed) - before.1;
    println!("reports             {reports}, {} bytes each", bytes / reports.max(1));
    println!("baseline            {ORIGINAL}");
    Ok(())
}

/// Lets time pass.
fn pass(time: Duration) -> Result<(), String> {
    let start = Instant::now();
    let over = || (start.elapsed() >= time).then_some(());
    wait::until("the end of the measurement", time + SETTLE_LIMIT, over)
}

/// The processes of the load; dropping it ends them.
struct Load(Vec<Child>);

impl Load {
    fn start() -> Result<Self, String> {
        let mut load = Self(Vec::new());
        let words = |error: std::io::Error| format!("start the load: {error}");
        // The shell ends its sleepers when its input ends.
        let sleepers = format!(
            "i=0; while [ $i -lt {SLEEPERS} ]; do busybox sleep 36000 & i=$((i+1)); done; \
             echo ready; read x; kill $(jobs -p)"
        );
        let mut shell = Command::new("busybox");
        load.0.push(piped(shell.args(["sh", "-c", &sleepers])).spawn().map_err(words)?);
        said(load.0.last_mut())?;
        let program = std::env::current_exe().map_err(words)?;
        for _ in 0..PAIRS {
            for part in ["serve", "call"] {
                let mut command = Command::new(&program);
                let address = match part {
                    "serve" => "serve".to_owned(),
                    _ => said(load.0.last_mut())?,
                };
                load.0.push(piped(command.env(PART, address)).spawn().map_err(words)?);
            }
            said(load.0.last_mut())?;
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in self.0.iter_mut().rev() {
            drop(child.stdin.take());
            let _ended = child.wait();
        }
    }
}

fn piped(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::piped()).stdout(Stdio::piped())
}

/// The only line that a process says.
fn said(child: Option<&mut Child>) -> Result<String, String> {
    let output = child.and_then(|child| child.stdout.as_mut()).ok_or("no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line.trim_end().to_owned())
}

/// A server or a client of the load; ends with its input.
fn act(part: &str) -> std::io::Result<()> {
    let mut held = Vec::new();
    if part == "serve" {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        say(&listener.local_addr()?.to_string())?;
        for _ in 0..CONNECTIONS_PER_PAIR {
            held.push(listener.accept()?.0);
        }
        return end_of_input();
    }
    for _ in 0..CONNECTIONS_PER_PAIR {
        held.push(TcpStream::connect(part)?);
    }
    say("held")?;
    if std::env::var_os(BUSY).is_some() {
        // The servers read nothing: their buffers take an hour of this.
        std::thread::spawn(move || {
            loop {
                let _fails_in_the_end =
                    held.iter_mut().try_for_each(|one| one.write_all(&[0; 100]));
                std::thread::sleep(Duration::from_secs(1));
            }
        });
    }
    end_of_input()
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn end_of_input() -> std::io::Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

/// What the sink got.
#[derive(Default)]
struct Received {
    reports: AtomicU64,
    bytes: AtomicU64,
}

/// Stands in for an app that takes reports and gives nothing: answers on the address returned.
fn sink(received: Arc<Received>) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let received = Arc::clone(&received);
            std::thread::spawn(move || serve(stream, &received));
        }
    });
    Ok(address)
}

/// Answers one connection until it ends or breaks.
fn serve(stream: TcpStream, received: &Received) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let (mut first, mut length, mut is_chunked) = (String::new(), 0, false);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            is_chunked |= lower.starts_with("transfer-encoding:");
            if first.is_empty() {
                first = std::mem::take(&mut line);
            }
            line.clear();
        }
        if first.is_empty() || is_chunked {
            return Ok(());
        }
        received.bytes.fetch_add(length, Ordering::Relaxed);
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        received.reports.fetch_add(u64::from(first.starts_with("POST")), Ordering::Relaxed);
        let body = r#"{"id":"sink","version":"0"}"#;
        let status = if first.contains("/ws") { "404 Not Found" } else { "200 OK" };
        let head = "Accept-Encoding: gzip, zstd\r\nContent-Type: application/json";
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}")?;
    }
}
