//! What stood at moments of the past, for requests with a `timestamp`.
//!
//! A task takes a moment every few seconds and packs it; whoever asks for one has it unpacked and
//! drawn like the present. The last ones looked at stay unpacked, so that stepping to and fro and
//! comparing two costs no more than drawing them. Without a history all times mean now.

use crate::App;
use crate::bounds::Defect;
use crate::recent::Recent;
use crate::renderings::Renderings;
use crate::request::Asked;
use prometheus_client::metrics::counter::Counter;
use scope_api::{HistoryAnswer, HistoryMark, HistoryStep, LastAction};
use scope_report::{Report, Timestamp};
use scope_store::{Activity, Found, History, HistoryPlan, Loss, Packed, Snapshot, Step};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Moments that stay unpacked: the two of a comparison.
const LOOKED_MAX: usize = 2;

/// Taking a moment may take one part in so many of the time of one core; it is done more rarely
/// where it would take more.
const REST_TIMES: u32 = 10;

/// A snapshot and what was drawn of it.
#[derive(Clone)]
pub(crate) struct Looked {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) renderings: Arc<Renderings>,
}

/// What is known of a moment.
enum Moment {
    /// It is the present.
    Now,
    /// What stood then.
    Then(Looked),
    /// Nothing, because it is too long ago.
    Unknown,
}

/// The past of the app.
pub(crate) struct Past {
    history: Mutex<History<HistoryMark>>,
    /// By when they were taken, the last looked at at the end.
    looked: Mutex<VecDeque<(u64, Looked)>>,
    drawn: Counter,
    since_ms: u64,
    /// Reports that had arrived by the last step.
    arrived: Mutex<u64>,
}

impl Past {
    pub(crate) fn new(plan: HistoryPlan, drawn: Counter) -> Self {
        Self {
            history: Mutex::new(History::new(plan)),
            looked: Mutex::default(),
            drawn,
            since_ms: unix_ms(),
            arrived: Mutex::default(),
        }
    }

    /// Somebody did something to a node.
    pub(crate) fn acted(&self, node: &str, label: &str, action: &LastAction) {
        let mark = HistoryMark {
            at: unix_ms(),
            kind: "action".into(),
            who: action.who.clone(),
            what: action.what.clone(),
            node: node.into(),
            label: label.into(),
            outcome: action.outcome.clone(),
        };
        lock(&self.history).mark(mark.at, mark);
    }

    /// What is kept.
    pub(crate) fn answer(&self) -> HistoryAnswer {
        let history = lock(&self.history);
        let step = |step: &Step| HistoryStep {
            at: step.at_ms,
            added: step.activity.added,
            removed: step.activity.removed,
            changed: step.activity.changed,
            reports: step.reports,
        };
        HistoryAnswer {
            now: time_text(unix_ms()),
            since: time_text(self.since_ms),
            span_ms: history.plan().span_ms,
            interval_ms: history.plan().interval_ms,
            moments: history.moments_ms().collect(),
            steps: history.steps().map(step).collect(),
            marks: history.marks().map(|mark| mark.what.clone()).collect(),
        }
    }

    /// What stood at a moment.
    fn look(&self, at_ms: u64) -> Moment {
        if at_ms > unix_ms() {
            return Moment::Now;
        }
        let (taken_ms, packed) = match lock(&self.history).at(at_ms) {
            Found::Kept(taken_ms, packed) => (taken_ms, packed),
            Found::TooOld => return Moment::Unknown,
            Found::Nothing => return Moment::Now,
        };
        let mut looked = lock(&self.looked);
        if let Some(place) = looked.iter().position(|(at, _)| *at == taken_ms)
            && let Some(known) = looked.remove(place)
        {
            looked.push_back(known.clone());
            return Moment::Then(known.1);
        }
        let report = packed.unpack().unwrap_or_else(|error| {
            tracing::error!("a moment of the past cannot be unpacked: {error}");
            Report::empty()
        });
        let fresh = self.drawn_of(report, taken_ms);
        while looked.len() >= LOOKED_MAX {
            looked.pop_front();
        }
        looked.push_back((taken_ms, fresh.clone()));
        Moment::Then(fresh)
    }

    /// A report, to be drawn; what somebody did since is not on it.
    fn drawn_of(&self, report: Report, version: u64) -> Looked {
        let report = Arc::new(report);
        let snapshot = Arc::new(Snapshot { raw: Arc::clone(&report), report, version });
        let renderings = Renderings::new(self.drawn.clone(), Arc::new(Recent::default()));
        Looked { snapshot, renderings: Arc::new(renderings) }
    }

    /// Ends a step at which `snapshot` stands. Takes a while.
    fn keep(&self, snapshot: &Arc<Snapshot>, arrived: u64) {
        let last = lock(&self.history).last();
        let is_new = last.as_ref().is_none_or(|last| last.version != snapshot.version);
        let (activity, losses) = match &last {
            Some(last) if is_new => Activity::between(&last.report, &snapshot.report),
            _ => (Activity::default(), Vec::new()),
        };
        let packed = if is_new { Packed::of(&snapshot.report) } else { None };
        let arrived_before = std::mem::replace(&mut *lock(&self.arrived), arrived);
        let reports = arrived.saturating_sub(arrived_before);
        let step = Step { at_ms: unix_ms(), activity, reports };
        let mut history = lock(&self.history);
        history.keep(step, snapshot, packed);
        for loss in losses {
            history.mark(step.at_ms, mark_of(loss, step.at_ms));
        }
    }
}

impl App {
    /// The same app, which keeps the past.
    pub fn keeping(mut self, plan: HistoryPlan) -> Self {
        self.past = Some(Arc::new(Past::new(plan, self.figures.renderings.clone())));
        self
    }

    /// Takes moments for as long as it runs; returns at once where no past is kept.
    pub async fn keep_history(self) {
        let Some(past) = self.past.clone() else { return };
        let interval = Duration::from_millis(lock(&past.history).plan().interval_ms);
        loop {
            let took = self.compute(|app| app.keep_moment()).await.unwrap_or_else(|_| {
                tracing::error!("taking a moment of the past failed by a defect");
                Duration::ZERO
            });
            tokio::time::sleep(interval.max(took.saturating_mul(REST_TIMES))).await;
        }
    }

    /// What stands at the moment asked for.
    pub(crate) fn look(&self, asked: Asked) -> Looked {
        let past = match (asked, &self.past) {
            (Asked::At(at_ms) | Asked::Still(at_ms), Some(past)) => past.look(at_ms),
            _ => Moment::Now,
        };
        let asked = match (past, asked) {
            (Moment::Then(looked), _) => return looked,
            (Moment::Unknown, Asked::Still(_)) => Asked::Never,
            _ => asked,
        };
        Looked { snapshot: self.snapshot(asked), renderings: Arc::clone(self.renderings(asked)) }
    }

    /// The moment asked for by a watcher who joined some time ago: the past goes on for him.
    pub(crate) fn later(asked: Asked, since: Option<Instant>) -> Asked {
        let Some(passed) = since.map(|since| since.elapsed().as_millis()) else { return asked };
        match asked {
            Asked::At(at_ms) => {
                Asked::At(at_ms.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX)))
            }
            Asked::Now | Asked::Still(_) | Asked::Never => asked,
        }
    }

    /// Answers the time of a core that it took.
    fn keep_moment(&self) -> Duration {
        let began = core_time();
        let arrived = self.store.arrived();
        if let Some(past) = &self.past
            && arrived > 0
        {
            past.keep(&self.store.snapshot(self.now()), arrived);
        }
        core_time().saturating_sub(began)
    }
}

/// What is told of the past where none is kept.
pub(crate) fn nothing_kept() -> HistoryAnswer {
    let now = time_text(unix_ms());
    HistoryAnswer { since: now.clone(), now, ..HistoryAnswer::default() }
}

/// The answer of `GET /api/history`.
pub(crate) async fn told(app: &App) -> Result<HistoryAnswer, Defect> {
    app.compute(|app| app.past.as_ref().map_or_else(nothing_kept, |past| past.answer())).await
}

fn mark_of(loss: Loss, at: u64) -> HistoryMark {
    let kind = if loss.is_back { "probe-found" } else { "probe-lost" };
    HistoryMark { at, kind: kind.into(), label: loss.hostname, ..HistoryMark::default() }
}

/// What this thread had of a core so far: on a busy machine the clock on the wall tells of others.
fn core_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos)
}

fn unix_ms() -> u64 {
    let elapsed = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

fn time_text(at_ms: u64) -> scope_api::Text {
    let nanos = i128::from(at_ms) * 1_000_000;
    Timestamp::from_unix_nanos(nanos).map_or_else(|_| "".into(), |time| time.to_string().into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
