//! The merge of many reports at once, in one pass over their nodes.
//!
//! Joining a thousand reports one after the other searches a growing map for every node; here
//! each map is made of all its sources at once.

use crate::{DnsMap, DnsNames, NodeMap, Report, TopologyKind};

impl Report {
    /// The merge of `reports`, which is no shortcut and has no id of its own.
    ///
    /// A node that only one report has, or that all share, is not copied.
    pub fn merged(reports: &[&Self]) -> Self {
        let mut merged = Self::empty();
        for report in reports {
            merged.merge_frame(report);
        }
        let sources = reports.iter().map(|report| &report.dns);
        merged.dns = DnsMap::merged(sources.collect(), DnsNames::merge);
        for kind in TopologyKind::ALL {
            let topology = merged.topology_mut(kind);
            for report in reports {
                topology.merge_frame(report.topology(kind));
            }
            let sources = reports.iter().map(|report| &report.topology(kind).nodes);
            topology.nodes = NodeMap::merged(sources.collect(), kind.node_merge());
        }
        merged
    }
}
