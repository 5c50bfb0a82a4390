//! Who sends a request: read from its headers, decided by the gate.

use crate::App;
use crate::bounds;
use crate::probes;
use crate::request::header;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scope_auth::{Access, Identity, SignInError, SignedIn, Standing};
use std::net::IpAddr;
use std::sync::Arc;

/// The address of the other end of a connection, an extension of each of its requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From(pub(crate) IpAddr);

/// Cookies of one request that are looked at.
const COOKIES_MAX: usize = 64;

/// Whoever sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) identity: Arc<Identity>,
    pub(crate) access: Arc<Access>,
    /// What their being let in rests on.
    pub(crate) standing: Standing,
    /// The address they come from.
    pub(crate) from: Option<IpAddr>,
    /// The session of their cookie.
    pub(crate) session: Option<String>,
    /// They named themselves in this very request, so that no foreign page made their browser.
    pub(crate) is_explicit: bool,
}

impl Visitor {
    pub(crate) fn new(found: SignedIn, from: Option<IpAddr>) -> Self {
        Self {
            identity: Arc::new(found.identity),
            access: Arc::new(found.access),
            standing: found.standing,
            from,
            session: None,
            is_explicit: false,
        }
    }

    /// Whoever sent the request; an error where they say who they are and it is not so.
    pub(crate) async fn of(app: &App, parts: &Parts) -> Result<Self, SignInError> {
        let from = address(parts);
        let (gate, now_secs) = (&app.config.gate, app.now_secs());
        // No browser asks under the name under which probes do.
        if let Some(peer) = probes::peer(parts) {
            let found = match &peer.shown {
                // The code in the request decides there.
                Some(_) if probes::is_joining(parts) => Some(gate.stranger()),
                Some(shown) => {
                    app.probes.check(shown)?;
                    Some(gate.enrolled(&shown.identity))
                }
                None if parts.headers.contains_key("authorization") => None,
                None => Some(gate.stranger()),
            };
            if let Some(found) = found {
                return Ok(Self { is_explicit: true, ..Self::new(found, from) });
            }
        }
        let found = match Claim::of(&parts.headers) {
            Some(Claim::Password { name, password }) => {
                by_password(app, name, password, from, now_secs).await
            }
            Some(Claim::Token(token)) => gate.by_token(&token, from, now_secs),
            Some(Claim::Unreadable) => Err(SignInError::WrongPassword),
            None => {
                let session = cookie(&parts.headers, &app.config.cookie_name());
                let known = session.and_then(|id| Some((gate.by_session(id, now_secs)?, id)));
                return Ok(match known {
                    Some((found, id)) => {
                        Self { session: Some(id.to_owned()), ..Self::new(found, from) }
                    }
                    None => Self::new(gate.stranger(), from),
                });
            }
        };
        found.map(|found| Self { is_explicit: true, ..Self::new(found, from) })
    }
}

/// The address a request comes from.
pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<From>().map(|From(address)| *address)
}

/// By a name and a password; a slow digest is computed beside the async tasks, few at once.
pub(crate) async fn by_password(
    app: &App,
    name: String,
    password: String,
    from: Option<IpAddr>,
    now_secs: u64,
) -> Result<SignedIn, SignInError> {
    let gate = &app.config.gate;
    if let Some(found) = gate.quickly_by_password(&name, &password, now_secs) {
        return found;
    }
    gate.check_attempts(from, now_secs)?;
    let gate = Arc::clone(gate);
    let work = move || gate.by_password(&name, &password, from, now_secs);
    let outcome = bounds::compute(&app.room.sign_ins, work).await;
    outcome.unwrap_or_else(|_| Err(SignInError::Failed("a defect of the app".to_owned())))
}

/// What a request says of who sends it.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    Password { name: String, password: String },
    Token(String),
    Unreadable,
}

impl Claim {
    /// `Basic` (RFC 7617), `Bearer` (RFC 6750), and the original's `Scope-Probe token=…`. A blank
    /// token of that says nothing: probes send it without having one.
    fn of(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key("authorization") {
            return None;
        }
        let value = header(headers, "authorization");
        let (scheme, given) = value.split_once(' ').unwrap_or((value, ""));
        let given = given.trim();
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => Some(Self::password(given).unwrap_or(Self::Unreadable)),
            "bearer" => Some(Self::Token(given.to_owned())),
            "scope-probe" => {
                let token = given.strip_prefix("token=").unwrap_or(given);
                (!token.is_empty()).then(|| Self::Token(token.to_owned()))
            }
            _ => Some(Self::Unreadable),
        }
    }

    fn password(encoded: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some(Self::Password { name: name.to_owned(), password: password.to_owned() })
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all("cookie").into_iter().filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .take(COOKIES_MAX)
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(own, value)| (own == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn claims_are_read() {
        let check = |value: &str, expect: Option<Claim>| {
            assert_eq!(Claim::of(&headers(&[("authorization", value)])), expect, "{value}");
        };
        let token = |text: &str| Some(Claim::Token(text.to_owned()));
        let encoded = STANDARD.encode("admin:open:sesame ü");
        let account = || {
            let (name, password) = ("admin".to_owned(), "open:sesame ü".to_owned());
            Some(Claim::Password { name, password })
        };
        check(&format!("Basic {encoded}"), account());
        check(&format!("basic  {encoded}"), account());
        check("Bearer scope_x", token("scope_x"));
        check("Scope-Probe token=scope_x", token("scope_x"));
        check("Scope-Probe token=", None);
        check("Basic", Some(Claim::Unreadable));
        check("Basic eA==", Some(Claim::Unreadable));
        check("Digest x", Some(Claim::Unreadable));
        check("", Some(Claim::Unreadable));
        assert_eq!(Claim::of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&[("cookie", "a=1; scope-4040=x=; scope=y")]);
        assert_eq!(cookie(&headers, "scope-4040"), Some("x="));
        assert_eq!(cookie(&headers, "scope"), Some("y"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
