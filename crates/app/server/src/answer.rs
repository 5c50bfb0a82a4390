//! Answers in the original's manner: JSON without caching, errors as a JSON string.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use std::io::Write;

/// Bodies from this size on are compressed for clients that accept it.
const GZIP_BYTES_MIN: usize = 1400;

/// Serialises `value` as the answer; a large one takes a while.
pub(crate) fn json(value: &impl Serialize, accept_encoding: &str) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => body_of("application/json", Bytes::from(body), accept_encoding),
        Err(error) => failure(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A body that is encoded already.
pub(crate) fn body_of(media_type: &'static str, body: Bytes, accept_encoding: &str) -> Response {
    let gzip = body.len() >= GZIP_BYTES_MIN && accept_encoding.contains("gzip");
    let (body, encoding) = if gzip { compress(body) } else { (body, None) };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// A sentence about what went wrong, as a JSON string.
pub(crate) fn failure(status: StatusCode, sentence: &str) -> Response {
    let body = serde_json::to_vec(sentence).unwrap_or_default();
    let mut response = body_of("application/json", Bytes::from(body), "");
    *response.status_mut() = status;
    response
}

/// What the original says of anything it does not know.
pub(crate) fn not_found() -> Response {
    let mut response = text("404 page not found\n", "");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// A computation panicked; the log says where.
pub(crate) fn defect() -> Response {
    failure(StatusCode::INTERNAL_SERVER_ERROR, "the answer failed by a defect of the app")
}

/// Plain text.
pub(crate) fn text(text: &str, accept_encoding: &str) -> Response {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    body_of("text/plain; charset=utf-8", bytes, accept_encoding)
}

/// An empty 200.
pub(crate) fn done() -> Response {
    Response::new(Body::empty())
}

fn compress(body: Bytes) -> (Bytes, Option<&'static str>) {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    match encoder.write_all(&body).and_then(|()| encoder.finish()) {
        Ok(compressed) => (Bytes::from(compressed), Some("gzip")),
        Err(_) => (body, None),
    }
}
