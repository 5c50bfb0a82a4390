//! The laws of merge: no order, no grouping and no repetition of reports changes the nodes.

#[path = "../../wire/tests/generators.rs"]
mod generators;

use generators::report;
use proptest::prelude::*;
use scope_report::{ACTIVE_CONTROLS, Node, Report, Timestamp, TopologyKind};

/// What a merge must not depend on the order for: all but the receiver's own marks, and but the
/// sums where a report counts twice.
fn content(mut report: Report) -> Report {
    report.shortcut = false;
    report.id = Default::default();
    report
}

fn without_sums(mut report: Report) -> Report {
    report.sampling = Default::default();
    report.window_nanos = 0;
    report
}

fn merged(left: &Report, right: &Report) -> Report {
    let mut left = left.clone();
    left.merge(right);
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn merge_is_commutative(a in report(), b in report()) {
        prop_assert_eq!(content(merged(&a, &b)), content(merged(&b, &a)));
    }

    #[test]
    fn merge_is_associative(a in report(), b in report(), c in report()) {
        let left = merged(&merged(&a, &b), &c);
        let right = merged(&a, &merged(&b, &c));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn merge_is_idempotent(a in report(), b in report()) {
        prop_assert_eq!(without_sums(merged(&a, &a)), without_sums(a.clone()));
        let once = merged(&a, &b);
        prop_assert_eq!(without_sums(merged(&once, &b)), without_sums(once));
    }

    #[test]
    fn many_at_once_are_one_after_the_other(a in report(), b in report(), c in report()) {
        let expect = merged(&merged(&a, &b), &c);
        prop_assert_eq!(Report::merged(&[&a, &b, &c]), content(expect));
        prop_assert_eq!(Report::merged(&[&a]), content(a));
        prop_assert_eq!(Report::merged(&[]), Report::empty());
    }

    #[test]
    fn the_empty_report_says_nothing(a in report()) {
        prop_assert_eq!(content(merged(&Report::empty(), &a)), content(a.clone()));
        prop_assert_eq!(merged(&a, &Report::empty()), a);
    }
    #[test]
    fn controls_of_hosts_obey_the_laws(
        a in host_with_controls(),
        b in host_with_controls(),
        c in host_with_controls(),
    ) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &b), merged(&a, &b));
    }
}

/// One host, whole or a part of it as a delta says it, with or without controls.
fn host_with_controls() -> impl Strategy<Value = Report> {
    let controls = prop::option::of(prop::sample::select(&["", "b;a", "a;b", "b", "c;;c"][..]));
    (controls, 0..3i64, any::<bool>()).prop_map(|(controls, secs, whole)| {
        let mut node = if whole { Node::new("h;<host>", "host") } else { Node::default() };
        if let Some(controls) = controls {
            node.set_fact(ACTIVE_CONTROLS, at(secs), controls);
        }
        holding(TopologyKind::Host, node)
    })
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_unix(secs, 0).unwrap_or_default()
}

fn holding(kind: TopologyKind, node: Node) -> Report {
    let mut report = Report::empty();
    report.topology_mut(kind).nodes.insert("h;<host>".into(), node);
    report
}

#[track_caller]
fn check_controls(kind: TopologyKind, older: &str, newer: &str, expect: &str) {
    let of = |secs, controls: &str| {
        let mut node = Node::new("h;<host>", kind.name());
        node.set_fact(ACTIVE_CONTROLS, at(secs), controls);
        holding(kind, node)
    };
    let merged = merged(&of(1, older), &of(2, newer));
    let fact = merged.topology(kind).nodes["h;<host>"].latest.get(ACTIVE_CONTROLS);
    let fact = fact.map(|fact| (fact.value.as_str(), fact.timestamp));
    assert_eq!(fact, Some((expect, at(2))));
}

#[test]
fn hosts_offer_the_controls_of_all_probes_other_nodes_the_newer() {
    check_controls(TopologyKind::Host, "host_exec", "cordon", "cordon;host_exec");
    check_controls(TopologyKind::Host, "b;a", "b;a", "b;a");
    check_controls(TopologyKind::Container, "docker_stop;docker_pause", "plugin", "plugin");
}
