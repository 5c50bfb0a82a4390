//! The operator's own ways to group nodes.

use crate::request::header;
use crate::{App, answer};
use axum::http::request::Parts;
use axum::response::Response;

/// `GET /api/groups`.
pub(super) async fn get(app: &App, parts: &Parts) -> Response {
    match app.compute(|app| app.group_ways()).await {
        Ok(ways) => answer::json(&*ways, header(&parts.headers, "accept-encoding")),
        Err(_) => answer::defect(),
    }
}
