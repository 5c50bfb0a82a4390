//! The merged reports of each probe, under numbers.

use crate::rows::PartNumber;
use scope_report::{Report, Text};
use scope_wire::needs_upgrade;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The part of every probe that has a report in the window.
pub(crate) struct Parts {
    numbers: BTreeMap<Text, PartNumber>,
    /// By number; `None` where a probe fell silent, until another takes its place.
    slots: Vec<Option<Part>>,
    free: Vec<PartNumber>,
}

/// The merged reports of one probe.
pub(crate) struct Part {
    pub(crate) merged: Arc<Report>,
    /// What it was merged of.
    reports: Vec<Arc<Report>>,
    /// Whether the merge of all could need an upgrade because of this part.
    pub(crate) needs_upgrade: bool,
}

/// How the part of one probe changed.
pub(crate) struct Change {
    pub(crate) part: PartNumber,
    /// What it said; the empty report where it said nothing.
    pub(crate) before: Arc<Report>,
    pub(crate) now: Arc<Report>,
}

impl Parts {
    pub(crate) fn new() -> Self {
        Self { numbers: BTreeMap::new(), slots: Vec::new(), free: Vec::new() }
    }

    /// All parts, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Part> {
        self.slots.iter().flatten()
    }

    /// What the part of this number says.
    pub(crate) fn report(&self, part: PartNumber) -> Option<&Report> {
        Some(&self.slots.get(part as usize)?.as_ref()?.merged)
    }

    /// Merges all that is in the window of `probe`; nothing, where it fell silent.
    pub(crate) fn replace(&mut self, probe: Text, reports: Vec<Arc<Report>>) -> Option<Change> {
        if reports.is_empty() {
            let part = self.numbers.remove(&probe)?;
            let before = self.slots.get_mut(part as usize)?.take()?.merged;
            self.free.push(part);
            return Some(Change { part, before, now: Arc::new(Report::empty()) });
        }
        let part = self.number(probe)?;
        let slot = self.slots.get_mut(part as usize)?;
        let (before, earlier) = match slot.take() {
            Some(Part { merged, reports, .. }) => (merged, reports),
            None => (Arc::new(Report::empty()), Vec::new()),
        };
        let now = Arc::new(merged_again(&reports, &before, &earlier));
        let needs_upgrade = needs_upgrade(&now);
        *slot = Some(Part { merged: Arc::clone(&now), reports, needs_upgrade });
        Some(Change { part, before, now })
    }

    /// The number of `probe`, a new one if need be.
    fn number(&mut self, probe: Text) -> Option<PartNumber> {
        if let Some(part) = self.numbers.get(&probe) {
            return Some(*part);
        }
        let part = match self.free.pop() {
            Some(part) => part,
            None => {
                self.slots.push(None);
                PartNumber::try_from(self.slots.len() - 1).ok()?
            }
        };
        self.numbers.insert(probe, part);
        Some(part)
    }
}

/// The merge of `reports`, where `before` is that of `earlier`.
fn merged_again(reports: &[Arc<Report>], before: &Report, earlier: &[Arc<Report>]) -> Report {
    let times_among = |report: &Arc<Report>, others: &[Arc<Report>]| {
        others.iter().filter(|other| Arc::ptr_eq(other, report)).count()
    };
    let came = reports
        .iter()
        .filter(|report| times_among(report, reports) != times_among(report, earlier));
    let went = earlier.iter().filter(|report| times_among(report, reports) == 0);
    let touched: Vec<&Report> = came.chain(went).map(AsRef::as_ref).collect();
    let reports: Vec<&Report> = reports.iter().map(AsRef::as_ref).collect();
    Report::merged_again(&reports, before, &touched)
}
