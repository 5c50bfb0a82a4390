//! Messages of the kernel, recorded and made by hand, against what they say.

use super::*;
use crate::netlink::Messages;

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(u16::try_from(4 + value.len()).unwrap().to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn tuple(kind: u16, source: &str, destination: &str) -> Vec<u8> {
    let (source, destination): (SocketAddr, SocketAddr) =
        (source.parse().unwrap(), destination.parse().unwrap());
    let octets = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let shift = if source.is_ipv4() { 0 } else { 2 };
    let ip = [
        attribute(1 + shift, &octets(source.ip())),
        attribute(2 + shift, &octets(destination.ip())),
    ]
    .concat();
    let ports = [
        attribute(1, &[TCP]),
        attribute(2, &source.port().to_be_bytes()),
        attribute(3, &destination.port().to_be_bytes()),
    ]
    .concat();
    attribute(kind | 0x8000, &[attribute(0x8001, &ip), attribute(0x8002, &ports)].concat())
}

fn body(state: Option<u8>) -> Vec<u8> {
    let mut body = vec![2, 0, 0, 0];
    body.extend(tuple(1, "10.77.0.12:42054", "10.77.0.11:9000"));
    body.extend(tuple(2, "10.77.0.13:6000", "10.77.0.11:42054"));
    body.extend(attribute(3, &0x1beu32.to_be_bytes()));
    if let Some(state) = state {
        body.extend(attribute(0x8004, &attribute(0x8001, &attribute(1, &[state]))));
    }
    body
}

fn told(kind: u16, state: Option<u8>) -> FlowMessage {
    parse_flow(Message { kind, sequence: 0, is_interrupted: false, body: &body(state) }).unwrap()
}

#[test]
fn reads_the_hairpin_of_the_test_bed() {
    let read = told(FLOW, Some(STATE_ESTABLISHED));
    assert_eq!(read.flow.client(), "10.77.0.12:42054".parse().unwrap());
    assert_eq!(read.flow.server(), "10.77.0.13:6000".parse().unwrap());
    assert!(read.flow.is_translated() && read.answered && !read.ended && read.established);
    assert!(told(FLOW, Some(STATE_TIME_WAIT)).ended);
    assert!(told(FLOW_DESTROYED, None).ended);
    assert!(!told(FLOW, None).ended);
}

#[test]
fn reads_version_six() {
    let mut body = vec![10, 0, 0, 0];
    body.extend(tuple(1, "[fd00::1]:4000", "[fd00::2]:80"));
    body.extend(tuple(2, "[fd00::2]:80", "[fd00::1]:4000"));
    let read = parse_flow(Message { kind: FLOW, sequence: 0, is_interrupted: false, body: &body })
        .unwrap();
    assert!(!read.flow.is_translated() && !read.answered);
    assert_eq!(read.flow.server(), "[fd00::2]:80".parse().unwrap());
}

#[test]
fn survives_cut_messages() {
    let whole = body(Some(STATE_ESTABLISHED));
    for cut in 0..whole.len() {
        let _ = parse_flow(Message {
            kind: FLOW,
            sequence: 0,
            is_interrupted: false,
            body: &whole[..cut],
        });
    }
    assert_eq!(
        parse_flow(Message { kind: 0x0200, sequence: 0, is_interrupted: false, body: &whole }),
        None
    );
}

#[test]
fn follows_a_life() {
    let (mut flows, mut lost) = (HashMap::default(), 0);
    let now = Moment { dump_number: 1, walk: 1 };
    let mut take = |told: FlowMessage| apply(&mut flows, told, &mut lost, now);
    assert!(!take(told(FLOW_DESTROYED, None)), "first heard of at its end");
    assert!(!take(told(FLOW, Some(STATE_CLOSE))), "reset, but assured once");
    assert!(take(told(FLOW, Some(STATE_ESTABLISHED))));
    assert!(!take(told(FLOW, Some(4))), "closing changes nothing");
    assert!(take(told(FLOW, Some(STATE_TIME_WAIT))));
    assert!(!take(told(FLOW_DESTROYED, None)), "ended already");
    assert!(take(told(FLOW, Some(STATE_ESTABLISHED))), "the ports are used again");
    assert_eq!((flows.len(), lost), (1, 0));
}

/// Recorded from `NETLINK_NETFILTER` on Linux 6.18, see testdata/README.md.
#[test]
fn reads_a_recorded_dump() {
    let dump = include_bytes!("../../testdata/conntrack-dump.bin");
    let flows: Vec<_> = Messages::new(dump).filter_map(parse_flow).collect();
    assert!(!flows.is_empty() && flows.iter().any(|one| one.flow.is_translated()));
}

#[test]
fn who_is_reset_before_it_is_assured_was_refused() {
    let mut body = vec![2, 0, 0, 0];
    body.extend(tuple(1, "10.77.0.12:42054", "10.77.0.11:9000"));
    body.extend(tuple(2, "10.77.0.11:9000", "10.77.0.12:42054"));
    body.extend(attribute(3, &STATUS_SEEN_REPLY.to_be_bytes()));
    body.extend(attribute(0x8004, &attribute(0x8001, &attribute(1, &[STATE_CLOSE]))));
    let refused =
        parse_flow(Message { kind: FLOW, sequence: 0, is_interrupted: false, body: &body })
            .unwrap();
    let (mut flows, mut lost) = (HashMap::default(), 0);
    let now = Moment { dump_number: 1, walk: 1 };
    assert!(apply(&mut flows, refused, &mut lost, now));
    assert!(flows.values().all(|one| one.refused && one.ended));
}
