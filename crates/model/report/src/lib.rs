//! What one probe saw, as data: a report is a bag of topologies, a topology a bag of nodes.
//!
//! Both sides of the wire agree on these types and on the laws of their merge (associative,
//! commutative, idempotent over nodes). The crate is pure: no I/O, no clock, no randomness. It
//! refuses to know how a report is encoded (`scope-wire`), drawn (`scope-render`) or worded
//! (`scope-present`); shapes and labels are data that travels through it.
//! Names and meaning follow the wire of Scope 1.13.

mod timestamp;

mod sorted_map;

mod set;

mod paged_map;

pub mod id;

mod metric;

mod edge;

mod node;

mod template;

mod topology;

mod report;

mod merge_many;

mod printable;

pub use edge::{Edge, EdgeSide, edge_metric};
pub use metric::{Metric, Sample};
pub use node::{ACTIVE_CONTROLS, Fact, Node};
pub use paged_map::{Difference, DnsMap, Iter, NodeMap, PagedMap};
pub use printable::{is_printable, printable};
pub use report::{DnsNames, PluginSpec, Report, Sampling};
pub use set::StringSet;
pub use sorted_map::SortedMap;
pub use template::{
    Column, Control, MetadataTemplate, MetricTemplate, TableTemplate, TemplateSource,
};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use topology::{Topology, TopologyKind};

/// A string of a report: inline up to 23 bytes, shared beyond, so that a clone never allocates.
pub type Text = smol_str::SmolStr;
