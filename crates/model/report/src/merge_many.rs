//! The merge of many reports at once, in one pass over their nodes.
//!
//! Joining a thousand reports one after the other searches a growing map for every node; here
//! each map is made of all its sources at once.

use crate::{DnsMap, DnsNames, NodeMap, Report};

impl Report {
    /// The merge of `reports`, which is no shortcut and has no id of its own.
    ///
    /// A node that only one report has, or that all share, is not copied.
    pub fn merged(reports: &[&Self]) -> Self {
        let mut merged = Self::merged_frames(reports);
        let sources = reports.iter().map(|report| &report.dns);
        merged.dns = DnsMap::merged(sources.collect(), DnsNames::merge);
        for (kind, topology) in merged.topologies_mut() {
            let sources = reports.iter().map(|report| &report.topology(kind).nodes);
            topology.nodes = NodeMap::merged(sources.collect(), kind.node_merge());
        }
        merged
    }

    /// The merge of `reports`, of which `older` was the merge until those of `touched` came or
    /// went. Nodes and names that are equal to what they were stay the same allocation.
    pub fn merged_again(reports: &[&Self], older: &Self, touched: &[&Self]) -> Self {
        let mut merged = Self::merged_frames(reports);
        let sources = reports.iter().map(|report| &report.dns).collect();
        let changed: Vec<&DnsMap> = touched.iter().map(|report| &report.dns).collect();
        merged.dns = DnsMap::merged_again(sources, &older.dns, &changed, DnsNames::merge);
        for (kind, topology) in merged.topologies_mut() {
            let sources = reports.iter().map(|report| &report.topology(kind).nodes).collect();
            let changed: Vec<&NodeMap> =
                touched.iter().map(|report| &report.topology(kind).nodes).collect();
            let older = &older.topology(kind).nodes;
            topology.nodes = NodeMap::merged_again(sources, older, &changed, kind.node_merge());
        }
        merged
    }

    /// The merge of all but nodes and names.
    fn merged_frames(reports: &[&Self]) -> Self {
        let mut merged = Self::empty();
        for report in reports {
            merged.merge_frame(report);
        }
        for (kind, topology) in merged.topologies_mut() {
            for report in reports {
                topology.merge_frame(report.topology(kind));
            }
        }
        merged
    }
}
