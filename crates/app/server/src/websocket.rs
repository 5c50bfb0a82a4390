//! What all websockets share: the upgrade, the time limits, the signs of life.

use crate::app::Stopping;
use crate::{App, answer};
use axum::extract::FromRequestParts;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::{Sink, SinkExt};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::Interval;

const PING_INTERVAL: Duration = Duration::from_secs(33);
const PONG_TIMEOUT: Duration = Duration::from_secs(60);
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The buffer a connection reads into.
const READ_BUFFER_BYTES: usize = 4096;

/// An open websocket, and when the app stops.
pub(crate) struct Upgraded {
    pub(crate) socket: WebSocket,
    pub(crate) stopping: Stopping,
}

/// Upgrades a request and goes on with `converse`; frames from outside are of `frame_bytes_max`.
pub(crate) async fn upgraded<F: Future<Output = ()> + Send + 'static>(
    app: &App,
    mut parts: Parts,
    frame_bytes_max: usize,
    converse: impl FnOnce(Upgraded) -> F + Send + 'static,
) -> Response {
    // Taken before the connection's own share ends with the upgrade.
    let stopping = app.stopping();
    match WebSocketUpgrade::from_request_parts(&mut parts, app).await {
        Ok(upgrade) => upgrade
            .max_message_size(frame_bytes_max)
            .max_frame_size(frame_bytes_max)
            .read_buffer_size(READ_BUFFER_BYTES)
            .on_upgrade(move |socket| converse(Upgraded { socket, stopping })),
        Err(_) => answer::failure(
            StatusCode::BAD_REQUEST,
            "this address is a websocket: connect with Upgrade: websocket",
        ),
    }
}

/// Sends a message; says whether the other end took it in time.
pub(crate) async fn send(socket: &mut (impl Sink<Message> + Unpin), message: Message) -> bool {
    matches!(tokio::time::timeout(WRITE_TIMEOUT, socket.send(message)).await, Ok(Ok(())))
}

/// Whether the other end still answers.
pub(crate) struct Life {
    started: Instant,
    /// Milliseconds from the start to the last sign of life.
    last_sign_millis: AtomicU64,
    /// We do not read at the moment, so that the other end cannot answer.
    waiting: AtomicBool,
}

impl Life {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            last_sign_millis: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
        }
    }

    /// When to send pings.
    pub(crate) fn pings() -> Interval {
        tokio::time::interval(PING_INTERVAL)
    }

    /// Notes a message; a pong is a sign of life.
    pub(crate) fn heard(&self, message: &Message) {
        if matches!(message, Message::Pong(_)) {
            self.sign();
        }
    }

    /// Notes that reading waits for something of ours, or goes on.
    pub(crate) fn waiting(&self, waiting: bool) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.sign();
    }

    /// Whether the pings before were answered.
    pub(crate) fn is_alive(&self) -> bool {
        let last_sign = Duration::from_millis(self.last_sign_millis.load(Ordering::Relaxed));
        let silence = self.started.elapsed().saturating_sub(last_sign);
        self.waiting.load(Ordering::Relaxed) || silence <= PONG_TIMEOUT
    }

    fn sign(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_sign_millis.store(millis, Ordering::Relaxed);
    }
}
