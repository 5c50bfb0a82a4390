//! A node as the browser sees it in the details panel.

use crate::{MetadataRow, NodeSummary, Text};
use serde::Serialize;

/// `GET /api/topology/{view}/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeDetailAnswer {
    /// The node asked for.
    pub node: NodeDetail,
}

/// One node, long.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeDetail {
    /// The summary, its metrics with samples.
    #[serde(flatten)]
    pub summary: NodeSummary,
    /// Never `null`.
    pub controls: Vec<ControlButton>,
    /// What it contains, by kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ChildrenGroup>,
    /// Inbound, then outbound.
    pub connections: Vec<ConnectionsTable>,
}

/// An action the node offers now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ControlButton {
    /// The probe that runs it.
    pub probe_id: Text,
    /// The node it acts on.
    pub node_id: Text,
    /// Names the control.
    pub id: Text,
    /// What the reader sees.
    pub human: Text,
    /// A Font Awesome 5 class string.
    pub icon: Text,
    /// The question to ask first.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub confirmation: Text,
    /// Ascending order of buttons.
    pub rank: i64,
    /// Why whoever asks may not use it; absent where they may.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub not_allowed: Text,
}

/// Children of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChildrenGroup {
    /// Blank, as in the original.
    pub id: Text,
    /// What the reader sees (`Processes`).
    pub label: Text,
    /// Ascending by id.
    pub nodes: Vec<NodeSummary>,
    /// The view the children are in.
    pub topology_id: Text,
    /// Which metadata and metrics to show.
    pub columns: Vec<ColumnHeader>,
    /// How many more there are than are listed.
    #[serde(skip_serializing_if = "is_none")]
    pub truncation_count: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A column of a table of nodes or connections.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ColumnHeader {
    /// The id of the metadata or metric.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// Sorted by it at first.
    pub default_sort: bool,
    /// As in [`MetadataRow::data_type`].
    pub data_type: Text,
}

/// Connections in one direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsTable {
    /// `incoming-connections` or `outgoing-connections`.
    pub id: Text,
    /// The view the remote nodes are in.
    pub topology_id: Text,
    /// `Inbound` or `Outbound`.
    pub label: Text,
    /// Port and count, for the Internet also the remote address.
    pub columns: Vec<ColumnHeader>,
    /// Ascending by id; never `null`.
    pub connections: Vec<Connection>,
}

/// Connections to one remote node and server port.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Unique within the table.
    pub id: Text,
    /// The remote node.
    pub node_id: Text,
    /// Its label, or its address.
    pub label: Text,
    /// Its second line.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label_minor: Text,
    /// `port` and `count`, for the Internet also `remote`.
    pub metadata: Vec<MetadataRow>,
}
