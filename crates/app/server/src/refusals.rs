//! What those are told who are not let in, and what the audit log is told of them.

use crate::entrance::Admitted;
use crate::request::header;
use crate::routes::Needs;
use crate::visitor;
use crate::{App, answer, journal};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header as names};
use axum::response::Response;
use scope_auth::{Method, Right, SignInError};

/// What scripts are told that they sign in to; the original's word.
const CHALLENGE: &str = "Basic realm=\"Restricted\", charset=\"UTF-8\"";

/// What every browser's name begins with. Browsers are not challenged: they would ask in a window
/// of their own, over the page on which the user signs in.
const BROWSER: &str = "Mozilla/";

/// To whoever says who they are, and it is not so.
pub(crate) fn sign_in(app: &App, parts: &Parts, error: &SignInError) -> Response {
    journal::sign_in_failed(app, visitor::address(parts), "", error);
    let response = answer::failure(status(error), &error.to_string());
    with_challenge(app, parts, response)
}

/// The status of a failed sign-in.
pub(crate) fn status(error: &SignInError) -> StatusCode {
    match error {
        SignInError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::NoRole { .. } | SignInError::Certificate(_) => StatusCode::FORBIDDEN,
        SignInError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        SignInError::WrongPassword
        | SignInError::WrongLink
        | SignInError::WrongToken
        | SignInError::NotOffered => StatusCode::UNAUTHORIZED,
    }
}

/// To whoever lacks a right.
pub(crate) fn lacking(app: &App, parts: &Parts, admitted: &Admitted, right: Right) -> Response {
    let identity = &admitted.visitor.identity;
    let is_control = admitted.route.is_some_and(|route| route.needs == Needs::Control);
    if identity.method != Method::Anonymous {
        let sentence = format!("{identity} may not {}", right.deed());
        if is_control {
            journal::control_refused(app, admitted, &sentence);
        }
        return answer::failure(StatusCode::FORBIDDEN, &sentence);
    }
    if app.config.gate.methods().is_empty() && admitted.visitor.access.may(Right::See) {
        // There is no way to sign in, so nothing that the visitor could do about it.
        let sentence = match is_control || right == Right::Terminal {
            true => CONTROLS_OFF.to_owned(),
            false => {
                format!("nobody may {} without a way to sign in: see --app.auth", right.deed())
            }
        };
        return answer::failure(StatusCode::FORBIDDEN, &sentence);
    }
    let sentence = match right {
        Right::Publish => format!(
            "sign in to {}: let the probe join by a code of `scope join-code`, or start it with \
             --probe.token or --probe.basicAuth",
            right.deed()
        ),
        right => format!("sign in to {}", right.deed()),
    };
    with_challenge(app, parts, answer::failure(StatusCode::UNAUTHORIZED, &sentence))
}

/// Why nobody may act.
pub(crate) const CONTROLS_OFF: &str = "controls are off; start the app with a way to sign in \
    (--app.auth=link, --app.basicAuth), or with --app.controls where nobody else can reach it";

fn with_challenge(app: &App, parts: &Parts, mut response: Response) -> Response {
    let has_password = app.config.gate.methods().contains(&"password");
    let is_browser = header(&parts.headers, "user-agent").starts_with(BROWSER);
    if has_password && !is_browser && response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static(CHALLENGE);
        response.headers_mut().insert(names::WWW_AUTHENTICATE, challenge);
    }
    response
}
