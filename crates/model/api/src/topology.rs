//! The list of views with their options and sizes.

use crate::Text;
use serde::Serialize;

/// An entry of `GET /api/topology`; the browser derives its id from the last segment of `url`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopologyEntry {
    /// What the reader sees.
    pub name: Text,
    /// Ascending order of tabs.
    pub rank: i64,
    /// Advice: hide the tab while the view has no nodes, filtered ones included.
    pub hide_if_empty: bool,
    /// `/api/topology/{view}`.
    pub url: Text,
    /// `null` where there is nothing to choose.
    pub options: Option<Vec<OptionGroup>>,
    /// Absent, never `null`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sub_topologies: Vec<TopologyEntry>,
    /// Sizes under the options of the request.
    pub stats: TopologyStats,
}

/// How large a view is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopologyStats {
    /// Nodes shown.
    pub node_count: usize,
    /// Nodes shown that are observed.
    pub nonpseudo_node_count: usize,
    /// Edges between them.
    pub edge_count: usize,
    /// Nodes the options left out.
    pub filtered_nodes: usize,
}

/// A choice the reader has in a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OptionGroup {
    /// The name of the query parameter.
    pub id: Text,
    /// Chosen while the reader has not.
    pub default_value: Text,
    /// The values.
    pub options: Vec<OptionValue>,
    /// `union` for several at once; absent for one.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub select_type: Text,
    /// Shown when nothing is chosen of a union.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub none_label: Text,
}

/// A value of an option group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OptionValue {
    /// Sent in the query.
    pub value: Text,
    /// What the reader sees.
    pub label: Text,
}
