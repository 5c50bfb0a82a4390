//! What becomes of the kernel's list, from made-up records.

use super::*;

fn tcp(pid: u32, inode: u64, netns: u32, sent_bytes: u64, state: TcpState) -> OpenSocket {
    let (local, remote) = ("10.0.0.1:80".parse().unwrap(), "10.0.0.2:4000".parse().unwrap());
    let inet = InetSocket {
        local,
        remote,
        sent_bytes,
        received_bytes: 0,
        srtt_micros: 0,
        retransmits: 0,
        backlog: 0,
    };
    let kind = SocketKind::Tcp { inet, state };
    OpenSocket { pid, fd: 3, inode, socket: SocketId::from_number(inode), netns, kind }
}

/// Reads `list`, each process having started at its id; says whether anything changed.
fn read(pass: &mut OnePass, list: &[OpenSocket]) -> bool {
    let hand = |each: &mut dyn FnMut(OpenSocket)| {
        list.iter().cloned().for_each(each);
        Ok(1)
    };
    pass.read(true, |pid| Some(u64::from(pid)), hand).unwrap()
}

#[test]
fn only_what_differs_is_a_change() {
    use TcpState::{Established, Listen};
    let mut pass = OnePass::default();
    let all = [tcp(1, 10, 7, 0, Listen), tcp(2, 11, 7, 5, Established)];
    assert!(read(&mut pass, &all));
    assert!(!read(&mut pass, &[all[0].clone(), tcp(2, 11, 7, 9, Established)]));
    assert_eq!(pass.counted().map(|one| one.traffic.sent_bytes).collect::<Vec<_>>(), [9]);
    assert!(read(&mut pass, &all[..1]), "one is gone");
    assert!(pass.holders(11).is_empty());
    assert!(read(&mut pass, &[tcp(3, 10, 7, 0, Listen)]), "another process holds it");
    assert_eq!(pass.holders(10), [Owner { start_ticks: 3, pid: 3 }]);
}

#[test]
fn a_shared_socket_is_there_once() {
    let mut pass = OnePass::default();
    let listens = |pid| tcp(pid, 10, 7, 0, TcpState::Listen);
    read(&mut pass, &[listens(1), listens(1), listens(2), tcp(2, 12, 8, 0, TcpState::SynSent)]);
    assert_eq!(pass.holders(10).iter().map(|one| one.pid).collect::<Vec<_>>(), [1, 2]);
    let listed = pass.by_namespace();
    assert_eq!((listed[&7].tcp.sockets.len(), listed[&8].tcp.sockets.len()), (1, 1));
}

#[test]
fn what_broke_off_is_forgotten() {
    let mut pass = OnePass::default();
    read(&mut pass, &[tcp(1, 10, 7, 0, TcpState::Listen)]);
    let broken = pass.read(true, |_| None, |_| Err(SnapshotError::Off));
    assert!(broken.is_err() && pass.holders(10).is_empty() && pass.by_namespace().is_empty());
}
