//! `GET /api/sign-in/open-id`: to the provider, and back from it with who somebody is.

use super::{account, sign_in_page};
use crate::open_id::Provider;
use crate::request::Address;
use crate::visitor::{address as address_of, cookie};
use crate::{App, answer, chance, journal, refusals};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header as names};
use axum::response::Response;
use scope_auth::{Brought, OpenId, OpenIdError, SignInError};
use std::sync::Arc;

/// From the callback's address to the app's.
const ROOT: &str = "../../../";

/// What leads on to the map. A redirect would be the provider's, and the browser would not send
/// the cookie along that keeps other sites out.
const ONWARD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta http-equiv=\"refresh\" content=\"0;url=../../../\"><title>Signed in</title>\
    <p><a href=\"../../../\">Go on to the map</a></p></html>";

/// Sends the browser to the provider.
pub(super) async fn begin(app: &App) -> Response {
    let Some(open_id) = app.config.open_id.clone() else {
        let sentence = SignInError::NotOffered.to_string();
        return answer::failure(StatusCode::NOT_FOUND, &sentence);
    };
    let random = || Ok::<_, std::io::Error>([chance::bytes()?, chance::bytes()?, chance::bytes()?]);
    let work = move |app: &App| match random() {
        Ok(random) => open_id.begin(&Provider::new(), random, app.now_secs()),
        Err(error) => Err(OpenIdError::Fetch(error.to_string())),
    };
    match app.compute(work).await {
        Ok(Ok(begun)) => {
            let mut response = answer::done();
            *response.status_mut() = StatusCode::SEE_OTHER;
            if let Ok(url) = HeaderValue::from_str(&begun.url) {
                response.headers_mut().insert(names::LOCATION, url);
            }
            with_state(app, response, begun.state.text())
        }
        Ok(Err(error)) => failed(app, &error),
        Err(_) => answer::defect(),
    }
}

/// Takes whom the provider sends back.
pub(super) async fn finish(app: &App, parts: &Parts, address: &Address) -> Response {
    let Some(open_id) = app.config.open_id.clone() else {
        let sentence = SignInError::NotOffered.to_string();
        return answer::failure(StatusCode::NOT_FOUND, &sentence);
    };
    let from = address_of(parts);
    let outcome = match identity(app, parts, address, open_id).await {
        Ok(Ok(identity)) => match app.config.gate.admit(identity) {
            Ok(found) => account::begin(app, found).await,
            Err(error) => Err(error),
        },
        Ok(Err(error)) => {
            app.config.gate.failed(from, app.now_secs());
            let name = SignInError::Failed(error.to_string());
            journal::sign_in_failed(app, from, "", &name);
            return failed(app, &error);
        }
        Err(response) => return *response,
    };
    match outcome {
        Ok((found, session)) => {
            journal::signed_in(app, &found.identity, from);
            let bytes = bytes::Bytes::from_static(ONWARD.as_bytes());
            let response = answer::body_of("text/html; charset=utf-8", bytes, "");
            account::with_cookie(
                app,
                with_state(app, response, ""),
                &session,
                account::SESSION_SECS,
            )
        }
        Err(error) => {
            let name = match &error {
                SignInError::NoRole { name } => name.clone(),
                _ => String::new(),
            };
            journal::sign_in_failed(app, from, &name, &error);
            sign_in_page::page(app, refusals::status(&error), ROOT, &error.to_string())
        }
    }
}

/// Who it is, or why not; the outer error is an answer already.
async fn identity(
    app: &App,
    parts: &Parts,
    address: &Address,
    open_id: Arc<OpenId>,
) -> Result<Result<scope_auth::Identity, OpenIdError>, Box<Response>> {
    let from = address_of(parts);
    if let Err(error) = app.config.gate.check_attempts(from, app.now_secs()) {
        let status = refusals::status(&error);
        return Err(Box::new(sign_in_page::page(app, status, ROOT, &error.to_string())));
    }
    let text = |name: &str| address.parameter(name).unwrap_or_default().to_owned();
    let brought = Brought {
        state: text("state"),
        code: text("code"),
        error: text("error"),
        issuer: text("iss"),
    };
    let kept = cookie(&parts.headers, &state_cookie(app)).unwrap_or_default().to_owned();
    let work = move |app: &App| open_id.finish(&Provider::new(), &brought, &kept, app.now_secs());
    app.compute(work).await.map_err(|_| Box::new(answer::defect()))
}

fn failed(app: &App, error: &OpenIdError) -> Response {
    tracing::warn!("a sign-in at the provider failed: {error}");
    let status = match error {
        OpenIdError::Fetch(_) | OpenIdError::Answer(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::UNAUTHORIZED,
    };
    // What the provider answers is for the log: it may say more than strangers should know.
    let sentence = match error {
        OpenIdError::Fetch(_) => "the provider cannot be asked; the app's log says why".to_owned(),
        other => other.to_string(),
    };
    with_state(app, sign_in_page::page(app, status, ROOT, &sentence), "")
}

fn state_cookie(app: &App) -> String {
    format!("{}-open-id", app.config.cookie_name())
}

/// Keeps, or with a blank text drops, what binds the sign-in to this browser. The provider's page
/// leads back here, so the cookie is not as strict as that of a session.
fn with_state(app: &App, mut response: Response, state: &str) -> Response {
    let name = state_cookie(app);
    let secure = if app.config.is_secure { "; Secure" } else { "" };
    let secs = if state.is_empty() { 0 } else { 600 };
    let cookie = format!("{name}={state}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(names::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(names::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
