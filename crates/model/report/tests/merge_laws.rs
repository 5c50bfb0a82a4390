//! The laws of merge: no order, no grouping and no repetition of reports changes the nodes.

#[path = "../../wire/tests/generators.rs"]
mod generators;

use generators::report;
use proptest::prelude::*;
use scope_report::Report;

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
}
