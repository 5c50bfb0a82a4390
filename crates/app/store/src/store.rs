//! The store as the server holds it: added to by every probe, asked by every watcher.

use crate::held::{Held, Limits};
use crate::merging::{Merging, Unmerged};
use crate::{AddError, Moment, Probe, Snapshot, summary};
use scope_report::Report;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How long a report counts unless `--app.window` says otherwise, in seconds.
pub const WINDOW_DEFAULT_SECS: u64 = 15;

/// How far the store has come; what subscribers wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Grows with every report.
    pub version: u64,
    /// The version of the last express report: watchers should be served at once.
    pub shortcut_version: u64,
}

/// A window of reports and the snapshot they amount to.
pub struct Store {
    held: Mutex<Held>,
    /// Locked while merging, so that one asks and the others wait for the same answer; never
    /// locked while `held` is, so that reports come in meanwhile.
    merging: Mutex<Merging>,
    news: watch::Sender<News>,
    /// Shows one saved report and takes no other.
    fixed: bool,
}

impl Store {
    /// An empty store that keeps each report for `window_nanos`.
    pub fn new(window_nanos: u64, limits: Limits) -> Self {
        Self {
            held: Mutex::new(Held::new(window_nanos, limits)),
            merging: Mutex::new(Merging::new()),
            news: watch::Sender::new(News::default()),
            fixed: false,
        }
    }

    /// A store of one saved report, for ever: what is added is passed over, as Scope 1.13 has it.
    pub fn fixed(report: Arc<Report>) -> Self {
        let limits = Limits { nodes_max: usize::MAX, ..Limits::default() };
        let store = Self::new(u64::MAX, limits);
        let kept = store.add(report, "", Moment::default());
        debug_assert_eq!(kept, Ok(()), "an empty store takes one report");
        Self { fixed: true, ..store }
    }

    /// Keeps a report that arrived from `probe` (its `X-Scope-Probe-ID`) at `now`, and tells the
    /// subscribers. Nothing is merged yet.
    pub fn add(&self, report: Arc<Report>, probe: &str, now: Moment) -> Result<(), AddError> {
        if self.fixed {
            return Ok(());
        }
        let mut held = lock(&self.held);
        held.add(report, probe, now)?;
        let news = News { version: held.version, shortcut_version: held.shortcut_version };
        // Sent under the lock, so that versions arrive in order.
        self.news.send_replace(news);
        Ok(())
    }

    /// The merge of the reports that arrived within the window before `now`.
    ///
    /// The same allocation as before unless a report came or went.
    pub fn snapshot(&self, now: Moment) -> Arc<Snapshot> {
        let mut merging = self.lock_merging();
        let mut held = lock(&self.held);
        held.expire(now);
        let version = held.version;
        if version != merging.snapshot.version {
            let unmerged = Unmerged::take(&mut held);
            drop(held);
            merging.merge(unmerged, version);
        }
        Arc::clone(&merging.snapshot)
    }

    /// Wakes with every report from now on. That reports expire wakes nobody: who needs to see
    /// it asks for a [`Store::snapshot`] now and then.
    pub fn subscribe(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// How many reports arrived so far.
    pub fn arrived(&self) -> u64 {
        lock(&self.held).arrived()
    }

    /// The probes known at `now`, for `GET /api/probes`.
    pub fn probes(&self, now: Moment) -> Vec<Probe> {
        self.snapshot(now).probes()
    }

    /// Whether any report is in the window at `now`, for `GET /api/probes?sparse`.
    pub fn has_reports(&self, now: Moment) -> bool {
        let mut held = lock(&self.held);
        held.expire(now);
        !held.probes.is_empty()
    }

    /// One line on each report in the window at `now`, oldest first, for `GET /admin/summary`.
    pub fn summary_lines(&self, now: Moment) -> Vec<String> {
        if self.fixed {
            return vec!["not implemented".to_owned()];
        }
        let reports: Vec<Arc<Report>> = {
            let mut held = lock(&self.held);
            held.expire(now);
            held.in_order().cloned().collect()
        };
        reports.iter().map(|report| summary::line(report)).collect()
    }

    /// After a panic within a merge, which is half done then, all is merged anew.
    fn lock_merging(&self) -> MutexGuard<'_, Merging> {
        self.merging.lock().unwrap_or_else(|poisoned| {
            let mut merging = poisoned.into_inner();
            *merging = Merging::new();
            let mut held = lock(&self.held);
            held.changed = held.probes.keys().cloned().collect();
            self.merging.clear_poison();
            merging
        })
    }
}

/// A panic elsewhere leaves the data whole: every change under a lock is complete or not begun.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
