//! `apply(diff(a, b), a) == b`, and a reset reaches any watcher whatever it held.

use proptest::prelude::*;
use scope_api::NodeSummary;
use scope_push::{Scene, apply, diff, reset};
use std::sync::Arc;

fn scene() -> impl Strategy<Value = Scene> {
    proptest::collection::btree_map("[a-f]", "[x-z]{0,2}", 0..8).prop_map(|nodes| {
        nodes
            .into_iter()
            .map(|(id, label)| {
                let node = NodeSummary {
                    id: id.as_str().into(),
                    label: label.into(),
                    ..NodeSummary::default()
                };
                (id.into(), Arc::new(node))
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn applying_the_difference_arrives(from in scene(), to in scene()) {
        let mut held = from.clone();
        apply(&diff(&from, &to), &mut held);
        prop_assert_eq!(held, to);
    }

    #[test]
    fn no_change_is_an_empty_frame(scene in scene()) {
        let frame = diff(&scene, &scene.clone());
        prop_assert!(frame.add.is_none() && frame.update.is_none() && frame.remove.is_none());
    }

    #[test]
    fn late_and_early_watchers_agree(
        scenes in proptest::collection::vec(scene(), 1..6),
        joins in 0usize..6,
    ) {
        let mut early = Scene::new();
        apply(&reset(&scenes[0]), &mut early);
        let mut late = Scene::new();
        let joins = joins.min(scenes.len() - 1);
        for (index, pair) in scenes.windows(2).enumerate() {
            if index == joins {
                apply(&reset(&pair[0]), &mut late);
            }
            let frame = diff(&pair[0], &pair[1]);
            apply(&frame, &mut early);
            if index >= joins {
                apply(&frame, &mut late);
            }
        }
        if joins < scenes.len() - 1 {
            prop_assert_eq!(&late, &early);
        }
        prop_assert_eq!(&early, &scenes[scenes.len() - 1]);
    }
}
