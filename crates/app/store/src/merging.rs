//! What was merged already, so that only what changed is merged again.

use crate::Snapshot;
use crate::held::Held;
use scope_report::{Report, Text};
use scope_wire::{drop_part_merged, needs_upgrade, upgrade};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The last snapshot and the part of each probe in it.
pub(crate) struct Merging {
    pub(crate) snapshot: Arc<Snapshot>,
    parts: BTreeMap<Text, Part>,
}

/// The merged reports of one probe.
struct Part {
    /// The version of the store at which the reports last changed.
    changed: u64,
    merged: Arc<Report>,
    /// Whether the merge of all could need an upgrade because of this part.
    needs_upgrade: bool,
}

/// The reports of a probe that are not merged yet, as taken from the window.
pub(crate) struct Unmerged {
    probe: Text,
    changed: u64,
    reports: Vec<Arc<Report>>,
}

impl Merging {
    pub(crate) fn new() -> Self {
        let report = Arc::new(Report::empty());
        let snapshot = Snapshot { raw: Arc::clone(&report), report, version: 0 };
        Self { snapshot: Arc::new(snapshot), parts: BTreeMap::new() }
    }

    /// What `held` says that is not merged yet; parts of probes that fell silent are dropped.
    pub(crate) fn unmerged(&mut self, held: &Held) -> Vec<Unmerged> {
        self.parts.retain(|probe, _| held.probes.contains_key(probe));
        let is_merged = |probe, changed| {
            self.parts.get(probe).is_some_and(|part: &Part| part.changed == changed)
        };
        let changed = held.probes.iter().filter(|(probe, window)| {
            let probe: &Text = probe;
            !is_merged(probe, window.changed)
        });
        changed
            .map(|(probe, window)| Unmerged {
                probe: probe.clone(),
                changed: window.changed,
                reports: window.reports.values().cloned().collect(),
            })
            .collect()
    }

    /// Merges what is new and then all parts, as of `version`.
    pub(crate) fn merge(&mut self, unmerged: Vec<Unmerged>, version: u64) {
        for Unmerged { probe, changed, reports } in unmerged {
            let merged = merge(&reports);
            let needs_upgrade = needs_upgrade(&merged);
            self.parts.insert(probe, Part { changed, merged, needs_upgrade });
        }
        let parts: Vec<_> = self.parts.values().map(|part| Arc::clone(&part.merged)).collect();
        let raw = merge(&parts);
        let could_need = self.parts.values().any(|part| part.needs_upgrade);
        let report = if could_need && needs_upgrade(&raw) {
            let mut report = Report::clone(&raw);
            upgrade(&mut report);
            drop_part_merged(&mut report);
            Arc::new(report)
        } else {
            Arc::clone(&raw)
        };
        self.snapshot = Arc::new(Snapshot { report, raw, version });
    }
}

/// The merge of `reports`; a merge of one that already is a merge is that one.
fn merge(reports: &[Arc<Report>]) -> Arc<Report> {
    match reports {
        [report] if report.id.is_empty() && !report.shortcut => Arc::clone(report),
        _ => {
            let reports: Vec<&Report> = reports.iter().map(AsRef::as_ref).collect();
            Arc::new(Report::merged(&reports))
        }
    }
}
