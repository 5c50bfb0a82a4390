//! `GET /api/topology/{view}/ws`: a view, live.

use crate::app::Stopping;
use crate::bounds::try_take;
use crate::feeds::{FeedKey, Feeds, Joined};
use crate::request::Address;
use crate::{App, answer};
use axum::extract::FromRequestParts;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_render::ViewId;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;

/// The period while the client names none.
const PERIOD_DEFAULT: Duration = Duration::from_secs(1);

/// The least period; a client that asks for less gets this.
const PERIOD_MIN: Duration = Duration::from_millis(250);

/// Clients say nothing but pongs and closes.
const CLIENT_FRAME_BYTES_MAX: usize = 4096;

const PING_INTERVAL: Duration = Duration::from_secs(33);
const PONG_TIMEOUT: Duration = Duration::from_secs(60);
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Upgrades the request and follows the view until either end leaves.
pub(super) async fn upgrade(app: App, mut parts: Parts, address: &Address, view: &str) -> Response {
    let period = match address.parameter("t") {
        None | Some("") => PERIOD_DEFAULT,
        Some(text) => match scope_api::parse_go_duration(text) {
            Some(nanos) => period(nanos),
            None => return answer::failure(StatusCode::BAD_REQUEST, text),
        },
    };
    let view = ViewId::parse(view);
    let key = view.map(|view| FeedKey {
        asked: address.asked(),
        view,
        options: address.view_options(&app.config.label_filters),
        censor: address.censor(),
        edges: address.parameter("edges") == Some("true"),
        period,
    });
    let Some(place) = try_take(&app.room.watchers) else {
        let sentence = "too many watchers are connected; try again later";
        return answer::failure(StatusCode::SERVICE_UNAVAILABLE, sentence);
    };
    // Taken before the connection's own share ends with the upgrade.
    let stopping = app.stopping();
    match WebSocketUpgrade::from_request_parts(&mut parts, &app).await {
        Ok(upgrade) => upgrade
            .max_message_size(CLIENT_FRAME_BYTES_MAX)
            .read_buffer_size(CLIENT_FRAME_BYTES_MAX)
            .on_upgrade(move |socket| async move {
                watch(app, key, socket, stopping).await;
                drop(place);
            }),
        Err(_) => answer::failure(
            StatusCode::BAD_REQUEST,
            "this address is a websocket: connect with Upgrade: websocket",
        ),
    }
}

/// Zero and negative mean: only when something happens.
fn period(nanos: i64) -> Duration {
    match u64::try_from(nanos) {
        Ok(nanos) if nanos > 0 => Duration::from_nanos(nanos).max(PERIOD_MIN),
        _ => Duration::ZERO,
    }
}

async fn watch(app: App, key: Option<FeedKey>, mut socket: WebSocket, mut stopping: Stopping) {
    // A view that does not exist is upgraded, then closed.
    let Some(key) = key else { return };
    let mut joined = match Feeds::join(&app, key).await {
        Ok(joined) => joined,
        Err(error) => {
            tracing::warn!("refused a watcher: {error}");
            return;
        }
    };
    let _watching = app.figures.watching();
    if !send(&mut socket, Message::Text(joined.first.clone())).await {
        return;
    }
    let mut pings = tokio::time::interval(PING_INTERVAL);
    let mut last_pong = Instant::now();
    loop {
        let message = tokio::select! {
            frame = joined.frames.recv() => match frame {
                Ok(frame) => Message::Text(frame),
                Err(RecvError::Lagged(_)) => {
                    let Joined { feed, .. } = joined;
                    let Ok(again) = feed.join(&app).await else { return };
                    joined = again;
                    Message::Text(joined.first.clone())
                }
                Err(RecvError::Closed) => return,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Pong(_))) => {
                    last_pong = Instant::now();
                    continue;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = pings.tick() => {
                if last_pong.elapsed() > PONG_TIMEOUT {
                    return;
                }
                Message::Ping(bytes::Bytes::new())
            }
            () = stopping.begun() => {
                let _ = send(&mut socket, Message::Close(None)).await;
                return;
            }
        };
        if !send(&mut socket, message).await {
            return;
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(WRITE_TIMEOUT, socket.send(message)).await, Ok(Ok(())))
}
