//! The table of routes; a path with another method does not exist, as in the original.

mod account;

mod audit;

mod control;

mod details;

mod enrolment;

mod groups;

mod history;

mod open_id;

mod pipe;

mod positions;

mod report;

mod sign_in_page;

mod topology;

mod ui;

mod watch;

use crate::entrance::Admitted;
use crate::pipes::End;
use crate::request::Address;
use crate::{App, answer};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use scope_auth::Right;
use scope_control::{JOIN_PATH, RENEW_PATH};

/// What a route needs of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is for those too who did not sign in.
    Nothing,
    /// This right.
    All(Right),
    /// Either.
    OneOf([Right; 2]),
    /// The right of the control's kind, on its node.
    Control,
    /// To have opened the pipe, and still to have the right to; admins may join any.
    Pipe,
    /// The same, or to be a probe.
    PipeOrPublish,
}

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; `{…}` is one segment of any text.
    pub path: &'static str,
    /// What it needs of whoever asks.
    pub needs: Needs,
}

/// Every route but the files of the web client, and what it needs. Of two that fit, the first
/// answers. Probes of Weave Scope ask `GET /api` which app it is.
pub const ROUTES: &[Route] = &[
    of("GET", "/api", Needs::OneOf([Right::See, Right::Publish])),
    of("GET", "/api/openapi.json", Needs::All(Right::See)),
    of("GET", "/api/me", Needs::Nothing),
    of("POST", "/api/sign-in", Needs::Nothing),
    of("GET", "/api/sign-in/open-id", Needs::Nothing),
    of("GET", "/api/sign-in/open-id/callback", Needs::Nothing),
    of("POST", "/api/sign-out", Needs::Nothing),
    of("GET", "/api/audit", Needs::All(Right::Administer)),
    of("GET", "/api/audit/recordings/{recording}", Needs::All(Right::Administer)),
    of("GET", "/api/groups", Needs::All(Right::See)),
    of("GET", "/api/history", Needs::All(Right::See)),
    of("GET", "/api/probes", Needs::All(Right::See)),
    of("GET", "/api/report", Needs::All(Right::SeeSecrets)),
    of("POST", "/api/report", Needs::All(Right::Publish)),
    of("GET", "/api/topology", Needs::All(Right::See)),
    of("GET", "/api/topology/{view}", Needs::All(Right::See)),
    of("GET", "/api/topology/{view}/ws", Needs::All(Right::See)),
    of("GET", NODE, Needs::All(Right::See)),
    of("GET", "/api/topology/{view}/{from}/edge/{to}", Needs::All(Right::See)),
    of("GET", POSITIONS, Needs::All(Right::See)),
    of("PUT", POSITIONS, Needs::All(Right::Operate)),
    of("GET", "/api/control/ws", Needs::All(Right::Publish)),
    of("POST", "/api/control/{probe}/{id}/{control}", Needs::Control),
    of("GET", "/api/pipe/{pipe}", Needs::Pipe),
    of("DELETE", "/api/pipe/{pipe}", Needs::PipeOrPublish),
    of("POST", "/api/pipe/{pipe}", Needs::PipeOrPublish),
    of("GET", "/api/pipe/{pipe}/probe", Needs::All(Right::Publish)),
    of("GET", "/api/pipe/{pipe}/check", Needs::Pipe),
    of("POST", JOIN_PATH, Needs::Nothing),
    of("POST", RENEW_PATH, Needs::All(Right::Publish)),
    of("GET", "/admin/summary", Needs::All(Right::See)),
    of("GET", "/metrics", Needs::All(Right::See)),
    of("GET", "/debug/pprof/{profile}", Needs::All(Right::See)),
];

/// Where readers have put nodes: all see it, so it is for those to arrange who operate.
const POSITIONS: &str = "/api/positions/{picture}";

/// A node's detail.
pub(crate) const NODE: &str = "/api/topology/{view}/{id}";

/// The files of the web client, under the path by which the figures call them. They hold nothing
/// of what runs, and the page to sign in is one.
const FILES: Route = of("GET", "/{file}", Needs::Nothing);

const fn of(method: &'static str, path: &'static str, needs: Needs) -> Route {
    Route { method, path, needs }
}

/// Answers a request that was let in.
pub(crate) async fn answer(app: App, admitted: Admitted, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let address = &admitted.address;
    let segments: Vec<&str> = address.segments.iter().map(String::as_str).collect();
    let route = admitted.route.map_or(("", ""), |route| (route.method, route.path));
    match (route, segments.as_slice()) {
        (("GET", "/api/me"), _) => account::me(&app, &admitted.visitor),
        (("POST", "/api/sign-in"), _) => account::sign_in(&app, &parts, body).await,
        (("GET", "/api/sign-in/open-id"), _) => open_id::begin(&app).await,
        (("GET", "/api/sign-in/open-id/callback"), _) => {
            open_id::finish(&app, &parts, address).await
        }
        (("POST", "/api/sign-out"), _) => account::sign_out(&app, &admitted),
        (("GET", "/api/audit"), _) => audit::page(&app, &parts, address).await,
        (("GET", "/api/audit/recordings/{recording}"), [_, _, _, id]) => {
            audit::recording(&app, &parts, id).await
        }
        (("GET", "/api/control/ws"), _) => control::register(app, &admitted, parts).await,
        (("POST", "/api/control/{probe}/{id}/{control}"), [_, _, probe, node, control]) => {
            control::run(&app, &admitted, body, [probe, node, control]).await
        }
        (("GET", "/api/pipe/{pipe}"), [_, _, pipe]) => {
            let is_new = address.parameter("replay") == Some("true");
            let end = if is_new { End::NewPage } else { End::Browser };
            pipe::join(app, &admitted, parts, pipe, end).await
        }
        (("GET", "/api/pipe/{pipe}/probe"), [_, _, pipe, _]) => {
            pipe::join(app, &admitted, parts, pipe, End::Probe).await
        }
        (("GET", "/api/pipe/{pipe}/check"), [_, _, pipe, _]) => pipe::check(&app, pipe),
        (("DELETE" | "POST", "/api/pipe/{pipe}"), [_, _, pipe]) => pipe::close(&app, &parts, pipe),
        (("GET", "/api"), _) => details::app(&app, &parts, address).await,
        (("GET", "/api/openapi.json"), _) => details::openapi(&app, &parts).await,
        (("GET", "/api/groups"), _) => groups::get(&app, &parts).await,
        (("GET", "/api/history"), _) => history::get(&app, &parts).await,
        (("GET", "/api/probes"), _) => details::probes(&app, &parts, address).await,
        (("GET", "/admin/summary"), _) => details::summary(&app, &parts).await,
        (("GET", "/metrics"), _) => details::metrics(&app, &parts).await,
        (("GET", "/api/report"), _) => report::get(&app, &parts, address).await,
        (("POST", "/api/report"), _) => report::post(&app, &parts, admitted.speaker, body).await,
        (("POST", JOIN_PATH), _) => enrolment::join(&app, &parts, body).await,
        (("POST", RENEW_PATH), _) => enrolment::renew(&app, &parts, admitted.speaker, body).await,
        (("GET", "/api/topology"), _) => topology::list(&app, &parts, address).await,
        (("GET", "/api/topology/{view}"), [_, _, view]) => {
            topology::view(&app, &parts, address, view).await
        }
        (("GET", "/api/topology/{view}/ws"), [_, _, view, _]) => {
            let view = (*view).to_owned();
            watch::upgrade(app, parts, &admitted, &view).await
        }
        (("GET", POSITIONS), [_, _, picture]) => positions::get(&app, &parts, picture),
        (("PUT", POSITIONS), [_, _, picture]) => positions::put(&app, &parts, body, picture).await,
        (("GET", NODE), [_, _, view, node]) => {
            topology::node(&app, &parts, address, &admitted.visitor, [view, node]).await
        }
        (("GET", "/api/topology/{view}/{from}/edge/{to}"), [_, _, view, from, _, to]) => {
            topology::edge(&app, &parts, address, view, [from, to]).await
        }
        (("GET", "/debug/pprof/{profile}"), _) => details::no_profile(),
        (("GET", "/{file}"), _) => ui::file(&app, &parts, &admitted.visitor),
        _ => answer::not_found(),
    }
}

/// The route of a request.
pub(crate) fn find(method: &Method, address: &Address) -> Option<&'static Route> {
    let segments: Vec<&str> = address.segments.iter().map(String::as_str).collect();
    route(method, &segments)
}

fn route(method: &Method, segments: &[&str]) -> Option<&'static Route> {
    let fits = |path: &str| {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let pairs = parts.iter().zip(segments);
        parts.len() == segments.len()
            && pairs.into_iter().all(|(part, own)| part.starts_with('{') || part == own)
    };
    let row = ROUTES.iter().find(|row| row.method == method.as_str() && fits(row.path));
    let is_ours = matches!(segments, ["api" | "admin" | "debug", ..] | ["metrics"]);
    match (row, method) {
        (Some(row), _) => Some(row),
        (None, &Method::GET | &Method::HEAD) if !is_ours => Some(&FILES),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: Method, path: &str, expect: Option<&str>) {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        assert_eq!(route(&method, &segments).map(|row| row.path), expect, "{method} {path}");
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
        check(Method::HEAD, "/ui/index.html", Some(FILES.path));
        check(Method::GET, "/", Some(FILES.path));
    }
}
