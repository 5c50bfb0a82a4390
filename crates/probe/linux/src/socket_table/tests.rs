//! Dumps and tables of sockets, recorded, against what they say.

use super::*;
use crate::netlink::Messages;
use SocketState::{Connecting, Listening, Open};

/// A recorded `inet_diag_msg`, from the fields that matter.
fn diag(family: u8, state: u8, local: (&[u8], u16), remote: (&[u8], u16), inode: u32) -> Vec<u8> {
    let mut body = vec![0; 72];
    body[0] = family;
    body[1] = state;
    body[4..6].copy_from_slice(&local.1.to_be_bytes());
    body[6..8].copy_from_slice(&remote.1.to_be_bytes());
    body[8..8 + local.0.len()].copy_from_slice(local.0);
    body[24..24 + remote.0.len()].copy_from_slice(remote.0);
    body[68..72].copy_from_slice(&inode.to_ne_bytes());
    body
}

#[track_caller]
fn check(body: &[u8], expect: Option<(&str, &str, SocketState, u64)>) {
    let message = Message { kind: GET_TCP_SOCKETS, sequence: 1, is_interrupted: false, body };
    let read = parse_diag(message, Transport::Tcp).map(|(socket, _)| socket);
    let expect = expect.map(|(local, remote, state, inode)| Socket {
        transport: Transport::Tcp,
        local: local.parse().unwrap(),
        remote: remote.parse().unwrap(),
        state,
        inode,
    });
    assert_eq!(read, expect);
}

#[test]
fn reads_diag_messages() {
    let body = diag(2, ESTABLISHED, (&[10, 0, 0, 1], 51000), (&[10, 0, 0, 2], 80), 77);
    check(&body, Some(("10.0.0.1:51000", "10.0.0.2:80", Open, 77)));
    let mapped = |last| [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last];
    let body = diag(10, FIN_WAIT2, (&mapped(1), 6000), (&mapped(2), 9), 0);
    check(&body, Some(("10.0.0.1:6000", "10.0.0.2:9", Open, 0)));
    let body = diag(2, SYN_SENT, (&[10, 0, 0, 1], 51000), (&[10, 0, 0, 2], 80), 77);
    check(&body, Some(("10.0.0.1:51000", "10.0.0.2:80", Connecting, 77)));
    let body = diag(10, LISTEN, (&[0; 16], 8080), (&[0; 16], 0), 5);
    check(&body, Some(("[::]:8080", "[::]:0", Listening, 5)));
}

#[test]
fn refuses_what_is_no_connection() {
    check(&diag(2, 6, (&[10, 0, 0, 1], 1), (&[10, 0, 0, 2], 2), 3), None);
    check(&diag(2, 255, (&[10, 0, 0, 1], 1), (&[10, 0, 0, 2], 2), 3), None);
    check(&diag(7, ESTABLISHED, (&[10, 0, 0, 1], 1), (&[10, 0, 0, 2], 2), 3), None);
    let whole = diag(2, ESTABLISHED, (&[10, 0, 0, 1], 1), (&[10, 0, 0, 2], 2), 3);
    for cut in 0..whole.len() {
        check(&whole[..cut], None);
    }
}

#[test]
fn reads_proc_tables() {
    let v4 = include_bytes!("../../testdata/proc/42/net/tcp");
    let v6 = include_bytes!("../../testdata/proc/42/net/tcp6");
    let mut swept = Swept::default();
    parse_proc_table(v4, Transport::Tcp, &mut swept);
    parse_proc_table(v6, Transport::Tcp, &mut swept);
    let told: Vec<_> = swept
        .sockets
        .iter()
        .map(|one| format!("{} {} {} {}", one.local, one.remote, one.listens(), one.inode))
        .collect();
    assert_eq!(
        told,
        [
            "127.0.0.1:8080 0.0.0.0:0 true 1001",
            "127.0.0.1:8080 127.0.0.1:51234 false 1002",
            "127.0.0.1:51234 127.0.0.1:8080 false 1003",
            "[::]:9000 [::]:0 true 1004",
            "10.0.0.5:9000 10.0.0.9:40000 false 1005",
        ]
    );
}

#[test]
fn broken_tables_are_no_sockets() {
    let mut swept = Swept::default();
    let broken = b"head\n 0: 0100007F:1F90 x 0A\n\n 1: \xff\n 2: 0100007F";
    parse_proc_table(broken, Transport::Tcp, &mut swept);
    let broken = "head\n 0: äääää:1 00000000:0 01 a b c d e 1".as_bytes();
    parse_proc_table(broken, Transport::Udp, &mut swept);
    assert_eq!(swept.sockets, []);
}

#[test]
fn reads_signatures() {
    let sockstat = b"sockets: used 300\nTCP: inuse 12 orphan 0 tw 5 alloc 20 mem 3\nUDP: inuse 2";
    assert_eq!(parse_sockstat(sockstat), Some(Usage { tcp: 12, udp: 2, all: 300 }));
    let v6 = parse_sockstat(b"TCP6: inuse 4\nUDP6: inuse 1\n");
    assert_eq!(v6, Some(Usage { tcp: 4, udp: 1, all: 0 }));
    assert_eq!(parse_sockstat(b"TCP: inuse"), None);
    let snmp =
        b"Ip: a b\nIp: 1 2\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens \
        AttemptFails EstabResets CurrEstab InSegs OutSegs\nTcp: 1 200 120000 -1 7 5 3 2 4 99 98\n\
        Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: 30 2 1 40\n";
    let expect = Counters { opens: [7, 5, 2, 4], segments: [99, 98], datagrams: [30, 40] };
    assert_eq!(parse_snmp(snmp), Some(expect));
    assert_eq!(parse_snmp(b"Tcp: x\n"), None);
}

#[test]
fn reads_traffic() {
    let mut body = diag(2, ESTABLISHED, (&[10, 0, 0, 1], 51000), (&[10, 0, 0, 2], 80), 77);
    let mut info = vec![0; 136];
    info[68..72].copy_from_slice(&1500u32.to_ne_bytes());
    info[100..104].copy_from_slice(&3u32.to_ne_bytes());
    info[120..128].copy_from_slice(&1_000_000u64.to_ne_bytes());
    info[128..136].copy_from_slice(&50u64.to_ne_bytes());
    body.extend([140, 0, 2, 0]);
    body.extend(&info);
    let traffic = |body: &[u8]| {
        let message = Message { kind: GET_TCP_SOCKETS, sequence: 1, is_interrupted: false, body };
        parse_diag(message, Transport::Tcp).unwrap().1
    };
    let expect =
        Traffic { sent_bytes: 1_000_000, received_bytes: 50, rtt_micros: 1500, retransmits: 3 };
    assert_eq!(traffic(&body), Some(expect));
    for cut in 72..body.len() {
        assert_eq!(traffic(&body[..cut]), None);
    }
}

#[test]
fn udp_without_a_peer_listens() {
    let body = diag(2, CLOSE, (&[0; 4], 53), (&[0; 4], 0), 7);
    let message = Message { kind: GET_SOCKETS, sequence: 1, is_interrupted: false, body: &body };
    assert_eq!(parse_diag(message, Transport::Udp).unwrap().0.state, Listening);
    assert_eq!(parse_diag(message, Transport::Tcp), None);
}

#[test]
fn order_does_not_matter() {
    let read = |ports: &[u16]| {
        let mut swept = Swept::default();
        for port in ports {
            let body = diag(2, ESTABLISHED, (&[10, 0, 0, 1], *port), (&[10, 0, 0, 2], 80), 77);
            let message =
                Message { kind: GET_TCP_SOCKETS, sequence: 1, is_interrupted: false, body: &body };
            let (socket, traffic) = parse_diag(message, Transport::Tcp).unwrap();
            swept.push(socket, traffic);
        }
        swept
    };
    assert!(read(&[1, 2, 3]).same_sockets(&read(&[3, 1, 2])));
    assert!(!read(&[1, 2, 3]).same_sockets(&read(&[1, 2, 2])));
    assert!(!read(&[1, 2]).same_sockets(&read(&[1])));
}

/// Recorded from `NETLINK_SOCK_DIAG` on Linux 6.18, see testdata/README.md.
#[test]
fn reads_a_recorded_dump() {
    let dump = include_bytes!("../../testdata/diag-dump.bin");
    let parse = |message| parse_diag(message, Transport::Tcp);
    let sockets: Vec<_> = Messages::new(dump).filter_map(parse).map(|(one, _)| one).collect();
    assert_eq!(sockets.len(), 2);
    assert!(sockets.iter().all(|one| one.local.ip().to_string() == "10.201.1.2"));
    assert!(sockets.iter().all(|one| one.inode > 0 && !one.listens()));
}
