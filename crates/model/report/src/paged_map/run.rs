//! Runs: the pages of a map, and with the same few steps the chapters they are gathered in.
//!
//! Every id of a run is at or after the run's low id and before that of the next run; what is
//! before the first is in the first. No run is empty.

use crate::Text;
use std::sync::Arc;

/// Rows of a page, pages of a chapter.
pub(super) const RUN_MAX: usize = 64;

/// How full runs are made at once; the rest is room for what comes later.
const RUN_FILLED: usize = 48;

/// A run shorter than this is joined with a neighbour where both have room in one.
const RUN_MIN: usize = 16;

pub(super) type Entry<T> = (Text, Arc<T>);

pub(super) type Page<T> = Run<Entry<T>>;

pub(super) type Chapter<T> = Run<Page<T>>;

/// Some of the items of a longer list, shared by copies of that list.
pub(super) struct Run<I> {
    low: Text,
    pub(super) items: Arc<Vec<I>>,
}

/// What has a place in the order of ids.
pub(super) trait Placed {
    fn low(&self) -> &Text;
}

impl<T> Placed for Entry<T> {
    fn low(&self) -> &Text {
        &self.0
    }
}

impl<I> Placed for Run<I> {
    fn low(&self) -> &Text {
        &self.low
    }
}

impl<I> Clone for Run<I> {
    fn clone(&self) -> Self {
        Self { low: self.low.clone(), items: Arc::clone(&self.items) }
    }
}

impl<I> Run<I> {
    /// Makes `id` part of the run, the first of all if need be.
    pub(super) fn begin_at(&mut self, id: &Text) {
        if *id < self.low {
            self.low = id.clone();
        }
    }
}

/// The index of the run that has `id` if any has.
pub(super) fn run_of<I>(runs: &[Run<I>], id: &str) -> usize {
    runs.partition_point(|run| run.low.as_str() <= id).saturating_sub(1)
}

/// Where `id` is on a page, or would be.
pub(super) fn position<T>(entries: &[Entry<T>], id: &str) -> Result<usize, usize> {
    entries.binary_search_by(|(own, _)| own.as_str().cmp(id))
}

/// Sorted items as runs.
pub(super) fn in_runs<I: Placed>(items: Vec<I>) -> Vec<Run<I>> {
    let filled = if items.len() <= RUN_MAX { RUN_MAX } else { RUN_FILLED };
    let mut runs = Vec::with_capacity(items.len().div_ceil(filled));
    let mut items = items.into_iter();
    loop {
        let run: Vec<I> = items.by_ref().take(filled).collect();
        let Some(first) = run.first() else { return runs };
        runs.push(Run { low: first.low().clone(), items: Arc::new(run) });
    }
}

/// Makes two of the run at `index`: halves, or all but the last item where that is the one at
/// `grown`.
pub(super) fn split<I: Placed + Clone>(runs: &mut Vec<Run<I>>, index: usize, grown: usize) {
    let Some(run) = runs.get_mut(index) else { return };
    let last = run.items.len().saturating_sub(1);
    let at = if grown == last { last } else { run.items.len() / 2 };
    let rest = Arc::make_mut(&mut run.items).split_off(at);
    let after = index + 1;
    runs.splice(after..after, in_runs(rest));
}

/// Drops the run at `index` if it is empty; joins it with a neighbour if both are short.
pub(super) fn join<I: Clone>(runs: &mut Vec<Run<I>>, index: usize) {
    let len = |index: usize| runs.get(index).map(|run: &Run<I>| run.items.len());
    match len(index) {
        Some(0) => {
            runs.remove(index);
            return;
        }
        Some(items) if items < RUN_MIN => {}
        _ => return,
    }
    let left = index.saturating_sub(1);
    let both = len(left).zip(len(left + 1)).map(|(left, right)| left + right);
    if both.is_some_and(|both| both <= RUN_FILLED) {
        let right = runs.remove(left + 1);
        if let Some(left) = runs.get_mut(left) {
            Arc::make_mut(&mut left.items).extend(Arc::unwrap_or_clone(right.items));
        }
    }
}
