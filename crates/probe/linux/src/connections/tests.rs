//! Directions, joins and elision on connections made by hand.

use super::*;
use crate::conntrack::{Flow, KnownFlow, Tuple};
use crate::translation::routes;
use std::collections::{BTreeMap, HashMap};

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn socket(local: &str, remote: &str, inode: u64) -> Socket {
    Socket {
        transport: Transport::Tcp,
        local: address(local),
        remote: address(remote),
        state: SocketState::Open,
        inode,
    }
}

fn listener(local: &str) -> Socket {
    Socket { state: SocketState::Listening, ..socket(local, "0.0.0.0:0", 1) }
}

fn udp(socket: Socket) -> Socket {
    Socket { transport: Transport::Udp, ..socket }
}

fn flow(source: &str, destination: &str, reply_source: &str, reply_destination: &str) -> Flow {
    let tuple = |source, destination| Tuple {
        transport: Transport::Tcp,
        source: address(source),
        destination: address(destination),
    };
    Flow { original: tuple(source, destination), reply: tuple(reply_source, reply_destination) }
}

fn over_udp(mut flow: Flow) -> Flow {
    (flow.original.transport, flow.reply.transport) = (Transport::Udp, Transport::Udp);
    flow
}

fn known(flows: &[Flow], fresh: bool) -> Vec<Route> {
    routes(flows.iter().map(|flow| (1, KnownFlow { flow: *flow, fresh, refused: false })).collect())
}

fn tables<'a>(sockets: &[(u64, &'a [Socket])]) -> Vec<Table<'a>> {
    let table = |(namespace, sockets): &(u64, &'a [Socket])| Table {
        namespace: *namespace,
        sockets,
        witness: Witness::Sockets,
    };
    sockets.iter().map(table).collect()
}

static NONE_IN_VAIN: std::sync::LazyLock<HashSet<ConnectionKey, Seeded>> =
    std::sync::LazyLock::new(HashSet::default);

static NONE_STUCK: std::sync::LazyLock<FxHashSet<u64>> =
    std::sync::LazyLock::new(FxHashSet::default);

fn sources<'a>(sockets: &[(u64, &'a [Socket])], routes: Vec<Route>) -> Sources<'a> {
    Sources {
        tables: tables(sockets),
        routes,
        addresses: Vec::new(),
        stuck: &NONE_STUCK,
        asked_in_vain: &NONE_IN_VAIN,
        datagrams: Vec::new(),
        observed: Vec::new(),
        closed: Vec::new(),
    }
}

fn describe(connections: &Connections) -> Vec<String> {
    let ordered: BTreeMap<_, _> = connections.iter().collect();
    ordered
        .iter()
        .map(|(key, one)| {
            let pid = |owner: Option<Owner>| owner.map_or("-".into(), |one| one.pid.to_string());
            let (client, server) = (pid(one.ends.client), pid(one.ends.server));
            format!("{} ({client}) -> {} ({server}) in {}", key.client, key.server, key.namespace)
        })
        .collect()
}

/// Each socket is held by a process whose id is its inode.
#[track_caller]
fn check(sockets: &[(u64, &[Socket])], flows: &[Flow], expect: &[&str]) {
    let holders: HashMap<u64, [Owner; 1]> = (1..100)
        .map(|inode| (inode, [Owner { start_ticks: 1, pid: u32::try_from(inode).unwrap() }]))
        .collect();
    let sources = sources(sockets, known(flows, true));
    let told = connections(&sources, |inode| &holders[&inode], &mut Servers::default()).connections;
    assert_eq!(describe(&told), expect);
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
        let sources = sources(&[(1, &sockets)], known(&[swept, forwarded], fresh));
        connections(&sources, |_| &[], &mut Servers::default())
            .connections
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
    let sources = sources(&[(1, &server), (2, &client)], Vec::new());
    let told = connections(&sources, |_| &owners, &mut Servers::default()).connections;
    let ends = told.into_values().next().unwrap().ends;
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
    let listens = Socket { inode: 5, ..listener("[::]:80") };
    let sockets = [listens, socket("10.0.0.2:80", "10.0.0.1:4000", 6)];
    let sockets = if serving.is_some() { &sockets[..] } else { &sockets[..1] };
    let short = flow("10.0.0.1:5000", "10.0.0.2:80", "10.0.0.2:80", "10.0.0.1:5000");
    let ips = [address("10.0.0.2:0").ip()];
    let mut sources = sources(&[(2, sockets)], known(&[short], true));
    sources.addresses = vec![(2, &ips)];
    let holders = |inode| match (inode, &accepted) {
        (5, _) => &group[..],
        (6, Some(serving)) => &serving[..],
        _ => &[],
    };
    let told = connections(&sources, holders, servers).connections;
    assert!(told.values().all(|one| one.ends.server == Some(owner(expect))), "{told:?}");
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
    let mut sources = sources(&[(2, &listeners), (3, &listeners)], known(&[short], true));
    sources.addresses = vec![(2, &ips), (3, &ips)];
    let holder = [owner(7)];
    let told = connections(&sources, |_| &holder, &mut Servers::default()).connections;
    assert!(told.values().all(|one| one.ends.server.is_none()));
}

#[test]
fn protocols_do_not_mix() {
    let client = [socket("10.0.0.1:4000", "10.0.0.2:53", 5)];
    let both = [udp(socket("10.0.0.1:4000", "10.0.0.2:53", 6))];
    let expect = "10.0.0.1:4000 (5) -> 10.0.0.2:53 (-) in 0";
    let also = "10.0.0.1:4000 (6) -> 10.0.0.2:53 (-) in 0";
    check(&[(1, &client), (1, &both)], &[], &[expect, also]);
}

/// A name server (inode 3 on all addresses) and a client whose socket has no peer (inode 4).
#[test]
fn udp_without_peers_is_told_while_it_is_tracked() {
    let client = [udp(Socket { inode: 4, ..listener("10.0.0.1:4000") })];
    let server = [udp(Socket { inode: 3, ..listener("0.0.0.0:53") })];
    let (home, other) = ([address("10.0.0.1:0").ip()], [address("10.0.0.2:0").ip()]);
    let asks = over_udp(flow("10.0.0.1:4000", "10.0.0.2:53", "10.0.0.2:53", "10.0.0.1:4000"));
    let gone = over_udp(flow("10.0.0.1:4001", "10.0.0.2:53", "10.0.0.2:53", "10.0.0.1:4001"));
    let holders: HashMap<u64, [Owner; 1]> =
        (1..9u32).map(|pid| (u64::from(pid), [owner(pid)])).collect();
    let told = |fresh| {
        let mut sources = sources(&[(2, &client), (3, &server)], known(&[asks, gone], fresh));
        sources.addresses = vec![(2, &home), (3, &other)];
        let told =
            connections(&sources, |inode| &holders[&inode], &mut Servers::default()).connections;
        describe(&told)
    };
    let asks = "10.0.0.1:4000 (4) -> 10.0.0.2:53 (3) in 0";
    assert_eq!(told(true), [asks, "10.0.0.1:4001 (-) -> 10.0.0.2:53 (3) in 0"]);
    assert_eq!(told(false), [asks]);
}

#[test]
fn who_asks_in_vain_is_told_once_it_waits() {
    let asks =
        Socket { state: SocketState::Connecting, ..socket("10.0.0.1:4000", "10.0.0.9:80", 5) };
    let told = |stuck: &FxHashSet<u64>| {
        let sockets = [asks];
        let sources = Sources { stuck, ..sources(&[(1, &sockets)], Vec::new()) };
        connections(&sources, |_| &[], &mut Servers::default())
            .connections
            .values()
            .map(|one| one.failed)
            .collect::<Vec<bool>>()
    };
    assert!(told(&FxHashSet::default()).is_empty());
    assert_eq!(told(&FxHashSet::from_iter([5])), [true]);
}

/// What events tell of a translated connection between two namespaces, and of an attempt.
#[test]
fn events_tell_of_short_connections_once() {
    let observed = |namespace, local, remote, is_client, pid, failed| Observed {
        transport: Transport::Tcp,
        namespace,
        local: address(local),
        remote: address(remote),
        is_client: Some(is_client),
        owner: Some(owner(pid)),
        failed,
    };
    let hairpin = flow("172.17.0.3:5000", "10.0.0.1:8080", "172.17.0.2:80", "172.17.0.1:5000");
    let mut sources = sources(&[], known(&[hairpin], true));
    sources.observed = vec![
        observed(2, "172.17.0.3:5000", "10.0.0.1:8080", true, 5, false),
        observed(3, "172.17.0.2:80", "172.17.0.1:5000", false, 6, false),
        observed(2, "172.17.0.3:80", "10.0.0.1:8081", true, 5, true),
    ];
    let joined = connections(&sources, |_| &[], &mut Servers::default());
    let expect = [
        "172.17.0.3:80 (5) -> 10.0.0.1:8081 (-) in 0",
        "172.17.0.3:5000 (5) -> 172.17.0.2:80 (6) in 0",
    ];
    assert_eq!(describe(&joined.connections), expect);
    assert_eq!(joined.observed, joined.connections);
    let failed: Vec<bool> = joined.observed.values().map(|one| one.failed).collect();
    assert_eq!(failed, [false, true]);
}

/// Datagrams from 4000 to a name server, as either end tells; who sends has no peer if `unbound`.
#[track_caller]
fn check_datagrams(sockets: &[(u64, &[Socket])], ends: &[(&str, &str)], expect: &[&str]) {
    let mut sources = sources(sockets, Vec::new());
    let home = [address("10.0.0.2:0").ip()];
    sources.addresses = vec![(2, &home)];
    let end = |(at, (local, remote)): (usize, &(&str, &str))| DatagramEnd {
        namespace: 1 + at as u64,
        local: address(local),
        remote: address(remote),
        owner: owner(70 + u32::try_from(at).unwrap()),
        lives: true,
        sent_first: None,
    };
    sources.datagrams = ends.iter().enumerate().map(end).collect();
    let told = connections(&sources, |_| &[], &mut Servers::default());
    let states = told.connections.iter().map(|(key, one)| {
        let state = if one.closed { "over" } else { "open" };
        let pid = |owner: Option<Owner>| owner.map_or("-".into(), |one| one.pid.to_string());
        let (client, server) = (pid(one.ends.client), pid(one.ends.server));
        format!("{} ({client}) -> {} ({server}) {state}", key.client, key.server)
    });
    assert_eq!(states.collect::<Vec<_>>(), expect);
}

#[test]
fn datagrams_have_a_direction_too() {
    let sender = [udp(Socket { inode: 4, ..listener("0.0.0.0:40000") })];
    let connected = [udp(socket("10.0.0.1:4000", "10.0.0.2:5353", 4))];
    let server = [udp(Socket { inode: 3, ..listener("0.0.0.0:5353") })];
    let both = [("10.0.0.1:40000", "10.0.0.2:5353"), ("10.0.0.2:5353", "10.0.0.1:40000")];
    let expect = "10.0.0.1:40000 (70) -> 10.0.0.2:5353 (71) open";
    check_datagrams(&[(1, &sender), (2, &server)], &both, &[expect]);
    let expect = "10.0.0.1:40000 (70) -> 10.0.0.2:5353 (-) open";
    check_datagrams(&[(1, &sender)], &both[..1], &[expect]);
    let expect = "10.0.0.1:40000 (70) -> 10.0.0.2:5353 (-) over";
    check_datagrams(&[], &both[..1], &[expect]);
    // Who is connected asked, whatever the ports are.
    let both = [("10.0.0.1:4000", "10.0.0.2:5353"), ("10.0.0.2:5353", "10.0.0.1:4000")];
    let expect = "10.0.0.1:4000 (70) -> 10.0.0.2:5353 (71) open";
    check_datagrams(&[(1, &connected), (2, &server)], &both, &[expect]);
}

/// Who asks of two sockets without peers at two ports, of which the first is said to have begun.
#[track_caller]
fn check_began(ports: [u16; 2], began: Option<bool>, expect: &str) {
    let sockets = ports.map(|port| [udp(listener(&format!("0.0.0.0:{port}")))]);
    let [one, other] = &sockets;
    let mut sources = sources(&[(1, one), (2, other)], Vec::new());
    let [here, there] =
        [1u8, 2].map(|at| SocketAddr::from(([10, 0, 0, at], ports[at as usize - 1])));
    let end = |namespace, local, remote, sent_first| {
        let owner = owner(u32::try_from(namespace).unwrap());
        DatagramEnd { namespace, local, remote, owner, lives: true, sent_first }
    };
    sources.datagrams =
        vec![end(1, here, there, began), end(2, there, here, began.map(|began| !began))];
    let told = connections(&sources, |_| &[], &mut Servers::default()).connections;
    assert_eq!(describe(&told), [expect]);
}

#[test]
fn between_ports_of_a_kind_who_sent_first_asks() {
    let up = "10.0.0.1:40000 (1) -> 10.0.0.2:50000 (2) in 0";
    let down = "10.0.0.2:50000 (2) -> 10.0.0.1:40000 (1) in 0";
    check_began([40000, 50000], Some(true), up);
    check_began([40000, 50000], Some(false), down);
    check_began([40000, 50000], None, down);
    // A name server that was heard first serves all the same.
    let asks = "10.0.0.1:40000 (1) -> 10.0.0.2:53 (2) in 0";
    check_began([40000, 53], Some(true), asks);
    check_began([40000, 53], Some(false), asks);
}
