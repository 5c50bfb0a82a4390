//! What the app says of itself and of its probes.

use crate::request::{Address, header};
use crate::{App, answer};
use axum::http::request::Parts;
use axum::response::Response;
use scope_api::{AppDetails, Capabilities, PluginSummary, ProbeEntry};

/// `GET /api`.
pub(super) async fn app(app: &App, parts: &Parts) -> Response {
    let Ok(snapshot) = app.compute(App::snapshot).await else { return answer::defect() };
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
    let answer = answer::json(&details, header(&parts.headers, "accept-encoding"));
    answer::telling_encodings(answer)
}

/// `GET /api/probes`; with `sparse`, only whether there are any.
pub(super) async fn probes(app: &App, parts: &Parts, address: &Address) -> Response {
    let accept_encoding = header(&parts.headers, "accept-encoding");
    if address.parameter("sparse").is_some() {
        return answer::json(&app.store.has_reports(app.now()), accept_encoding);
    }
    let Ok(snapshot) = app.compute(App::snapshot).await else { return answer::defect() };
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
