//! What becomes of the kernel's list: from made-up changes, and from a made-up kernel whose sockets
//! come, go and change hands at random.

use super::*;
use proptest::prelude::*;
use scope_ebpf::{InetSocket, SocketKind, TcpState};
use std::collections::{BTreeMap, BTreeSet};

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
    // Addresses of the kernel are used again.
    let socket = SocketId::from_number(0xffff_8880_0000_0000 + inode % 16 * 64);
    OpenSocket { pid, fd: 3, inode, socket, netns, kind }
}

/// A kernel that remembers what it told, as the program of `scope-ebpf` does.
#[derive(Default)]
struct Fake {
    /// What processes hold, in the order of the list.
    held: BTreeMap<u32, Vec<OpenSocket>>,
    told: BTreeMap<u64, SocketKind>,
    known: BTreeSet<u32>,
    breaks: bool,
}

impl SocketLister for Fake {
    fn list(&mut self, anew: bool, each: &mut dyn FnMut(Change)) -> Result<u64, SnapshotError> {
        if anew {
            self.told.clear();
            self.known.clear();
        }
        let alive: BTreeSet<u64> = self.held.values().flatten().map(|one| one.inode).collect();
        self.told.retain(|inode, _| alive.contains(inode));
        for (pid, sockets) in &self.held {
            let is_whole = self.known.insert(*pid);
            let (mut met, mut sum) = (BTreeSet::new(), 0u64);
            for one in sockets.iter().filter(|one| met.insert(one.inode)) {
                sum = sum.wrapping_add(Holder::share_of(one.inode));
                if self.told.insert(one.inode, one.kind.clone()).as_ref() != Some(&one.kind)
                    || is_whole
                {
                    each(Change::Socket(one.clone()));
                }
            }
            if !met.is_empty() {
                let sockets = met.len() as u64;
                each(Change::Holder(Holder { pid: *pid, is_whole, sockets, sum }));
            }
        }
        if self.breaks { Err(SnapshotError::Off) } else { Ok(1) }
    }

    fn forget(&mut self, pid: u32) {
        self.known.remove(&pid);
    }
}

impl Fake {
    fn holds(&mut self, sockets: &[OpenSocket]) {
        self.held.clear();
        for one in sockets {
            self.held.entry(one.pid).or_default().push(one.clone());
        }
    }
}

/// Reads what changed, each process having started at its id; says whether anything did.
fn read(pass: &mut OnePass, kernel: &mut Fake, at_secs: i64) -> bool {
    let aids = Aids {
        now: Timestamp::from_unix(at_secs, 0).unwrap(),
        with_unix: true,
        start_of: &|pid| Some(u64::from(pid)),
        closed: &FxHashSet::default(),
    };
    pass.read(&aids, kernel).unwrap()
}

/// The sockets by namespace with their holders, and the bytes that each sent.
type Seen = BTreeSet<(u64, Socket, Vec<u32>, u64)>;

fn seen(pass: &OnePass) -> Seen {
    let of = |(namespace, listed): (&u64, &Listed)| {
        let told = |socket: &Socket| {
            let mut holders: Vec<u32> =
                pass.holders(socket.inode).iter().map(|one| one.pid).collect();
            holders.sort_unstable();
            (*namespace, *socket, holders, pass.rows.get(socket.inode).unwrap().traffic.sent_bytes)
        };
        listed.tcp.iter().chain(&listed.udp).map(told).collect::<Vec<_>>()
    };
    pass.listed.iter().flat_map(of).collect()
}

#[test]
fn only_what_differs_is_a_change() {
    use TcpState::{Established, Listen};
    let (mut pass, mut kernel) = (OnePass::default(), Fake::default());
    let all = [tcp(1, 10, 7, 0, Listen), tcp(2, 11, 7, 5, Established)];
    kernel.holds(&all);
    assert!(read(&mut pass, &mut kernel, 1));
    assert_eq!(pass.rates(11), None, "one pass makes no rate");
    kernel.holds(&[all[0].clone(), tcp(2, 11, 7, 9, Established)]);
    assert!(!read(&mut pass, &mut kernel, 3));
    assert_eq!(pass.rates(11).map(|rates| rates.sent), Some(2.0));
    pass.told();
    assert_eq!(pass.rates(11), None);
    kernel.holds(&[all[0].clone(), tcp(2, 11, 7, 9, Established), tcp(2, 12, 7, 4, Established)]);
    assert!(read(&mut pass, &mut kernel, 5));
    assert_eq!(pass.rates(11).map(|rates| rates.sent), Some(0.0));
    assert_eq!(pass.rates(12).map(|rates| rates.sent), Some(2.0), "it began at nothing");
    kernel.holds(&all[..1]);
    assert!(read(&mut pass, &mut kernel, 6), "two are gone");
    assert!(pass.holders(11).is_empty() && pass.rates(11).is_none());
    kernel.holds(&[tcp(3, 10, 7, 0, Listen)]);
    assert!(read(&mut pass, &mut kernel, 7), "another process holds it");
    assert_eq!(pass.holders(10), [Owner { start_ticks: 3, pid: 3 }]);
}

#[test]
fn a_shared_socket_is_there_once() {
    let (mut pass, mut kernel) = (OnePass::default(), Fake::default());
    let listens = |pid| tcp(pid, 10, 7, 0, TcpState::Listen);
    kernel.holds(&[listens(1), listens(1), listens(2), tcp(2, 12, 8, 0, TcpState::SynSent)]);
    read(&mut pass, &mut kernel, 1);
    assert_eq!(pass.holders(10).iter().map(|one| one.pid).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((pass.listed[&7].tcp.len(), pass.listed[&8].tcp.len()), (1, 1));
}

#[test]
fn what_broke_off_is_forgotten() {
    let (mut pass, mut kernel) = (OnePass::default(), Fake::default());
    kernel.holds(&[tcp(1, 10, 7, 0, TcpState::Listen)]);
    read(&mut pass, &mut kernel, 1);
    kernel.breaks = true;
    let (start_of, closed) = (|_| None, FxHashSet::default());
    let aids = Aids { now: Timestamp::ZERO, with_unix: true, start_of: &start_of, closed: &closed };
    assert!(pass.read(&aids, &mut kernel).is_err());
    assert!(pass.holders(10).is_empty() && pass.listed.is_empty());
    kernel.breaks = false;
    read(&mut pass, &mut kernel, 2);
    assert_eq!(seen(&pass).len(), 1, "then everything is told anew");
}

/// Any sockets of four processes, of which some are the same.
fn held() -> impl Strategy<Value = Vec<OpenSocket>> {
    let one = (1..5u32, 0..40u64, 0..3u64, 0..4u8).prop_map(|(pid, inode, sent, state)| {
        let state = match state {
            0 => TcpState::Listen,
            1 => TcpState::Closed,
            2 => TcpState::SynSent,
            _ => TcpState::Established,
        };
        (pid, inode, sent, state)
    });
    proptest::collection::vec(one, 0..30).prop_map(|all| {
        // The same socket is the same for all who hold it.
        let facts: BTreeMap<u64, _> =
            all.iter().map(|(_, inode, sent, state)| (*inode, (*sent, *state))).collect();
        // Of two sockets with one address, one is there at a time.
        let mut ids = BTreeMap::new();
        all.into_iter()
            .filter(|(_, inode, ..)| *ids.entry(inode % 16).or_insert(*inode) == *inode)
            .map(|(pid, inode, ..)| {
                let (sent, state) = facts[&inode];
                tcp(pid, 100 + inode, u32::try_from(inode % 3).unwrap(), sent, state)
            })
            .collect()
    })
}

proptest! {
    /// Whatever changed step by step, it is known as if everything were read anew, once nothing is
    /// incomplete; and that is so at the next pass.
    #[test]
    fn changes_add_up_to_all(steps in proptest::collection::vec(held(), 1..8)) {
        let (mut pass, mut kernel) = (OnePass::default(), Fake::default());
        let mut at = 0;
        for step in steps {
            kernel.holds(&step);
            at += 1;
            read(&mut pass, &mut kernel, at);
            if pass.is_incomplete() {
                read(&mut pass, &mut kernel, at);
            }
            prop_assert!(!pass.is_incomplete());
            let (mut fresh, mut other) = (OnePass::default(), Fake::default());
            other.holds(&step);
            read(&mut fresh, &mut other, at);
            prop_assert_eq!(seen(&pass), seen(&fresh));
            prop_assert_eq!(pass.rows.len(), fresh.rows.len());
            prop_assert_eq!(pass.shared.len(), fresh.shared.len());
        }
    }
}
