//! How often the machine is looked at, and what that may cost.
//!
//! Reads two clocks: the time that passes, and the processor time of the calling thread.

use crate::budget::Budget;
use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

/// A sweep that takes this many spy intervals is announced.
const ANNOUNCED_INTERVALS: f64 = 1.5;

/// However little may be spent, everything is looked at, and written, after this many seconds.
const STARVED_SECS: f64 = 30.0;

/// The budget, and how long a whole sweep takes under it.
#[derive(Debug)]
pub struct Pace {
    budget: Budget,
    begun: Instant,
    spy_secs: f64,
    completed: Option<Instant>,
    sweep_secs: f64,
    cpu_nanos: i128,
    /// Whether this tick is due whatever it costs.
    is_starved: bool,
}

impl Pace {
    /// A look every `spy_secs` seconds for at most `core_share` of one core.
    pub fn new(spy_secs: f64, core_share: f64) -> Self {
        Self {
            budget: Budget::new(core_share),
            begun: Instant::now(),
            spy_secs,
            completed: None,
            sweep_secs: spy_secs,
            cpu_nanos: 0,
            is_starved: false,
        }
    }

    /// Begins a tick.
    pub fn begin(&mut self) {
        self.cpu_nanos = thread_cpu_nanos();
        let nanos = i128::try_from(self.begun.elapsed().as_nanos()).unwrap_or(i128::MAX);
        self.budget.earn(nanos);
        self.is_starved = self.since_completed_secs() > STARVED_SECS;
    }

    /// Ends a tick: what it cost is paid.
    pub fn end(&mut self) {
        self.budget.spend(thread_cpu_nanos() - self.cpu_nanos);
    }

    /// Whether this tick may go on.
    pub fn goes_on(&self) -> bool {
        self.is_starved || self.budget.affords(thread_cpu_nanos() - self.cpu_nanos)
    }

    /// Notes that every namespace has been looked at.
    pub fn completed(&mut self) {
        let now = Instant::now();
        match self.completed.replace(now) {
            Some(before) => self.sweep_secs = now.duration_since(before).as_secs_f64(),
            None => self.budget.settle(),
        }
    }

    /// How often everything is looked at: ` every 1 s`, or `, sampling every 7 s` where that is
    /// more rarely than was asked for.
    pub fn words(&self) -> String {
        let secs = self.sweep_secs.max(self.since_completed_secs());
        if secs > self.spy_secs * ANNOUNCED_INTERVALS + 0.5 {
            return format!(", sampling every {} s", secs.round());
        }
        format!(" every {} s", self.spy_secs)
    }

    fn since_completed_secs(&self) -> f64 {
        self.completed.unwrap_or(self.begun).elapsed().as_secs_f64()
    }
}

/// Processor time of this thread (`CLOCK_THREAD_CPUTIME_ID` of clock_gettime(2)).
fn thread_cpu_nanos() -> i128 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_starved_for_long() {
        let mut pace = Pace::new(1.0, 0.0);
        pace.budget.spend(i128::MAX / 2);
        pace.begin();
        assert!(!pace.goes_on());
        pace.begun -= std::time::Duration::from_secs(31);
        pace.begin();
        pace.completed();
        assert!(pace.goes_on(), "what was seen is also written");
        pace.end();
        pace.begin();
        assert!(!pace.goes_on());
    }

    #[test]
    fn says_when_it_cannot_keep_up() {
        let mut pace = Pace::new(1.0, 0.02);
        assert_eq!(pace.words(), " every 1 s");
        pace.sweep_secs = 6.7;
        assert_eq!(pace.words(), ", sampling every 7 s");
        pace.begin();
        assert!(pace.goes_on());
        pace.end();
    }
}
