//! Flows by hand: what is counted, what is over, what is never told.

use super::*;
use crate::socket_table::Transport;
use scope_ebpf::{Comm, Owner as EventOwner};

const SEC: u64 = 1_000_000_000;

fn datagram(local: &str, remote: &str) -> Datagram {
    Datagram {
        netns: 1,
        local: local.parse().unwrap(),
        remote: remote.parse().unwrap(),
        side: Side::Client,
        owner: EventOwner { pid: 7, comm: Comm::default(), cgroup: None },
    }
}

fn flow(sent_bytes: u64, last_secs: u64) -> DatagramFlow {
    let counts = DatagramCounts {
        sent_packets: sent_bytes,
        sent_bytes,
        last_nanos: last_secs * SEC,
        ..DatagramCounts::default()
    };
    DatagramFlow { datagram: datagram("10.0.0.1:4000", "10.0.0.2:53"), counts }
}

fn key() -> ConnectionKey {
    let [client, server] = ["10.0.0.1:4000", "10.0.0.2:53"].map(|text| text.parse().unwrap());
    ConnectionKey { transport: Transport::Udp, client, server, namespace: 0 }
}

/// How many flows are told, each being the client's end of the connection above.
fn told(datagrams: &mut Datagrams, is_over: bool) -> usize {
    let ends = datagrams.ends(None, |_| Some(1));
    datagrams.place(ends.iter().map(|_| (key(), true, is_over)));
    ends.len()
}

#[track_caller]
fn check_sent(datagrams: &Datagrams, expect: Option<f64>) {
    assert_eq!(datagrams.rates(&key(), true).map(|rates| rates.sent), expect);
    assert!(datagrams.rates(&key(), false).is_none());
}

#[test]
fn bytes_are_counted_between_two_tellings() {
    let mut datagrams = Datagrams::default();
    datagrams.count(&[flow(100, 1)], SEC);
    assert_eq!(told(&mut datagrams, false), 1);
    check_sent(&datagrams, None);
    datagrams.count(&[flow(300, 3)], 3 * SEC);
    check_sent(&datagrams, Some(100.0));
    datagrams.told();
    datagrams.count(&[flow(300, 3)], 5 * SEC);
    check_sent(&datagrams, Some(0.0));
    // The kernel forgot it and began anew.
    datagrams.count(&[flow(40, 6)], 7 * SEC);
    check_sent(&datagrams, Some(10.0));
}

#[test]
fn what_is_over_is_told_once() {
    let mut datagrams = Datagrams::default();
    datagrams.count(&[], SEC);
    datagrams.count(&[flow(100, 2)], 2 * SEC);
    assert_eq!(told(&mut datagrams, true), 1);
    check_sent(&datagrams, Some(100.0));
    datagrams.told();
    assert_eq!(told(&mut datagrams, true), 0);
    datagrams.count(&[flow(100, 2)], 3 * SEC);
    assert_eq!(told(&mut datagrams, true), 0);
    // The same port again.
    datagrams.count(&[flow(110, 4)], 5 * SEC);
    assert_eq!(told(&mut datagrams, false), 1);
    datagrams.count(&[flow(110, 4)], 200 * SEC);
    assert_eq!(told(&mut datagrams, false), 0, "nothing came through for minutes");
}

#[test]
fn only_exchanges_of_two_are_told() {
    let count = |remote| {
        let mut datagrams = Datagrams::default();
        datagrams.open(&datagram("10.0.0.1:4000", remote), SEC);
        told(&mut datagrams, false)
    };
    assert_eq!(count("10.0.0.2:53"), 1);
    assert_eq!(count("224.0.0.251:5353"), 0);
    assert_eq!(count("255.255.255.255:67"), 0);
    assert_eq!(count("[::ffff:10.0.0.2]:53"), 1);
    assert_eq!(count("[ff02::fb]:5353"), 0);
}

#[test]
fn a_socket_on_all_addresses_waits_for_one_of_them() {
    let mut datagrams = Datagrams::default();
    datagrams.open(&datagram("0.0.0.0:4000", "127.0.0.1:53"), SEC);
    assert_eq!(told(&mut datagrams, false), 0);
    let loopback: IpAddr = Ipv4Addr::LOCALHOST.into();
    assert_eq!(source_to(loopback), Some(loopback));
    datagrams.sources.insert((1, loopback), source_to(loopback));
    let ends = datagrams.ends(None, |_| None);
    assert_eq!(ends.first().map(|one| one.local), "127.0.0.1:4000".parse().ok());
}

#[test]
fn who_began_is_known_of_what_began_since() {
    let mut datagrams = Datagrams::default();
    let began = |datagrams: &mut Datagrams| -> Vec<Option<bool>> {
        datagrams.ends(None, |_| Some(1)).iter().map(|end| end.sent_first).collect()
    };
    // It was there at the first look: what was seen of it first may have been an answer.
    datagrams.count(&[flow(100, 10)], 10 * SEC);
    assert_eq!(began(&mut datagrams), [None]);
    let mut datagrams = Datagrams::default();
    datagrams.count(&[], 10 * SEC);
    datagrams.open(&datagram("10.0.0.1:4000", "10.0.0.2:53"), 11 * SEC);
    assert_eq!(began(&mut datagrams), [None], "too soon to tell");
    let mut datagrams = Datagrams::default();
    datagrams.count(&[], 10 * SEC);
    datagrams.open(&datagram("10.0.0.1:4000", "10.0.0.2:53"), 13 * SEC);
    assert_eq!(began(&mut datagrams), [Some(true)]);
}
