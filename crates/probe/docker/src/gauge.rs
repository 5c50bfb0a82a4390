//! From what a container used so far to what it uses now.

use crate::cgroup::Usage;
use crate::keys;
use scope_report::{Metric, Node, Timestamp};
use std::time::Instant;

/// What the host has; the ends of the scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Capacity {
    pub processors: usize,
    /// `None` if it cannot be read here.
    pub memory_bytes: Option<u64>,
}

/// The last reading of one container.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauge {
    last: Option<(Usage, Instant)>,
}

/// One sample of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Of one processor: 100 is one core busy. `None` until there are two readings.
    pub cpu_percent: Option<f64>,
    /// Without droppable cache.
    pub memory_bytes: u64,
    /// The container's own, or the host's memory where it has none.
    pub memory_limit_bytes: u64,
}

impl Capacity {
    /// From `/proc/meminfo` and the number of processors.
    pub(crate) fn parse(meminfo: &str, processors: usize) -> Self {
        let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kibibytes = total.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok());
        let memory_bytes = kibibytes.map(|kibibytes: u64| kibibytes.saturating_mul(1_024));
        Self { processors, memory_bytes }
    }

    /// The end of the scale of processor use.
    fn cpu_percent_max(&self) -> f64 {
        let processors = u32::try_from(self.processors.max(1)).unwrap_or(u32::MAX);
        100.0 * f64::from(processors)
    }
}

impl Gauge {
    /// Takes a reading of `usage` at `at`; `None` if it is the one already taken.
    pub(crate) fn read(&mut self, usage: Usage, at: Instant, host: &Capacity) -> Option<Reading> {
        let before = self.last.replace((usage, at));
        if before.is_some_and(|(_, then)| then == at) {
            return None;
        }
        // A limit above what there is limits nothing.
        let limits = [usage.memory_limit_bytes, host.memory_bytes];
        let limit = limits.into_iter().flatten().min();
        Some(Reading {
            cpu_percent: before
                .and_then(|(before, then)| cpu_percent(before, then, usage, at, host)),
            memory_bytes: usage.memory_bytes,
            memory_limit_bytes: limit.unwrap_or(usage.memory_bytes),
        })
    }
}

impl Reading {
    /// Puts the sample onto the container's node.
    pub(crate) fn add_to(&self, node: &mut Node, host: &Capacity, now: Timestamp) {
        if let Some(percent) = self.cpu_percent {
            let metric = Metric::single(now, percent, host.cpu_percent_max());
            node.metrics.insert(keys::CPU_TOTAL_USAGE, metric);
        }
        #[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB")]
        let (used, limit) = (self.memory_bytes as f64, self.memory_limit_bytes as f64);
        node.metrics.insert(keys::MEMORY_USAGE, Metric::single(now, used, limit));
    }
}

/// A counter that ran backwards belongs to a container that was started anew.
fn cpu_percent(
    before: Usage,
    then: Instant,
    usage: Usage,
    at: Instant,
    host: &Capacity,
) -> Option<f64> {
    let used = usage.cpu_nanos.checked_sub(before.cpu_nanos)?;
    let elapsed = at.checked_duration_since(then)?.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "exact up to 104 days within one interval")]
    let used_secs = used as f64 / 1e9;
    (elapsed > 0.0).then(|| (used_secs / elapsed * 100.0).min(host.cpu_percent_max()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const HOST: Capacity = Capacity { processors: 2, memory_bytes: Some(1_000) };

    fn usage(cpu_nanos: u64, memory_bytes: u64, limit: Option<u64>) -> Usage {
        Usage { cpu_nanos, memory_bytes, memory_limit_bytes: limit }
    }

    #[test]
    fn cpu_is_per_core() {
        let mut gauge = Gauge::default();
        let start = Instant::now();
        let after = |secs| start + Duration::from_secs(secs);
        let cpu = |reading: Option<Reading>| reading.and_then(|reading| reading.cpu_percent);
        assert_eq!(cpu(gauge.read(usage(5, 0, None), start, &HOST)), None);
        let busy = gauge.read(usage(1_500_000_005, 0, None), after(1), &HOST);
        assert_eq!(cpu(busy), Some(150.0));
        // Clocks differ by a little: never beyond what the host has.
        assert_eq!(cpu(gauge.read(usage(9_000_000_000, 0, None), after(2), &HOST)), Some(200.0));
        assert_eq!(gauge.read(usage(9_000_000_000, 0, None), after(2), &HOST), None);
        assert_eq!(cpu(gauge.read(usage(1, 0, None), after(3), &HOST)), None);
    }

    #[test]
    fn memory_without_limit_ends_at_the_hosts() {
        let mut gauge = Gauge::default();
        let start = Instant::now();
        let mut limit = |secs, used, limit| {
            let at = start + Duration::from_secs(secs);
            gauge.read(usage(0, used, limit), at, &HOST).unwrap().memory_limit_bytes
        };
        assert_eq!(limit(0, 10, None), 1_000);
        assert_eq!(limit(1, 10, Some(50)), 50);
        assert_eq!(limit(2, 10, Some(5_000)), 1_000);
    }

    #[test]
    fn capacity_comes_from_meminfo() {
        let capacity = Capacity::parse("MemTotal:        8000000 kB\nMemFree: 1 kB\n", 2);
        assert_eq!(capacity, Capacity { processors: 2, memory_bytes: Some(8_192_000_000) });
        assert_eq!(Capacity::parse("", 1).memory_bytes, None);
    }
}
