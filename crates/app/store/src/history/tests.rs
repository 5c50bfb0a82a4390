//! What is kept of the past, for how long, and what grows coarse.

use super::*;
use scope_report::{Node, Timestamp, TopologyKind};

fn plan(span_ms: u64, bytes_max: usize) -> HistoryPlan {
    HistoryPlan { span_ms, interval_ms: 10, bytes_max }
}

fn snapshot(version: u64, containers: &[(&str, &str)], hosts: &[&str]) -> Arc<Snapshot> {
    let mut report = Report::empty();
    for (id, state) in containers {
        let mut node = Node::new(*id, "container");
        node.set_fact("docker_container_state", Timestamp::ZERO, *state);
        report.topology_mut(TopologyKind::Container).add(node);
    }
    for host in hosts {
        let mut node = Node::new(format!("{host};<host>"), "host");
        node.set_fact("control_probe_id", Timestamp::ZERO, *host);
        node.set_fact("host_name", Timestamp::ZERO, *host);
        report.topology_mut(TopologyKind::Host).add(node);
    }
    let report = Arc::new(report);
    Arc::new(Snapshot { raw: Arc::clone(&report), report, version })
}

fn keep(history: &mut History<&'static str>, at_ms: u64) {
    let snapshot = snapshot(at_ms, &[("a", "running")], &[]);
    let packed = Packed::of(&snapshot.report);
    let step = Step { at_ms, activity: Activity::default(), reports: 1 };
    history.keep(step, &snapshot, packed);
}

fn times(history: &History<&'static str>) -> String {
    let times: Vec<String> = history.moments_ms().map(|at| at.to_string()).collect();
    times.join(" ")
}

#[test]
fn a_moment_is_what_stood_then() {
    let mut history = History::new(plan(1000, usize::MAX));
    assert!(matches!(history.at(5), Found::Nothing));
    for at_ms in [100, 110, 120] {
        keep(&mut history, at_ms);
    }
    let check = |at_ms: u64, expect: Option<u64>| {
        let found = match history.at(at_ms) {
            Found::Kept(taken_ms, packed) => {
                let report = packed.unpack().unwrap();
                assert!(report.topology(TopologyKind::Container).nodes.contains_key("a"));
                Some(taken_ms)
            }
            _ => None,
        };
        assert_eq!(found, expect, "{at_ms}");
    };
    check(99, None);
    check(100, Some(100));
    check(119, Some(110));
    check(5000, Some(120));
    assert!(matches!(history.at(99), Found::TooOld));
}

#[test]
fn what_is_older_than_the_span_goes() {
    let mut history = History::new(plan(25, usize::MAX));
    history.mark(100, "old");
    for at_ms in [100, 110, 120, 130, 140] {
        keep(&mut history, at_ms);
    }
    history.mark(140, "new");
    // The one of 110 stood at 115, the oldest moment of the span.
    assert_eq!(times(&history), "110 120 130 140");
    assert_eq!(history.steps().map(|step| step.at_ms).collect::<Vec<_>>(), [120, 130, 140]);
    assert_eq!(history.marks().map(|mark| mark.what).collect::<Vec<_>>(), ["new"]);
}

#[test]
fn what_is_too_much_grows_coarse_where_it_is_old() {
    let mut one = History::new(plan(10_000, usize::MAX));
    keep(&mut one, 1);
    let mut history = History::new(plan(10_000, one.bytes() * 6));
    for at_ms in (10..=1000).step_by(10) {
        keep(&mut history, at_ms);
    }
    assert!(history.bytes() <= one.bytes() * 6);
    let times: Vec<u64> = history.moments_ms().collect();
    assert_eq!((times.len(), times.first(), times.last()), (6, Some(&10), Some(&1000)));
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.first() > gaps.last(), "{times:?}");
    assert_eq!(history.steps().count(), 100);
}

#[test]
fn a_clock_that_was_set_back_goes_on() {
    let mut history = History::new(plan(10_000, usize::MAX));
    for at_ms in [100, 110, 120, 105, 115] {
        keep(&mut history, at_ms);
    }
    assert_eq!(times(&history), "100 105 115");
    assert_eq!(history.steps().map(|step| step.at_ms).collect::<Vec<_>>(), [100, 105, 115]);
}

#[test]
fn marks_are_bounded() {
    let mut history = History::new(plan(10_000, usize::MAX));
    for at_ms in 0..HISTORY_MARKS_MAX as u64 + 5 {
        history.mark(at_ms, "x");
    }
    assert_eq!(history.marks().count(), HISTORY_MARKS_MAX);
    assert_eq!(history.marks().next().map(|mark| mark.at_ms), Some(5));
}

#[test]
fn long_spans_have_long_steps() {
    let check = |span_ms: u64, interval_ms: u64, expect: u64| {
        assert_eq!(HistoryPlan::new(span_ms, interval_ms).interval_ms, expect);
    };
    check(600_000, 5_000, 5_000);
    check(86_400_000, 5_000, 60_000);
    check(10, 0, 1);
}

#[test]
fn activity_is_what_came_went_and_changed_its_state() {
    let before = snapshot(1, &[("a", "running"), ("b", "running")], &["web-1", "web-2"]);
    let now = snapshot(2, &[("a", "paused"), ("c", "running")], &["web-2", "web-3"]);
    let (activity, losses) = Activity::between(&before.report, &now.report);
    assert_eq!(activity, Activity { added: 2, removed: 2, changed: 1 });
    let told: Vec<_> = losses.iter().map(|loss| (loss.hostname.as_str(), loss.is_back)).collect();
    assert_eq!(told, [("web-1", false), ("web-3", true)]);
}
