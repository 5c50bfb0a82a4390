//! Connections: short ones, of every kind of address, and those that fail; and a ring too small.

use crate::bed::{Bed, PATIENCE, Watch, inode};
use crate::roles::{ANSWER, QUESTION};
use scope_ebpf::{Closing, Config, Connection, Event, EventKind, Side};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Connections of one test: each lasts well below a millisecond.
const COUNT: usize = 1000;

/// What one process saw of its connections.
#[derive(Default)]
struct Seen {
    opened: Vec<Connection>,
    closed: Vec<(Connection, Closing)>,
}

impl Seen {
    fn of(events: &[Event], netns: u32, pid: u32) -> Self {
        let is_own = |connection: &Connection| {
            connection.netns == netns
                && connection.owner.as_ref().is_some_and(|owner| owner.pid == pid)
        };
        let mut seen = Self::default();
        for event in events {
            match &event.kind {
                EventKind::Connected(one) | EventKind::Accepted(one) if is_own(one) => {
                    seen.opened.push(one.clone());
                }
                EventKind::Closed { connection, closing } if is_own(connection) => {
                    seen.closed.push((connection.clone(), *closing));
                }
                _ => {}
            }
        }
        seen
    }
}

/// `COUNT` connections from `client` to `target` are seen whole, from both sides.
fn check_short(word: &str, is_loopback: bool, bind: &str, target: &str) {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let bed = Bed::build(word);
    let (client_netns, server_netns) = (&bed.a, if is_loopback { &bed.a } else { &bed.b });
    let mut server = bed.play(server_netns, &format!("tcp-server {bind}"));
    let port = server.hear("ready");
    let mut client = bed.play(client_netns, &format!("tcp-client {target}:{port} {COUNT}"));
    client.hear("done");
    let at_client = |events: &[Event]| Seen::of(events, inode(client_netns), client.pid());
    let at_server = |events: &[Event]| Seen::of(events, inode(server_netns), server.pid());
    watch.until("all connections to close", |events| {
        at_client(events).closed.len() >= COUNT && at_server(events).closed.len() >= COUNT
    });
    assert_eq!(watch.lost, 0);
    let (asked, answered) = (QUESTION.len() as u64, ANSWER.len() as u64);
    let client_seen = at_client(&watch.events);
    let server_seen = at_server(&watch.events);
    judge(&client_seen, Side::Client, (asked, answered));
    judge(&server_seen, Side::Server, (answered, asked));
    let ends = |seen: &Seen, is_turned: bool| -> BTreeSet<_> {
        let ends = seen.opened.iter().map(|one| (one.local, one.remote));
        ends.map(|(local, remote)| if is_turned { (remote, local) } else { (local, remote) })
            .collect()
    };
    assert_eq!(ends(&client_seen, false), ends(&server_seen, true));
    let expect: IpAddr = target.trim_matches(['[', ']']).parse().unwrap();
    assert!(client_seen.opened.iter().all(|one| one.remote.ip() == expect));
}

fn judge(seen: &Seen, side: Side, (sent, received): (u64, u64)) {
    assert_eq!((seen.opened.len(), seen.closed.len()), (COUNT, COUNT), "{side:?}");
    assert!(seen.opened.iter().all(|one| one.side == side));
    for (connection, closing) in &seen.closed {
        assert_eq!(connection.side, side);
        assert_eq!((closing.sent_bytes, closing.received_bytes), (sent, received), "{side:?}");
        assert!(closing.duration_nanos.is_some_and(|nanos| nanos > 0), "{closing:?}");
    }
}

#[test]
fn short_connections_over_loopback() {
    check_short("lo", true, "127.0.0.1:0", "127.0.0.1");
}

#[test]
fn short_connections_between_namespaces() {
    check_short("v4", false, "0.0.0.0:0", "10.77.0.2");
}

#[test]
fn short_connections_over_ipv6() {
    check_short("v6", false, "[fd77::2]:0", "[fd77::2]");
}

#[test]
fn ipv4_to_a_server_of_both() {
    check_short("mix", false, "[::]:0", "10.77.0.2");
}

/// The error of the attempt that `pid` made.
fn failure(events: &[Event], pid: u32) -> Option<(Connection, Option<i32>)> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::Failed { connection, errno }
            if connection.owner.as_ref().is_some_and(|owner| owner.pid == pid) =>
        {
            Some((connection.clone(), *errno))
        }
        _ => None,
    })
}

fn check_failure(word: &str, target: &str, limit_millis: u64, expect: Option<i32>) {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let bed = Bed::build(word);
    let mut client = bed.play(&bed.a, &format!("tcp-failing {target} {limit_millis}"));
    client.hear("done");
    watch.until("the failure", |events| failure(events, client.pid()).is_some());
    let (connection, errno) = failure(&watch.events, client.pid()).unwrap();
    assert_eq!(errno, expect);
    assert_eq!(connection.netns, inode(&bed.a));
    assert_eq!(connection.remote, target.parse().unwrap());
    assert_ne!(connection.local.port(), 0);
}

#[test]
fn a_refused_connection_fails() {
    check_failure("no", "10.77.0.2:9", 20_000, Some(111));
    check_failure("no6", "[fd77::2]:9", 20_000, Some(111));
}

#[test]
fn an_unanswered_connection_fails_without_an_error() {
    // Nobody has this address, and the client gives up before the kernel does.
    check_failure("gone", "10.77.0.99:9", 100, None);
}

#[test]
fn what_does_not_fit_is_counted() {
    let config = Config { ring_bytes: 4096, ..Config::default() };
    let Some(mut watch) = Watch::open(&config) else { return };
    let bed = Bed::build("tiny");
    let mut server = bed.play(&bed.a, "tcp-server 127.0.0.1:0");
    let port = server.hear("ready");
    watch.drain();
    let mut client = bed.play(&bed.a, &format!("tcp-client 127.0.0.1:{port} 200"));
    client.hear("done");
    let drained = watch.kernel.drain(&mut drop);
    // Four events for each connection.
    assert!(drained.lost > 600, "{drained:?}");
    // The rest of the machine fills so small a ring too, so one more connection may not be enough.
    let seen = scope_testkit::wait::until("an event after the loss", PATIENCE, || {
        watch.drain();
        let mut late = bed.play(&bed.a, &format!("tcp-holding 127.0.0.1:{port}"));
        late.hear("ready");
        watch.drain();
        let seen = Seen::of(&watch.events, inode(&bed.a), late.pid());
        (!seen.opened.is_empty()).then_some(())
    });
    assert_eq!(seen, Ok(()));
}
