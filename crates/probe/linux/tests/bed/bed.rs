//! A router namespace between a client and a server namespace, processes in them, and a probe that
//! sees no other machine than the router's.

use scope_agent::{Observation, Reporter};
use scope_linux::{LinuxConfig, reporters};
use scope_report::{Node, Text, Timestamp, TopologyKind};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Set when the test runs inside its own machine; its value prefixes the names of the namespaces.
const INSIDE: &str = "SCOPE_LINUX_INSIDE";

const PATIENCE: Duration = Duration::from_secs(30);

/// A client and a server namespace with a router between them, taken down when dropped.
pub struct Bed {
    /// The names of its namespaces begin with it.
    pub prefix: String,
    subnet: u8,
}

impl Bed {
    pub fn build(subnet: u8) -> Self {
        let bed = Self { prefix: format!("sl{}x{subnet}", std::process::id()), subnet };
        let name = |role: &str| format!("{}{role}", bed.prefix);
        let (a, m, b) = (name("a"), name("m"), name("b"));
        for one in [&a, &m, &b] {
            run(&format!("ip netns add {one}"));
            run(&format!("ip -n {one} link set lo up"));
        }
        for (one, side, third) in [(&a, "va", 1), (&b, "vb", 2)] {
            run(&format!("ip -n {m} link add {side} type veth peer name v0 netns {one}"));
            run(&format!("ip -n {m} addr add 10.{subnet}.{third}.1/24 dev {side}"));
            run(&format!("ip -n {m} link set {side} up"));
            run(&format!("ip -n {one} addr add 10.{subnet}.{third}.2/24 dev v0"));
            run(&format!("ip -n {one} link set v0 up"));
            run(&format!("ip -n {one} route add default via 10.{subnet}.{third}.1"));
        }
        run(&format!("ip netns exec {m} sysctl -qw net.ipv4.ip_forward=1"));
        bed
    }

    pub fn translate(&self) {
        let (m, subnet) = (format!("{}m", self.prefix), self.subnet);
        run(&format!(
            "ip netns exec {m} iptables -t nat -A PREROUTING -d 10.{subnet}.1.1 -p tcp \
             --dport 8080 -j DNAT --to-destination 10.{subnet}.2.2:9000"
        ));
        run(&format!(
            "ip netns exec {m} iptables -t nat -A POSTROUTING -d 10.{subnet}.2.2 -j MASQUERADE"
        ));
    }

    /// Runs the test `name` again as the whole machine of the router namespace.
    fn run_inside(&self, name: &str) {
        let program = std::env::current_exe().unwrap();
        let status = Command::new("ip")
            .args(["netns", "exec", &format!("{}m", self.prefix)])
            .args(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--"])
            .arg(program)
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, &self.prefix)
            .status()
            .unwrap();
        assert!(status.success(), "{name} inside its machine");
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        for role in ["a", "m", "b"] {
            let name = format!("{}{role}", self.prefix);
            let _ = Command::new("ip").args(["netns", "del", &name]).status();
        }
    }
}

/// A process of a test, ended when dropped.
pub struct Running(pub Child);

impl Running {
    pub fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `words` in the namespace of `role`; its input stays open as long as it runs.
pub fn start(prefix: &str, role: &str, words: &str) -> Running {
    let child = Command::new("ip")
        .args(["netns", "exec", &format!("{prefix}{role}")])
        .args(words.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

pub fn run(words: &str) {
    let mut parts = words.split_whitespace();
    let status = Command::new(parts.next().unwrap()).args(parts).status().unwrap();
    assert!(status.success(), "{words}");
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "gave up waiting until {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// The connection reporter, and what it saw last.
pub struct Probe {
    reporters: Vec<Box<dyn Reporter>>,
    pub seen: Observation,
}

impl Probe {
    /// Without the kernel's events, as where those are not allowed.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut LinuxConfig)) -> Self {
        let mut config = LinuxConfig::new("host", "probe", "0");
        config.spy_interval = Duration::from_millis(20);
        config.kernel_events = false;
        config.load_interval = Duration::from_millis(500);
        config.sweep_core_share = 1.0;
        change(&mut config);
        let reporters = reporters(config);
        Self { reporters, seen: Observation::default() }
    }

    pub fn look(&mut self) {
        assert!(self.try_look(), "every reporter answers");
    }

    /// Says whether every reporter answered; what did not is as if it had seen nothing.
    pub fn try_look(&mut self) -> bool {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap()).unwrap();
        let (mut seen, mut all) = (Observation::default(), true);
        for reporter in &mut self.reporters {
            match reporter.report(now) {
                Ok(part) => {
                    seen.report.merge(&part.report);
                    seen.warnings.extend(part.warnings);
                }
                Err(_) => all = false,
            }
        }
        self.seen = seen;
        all
    }

    pub fn endpoints(&self) -> impl Iterator<Item = &Node> {
        self.seen.report.topology(TopologyKind::Endpoint).nodes.values().map(|node| &**node)
    }

    pub fn endpoint(&self, id: &str) -> Option<&Node> {
        self.endpoints().find(|node| node.id == id)
    }

    /// Looks until there is an endpoint of `pid` with an edge to `server`; returns its id.
    pub fn edge(&mut self, pid: &str, server: &str) -> Text {
        let mut id = Text::default();
        let mut seen = String::new();
        let started = Instant::now();
        while id.is_empty() {
            self.look();
            let client = self
                .endpoints()
                .find(|node| node.fact("pid") == Some(pid) && node.adjacency.contains(server));
            id = client.map(|node| node.id.clone()).unwrap_or_default();
            if started.elapsed() > PATIENCE {
                self.endpoints().for_each(|node| seen.push_str(&line(node)));
                panic!("no edge from {pid} to {server} in\n{seen}");
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        id
    }
}

pub fn line(node: &Node) -> String {
    let edges: Vec<_> = node.adjacency.iter().map(Text::as_str).collect();
    let facts = node.latest.iter().map(|(key, fact)| format!("{key}={}", fact.value));
    format!("{} -> {} {}\n", node.id, edges.join(" "), facts.collect::<Vec<_>>().join(" "))
}

/// The prefix of the namespaces when inside; otherwise runs the test inside, or says why not.
pub fn machine(name: &str, subnet: u8, prepare: impl FnOnce(&Bed)) -> Option<String> {
    if let Ok(prefix) = std::env::var(INSIDE) {
        return Some(prefix);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    if !status.contains("\nUid:\t0\t0\t") {
        println!("skipped: network namespaces need root");
        return None;
    }
    let bed = Bed::build(subnet);
    prepare(&bed);
    bed.run_inside(name);
    None
}
