//! What the app keeps of the past.

use crate::Text;
use serde::Serialize;

/// The answer of `GET /api/history`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryAnswer {
    /// The app's clock, RFC 3339.
    pub now: Text,
    /// When the app began to keep moments, RFC 3339.
    pub since: Text,
    /// How far back the app keeps moments, milliseconds; 0 if it keeps none.
    pub span_ms: u64,
    /// Time between two moments, milliseconds.
    pub interval_ms: u64,
    /// The moments that `timestamp` can ask for, oldest first, Unix milliseconds.
    pub moments: Vec<u64>,
    /// What happened between them, oldest first.
    pub steps: Vec<HistoryStep>,
    /// What is worth a mark, oldest first.
    pub marks: Vec<HistoryMark>,
}

/// What happened in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryStep {
    /// When it ended, Unix milliseconds.
    pub at: u64,
    /// Nodes of all views that came.
    pub added: usize,
    /// Nodes of all views that went.
    pub removed: usize,
    /// Nodes whose state is another.
    pub changed: usize,
    /// Reports that arrived.
    pub reports: u64,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryMark {
    /// When, Unix milliseconds.
    pub at: u64,
    /// `action` for what somebody did to a node, `probe-lost`, `probe-found`.
    pub kind: Text,
    /// Who did it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub who: Text,
    /// The control.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub what: Text,
    /// The id of the node it was done to.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub node: Text,
    /// What it is called; of a probe its host.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// `ok`, or why it failed.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub outcome: Text,
}
