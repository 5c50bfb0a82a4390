//! What went through sockets since that was told last: only those are remembered that carried
//! anything.
//!
//! Of a socket that opened since the last pass everything counts; of one that was there when its
//! namespace was first seen, nothing before that.

use crate::meter::{Rates, rates};
use crate::socket_table::Traffic;
use rustc_hash::FxHashMap;
use scope_report::Timestamp;

/// The counters of sockets at the last telling, where they are not the same any more.
#[derive(Debug, Default)]
pub(super) struct Moved {
    from: FxHashMap<u64, Traffic>,
    /// When each namespace was first passed; those of the pass that goes on have no time yet.
    namespaces: FxHashMap<u32, Option<Timestamp>>,
    told: Option<Timestamp>,
    passed: Option<Timestamp>,
    /// What was told of sockets that are gone, until somebody asks.
    gone: FxHashMap<u64, Traffic>,
}

/// The most sockets that are remembered when they are gone.
const GONE_MAX: usize = 262_144;

impl Moved {
    /// A socket was seen for the first time.
    pub(super) fn opened(&mut self, inode: u64, namespace: u32, now: Traffic) {
        let first = *self.namespaces.entry(namespace).or_insert(None);
        if first.is_some() && now != Traffic::default() {
            self.from.insert(inode, Traffic::default());
        }
    }

    /// The counters of a socket are not what they were.
    pub(super) fn counted(&mut self, inode: u64, before: Traffic, now: Traffic) {
        if before != now {
            self.from.entry(inode).or_insert(before);
        }
    }

    /// A socket has no counters any more; `last` are the last.
    pub(super) fn forget(&mut self, inode: u64, last: Traffic) {
        let told = self.from.remove(&inode).unwrap_or(last);
        if self.gone.len() < GONE_MAX {
            self.gone.insert(inode, told);
        }
    }

    /// What was told of a socket whose counters are `now`.
    pub(super) fn told_of(&self, inode: u64, now: Traffic) -> Traffic {
        self.from.get(&inode).copied().unwrap_or(now)
    }

    /// What was told of sockets that are gone since the last time this was asked.
    pub(super) fn take_gone(&mut self) -> FxHashMap<u64, Traffic> {
        std::mem::take(&mut self.gone)
    }

    /// A pass is over.
    pub(super) fn passed(&mut self, now: Timestamp) {
        self.passed = Some(now);
        self.namespaces.values_mut().for_each(|first| {
            first.get_or_insert(now);
        });
    }

    /// Begins to measure anew.
    pub(super) fn told(&mut self) {
        self.told = self.passed;
        self.from.clear();
    }

    /// What went through a socket per second, where two passes saw it.
    pub(super) fn rates(&self, inode: u64, namespace: u32, now: Traffic) -> Option<Rates> {
        let first = self.namespaces.get(&namespace).copied().flatten()?;
        let from = self.told.map_or(first, |told| told.max(first));
        let nanos = self.passed?.unix_nanos() - from.unix_nanos();
        let before = self.from.get(&inode).copied().unwrap_or(now);
        (nanos > 0).then(|| rates(before, now, nanos))
    }
}
