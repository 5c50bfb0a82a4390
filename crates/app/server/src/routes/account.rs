//! Signing in and out, and who one is.

use crate::entrance::Admitted;
use crate::request::header;
use crate::visitor::{self, Visitor};
use crate::{App, answer, journal, refusals};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header as names};
use axum::response::Response;
use scope_api::Me;
use scope_auth::{AGE_SECS, Method, Rights, Role, SignInError, SignedIn};
use serde::Deserialize;

/// How long a browser keeps the cookie of a session, in seconds.
pub(super) const SESSION_SECS: u64 = AGE_SECS;

/// A token, or a name and a password, with some room.
const BODY_BYTES_MAX: usize = 16 << 10;

/// What a form of a page without JavaScript sends.
const FORM: &str = "application/x-www-form-urlencoded";

/// What a browser sends to sign in.
#[derive(Debug, Default, Deserialize)]
struct Credentials {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// `GET /api/me`.
pub(super) fn me(app: &App, visitor: &Visitor) -> Response {
    answer::json(&described(app, visitor), "")
}

/// `POST /api/sign-in`: begins a session. A form is answered with a page, JSON with JSON.
pub(super) async fn sign_in(app: &App, parts: &Parts, body: Body) -> Response {
    let is_form = header(&parts.headers, "content-type").starts_with(FORM);
    let from = visitor::address(parts);
    let Some(credentials) = received(app, body, is_form).await else {
        let sentence = "write {\"token\": …}, or {\"name\": …, \"password\": …}";
        return answer::failure(StatusCode::BAD_REQUEST, sentence);
    };
    let name = credentials.name.clone();
    let begun = match checked(app, credentials, from).await {
        Ok(found) => begin(app, found).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok((found, session)) => {
            journal::signed_in(app, &found.identity, from);
            let response = match is_form {
                true => to_the_map(),
                false => me(app, &Visitor::new(found, from)),
            };
            with_cookie(app, response, &session, SESSION_SECS)
        }
        Err(error) => {
            journal::sign_in_failed(app, from, &name, &error);
            let sentence = error.to_string();
            match is_form {
                true => super::sign_in_page::page(app, refusals::status(&error), "../", &sentence),
                false => answer::failure(refusals::status(&error), &sentence),
            }
        }
    }
}

/// `POST /api/sign-out`: ends the session of the cookie.
pub(super) fn sign_out(app: &App, admitted: &Admitted) -> Response {
    let visitor = &admitted.visitor;
    if let Some(session) = &visitor.session {
        app.config.gate.end_session(session);
        app.look_again();
        journal::signed_out(app, &visitor.identity, visitor.from);
    }
    let stranger = Visitor::new(app.config.gate.stranger(), visitor.from);
    with_cookie(app, me(app, &stranger), "", 0)
}

fn described(app: &App, visitor: &Visitor) -> Me {
    let (identity, access) = (&visitor.identity, &visitor.access);
    let rights = access.rights();
    let words = |rights: Rights| rights.iter().map(|right| right.name().into()).collect();
    Me {
        name: identity.name.as_str().into(),
        signed_in: identity.method != Method::Anonymous,
        method: identity.method.name().into(),
        role: Role::within(rights).map_or("", Role::name).into(),
        rights: words(rights),
        rights_somewhere: words(access.rights_somewhere()),
        methods: app.config.gate.methods().into_iter().map(Into::into).collect(),
    }
}

async fn received(app: &App, body: Body, is_form: bool) -> Option<Credentials> {
    let timeout = app.config.bounds.request_timeout;
    let reading = tokio::time::timeout(timeout, axum::body::to_bytes(body, BODY_BYTES_MAX));
    let bytes = reading.await.ok()?.ok()?;
    if !is_form {
        return serde_json::from_slice(&bytes).ok();
    }
    let mut credentials = Credentials::default();
    for (key, value) in crate::request::pairs(std::str::from_utf8(&bytes).ok()?) {
        match key.as_str() {
            "token" => credentials.token = value,
            "name" => credentials.name = value,
            "password" => credentials.password = value,
            _ => {}
        }
    }
    Some(credentials)
}

async fn checked(
    app: &App,
    credentials: Credentials,
    from: Option<std::net::IpAddr>,
) -> Result<SignedIn, SignInError> {
    let now_secs = app.now_secs();
    let Credentials { token, name, password } = credentials;
    if !token.is_empty() {
        return app.config.gate.by_link(token.trim(), from, now_secs);
    }
    if !app.config.gate.methods().contains(&"password") {
        return Err(SignInError::NotOffered);
    }
    visitor::by_password(app, name, password, from, now_secs).await
}

/// Probes and scripts show who they are with each request, so only people have sessions.
pub(super) async fn begin(app: &App, found: SignedIn) -> Result<(SignedIn, String), SignInError> {
    if matches!(found.identity.method, Method::Probe | Method::Token | Method::Anonymous) {
        return Err(SignInError::NotOffered);
    }
    let random = crate::chance::bytes().map_err(|error| SignInError::Failed(error.to_string()))?;
    let identity = found.identity.clone();
    let work = move |app: &App| app.config.gate.begin_session(identity, random, app.now_secs());
    let defect = || SignInError::Failed("a defect of the app".to_owned());
    let session = app.compute(work).await.map_err(|_| defect())??;
    // It may have taken the place of another.
    app.look_again();
    Ok((found, session.text().to_owned()))
}

fn to_the_map() -> Response {
    let mut response = answer::done();
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Relative, for the app may be served below a path: this is /api/sign-in.
    response.headers_mut().insert(names::LOCATION, HeaderValue::from_static("../"));
    response
}

/// Keeps, or with a blank session drops, the cookie. No script reads it, and no page of another
/// site makes a browser send it.
pub(super) fn with_cookie(app: &App, mut response: Response, session: &str, secs: u64) -> Response {
    let name = app.config.cookie_name();
    let secure = if app.config.is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={session}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(names::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(names::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
