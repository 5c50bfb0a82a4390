//! Enrolment of probes: the first certificate for a join code, the next for the one before.

use crate::bounds::compute;
use crate::probes::{NotAdmitted, Speaker, peer};
use crate::tls::now_secs;
use crate::{App, answer, visitor};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_auth::EnrolmentError;
use scope_control::{Certified, ENROLMENT_BYTES_MAX, JoinRequest, RenewRequest};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Instant;

/// What is said where there is nothing to join by.
const NO_TLS: &str = "this app takes no probes by join codes, for it speaks no TLS: start it with \
    --app.tls=self";

/// `POST /api/enrolment/join`: a probe with a join code gets its certificate.
pub(super) async fn join(app: &App, parts: &Parts, body: Body) -> Response {
    let Some(enrolment) = app.probes.enrolment().map(Arc::clone) else {
        return answer::failure(StatusCode::NOT_FOUND, NO_TLS);
    };
    if let Some(refusal) = too_often(app, parts) {
        return refusal;
    }
    let Some(request) = received::<JoinRequest>(app, body).await else { return unreadable() };
    // It may have a certificate already, if it comes with a second code.
    let caller = peer(parts).and_then(|peer| peer.shown.clone());
    let caller = caller.filter(|shown| app.probes.check(shown).is_ok());
    let (probe, host) = (request.probe_id.clone(), request.host_id.clone());
    // The book knows neither the probe of this process nor those that did not join.
    let is_itself = caller.as_ref().is_some_and(|shown| shown.identity.probe_id == probe);
    if app.probes.is_local_host(&host) || (!is_itself && app.controls.has(&probe)) {
        let sentence = "a probe of this host or id is connected already; give this host a name of \
            its own with --hostname, or wait until that probe is gone";
        return answer::failure(StatusCode::FORBIDDEN, sentence);
    }
    let joining =
        move || enrolment.join(&request, caller.as_ref().map(|shown| &shown.identity), now_secs());
    let joined = compute(&app.room.answers, joining).await;
    if matches!(joined, Ok(Ok(_))) {
        tracing::info!(probe, host, "a probe joined");
        app.probes.changed();
    }
    answered(joined)
}

/// `POST /api/enrolment/renew`: a probe with a certificate gets its next.
pub(super) async fn renew(
    app: &App,
    parts: &Parts,
    speaker: Option<Speaker>,
    body: Body,
) -> Response {
    let Some(enrolment) = app.probes.enrolment().map(Arc::clone) else {
        return answer::failure(StatusCode::NOT_FOUND, NO_TLS);
    };
    if let Some(refusal) = too_often(app, parts) {
        return refusal;
    }
    let Some(Speaker::Enrolled(identity)) = speaker else {
        return app.probes.refuse(&NotAdmitted::not_joined(false), Instant::now());
    };
    let Some(request) = received::<RenewRequest>(app, body).await else { return unreadable() };
    let renewing = move || enrolment.renew(&request, &identity, now_secs());
    answered(compute(&app.room.answers, renewing).await)
}

/// Guesses cost the app more than they cost whoever guesses.
fn too_often(app: &App, parts: &Parts) -> Option<Response> {
    let address = visitor::address(parts)?;
    let sentence = "too many attempts to join from this address; try again in a minute";
    (!app.probes.may_try(address, Instant::now()))
        .then(|| answer::failure(StatusCode::TOO_MANY_REQUESTS, sentence))
}

async fn received<T: DeserializeOwned>(app: &App, body: Body) -> Option<T> {
    let receiving = axum::body::to_bytes(body, ENROLMENT_BYTES_MAX);
    let received = tokio::time::timeout(app.config.bounds.request_timeout, receiving).await;
    serde_json::from_slice(&received.ok()?.ok()?).ok()
}

fn unreadable() -> Response {
    answer::failure(StatusCode::BAD_REQUEST, "the request to join cannot be read")
}

fn answered(outcome: Result<Result<Certified, EnrolmentError>, crate::bounds::Defect>) -> Response {
    let error = match outcome {
        Ok(Ok(certified)) => return answer::json(&certified, ""),
        Ok(Err(error)) => error,
        Err(_) => return answer::defect(),
    };
    let status = match &error {
        EnrolmentError::Refused(_) | EnrolmentError::Standing(_) => StatusCode::FORBIDDEN,
        EnrolmentError::Request | EnrolmentError::ProbeId | EnrolmentError::HostId => {
            StatusCode::BAD_REQUEST
        }
        _ => {
            let cause = std::error::Error::source(&error);
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            tracing::warn!("cannot enrol a probe: {error}{cause}");
            let sentence = "the app failed at this; its log says how";
            return answer::failure(StatusCode::INTERNAL_SERVER_ERROR, sentence);
        }
    };
    tracing::warn!(status = status.as_u16(), "refused to enrol a probe: {error}");
    answer::failure(status, &error.to_string())
}
