//! What an edge of a view carries: in short beside `adjacency`, in full with its evidence.

use crate::{MetricRow, ParentLink, Text};
use serde::Serialize;

/// What the connections behind an edge carry, as far as any probe can tell.
///
/// A part that nobody measured is absent: unknown is not zero. Where the probes of both ends saw a
/// connection, what the client's says counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeSummary {
    /// Connections opened within the samples held, which are those of the app's window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<f64>,
    /// Attempts that failed within the samples held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<f64>,
    /// Connections open now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<f64>,
    /// Bytes per second from client to server, now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_bytes: Option<f64>,
    /// Bytes per second from server to client, now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_bytes: Option<f64>,
    /// Round-trip time in milliseconds, the mean weighted by open connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// Segments sent again within the samples held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmits: Option<f64>,
    /// Pairs of sockets of which a probe said any of this.
    pub connections: usize,
}

/// `GET /api/topology/{view}/{from}/edge/{to}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EdgeDetailAnswer {
    /// The edge asked for.
    pub edge: EdgeDetail,
}

/// An edge of a view, long.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeDetail {
    /// The client's end.
    pub from: EdgeNode,
    /// The server's end.
    pub to: EdgeNode,
    /// In short, as beside `adjacency`; absent when no report says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<EdgeSummary>,
    /// Series summed over the connections; of what nobody measured there is none.
    pub metrics: Vec<MetricRow>,
    /// The connections behind the edge, those seen last first; never `null`.
    pub evidence: Vec<EdgeEvidence>,
    /// How many there are, those beyond the list included.
    pub evidence_count: usize,
    /// Why there are no figures; absent when there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<EdgeSilence>,
}

/// An end of an edge, as its view shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeNode {
    /// As in the view.
    pub id: Text,
    /// As in the view.
    pub label: Text,
    /// As in the view.
    pub label_minor: Text,
    /// As in the view.
    pub shape: Text,
    /// As in the view.
    pub rank: Text,
    /// As in the view.
    #[serde(skip_serializing_if = "crate::summary::is_false")]
    pub pseudo: bool,
}

/// One connection behind an edge, or many short ones of one client to one server.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeEvidence {
    /// Unique within the edge.
    pub id: Text,
    /// Who connected.
    pub client: EdgeSocket,
    /// Who listens.
    pub server: EdgeSocket,
    /// What translated the addresses on the way, a sentence for each step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nat: Vec<Text>,
    /// Who saw what; empty when no probe says more than that the connection is there.
    pub sides: Vec<EdgeObservation>,
}

/// A socket and what it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeSocket {
    /// The address; blank for a Unix-domain socket.
    pub address: Text,
    /// The port, or what names a Unix-domain socket.
    pub port: Text,
    /// A name of the address, where one is known.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// The process that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<ParentLink>,
    /// The number of that process on its host.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub pid: Text,
    /// The container it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<ParentLink>,
    /// The host it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<ParentLink>,
}

/// What one probe saw of a connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeObservation {
    /// The host of the probe, by name.
    pub observer: Text,
    /// Which end it saw: `client` or `server`.
    pub side: Text,
    /// What saw it: `events`, `sockets`, `proc` or `conntrack`.
    pub source: Text,
    /// `open`, `closed` or `failed`.
    pub state: Text,
    /// RFC 3339; absent when the probe does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Text>,
    /// RFC 3339; absent when the probe does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Text>,
    /// What it measured.
    pub metrics: EdgeSummary,
}

/// Why nothing is known of what an edge carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EdgeSilence {
    /// `probe` (the probes of these hosts never tell), `quiet` (those of these hosts do, but not of
    /// this edge) or `conntrack` (no probe saw a socket of it, only connection tracking its way).
    pub reason: Text,
    /// The hosts whose probes saw an end and say no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<EdgeObserver>,
}

/// A host with a probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EdgeObserver {
    /// The host's name.
    pub host: Text,
    /// The version of its probe; blank when it does not say.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub version: Text,
}
