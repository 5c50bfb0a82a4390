//! One name and password for everything, as Weave Scope's basic authentication.
//!
//! The password is sent with each request, so without TLS in front it is readable on the way. The
//! module refuses to know more than one account.

use crate::answer;
use crate::request::header;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header as names};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use subtle::ConstantTimeEq;

/// What the browser is told that it signs in to; the original's word.
const CHALLENGE: &str = "Basic realm=\"Restricted\", charset=\"UTF-8\"";

/// The account, in the form in which a request carries it.
#[derive(Clone)]
pub struct SignIn {
    /// `name:password` in base64.
    encoded: String,
}

impl SignIn {
    /// The account of `name`, which contains no colon, and `password`.
    pub fn new(name: &str, password: &str) -> Self {
        Self { encoded: STANDARD.encode(format!("{name}:{password}")) }
    }

    /// Whether the request carries the account. The time this takes does not tell how much of a
    /// guess is right.
    pub(crate) fn admits(&self, parts: &Parts) -> bool {
        let value = header(&parts.headers, "authorization");
        let (scheme, given) = value.split_once(' ').unwrap_or_default();
        let is_equal = given.trim().as_bytes().ct_eq(self.encoded.as_bytes());
        scheme.eq_ignore_ascii_case("basic") && bool::from(is_equal)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SignIn(…)")
    }
}

/// The answer to a request without the account.
pub(crate) fn challenge() -> Response {
    let sentence = "sign in with the name and password that the operator of this app set";
    let mut response = answer::failure(StatusCode::UNAUTHORIZED, sentence);
    let challenge = HeaderValue::from_static(CHALLENGE);
    response.headers_mut().insert(names::WWW_AUTHENTICATE, challenge);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_account_is_admitted() {
        let account = SignIn::new("admin", "open:sesame ü");
        let check = |value: &str, expect: bool| {
            let request = axum::http::Request::builder().header("authorization", value);
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(account.admits(&parts), expect, "{value}");
        };
        let right = STANDARD.encode("admin:open:sesame ü");
        check(&format!("Basic {right}"), true);
        check(&format!("basic  {right}"), true);
        check(&format!("Bearer {right}"), false);
        check(&right, false);
        check("", false);
        check("Basic ", false);
        check(&format!("Basic {}", STANDARD.encode("admin:open:sesame")), false);
        check(&format!("Basic {}", STANDARD.encode("admin:")), false);
        assert_eq!(format!("{account:?}"), "SignIn(…)");
    }
}
