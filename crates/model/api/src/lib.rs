//! The browser's contract: what the app answers, in the shapes of Scope 1.13.
//!
//! Keys, their order and their absence follow the original, because its clients rely on them:
//! absent is nearly always fine, `null` in place of a list or string nearly never. What we add is
//! a new key. The crate is data only; `scope-present` fills it, `scope-server` sends it.
//!
//! The description of the API, `docs/api/openapi.json`, is made of these types by the feature
//! `schema` (`cargo xtask codegen`); the program carries the file, not the feature.

mod access;

mod app;

mod detail;

mod diff;

mod duration;

mod edge;

mod groups;

mod history;

#[cfg(feature = "schema")]
mod openapi;

mod positions;

mod summary;

mod topology;

pub use access::{AuditEntry, AuditPage, Me};
pub use app::{AppDetails, Capabilities, PluginSummary, ProbeEntry};
pub use detail::{
    ChildrenGroup, ColumnHeader, Connection, ConnectionsTable, ControlButton, NodeDetail,
    NodeDetailAnswer,
};
pub use diff::Diff;
pub use duration::parse_go_duration;
pub use edge::{
    EdgeDetail, EdgeDetailAnswer, EdgeEvidence, EdgeNode, EdgeObservation, EdgeObserver,
    EdgeSilence, EdgeSocket, EdgeSummary,
};
pub use groups::{GroupRule, GroupWay, GroupsAnswer, LabelRule};
pub use history::{HistoryAnswer, HistoryMark, HistoryStep};
#[cfg(feature = "schema")]
pub use openapi::openapi;
pub use positions::{Pin, Positions};
pub use summary::{
    LastAction, MetadataRow, MetricRow, MetricSample, NodeSummary, Nodes, ParentLink, Table,
    TableColumn, TableRow,
};
pub use topology::{OptionGroup, OptionValue, TopologyEntry, TopologyStats};

/// The description of the API, OpenAPI 3.1 in JSON.
pub const OPENAPI: &str = include_str!("../../../../docs/api/openapi.json");

/// The code by which the app closes the websockets of whoever is let in no longer: the session
/// ended, the token was revoked. The reason beside it is a sentence for people. Codes from 4000 on
/// are for such use (RFC 6455, section 7.4.2).
pub const CLOSE_SIGNED_OUT: u16 = 4401;

/// The code where what they may do has changed; connecting again shows what is left.
pub const CLOSE_RIGHTS_CHANGED: u16 = 4403;

/// A string that many answers repeat; a clone never allocates.
pub type Text = smol_str::SmolStr;
