//! Where readers have put nodes on the map: asked for and replaced as a whole.

use crate::positions::PINS_MAX;
use crate::request::header;
use crate::{App, answer};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_api::Pin;
use serde::Deserialize;

/// A body in bytes: every node with a long id.
const BODY_BYTES_MAX: usize = PINS_MAX * 512;

#[derive(Deserialize)]
struct Wanted {
    pins: Vec<Pin>,
}

/// `GET /api/positions/{picture}`.
pub(super) fn get(app: &App, parts: &Parts, picture: &str) -> Response {
    answer::json(&*app.positions.get(picture), header(&parts.headers, "accept-encoding"))
}

/// `PUT /api/positions/{picture}`.
pub(super) async fn put(app: &App, parts: &Parts, body: Body, picture: &str) -> Response {
    let refused = |sentence: &str| answer::failure(StatusCode::BAD_REQUEST, sentence);
    let timeout = app.config.bounds.request_timeout;
    let reading = tokio::time::timeout(timeout, axum::body::to_bytes(body, BODY_BYTES_MAX));
    let Ok(Ok(bytes)) = reading.await else {
        return refused("the positions are too large, or did not arrive");
    };
    let Ok(Wanted { pins }) = serde_json::from_slice(&bytes) else {
        return refused("positions are an object with `pins`, each with `id`, `x` and `y`");
    };
    match app.positions.put(picture, pins) {
        Ok(kept) => answer::json(&*kept, header(&parts.headers, "accept-encoding")),
        Err(error) => refused(&error.to_string()),
    }
}
