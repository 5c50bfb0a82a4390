//! Headers that tell browsers what an answer must not be used for.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// Of answers that are no page: nothing is loaded, nothing shown in a frame.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year, in seconds: whoever was here by TLS comes by TLS.
const TRANSPORT: &str = "max-age=31536000";

/// Adds what an answer does not say itself.
pub(crate) fn add(response: &mut Response, is_secure: bool) {
    let headers = response.headers_mut();
    let all = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in all {
        let name = HeaderName::from_static(name);
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_secure {
        let name = HeaderName::from_static("strict-transport-security");
        headers.entry(name).or_insert(HeaderValue::from_static(TRANSPORT));
    }
}
