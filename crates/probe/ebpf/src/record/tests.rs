//! Records as the programs write them, and bytes that nobody wrote.

use super::*;
use proptest::prelude::*;

fn names(id: u64) -> Option<Arc<str>> {
    (id == 7).then(|| "group".into())
}

/// `struct head` of a process 41 named `ab`, in control group 7.
fn head(kind: u8, family: u8, side: u8) -> Vec<u8> {
    let mut bytes = vec![kind, family, side, 6];
    bytes.extend(41_u32.to_ne_bytes());
    bytes.extend(1000_u64.to_ne_bytes());
    bytes.extend(7_u64.to_ne_bytes());
    bytes.extend(*b"ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes
}

fn addresses(local: [u8; 16], remote: [u8; 16]) -> Vec<u8> {
    let mut bytes = 99_u32.to_ne_bytes().to_vec();
    bytes.extend(80_u16.to_ne_bytes());
    bytes.extend(5000_u16.to_ne_bytes());
    bytes.extend(local);
    bytes.extend(remote);
    bytes
}

fn mapped(last: u8) -> [u8; 16] {
    std::net::Ipv4Addr::new(10, 0, 0, last).to_ipv6_mapped().octets()
}

fn tcp_record(kind: u8, side: u8, error: u32) -> Vec<u8> {
    let mut bytes = head(kind, 10, side);
    bytes.extend(5_u64.to_ne_bytes());
    bytes.extend(addresses(mapped(1), mapped(2)));
    for number in [error, 30, 2, 0] {
        bytes.extend(number.to_ne_bytes());
    }
    for number in [11_u64, 12, 400] {
        bytes.extend(number.to_ne_bytes());
    }
    bytes
}

fn check(bytes: &[u8], expect: Option<EventKind>) {
    let event = event(bytes, &mut names);
    assert_eq!(event.map(|event| event.kind), expect);
}

fn connection(side: Side) -> Connection {
    Connection {
        socket: SocketId(5),
        netns: 99,
        local: "10.0.0.1:80".parse().unwrap(),
        remote: "10.0.0.2:5000".parse().unwrap(),
        side,
        owner: Some(owner()),
    }
}

fn owner() -> Owner {
    let comm = Comm(*b"ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    Owner { pid: 41, comm, cgroup: Some("group".into()) }
}

#[test]
fn tcp_events_are_read() {
    let client = connection(Side::Client);
    check(&tcp_record(1, 1, 0), Some(EventKind::Connected(client.clone())));
    let failed = |errno| Some(EventKind::Failed { connection: client.clone(), errno });
    check(&tcp_record(3, 1, 111), failed(Some(111)));
    check(&tcp_record(3, 1, 0), failed(None));
    let closed = |side, duration_nanos| {
        let closing = Closing {
            sent_bytes: 11,
            received_bytes: 12,
            srtt_micros: 30,
            retransmits: 2,
            duration_nanos,
        };
        Some(EventKind::Closed { connection: connection(side), closing })
    };
    check(&tcp_record(4, 2, 0), closed(Side::Server, Some(600)));
    check(&tcp_record(4, 0, 0), closed(Side::Unknown, None));
}

#[test]
fn process_events_are_read() {
    let with = |kind, tail: &[u8]| {
        let mut bytes = head(kind, 0, 0);
        bytes.extend(40_u32.to_ne_bytes());
        bytes.extend(256_u32.to_ne_bytes());
        bytes.extend(tail);
        bytes
    };
    let process = ProcessEvent { process: owner(), parent_pid: 40 };
    check(&with(6, b""), Some(EventKind::Forked(process.clone())));
    let executed = EventKind::Executed { process: process.clone(), path: "/bin/ab".into() };
    check(&with(7, b"/bin/ab\0junk"), Some(executed));
    check(&with(8, b""), Some(EventKind::Exited { process, status: 256 }));
}

#[test]
fn unknown_and_short_records_are_nothing() {
    check(b"", None);
    check(&head(99, 2, 0), None);
    let whole = tcp_record(1, 1, 0);
    for length in 0..whole.len() {
        check(&whole[..length], None);
    }
}

#[test]
fn unix_paths_are_as_ss_shows_them() {
    let check = |bytes: &[u8], expect: Option<&str>| {
        assert_eq!(unix_path(bytes).as_deref(), expect, "{bytes:?}");
    };
    check(b"", None);
    check(b"/run/docker.sock\0", Some("/run/docker.sock"));
    check(b"\0name\0part", Some("@name@part"));
    check(b"\0", None);
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        event(&bytes, &mut names);
        flow(&bytes, &bytes, &mut names);
        http_server(&bytes, &bytes);
        let (mut sockets, mut tasks) = (bytes.as_slice(), bytes.as_slice());
        while let Some(rest) = next_socket(sockets, &mut drop) {
            sockets = rest;
        }
        while let Some(rest) = next_process(tasks, &mut names, &mut drop) {
            tasks = rest;
        }
    }
}
