//! What the app says of itself, of its probes and of its API.

use crate::figures::Figures;
use crate::request::{Address, Asked, header};
use crate::{App, answer};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use scope_api::{AppDetails, Capabilities, PluginSummary, ProbeEntry};

/// `GET /api`.
pub(super) async fn app(app: &App, parts: &Parts, address: &Address) -> Response {
    let asked = address.asked();
    let look = move |app: &App| app.look(asked).snapshot;
    let Ok(snapshot) = app.compute(look).await else { return answer::defect() };
    let plugins = snapshot.report.plugins.values().map(|plugin| PluginSummary {
        id: plugin.id.clone(),
        label: plugin.label.clone(),
        description: plugin.description.clone(),
        interfaces: plugin.interfaces.clone(),
        api_version: plugin.api_version.clone(),
        status: plugin.status.clone(),
    });
    let details = AppDetails {
        id: app.config.app_id.as_str().into(),
        version: app.config.version.as_str().into(),
        hostname: app.config.hostname.as_str().into(),
        plugins: Some(plugins.collect()),
        capabilities: Capabilities::default(),
    };
    let answer = answer::json(&details, header(&parts.headers, "accept-encoding"));
    answer::telling_encodings(answer)
}

/// `GET /api/probes`; with `sparse`, only whether there are any.
pub(super) async fn probes(app: &App, parts: &Parts, address: &Address) -> Response {
    let asked = address.asked();
    let accept_encoding = header(&parts.headers, "accept-encoding");
    if address.parameter("sparse").is_some() {
        let has_reports = asked != Asked::Never && app.store.has_reports(app.now());
        return answer::json(&has_reports, accept_encoding);
    }
    let look = move |app: &App| app.look(asked).snapshot;
    let Ok(snapshot) = app.compute(look).await else { return answer::defect() };
    let entries = snapshot.probes().into_iter().map(|probe| ProbeEntry {
        id: probe.id,
        hostname: probe.hostname,
        version: probe.version,
        last_seen: probe.last_seen.to_string().into(),
    });
    answer::json(&entries.collect::<Vec<_>>(), accept_encoding)
}

/// `GET /admin/summary`: a line per held report.
pub(super) async fn summary(app: &App, parts: &Parts) -> Response {
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let build = move |app: &App| {
        let mut lines = app.store.summary_lines(app.now()).join("\n");
        lines.push('\n');
        answer::text(&lines, &accept_encoding)
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /api/openapi.json`: the description of this API.
pub(super) async fn openapi(app: &App, parts: &Parts) -> Response {
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let document = Bytes::from_static(scope_api::OPENAPI.as_bytes());
    let build = move |_: &App| answer::body_of("application/json", document, &accept_encoding);
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /metrics`: figures for Prometheus.
pub(super) async fn metrics(app: &App, parts: &Parts) -> Response {
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let build = move |app: &App| {
        let text = Bytes::from(app.figures.text());
        answer::body_of(Figures::MEDIA_TYPE, text, &accept_encoding)
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /debug/pprof/…`: Go's profiles, which this program has not.
pub(super) fn no_profile() -> Response {
    let sentence = "this program keeps no Go profiles: GET /metrics has its figures, SIGQUIT logs \
        what its threads do, and `perf record -g -p PID` profiles it";
    answer::failure(StatusCode::NOT_FOUND, sentence)
}
