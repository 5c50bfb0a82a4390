//! A paged map is a `BTreeMap` whose copies are cheap: whatever is done to both, they agree.

use proptest::collection::vec;
use proptest::prelude::*;
use scope_report::{Difference, PagedMap, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

type Model = BTreeMap<Text, Arc<u32>>;

/// Ids of the tests; enough of them for several chapters of pages.
const IDS: u32 = 12_000;

/// What is done to a map.
#[derive(Clone, Debug)]
enum Step {
    /// One row after the other, from an id on.
    Insert {
        from: u32,
        count: u32,
        stride: u32,
        row: u32,
    },
    Change {
        id: u32,
        row: u32,
    },
    Remove {
        from: u32,
        count: u32,
    },
    /// Every so manieth row stays.
    Thin {
        by: u32,
    },
    Merge {
        from: u32,
        count: u32,
    },
    /// The map is made anew of its own rows.
    Rebuild,
}

fn step() -> impl Strategy<Value = Step> {
    let id = || 0..IDS;
    prop_oneof![
        6 => (id(), 1..600u32, 1..9u32, any::<u32>())
            .prop_map(|(from, count, stride, row)| Step::Insert { from, count, stride, row }),
        4 => (id(), any::<u32>()).prop_map(|(id, row)| Step::Change { id, row }),
        3 => (id(), 1..2000u32).prop_map(|(from, count)| Step::Remove { from, count }),
        1 => (2..40u32).prop_map(|by| Step::Thin { by }),
        2 => (id(), 1..300u32).prop_map(|(from, count)| Step::Merge { from, count }),
        1 => Just(Step::Rebuild),
    ]
}

fn id(number: u32) -> Text {
    format!("{:05};<row>", number % IDS).into()
}

/// A map and its model of `count` rows.
fn filled(count: u32) -> (PagedMap<u32>, Model) {
    let model: Model = (0..count).map(|number| (id(number * 3), Arc::new(number))).collect();
    (model.clone().into_iter().collect(), model)
}

fn take(map: &mut PagedMap<u32>, model: &mut Model, step: &Step) {
    match *step {
        Step::Insert { from, count, stride, row } => {
            for number in 0..count {
                let (id, row) = (id(from + number * stride), Arc::new(row));
                assert_eq!(map.insert(id.clone(), Arc::clone(&row)), model.insert(id, row));
            }
        }
        Step::Change { id: number, row } => {
            let (ours, theirs) = (map.get_mut(&id(number)), model.get_mut(&id(number)));
            assert_eq!(ours, theirs);
            ours.into_iter().chain(theirs).for_each(|known| *known = Arc::new(row));
        }
        Step::Remove { from, count } => {
            for number in from..from + count {
                assert_eq!(map.remove(&id(number)), model.remove(&id(number)));
            }
        }
        Step::Thin { by } => {
            let stays = |id: &Text| id[..5].parse::<u32>().is_ok_and(|number| number % by == 0);
            map.retain(|id, _| stays(id));
            model.retain(|id, _| stays(id));
        }
        Step::Merge { from, count } => {
            let other: PagedMap<u32> =
                (from..from + count).map(|number| (id(number), number)).collect();
            map.merge(&other, |ours, theirs| *ours = (*ours).max(*theirs));
            for (id, theirs) in &other {
                let ours = model.entry(id.clone()).or_insert_with(|| Arc::clone(theirs));
                *ours = Arc::new(**(&*ours).max(theirs));
            }
        }
        Step::Rebuild => {
            // In descending order, so that building has to sort them.
            let mut rows: Vec<_> = map.iter().map(|(id, row)| (id.clone(), row.clone())).collect();
            rows.reverse();
            *map = rows.into_iter().collect();
        }
    }
}

#[track_caller]
fn check_equal(map: &PagedMap<u32>, model: &Model) {
    assert_eq!(map.len(), model.len());
    assert_eq!(map.iter().len(), model.len());
    assert!(map.iter().eq(model.iter()), "not the same rows in the same order");
    assert!(map.keys().eq(model.keys()) && map.values().eq(model.values()));
    for number in (0..IDS).step_by(97) {
        assert_eq!(map.get(&id(number)), model.get(&id(number)));
    }
}

/// Ids with old and new row, found the long way.
fn naive_differences(new: &Model, old: &Model) -> Vec<(Text, Option<u32>, Option<u32>)> {
    let ids: std::collections::BTreeSet<&Text> = new.keys().chain(old.keys()).collect();
    let rows = ids.into_iter().map(|id| (id, old.get(id), new.get(id)));
    let differ = rows.filter(|(_, old, new)| match (old, new) {
        (Some(old), Some(new)) => !Arc::ptr_eq(old, new),
        _ => true,
    });
    differ.map(|(id, old, new)| (id.clone(), old.map(|row| **row), new.map(|row| **row))).collect()
}

fn found(difference: &Difference<'_, u32>) -> (Text, Option<u32>, Option<u32>) {
    let value = |row: Option<&Arc<u32>>| row.map(|row| **row);
    (difference.id().clone(), value(difference.old_row()), value(difference.new_row()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_is_the_map_of_the_standard_library(
        start in 0..4000u32,
        steps in vec(step(), 1..14),
        kept_at in 0..14usize,
    ) {
        let (mut map, mut model) = filled(start);
        let mut kept = (map.clone(), model.clone());
        for (index, step) in steps.iter().enumerate() {
            if index == kept_at {
                kept = (map.clone(), model.clone());
            }
            take(&mut map, &mut model, step);
            check_equal(&map, &model);
        }
        check_equal(&kept.0, &kept.1);
        let differences: Vec<_> = map.differences(&kept.0).map(|one| found(&one)).collect();
        prop_assert_eq!(differences, naive_differences(&model, &kept.1));
        prop_assert_eq!(map == kept.0, model == kept.1);
    }

    #[test]
    fn ranges_are_those_of_the_standard_library(
        count in 0..4000u32,
        from in 0..IDS,
        to in 0..IDS,
    ) {
        let (map, model) = filled(count);
        let (from, to) = (id(from.min(to)), id(from.max(to)));
        let expect: Vec<_> = model.range(from.clone()..to.clone()).collect();
        prop_assert_eq!(map.range(from.as_str()..to.as_str()).collect::<Vec<_>>(), expect);
        let expect: Vec<_> = model.range(from.clone()..=to.clone()).collect();
        prop_assert_eq!(map.range(from.as_str()..=to.as_str()).collect::<Vec<_>>(), expect);
        let expect: Vec<_> = model.range(from.clone()..).collect();
        prop_assert_eq!(map.range(from.as_str()..).collect::<Vec<_>>(), expect);
        let expect: Vec<_> = model.range(..to.clone()).collect();
        prop_assert_eq!(map.range(..to.as_str()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn equal_rows_are_kept(count in 1..4000u32, steps in vec(step(), 1..5)) {
        let (older, model) = filled(count);
        let (mut map, _) = filled(count);
        prop_assert_eq!(map.differences(&older).count(), model.len());
        let mut changed = model.clone();
        steps.iter().for_each(|step| take(&mut map, &mut changed, step));
        map.keep_equal(&older);
        check_equal(&map, &changed);
        prop_assert!(map.differences(&older).all(|one| one.old_row() != one.new_row()));
    }
}

#[test]
fn the_last_of_equal_ids_wins() {
    let map = |rows: &[(&str, u32)]| -> PagedMap<u32> {
        rows.iter().map(|(id, row)| (Text::new(id), *row)).collect()
    };
    let doubled = map(&[("b", 1), ("a", 2), ("b", 3)]);
    assert_eq!(doubled, map(&[("a", 2), ("b", 3)]));
    assert_eq!(*doubled["b"], 3);
}

#[test]
fn changing_one_row_leaves_the_rest_shared() {
    let (older, _) = filled(4000);
    let mut newer = older.clone();
    newer.insert(id(300), 7);
    let differences: Vec<_> = newer.differences(&older).map(|one| found(&one)).collect();
    assert_eq!(differences, [(id(300), Some(100), Some(7))]);
    assert!(newer.get_mut("nobody").is_none() && newer.remove("nobody").is_none());
}
