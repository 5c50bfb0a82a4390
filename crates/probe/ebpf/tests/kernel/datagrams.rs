//! Datagrams: who with whom and how much, from connected and unconnected sockets.

use crate::bed::{Bed, PATIENCE, Watch, inode};
use crate::roles::{ANSWER, QUESTION};
use scope_ebpf::{Config, DatagramCounts, DatagramFlow, EventKind, Part, Side};
use std::net::SocketAddr;

const COUNT: u64 = 50;

/// Both sides of a conversation are counted exactly.
fn check(word: &str, bind: &str, target: &str, mode: &str) {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    if !watch.has(Part::Datagrams) || !watch.has(Part::DatagramAddresses) {
        return;
    }
    let bed = Bed::build(word);
    let mut server = bed.play(&bed.b, &format!("udp-server {bind}"));
    let server_port = server.hear("ready");
    let server_address: SocketAddr = format!("{target}:{server_port}").parse().unwrap();
    let mut client = bed.play(&bed.a, &format!("udp-client {server_address} {COUNT} {mode}"));
    let client_port: u16 = client.hear("done").parse().unwrap();
    let (client_pid, server_pid) = (client.pid(), server.pid());
    let flow = |flows: &[DatagramFlow], pid: u32| {
        flows.iter().find(|flow| flow.datagram.owner.pid == pid).cloned()
    };
    let both = scope_testkit::wait::until("both sides' flows", PATIENCE, || {
        let flows = watch.kernel.datagram_flows(0);
        flow(&flows, client_pid).zip(flow(&flows, server_pid))
    });
    let (at_client, at_server) = both.unwrap();
    assert_eq!(at_client.datagram.netns, inode(&bed.a));
    assert_eq!(at_server.datagram.netns, inode(&bed.b));
    assert_eq!(at_client.datagram.remote, server_address);
    assert_eq!(at_client.datagram.local.port(), client_port);
    assert_eq!(at_server.datagram.remote.port(), client_port);
    assert_eq!(at_server.datagram.local.port(), server_address.port());
    // Whose port is the lower is not asked: the client sent first.
    assert_eq!((at_client.datagram.side, at_server.datagram.side), (Side::Client, Side::Server));
    judge(&at_client, (QUESTION.len() as u64, ANSWER.len() as u64));
    judge(&at_server, (ANSWER.len() as u64, QUESTION.len() as u64));
    watch.until("the event of the flow", |events| {
        events.iter().any(|event| {
            matches!(&event.kind, EventKind::Datagram(one)
                if one.owner.pid == client_pid && one.remote == server_address
                    && one.side == Side::Client)
        })
    });
    let last = watch.kernel.datagram_flows(u64::MAX);
    assert!(flow(&last, client_pid).is_some(), "told a last time");
    assert!(flow(&watch.kernel.datagram_flows(0), client_pid).is_none(), "forgotten");
}

/// Kernels before 6.3 do not tell the lengths.
#[test]
fn datagrams_are_counted_without_their_lengths() {
    let config = Config { parts: vec![Part::DatagramAddresses], ..Config::default() };
    let Some(mut watch) = Watch::open(&config) else { return };
    if !watch.has(Part::DatagramAddresses) {
        return;
    }
    let bed = Bed::build("ul");
    let mut server = bed.play(&bed.b, "udp-server 10.77.0.2:0");
    let port = server.hear("ready");
    let role = format!("udp-client 10.77.0.2:{port} {COUNT} unconnected");
    let mut client = bed.play(&bed.a, &role);
    client.hear("done");
    let pid = client.pid();
    let flow = scope_testkit::wait::until("the flow", PATIENCE, || {
        let flows = watch.kernel.datagram_flows(0);
        flows.into_iter().find(|flow| flow.datagram.owner.pid == pid)
    });
    let DatagramFlow { datagram, counts } = flow.unwrap();
    assert_eq!(datagram.netns, inode(&bed.a));
    assert_eq!(datagram.remote.to_string(), format!("10.77.0.2:{port}"));
    let expect = (COUNT, COUNT, 0, 0);
    let DatagramCounts { sent_packets, received_packets, .. } = counts;
    assert_eq!((sent_packets, received_packets, counts.sent_bytes, counts.received_bytes), expect);
}

fn judge(flow: &DatagramFlow, (sent, received): (u64, u64)) {
    let counts = &flow.counts;
    assert_eq!((counts.sent_packets, counts.sent_bytes), (COUNT, COUNT * sent), "{flow:?}");
    let expect = (COUNT, COUNT * received);
    assert_eq!((counts.received_packets, counts.received_bytes), expect, "{flow:?}");
    assert!(counts.first_nanos > 0 && counts.first_nanos <= counts.last_nanos);
}

#[test]
fn connected_sockets_over_ipv4() {
    check("uc", "10.77.0.2:0", "10.77.0.2", "connected");
}

#[test]
fn unconnected_sockets_over_ipv4() {
    check("uu", "10.77.0.2:0", "10.77.0.2", "unconnected");
}

#[test]
fn connected_sockets_over_ipv6() {
    check("uc6", "[fd77::2]:0", "[fd77::2]", "connected");
}

#[test]
fn unconnected_sockets_over_ipv6() {
    check("uu6", "[::]:0", "[fd77::2]", "unconnected");
}

#[test]
fn ipv4_to_a_server_of_both() {
    check("um", "[::]:0", "10.77.0.2", "unconnected");
}
