//! `GET /api/audit`: who did what, newest first.

use crate::request::{Address, header};
use crate::{App, answer};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_api::AuditPage;

/// Entries of one page.
const PAGE_MAX: usize = 500;

/// What asciinema calls its recordings.
const MEDIA_TYPE: &str = "application/x-asciicast";

/// Entries of one page while the client names no number.
const PAGE: usize = 100;

/// `GET /api/audit/recordings/{id}`: a terminal as it was seen.
pub(super) async fn recording(app: &App, parts: &Parts, id: &str) -> Response {
    let missing = || answer::failure(StatusCode::NOT_FOUND, "there is no such recording");
    let Some(recordings) = app.config.recordings.clone() else { return missing() };
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let id = id.to_owned();
    let read = move |_: &App| match recordings.read(&id) {
        Ok(Some(text)) => answer::body_of(MEDIA_TYPE, bytes::Bytes::from(text), &accept_encoding),
        Ok(None) => missing(),
        Err(error) => {
            tracing::error!("a recording cannot be read: {error}");
            let sentence = "the recording cannot be read; the app's log says why";
            answer::failure(StatusCode::INTERNAL_SERVER_ERROR, sentence)
        }
    };
    app.compute(read).await.unwrap_or_else(|_| answer::defect())
}

/// A page: before the entry of the number `before`, of at most `limit` entries.
pub(super) async fn page(app: &App, parts: &Parts, address: &Address) -> Response {
    let number = |name: &str| match address.parameter(name) {
        None | Some("") => Ok(None),
        Some(text) => text.parse::<u64>().map(Some),
    };
    let (Ok(before), Ok(limit)) = (number("before"), number("limit")) else {
        let sentence = "the parameters before and limit are numbers";
        return answer::failure(StatusCode::BAD_REQUEST, sentence);
    };
    let before = before.unwrap_or(u64::MAX);
    let Some(log) = app.config.audit.clone() else {
        let sentence = "this app keeps no audit log: it has no folder to keep it in";
        return answer::failure(StatusCode::NOT_FOUND, sentence);
    };
    let limit = limit.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE_MAX));
    let limit = limit.clamp(1, PAGE_MAX);
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let read = move |_: &App| match log.newest(before, limit) {
        Ok(entries) => {
            let last = entries.last().map(|entry| entry.number);
            let is_full = entries.len() == limit;
            let next = last.filter(|number| is_full && *number > 1);
            answer::json(&AuditPage { entries, next }, &accept_encoding)
        }
        Err(error) => {
            tracing::error!("the audit log cannot be read: {error}");
            let sentence = "the audit log cannot be read; the app's log says why";
            answer::failure(StatusCode::INTERNAL_SERVER_ERROR, sentence)
        }
    };
    app.compute(read).await.unwrap_or_else(|_| answer::defect())
}
