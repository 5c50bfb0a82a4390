//! What a process takes from its host: processor time, also by thread, and memory.
//!
//! Figures of `/proc` only; what they mean for a test or a scenario is said there.

use std::collections::BTreeMap;

/// Clock ticks of `/proc/PID/stat` per second: `USER_HZ` is 100 on every Linux (proc_pid_stat(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time of the process `pid` so far, in seconds.
pub fn cpu_seconds(pid: u32) -> Result<f64, String> {
    stat_seconds(&format!("/proc/{pid}/stat"))
}

/// The same of its threads, summed by their names.
pub fn thread_seconds(pid: u32) -> Result<BTreeMap<String, f64>, String> {
    let folder = format!("/proc/{pid}/task");
    let threads = std::fs::read_dir(&folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut sums = BTreeMap::new();
    for thread in threads.flatten() {
        let path = thread.path();
        // A thread that ends meanwhile counts no more.
        let Ok(name) = std::fs::read_to_string(path.join("comm")) else { continue };
        let Ok(seconds) = stat_seconds(&path.join("stat").to_string_lossy()) else { continue };
        *sums.entry(name.trim().to_owned()).or_default() += seconds;
    }
    Ok(sums)
}

/// A row such as `VmRSS:` of `/proc/PID/status`, in KiB.
pub fn status_kib(pid: u32, key: &str) -> Result<u64, String> {
    row_kib(&format!("/proc/{pid}/status"), key)
}

/// The resident memory of the process `pid`, that which it shares divided by who shares it, in
/// KiB.
pub fn proportional_kib(pid: u32) -> Result<u64, String> {
    row_kib(&format!("/proc/{pid}/smaps_rollup"), "Pss:")
}

/// Fields 14 and 15 of a file like `/proc/PID/stat`, in seconds.
fn stat_seconds(path: &str) -> Result<f64, String> {
    let stat = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // The name is field 2, so the first word after it is field 3.
    let ticks = |field: usize| -> Option<f64> {
        after_name.split_whitespace().nth(field - 3)?.parse().ok()
    };
    let sum = ticks(14).zip(ticks(15)).map(|(user, system)| user + system);
    sum.map(|ticks| ticks / TICKS_PER_SECOND).ok_or_else(|| format!("{path}: too short"))
}

fn row_kib(path: &str, key: &str) -> Result<u64, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| format!("{path}: no {key}"))
}
