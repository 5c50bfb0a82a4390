//! What was: snapshots of the last minutes, packed, and what came and went between them.
//!
//! A snapshot is kept as the bytes its probes would send, because those of a whole history fit in
//! memory where the rows themselves would not. Where even they are too many, moments are left out,
//! the older the more, so that the span stays and only its steps grow coarse. It lives in memory
//! and ends with the app; it refuses to read a clock, and to hold more than its limits.

mod activity;

#[cfg(test)]
mod tests;

pub use activity::{Activity, Loss};

use crate::Snapshot;
use scope_report::Report;
use scope_wire::{CONTENT_TYPE_MSGPACK, DecodeError, Limits};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How long the past is kept unless `--app.history` says otherwise, in seconds.
pub const HISTORY_DEFAULT_SECS: u64 = 600;

/// Time between two moments unless `--app.history.interval` says otherwise, in seconds.
pub const HISTORY_INTERVAL_DEFAULT_SECS: u64 = 5;

/// Bytes of all packed snapshots; a recorded host with 389 processes takes 41 KB for one.
pub const HISTORY_BYTES_MAX: usize = 64 << 20;

/// Steps of a history; a longer span has longer steps.
pub const HISTORY_STEPS_MAX: usize = 1440;

/// Marks of a history; the oldest makes room.
pub const HISTORY_MARKS_MAX: usize = 1000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPlan {
    /// How far back, milliseconds.
    pub span_ms: u64,
    /// Time between two moments, milliseconds.
    pub interval_ms: u64,
    /// Bytes of all packed snapshots.
    pub bytes_max: usize,
}

impl HistoryPlan {
    /// A plan with steps that are not too many.
    pub fn new(span_ms: u64, interval_ms: u64) -> Self {
        let least = span_ms / HISTORY_STEPS_MAX as u64;
        Self { span_ms, interval_ms: interval_ms.max(least).max(1), bytes_max: HISTORY_BYTES_MAX }
    }
}

/// What happened up to a moment, since the step before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When the step ended, Unix milliseconds.
    pub at_ms: u64,
    /// What came and went.
    pub activity: Activity,
    /// Reports that arrived.
    pub reports: u64,
}

/// Something that is told on the line of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark<T> {
    /// When, Unix milliseconds.
    pub at_ms: u64,
    /// What.
    pub what: T,
}

/// A snapshot as bytes.
#[derive(Clone)]
pub struct Packed(Arc<[u8]>);

impl Packed {
    /// Packs a report; `None` when there is no memory for it. Takes a while.
    pub fn of(report: &Report) -> Option<Self> {
        scope_wire::zstd_packed(&scope_wire::encode_msgpack(report)).map(|bytes| Self(bytes.into()))
    }

    /// The report again. Takes a while.
    pub fn unpack(&self) -> Result<Report, DecodeError> {
        // It was ours, and within the limits of the store, when it was packed.
        let limits = Limits {
            body_bytes_max: usize::MAX,
            decompressed_bytes_max: usize::MAX >> 1,
            decoded_bytes_max: usize::MAX,
            nodes_max: usize::MAX,
            ..Limits::default()
        };
        scope_wire::decode(&self.0, CONTENT_TYPE_MSGPACK, "zstd", &limits)
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

/// What is at a moment.
#[derive(Clone)]
pub enum Found {
    /// The snapshot that stood then, and when it was taken, Unix milliseconds.
    Kept(u64, Packed),
    /// Nothing is kept that far back.
    TooOld,
    /// Nothing is kept at all yet.
    Nothing,
}

/// The past, with marks of some kind.
pub struct History<T> {
    plan: HistoryPlan,
    steps: VecDeque<Step>,
    moments: BTreeMap<u64, Packed>,
    bytes: usize,
    marks: VecDeque<Mark<T>>,
    last: Option<Arc<Snapshot>>,
}

impl<T> History<T> {
    /// Nothing yet.
    pub fn new(plan: HistoryPlan) -> Self {
        Self {
            plan,
            steps: VecDeque::new(),
            moments: BTreeMap::new(),
            bytes: 0,
            marks: VecDeque::new(),
            last: None,
        }
    }

    /// How much is kept.
    pub fn plan(&self) -> HistoryPlan {
        self.plan
    }

    /// The snapshot of the last step.
    pub fn last(&self) -> Option<Arc<Snapshot>> {
        self.last.clone()
    }

    /// The steps, oldest first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// When snapshots were taken, oldest first, Unix milliseconds.
    pub fn moments_ms(&self) -> impl Iterator<Item = u64> {
        self.moments.keys().copied()
    }

    /// The marks, oldest first.
    pub fn marks(&self) -> impl Iterator<Item = &Mark<T>> {
        self.marks.iter()
    }

    /// Bytes of all packed snapshots.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Ends a step at which `snapshot` stood; `packed` is it, or `None` where it is the one before.
    pub fn keep(&mut self, step: Step, snapshot: &Arc<Snapshot>, packed: Option<Packed>) {
        self.forget_future(step.at_ms);
        self.last = Some(Arc::clone(snapshot));
        self.steps.push_back(step);
        if let Some(packed) = packed {
            self.bytes = self.bytes.saturating_add(packed.bytes());
            self.moments.insert(step.at_ms, packed);
        }
        self.expire(step.at_ms);
        self.thin(step.at_ms);
    }

    /// Notes something.
    pub fn mark(&mut self, at_ms: u64, what: T) {
        while self.marks.len() >= HISTORY_MARKS_MAX {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark { at_ms, what });
    }

    /// What stood at a moment.
    pub fn at(&self, at_ms: u64) -> Found {
        match self.moments.range(..=at_ms).next_back() {
            Some((taken_ms, packed)) => Found::Kept(*taken_ms, packed.clone()),
            None if self.moments.is_empty() => Found::Nothing,
            None => Found::TooOld,
        }
    }

    /// A clock that was set back has been where it now goes again.
    fn forget_future(&mut self, now_ms: u64) {
        while self.steps.back().is_some_and(|step| step.at_ms >= now_ms) {
            self.steps.pop_back();
        }
        for packed in self.moments.split_off(&now_ms).values() {
            self.bytes = self.bytes.saturating_sub(packed.bytes());
        }
        self.marks.retain(|mark| mark.at_ms <= now_ms);
    }

    fn expire(&mut self, now_ms: u64) {
        let least_ms = now_ms.saturating_sub(self.plan.span_ms);
        while self.steps.len() > HISTORY_STEPS_MAX
            || self.steps.front().is_some_and(|step| step.at_ms < least_ms)
        {
            self.steps.pop_front();
        }
        while self.marks.front().is_some_and(|mark| mark.at_ms < least_ms) {
            self.marks.pop_front();
        }
        // The one that stood at the least moment is older than that.
        while self.moments.len() > 1
            && self.moments.keys().nth(1).is_some_and(|second_ms| *second_ms <= least_ms)
        {
            let oldest = self.moments.pop_first();
            self.bytes = self.bytes.saturating_sub(oldest.map_or(0, |(_, packed)| packed.bytes()));
        }
    }

    /// Leaves moments out until the rest fits: the one that is missed least, where the others
    /// stand closest for their age. The first and the last stay.
    fn thin(&mut self, now_ms: u64) {
        while self.bytes > self.plan.bytes_max && self.moments.len() > 2 {
            let times: Vec<u64> = self.moments_ms().collect();
            let missed = |around: &[u64]| match around {
                [before, own, after] => {
                    let age_ms = now_ms.saturating_sub(*own).saturating_add(1);
                    Some((after.saturating_sub(*before).saturating_mul(1 << 20) / age_ms, *own))
                }
                _ => None,
            };
            let Some((_, least)) = times.windows(3).filter_map(missed).min() else { return };
            let left_out = self.moments.remove(&least);
            self.bytes = self.bytes.saturating_sub(left_out.map_or(0, |packed| packed.bytes()));
        }
    }
}
