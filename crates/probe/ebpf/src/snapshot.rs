//! What there is at one moment: open sockets and processes.
//!
//! Only what some process holds by a file descriptor is a socket here: connections not yet
//! accepted, in TIME_WAIT, or left behind by their process have none and are absent.

use crate::event::{Comm, SocketId};
use std::net::SocketAddr;
use std::sync::Arc;

/// A socket a process has open. One that several processes share appears once for each.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenSocket {
    /// The process.
    pub pid: u32,
    /// Its file descriptor.
    pub fd: u32,
    /// The socket's inode, as in `/proc/<pid>/fd` and in `ss -e`.
    pub inode: u64,
    /// The socket, as in events.
    pub socket: SocketId,
    /// Inode of the network namespace it was made in.
    pub netns: u32,
    /// What kind of socket, and the facts of that kind.
    pub kind: SocketKind,
}

/// What a pass over what changed tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A socket that is not as it was told, or not known of this process.
    Socket(OpenSocket),
    /// What a process holds in all.
    Holder(Holder),
}

/// What a process holds in all, told after what is told of its sockets. One whose threads have
/// files of their own has several of these in one pass, which add up. One without sockets has none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Holder {
    /// The process; 0 stands for all that the reader cannot name.
    pub pid: u32,
    /// Whether all of its sockets were told in this pass, changed or not.
    pub is_whole: bool,
    /// How many sockets of IP and of the Unix domain it holds, each counted once.
    pub sockets: u64,
    /// The sum of the [`Holder::share_of`] their inodes, which wraps.
    pub sum: u64,
}

impl Holder {
    /// What the socket of an inode adds to the sum; `share_of` of `bpf/changes.h`.
    pub fn share_of(inode: u64) -> u64 {
        /// The golden ratio as a fraction of 2^64.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = |hash: u64, with: u64| {
            let hash = (hash ^ with).wrapping_mul(SPREAD);
            hash ^ (hash >> 32)
        };
        mixed(mixed(0, inode), SPREAD)
    }
}

/// The kinds of sockets that are listed.
#[derive(Clone, Debug, PartialEq)]
pub enum SocketKind {
    /// TCP over IPv4 or IPv6.
    Tcp {
        /// Addresses and counters.
        inet: InetSocket,
        /// State of the connection.
        state: TcpState,
    },
    /// UDP; unconnected when the remote port is 0.
    Udp(InetSocket),
    /// Another protocol over IP, by its number.
    Other {
        /// As in `/etc/protocols`.
        protocol: u16,
        /// Addresses.
        inet: InetSocket,
    },
    /// A Unix-domain socket.
    Unix(UnixSocket),
}

/// A socket of IPv4 or IPv6.
#[derive(Clone, Debug, PartialEq)]
pub struct InetSocket {
    /// Address of this side.
    pub local: SocketAddr,
    /// Address of the other side, unspecified without one.
    pub remote: SocketAddr,
    /// Bytes of data sent (TCP), those sent again not counted twice.
    pub sent_bytes: u64,
    /// Bytes received (TCP); the end of the stream counts one.
    pub received_bytes: u64,
    /// Smoothed round-trip time in microseconds (TCP).
    pub srtt_micros: u32,
    /// Segments sent again (TCP).
    pub retransmits: u32,
    /// Connections waiting to be accepted (TCP, listening).
    pub backlog: u32,
}

/// A Unix-domain socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnixSocket {
    /// Its path; `@` and a name when it is abstract; none when it has none. The socket of an
    /// accepted connection has its listener's.
    pub path: Option<Arc<str>>,
    /// Whether it is waiting for connections.
    pub is_listening: bool,
    /// The socket it is connected to.
    pub peer: Option<SocketId>,
    /// That socket's inode; 0 while it is not accepted.
    pub peer_inode: u64,
}

/// State of a TCP socket (include/net/tcp_states.h).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TcpState {
    /// Both sides may send.
    Established,
    /// Asked for, not answered yet.
    SynSent,
    /// Waiting for connections.
    Listen,
    /// Neither connected nor listening.
    Closed,
    /// On the way in or out, by the kernel's number.
    Other(u8),
}

/// A process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenProcess {
    /// In the process namespace of the reader.
    pub pid: u32,
    /// Its parent's.
    pub parent_pid: u32,
    /// Number of threads.
    pub threads: u32,
    /// Inode of its network namespace; 0 for one that is ending.
    pub netns: u32,
    /// User id in the host's user namespace.
    pub uid: u32,
    /// Nanoseconds since boot when it started (`CLOCK_BOOTTIME`).
    pub start_nanos: u64,
    /// Processor time in nanoseconds, of its ended threads and its first thread.
    pub cpu_nanos: u64,
    /// Memory in use, in pages.
    pub resident_pages: u64,
    /// Name of its first thread.
    pub comm: Comm,
    /// The last part of its control group's path; none in the root group.
    pub cgroup: Option<Arc<str>>,
    /// Its command line, cut at 255 bytes, each argument ended by a NUL; empty for kernel threads.
    pub args: Box<[u8]>,
}
