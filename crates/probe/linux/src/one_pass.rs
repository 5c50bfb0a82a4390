//! Every socket of the machine in one pass over the kernel's own list, with who holds it.
//!
//! The kernel walks the open files of all processes, so no descriptor is read and no namespace is
//! asked on its own. The list comes in the same order while nothing changes: each record is held
//! against the one that was in its place, and only where one differs is anything sorted anew.
//!
//! Refuses to know what has no descriptor: a connection that was not accepted yet, or is on its
//! way out. Where a listener has such, [`OnePass::backlogged`] names the namespace to ask.

use crate::owners::Owner;
use crate::socket_table::{Socket, SocketState, Swept, Traffic, Transport};
use crate::unix_table::{UNIX_SOCKETS_MAX, UnixSocket};
use rustc_hash::{FxHashMap, FxHashSet};
use scope_ebpf::{InetSocket, OpenSocket, SnapshotError, SocketId, SocketKind, TcpState};
use scope_report::Text;

/// The most records of one pass that are kept, Unix sockets counted apart.
const RECORDS_MAX: usize = 524_288;

/// The most namespaces whose connections that wait to be accepted are asked for in one pass.
const BACKLOGGED_MAX: usize = 8;

/// The list as of the last pass.
#[derive(Debug, Default)]
pub struct OnePass {
    inet: Records<InetRecord>,
    unix: Records<UnixRecord>,
    holders: FxHashMap<u64, Owner>,
    /// Sockets that several processes hold, with all of them.
    shared: FxHashMap<u64, Vec<Owner>>,
}

/// The sockets of one namespace.
#[derive(Debug, Default)]
pub struct Listed {
    /// Of TCP.
    pub tcp: Swept,
    /// Of UDP.
    pub udp: Swept,
    /// Of the Unix domain.
    pub unix: Vec<UnixSocket>,
}

/// A socket with a counter, for the meter.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The inode of its namespace.
    pub namespace: u64,
    /// Its inode.
    pub inode: u64,
    /// What went through it.
    pub traffic: Traffic,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct InetRecord {
    owner: Option<Owner>,
    namespace: u32,
    id: SocketId,
    socket: Socket,
    is_backlogged: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct UnixRecord {
    owner: Option<Owner>,
    namespace: u32,
    socket: UnixSocket,
}

/// Records of the last pass that the next one is held against, each in its place.
#[derive(Debug)]
struct Records<Record> {
    all: Vec<Record>,
    traffic: Vec<Option<Traffic>>,
    filled: usize,
    changed: bool,
}

impl OnePass {
    /// Takes in what `list` hands over; says whether any socket or holder changed. `start_of` tells
    /// when a process started.
    ///
    /// # Errors
    ///
    /// Those of `list`: then nothing is known any more.
    pub fn read(
        &mut self,
        with_unix: bool,
        start_of: impl Fn(u32) -> Option<u64>,
        list: impl FnOnce(&mut dyn FnMut(OpenSocket)) -> Result<u64, SnapshotError>,
    ) -> Result<bool, SnapshotError> {
        let Self { inet, unix, .. } = self;
        // Sockets of one process follow each other.
        let mut last: Option<Owner> = None;
        let mut owner_of = |pid: u32| {
            if pid == 0 {
                return None;
            }
            if last.is_none_or(|owner| owner.pid != pid) {
                // Of a process that started a moment ago it is not known; it is the youngest.
                last = Some(Owner { start_ticks: start_of(pid).unwrap_or(u64::MAX), pid });
            }
            last
        };
        let done = list(&mut |open| {
            let OpenSocket { pid, inode, socket: id, netns: namespace, kind, .. } = open;
            let owner = owner_of(pid);
            if let SocketKind::Unix(socket) = kind {
                let socket = unix_socket(inode, socket).filter(|_| with_unix);
                if let Some(socket) = socket {
                    unix.take(UnixRecord { owner, namespace, socket }, None, UNIX_SOCKETS_MAX);
                }
            } else if let Some((socket, told, is_backlogged)) = inet_socket(inode, &kind) {
                let record = InetRecord { owner, namespace, id, socket, is_backlogged };
                inet.take(record, told, RECORDS_MAX);
            }
        });
        if let Err(error) = done {
            *self = Self::default();
            return Err(error);
        }
        let changed = self.inet.end() | self.unix.end();
        if changed {
            self.find_holders();
        }
        Ok(changed)
    }

    /// The processes that hold the socket `inode`, in no order.
    pub fn holders(&self, inode: u64) -> &[Owner] {
        let only = || self.holders.get(&inode).map_or(&[][..], std::slice::from_ref);
        self.shared.get(&inode).map_or_else(only, Vec::as_slice)
    }

    /// The sockets by namespace, each once.
    pub fn by_namespace(&self) -> FxHashMap<u64, Listed> {
        let mut listed: FxHashMap<u64, Listed> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        // Only sockets that several hold are there several times.
        let mut is_first = |inode| !self.shared.contains_key(&inode) || seen.insert(inode);
        for record in &self.inet.all {
            if is_first(record.socket.inode) {
                let entry = listed.entry(u64::from(record.namespace)).or_default();
                let swept = match record.socket.transport {
                    Transport::Tcp => &mut entry.tcp,
                    Transport::Udp => &mut entry.udp,
                };
                swept.push(record.socket, None);
            }
        }
        for record in &self.unix.all {
            if is_first(record.socket.inode) {
                let entry = listed.entry(u64::from(record.namespace)).or_default();
                entry.unix.push(record.socket.clone());
            }
        }
        listed
    }

    /// What went through the sockets so far.
    pub fn counted(&self) -> impl Iterator<Item = Counted> {
        self.inet.all.iter().zip(&self.inet.traffic).filter_map(|(record, traffic)| {
            let (namespace, inode) = (u64::from(record.namespace), record.socket.inode);
            Some(Counted { namespace, inode, traffic: (*traffic)? })
        })
    }

    /// Namespaces in which connections wait to be accepted, [`BACKLOGGED_MAX`] at most.
    pub fn backlogged(&self) -> Vec<u64> {
        let mut all: Vec<u64> = Vec::new();
        for record in self.inet.all.iter().filter(|record| record.is_backlogged) {
            let namespace = u64::from(record.namespace);
            if all.len() < BACKLOGGED_MAX && !all.contains(&namespace) {
                all.push(namespace);
            }
        }
        all
    }

    /// Whether records may have been left out for want of room.
    pub fn is_full(&self) -> bool {
        self.inet.all.len() >= RECORDS_MAX || self.unix.all.len() >= UNIX_SOCKETS_MAX
    }

    fn find_holders(&mut self) {
        self.holders.clear();
        self.shared.clear();
        let inet = self.inet.all.iter().map(|record| (record.socket.inode, record.owner));
        let unix = self.unix.all.iter().map(|record| (record.socket.inode, record.owner));
        for (inode, owner) in inet.chain(unix) {
            let Some(owner) = owner else { continue };
            let first = *self.holders.entry(inode).or_insert(owner);
            if first != owner {
                let all = self.shared.entry(inode).or_insert_with(|| vec![first]);
                if !all.contains(&owner) {
                    all.push(owner);
                }
            }
        }
    }
}

impl<Record> Default for Records<Record> {
    fn default() -> Self {
        Self { all: Vec::new(), traffic: Vec::new(), filled: 0, changed: false }
    }
}

impl<Record: PartialEq> Records<Record> {
    fn take(&mut self, record: Record, traffic: Option<Traffic>, max: usize) {
        if let Some(known) = self.all.get_mut(self.filled) {
            if *known != record {
                *known = record;
                self.changed = true;
            }
        } else if self.all.len() < max {
            self.all.push(record);
            self.traffic.push(None);
            self.changed = true;
        } else {
            return;
        }
        if let Some(counted) = self.traffic.get_mut(self.filled) {
            *counted = traffic;
        }
        self.filled += 1;
    }

    /// Ends a pass; says whether anything is not as it was.
    fn end(&mut self) -> bool {
        let changed = self.changed || self.filled != self.all.len();
        self.all.truncate(self.filled);
        self.traffic.truncate(self.filled);
        (self.filled, self.changed) = (0, false);
        changed
    }
}

/// A socket of TCP or UDP, its traffic, and whether connections wait to be accepted from it.
fn inet_socket(inode: u64, kind: &SocketKind) -> Option<(Socket, Option<Traffic>, bool)> {
    let (transport, inet, state) = match kind {
        SocketKind::Tcp { inet, state } => (Transport::Tcp, inet, tcp_state(*state)?),
        // What was never bound has neither port.
        SocketKind::Udp(inet) if inet.local.port() == 0 => return None,
        SocketKind::Udp(inet) if inet.remote.port() == 0 => {
            (Transport::Udp, inet, SocketState::Listening)
        }
        SocketKind::Udp(inet) => (Transport::Udp, inet, SocketState::Open),
        SocketKind::Other { .. } | SocketKind::Unix(_) => return None,
    };
    let canonical = |address: std::net::SocketAddr| {
        std::net::SocketAddr::new(address.ip().to_canonical(), address.port())
    };
    let (local, remote) = (canonical(inet.local), canonical(inet.remote));
    let socket = Socket { transport, local, remote, state, inode };
    let is_counted = transport == Transport::Tcp && state == SocketState::Open;
    let is_backlogged = state == SocketState::Listening && inet.backlog > 0;
    Some((socket, is_counted.then(|| traffic(inet)), is_backlogged))
}

fn traffic(inet: &InetSocket) -> Traffic {
    Traffic {
        sent_bytes: inet.sent_bytes,
        received_bytes: inet.received_bytes,
        rtt_micros: inet.srtt_micros,
        retransmits: inet.retransmits,
    }
}

fn tcp_state(state: TcpState) -> Option<SocketState> {
    /// `TCP_FIN_WAIT1`, `TCP_FIN_WAIT2` and `TCP_CLOSE_WAIT` of include/net/tcp_states.h.
    const HALF_CLOSED: [u8; 3] = [4, 5, 8];
    match state {
        TcpState::Established => Some(SocketState::Open),
        TcpState::SynSent => Some(SocketState::Connecting),
        TcpState::Listen => Some(SocketState::Listening),
        TcpState::Other(number) if HALF_CLOSED.contains(&number) => Some(SocketState::Open),
        TcpState::Closed | TcpState::Other(_) => None,
    }
}

/// A Unix socket that is bound or connected.
fn unix_socket(inode: u64, socket: scope_ebpf::UnixSocket) -> Option<UnixSocket> {
    let scope_ebpf::UnixSocket { path, is_listening: listens, peer_inode: peer, .. } = socket;
    let path = path.map(Text::from).unwrap_or_default();
    (peer != 0 || !path.is_empty()).then_some(UnixSocket { inode, peer, listens, path })
}

#[cfg(test)]
mod tests;
