//! Dumps and tables of sockets, recorded, against what they say.

use super::*;
use crate::netlink::Messages;

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
fn check(body: &[u8], expect: Option<(&str, &str, bool, u64)>) {
    let read = parse_diag(Message { kind: GET_SOCKETS, sequence: 1, body });
    let expect = expect.map(|(local, remote, listens, inode)| TcpSocket {
        local: local.parse().unwrap(),
        remote: remote.parse().unwrap(),
        listens,
        inode,
    });
    assert_eq!(read, expect);
}

#[test]
fn reads_diag_messages() {
    let body = diag(2, ESTABLISHED, (&[10, 0, 0, 1], 51000), (&[10, 0, 0, 2], 80), 77);
    check(&body, Some(("10.0.0.1:51000", "10.0.0.2:80", false, 77)));
    let mapped = |last| [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last];
    let body = diag(10, FIN_WAIT2, (&mapped(1), 6000), (&mapped(2), 9), 0);
    check(&body, Some(("10.0.0.1:6000", "10.0.0.2:9", false, 0)));
    let body = diag(10, LISTEN, (&[0; 16], 8080), (&[0; 16], 0), 5);
    check(&body, Some(("[::]:8080", "[::]:0", true, 5)));
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
    let mut sockets = Vec::new();
    parse_proc_table(v4, &mut sockets);
    parse_proc_table(v6, &mut sockets);
    let told: Vec<_> = sockets
        .iter()
        .map(|one| format!("{} {} {} {}", one.local, one.remote, one.listens, one.inode))
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
    let mut sockets = Vec::new();
    parse_proc_table(b"head\n 0: 0100007F:1F90 x 0A\n\n 1: \xff\n 2: 0100007F", &mut sockets);
    parse_proc_table("head\n 0: äääää:1 00000000:0 01 a b c d e 1".as_bytes(), &mut sockets);
    assert_eq!(sockets, []);
}

#[test]
fn reads_signatures() {
    let sockstat = b"sockets: used 300\nTCP: inuse 12 orphan 0 tw 5 alloc 20 mem 3\nUDP: inuse 2";
    assert_eq!(parse_sockstat(sockstat), Some(12));
    assert_eq!(parse_sockstat(b"TCP6: inuse 4\nUDP6: inuse 1\n"), Some(4));
    assert_eq!(parse_sockstat(b"TCP: inuse"), None);
    let snmp =
        b"Ip: a b\nIp: 1 2\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens \
        AttemptFails EstabResets CurrEstab InSegs\nTcp: 1 200 120000 -1 7 5 3 2 4 99\n";
    assert_eq!(parse_snmp(snmp), Some([7, 5, 2, 4]));
    assert_eq!(parse_snmp(b"Tcp: x\n"), None);
}

/// Recorded from `NETLINK_SOCK_DIAG` on Linux 6.18, see testdata/README.md.
#[test]
fn reads_a_recorded_dump() {
    let dump = include_bytes!("../../testdata/diag-dump.bin");
    let sockets: Vec<_> = Messages::new(dump).filter_map(parse_diag).collect();
    assert_eq!(sockets.len(), 2);
    assert!(sockets.iter().all(|one| one.local.ip().to_string() == "10.201.1.2"));
    assert!(sockets.iter().all(|one| one.inode > 0 && !one.listens));
}
