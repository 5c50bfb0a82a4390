//! The merge of many reports at once, in one pass over their nodes.
//!
//! Joining a thousand reports one after the other searches a growing map for every node; here
//! the nodes of all are put in order once and the map is built from the bottom.

use crate::{Node, Report, Text, TopologyKind};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Report {
    /// The merge of `reports`, which is no shortcut and has no id of its own.
    ///
    /// A node that only one report has, or that all share, is not copied.
    pub fn merged(reports: &[&Self]) -> Self {
        let mut merged = Self::empty();
        for report in reports {
            merged.merge_frame(report);
        }
        for kind in TopologyKind::ALL {
            let topology = merged.topology_mut(kind);
            for report in reports {
                topology.merge_frame(report.topology(kind));
            }
            topology.nodes = merged_nodes(reports, kind);
        }
        merged
    }
}

fn merged_nodes(reports: &[&Report], kind: TopologyKind) -> BTreeMap<Text, Arc<Node>> {
    let sources = reports.iter().map(|report| &report.topology(kind).nodes);
    let mut sources: Vec<_> = sources.filter(|nodes| !nodes.is_empty()).collect();
    match sources.as_slice() {
        [] => return BTreeMap::new(),
        [only] => return BTreeMap::clone(only),
        _ => {}
    }
    // Ids start with their host: in the order of their first ids, the nodes of different hosts
    // form one long run, which the sort passes over without moving anything.
    sources.sort_by(|a, b| a.keys().next().cmp(&b.keys().next()));
    let mut entries: Vec<(&Text, &Arc<Node>)> = sources.into_iter().flatten().collect();
    entries.sort_by(|a, b| a.0.cmp(b.0));
    let mut nodes: Vec<(Text, Arc<Node>)> = Vec::with_capacity(entries.len());
    for (id, theirs) in entries {
        match nodes.last_mut() {
            Some((last, ours)) if last == id => {
                if !Arc::ptr_eq(ours, theirs) {
                    Arc::make_mut(ours).merge(theirs);
                }
            }
            _ => nodes.push((id.clone(), Arc::clone(theirs))),
        }
    }
    nodes.into_iter().collect()
}
