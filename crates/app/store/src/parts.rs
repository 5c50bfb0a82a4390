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
    pub(crate) fn replace(&mut self, probe: Text, reports: &[Arc<Report>]) -> Option<Change> {
        let reports: Vec<&Report> = reports.iter().map(AsRef::as_ref).collect();
        if reports.is_empty() {
            let part = self.numbers.remove(&probe)?;
            let before = self.slots.get_mut(part as usize)?.take()?.merged;
            self.free.push(part);
            return Some(Change { part, before, now: Arc::new(Report::empty()) });
        }
        let part = self.number(probe)?;
        let slot = self.slots.get_mut(part as usize)?;
        let mut merged = Report::merged(&reports);
        let before = slot.take().map_or_else(|| Arc::new(Report::empty()), |part| part.merged);
        merged.keep_equal(&before);
        let needs_upgrade = needs_upgrade(&merged);
        let now = Arc::new(merged);
        *slot = Some(Part { merged: Arc::clone(&now), needs_upgrade });
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
