//! What is known of a connection beyond that it exists: who saw which side of it, and what it
//! carries.
//!
//! Scope 1.13 knows nothing of this: on the wire it is a key of its own in a node (`edges`), which
//! older apps skip.

use crate::{Metric, SortedMap, StringSet, Text, Timestamp};

/// The metrics of a side of an edge, by id.
pub mod edge_metric {
    /// Connections opened, one sample for each interval observed.
    pub const OPENED: &str = "opened";
    /// Attempts that failed, one sample for each interval observed.
    pub const FAILED: &str = "failed";
    /// Connections open at the moment.
    pub const OPEN: &str = "open";
    /// Bytes per second from the client to the server.
    pub const SENT_BYTES: &str = "sent_bytes";
    /// Bytes per second from the server to the client.
    pub const RECEIVED_BYTES: &str = "received_bytes";
    /// Smoothed round-trip time in milliseconds, the mean over the connections.
    pub const RTT_MS: &str = "rtt_ms";
    /// Segments sent again, one sample for each interval observed.
    pub const RETRANSMITS: &str = "retransmits";
}

/// A connection from one endpoint to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// What each observer says of it, by `<hostID>;client` or `<hostID>;server`.
    pub sides: SortedMap<EdgeSide>,
}

/// One side of a connection, as the probe on its host saw it.
///
/// An endpoint may stand for many short connections of one process to one server; the counts are
/// those of all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeSide {
    /// What saw it: `events` of the kernel, `sockets` of a sweep, `proc` or `conntrack`.
    pub source: Text,
    /// `open`, `closed` or `failed`.
    pub state: Text,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// What translated its addresses, a sentence for each step.
    pub nat: StringSet,
    /// Series by the ids of [`edge_metric`].
    pub metrics: SortedMap<Metric>,
}

impl Edge {
    /// Joins what another report says of the same connection; the order never matters.
    pub fn merge(&mut self, other: &Self) {
        self.sides.merge(&other.sides, EdgeSide::merge);
    }
}

impl EdgeSide {
    /// Joins what the same observer said at another time: the later word on its state stands.
    pub fn merge(&mut self, other: &Self) {
        let word = |side: &Self| (side.last_seen, side.state.clone(), side.source.clone());
        if word(other) > word(self) {
            self.state.clone_from(&other.state);
            self.source.clone_from(&other.source);
            self.last_seen = other.last_seen;
        }
        let is_earlier = self.first_seen.is_zero() || other.first_seen < self.first_seen;
        if is_earlier && !other.first_seen.is_zero() {
            self.first_seen = other.first_seen;
        }
        self.nat.merge(&other.nat);
        self.metrics.merge(&other.metrics, Metric::merge);
    }
}
