//! What all websockets share: the upgrade, the time limits, the signs of life.

use crate::app::Stopping;
use crate::visitor::Visitor;
use crate::{App, answer};
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use scope_api::{CLOSE_RIGHTS_CHANGED, CLOSE_SIGNED_OUT};
use scope_auth::{Access, Ended, Standing};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::Interval;

const PING_INTERVAL: Duration = Duration::from_secs(33);
const PONG_TIMEOUT: Duration = Duration::from_secs(60);
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the other end may take to hear a goodbye.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// The buffer a connection reads into.
const READ_BUFFER_BYTES: usize = 4096;

/// An open websocket, and when it has to end.
pub(crate) struct Upgraded {
    pub(crate) socket: WebSocket,
    pub(crate) leaving: Leaving,
}

/// When a websocket has to end, whatever is said over it: the app stops, or whoever is at its other
/// end is let in no longer.
pub(crate) struct Leaving {
    app: App,
    stopping: Stopping,
    standing: Standing,
    access: Arc<Access>,
}

impl Leaving {
    fn new(app: &App, visitor: &Visitor) -> Self {
        Self {
            app: app.clone(),
            stopping: app.stopping(),
            standing: visitor.standing.clone(),
            access: Arc::clone(&visitor.access),
        }
    }

    /// Resolves with the goodbye to say.
    pub(crate) async fn begun(&mut self) -> Message {
        let Self { app, stopping, standing, access } = self;
        let ending = async {
            if *standing == Standing::Lasting {
                std::future::pending::<()>().await;
            }
            let mut changes = app.let_in_changes();
            loop {
                changes.mark_unchanged();
                if let Err(ended) = app.config.gate.again(standing, access, app.now_secs()) {
                    return ended;
                }
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = stopping.begun() => Message::Close(None),
            ended = ending => Message::Close(Some(goodbye(ended))),
        }
    }
}

/// What whoever is let in no longer is told.
fn goodbye(ended: Ended) -> CloseFrame {
    let code = match ended {
        Ended::Rights => CLOSE_RIGHTS_CHANGED,
        Ended::Session | Ended::Token | Ended::Password => CLOSE_SIGNED_OUT,
    };
    CloseFrame { code, reason: Utf8Bytes::from(ended.to_string()) }
}

/// Says goodbye, and listens for a moment whether it was heard: a connection that is dropped with
/// something unread is reset, and the goodbye lost with it.
pub(crate) async fn farewell<S, E>(socket: &mut S, message: Message)
where
    S: Sink<Message> + Stream<Item = Result<Message, E>> + Unpin,
{
    let parting = async {
        if socket.send(message).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    let _ = tokio::time::timeout(FAREWELL_TIMEOUT, parting).await;
}

/// Upgrades a request and goes on with `converse`; frames from outside are of `frame_bytes_max`.
pub(crate) async fn upgraded<F: Future<Output = ()> + Send + 'static>(
    app: &App,
    visitor: &Visitor,
    mut parts: Parts,
    frame_bytes_max: usize,
    converse: impl FnOnce(Upgraded) -> F + Send + 'static,
) -> Response {
    // Taken before the connection's own share ends with the upgrade.
    let leaving = Leaving::new(app, visitor);
    match WebSocketUpgrade::from_request_parts(&mut parts, app).await {
        Ok(upgrade) => upgrade
            .max_message_size(frame_bytes_max)
            .max_frame_size(frame_bytes_max)
            .read_buffer_size(READ_BUFFER_BYTES)
            .on_upgrade(move |socket| converse(Upgraded { socket, leaving })),
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
