//! Which page a browser's request comes from.
//!
//! A browser sends its cookies and reaches loopback whatever page asks it to, but it says which
//! page did. Requests that change something, and websockets, are answered only to our own pages;
//! what is no browser says nothing and passes.

use crate::answer;
use crate::request::header;
use crate::routes::Route;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

/// Whether a foreign page must not use this route.
pub(crate) fn matters(route: &Route) -> bool {
    route.method != "GET" || route.path.ends_with("/ws") || route.path.starts_with("/api/pipe/")
}

/// Whether the request comes from our own page, or from no page at all.
pub(crate) fn is_own(parts: &Parts) -> bool {
    let origin = header(&parts.headers, "origin");
    if !parts.headers.contains_key("origin") {
        return true;
    }
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let host = header(&parts.headers, "host");
    !authority.is_empty() && authority.eq_ignore_ascii_case(host)
}

/// The answer to a foreign page.
pub(crate) fn refusal() -> Response {
    let sentence = "a page of another site asked for this; open Scope at its own address";
    answer::failure(StatusCode::FORBIDDEN, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_answered() {
        let check = |origin: Option<&str>, expect: bool| {
            let mut request = axum::http::Request::builder().uri("/api").header("host", "a:4040");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(is_own(&parts), expect, "{origin:?}");
        };
        check(None, true);
        check(Some("http://a:4040"), true);
        check(Some("https://A:4040"), true);
        check(Some("http://a"), false);
        check(Some("http://evil.example"), false);
        check(Some("null"), false);
        check(Some(""), false);
    }
}
