//! The files of the web client, at `/` and at `/ui/`.

use super::sign_in_page;
use crate::request::header;
use crate::visitor::Visitor;
use crate::{App, answer};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method as Verb, StatusCode, header as names};
use axum::response::Response;
use scope_auth::{Method, Right};
use std::borrow::Cow;

/// Nothing from elsewhere, nothing inline; WebAssembly is the layout's.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
    worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Who may show the page in a frame; nobody, lest a click is stolen.
const FRAMED_BY_NOBODY: &str = "frame-ancestors 'none'";

/// With `embed=1` the page is a picture with nothing to act on, made to stand in other pages.
const FRAMED_BY_ANYBODY: &str = "frame-ancestors *";

/// What a page of the client may do.
fn policy(query: Option<&str>) -> Cow<'static, str> {
    let is_embedded = query.is_some_and(|query| query.split('&').any(|pair| pair == "embed=1"));
    if is_embedded {
        Cow::Owned(CONTENT_SECURITY_POLICY.replace(FRAMED_BY_NOBODY, FRAMED_BY_ANYBODY))
    } else {
        Cow::Borrowed(CONTENT_SECURITY_POLICY)
    }
}

/// The file a path names; a folder is its `index.html`.
///
/// Instead of the client's page, whoever may not see the map gets the page to sign in.
pub(super) fn file(app: &App, parts: &Parts, visitor: &Visitor) -> Response {
    let path = parts.uri.path().trim_start_matches('/');
    let path = path.strip_prefix("ui/").unwrap_or(if path == "ui" { "" } else { path });
    let path = if path.is_empty() { "index.html" } else { path };
    if let Some(response) = sign_in_page::file(app, path) {
        return response;
    }
    let may_see = visitor.access.may(Right::See);
    if path == "index.html" && !may_see && visitor.identity.method == Method::Anonymous {
        return sign_in_page::page(app, StatusCode::UNAUTHORIZED, "./", "");
    }
    let Some(asset) = scope_assets::find(path, header(&parts.headers, "accept-encoding")) else {
        if path == "index.html" && !scope_assets::is_present() {
            let sentence = "This build carries no web client: run `make build`.\n";
            let mut response = answer::text(sentence, "");
            *response.status_mut() = StatusCode::NOT_FOUND;
            return response;
        }
        return answer::not_found();
    };
    let bytes = match asset.bytes {
        Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes::Bytes::from(bytes),
    };
    let length = bytes.len();
    let body = if parts.method == Verb::HEAD { Body::empty() } else { Body::from(bytes) };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(names::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(names::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(names::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = asset.encoding {
        headers.insert(names::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    let caching = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(names::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(policy) = HeaderValue::from_str(&policy(parts.uri.query())) {
        headers.insert(names::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_picture_alone_may_stand_in_other_pages() {
        let check = |query: Option<&str>, expect: &str| {
            let policy = policy(query);
            assert!(policy.ends_with(expect), "{query:?}: {policy}");
            assert!(policy.starts_with("default-src 'none'"), "{query:?}: {policy}");
        };
        check(None, FRAMED_BY_NOBODY);
        check(Some(""), FRAMED_BY_NOBODY);
        check(Some("embed=10&x=embed=1"), FRAMED_BY_NOBODY);
        check(Some("embed=1"), FRAMED_BY_ANYBODY);
        check(Some("a=b&embed=1"), FRAMED_BY_ANYBODY);
    }
}
