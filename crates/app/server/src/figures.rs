//! What the app counts of itself, for `GET /metrics`.
//!
//! Every label has few values: methods and routes are those of the table, status codes those we
//! answer. What a client sends never becomes a label.

mod process;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Upper bounds of the durations counted together, seconds; the usual ones of Prometheus.
const DURATION_BUCKETS_SECS: [f64; 11] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What requests are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status_code: u32,
    ws: &'static str,
}

type Durations = Family<RequestLabels, Histogram, fn() -> Histogram>;

/// The app's figures; everybody counts in the same.
pub(crate) struct Figures {
    pub(crate) reports_received: Counter,
    pub(crate) reports_refused: Counter,
    /// Views drawn; one that is shared counts once.
    pub(crate) renderings: Counter,
    watchers: Gauge,
    probes: Gauge,
    pipe_ends: Gauge,
    durations: Durations,
    registry: Registry,
}

/// Counts one of something until it is dropped.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Figures {
    fn default() -> Self {
        let constructor: fn() -> Histogram = || Histogram::new(DURATION_BUCKETS_SECS);
        let (reports_received, reports_refused) = (Counter::default(), Counter::default());
        let renderings = Counter::default();
        let [watchers, probes, pipe_ends] = [(); 3].map(|()| Gauge::default());
        let durations = Durations::new_with_constructor(constructor);
        let mut registry = Registry::default();
        registry.register(
            "scope_request_duration_seconds",
            "Time from a request to its answer; of a websocket, to its upgrade",
            durations.clone(),
        );
        registry.register(
            "scope_app_reports_received",
            "Reports taken into the window",
            reports_received.clone(),
        );
        registry.register(
            "scope_app_reports_refused",
            "Reports not taken: too large, unreadable, too late or too many at once",
            reports_refused.clone(),
        );
        registry.register(
            "scope_app_renderings",
            "Views drawn; one drawing serves all who ask for it",
            renderings.clone(),
        );
        registry.register("scope_app_watchers", "Open websockets of views", watchers.clone());
        registry.register("scope_app_probes", "Probes that take controls", probes.clone());
        registry.register("scope_app_pipe_ends", "Ends of pipes joined", pipe_ends.clone());
        registry.register_collector(Box::new(process::ProcessFigures::new()));
        Self {
            reports_received,
            reports_refused,
            renderings,
            watchers,
            probes,
            pipe_ends,
            durations,
            registry,
        }
    }
}

impl Figures {
    /// The media type of [`Self::text`].
    pub(crate) const MEDIA_TYPE: &str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Everything, as Prometheus reads it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail; what is there is better than nothing.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Counts a watcher for as long as the answer is kept.
    pub(crate) fn watching(&self) -> Counted {
        Counted::new(&self.watchers)
    }

    /// Counts a probe that takes controls for as long as the answer is kept.
    pub(crate) fn taking_controls(&self) -> Counted {
        Counted::new(&self.probes)
    }

    /// Counts an end of a pipe for as long as the answer is kept.
    pub(crate) fn at_pipe(&self) -> Counted {
        Counted::new(&self.pipe_ends)
    }

    /// Counts an answer; `path` is of the table of routes, blank for none.
    pub(crate) fn answered(&self, method: &Method, path: &str, status: StatusCode, time: Duration) {
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::DELETE => "DELETE",
            _ => "other",
        };
        let ws = if status == StatusCode::SWITCHING_PROTOCOLS { "true" } else { "false" };
        let labels = RequestLabels {
            method,
            route: route_label(path),
            status_code: u32::from(status.as_u16()),
            ws,
        };
        self.durations.get_or_create(&labels).observe(time.as_secs_f64());
    }
}

/// `/api/topology/{view}/ws` is `api_topology_topology_ws`, as dashboards for Weave Scope know it.
fn route_label(path: &str) -> String {
    if path.is_empty() {
        return "unknown".to_owned();
    }
    let letters = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { ' ' };
    let path = path.replace("{view}", "topology");
    let words: String = path.chars().map(letters).collect();
    words.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_have_short_names() {
        let check = |path: &str, expect: &str| assert_eq!(route_label(path), expect);
        check("", "unknown");
        check("/api", "api");
        check("/api/topology/{view}/ws", "api_topology_topology_ws");
        check("/{file}", "file");
    }

    #[test]
    fn what_happened_is_in_the_text() {
        let figures = Figures::default();
        figures.reports_received.inc();
        let watching = figures.watching();
        figures.answered(&Method::PATCH, "/api", StatusCode::OK, Duration::from_millis(7));
        let text = figures.text();
        for line in [
            "scope_app_reports_received_total 1",
            "scope_app_watchers 1",
            "scope_request_duration_seconds_count{method=\"other\",route=\"api\",\
             status_code=\"200\",ws=\"false\"} 1",
            "process_open_fds ",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        drop(watching);
        assert!(figures.text().contains("scope_app_watchers 0"));
    }
}
