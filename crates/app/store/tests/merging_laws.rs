//! However reports come and go, the snapshot is the merge of those in the window, and what did
//! not change in it is the same allocation as before.

#[path = "../../../model/wire/tests/generators.rs"]
mod generators;

use generators::report;
use proptest::collection::vec;
use proptest::prelude::*;
use scope_report::{Node, Report, TopologyKind};
use scope_store::{Limits, Moment, Snapshot, Store};
use scope_wire::{drop_part_merged, upgrade};
use std::sync::Arc;

const WINDOW_SECS: u64 = 15;

/// Enough that some rows are spoken of by more probes than the store hears again at once.
const PROBES: usize = 8;

#[derive(Clone, Debug)]
enum Step {
    /// The probe of this number sends this one of the reports.
    Send { probe: usize, report: usize },
    /// The time since the step before, seconds.
    Wait(u64),
    /// Somebody looks.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => (0..PROBES, any::<usize>()).prop_map(|(probe, report)| Step::Send { probe, report }),
        2 => (0..8u64).prop_map(Step::Wait),
        4 => Just(Step::Look),
    ]
}

/// The same report with all it says in one section, so that many speak of one id.
fn crowded(mut report: Report) -> Report {
    let kind = TopologyKind::Host;
    let sections: Vec<_> =
        report.topologies_mut().map(|(_, section)| std::mem::take(section)).collect();
    for section in &sections {
        report.topology_mut(kind).merge(section, kind);
    }
    report
}

/// The reports that came, as a store that remembers everything would keep them.
struct Came(Vec<(u64, Arc<Report>)>);

impl Came {
    fn merged(&self, now: u64) -> Report {
        let within = self.0.iter().filter(|(at, _)| at + WINDOW_SECS >= now);
        let reports: Vec<&Report> = within.map(|(_, report)| report.as_ref()).collect();
        Report::merged(&reports)
    }
}

#[track_caller]
fn check(came: &Came, now: u64, before: &Snapshot, snapshot: &Snapshot) {
    let expect = came.merged(now);
    assert_eq!(*snapshot.raw, expect);
    let mut upgraded = expect;
    upgrade(&mut upgraded);
    drop_part_merged(&mut upgraded);
    assert_eq!(*snapshot.report, upgraded);
    for (new, old) in [(&snapshot.raw, &before.raw), (&snapshot.report, &before.report)] {
        assert!(new.dns.differences(&old.dns).all(|one| one.old_row() != one.new_row()));
        for (kind, topology) in new.topologies() {
            let mut differences = topology.nodes.differences(&old.topology(kind).nodes);
            assert!(differences.all(|one| one.old_row() != one.new_row()), "{kind:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_snapshot_is_the_merge_of_the_window(
        reports in vec(prop_oneof![report(), report().prop_map(crowded)], 4..16),
        steps in vec(step(), 1..60),
    ) {
        let reports: Vec<Arc<Report>> = reports.into_iter().map(Arc::new).collect();
        let store = Store::new(WINDOW_SECS * 1_000_000_000, Limits::default());
        let mut came = Came(Vec::new());
        let mut now = 100;
        let mut before = store.snapshot(Moment::from_secs(now));
        for step in steps.into_iter().chain([Step::Look, Step::Wait(WINDOW_SECS + 1), Step::Look]) {
            match step {
                Step::Send { probe, report } => {
                    // As the wire makes it: no allocation is shared by two reports.
                    let report = unshared(&reports[report % reports.len()]);
                    came.0.push((now, Arc::clone(&report)));
                    store.add(report, &format!("probe-{probe}"), Moment::from_secs(now)).unwrap();
                }
                Step::Wait(secs) => now += secs,
                Step::Look => {
                    let snapshot = store.snapshot(Moment::from_secs(now));
                    check(&came, now, &before, &snapshot);
                    before = snapshot;
                }
            }
        }
        prop_assert_eq!(before.raw.node_count(), 0);
    }
}

fn unshared(report: &Report) -> Arc<Report> {
    let mut copy = report.clone();
    for (_, topology) in copy.topologies_mut() {
        for node in topology.nodes.values_mut() {
            *node = Arc::new(Node::clone(node));
        }
    }
    Arc::new(copy)
}
