//! The table of routes; a path with another method does not exist, as in the original.

mod control;

mod details;

mod enrolment;

mod pipe;

mod report;

mod topology;

mod ui;

mod watch;

use crate::pipes::End;
use crate::request::Address;
use crate::{App, answer, origin};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use scope_control::{JOIN_PATH, RENEW_PATH};
use std::time::Instant;

/// Method and path of every route but the files of the web client.
///
/// `{…}` is one segment of any text. Of two that fit, the first answers.
pub const ROUTES: [(&str, &str); 22] = [
    ("GET", "/api"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/probes"),
    ("GET", "/api/report"),
    ("POST", "/api/report"),
    ("GET", "/api/topology"),
    ("GET", "/api/topology/{view}"),
    ("GET", "/api/topology/{view}/ws"),
    ("GET", "/api/topology/{view}/{id}"),
    ("GET", "/api/topology/{view}/{from}/edge/{to}"),
    ("GET", "/api/control/ws"),
    ("POST", "/api/control/{probe}/{id}/{control}"),
    ("GET", "/api/pipe/{pipe}"),
    ("DELETE", "/api/pipe/{pipe}"),
    ("POST", "/api/pipe/{pipe}"),
    ("GET", "/api/pipe/{pipe}/probe"),
    ("GET", "/api/pipe/{pipe}/check"),
    ("POST", JOIN_PATH),
    ("POST", RENEW_PATH),
    ("GET", "/admin/summary"),
    ("GET", "/metrics"),
    ("GET", "/debug/pprof/{profile}"),
];

/// The path by which the figures call the files of the web client.
const FILES: &str = "/{file}";

/// Answers one request.
pub(crate) async fn answer(app: App, request: Request) -> Response {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let address = Address::of(&parts);
    let segments: Vec<&str> = address.segments.iter().map(String::as_str).collect();
    let method = parts.method.clone();
    let route = route(&method, &segments);
    let figures = std::sync::Arc::clone(&app.figures);
    let response = match (route.unwrap_or_default(), segments.as_slice()) {
        _ if route.is_some_and(origin::matters) && !origin::is_own(&parts) => origin::refusal(),
        (("GET", "/api/control/ws"), _) => control::register(app, parts).await,
        (("POST", "/api/control/{probe}/{id}/{control}"), [_, _, probe, node, control]) => {
            control::run(&app, body, [probe, node, control]).await
        }
        (("GET", "/api/pipe/{pipe}"), [_, _, pipe]) => {
            pipe::join(app, parts, pipe, End::Browser).await
        }
        (("GET", "/api/pipe/{pipe}/probe"), [_, _, pipe, _]) => {
            pipe::join(app, parts, pipe, End::Probe).await
        }
        (("GET", "/api/pipe/{pipe}/check"), [_, _, pipe, _]) => pipe::check(&app, pipe),
        (("DELETE" | "POST", "/api/pipe/{pipe}"), [_, _, pipe]) => pipe::close(&app, &parts, pipe),
        (("GET", "/api"), _) => details::app(&app, &parts, &address).await,
        (("GET", "/api/openapi.json"), _) => details::openapi(&app, &parts).await,
        (("GET", "/api/probes"), _) => details::probes(&app, &parts, &address).await,
        (("GET", "/admin/summary"), _) => details::summary(&app, &parts).await,
        (("GET", "/metrics"), _) => details::metrics(&app, &parts).await,
        (("GET", "/api/report"), _) => report::get(&app, &parts, &address).await,
        (("POST", "/api/report"), _) => report::post(&app, &parts, body).await,
        (("POST", JOIN_PATH), _) => enrolment::join(&app, &parts, body).await,
        (("POST", RENEW_PATH), _) => enrolment::renew(&app, &parts, body).await,
        (("GET", "/api/topology"), _) => topology::list(&app, &parts, &address).await,
        (("GET", "/api/topology/{view}"), [_, _, view]) => {
            topology::view(&app, &parts, &address, view).await
        }
        (("GET", "/api/topology/{view}/ws"), [_, _, view, _]) => {
            let view = (*view).to_owned();
            watch::upgrade(app, parts, &address, &view).await
        }
        (("GET", "/api/topology/{view}/{id}"), [_, _, view, node]) => {
            topology::node(&app, &parts, &address, view, node).await
        }
        (("GET", "/api/topology/{view}/{from}/edge/{to}"), [_, _, view, from, _, to]) => {
            topology::edge(&app, &parts, &address, view, [from, to]).await
        }
        (("GET", "/debug/pprof/{profile}"), _) => details::no_profile(),
        ((_, FILES), _) => ui::file(&parts),
        _ => answer::not_found(),
    };
    let path = route.map_or("", |(_, path)| path);
    figures.answered(&method, path, response.status(), start.elapsed());
    response
}

/// The route of a request.
fn route(method: &Method, segments: &[&str]) -> Option<(&'static str, &'static str)> {
    let fits = |path: &str| {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let pairs = parts.iter().zip(segments);
        parts.len() == segments.len()
            && pairs.into_iter().all(|(part, own)| part.starts_with('{') || part == own)
    };
    let row = ROUTES.iter().find(|(own, path)| *own == method.as_str() && fits(path));
    let is_ours = matches!(segments, ["api" | "admin" | "debug", ..] | ["metrics"]);
    match (row, method) {
        (Some(row), _) => Some(*row),
        (None, &Method::GET | &Method::HEAD) if !is_ours => Some(("GET", FILES)),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: Method, path: &str, expect: Option<&str>) {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        assert_eq!(route(&method, &segments).map(|(_, path)| path), expect, "{method} {path}");
    }

    #[test]
    fn paths_find_their_route() {
        check(Method::GET, "/api", Some("/api"));
        check(Method::GET, "/api/topology/hosts/ws", Some("/api/topology/{view}/ws"));
        check(Method::GET, "/api/topology/hosts/x", Some("/api/topology/{view}/{id}"));
        check(Method::GET, "/api/topology/hosts/x/y", None);
        let edge = Some("/api/topology/{view}/{from}/edge/{to}");
        check(Method::GET, "/api/topology/hosts/x/edge/y", edge);
        check(Method::GET, "/api/topology/hosts/x/y/z", None);
        check(Method::PUT, "/api/report", None);
        check(Method::HEAD, "/api/report", None);
        check(Method::POST, "/index.html", None);
        check(Method::GET, "/metrics", Some("/metrics"));
        check(Method::GET, "/debug/pprof/heap", Some("/debug/pprof/{profile}"));
        check(Method::GET, "/debug", None);
        check(Method::HEAD, "/ui/index.html", Some(FILES));
        check(Method::GET, "/", Some(FILES));
    }
}
