//! Graph to the browser's contract: words, shapes, metrics, tables, controls and connections.
//!
//! Every label, shape and row of the report's templates meets its node here; nodes that are not
//! observed get words of ours. The crate is synchronous and deterministic. It refuses to decide
//! what is shown: that is the graph of `scope-render`; and it never fails, for what a node does
//! not say is simply not in its answer.

mod censor;

mod kinds;

mod rows;

mod tables;

mod metric_links;

mod summary;

mod controls;

mod children;

mod connections;

mod detail;

mod edges;

mod topology_list;

pub use censor::{Censor, censored};
pub use detail::detail;
pub use edges::{EVIDENCE_MAX, edge_detail, with_edges};
pub use metric_links::{InvalidMetricLinks, MetricLinks};
pub use summary::{Manner, summaries};
pub use topology_list::{topology_list, topology_stats};
