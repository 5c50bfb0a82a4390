//! The page on which people sign in, with and without JavaScript.
//!
//! It stands apart from the web client, which is loaded only by those who may see the map. The
//! token of a link is behind `#`, which browsers do not send: it is in no log of a proxy. Without
//! JavaScript it is pasted into the form.

use crate::{App, answer};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;

const PAGE: &str = include_str!("sign_in_page/page.html");
const SCRIPT: &str = include_str!("sign_in_page/page.js");
const STYLE: &str = include_str!("sign_in_page/page.css");

/// Nothing inline, nothing from elsewhere, and forms for this app only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page, or a file of it.
pub(super) fn file(app: &App, path: &str) -> Option<Response> {
    let of = |media_type, text: &'static str| {
        answer::body_of(media_type, Bytes::from_static(text.as_bytes()), "")
    };
    Some(match path {
        "sign-in" => page(app, StatusCode::OK, "./", ""),
        "sign-in.js" => of("text/javascript; charset=utf-8", SCRIPT),
        "sign-in.css" => of("text/css; charset=utf-8", STYLE),
        _ => return None,
    })
}

/// The page with a sentence on what went wrong, if anything did; `root` leads from its address to
/// the app's.
pub(super) fn page(app: &App, status: StatusCode, root: &str, sentence: &str) -> Response {
    let methods = app.config.gate.methods();
    let shown = |name: &str| if methods.contains(&name) { "" } else { " hidden" };
    let page = PAGE
        .replace("{link-hidden}", shown("link"))
        .replace("{password-hidden}", shown("password"))
        .replace("{open-id-hidden}", shown("open-id"))
        .replace("{root}", root)
        .replace("{sentence}", &escaped(sentence));
    let mut response = answer::body_of("text/html; charset=utf-8", Bytes::from(page), "");
    *response.status_mut() = status;
    for (name, value) in [
        ("content-security-policy", POLICY),
        // With `no-referrer` a browser would not say that its form is of our own page.
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
        escaped
    })
}
