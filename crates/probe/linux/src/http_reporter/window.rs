//! What was counted within the last seconds, of counts that only grow.
//!
//! A second is too short: of a server that is asked twice a second, half of the answers may be
//! errors in one and none in the next. Figures are of the last five.

use rustc_hash::FxHashMap;
use scope_ebpf::{HttpCounts, HttpServer};
use std::collections::VecDeque;

/// How far back figures reach, in nanoseconds.
const WINDOW_NANOS: u64 = 5_000_000_000;

/// Least time between two looks that are kept, in nanoseconds; so at most eight are.
const KEPT_APART_NANOS: u64 = WINDOW_NANOS / 6;

/// One server: process, network namespace, port and version.
type Key = (u32, u32, u16, u16);

/// The counts at one moment.
#[derive(Debug, Default)]
struct Look {
    nanos: u64,
    servers: FxHashMap<Key, HttpCounts>,
}

/// The counts now and those of a few looks before, the oldest first.
#[derive(Debug, Default)]
pub struct Window {
    before: VecDeque<Look>,
    last: Look,
}

impl Window {
    /// A window over counts that were all zero at `nanos`.
    pub fn begun(nanos: u64) -> Self {
        let look = Look { nanos, servers: FxHashMap::default() };
        Self { before: VecDeque::from([look]), last: Look::default() }
    }

    /// Takes what was counted up to `nanos`; servers idle since before `idle_since` are forgotten.
    pub fn take(&mut self, nanos: u64, idle_since: u64, servers: Vec<HttpServer>) {
        let last = std::mem::take(&mut self.last);
        let kept = self.before.back().map_or(0, |look| look.nanos);
        if last.nanos >= kept.saturating_add(KEPT_APART_NANOS) {
            self.before.push_back(last);
        }
        // The first is the youngest that is as old as the window is long.
        let since = nanos.saturating_sub(WINDOW_NANOS);
        while self.before.get(1).is_some_and(|look| look.nanos <= since) {
            self.before.pop_front();
        }
        let mut now = Look { nanos, servers: FxHashMap::default() };
        for HttpServer { pid, netns, port, version, counts } in servers {
            let key = (pid, netns, port, version);
            if counts.last_nanos < idle_since {
                // The kernel forgot it too: should it come back, it counts from zero.
                for look in &mut self.before {
                    look.servers.remove(&key);
                }
            } else {
                now.servers.insert(key, counts);
            }
        }
        self.last = now;
    }

    /// What each process did in the window, and its length in seconds.
    pub fn sums(&self) -> (FxHashMap<u32, HttpCounts>, f64) {
        let mut sums: FxHashMap<u32, HttpCounts> = FxHashMap::default();
        let Some(base) = self.before.front() else { return (sums, 0.0) };
        for (key, counts) in &self.last.servers {
            let sum = sums.entry(key.0).or_default();
            match base.servers.get(key).filter(|base| base.requests <= counts.requests) {
                Some(base) => add(sum, &combined(counts, base, u64::saturating_sub)),
                // Dropped by the kernel in between, it began anew.
                None => add(sum, counts),
            }
        }
        let nanos = self.last.nanos.saturating_sub(base.nanos);
        (sums, std::time::Duration::from_nanos(nanos).as_secs_f64())
    }
}

/// Adds `other` to `sum`.
pub fn add(sum: &mut HttpCounts, other: &HttpCounts) {
    *sum = combined(sum, other, u64::saturating_add);
}

/// Field by field; the time of the last event is the later one.
fn combined(one: &HttpCounts, other: &HttpCounts, join: fn(u64, u64) -> u64) -> HttpCounts {
    let mut latency = one.latency;
    for (step, count) in latency.iter_mut().zip(other.latency) {
        *step = join(*step, count);
    }
    HttpCounts {
        requests: join(one.requests, other.requests),
        responses: join(one.responses, other.responses),
        client_errors: join(one.client_errors, other.client_errors),
        server_errors: join(one.server_errors, other.server_errors),
        unknown: join(one.unknown, other.unknown),
        latency_nanos: join(one.latency_nanos, other.latency_nanos),
        last_nanos: one.last_nanos.max(other.last_nanos),
        latency,
    }
}
