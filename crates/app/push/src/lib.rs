//! The change of a view between two moments, computed once for all its watchers.
//!
//! A scene is what a watcher holds: summaries by id. `apply(diff(a, b), a) == b` is the law. The
//! crate knows neither rendering nor sockets; `scope-server` sends what it computes.

use scope_api::{Diff, NodeSummary, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a watcher of a view holds.
pub type Scene = BTreeMap<Text, Arc<NodeSummary>>;

/// The frame that replaces whatever a watcher holds by `scene`.
pub fn reset(scene: &Scene) -> Diff {
    Diff { add: some(scene.values().cloned().collect()), reset: true, ..Diff::default() }
}

/// The frame that turns `from` into `to`; nodes are compared whole, shared ones not at all.
pub fn diff(from: &Scene, to: &Scene) -> Diff {
    let mut add = Vec::new();
    let mut update = Vec::new();
    for (id, node) in to {
        match from.get(id) {
            None => add.push(Arc::clone(node)),
            Some(old) if Arc::ptr_eq(old, node) || old == node => {}
            Some(_) => update.push(Arc::clone(node)),
        }
    }
    let remove = from.keys().filter(|id| !to.contains_key(*id)).cloned().collect();
    Diff { add: some(add), update: some(update), remove: some(remove), reset: false }
}

/// What a watcher does with a frame: an update or removal of an unknown id changes nothing.
pub fn apply(frame: &Diff, scene: &mut Scene) {
    if frame.reset {
        scene.clear();
    }
    for id in frame.remove.iter().flatten() {
        scene.remove(id);
    }
    for node in frame.update.iter().flatten() {
        if let Some(old) = scene.get_mut(&node.id) {
            *old = Arc::clone(node);
        }
    }
    for node in frame.add.iter().flatten() {
        scene.insert(node.id.clone(), Arc::clone(node));
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
