//! The table of routes; a path with another method does not exist, as in the original.

mod details;

mod report;

mod topology;

mod ui;

mod watch;

use crate::request::Address;
use crate::{App, answer};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

/// Answers one request.
pub(crate) async fn answer(app: App, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let address = Address::of(&parts);
    let segments: Vec<&str> = address.segments.iter().map(String::as_str).collect();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["api"]) => details::app(&app, &parts).await,
        (&Method::GET, ["api", "probes"]) => details::probes(&app, &parts, &address).await,
        (&Method::GET, ["admin", "summary"]) => details::summary(&app, &parts).await,
        (&Method::GET, ["api", "report"]) => report::get(&app, &parts, &address).await,
        (&Method::POST, ["api", "report"]) => report::post(&app, &parts, body).await,
        (&Method::GET, ["api", "topology"]) => topology::list(&app, &parts, &address).await,
        (&Method::GET, ["api", "topology", view]) => {
            topology::view(&app, &parts, &address, view).await
        }
        (&Method::GET, ["api", "topology", view, "ws"]) => {
            let view = (*view).to_owned();
            watch::upgrade(app, parts, &address, &view).await
        }
        (&Method::GET, ["api", "topology", view, node]) => {
            topology::node(&app, &parts, &address, view, node).await
        }
        (_, ["api" | "admin", ..]) => answer::not_found(),
        (&Method::GET | &Method::HEAD, _) => ui::file(&parts),
        _ => answer::not_found(),
    }
}
