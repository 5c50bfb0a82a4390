//! What the app keeps of the past.

use crate::request::header;
use crate::{App, answer, past};
use axum::http::request::Parts;
use axum::response::Response;

/// `GET /api/history`.
pub(super) async fn get(app: &App, parts: &Parts) -> Response {
    match past::told(app).await {
        Ok(told) => answer::json(&told, header(&parts.headers, "accept-encoding")),
        Err(_) => answer::defect(),
    }
}
