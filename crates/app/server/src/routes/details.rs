//! What the app says of itself, of its probes and of its API.

use crate::figures::Figures;
use crate::request::{Address, header};
use crate::{App, answer};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use scope_api::{AppDetails, Capabilities, PluginSummary, ProbeEntry};

/// `GET /api`.
pub(super) async fn app(app: &App, parts: &Parts, address: &Address) -> Response {
    let (shared, asked) = (app.clone(), address.asked());
    let Ok(snapshot) = tokio::task::spawn_blocking(move || shared.snapshot(asked)).await else {
        return answer::not_found();
    };
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
        capabilities: Capabilities { historic_reports: false },
    };
    answer::json(&details, header(&parts.headers, "accept-encoding"))
}

/// `GET /api/probes`; with `sparse`, only whether there are any.
pub(super) async fn probes(app: &App, parts: &Parts, address: &Address) -> Response {
    let (shared, asked) = (app.clone(), address.asked());
    let Ok(snapshot) = tokio::task::spawn_blocking(move || shared.snapshot(asked)).await else {
        return answer::not_found();
    };
    let accept_encoding = header(&parts.headers, "accept-encoding");
    if address.parameter("sparse").is_some() {
        return answer::json(&(snapshot.raw.node_count() > 0), accept_encoding);
    }
    let entries = snapshot.probes().into_iter().map(|probe| ProbeEntry {
        id: probe.id,
        hostname: probe.hostname,
        version: probe.version,
        last_seen: probe.last_seen.to_string().into(),
    });
    answer::json(&entries.collect::<Vec<_>>(), accept_encoding)
}

/// `GET /admin/summary`: a line per held report.
pub(super) fn summary(app: &App) -> Response {
    let mut lines = app.store.summary_lines(app.now()).join("\n");
    lines.push('\n');
    answer::text(&lines)
}

/// `GET /api/openapi.json`: the description of this API.
pub(super) fn openapi(parts: &Parts) -> Response {
    let document = Bytes::from_static(scope_api::OPENAPI.as_bytes());
    answer::body_of("application/json", document, header(&parts.headers, "accept-encoding"))
}

/// `GET /metrics`: figures for Prometheus.
pub(super) fn metrics(app: &App, parts: &Parts) -> Response {
    let text = Bytes::from(app.figures.text());
    let accept_encoding = header(&parts.headers, "accept-encoding");
    answer::body_of(Figures::MEDIA_TYPE, text, accept_encoding)
}
