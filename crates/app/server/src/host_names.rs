//! The names by which browsers may call the app.
//!
//! A page of another site can have its own name point at this app (DNS rebinding) and then counts
//! as the app's page. It cannot change the name: so only names that nobody else can have are
//! answered, which are addresses, names without a dot, and those that the operator gives.

use crate::answer;
use crate::request::header;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use std::net::IpAddr;

/// Names that belong to this machine by standard (RFC 6761 §6.3).
const LOCALHOST: &str = ".localhost";

/// Whether the request calls the app by a name of its own. What names nobody is no browser.
pub(crate) fn is_own(parts: &Parts, names: &[String]) -> bool {
    if !parts.headers.contains_key("host") && parts.uri.authority().is_none() {
        return true;
    }
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => header(&parts.headers, "host"),
    };
    let name = without_port(host).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    name.parse::<IpAddr>().is_ok()
        || (!name.is_empty() && name.chars().all(is_plain))
        || name.ends_with(LOCALHOST)
        || names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The answer to another name.
pub(crate) fn refusal() -> Response {
    let sentence = "this app does not know itself by that name; open it by its address, or start \
        it with --app.hostname=NAME";
    answer::failure(StatusCode::MISDIRECTED_REQUEST, sentence)
}

/// The name or address, an IPv6 one without its brackets.
fn without_port(host: &str) -> &str {
    if let Some((address, rest)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = rest.is_empty() || rest.starts_with(':');
        return if is_port { address } else { host };
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_are_answered() {
        let names = ["scope.example.org".to_owned()];
        let check = |host: &str, expect: bool| {
            let request = axum::http::Request::builder().uri("/api").header("host", host);
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(is_own(&parts, &names), expect, "{host}");
        };
        for own in [
            "localhost:4040",
            "LOCALHOST",
            "scope.localhost:4040",
            "127.0.0.1:4040",
            "10.1.2.3",
            "[::1]:4040",
            "web-1:4040",
            "app",
            "scope.example.org",
            "Scope.Example.org.:443",
        ] {
            check(own, true);
        }
        for foreign in [
            "evil.example:4040",
            "localhost.evil.example",
            "127.0.0.1.nip.io:4040",
            "xscope.example.org",
            "[::1].evil.example",
            "",
            ":4040",
            "a b",
        ] {
            check(foreign, false);
        }
        let (parts, ()) = axum::http::Request::new(()).into_parts();
        assert!(is_own(&parts, &[]));
    }
}
