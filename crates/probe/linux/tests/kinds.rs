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
use scope_report::{EdgeSide, Text, TopologyKind};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Set when the program only plays a part; its value says which.
const ACTOR: &str = "SCOPE_LINUX_ACTOR";

/// Plays a part until its input ends; its output says when it has begun.
#[test]
fn actor() {
    let Ok(part) = std::env::var(ACTOR) else { return };
    let words: Vec<&str> = part.split(' ').collect();
    let begun = || println!("begun");
    let wait = || drop(std::io::stdin().read_to_end(&mut Vec::new()));
    match *words.as_slice() {
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
            let _held: Vec<_> = listener.incoming().map(Result::unwrap).collect();
        }
        ["tcp", other] => {
            let mut stream = TcpStream::connect(other).unwrap();
            begun();
            let _ = stream.read_to_end(&mut Vec::new());
        }
        ["tcp-serve", own] => {
            let listener = TcpListener::bind(own).unwrap();
            begun();
            let _held: Vec<_> = listener.incoming().map(Result::unwrap).collect();
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
        ["tcp-ask", other] => {
            begun();
            let other: SocketAddr = other.parse().unwrap();
            let _ = TcpStream::connect_timeout(&other, Duration::from_secs(60));
            wait();
        }
        _ => panic!("no such part: {part}"),
    }
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
    let name = "unix_sockets_are_told_between_processes";
    let Some(prefix) = machine(name, 214, |_| {}) else { return };
    let path = std::env::temp_dir().join(format!("{prefix}.sock"));
    let path = path.to_str().unwrap();
    let server = act(&prefix, "b", &format!("unix-serve {path}"));
    // From another network namespace, as a container with the engine's socket mounted.
    let client = act(&prefix, "a", &format!("unix {path}"));
    let mut probe = Probe::new();
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

/// `bytes_acked`, `bytes_received` and `rtt` of the connection to `port` as `ss` tells them.
fn ss(prefix: &str, role: &str, filter: &str) -> (f64, f64, f64) {
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
    (number("bytes_acked:"), number("bytes_received:"), number("rtt:"))
}

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
    let filter = "dport = :7200";
    // Both ask over the same seconds: each new figure with what went by since the last.
    let mut before: Option<(scope_report::Timestamp, f64)> = None;
    let mut compared = 0;
    until("three figures were compared", || {
        probe.look();
        let (date, value, rtt_ms) = told(&probe, "client")?;
        if before.is_none_or(|(last, _)| last != date) {
            let (_, received, rtt) = ss(&prefix, "a", filter);
            if let Some((last, bytes)) = before {
                let nanos = date.unix_nanos() - last.unix_nanos();
                let secs = Duration::from_nanos(u64::try_from(nanos).unwrap()).as_secs_f64();
                let rate = (received - bytes) / secs;
                println!("received {value:.0} B/s, ss {rate:.0}; rtt {rtt_ms:.3} ms, ss {rtt:.3}");
                assert!((value - rate).abs() <= rate * 0.25, "{value} {rate}");
                compared += 1;
            }
            before = Some((date, received));
        }
        (compared == 3).then_some(())
    });
    // The server's side tells the same from the client's point of view.
    let (_, from_client, _) = told(&probe, "client").unwrap();
    let (_, from_server, _) = told(&probe, "server").unwrap();
    assert!((from_client - from_server).abs() <= from_client * 0.05 + 20_000.0);
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
