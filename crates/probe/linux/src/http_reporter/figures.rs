//! Counts to the metrics that are shown, and what those are called.

use crate::process_reporter::number;
use scope_ebpf::HttpCounts;
use scope_report::{Metric, MetricTemplate, Timestamp, Topology};

/// The metric that a process has whenever it is known how often it is asked.
pub const REQUESTS: &str = "http_requests_per_second";

const SERVER_ERRORS: &str = "http_errors_percent";
const CLIENT_ERRORS: &str = "http_client_errors_percent";
const LATENCY_P50: &str = "http_latency_p50_ms";
const LATENCY_P95: &str = "http_latency_p95_ms";

/// Id, label, format, group and priority; processes have three metrics of their own before.
const TEMPLATES: [(&str, &str, &str, &str, f64); 5] = [
    (REQUESTS, "HTTP requests/second", "", "", 4.0),
    (SERVER_ERRORS, "HTTP server errors (5xx)", "percent", "http_errors", 5.0),
    (CLIENT_ERRORS, "HTTP client errors (4xx)", "percent", "http_errors", 6.0),
    (LATENCY_P50, "HTTP latency, median", "millis", "http_latency", 7.0),
    (LATENCY_P95, "HTTP latency, 95 %", "millis", "http_latency", 8.0),
];

/// What turns counts into figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// How long was counted.
    pub secs: f64,
    /// One connection in so many was looked at.
    pub one_in: u32,
}

impl Figures {
    /// The metrics of a process or a container.
    ///
    /// Without answers in the window there is neither a share of errors nor a latency, and without
    /// requests no pace of a sample. Latencies are the upper ends of steps that double: the true
    /// one is at most that, and more than half.
    pub fn metrics(self, counts: &HttpCounts, now: Timestamp) -> Vec<(&'static str, Metric)> {
        let mut metrics = Vec::with_capacity(TEMPLATES.len());
        // In a sample, nothing may be all that was looked at of a busy server.
        let is_known = self.one_in <= 1 || counts.requests > 0;
        if self.secs > 0.0 && is_known {
            let asked = number(counts.requests) * f64::from(self.one_in.max(1)) / self.secs;
            metrics.push((REQUESTS, Metric::single(now, asked, asked)));
        }
        let told = number(counts.responses.saturating_sub(counts.unknown));
        if told > 0.0 {
            let errors =
                [(SERVER_ERRORS, counts.server_errors), (CLIENT_ERRORS, counts.client_errors)];
            for (id, count) in errors {
                let percent = (100.0 * number(count) / told).min(100.0);
                metrics.push((id, Metric::single(now, percent, 100.0)));
            }
        }
        for (id, permille) in [(LATENCY_P50, 500), (LATENCY_P95, 950)] {
            if let Some(micros) = counts.latency_micros_at(permille) {
                let millis = number(micros) / 1000.0;
                metrics.push((id, Metric::single(now, millis, millis)));
            }
        }
        metrics
    }
}

/// Says how the metrics are shown.
pub fn add_templates(topology: &mut Topology) {
    for (id, label, format, group, priority) in TEMPLATES {
        let template = MetricTemplate {
            id: id.into(),
            label: label.into(),
            format: format.into(),
            group: group.into(),
            priority,
        };
        topology.metric_templates.insert(id, template);
    }
}
