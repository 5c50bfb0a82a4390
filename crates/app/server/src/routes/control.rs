//! Controls: probes register for them, browsers and scripts ask for them.

use crate::bounds::try_take;
use crate::controls::{CALLS_OPEN_MAX, Call};
use crate::pipes::JoinError;
use crate::request::header;
use crate::websocket::{Life, Upgraded, send, upgraded};
use crate::{App, answer};
use axum::body::Body;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_control::{CONTROL_BYTES_MAX, Invocation, Outcome, PipeId, call_frames, parse_reply};
use std::collections::{BTreeMap, HashMap};
use tokio::sync::{mpsc, oneshot};

/// The arguments of a control in bytes; the longest in use are a pair of small numbers.
const ARGUMENTS_BYTES_MAX: usize = 64 << 10;

/// The length of a probe's id in bytes.
const PROBE_ID_BYTES_MAX: usize = 256;

/// `GET /api/control/ws`: a probe takes controls over this connection until it leaves.
pub(super) async fn register(app: App, parts: Parts) -> Response {
    if let Err(refusal) = app.probes.speaker(&parts) {
        tracing::warn!("refused a connection for controls: {refusal}");
        return refusal.answer();
    }
    let probe = header(&parts.headers, "x-scope-probe-id").to_owned();
    if probe.is_empty() || probe.len() > PROBE_ID_BYTES_MAX {
        return answer::failure(StatusCode::BAD_REQUEST, "X-Scope-Probe-ID");
    }
    let Some(place) = try_take(&app.room.probes) else {
        let sentence = "too many probes are connected; try again later";
        return answer::failure(StatusCode::SERVICE_UNAVAILABLE, sentence);
    };
    upgraded(&app.clone(), parts, CONTROL_BYTES_MAX, move |upgraded| async move {
        let (number, calls) = app.controls.register(&probe);
        let _counted = app.figures.taking_controls();
        converse(upgraded, calls).await;
        app.controls.leave(&probe, number);
        drop(place);
    })
    .await
}

/// Sends calls and matches answers until either end leaves; whoever still waits learns of it by
/// the end of their channel.
async fn converse(upgraded: Upgraded, mut calls: mpsc::Receiver<Call>) {
    let Upgraded { mut socket, mut stopping } = upgraded;
    let mut open: HashMap<u64, oneshot::Sender<Outcome>> = HashMap::new();
    let mut next_number: u64 = 0;
    let (life, mut pings) = (Life::new(), Life::pings());
    // The first frame of an answer, until its second arrives.
    let mut first: Option<Utf8Bytes> = None;
    loop {
        let going_on = tokio::select! {
            call = calls.recv() => match call {
                Some(call) => {
                    next_number += 1;
                    take(&mut socket, &mut open, next_number, call).await
                }
                None => false,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Text(frame))) => match first.take() {
                    None => {
                        first = Some(frame);
                        true
                    }
                    Some(before) => settle(&mut open, &before, &frame),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(other)) => {
                    life.heard(&other);
                    true
                }
            },
            _ = pings.tick() => {
                life.is_alive() && send(&mut socket, Message::Ping(bytes::Bytes::new())).await
            }
            () = stopping.begun() => {
                let _ = send(&mut socket, Message::Close(None)).await;
                false
            }
        };
        if !going_on {
            return;
        }
    }
}

/// Sends a call; says whether the connection goes on.
async fn take(
    socket: &mut WebSocket,
    open: &mut HashMap<u64, oneshot::Sender<Outcome>>,
    number: u64,
    call: Call,
) -> bool {
    // Those who asked and no longer wait.
    open.retain(|_, answer| !answer.is_closed());
    if open.len() >= CALLS_OPEN_MAX {
        let _ = call.answer.send(Outcome::failed("too many controls are under way on this host"));
        return true;
    }
    for frame in call_frames(number, &call.invocation) {
        if !send(socket, Message::Text(frame.into())).await {
            return false;
        }
    }
    open.insert(number, call.answer);
    true
}

/// Hands an answer to whoever asked; says whether the connection goes on.
fn settle(open: &mut HashMap<u64, oneshot::Sender<Outcome>>, first: &str, second: &str) -> bool {
    match parse_reply([first, second]) {
        Ok(replied) => {
            if let Some(answer) = open.remove(&replied.number) {
                // Whoever asked may have gone away meanwhile.
                let _ = answer.send(replied.outcome);
            }
            true
        }
        Err(error) => {
            tracing::warn!("closed the control connection of a probe: {error}");
            false
        }
    }
}

/// `POST /api/control/{probe}/{node}/{control}`: runs a control and answers what came of it.
pub(super) async fn run(app: &App, body: Body, [probe, node, control]: [&str; 3]) -> Response {
    if !app.config.controls {
        let sentence = "controls are off; start the app with --app.basicAuth, or with \
            --app.controls where nobody else can reach it";
        return answer::failure(StatusCode::FORBIDDEN, sentence);
    }
    let timeout = app.config.bounds.request_timeout;
    let received = tokio::time::timeout(timeout, axum::body::to_bytes(body, ARGUMENTS_BYTES_MAX));
    let control_args: BTreeMap<String, String> = match received.await {
        Ok(Ok(bytes)) if bytes.is_empty() => BTreeMap::new(),
        Ok(Ok(bytes)) => match serde_json::from_slice::<Option<_>>(&bytes) {
            Ok(arguments) => arguments.unwrap_or_default(),
            Err(_) => return bad("the arguments of a control are a JSON object of texts"),
        },
        _ => return bad("the arguments of the control did not arrive, or are too long"),
    };
    let invocation = Invocation {
        app_id: String::new(),
        node_id: node.to_owned(),
        control: control.to_owned(),
        control_args,
    };
    match app.controls.call(probe, invocation, app.config.control_timeout).await {
        Ok(outcome) if outcome.error.is_empty() => {
            if is_of_another(app, probe, &outcome) {
                tracing::warn!(probe, "a probe answered a control with the pipe of another");
                return bad("the probe answered with a pipe that is not its own");
            }
            answer::json(&outcome, "")
        }
        Ok(outcome) => bad(&outcome.error),
        Err(error) => bad(&error.to_string()),
    }
}

/// Whether the pipe that a probe says it opened is one that another did.
fn is_of_another(app: &App, probe: &str, outcome: &Outcome) -> bool {
    let id = PipeId::parse(&outcome.pipe);
    id.is_ok_and(|id| app.pipes.claim(&id, probe) == Err(JoinError::OfAnother))
}

/// The original answers every failure of a control with 400 and a sentence.
fn bad(sentence: &str) -> Response {
    answer::failure(StatusCode::BAD_REQUEST, sentence)
}
