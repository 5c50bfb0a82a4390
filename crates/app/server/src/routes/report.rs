//! Reports in and out.

use crate::bounds::Defect;
use crate::own_voice::Foreign;
use crate::probes::Speaker;
use crate::request::{Address, header};
use crate::{App, answer, bounds};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use scope_store::AddError;
use scope_wire::DecodeError;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

/// The length of the id a probe says it has; ours and the original's have 16 digits.
const PROBE_ID_BYTES_MAX: usize = 256;

/// `GET /api/report`: everything the window holds, merged.
pub(super) async fn get(app: &App, parts: &Parts, address: &Address) -> Response {
    let msgpack = header(&parts.headers, "accept").starts_with(scope_wire::CONTENT_TYPE_MSGPACK);
    let (censor, asked) = (address.censor(), address.asked());
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let encode = move |app: &App| {
        let snapshot = app.look(asked).snapshot;
        let report = scope_present::censored(&snapshot.raw, censor);
        let (media_type, body) = if msgpack {
            (scope_wire::CONTENT_TYPE_MSGPACK, scope_wire::encode_msgpack(&report))
        } else {
            (scope_wire::CONTENT_TYPE_JSON, scope_wire::encode_json(&report))
        };
        answer::body_of(media_type, Bytes::from(body), &accept_encoding)
    };
    app.compute(encode).await.unwrap_or_else(|_| answer::defect())
}

/// `POST /api/report`: from a probe, old or new.
pub(super) async fn post(
    app: &App,
    parts: &Parts,
    speaker: Option<Speaker>,
    body: Body,
) -> Response {
    match accept(app, parts, speaker, body).await {
        Ok(()) => {
            app.figures.reports_received.inc();
            answer::telling_encodings(answer::done())
        }
        Err(error) => {
            app.figures.reports_refused.inc();
            error.answer()
        }
    }
}

async fn accept(
    app: &App,
    parts: &Parts,
    speaker: Option<Speaker>,
    body: Body,
) -> Result<(), PostError> {
    let speaker = speaker.unwrap_or(Speaker::Old);
    let probe = header(&parts.headers, "x-scope-probe-id").to_owned();
    if probe.len() > PROBE_ID_BYTES_MAX {
        return Err(PostError::ProbeId);
    }
    let receiving = tokio::time::timeout(app.config.bounds.request_timeout, receive(app, body));
    let received = receiving.await.unwrap_or(Err(PostError::TooSlow))?;
    let content_type = header(&parts.headers, "content-type").to_owned();
    let content_encoding = header(&parts.headers, "content-encoding").to_owned();
    let app = app.clone();
    let decodes = Arc::clone(&app.room.decodes);
    let add = move || -> Result<(), PostError> {
        let limits = &app.config.limits;
        let report = scope_wire::decode(&received.bytes, &content_type, &content_encoding, limits)?;
        drop(received);
        app.probes.hear(&report, &speaker, Instant::now())?;
        Ok(app.store.add(Arc::new(report), &probe, app.now())?)
    };
    bounds::compute(&decodes, add).await?
}

/// A body and its part of what may be received at once.
struct Received {
    bytes: Vec<u8>,
    share: Option<OwnedSemaphorePermit>,
}

/// Reads a body as it comes; only what has come counts against what may be received at once.
async fn receive(app: &App, body: Body) -> Result<Received, PostError> {
    let bytes_max = app.config.limits.body_bytes_max;
    let mut received = Received { bytes: Vec::new(), share: None };
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| PostError::CutOff)?;
        if received.bytes.len().saturating_add(piece.len()) > bytes_max {
            return Err(PostError::TooLarge(bytes_max));
        }
        let count = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        let share = Arc::clone(&app.room.received_bytes)
            .try_acquire_many_owned(count)
            .map_err(|_| PostError::TooManyAtOnce)?;
        match &mut received.share {
            Some(whole) => whole.merge(share),
            None => received.share = Some(share),
        }
        received.bytes.extend_from_slice(&piece);
    }
    Ok(received)
}

/// A posted report was not taken.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error("the report is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the report was cut off")]
    CutOff,
    #[error("the report did not arrive in time")]
    TooSlow,
    #[error("too many reports arrive at once; try again later")]
    TooManyAtOnce,
    #[error("the header X-Scope-Probe-ID has more than {PROBE_ID_BYTES_MAX} bytes")]
    ProbeId,
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Add(#[from] AddError),
    #[error(transparent)]
    Foreign(#[from] Foreign),
    #[error("reading the report failed by a defect of the app")]
    Defect,
}

impl From<Defect> for PostError {
    fn from(Defect: Defect) -> Self {
        Self::Defect
    }
}

impl PostError {
    fn answer(&self) -> Response {
        let status = match self {
            Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::Decode(DecodeError::TooLarge { .. }) | Self::Add(_) | Self::TooLarge(_) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyAtOnce => StatusCode::SERVICE_UNAVAILABLE,
            Self::Decode(_) | Self::CutOff | Self::ProbeId => StatusCode::BAD_REQUEST,
            Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        };
        tracing::warn!(status = status.as_u16(), "refused a report: {self}");
        answer::failure(status, &self.to_string())
    }
}
