//! What every request passes before its route: the sign-in and the log.

use crate::{App, probes, routes, sign_in};
use axum::extract::Request;
use axum::response::Response;
use std::time::Instant;

/// Answers one request.
pub(crate) async fn answer(app: App, request: Request) -> Response {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let line = app.config.request_log.line(&parts);
    let is_admitted = app.config.sign_in.as_ref().is_none_or(|account| account.admits(&parts));
    let is_admitted = is_admitted || app.probes.admits(&parts);
    let response = if let Some(refused) = probes::refused(&app, &parts) {
        app.figures.answered(&parts.method, "", refused.status(), start.elapsed());
        refused
    } else if is_admitted {
        routes::answer(app, Request::from_parts(parts, body)).await
    } else {
        let response = sign_in::challenge();
        app.figures.answered(&parts.method, "", response.status(), start.elapsed());
        response
    };
    if let Some(line) = line {
        line.write(response.status(), start.elapsed());
    }
    response
}
