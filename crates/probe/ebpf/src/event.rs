//! What the kernel tells as it happens.
//!
//! Times are nanoseconds of `CLOCK_MONOTONIC`, the clock of `bpf_ktime_get_ns`. Addresses are what
//! the socket has: IPv4 spoken by an IPv6 socket is given as IPv4.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub time_nanos: u64,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A connection this host asked for is established.
    Connected(Connection),
    /// A process accepted a connection. One that the other side broke off before comes after its
    /// `Closed`, which then had no owner.
    Accepted(Connection),
    /// A connection this host asked for was never established.
    Failed {
        /// As far as it came.
        connection: Connection,
        /// The error the client gets (`ECONNREFUSED`, `ETIMEDOUT`…); none when the client gave up.
        errno: Option<i32>,
    },
    /// A connection that was once established is over on this side.
    Closed {
        /// Which.
        connection: Connection,
        /// What it carried.
        closing: Closing,
    },
    /// The first datagram between a process and an address.
    Datagram(Datagram),
    /// A process started as a copy of its parent.
    Forked(ProcessEvent),
    /// A process became another program.
    Executed {
        /// Its name is the new one.
        process: ProcessEvent,
        /// The file of the program, as it was called.
        path: Box<str>,
    },
    /// The last thread of a process ended.
    Exited {
        /// Which.
        process: ProcessEvent,
        /// As `wait` tells it: the exit code times 256, plus the signal.
        status: u32,
    },
}

/// A TCP connection, seen from one of its sockets.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The socket; the same in all events and in the list of sockets, until it closed.
    pub socket: SocketId,
    /// Inode of the socket's network namespace, as in `/proc/<pid>/ns/net`.
    pub netns: u32,
    /// Address of this side.
    pub local: SocketAddr,
    /// Address of the other side.
    pub remote: SocketAddr,
    /// Whether this side asked.
    pub side: Side,
    /// Whose socket it is; none for connections older than the programs.
    pub owner: Option<Owner>,
}

/// A socket as long as it exists. It is the kernel's address of it, meant for comparison only.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SocketId(pub(crate) u64);

impl SocketId {
    /// The socket of a number, for records that no kernel wrote.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// Which side of a connection a socket is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Side {
    /// It asked.
    Client,
    /// It was asked.
    Server,
    /// It is older than the programs.
    Unknown,
}

/// The process that did it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Owner {
    /// In the process namespace of the reader.
    pub pid: u32,
    /// The name of the thread that did it.
    pub comm: Comm,
    /// The last part of its control group's path, where container runtimes write the container's
    /// id; none in the root group.
    pub cgroup: Option<Arc<str>>,
}

/// What a connection carried, when it is over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Closing {
    /// Bytes of data sent, those sent again not counted twice.
    pub sent_bytes: u64,
    /// Bytes of data received.
    pub received_bytes: u64,
    /// Smoothed round-trip time in microseconds, 0 when none was measured.
    pub srtt_micros: u32,
    /// Segments sent again.
    pub retransmits: u32,
    /// Since it was asked for (client) or accepted (server); none if that was not seen.
    pub duration_nanos: Option<u64>,
}

/// A process that sends datagrams to, or receives them from, one address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Datagram {
    /// Inode of the network namespace.
    pub netns: u32,
    /// Address of this side; unspecified unless the socket is bound or connected to one.
    pub local: SocketAddr,
    /// Address of the other side.
    pub remote: SocketAddr,
    /// Whether this side sent the first datagram that was seen (client) or received it (server). Of
    /// an exchange older than the programs that is any.
    pub side: Side,
    /// Whose socket it is.
    pub owner: Owner,
}

/// A process at one moment of its life.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProcessEvent {
    /// The process.
    pub process: Owner,
    /// Its parent's pid.
    pub parent_pid: u32,
}

/// A thread's name, up to 15 bytes (`TASK_COMM_LEN` of the kernel).
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Comm(pub(crate) [u8; 16]);

impl Comm {
    /// The name; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        text_until_nul(&self.0)
    }
}

impl fmt::Debug for Comm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), formatter)
    }
}

/// The text of a C string; bytes that are no UTF-8 are replaced.
pub(crate) fn text_until_nul(bytes: &[u8]) -> Cow<'_, str> {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text)
}
