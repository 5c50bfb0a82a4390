//! What the probe counts of itself, under the names of Weave Scope's probe.
//!
//! Labels have few values: the names of reporters and taggers, and the apps of the command line.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The media type of [`figures_text`].
pub const FIGURES_MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the durations counted together, seconds.
const DURATION_BUCKETS_SECS: [f64; 11] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// A process has one probe.
static FIGURES: LazyLock<Figures> = LazyLock::new(Figures::new);

/// When and what each part did last, by its name; there are as many as reporters, taggers and apps.
static LAST: Mutex<BTreeMap<String, (Instant, String)>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Work {
    module: &'static str,
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Publish {
    destination: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    kind: &'static str,
}

struct Figures {
    durations: Family<Work, Histogram, fn() -> Histogram>,
    publishes: Family<Publish, Counter>,
    conntrack_errors: Counter,
    ebpf_errors: Family<Failure, Counter>,
    namespaces: Gauge,
    registry: Registry,
}

impl Figures {
    fn new() -> Self {
        let constructor: fn() -> Histogram = || Histogram::new(DURATION_BUCKETS_SECS);
        let durations = Family::new_with_constructor(constructor);
        let publishes = Family::default();
        let mut registry = Registry::default();
        registry.register(
            "scope_probe_duration_seconds",
            "Time a reporter or tagger took for one report",
            Family::clone(&durations),
        );
        registry.register(
            "scope_probe_publishes",
            "Reports sent to an app",
            Family::clone(&publishes),
        );
        let conntrack_errors = Counter::default();
        registry.register(
            "scope_probe_conntrack_errors",
            "Times that connection tracking lost events or failed",
            conntrack_errors.clone(),
        );
        let ebpf_errors = Family::default();
        registry.register(
            "scope_probe_ebpf_errors",
            "Kernel events lost, and times that programs in the kernel failed",
            Family::clone(&ebpf_errors),
        );
        let namespaces = Gauge::default();
        registry.register(
            "scope_probe_procspy_namespaces",
            "Network namespaces whose sockets are looked at",
            namespaces.clone(),
        );
        Self { durations, publishes, conntrack_errors, ebpf_errors, namespaces, registry }
    }
}

/// Everything, as Prometheus reads it.
pub fn figures_text() -> String {
    let mut text = String::new();
    // Writing into a string does not fail; what is there is better than nothing.
    let _ = encode(&mut text, &FIGURES.registry);
    text
}

/// What each part of the probe did last and how long ago, a line each; a part that hangs did its
/// last long ago.
pub fn last_done() -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = last
        .iter()
        .map(|(part, (at, what))| format!("{part}: {what} {} ms ago\n", at.elapsed().as_millis()));
    lines.collect()
}

fn note(part: String, what: String) {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).insert(part, (Instant::now(), what));
}

/// Counts what a `reporter` or a `tagger` took.
pub(crate) fn took(module: &'static str, operation: &'static str, time: Duration) {
    note(format!("{operation} {module}"), format!("took {} ms,", time.as_millis()));
    let work = Work { module, operation };
    FIGURES.durations.get_or_create(&work).observe(time.as_secs_f64());
}

/// Counts a report that went out, or did not.
pub(crate) fn published(destination: &str, is_sent: bool) {
    let status = if is_sent { "success" } else { "failure" };
    let what = if is_sent { "sent a report" } else { "could not send a report" };
    note(format!("publish to {destination}"), what.to_owned());
    let publish = Publish { destination: destination.to_owned(), status };
    FIGURES.publishes.get_or_create(&publish).inc();
}

/// Counts how often connection tracking lost events or failed.
pub fn conntrack_failed(times: u64) {
    FIGURES.conntrack_errors.inc_by(times);
}

/// Counts `times` failures of the programs in the kernel: `kind` is `lost` (events), `list` (of
/// sockets) or `load`.
pub fn ebpf_failed(kind: &'static str, times: u64) {
    FIGURES.ebpf_errors.get_or_create(&Failure { kind }).inc_by(times);
}

/// Sets the number of network namespaces whose sockets are looked at.
pub fn namespaces_observed(count: usize) {
    FIGURES.namespaces.set(i64::try_from(count).unwrap_or(i64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_original() {
        took("docker", "reporter", Duration::from_millis(2));
        published("http://app:4040", true);
        conntrack_failed(2);
        ebpf_failed("lost", 3);
        namespaces_observed(4);
        let text = figures_text();
        for line in [
            r#"scope_probe_duration_seconds_count{module="docker",operation="reporter"} "#,
            r#"scope_probe_publishes_total{destination="http://app:4040",status="success"} "#,
            "scope_probe_conntrack_errors_total 2",
            r#"scope_probe_ebpf_errors_total{kind="lost"} 3"#,
            "scope_probe_procspy_namespaces 4",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        let last = last_done();
        assert!(last.contains("reporter docker: took 2 ms, "), "{last}");
        assert!(last.contains("publish to http://app:4040: sent a report "), "{last}");
    }
}
