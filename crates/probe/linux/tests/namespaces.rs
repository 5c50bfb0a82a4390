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

#[path = "bed/bed.rs"]
mod bed;

use bed::{Bed, Probe, Running, line, machine, run, start, until};
use scope_report::TopologyKind;
use std::process::Command;

/// Set when the test only prints what it observes, with rights taken away.
const PRINT: &str = "SCOPE_LINUX_PRINT";

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

/// The process that `running` forked, once there is one.
fn child_pid(running: &Running) -> Option<String> {
    let pid = running.pid();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.split(' ').find(|one| !one.is_empty()).map(str::to_owned)
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
    let serving = until("the server forks", || child_pid(&server));
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
    let mut probe = Probe::with(|config| config.conntrack_buffer_bytes = 4096);
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

/// Somebody turns the kernel's events of tracking off, and on again.
#[test]
fn tracking_goes_on_without_events() {
    let name = "tracking_goes_on_without_events";
    let Some(prefix) = machine(name, 207, Bed::translate) else { return };
    let mut probe = Probe::new();
    probe.look();
    let _server = serve(&prefix, "b", 9000);
    for (setting, is_told) in [("0", true), ("1", false)] {
        run(&format!("sysctl -qw net.netfilter.nf_conntrack_events={setting}"));
        until("the switch is noticed", || {
            probe.look();
            let mut warnings = probe.seen.warnings.iter();
            let told = warnings.any(|one| one.starts_with("conntrack events are off"));
            (told == is_told).then_some(())
        });
        let client = start(&prefix, "a", "busybox nc 10.207.1.1 8080");
        let id = probe.edge(&client.pid(), ";10.207.2.2;9000");
        assert!(id.starts_with(";10.207.1.2;"), "{id}");
    }
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

/// With a small income the probe lives on what it has to begin with, until that is spent.
#[test]
fn a_budget_that_is_used_up_is_said_and_does_not_blind() {
    let name = "a_budget_that_is_used_up_is_said_and_does_not_blind";
    let Some(prefix) = machine(name, 208, |_| {}) else { return };
    let mut probe = Probe::with(|config| config.sweep_core_share = 0.05);
    let note = |probe: &Probe| {
        let host = probe.seen.report.topology(TopologyKind::Host).nodes.values().next()?.clone();
        host.fact("host_observation").map(str::to_owned)
    };
    probe.look();
    let first = note(&probe).unwrap();
    assert!(first.contains("netlink sweep every "), "{first}");
    until("the host says that it is looked at more rarely", || {
        (0..200).for_each(|_| probe.look());
        note(&probe)?.contains(", sampling every ").then_some(())
    });
    // What happens meanwhile is seen when the next look can be paid.
    let _server = serve(&prefix, "b", 7000);
    let client = start(&prefix, "a", "busybox nc 10.208.2.2 7000");
    probe.edge(&client.pid(), ";10.208.2.2;7000");
}
