//! Controls: probes register for them, browsers and scripts ask for them.

use crate::bounds::try_take;
use crate::controls::{CALLS_OPEN_MAX, Call, CallError};
use crate::entrance::Admitted;
use crate::owners::Opened;
use crate::pipes::JoinError;
use crate::refusals::CONTROLS_OFF;
use crate::request::header;
use crate::websocket::{Life, Upgraded, farewell, send, upgraded};
use crate::{App, answer, journal};
use axum::body::Body;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_auth::{Method, Right};
use scope_control::{
    CONTROL_BYTES_MAX, ControlKind, ControlKinds, Invocation, Outcome, PipeId, call_frames,
    parse_reply,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The arguments of a control in bytes; the longest in use are a pair of small numbers.
const ARGUMENTS_BYTES_MAX: usize = 64 << 10;

/// What is said of a probe that hands out what is another's.
const OF_ANOTHER: &str = "the probe answered with a pipe that is not its own";

/// What the controls end with by which terminals follow their windows.
const RESIZE: &str = "resize_exec_tty";

/// The length of a probe's id in bytes.
const PROBE_ID_BYTES_MAX: usize = 256;

/// `GET /api/control/ws`: a probe takes controls over this connection until it leaves.
pub(super) async fn register(app: App, admitted: &Admitted, parts: Parts) -> Response {
    let probe = header(&parts.headers, "x-scope-probe-id").to_owned();
    if probe.is_empty() || probe.len() > PROBE_ID_BYTES_MAX {
        return answer::failure(StatusCode::BAD_REQUEST, "X-Scope-Probe-ID");
    }
    let Some(place) = try_take(&app.room.probes) else {
        let sentence = "too many probes are connected; try again later";
        return answer::failure(StatusCode::SERVICE_UNAVAILABLE, sentence);
    };
    let visitor = &admitted.visitor;
    upgraded(&app.clone(), visitor, parts, CONTROL_BYTES_MAX, move |upgraded| async move {
        let Upgraded { mut socket, mut leaving } = upgraded;
        let (number, calls) = app.controls.register(&probe);
        let counted = app.figures.taking_controls();
        let goodbye = tokio::select! {
            () = converse(&app, &mut socket, calls) => None,
            goodbye = leaving.begun() => Some(goodbye),
        };
        app.controls.leave(&probe, number);
        drop(counted);
        if let Some(goodbye) = goodbye {
            farewell(&mut socket, goodbye).await;
        }
        drop(place);
    })
    .await
}

/// Sends calls and matches answers until either end leaves; whoever still waits learns of it by
/// the end of their channel.
async fn converse(app: &App, socket: &mut WebSocket, mut calls: mpsc::Receiver<Call>) {
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
                    take(socket, &mut open, next_number, call).await
                }
                None => false,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Text(frame))) => match first.take() {
                    None => {
                        first = Some(frame);
                        true
                    }
                    Some(before) => settle(app, &mut open, &before, &frame),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(other)) => {
                    life.heard(&other);
                    true
                }
            },
            _ = pings.tick() => {
                life.is_alive() && send(socket, Message::Ping(bytes::Bytes::new())).await
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
    // Those who asked and no longer wait: what was not begun need not be done.
    if call.answer.is_closed() {
        return true;
    }
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
///
/// Who asked may have gone away meanwhile; a terminal that was opened for them is closed, or its
/// shell would wait for them for a minute.
fn settle(
    app: &App,
    open: &mut HashMap<u64, oneshot::Sender<Outcome>>,
    first: &str,
    second: &str,
) -> bool {
    match parse_reply([first, second]) {
        Ok(replied) => {
            let unwanted = match open.remove(&replied.number) {
                Some(answer) => answer.send(replied.outcome).err(),
                None => Some(replied.outcome),
            };
            if let Some(pipe) = unwanted.and_then(|outcome| PipeId::parse(&outcome.pipe).ok()) {
                app.pipes.discard(&pipe);
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
pub(super) async fn run(app: &App, admitted: &Admitted, body: Body, asked: [&str; 3]) -> Response {
    let [probe, node, control] = asked;
    if let Some(sentence) = refusal(app.config.controls, control) {
        return answer::failure(StatusCode::FORBIDDEN, &sentence);
    }
    let Some(_place) = app.controls.place(caller(admitted)) else {
        let sentence = "too many of your controls are under way; wait until one has ended";
        return answer::failure(StatusCode::TOO_MANY_REQUESTS, sentence);
    };
    let control_args = match arguments(app, body).await {
        Ok(arguments) => arguments,
        Err(sentence) => return bad(sentence),
    };
    let names: Vec<String> = control_args.keys().cloned().collect();
    let resized = resized(control, &control_args);
    let invocation = Invocation {
        app_id: String::new(),
        node_id: node.to_owned(),
        control: control.to_owned(),
        control_args,
    };
    let outcome = app.controls.call(probe, invocation, app.config.control_timeout).await;
    let outcome = match outcome {
        Err(CallError::NotConnected(probe)) => Err(missing(app, probe).await),
        outcome => outcome,
    };
    let failure = match &outcome {
        Ok(outcome) if is_of_another(app, probe, outcome) => OF_ANOTHER.to_owned(),
        Ok(outcome) => outcome.error.clone(),
        Err(error) => error.to_string(),
    };
    let pipe = outcome.as_ref().map_or("", |outcome| outcome.pipe.as_str());
    let pipe = if failure == OF_ANOTHER { "" } else { pipe };
    note_owner(app, admitted, asked, pipe);
    let said = if failure.is_empty() { "ok" } else { &failure };
    // A terminal that follows the size of its window is no deed.
    if let Some((pipe, size)) = resized {
        if failure.is_empty() {
            app.pipes.resized(&pipe, size);
        }
    } else {
        journal::ran(app, admitted, asked, &names, said, pipe);
    }
    match outcome {
        Ok(outcome) if failure.is_empty() => answer::json(&outcome, ""),
        Ok(outcome) if outcome.refused => answer::failure(StatusCode::FORBIDDEN, &failure),
        _ => bad(&failure),
    }
}

/// Whether the pipe that a probe says it opened is one that another did.
fn is_of_another(app: &App, probe: &str, outcome: &Outcome) -> bool {
    let id = PipeId::parse(&outcome.pipe);
    id.is_ok_and(|id| app.pipes.claim(&id, probe) == Err(JoinError::OfAnother))
}

/// Who asks, as far as controls under way are counted: a person, or an address.
fn caller(admitted: &Admitted) -> String {
    let visitor = &admitted.visitor;
    match (visitor.identity.method, visitor.from) {
        (Method::Anonymous, Some(address)) => address.to_string(),
        (method, _) => format!("{method:?} {}", visitor.identity.name),
    }
}

/// The pipe that a control opened is for whoever ran it.
fn note_owner(app: &App, admitted: &Admitted, [probe, node, control]: [&str; 3], pipe: &str) {
    let Ok(pipe) = PipeId::parse(pipe) else { return };
    let place = admitted.place.as_ref();
    let opened = Opened {
        identity: Arc::clone(&admitted.visitor.identity),
        right: Right::of_control(control),
        resource: place.map(|place| place.resource.clone()),
        control: control.to_owned(),
        node: node.to_owned(),
        label: place.map(|place| place.label.clone()).unwrap_or_default(),
        probe: probe.to_owned(),
    };
    app.owners.note(pipe, opened, |id| app.pipes.is_closed(id));
}

/// The pipe whose terminal is told its size, and that: columns and rows.
fn resized(control: &str, arguments: &BTreeMap<String, String>) -> Option<(PipeId, (u16, u16))> {
    if !control.ends_with(RESIZE) {
        return None;
    }
    let text = |name: &str| arguments.get(name).map(String::as_str).unwrap_or_default();
    let number = |name: &str| text(name).parse().ok();
    Some((PipeId::parse(text("pipeID")).ok()?, (number("width")?, number("height")?)))
}

/// The arguments of a control, from the body of a request.
async fn arguments(app: &App, body: Body) -> Result<BTreeMap<String, String>, &'static str> {
    let timeout = app.config.bounds.request_timeout;
    let received = tokio::time::timeout(timeout, axum::body::to_bytes(body, ARGUMENTS_BYTES_MAX));
    match received.await {
        Ok(Ok(bytes)) if bytes.is_empty() => Ok(BTreeMap::new()),
        Ok(Ok(bytes)) => match serde_json::from_slice::<Option<_>>(&bytes) {
            Ok(arguments) => Ok(arguments.unwrap_or_default()),
            Err(_) => Err("the arguments of a control are a JSON object of texts"),
        },
        _ => Err("the arguments of the control did not arrive, or are too long"),
    }
}

/// Whether a probe that takes no controls here is one whose reports are here.
async fn missing(app: &App, probe: String) -> CallError {
    let id = probe.clone();
    let look = move |app: &App| app.store.probes(app.now()).iter().any(|own| own.id == id);
    match app.compute(look).await {
        Ok(true) => CallError::NotHere(probe),
        _ => CallError::NotConnected(probe),
    }
}

/// Why nobody may run a control here, if so.
fn refusal(kinds: ControlKinds, control: &str) -> Option<String> {
    let kind = ControlKind::of_control(control);
    match kinds {
        _ if kinds.has(kind) => None,
        ControlKinds::NONE => Some(CONTROLS_OFF.to_owned()),
        _ => Some(format!(
            "controls of the kind {} are off: this app allows {kinds} (--app.controls)",
            kind.name(),
        )),
    }
}

/// The original answers every failure of a control with 400 and a sentence.
fn bad(sentence: &str) -> Response {
    answer::failure(StatusCode::BAD_REQUEST, sentence)
}
