//! Terminals under load: much through one, and many of them, again and again.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::acting::{Actor, Terminal};
use scope_e2e::api::Api;
use scope_e2e::program::{Program, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// For what should come at once but may be late on a busy machine; a login shell also runs whatever
/// the profile of this machine's root holds (pyenv's may wait a minute for a lock).
const SOON: Duration = Duration::from_secs(90);

/// What goes through a terminal each way, in MiB.
const MANY_MIB: usize = 128;

/// What the program may grow by meanwhile, in KiB.
const GROWTH_KIB_MAX: u64 = 32 << 10;

/// After all rounds the program may be larger than after the first by this part: a tenth.
const MARGIN_DIVISOR: u64 = 10;

/// What leaves out of the probe whatever grows and shrinks with what else this machine does.
const QUIET: &[&str] = &[
    "--probe.processes=false",
    "--probe.proc.spy=false",
    "--probe.conntrack=false",
    "--probe.ebpf.connections=false",
    "--probe.unix=false",
    "--probe.dns.snoop=false",
];

/// Terminals open at once.
const TERMINALS: usize = 50;

/// How often they are opened and closed, unless `SCOPE_TERMINAL_ROUNDS` says otherwise.
const ROUNDS: usize = 3;

struct Machine {
    engine: DockerEngine,
    scope: Program,
    api: Api,
}

impl Machine {
    fn start(more: &[&str]) -> Self {
        let engine = DockerEngine::start().unwrap();
        namespace::enter(engine.namespace()).unwrap();
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let flag = format!("--app.http.address={address}");
        let mut arguments = vec!["launch", "--hostname=acts", "--app.controls", &flag];
        arguments.extend(more);
        let scope = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
        Self { engine, scope, api: Api::at(&address) }
    }

    fn actor(&self, view: &str, node: &str) -> Actor {
        let look = || Actor::of(&self.api, view, node).map(|(actor, _)| actor);
        wait::until("a node to act on", SOON, look).unwrap()
    }

    /// A figure of `/proc/PID/status`, such as `VmRSS`.
    fn status(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.scope.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The processor time that the program took so far, in seconds: hundredths in fields 14 and 15
    /// of `/proc/PID/stat` (proc(5)).
    fn processor_secs(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.scope.pid())).unwrap();
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        let ticks: f64 = fields.skip(11).take(2).map(|it| it.parse::<f64>().unwrap()).sum();
        ticks / 100.0
    }

    fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.scope.pid())).unwrap().count()
    }

    /// Children of the program, alive or not waited for.
    fn children(&self) -> usize {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{}/task", self.scope.pid())) else {
            return 0;
        };
        let files = tasks.flatten().map(|task| task.path().join("children"));
        let lists = files.filter_map(|file| std::fs::read_to_string(file).ok());
        lists.map(|list| list.split_whitespace().count()).sum()
    }
}

#[test]
fn much_goes_through_a_terminal_without_loss() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(&[]);
    let id = machine.engine.run(&["--name", "web", IMAGE, "sleep", "1000"]).unwrap();
    let container = machine.actor("containers", &format!("{id};<container>"));
    let (_, mut terminal) = container.open("docker_exec_container", "").unwrap();
    let before_kib = machine.status("VmHWM");
    let before_secs = machine.processor_secs();
    println!("a shell in a container:");
    let of_container = [output(&mut terminal), input(&mut terminal)];
    let host = machine.actor("hosts", "acts;<host>");
    let (_, mut terminal) = host.open("host_exec", "").unwrap();
    println!("a shell on the host:");
    let of_host = [output(&mut terminal), input(&mut terminal)];
    let grown_kib = machine.status("VmHWM").saturating_sub(before_kib);
    println!("the program grew by {grown_kib} KiB at most");
    let secs = machine.processor_secs() - before_secs;
    let mib = MANY_MIB * 4;
    println!("it took {secs:.1} s of processor time for {mib} MiB, whatever else runs here");
    assert!(grown_kib < GROWTH_KIB_MAX, "{grown_kib} KiB");
    // Printed and not asserted: whatever else the machine does is in them.
    let slowest = of_container[0].min(of_host[0]);
    println!("slowest: {slowest:.0} MiB/s out, {:.0} MiB/s in", of_container[1].min(of_host[1]));
}

/// Reads a file of chance, and compares its checksum; gives MiB a second.
fn output(terminal: &mut Terminal) -> f64 {
    terminal.write("stty raw -echo; PS1=\r").unwrap();
    let file = "/tmp/acts-chance";
    let make = format!("dd if=/dev/urandom of={file} bs=1048576 count={MANY_MIB} 2>/dev/null; ");
    terminal.write(&format!("{make} md5sum {file}; echo se''nd; read x; cat {file}\n")).unwrap();
    let said = terminal.wait_for("send\n", SOON * 2).unwrap();
    let expect = said.split_whitespace().rev().nth(2).unwrap().to_owned();
    terminal.take_output();
    let mut sum = checksum();
    let mut pipe = sum.stdin.take().unwrap();
    terminal.write("\n").unwrap();
    let started = Instant::now();
    let mut left = MANY_MIB << 20;
    while left > 0 {
        assert!(started.elapsed() < SOON * 4, "{left} bytes are missing");
        if let Some(mut bytes) = terminal.read().unwrap() {
            // The shell's prompt may follow at once.
            bytes.truncate(left);
            left -= bytes.len();
            pipe.write_all(&bytes).unwrap();
        }
    }
    let rate = MANY_MIB as f64 / started.elapsed().as_secs_f64();
    drop(pipe);
    let mut found = String::new();
    sum.stdout.take().unwrap().read_to_string(&mut found).unwrap();
    sum.wait().unwrap();
    assert!(found.starts_with(&expect), "{found} is not {expect}");
    println!("  {MANY_MIB} MiB out at {rate:.0} MiB/s");
    terminal.write(&format!("rm {file}; echo rea''dy\n")).unwrap();
    terminal.wait_for("ready\n", SOON).unwrap();
    rate
}

/// Pastes bytes, whose checksum the other end makes; gives MiB a second.
fn input(terminal: &mut Terminal) -> f64 {
    const FRAME_BYTES: usize = 32 << 10;
    let bytes = MANY_MIB << 20;
    terminal.write(&format!("echo se''nd; head -c {bytes} | md5sum; echo en''d\n")).unwrap();
    terminal.wait_for("send\n", SOON).unwrap();
    let mut sum = checksum();
    let mut pipe = sum.stdin.take().unwrap();
    let mut state: u64 = 88_172_645_463_325_252;
    let started = Instant::now();
    for _ in 0..bytes / FRAME_BYTES {
        let mut frame = Vec::with_capacity(FRAME_BYTES);
        while frame.len() < FRAME_BYTES {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            frame.extend(state.to_ne_bytes());
        }
        pipe.write_all(&frame).unwrap();
        terminal.write_bytes(frame).unwrap();
    }
    drop(pipe);
    let said = terminal.wait_for("end\n", SOON * 4).unwrap();
    let rate = MANY_MIB as f64 / started.elapsed().as_secs_f64();
    let mut expect = String::new();
    sum.stdout.take().unwrap().read_to_string(&mut expect).unwrap();
    sum.wait().unwrap();
    let expect = expect.split_whitespace().next().unwrap();
    assert!(said.contains(expect), "{said} is not {expect}");
    println!("  {MANY_MIB} MiB in at {rate:.0} MiB/s");
    rate
}

fn checksum() -> std::process::Child {
    let command = &mut Command::new("md5sum");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn many_terminals_leave_nothing_behind() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(QUIET);
    let id = machine.engine.run(&["--name", "web", IMAGE, "sleep", "1000"]).unwrap();
    let container = machine.actor("containers", &format!("{id};<container>"));
    let host = machine.actor("hosts", "acts;<host>");
    let round = |actor: &Actor, control: &str, count: usize| {
        let opened: Vec<_> = (0..count).map(|_| actor.open(control, "").unwrap()).collect();
        for (answer, mut terminal) in opened {
            terminal.write("echo $((6*7))is\r").unwrap();
            terminal.wait_for("42is", SOON).unwrap();
            actor.close(&answer).unwrap();
        }
    };
    let settle = |descriptors: usize, children: usize| {
        let is_settled = || {
            let is_same = machine.descriptors() <= descriptors && machine.children() <= children;
            is_same.then_some(())
        };
        wait::until("the last terminals to end", SOON, is_settled).unwrap_or_else(|failure| {
            panic!("{failure}: {} files, {} children", machine.descriptors(), machine.children())
        });
    };
    let (files_before, children_before) = (machine.descriptors(), machine.children());
    // What the first round leaves is kept for the next ones: threads, buffers.
    let slack = 16;
    round(&host, "host_exec", TERMINALS);
    round(&container, "docker_exec_container", 10);
    settle(files_before + slack, children_before);
    let (files, kib) = (machine.descriptors(), machine.status("VmRSS"));
    let asked = std::env::var("SCOPE_TERMINAL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    for number in 1..asked.unwrap_or(ROUNDS) {
        round(&host, "host_exec", TERMINALS);
        round(&container, "docker_exec_container", 2);
        if number.is_multiple_of(5) {
            println!("round {number}: {} KiB", machine.status("VmRSS"));
        }
    }
    settle(files, children_before);
    println!("files {files_before}, {files}, {}", machine.descriptors());
    println!("{kib} KiB after the first round, {} KiB after the last", machine.status("VmRSS"));
    // The app returns what it freed with its next look through the pipes.
    let kib_max = kib + kib / MARGIN_DIVISOR;
    let is_back = || (machine.status("VmRSS") <= kib_max).then_some(());
    wait::until("the memory to be back", SOON, is_back)
        .unwrap_or_else(|failure| panic!("{failure}: {} KiB", machine.status("VmRSS")));
    println!("in the end {} KiB", machine.status("VmRSS"));
}
