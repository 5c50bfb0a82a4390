//! The change of a view between two ticks.

use crate::{NodeSummary, Text};
use serde::Serialize;
use std::sync::Arc;

/// A frame of `GET /api/topology/{view}/ws`; the first has `reset`.
///
/// Absent changes are `null`, as the original sends them. Nodes are replaced whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diff {
    /// Nodes that are new.
    pub add: Option<Vec<Arc<NodeSummary>>>,
    /// Nodes with any field changed.
    pub update: Option<Vec<Arc<NodeSummary>>>,
    /// Ids of nodes that are gone.
    pub remove: Option<Vec<Text>>,
    /// Forget everything before applying this frame.
    #[serde(skip_serializing_if = "crate::summary::is_false")]
    pub reset: bool,
}
