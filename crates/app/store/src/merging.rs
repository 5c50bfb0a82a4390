//! The merge of all that is in the window, kept up at the cost of what changes.
//!
//! The reports of a probe are merged into its part when one of them came or went. What differs
//! between its part before and now is then changed in the merge of all. Rows that come out
//! equal stay the same allocation, so that whoever compares two snapshots sees only what is new.

use crate::Snapshot;
use crate::frames::Frames;
use crate::held::Held;
use crate::parts::{Change, Parts};
use crate::rows::Rows;
use scope_report::{DnsNames, Node, Report, Text, TopologyKind};
use scope_wire::{drop_part_merged, needs_upgrade, upgrade};
use std::sync::Arc;

/// The last snapshot and what it was made of.
pub(crate) struct Merging {
    pub(crate) snapshot: Arc<Snapshot>,
    parts: Parts,
    frames: Frames,
    nodes: [Rows<Node>; TopologyKind::ALL.len()],
    dns: Rows<DnsNames>,
}

/// The reports in the window of a probe that changed; none where it fell silent.
pub(crate) struct Unmerged {
    probe: Text,
    reports: Vec<Arc<Report>>,
}

impl Merging {
    pub(crate) fn new() -> Self {
        let report = Arc::new(Report::empty());
        let snapshot = Snapshot { raw: Arc::clone(&report), report, version: 0 };
        Self {
            snapshot: Arc::new(snapshot),
            parts: Parts::new(),
            frames: Frames::new(),
            nodes: TopologyKind::ALL.map(|kind| Rows::new(kind.node_merge())),
            dns: Rows::new(DnsNames::merge),
        }
    }

    /// Merges what changed, as of `version`.
    pub(crate) fn merge(&mut self, unmerged: Vec<Unmerged>, version: u64) {
        for Unmerged { probe, reports } in unmerged {
            if let Some(change) = self.parts.replace(probe, reports) {
                self.change(&change);
            }
        }
        let raw = Arc::new(self.raw());
        let could_need = self.parts.iter().any(|part| part.needs_upgrade);
        let report = if could_need && needs_upgrade(&raw) {
            let mut report = Report::clone(&raw);
            upgrade(&mut report);
            drop_part_merged(&mut report);
            report.keep_equal(&self.snapshot.report);
            Arc::new(report)
        } else {
            Arc::clone(&raw)
        };
        self.snapshot = Arc::new(Snapshot { report, raw, version });
    }

    fn change(&mut self, Change { part, before, now }: &Change) {
        let parts = &self.parts;
        self.frames.change(before, now);
        self.dns.change(*part, &before.dns, &now.dns, |part| Some(&parts.report(part)?.dns));
        for (rows, kind) in self.nodes.iter_mut().zip(TopologyKind::ALL) {
            let (before, now) = (&before.topology(kind).nodes, &now.topology(kind).nodes);
            rows.change(*part, before, now, |part| Some(&parts.report(part)?.topology(kind).nodes));
        }
    }

    /// The merge of all parts.
    fn raw(&mut self) -> Report {
        let older = &self.snapshot.raw;
        let mut raw = Report::empty();
        for part in self.parts.iter() {
            raw.merge_frame(&part.merged);
        }
        self.dns.keep_equal(&older.dns);
        raw.dns = self.dns.joined().clone();
        for (rows, (kind, frame)) in self.nodes.iter_mut().zip(self.frames.joined()) {
            rows.keep_equal(&older.topology(kind).nodes);
            let topology = raw.topology_mut(kind);
            topology.clone_from(frame);
            topology.nodes = rows.joined().clone();
        }
        raw
    }
}

impl Unmerged {
    /// What changed in `held` since this was last asked.
    pub(crate) fn take(held: &mut Held) -> Vec<Self> {
        let changed = std::mem::take(&mut held.changed);
        let reports = |probe: &Text| {
            let window = held.probes.get(probe);
            window.map(|window| window.values().cloned().collect()).unwrap_or_default()
        };
        changed.into_iter().map(|probe| Self { reports: reports(&probe), probe }).collect()
    }
}
