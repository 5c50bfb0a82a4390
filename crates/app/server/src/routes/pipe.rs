//! Pipes: a probe's end, a browser's end, and their close.

use crate::bounds::try_take;
use crate::characters::Characters;
use crate::entrance::Admitted;
use crate::pipes::{End, JoinError, Place};
use crate::probes::peer;
use crate::request::header;
use crate::watching::{Watch, Watching};
use crate::websocket::{Life, Upgraded, farewell, send, upgraded};
use crate::{App, answer};
use axum::extract::ws::Message;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use scope_control::PipeId;
use std::sync::Arc;

/// The longest frame either end may send: a large paste.
const FRAME_BYTES_MAX: usize = 1 << 20;

/// `GET /api/pipe/{id}` and `GET /api/pipe/{id}/probe`: joins an end until the pipe closes.
pub(super) async fn join(
    app: App,
    admitted: &Admitted,
    parts: Parts,
    id: &str,
    end: End,
) -> Response {
    let Ok(id) = PipeId::parse(id) else { return answer::not_found() };
    let Some(place) = try_take(&app.room.pipe_ends) else {
        return refused(JoinError::TooMany);
    };
    // Joined after the upgrade: what is no websocket must not make a pipe. A closed one is told
    // from the start, for that is how a probe learns of it.
    if app.pipes.is_closed(&id) {
        return refused(JoinError::Closed);
    }
    if end == End::Probe
        && let Err(error) = claim(&app, &parts, &id)
    {
        return refused(error);
    }
    let watch = (end != End::Probe).then(|| Watch::new(&app, &admitted.visitor, &id));
    upgraded(&app.clone(), &admitted.visitor, parts, FRAME_BYTES_MAX, move |upgraded| async move {
        match app.pipes.join(&id, end) {
            Ok(joined) => {
                let _counted = app.figures.at_pipe();
                let begun = watch.map(|watch| watch.begin(joined.pipe.size()));
                relay(upgraded, joined, begun.as_ref()).await;
            }
            Err(error) => tracing::info!(pipe = %id, "refused an end of a pipe: {error}"),
        }
        drop(place);
    })
    .await
}

/// `GET /api/pipe/{id}/check`: 204, or 404 once it is closed.
pub(super) fn check(app: &App, id: &str) -> Response {
    match PipeId::parse(id) {
        Ok(id) if !app.pipes.is_closed(&id) => {
            let mut response = answer::done();
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        _ => refused(JoinError::Closed),
    }
}

/// `DELETE` or `POST /api/pipe/{id}`: closes it.
pub(super) fn close(app: &App, parts: &Parts, id: &str) -> Response {
    if let Ok(id) = PipeId::parse(id) {
        let is_probe = peer(parts).is_some_and(|peer| peer.shown.is_some());
        if is_probe
            && !app.pipes.is_closed(&id)
            && let Err(error) = claim(app, parts, &id)
        {
            return refused(error);
        }
        app.pipes.close(&id);
    }
    answer::done()
}

/// Notes whose a pipe is: the first probe that asks is the one that opened it, for nobody else
/// knows its id yet.
fn claim(app: &App, parts: &Parts, id: &PipeId) -> Result<(), JoinError> {
    let shown = peer(parts).and_then(|peer| peer.shown.as_ref());
    let named = header(&parts.headers, "x-scope-probe-id");
    match shown.map_or(named, |shown| &shown.identity.probe_id) {
        // Only one that did not join; it is trusted with what it knows.
        "" => Ok(()),
        probe => app.pipes.claim(id, probe),
    }
}

fn refused(error: JoinError) -> Response {
    let status = match error {
        JoinError::Closed => StatusCode::NOT_FOUND,
        JoinError::OfAnother => StatusCode::FORBIDDEN,
        JoinError::TooMany => StatusCode::SERVICE_UNAVAILABLE,
    };
    answer::failure(status, &error.to_string())
}

/// Relays both ways until the pipe or the connection ends.
///
/// The two directions go on independently: a paste that waits for the program to read must not
/// keep the program's output from being taken, or both would wait for ever.
async fn relay(upgraded: Upgraded, mut place: Place, watch: Option<&Watching>) {
    let Upgraded { socket, mut leaving } = upgraded;
    let (mut sink, mut stream) = socket.split();
    let (pipe, from) = (Arc::clone(&place.pipe), place.end);
    let life = Life::new();
    let reading = async {
        while let Some(Ok(message)) = stream.next().await {
            life.heard(&message);
            if matches!(message, Message::Close(_)) {
                return;
            }
            if let Some(bytes) = data(message) {
                if let Some(watch) = watch {
                    watch.typed(&bytes);
                }
                life.waiting(true);
                pipe.write(from, bytes).await;
                life.waiting(false);
            }
        }
    };
    let writing = async {
        let (mut pings, mut characters) = (Life::pings(), Characters::default());
        loop {
            let message = tokio::select! {
                bytes = place.read() => {
                    let is_over = bytes.is_none();
                    for piece in pieces(from, &mut characters, bytes) {
                        if let Some(watch) = watch {
                            watch.shown(&piece, pipe.size());
                        }
                        if !send(&mut sink, Message::Binary(piece)).await {
                            return;
                        }
                    }
                    if !is_over {
                        continue;
                    }
                    Message::Close(None)
                }
                _ = pings.tick() => match life.is_alive() {
                    true => Message::Ping(Bytes::new()),
                    false => return,
                },
            };
            let is_last = matches!(message, Message::Close(_));
            let is_sent = send(&mut sink, message).await;
            if is_sent && is_last && from == End::Probe {
                // What the program said before the close may be on its way.
                pipe.drained().await;
            }
            if !is_sent || is_last {
                return;
            }
        }
    };
    let goodbye = tokio::select! {
        () = reading => None,
        () = writing => None,
        goodbye = leaving.begun() => Some(goodbye),
    };
    // From here on nothing is said to this end, nor taken from it.
    drop(place);
    if let Some(goodbye) = goodbye
        && let Ok(mut socket) = stream.reunite(sink)
    {
        farewell(&mut socket, goodbye).await;
    }
}

/// The frames to send of what the other end wrote, or of what is left when it ended.
fn pieces(to: End, characters: &mut Characters, bytes: Option<Bytes>) -> Vec<Bytes> {
    match (to, bytes) {
        (End::Browser | End::NewPage, Some(bytes)) => characters.pieces(bytes),
        (End::Probe, Some(bytes)) => vec![bytes],
        (_, None) => characters.rest().into_iter().collect(),
    }
}

/// The bytes of a frame; a browser's terminal sends text, a probe binary.
fn data(message: Message) -> Option<Bytes> {
    match message {
        Message::Binary(bytes) => Some(bytes),
        Message::Text(text) => Some(Bytes::from(text)),
        _ => None,
    }
}
