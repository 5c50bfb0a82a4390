//! What was sent and received per datagram flow, read out of the kernel's table.

use crate::event::Datagram;

/// Flows the kernel keeps; the least recently used makes room for a new one.
pub const UDP_FLOWS_MAX: u32 = 16_384;

/// A flow with what it carried.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DatagramFlow {
    /// Who with whom.
    pub datagram: Datagram,
    /// How much, since the flow's first datagram.
    pub counts: DatagramCounts,
}

/// How much a flow carried.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DatagramCounts {
    /// Datagrams sent.
    pub sent_packets: u64,
    /// Bytes of data sent.
    pub sent_bytes: u64,
    /// Datagrams received.
    pub received_packets: u64,
    /// Bytes of data received.
    pub received_bytes: u64,
    /// The first, in nanoseconds of `CLOCK_MONOTONIC`.
    pub first_nanos: u64,
    /// The last, in nanoseconds of `CLOCK_MONOTONIC`.
    pub last_nanos: u64,
}
