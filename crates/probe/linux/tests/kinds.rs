//! The reporters against real sockets of every kind: each is told once, between the right two
//! processes, with what it carries.
//!
//! Each test is the whole machine of a router namespace (see `bed`); processes in the namespaces
//! beside it are this program again, as an actor. Needs root, `ip`, `iptables`, `busybox`, `ss`,
//! `unshare`; without root it says so and passes.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may fail; the lint knows only the bodies of test functions"
)]

#[path = "bed/bed.rs"]
mod bed;

use bed::{Bed, Probe, Running, machine, run, start, until};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use scope_linux::LinuxConfig;
use scope_report::{EdgeSide, Text, TopologyKind};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Longer than a test takes.
const MINUTE: Duration = Duration::from_secs(60);

/// Set when the program only plays a part; its value says which.
const ACTOR: &str = "SCOPE_LINUX_ACTOR";

/// Plays a part until its input ends; its output says when it has begun.
#[test]
fn actor() {
    let Ok(part) = std::env::var(ACTOR) else { return };
    match *part.split(' ').collect::<Vec<_>>().as_slice() {
        ["udp", own, other] => {
            let socket = UdpSocket::bind(own).unwrap();
            socket.connect(other).unwrap();
            socket.send(b"hello").unwrap();
            begun();
            wait();
        }
        ["udp-unconnected", own, other] => {
            let socket = UdpSocket::bind(own).unwrap();
            socket.send_to(b"hello", other).unwrap();
            socket.recv(&mut [0; 16]).unwrap();
            begun();
            wait();
        }
        ["udp-serve", own] => {
            let socket = UdpSocket::bind(own).unwrap();
            begun();
            let mut bytes = [0; 16];
            while let Ok((count, from)) = socket.recv_from(&mut bytes) {
                let _ = socket.send_to(&bytes[..count], from);
            }
        }
        ["unix", path] => {
            let _stream = UnixStream::connect(path).unwrap();
            begun();
            wait();
        }
        ["unix-serve", path] => {
            let listener = UnixListener::bind(path).unwrap();
            begun();
            // They never end: collecting them would ask for room for that many.
            let mut held = Vec::new();
            listener.incoming().for_each(|stream| held.push(stream.unwrap()));
        }
        ref words => act_tcp(words),
    }
}

fn act_tcp(words: &[&str]) {
    match *words {
        ["tcp", other] => {
            let mut stream = TcpStream::connect(other).unwrap();
            begun();
            let _ = stream.read_to_end(&mut Vec::new());
        }
        ["tcp-serve", own] => {
            let listener = TcpListener::bind(own).unwrap();
            begun();
            // They never end: collecting them would ask for room for that many.
            let mut held = Vec::new();
            listener.incoming().for_each(|stream| held.push(stream.unwrap()));
        }
        ["tcp-drop", own] => {
            let listener = TcpListener::bind(own).unwrap();
            begun();
            listener.incoming().for_each(drop);
        }
        ["tcp-pump", own, bytes_per_tick] => {
            let listener = TcpListener::bind(own).unwrap();
            begun();
            let (mut stream, _) = listener.accept().unwrap();
            let bytes = vec![7; bytes_per_tick.parse().unwrap()];
            while stream.write_all(&bytes).is_ok() {
                std::thread::park_timeout(Duration::from_millis(10));
            }
        }
        // Many connections one after the other, each over at once; the process ends with them.
        ["tcp-many", other, count] => {
            begun();
            // It waits for the word, so that the probe is ready.
            std::io::stdin().read_exact(&mut [0]).unwrap();
            for _ in 0..count.parse::<u32>().unwrap() {
                drop(TcpStream::connect(other));
            }
        }
        ["tcp-ask", other] => {
            begun();
            let other: SocketAddr = other.parse().unwrap();
            let _ = TcpStream::connect_timeout(&other, Duration::from_secs(60));
            wait();
        }
        _ => panic!("no such part: {words:?}"),
    }
}

fn begun() {
    println!("begun");
}

/// Waits until the input ends.
fn wait() {
    drop(std::io::stdin().read_to_end(&mut Vec::new()));
}

/// Starts an actor in the namespace of `role` and waits until it has begun.
fn act(prefix: &str, role: &str, part: &str) -> Running {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new("ip")
        .args(["netns", "exec", &format!("{prefix}{role}")])
        .arg(program)
        .args(["--exact", "actor", "--nocapture"])
        .env(ACTOR, part)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    let output = child.stdout.as_mut().unwrap();
    while !said.ends_with(b"begun") && output.read(&mut byte).unwrap() > 0 {
        said.extend(byte);
    }
    assert!(said.ends_with(b"begun"), "{part}: {}", String::from_utf8_lossy(&said));
    Running(child)
}

/// A probe that follows the kernel's events, or nothing where those are not to be had.
fn kernel_probe(ring_bytes: u32) -> Option<Probe> {
    kernel_probe_with(|config| config.kernel_ring_bytes = ring_bytes)
}

fn kernel_probe_with(change: impl FnOnce(&mut LinuxConfig)) -> Option<Probe> {
    let mut probe = Probe::with(|config| {
        config.kernel_events = true;
        change(config);
    });
    probe.look();
    let absent = probe.seen.warnings.iter().find(|one| one.starts_with("no kernel events"));
    if let Some(absent) = absent {
        println!("skipped (kernel): {absent}");
        return None;
    }
    Some(probe)
}

/// Says the word to an actor that waits for it, and waits until it ended.
fn say_the_word(actor: &mut Running) {
    actor.0.stdin.take().unwrap().write_all(b"!").unwrap();
    actor.0.wait().unwrap();
}

/// Adds what the client's side of edges to `server` told since `told` was last asked.
fn add_figures(
    probe: &Probe,
    server: &str,
    told: &mut std::collections::BTreeMap<(Text, &'static str, i128), f64>,
) {
    for node in probe.endpoints() {
        let side = node.edges.get(server).and_then(|edge| edge.sides.get("host;client"));
        for id in ["opened", "failed"] {
            let metric = side.and_then(|side| side.metrics.get(id));
            for sample in metric.iter().flat_map(|metric| &metric.samples) {
                told.insert((node.id.clone(), id, sample.date.unix_nanos()), sample.value);
            }
        }
    }
}

/// What the reporters say of the side `end` of the edge from `client` to `server`.
fn side(probe: &Probe, client: &str, server: &str, end: &str) -> Option<EdgeSide> {
    let edge = probe.endpoint(client)?.edges.get(server)?;
    edge.sides.get(&format!("host;{end}")).cloned()
}

/// The process that an endpoint is told to be of.
fn pid(probe: &Probe, id: &str) -> Option<String> {
    Some(probe.endpoint(id)?.fact("pid")?.to_owned())
}

fn figure(side: &EdgeSide, id: &str) -> Option<f64> {
    Some(side.metrics.get(id)?.last()?.value)
}

#[test]
fn udp_is_told_between_processes() {
    let Some(prefix) = machine("udp_is_told_between_processes", 211, |_| {}) else { return };
    let server = act(&prefix, "b", "udp-serve 10.211.2.2:5353");
    let client = act(&prefix, "a", "udp 10.211.1.2:40001 10.211.2.2:5353");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";10.211.2.2;5353/udp");
    assert_eq!(id, ";10.211.1.2;40001/udp");
    until("the server is known", || {
        probe.look();
        (pid(&probe, ";10.211.2.2;5353/udp") == Some(server.pid())).then_some(())
    });
    let processes = &probe.seen.report.topology(TopologyKind::Process).nodes;
    let listens = processes.get(format!("host;{}", server.pid()).as_str()).unwrap();
    assert!(listens.sets.get("listening").unwrap().contains("udp 10.211.2.2:5353"));
    let six = act(&prefix, "b", "udp-serve [::1]:5353");
    let client = act(&prefix, "b", "udp [::1]:40002 [::1]:5353");
    let link = std::fs::read_link(format!("/proc/{}/ns/net", six.pid())).unwrap();
    let inode: String = link.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    probe.edge(&client.pid(), &format!("host-{inode};::1;5353/udp"));
}

#[test]
fn udp_without_connect_is_told_by_tracking() {
    let name = "udp_without_connect_is_told_by_tracking";
    let Some(prefix) = machine(name, 212, Bed::translate) else { return };
    let mut probe = Probe::new();
    probe.look();
    let server = act(&prefix, "b", "udp-serve 10.212.2.2:5353");
    let client = act(&prefix, "a", "udp-unconnected 10.212.1.2:40001 10.212.2.2:5353");
    // The router translates the client's address, as in every test with this bed.
    let id = probe.edge(&client.pid(), ";10.212.2.2;5353/udp");
    assert_eq!(id, ";10.212.1.2;40001/udp");
    // It does not flap: the kernel tracks it, and says nothing more of it.
    for _ in 0..20 {
        probe.look();
        assert_eq!(pid(&probe, &id), Some(client.pid()));
        assert_eq!(pid(&probe, ";10.212.2.2;5353/udp"), Some(server.pid()));
    }
}

#[test]
fn versions_of_ip_do_not_matter() {
    let Some(prefix) = machine("versions_of_ip_do_not_matter", 213, |_| {}) else { return };
    let (a, m, b) = (format!("{prefix}a"), format!("{prefix}m"), format!("{prefix}b"));
    run(&format!("ip -n {a} addr add fd00:213::a/64 dev v0 nodad"));
    run(&format!("ip -n {m} addr add fd00:213::1/64 dev va nodad"));
    run(&format!("ip -n {b} link set lo up"));
    let server = act(&prefix, "m", "tcp-serve [::]:7100");
    let client = act(&prefix, "a", "tcp [fd00:213::1]:7100");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";fd00:213::1;7100");
    assert!(id.starts_with(";fd00:213::a;"), "{id}");
    assert_eq!(pid(&probe, ";fd00:213::1;7100"), Some(server.pid()));
    // A server of both versions is asked over the older one.
    let client = act(&prefix, "a", "tcp 10.213.1.1:7100");
    let id = probe.edge(&client.pid(), ";10.213.1.1;7100");
    assert!(id.starts_with(";10.213.1.2;"), "{id}");
    assert_eq!(pid(&probe, ";10.213.1.1;7100"), Some(server.pid()));
}

#[test]
fn unix_sockets_are_told_between_processes() {
    unix_sockets("unix_sockets_are_told_between_processes", 214, || Some(Probe::new()));
}

#[test]
fn unix_sockets_are_in_the_kernels_list() {
    unix_sockets("unix_sockets_are_in_the_kernels_list", 221, || kernel_probe(1 << 20));
}

fn unix_sockets(name: &str, subnet: u8, probe: impl FnOnce() -> Option<Probe>) {
    let Some(prefix) = machine(name, subnet, |_| {}) else { return };
    let path = std::env::temp_dir().join(format!("{prefix}.sock"));
    let path = path.to_str().unwrap();
    let server = act(&prefix, "b", &format!("unix-serve {path}"));
    // From another network namespace, as a container with the engine's socket mounted.
    let client = act(&prefix, "a", &format!("unix {path}"));
    let Some(mut probe) = probe() else { return };
    let (from, to) = until("the client is known", || {
        probe.look();
        let from = probe.endpoints().find(|node| {
            node.fact("pid") == Some(client.pid().as_str()) && node.fact("unix_path") == Some(path)
        })?;
        Some((from.id.clone(), from.adjacency.iter().next()?.clone()))
    });
    let told: Vec<&Text> = probe
        .endpoints()
        .filter(|node| node.fact("unix_path") == Some(path))
        .map(|node| &node.id)
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(from.starts_with("host;unix;") && to.starts_with("host;unix;"));
    assert_eq!(pid(&probe, &to), Some(server.pid()));
    let open = side(&probe, &from, &to, "client").unwrap();
    assert_eq!(figure(&open, "open"), Some(1.0));
    std::fs::remove_file(path).unwrap();
}

/// No list is due for a minute: what comes and goes is noticed by itself.
#[test]
fn listeners_and_unix_clients_are_noticed_at_once() {
    let name = "listeners_and_unix_clients_are_noticed_at_once";
    let Some(prefix) = machine(name, 222, |_| {}) else { return };
    let path = std::env::temp_dir().join(format!("{prefix}.sock"));
    let path = path.to_str().unwrap();
    let server = act(&prefix, "b", &format!("unix-serve {path}"));
    let Some(mut probe) = kernel_probe_with(|config| config.load_interval = MINUTE) else { return };
    until("the first list is read", || {
        probe.look();
        listens_on(&probe, &server).contains(&format!("unix {path}")).then_some(())
    });
    let tcp = act(&prefix, "b", "tcp-serve 10.222.2.2:7000");
    let udp = act(&prefix, "b", "udp-serve 10.222.2.2:5353");
    let client = act(&prefix, "a", &format!("unix {path}"));
    // Those of the processes are told in the next look.
    (0..2).for_each(|_| probe.look());
    assert_eq!(listens_on(&probe, &tcp), ["tcp 10.222.2.2:7000"]);
    assert_eq!(listens_on(&probe, &udp), ["udp 10.222.2.2:5353"]);
    let pid = client.pid();
    let asks = |probe: &Probe| {
        let mut ends = probe.endpoints().filter(|node| node.fact("pid") == Some(pid.as_str()));
        ends.any(|node| !node.adjacency.is_empty())
    };
    assert!(asks(&probe));
    drop(client);
    until("the client is gone", || {
        probe.look();
        (!asks(&probe)).then_some(())
    });
    std::fs::remove_file(path).unwrap();
}

/// What a process is told to listen on.
fn listens_on(probe: &Probe, process: &Running) -> Vec<String> {
    let processes = &probe.seen.report.topology(TopologyKind::Process).nodes;
    let node = processes.get(format!("host;{}", process.pid()).as_str());
    let set = node.and_then(|node| node.sets.get("listening"));
    set.iter().flat_map(|set| set.iter()).map(ToString::to_string).collect()
}

#[test]
fn who_asks_in_vain_is_told() {
    let Some(prefix) = machine("who_asks_in_vain_is_told", 215, |bed| {
        let b = format!("{}b", bed.prefix);
        run(&format!("ip netns exec {b} iptables -A INPUT -p tcp --dport 9009 -j DROP"));
    }) else {
        return;
    };
    let client = act(&prefix, "a", "tcp-ask 10.215.2.2:9009");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";10.215.2.2;9009");
    assert_eq!(pid(&probe, ";10.215.2.2;9009"), None);
    let failed = side(&probe, &id, ";10.215.2.2;9009", "client").unwrap();
    assert_eq!((failed.state.as_str(), figure(&failed, "open")), ("failed", Some(0.0)));
}

#[test]
fn refused_attempts_are_told_by_tracking() {
    let name = "refused_attempts_are_told_by_tracking";
    let Some(prefix) = machine(name, 216, Bed::translate) else { return };
    let mut probe = Probe::new();
    probe.look();
    // Somebody listens there, so that the address is known; nobody does on the port.
    let _server = act(&prefix, "a", "tcp-serve 10.216.1.2:7000");
    probe.look();
    let mut client = start(&prefix, "a", "busybox nc 10.216.2.2 9010");
    client.0.wait().unwrap();
    let failed = until("the attempt is told", || {
        probe.look();
        let node = probe.endpoints().find(|one| one.adjacency.contains(";10.216.2.2;9010"))?;
        let edge = node.edges.get(";10.216.2.2;9010");
        Some(edge.and_then(|edge| edge.sides.get("host;client")).map(|one| one.state.clone()))
    });
    // The client's own address is known from what it listens on.
    assert!(failed.is_none_or(|state| state == "failed"));
}

/// `bytes_received` and `rtt` of a connection as `ss` tells them.
fn ss(prefix: &str, role: &str, filter: &str) -> (f64, f64) {
    let output = Command::new("ip")
        .args(["netns", "exec", &format!("{prefix}{role}"), "ss", "-tinHO"])
        .args(filter.split(' '))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |key: &str| -> f64 {
        let value = text.split(' ').find_map(|word| word.strip_prefix(key));
        value.and_then(|value| value.split('/').next()?.trim().parse().ok()).unwrap_or_default()
    };
    (number("bytes_received:"), number("rtt:"))
}

/// `ss` is asked before and after each look, so what the probe counted lies between the two,
/// however slow the machine is; beyond that, five per cent are allowed.
#[test]
fn figures_agree_with_ss() {
    let Some(prefix) = machine("figures_agree_with_ss", 217, |_| {}) else { return };
    let _server = act(&prefix, "b", "tcp-pump 10.217.2.2:7200 20000");
    let client = act(&prefix, "a", "tcp 10.217.2.2:7200");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";10.217.2.2;7200");
    let told = |probe: &Probe, end| {
        let side = side(probe, &id, ";10.217.2.2;7200", end)?;
        let received = side.metrics.get("received_bytes")?.last()?;
        Some((received.date, received.value, figure(&side, "rtt_ms")?))
    };
    let (mut first, mut last) = (None, None);
    let (mut counted, mut figures, mut rtt_agrees) = ([0.0, 0.0], 0, false);
    until("eight figures are told and a round trip agrees", || {
        let before = ss(&prefix, "a", "dport = :7200");
        probe.look();
        let after = ss(&prefix, "a", "dport = :7200");
        let (date, value, rtt_ms) = told(&probe, "client")?;
        let (_, from_server, _) = told(&probe, "server")?;
        let near = |rtt: f64| (rtt_ms - rtt).abs() <= rtt * 0.05;
        rtt_agrees |= near(before.1) || near(after.1);
        let (since, ..) = *last.get_or_insert((date, before.0, after.0));
        first.get_or_insert((before.0, after.0));
        if since != date {
            let nanos = u64::try_from(date.unix_nanos() - since.unix_nanos()).unwrap();
            let secs = Duration::from_nanos(nanos).as_secs_f64();
            counted = [counted[0] + value * secs, counted[1] + from_server * secs];
            figures += 1;
            last = Some((date, before.0, after.0));
        }
        (figures >= 8 && rtt_agrees).then_some(())
    });
    let ((least_first, most_first), (_, least_last, most_last)) = (first.unwrap(), last.unwrap());
    let (least, most) = (least_last - most_first, most_last - least_first);
    println!("received {counted:.0?} bytes by client and server side, ss {least:.0} to {most:.0}");
    // The server's side tells the same, from the client's point of view.
    for counted in counted {
        assert!(counted >= least * 0.95 && counted <= most * 1.05, "{least} {counted} {most}");
    }
}

/// The server namespace publishes a port of a network of its own, behind the router's translation.
#[test]
fn translations_in_a_row_are_followed() {
    let name = "translations_in_a_row_are_followed";
    let Some(prefix) = machine(name, 218, |bed| {
        bed.translate();
        let (b, c) = (format!("{}b", bed.prefix), format!("{}c", bed.prefix));
        run(&format!("ip netns add {c}"));
        run(&format!("ip -n {b} link add vc type veth peer name v0 netns {c}"));
        run(&format!("ip -n {b} addr add 10.218.3.1/24 dev vc"));
        run(&format!("ip -n {b} link set vc up"));
        run(&format!("ip -n {c} addr add 10.218.3.2/24 dev v0"));
        run(&format!("ip -n {c} link set v0 up"));
        run(&format!("ip -n {c} route add default via 10.218.3.1"));
        run(&format!("ip netns exec {b} sysctl -qw net.ipv4.ip_forward=1"));
        run(&format!(
            "ip netns exec {b} iptables -t nat -A PREROUTING -d 10.218.2.2 -p tcp --dport 9000 \
             -j DNAT --to-destination 10.218.3.2:9500"
        ));
        run(&format!(
            "ip netns exec {b} iptables -t nat -A POSTROUTING -d 10.218.3.2 -j MASQUERADE"
        ));
    }) else {
        return;
    };
    let server = act(&prefix, "c", "tcp-serve 10.218.3.2:9500");
    // Before the probe looks for the first time.
    let client = act(&prefix, "a", "tcp 10.218.1.1:8080");
    let mut probe = Probe::new();
    let id = probe.edge(&client.pid(), ";10.218.3.2;9500");
    assert!(id.starts_with(";10.218.1.2;"), "{id}");
    assert_eq!(pid(&probe, ";10.218.3.2;9500"), Some(server.pid()));
    assert_eq!(probe.endpoint(&id).unwrap().adjacency.len(), 1);
    let seen = side(&probe, &id, ";10.218.3.2;9500", "client").unwrap();
    let nat: Vec<&str> = seen.nat.iter().map(Text::as_str).collect();
    assert!(nat.contains(&"dnat 10.218.1.1:8080 to 10.218.2.2:9000"), "{nat:?}");
    assert!(nat.contains(&"dnat 10.218.2.2:9000 to 10.218.3.2:9500"), "{nat:?}");
    let copy = probe.endpoint(";10.218.1.1;8080").unwrap();
    assert_eq!(copy.fact("copy_of"), Some(";10.218.3.2;9500"));
    // Nothing else than copies stands beside the one connection.
    let others = probe.endpoints().filter(|one| {
        one.fact("copy_of").is_none() && (one.id.contains("10.218.") && !one.adjacency.is_empty())
    });
    assert_eq!(others.count(), 1);
    run(&format!("ip netns del {prefix}c"));
}

#[test]
fn short_connections_have_their_process() {
    let name = "short_connections_have_their_process";
    let Some(prefix) = machine(name, 219, |_| {}) else { return };
    let Some(mut probe) = kernel_probe(1 << 20) else { return };
    let server = act(&prefix, "b", "tcp-drop 10.219.2.2:7300");
    let mut client = act(&prefix, "a", "tcp-many 10.219.2.2:7300 200");
    until("the server is swept", || {
        probe.look();
        let processes = &probe.seen.report.topology(TopologyKind::Process).nodes;
        processes.get(format!("host;{}", server.pid()).as_str())?.sets.get("listening").map(drop)
    });
    say_the_word(&mut client);
    let mut told = std::collections::BTreeMap::new();
    until("all of them are told", || {
        probe.look();
        for node in probe.endpoints().filter(|one| one.adjacency.contains(";10.219.2.2;7300")) {
            assert_eq!(node.fact("pid"), Some(client.pid().as_str()), "{}", node.id);
        }
        add_figures(&probe, ";10.219.2.2;7300", &mut told);
        (told.values().sum::<f64>() >= 200.0).then_some(())
    });
    assert_eq!(told.values().sum::<f64>(), 200.0);
    assert_eq!(pid(&probe, ";10.219.2.2;7300"), Some(server.pid()));
    // They were told as few, not as two hundred.
    let clients: std::collections::BTreeSet<_> = told.keys().map(|(id, ..)| id).collect();
    assert!(clients.len() <= 12, "{clients:?}");
    // The process is over, and told all the same.
    let processes = &probe.seen.report.topology(TopologyKind::Process).nodes;
    let process = processes.get(format!("host;{}", client.pid()).as_str());
    assert!(process.is_some_and(|one| one.fact("name").is_some_and(|name| !name.is_empty())));
    // The refused are told as such.
    let mut client = act(&prefix, "a", "tcp-many 10.219.2.2:7301 20");
    say_the_word(&mut client);
    let mut told = std::collections::BTreeMap::new();
    until("the refused are told", || {
        probe.look();
        add_figures(&probe, ";10.219.2.2;7301", &mut told);
        let failed = told.iter().filter(|((_, id, _), _)| *id == "failed").map(|(_, value)| value);
        (failed.sum::<f64>() >= 20.0).then_some(())
    });
    assert_eq!(told.values().sum::<f64>(), 20.0);
}

/// Files become so scarce that the kernel's list cannot be opened, but `/proc` can be read.
#[test]
fn the_kernels_list_is_done_without_and_taken_up_again() {
    let name = "the_kernels_list_is_done_without_and_taken_up_again";
    let Some(prefix) = machine(name, 223, |_| {}) else { return };
    let Some(mut probe) = kernel_probe(1 << 20) else { return };
    let _server = act(&prefix, "b", "tcp-serve 10.223.2.2:7500");
    let observed = |probe: &Probe| {
        let hosts = &probe.seen.report.topology(TopologyKind::Host).nodes;
        hosts.values().find_map(|node| Some(node.fact("host_observation")?.to_owned()))
    };
    let is_failure = |one: &String| one.starts_with("no list of sockets (");
    let limit = getrlimit(Resource::Nofile);
    for way in ["kernel socket list", "netlink sweep", "kernel socket list"] {
        let client = act(&prefix, "a", "tcp 10.223.2.2:7500");
        // The lowest number that no file has, and so no new one may have.
        let spare = std::fs::File::open("/dev/null").unwrap().as_raw_fd();
        let spare = u64::try_from(spare).unwrap();
        let mut more = 0;
        let is_list = way.starts_with("kernel");
        until("the way is told", || {
            // How few files are too few for the list, and enough for `/proc`, is found by trying.
            more = (more + 1) % 4;
            let scarce = Rlimit { current: Some(spare + more), ..limit };
            setrlimit(Resource::Nofile, if is_list { limit } else { scarce }).unwrap();
            let is_seen = probe.try_look();
            setrlimit(Resource::Nofile, limit).unwrap();
            observed(&probe).filter(|text| is_seen && text.contains(way))
        });
        assert_eq!(probe.seen.warnings.iter().any(is_failure), !is_list);
        probe.edge(&client.pid(), ";10.223.2.2;7500");
    }
}

#[test]
fn lost_kernel_events_are_told_and_healed() {
    let name = "lost_kernel_events_are_told_and_healed";
    let Some(prefix) = machine(name, 220, |_| {}) else { return };
    let Some(mut probe) = kernel_probe(4096) else { return };
    let _server = act(&prefix, "b", "tcp-serve 10.220.2.2:7400");
    let mut many = act(&prefix, "a", "tcp-many 10.220.2.2:7400 500");
    say_the_word(&mut many);
    let lasting = act(&prefix, "a", "tcp 10.220.2.2:7400");
    probe.look();
    let warnings = &probe.seen.warnings;
    assert!(warnings.iter().any(|one| one.starts_with("kernel events lost")), "{warnings:?}");
    probe.edge(&lasting.pid(), ";10.220.2.2;7400");
    probe.look();
    let warnings = &probe.seen.warnings;
    assert!(!warnings.iter().any(|one| one.starts_with("kernel events lost")), "{warnings:?}");
}
