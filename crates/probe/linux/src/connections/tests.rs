//! Directions, joins and elision on connections made by hand.

use super::*;
use crate::conntrack::{KnownFlow, Tuple};

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn socket(local: &str, remote: &str, inode: u64) -> TcpSocket {
    TcpSocket { local: address(local), remote: address(remote), listens: false, inode }
}

fn listener(local: &str) -> TcpSocket {
    TcpSocket { local: address(local), remote: address("0.0.0.0:0"), listens: true, inode: 1 }
}

fn flow(source: &str, destination: &str, reply_source: &str, reply_destination: &str) -> Flow {
    let tuple =
        |source, destination| Tuple { source: address(source), destination: address(destination) };
    Flow { original: tuple(source, destination), reply: tuple(reply_source, reply_destination) }
}

fn known(flows: &[Flow], fresh: bool) -> Vec<KnownFlow> {
    flows.iter().map(|flow| KnownFlow { flow: *flow, fresh }).collect()
}

/// Each socket is held by a process whose id is its inode.
#[track_caller]
fn check(sockets: &[(u64, &[TcpSocket])], flows: &[Flow], expect: &[&str]) {
    let holders: HashMap<u64, [Owner; 1]> = (1..100)
        .map(|inode| (inode, [Owner { start_ticks: 1, pid: u32::try_from(inode).unwrap() }]))
        .collect();
    let sources = Sources {
        sockets: sockets.to_vec(),
        flows: known(flows, true),
        host_namespace: 1,
        addresses: Vec::new(),
    };
    let told: Vec<String> =
        connections(&sources, |inode| &holders[&inode], &mut Servers::default())
            .into_iter()
            .map(|(key, ends)| {
                let pid =
                    |owner: Option<Owner>| owner.map_or("-".into(), |one| one.pid.to_string());
                let (client, server) = (pid(ends.client), pid(ends.server));
                format!(
                    "{} ({client}) -> {} ({server}) in {}",
                    key.client, key.server, key.namespace
                )
            })
            .collect();
    assert_eq!(told, expect);
}

#[test]
fn listener_tells_the_server_even_on_the_higher_port() {
    let client = [socket("10.0.0.1:80", "10.0.0.2:9000", 5)];
    let server = [listener("[::]:9000"), socket("10.0.0.2:9000", "10.0.0.1:80", 6)];
    let expect = ["10.0.0.1:80 (5) -> 10.0.0.2:9000 (6) in 0"];
    check(&[(1, &client), (2, &server)], &[], &expect);
}

#[test]
fn loopback_stays_in_its_namespace() {
    let both = [
        listener("127.0.0.1:80"),
        socket("127.0.0.1:4000", "127.0.0.1:80", 5),
        socket("127.0.0.1:80", "127.0.0.1:4000", 6),
    ];
    let expect = [
        "127.0.0.1:4000 (5) -> 127.0.0.1:80 (6) in 1",
        "127.0.0.1:4000 (5) -> 127.0.0.1:80 (6) in 2",
    ];
    check(&[(1, &both), (2, &both)], &[], &expect);
}

#[test]
fn flow_tells_the_direction_without_a_listener() {
    let sockets = [socket("10.0.0.1:80", "10.0.0.2:9000", 5)];
    let ours = flow("10.0.0.1:80", "10.0.0.2:9000", "10.0.0.2:9000", "10.0.0.1:80");
    check(&[(1, &sockets)], &[ours], &["10.0.0.1:80 (5) -> 10.0.0.2:9000 (-) in 0"]);
    let theirs = flow("10.0.0.2:9000", "10.0.0.1:80", "10.0.0.1:80", "10.0.0.2:9000");
    check(&[(1, &sockets)], &[theirs], &["10.0.0.2:9000 (-) -> 10.0.0.1:80 (5) in 0"]);
}

#[test]
fn lower_port_serves_when_nothing_else_tells() {
    let sockets = [socket("10.0.0.1:9000", "10.0.0.2:80", 5)];
    check(&[(1, &sockets)], &[], &["10.0.0.1:9000 (5) -> 10.0.0.2:80 (-) in 0"]);
}

#[test]
fn published_port_with_masquerade_is_one_connection() {
    // A container talks to a published port of its own host: both ends are rewritten.
    let client = [socket("172.17.0.3:5000", "10.0.0.1:8080", 5)];
    let server = [listener("0.0.0.0:80"), socket("172.17.0.2:80", "172.17.0.1:5000", 6)];
    let hairpin = flow("172.17.0.3:5000", "10.0.0.1:8080", "172.17.0.2:80", "172.17.0.1:5000");
    let expect = ["172.17.0.3:5000 (5) -> 172.17.0.2:80 (6) in 0"];
    check(&[(2, &client), (3, &server)], &[hairpin], &expect);
}

#[test]
fn flows_without_sockets_are_connections_of_nobody() {
    let short = flow("10.0.0.1:5000", "10.0.0.2:80", "10.0.0.2:80", "10.0.0.1:5000");
    let lo = flow("127.0.0.1:5000", "127.0.0.1:80", "127.0.0.1:80", "127.0.0.1:5000");
    let expect = [
        "10.0.0.1:5000 (-) -> 10.0.0.2:80 (-) in 0",
        "127.0.0.1:5000 (-) -> 127.0.0.1:80 (-) in 1",
    ];
    check(&[], &[short, lo], &expect);
}

#[test]
fn flows_that_outlived_their_sockets_are_over() {
    let sockets = [listener("10.0.0.2:80")];
    let swept = flow("10.0.0.1:5000", "10.0.0.2:80", "10.0.0.2:80", "10.0.0.1:5000");
    let forwarded = flow("10.9.0.1:5000", "10.9.0.2:80", "10.9.0.2:80", "10.9.0.1:5000");
    let told = |fresh| {
        let flows = known(&[swept, forwarded], fresh);
        let sources = Sources {
            sockets: vec![(1, &sockets)],
            flows,
            host_namespace: 1,
            addresses: Vec::new(),
        };
        connections(&sources, |_| &[], &mut Servers::default())
            .into_keys()
            .map(|key| key.client)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(true), [swept.client(), forwarded.client()]);
    assert_eq!(told(false), [forwarded.client()]);
}

#[test]
fn youngest_serves_and_oldest_connects() {
    let owners = [Owner { start_ticks: 9, pid: 3 }, Owner { start_ticks: 1, pid: 7 }];
    let server = [listener("0.0.0.0:80"), socket("10.0.0.2:80", "10.0.0.1:4000", 5)];
    let client = [socket("10.0.0.1:4000", "10.0.0.2:80", 6)];
    let sources = Sources {
        sockets: vec![(1, &server), (2, &client)],
        flows: vec![],
        host_namespace: 1,
        addresses: Vec::new(),
    };
    let ends =
        connections(&sources, |_| &owners, &mut Servers::default()).into_values().next().unwrap();
    assert_eq!((ends.client.unwrap().pid, ends.server.unwrap().pid), (7, 3));
}

fn owner(pid: u32) -> Owner {
    Owner { start_ticks: u64::from(pid), pid }
}

/// A prefork server (20 forked 21 and 22) on all addresses of namespace 2; the server told of its
/// connections while inode 6 is held by `serving`, or of a flow alone.
#[track_caller]
fn check_prefork(servers: &mut Servers, serving: Option<u32>, expect: u32) {
    let group = [owner(20), owner(21), owner(22), owner(1)];
    let accepted = serving.map(|pid| [owner(pid)]);
    let listens = TcpSocket { inode: 5, ..listener("[::]:80") };
    let sockets = [listens, socket("10.0.0.2:80", "10.0.0.1:4000", 6)];
    let sockets = if serving.is_some() { &sockets[..] } else { &sockets[..1] };
    let short = flow("10.0.0.1:5000", "10.0.0.2:80", "10.0.0.2:80", "10.0.0.1:5000");
    let ips = [address("10.0.0.2:0").ip()];
    let sources = Sources {
        sockets: vec![(2, sockets)],
        flows: known(&[short], true),
        host_namespace: 1,
        addresses: vec![(2, &ips)],
    };
    let holders = |inode| match (inode, &accepted) {
        (5, _) => &group[..],
        (6, Some(serving)) => &serving[..],
        _ => &[],
    };
    let told = connections(&sources, holders, servers);
    assert!(told.values().all(|ends| ends.server == Some(owner(expect))), "{told:?}");
}

#[test]
fn a_short_connection_is_served_by_who_listens() {
    let mut servers = Servers::default();
    check_prefork(&mut servers, None, 20);
    // Who was seen to serve is preferred, and does not change with each connection.
    check_prefork(&mut servers, Some(22), 22);
    check_prefork(&mut servers, None, 22);
    check_prefork(&mut servers, Some(21), 21);
    check_prefork(&mut servers, Some(22), 21);
    check_prefork(&mut servers, None, 21);
}

#[test]
fn an_address_of_several_namespaces_has_no_server() {
    let listeners = [listener("0.0.0.0:80")];
    let ips = [address("10.0.0.2:0").ip()];
    let short = flow("10.0.0.1:5000", "10.0.0.2:80", "10.0.0.2:80", "10.0.0.1:5000");
    let sources = Sources {
        sockets: vec![(2, &listeners), (3, &listeners)],
        flows: known(&[short], true),
        host_namespace: 1,
        addresses: vec![(2, &ips), (3, &ips)],
    };
    let holder = [owner(7)];
    let told = connections(&sources, |_| &holder, &mut Servers::default());
    assert!(told.values().all(|ends| ends.server.is_none()));
}

/// The client ports that are told of `ports`, with what they stand for.
#[track_caller]
fn check_elided(ports: impl IntoIterator<Item = u16>, expect: &[(u16, usize)]) {
    let key = |port| ConnectionKey {
        client: SocketAddr::new(address("10.0.0.1:0").ip(), port),
        server: address("10.0.0.2:80"),
        namespace: 0,
    };
    let all = ports.into_iter().map(|port| (key(port), Ends::default())).collect();
    let told: Vec<_> =
        elide(&all).into_iter().map(|one| (one.key.client.port(), one.count)).collect();
    assert_eq!(told, expect);
}

#[test]
fn elides_by_powers_of_three() {
    check_elided(1..=5, &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
    check_elided(1..=10, &[(3, 4), (6, 3), (9, 3)]);
    check_elided(1..=27, &[(9, 9), (18, 9), (27, 9)]);
    check_elided(1..=20, &[(3, 4), (6, 4), (9, 4), (12, 4), (18, 4)]);
    check_elided([1, 2, 4, 5, 7, 8], &[(1, 2), (2, 1), (4, 1), (5, 1), (7, 1)]);
}
