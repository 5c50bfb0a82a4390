//! The reporters against real network namespaces: who talks to whom, with which processes.
//!
//! Each test builds a router namespace between a client and a server namespace, and runs itself
//! again inside the router with a process namespace of its own: there it is the whole machine, with
//! its own process 1, and no other test's processes. Needs root, `ip`, `iptables`, `busybox`,
//! `unshare`; without root it says so and passes.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may fail; the lint knows only the bodies of test functions"
)]

use scope_agent::{Observation, Reporter};
use scope_linux::{LinuxConfig, reporters};
use scope_report::{Node, Text, Timestamp, TopologyKind};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Set when the test runs inside its own machine; its value prefixes the names of the namespaces.
const INSIDE: &str = "SCOPE_LINUX_INSIDE";

/// Set when the test only prints what it observes, with rights taken away.
const PRINT: &str = "SCOPE_LINUX_PRINT";

const PATIENCE: Duration = Duration::from_secs(30);

/// A client and a server namespace with a router between them, taken down when dropped.
struct Bed {
    prefix: String,
    subnet: u8,
}

impl Bed {
    fn build(subnet: u8) -> Self {
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

    fn translate(&self) {
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
struct Running(Child);

impl Running {
    fn pid(&self) -> String {
        self.0.id().to_string()
    }

    /// The process that it forked, once there is one.
    fn child_pid(&self) -> Option<String> {
        let pid = self.0.id();
        let path = format!("/proc/{pid}/task/{pid}/children");
        let children = std::fs::read_to_string(path).unwrap();
        children.split(' ').find(|one| !one.is_empty()).map(str::to_owned)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `words` in the namespace of `role`; its input stays open as long as it runs.
fn start(prefix: &str, role: &str, words: &str) -> Running {
    let child = Command::new("ip")
        .args(["netns", "exec", &format!("{prefix}{role}")])
        .args(words.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

/// Starts a server that forks a process for each connection, and waits until it listens.
fn serve(prefix: &str, role: &str, port: u16) -> Running {
    let server = start(prefix, role, &format!("busybox nc -ll -p {port} -e sleep 3000"));
    let listens = format!(":{port:04X} 00000000000000000000000000000000:0000 0A");
    let table = format!("/proc/{}/net/tcp6", server.pid());
    until("the server listens", || {
        std::fs::read_to_string(&table).ok()?.contains(&listens).then_some(())
    });
    server
}

fn run(words: &str) {
    let mut parts = words.split_whitespace();
    let status = Command::new(parts.next().unwrap()).args(parts).status().unwrap();
    assert!(status.success(), "{words}");
}

/// Asks again and again until there is an answer.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
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
struct Probe {
    reporters: Vec<Box<dyn Reporter>>,
    seen: Observation,
}

impl Probe {
    fn new() -> Self {
        Self::with_conntrack_buffer(4 * 1024 * 1024)
    }

    fn with_conntrack_buffer(bytes: usize) -> Self {
        let mut config = LinuxConfig::new("host", "probe", "0");
        config.spy_interval = Duration::from_millis(20);
        config.conntrack_buffer_bytes = bytes;
        config.load_interval = Duration::from_millis(500);
        config.sweep_core_share = 1.0;
        let reporters = reporters(config);
        Self { reporters, seen: Observation::default() }
    }

    fn look(&mut self) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap()).unwrap();
        let mut seen = Observation::default();
        for reporter in &mut self.reporters {
            let part = reporter.report(now).unwrap();
            seen.report.merge(&part.report);
            seen.warnings.extend(part.warnings);
        }
        self.seen = seen;
    }

    fn endpoints(&self) -> impl Iterator<Item = &Node> {
        self.seen.report.topology(TopologyKind::Endpoint).nodes.values().map(|node| &**node)
    }

    fn endpoint(&self, id: &str) -> Option<&Node> {
        self.endpoints().find(|node| node.id == id)
    }

    /// Looks until there is an endpoint of `pid` with an edge to `server`; returns its id.
    fn edge(&mut self, pid: &str, server: &str) -> Text {
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

fn line(node: &Node) -> String {
    let edges: Vec<_> = node.adjacency.iter().map(Text::as_str).collect();
    let facts = node.latest.iter().map(|(key, fact)| format!("{key}={}", fact.value));
    format!("{} -> {} {}\n", node.id, edges.join(" "), facts.collect::<Vec<_>>().join(" "))
}

/// The prefix of the namespaces when inside; otherwise runs the test inside, or says why not.
fn machine(name: &str, subnet: u8, prepare: impl FnOnce(&Bed)) -> Option<String> {
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

#[test]
fn sees_both_ends_across_namespaces() {
    let name = "sees_both_ends_across_namespaces";
    let Some(prefix) = machine(name, 201, |_| {}) else { return };
    // Ephemeral ports are below 61000: only the listener tells who serves.
    let server = serve(&prefix, "b", 61234);
    let client = start(&prefix, "a", "busybox nc 10.201.2.2 61234");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";10.201.2.2;61234");
    assert!(id.starts_with(";10.201.1.2;"), "{id}");
    let serving = until("the server forks", || server.child_pid());
    until("the child serves", || {
        probe.look();
        let end = probe.endpoint(";10.201.2.2;61234")?;
        assert!(end.adjacency.is_empty());
        (end.fact("pid") == Some(serving.as_str())).then_some(())
    });
    let end = probe.endpoint(";10.201.2.2;61234").unwrap();
    assert_eq!(end.fact("host_node_id"), Some("host;<host>"));
    let process = format!("host;{serving}");
    let processes = &probe.seen.report.topology(TopologyKind::Process).nodes;
    assert_eq!(processes.get(process.as_str()).unwrap().fact("name"), Some("sleep"));
    drop(client);
    run(&format!("kill {serving}"));
    until("the connection is gone", || {
        probe.look();
        probe.endpoint(&id).is_none().then_some(())
    });
}

#[test]
fn keeps_loopback_within_its_namespace() {
    let name = "keeps_loopback_within_its_namespace";
    let Some(prefix) = machine(name, 202, |_| {}) else { return };
    let mut probe = Probe::new();
    let mut scopes = Vec::new();
    for role in ["a", "b"] {
        let server = serve(&prefix, role, 7000);
        let client = start(&prefix, role, "busybox nc 127.0.0.1 7000");
        let link = std::fs::read_link(format!("/proc/{}/ns/net", server.pid())).unwrap();
        let link = link.to_string_lossy().into_owned();
        let inode = link.trim_start_matches("net:[").trim_end_matches(']').to_owned();
        let id = probe.edge(&client.pid(), &format!("host-{inode};127.0.0.1;7000"));
        assert!(id.starts_with(&format!("host-{inode};127.0.0.1;")), "{id}");
        let client = start(&prefix, role, "busybox nc ::1 7000");
        let id = probe.edge(&client.pid(), &format!("host-{inode};::1;7000"));
        assert!(id.starts_with(&format!("host-{inode};::1;")), "{id}");
        scopes.push(inode);
    }
    assert_ne!(scopes[0], scopes[1]);
}

#[test]
fn finds_the_real_ends_behind_translation() {
    let name = "finds_the_real_ends_behind_translation";
    let Some(prefix) = machine(name, 203, Bed::translate) else { return };
    let mut probe = Probe::new();
    probe.look();
    assert!(!probe.seen.warnings.iter().any(|one| one.contains("conntrack")));
    let _server = serve(&prefix, "b", 9000);
    let client = start(&prefix, "a", "busybox nc 10.203.1.1 8080");
    let real = probe.edge(&client.pid(), ";10.203.2.2;9000");
    let port = real.strip_prefix(";10.203.1.2;").expect("the client's own address");
    // Its only edge: the rewritten address is a copy, not a second server.
    assert_eq!(probe.endpoint(&real).unwrap().adjacency.len(), 1);
    let copy = probe.endpoint(";10.203.1.1;8080").unwrap();
    assert_eq!(copy.fact("copy_of"), Some(";10.203.2.2;9000"));
    let copy = probe.endpoint(&format!(";10.203.2.1;{port}")).unwrap();
    assert_eq!(copy.fact("copy_of"), Some(real.as_str()));
    assert_eq!(copy.fact("pid"), Some(client.pid().as_str()));
    assert!(copy.adjacency.contains(";10.203.2.2;9000"));
}

#[test]
fn sees_what_is_shorter_than_a_sweep() {
    let name = "sees_what_is_shorter_than_a_sweep";
    let Some(prefix) = machine(name, 204, Bed::translate) else { return };
    let mut probe = Probe::new();
    probe.look();
    let _server = serve(&prefix, "b", 9001);
    probe.look();
    // Its input ends at once, and so does the connection, all between two looks.
    let mut short = start(&prefix, "a", "busybox timeout 1 busybox nc 10.204.2.2 9001");
    drop(short.0.stdin.take());
    short.0.wait().unwrap();
    probe.look();
    let node = probe.endpoints().find(|node| node.adjacency.contains(";10.204.2.2;9001"));
    let node = node.expect("the short connection");
    assert!(node.id.starts_with(";10.204.1.2;") && node.fact("pid").is_none(), "{}", line(node));
}

#[test]
fn repairs_what_overflowed_events_did_not_tell() {
    let name = "repairs_what_overflowed_events_did_not_tell";
    let Some(prefix) = machine(name, 206, Bed::translate) else { return };
    let mut probe = Probe::with_conntrack_buffer(4096);
    probe.look();
    let _server = serve(&prefix, "b", 9000);
    // Far more events than the buffer holds, from this very namespace.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for _ in 0..200 {
        std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        listener.accept().unwrap();
    }
    let client = start(&prefix, "a", "busybox nc 10.206.1.1 8080");
    until("the client is connected", || {
        let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", client.pid())).ok()?;
        table.contains(":1F90 01").then_some(())
    });
    probe.look();
    let lost = probe.seen.warnings.iter().any(|one| one.starts_with("conntrack lost events"));
    assert!(lost, "{:?}", probe.seen.warnings);
    let id = probe.edge(&client.pid(), ";10.206.2.2;9000");
    assert!(id.starts_with(";10.206.1.2;"), "{id}");
}

#[test]
fn falls_back_to_proc_and_to_own_processes() {
    if std::env::var(PRINT).is_ok() {
        let mut probe = Probe::new();
        (0..3).for_each(|_| probe.look());
        probe.endpoints().for_each(|node| print!("endpoint {}", line(node)));
        probe.seen.warnings.iter().for_each(|one| println!("warning {one}"));
        let hosts = &probe.seen.report.topology(TopologyKind::Host).nodes;
        hosts.values().for_each(|node| print!("host {}", line(node)));
        return;
    }
    let name = "falls_back_to_proc_and_to_own_processes";
    let Some(prefix) = machine(name, 205, |_| {}) else { return };
    let _server = serve(&prefix, "b", 9000);
    let client = start(&prefix, "a", "busybox nc 10.205.2.2 9000");
    let id = Probe::new().edge(&client.pid(), ";10.205.2.2;9000");
    let printed = |rights: &[&str]| {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new("setpriv");
        command.args(rights).arg(program).args(["--exact", name, "--nocapture"]);
        let output = command.env(PRINT, "1").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        text
    };
    // Without CAP_SYS_ADMIN other namespaces cannot be entered, but their tables can be read.
    let text = printed(&["--inh-caps=-sys_admin", "--bounding-set=-sys_admin"]);
    let edge = format!(
        "endpoint {id} -> ;10.205.2.2;9000 host_node_id=host;<host> pid={}\n",
        client.pid()
    );
    assert!(text.contains(&edge), "{text}");
    assert!(text.contains("in part /proc/net/tcp"), "{text}");
    // Another user sees what is visible, and that much is missing.
    let text = printed(&["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]);
    assert!(text.contains("own processes only (not root)"), "{text}");
    assert!(text.contains("CAP_NET_ADMIN is missing"), "{text}");
}
