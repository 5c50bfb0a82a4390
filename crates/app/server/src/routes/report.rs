//! Reports in and out.

use crate::request::{Address, header};
use crate::{App, answer};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use scope_store::AddError;
use scope_wire::DecodeError;
use std::sync::Arc;

/// `GET /api/report`: everything the window holds, merged.
pub(super) async fn get(app: &App, parts: &Parts, address: &Address) -> Response {
    let msgpack = header(&parts.headers, "accept").starts_with(scope_wire::CONTENT_TYPE_MSGPACK);
    let (censor, asked) = (address.censor(), address.asked());
    let app = app.clone();
    let encode = move || {
        let snapshot = app.snapshot(asked);
        let report = scope_present::censored(&snapshot.raw, censor);
        if msgpack {
            (scope_wire::CONTENT_TYPE_MSGPACK, scope_wire::encode_msgpack(&report))
        } else {
            (scope_wire::CONTENT_TYPE_JSON, scope_wire::encode_json(&report))
        }
    };
    match tokio::task::spawn_blocking(encode).await {
        Ok((media_type, body)) => {
            let accept_encoding = header(&parts.headers, "accept-encoding");
            answer::body_of(media_type, Bytes::from(body), accept_encoding)
        }
        Err(_) => answer::failure(StatusCode::INTERNAL_SERVER_ERROR, "encoding the report failed"),
    }
}

/// `POST /api/report`: from a probe, old or new.
pub(super) async fn post(app: &App, parts: &Parts, body: Body) -> Response {
    let bytes_max = app.config.limits.body_bytes_max;
    let Ok(body) = axum::body::to_bytes(body, bytes_max).await else {
        app.figures.reports_refused.inc();
        let sentence = format!("the report is larger than {bytes_max} bytes or was cut off");
        return answer::failure(StatusCode::PAYLOAD_TOO_LARGE, &sentence);
    };
    let content_type = header(&parts.headers, "content-type").to_owned();
    let content_encoding = header(&parts.headers, "content-encoding").to_owned();
    let probe = header(&parts.headers, "x-scope-probe-id").to_owned();
    let (app, figures) = (app.clone(), Arc::clone(&app.figures));
    let accept = move || -> Result<(), PostError> {
        let limits = &app.config.limits;
        let report = scope_wire::decode(&body, &content_type, &content_encoding, limits)?;
        Ok(app.store.add(Arc::new(report), &probe, app.now())?)
    };
    match tokio::task::spawn_blocking(accept).await {
        Ok(Ok(())) => {
            figures.reports_received.inc();
            answer::done()
        }
        Ok(Err(error)) => {
            figures.reports_refused.inc();
            error.answer()
        }
        Err(_) => answer::failure(StatusCode::INTERNAL_SERVER_ERROR, "reading the report failed"),
    }
}

/// A posted report was not taken.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Add(#[from] AddError),
}

impl PostError {
    fn answer(&self) -> Response {
        let status = match self {
            Self::Decode(DecodeError::TooLarge { .. }) | Self::Add(_) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Decode(_) => StatusCode::BAD_REQUEST,
        };
        tracing::warn!(status = status.as_u16(), "refused a report: {self}");
        answer::failure(status, &self.to_string())
    }
}
