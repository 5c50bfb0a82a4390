//! What this process uses, by the names every Prometheus dashboard knows.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::time::{SystemTime, UNIX_EPOCH};

/// Ticks per second of the times in `/proc/<pid>/stat`: `USER_HZ`, 100 on every Linux port we
/// build for.
const TICKS_PER_SEC: f64 = 100.0;

/// Reads the figures of this process when they are asked for; what cannot be read is left out.
#[derive(Debug)]
pub(crate) struct ProcessFigures {
    start_secs: f64,
}

impl ProcessFigures {
    /// Of a process that starts now.
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start_secs: since.as_secs_f64() }
    }
}

impl Collector for ProcessFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        if let Some(cpu_secs) = cpu_secs(&stat) {
            let counter = ConstCounter::new(cpu_secs);
            let about = "Processor time used, user and system";
            counter.encode(encoder.encode_descriptor(
                "process_cpu_seconds",
                about,
                None,
                counter.metric_type(),
            )?)?;
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bytes = |name| kib(&status, name).map(|kib| kib * 1024.0);
        let open = std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count);
        let open = open.and_then(|count| u32::try_from(count).ok()).map(f64::from);
        let gauges = [
            ("process_resident_memory_bytes", "Memory resident", bytes("VmRSS:")),
            ("process_virtual_memory_bytes", "Memory mapped", bytes("VmSize:")),
            ("process_open_fds", "Open file descriptors", open),
            ("process_threads", "Threads", kib(&status, "Threads:")),
            ("process_start_time_seconds", "Start, Unix time", Some(self.start_secs)),
        ];
        for (name, about, value) in gauges {
            let Some(value) = value else { continue };
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, about, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

/// User and system time of a `/proc/<pid>/stat` line: fields 14 and 15, counted behind the name,
/// which may hold spaces.
fn cpu_secs(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SEC)
}

/// The number behind a name in `/proc/<pid>/status`, in KiB where it is memory.
fn kib(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_behind_the_name() {
        let check = |stat: &str, expect: Option<f64>| assert_eq!(cpu_secs(stat), expect, "{stat}");
        check("7 (a) b) S 1 7 7 0 -1 4 5 0 0 0 150 50 0 0 20 0 1", Some(2.0));
        check("7 (a", None);
        check("7 (a) S 1", None);
        assert_eq!(kib("Name:\tx\nVmRSS:\t  12 kB\n", "VmRSS:"), Some(12.0));
    }
}
