//! The reports of the window, by probe and by age.

use crate::{AddError, Moment};
use scope_report::{Report, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much the store keeps at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Probes with a report in the window.
    pub probes_max: usize,
    /// Reports of one probe in the window; a probe may send one every 30 ms.
    pub reports_per_probe_max: usize,
    /// Nodes of all reports in the window, each counted in each report.
    pub nodes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { probes_max: 10_000, reports_per_probe_max: 1024, nodes_max: 20_000_000 }
    }
}

/// Reports in the order of arrival; the number tells those of one moment apart.
type Arrival = (Moment, u64);

/// The reports of one probe.
type ProbeWindow = BTreeMap<Arrival, Arc<Report>>;

/// All reports of the window.
pub(crate) struct Held {
    window_nanos: u64,
    limits: Limits,
    pub(crate) probes: BTreeMap<Text, ProbeWindow>,
    /// The probes of which a report came or went since somebody emptied this.
    pub(crate) changed: BTreeSet<Text>,
    /// Which probe's report comes next, oldest first.
    order: BTreeMap<Arrival, Text>,
    nodes: usize,
    added: u64,
    /// Counts what changes the merge: reports that came, moments at which some went.
    pub(crate) version: u64,
    /// The version of the last express report.
    pub(crate) shortcut_version: u64,
}

impl Held {
    pub(crate) fn new(window_nanos: u64, limits: Limits) -> Self {
        Self {
            window_nanos,
            limits,
            probes: BTreeMap::new(),
            changed: BTreeSet::new(),
            order: BTreeMap::new(),
            nodes: 0,
            added: 0,
            version: 0,
            shortcut_version: 0,
        }
    }

    pub(crate) fn add(
        &mut self,
        report: Arc<Report>,
        probe: &str,
        now: Moment,
    ) -> Result<(), AddError> {
        self.expire(now);
        let nodes = report.node_count();
        self.check(probe, nodes)?;
        self.nodes += nodes;
        self.added += 1;
        self.version += 1;
        if report.shortcut {
            self.shortcut_version = self.version;
        }
        let arrival = (now, self.added);
        let probe = Text::new(probe);
        self.order.insert(arrival, probe.clone());
        self.changed.insert(probe.clone());
        self.probes.entry(probe).or_default().insert(arrival, report);
        Ok(())
    }

    /// Lets go of the reports that arrived more than the window before `now`.
    pub(crate) fn expire(&mut self, now: Moment) {
        let mut expired = false;
        while let Some(oldest) = self.order.first_entry() {
            let arrival = *oldest.key();
            if arrival.0.plus_nanos(self.window_nanos) >= now {
                break;
            }
            let probe = oldest.remove();
            if !expired {
                expired = true;
                self.version += 1;
            }
            self.forget(&probe, arrival);
        }
    }

    /// How many reports arrived so far.
    pub(crate) fn arrived(&self) -> u64 {
        self.added
    }

    /// Every report with its probe, oldest first.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Arc<Report>> {
        self.order.iter().filter_map(|(arrival, probe)| self.probes.get(probe)?.get(arrival))
    }

    fn check(&self, probe: &str, nodes: usize) -> Result<(), AddError> {
        let Limits { probes_max, reports_per_probe_max, nodes_max } = self.limits;
        match self.probes.get(probe) {
            None if self.probes.len() >= probes_max => {
                return Err(AddError::TooManyProbes { max: probes_max });
            }
            Some(window) if window.len() >= reports_per_probe_max => {
                let (probe, max) = (probe.to_owned(), reports_per_probe_max);
                return Err(AddError::TooManyReports { probe, max });
            }
            _ => {}
        }
        if self.nodes.saturating_add(nodes) > nodes_max {
            return Err(AddError::TooManyNodes { nodes, max: nodes_max });
        }
        Ok(())
    }

    fn forget(&mut self, probe: &Text, arrival: Arrival) {
        let Some(window) = self.probes.get_mut(probe) else { return };
        if let Some(report) = window.remove(&arrival) {
            self.nodes = self.nodes.saturating_sub(report.node_count());
        }
        if window.is_empty() {
            self.probes.remove(probe);
        }
        self.changed.insert(probe.clone());
    }
}
