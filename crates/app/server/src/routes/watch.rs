//! `GET /api/topology/{view}/ws`: a view, live.

use crate::entrance::Admitted;
use crate::feeds::{FeedKey, Feeds, Joined};
use crate::request::Asked;
use crate::websocket::{Life, Upgraded, farewell, send, upgraded};
use crate::{App, answer};
use axum::extract::ws::{Message, WebSocket};
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

/// Upgrades the request and follows the view until either end leaves.
pub(super) async fn upgrade(app: App, parts: Parts, admitted: &Admitted, view: &str) -> Response {
    let Admitted { address, visitor, .. } = admitted;
    let period = match address.parameter("t") {
        None | Some("") => PERIOD_DEFAULT,
        Some(text) => match scope_api::parse_go_duration(text) {
            Some(nanos) => period(nanos),
            None => return answer::failure(StatusCode::BAD_REQUEST, text),
        },
    };
    let view = ViewId::parse(view);
    let asked = address.asked();
    let goes_on = matches!(asked, Asked::At(_)) && app.past.is_some();
    let key = view.map(|view| FeedKey {
        asked,
        view,
        options: address.view_options(&app.config.label_filters),
        censor: address.censor(),
        edges: address.parameter("edges") == Some("true"),
        since: goes_on.then(Instant::now),
        period,
    });
    let own = (visitor.from, app.config.bounds.watchers_max);
    let Some(place) = app.room.watching.try_take(&app.room.watchers, own) else {
        let sentence = "too many watchers are connected; try again later";
        return answer::failure(StatusCode::SERVICE_UNAVAILABLE, sentence);
    };
    upgraded(&app.clone(), visitor, parts, CLIENT_FRAME_BYTES_MAX, move |upgraded| async move {
        let Upgraded { mut socket, mut leaving } = upgraded;
        let goodbye = tokio::select! {
            () = watch(app, key, &mut socket) => None,
            goodbye = leaving.begun() => Some(goodbye),
        };
        if let Some(goodbye) = goodbye {
            farewell(&mut socket, goodbye).await;
        }
        drop(place);
    })
    .await
}

/// Zero and negative mean: only when something happens.
fn period(nanos: i64) -> Duration {
    match u64::try_from(nanos) {
        Ok(nanos) if nanos > 0 => Duration::from_nanos(nanos).max(PERIOD_MIN),
        _ => Duration::ZERO,
    }
}

async fn watch(app: App, key: Option<FeedKey>, socket: &mut WebSocket) {
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
    if !send(socket, Message::Text(joined.first.clone())).await {
        return;
    }
    let (life, mut pings) = (Life::new(), Life::pings());
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
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(message)) => {
                    life.heard(&message);
                    continue;
                }
            },
            _ = pings.tick() => match life.is_alive() {
                true => Message::Ping(bytes::Bytes::new()),
                false => return,
            },
        };
        if !send(socket, message).await {
            return;
        }
    }
}
