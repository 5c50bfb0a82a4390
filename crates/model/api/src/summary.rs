//! A node as the browser sees it in a view.

use crate::{EdgeSummary, Text};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `GET /api/topology/{view}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Nodes {
    /// Summaries by node id.
    pub nodes: BTreeMap<Text, Arc<NodeSummary>>,
}

/// One node of a view, short.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NodeSummary {
    /// Unique within the view.
    pub id: Text,
    /// The name under the shape.
    pub label: Text,
    /// The smaller second line.
    pub label_minor: Text,
    /// Nodes of one rank share a hue.
    pub rank: Text,
    /// One of the twelve outlines of the original client.
    pub shape: Text,
    /// An overlay on the shape.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub tag: Text,
    /// Stands for several.
    #[serde(skip_serializing_if = "is_false")]
    pub stack: bool,
    /// What we cannot observe.
    #[serde(skip_serializing_if = "is_false")]
    pub pseudo: bool,
    /// Facts by ascending priority.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<MetadataRow>,
    /// What contains it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<ParentLink>,
    /// Metrics by ascending priority.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricRow>,
    /// Labels, environment and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Ids of nodes of the same view this one connects to, ascending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adjacency: Vec<Text>,
    /// What the edges to those nodes carry, by the ids of the nodes, of those of which it is known.
    /// A websocket has it only with `edges=true`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub edges: BTreeMap<Text, EdgeSummary>,
    /// What somebody did to it lately, if anybody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_action: Option<Arc<LastAction>>,
}

/// What somebody did to a node: the app remembers it for ten minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastAction {
    /// Who.
    pub who: Text,
    /// The id of the control.
    pub what: Text,
    /// When it was done, RFC 3339.
    pub when: Text,
    /// `ok`, or why not.
    pub outcome: Text,
}

/// A fact with its label.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MetadataRow {
    /// The key of the fact.
    pub id: Text,
    /// What the reader sees; blank in connection tables.
    pub label: Text,
    /// Always text: RFC 3339 for `datetime`, whole seconds for `duration`.
    pub value: Text,
    /// Below 10 a row is shown at once.
    #[serde(skip_serializing_if = "is_zero")]
    pub priority: f64,
    /// `number`, `ip`, `datetime`, `duration`, `link`; of edges also `rate` (bytes per second) and
    /// `millis`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub data_type: Text,
    /// Characters to show.
    #[serde(skip_serializing_if = "is_zero_count")]
    pub truncate: i64,
}

/// A link to a node that contains this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ParentLink {
    /// The parent's id.
    pub id: Text,
    /// The parent's label.
    pub label: Text,
    /// The view the parent is in.
    pub topology_id: Text,
}

/// A metric with its label and newest value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MetricRow {
    /// The key of the metric.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// `filesize`, `integer`, `percent`, or absent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub format: Text,
    /// Metrics of one group share an axis.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub group: Text,
    /// The newest sample, cut to two decimals.
    pub value: f64,
    /// There is no value.
    #[serde(skip_serializing_if = "is_false")]
    pub value_empty: bool,
    /// Ascending order of rows.
    #[serde(skip_serializing_if = "is_zero")]
    pub priority: f64,
    /// The series in a detail, `null` in a summary.
    pub samples: Option<Vec<MetricSample>>,
    /// The least value.
    pub min: f64,
    /// The display ceiling.
    pub max: f64,
    /// When the oldest sample was taken, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Text>,
    /// When the newest sample was taken, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Text>,
    /// A link to a graph elsewhere; blank for none.
    pub url: Text,
}

/// One measured value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricSample {
    /// RFC 3339.
    pub date: Text,
    /// In the unit of the metric.
    pub value: f64,
}

/// A table made of facts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Names the table.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// `property-list` or `multicolumn-table`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// `null` for a property list.
    pub columns: Option<Vec<TableColumn>>,
    /// Never `null`.
    pub rows: Vec<TableRow>,
    /// How many rows the probe left out.
    #[serde(skip_serializing_if = "is_zero_count")]
    pub truncation_count: i64,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TableColumn {
    /// The key in a row's entries.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// As in [`MetadataRow::data_type`].
    pub data_type: Text,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableRow {
    /// Names the row.
    pub id: Text,
    /// Cells by column id; `label` and `value` in a property list.
    pub entries: BTreeMap<Text, Text>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero_count(number: &i64) -> bool {
    *number == 0
}
