//! What the audit log is told.
//!
//! A log that cannot be written does not stop anybody; the failure is in the app's own log.

use crate::App;
use crate::entrance::Admitted;
use crate::owners::Opened;
use crate::visitor::Visitor;
use scope_api::{AuditEntry, LastAction};
use scope_auth::{Identity, Method, Right, SignInError};
use scope_control::PipeId;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Characters of anything from outside in one entry.
const CHARS_MAX: usize = 512;

/// Names of arguments in one entry.
const ARGUMENTS_MAX: usize = 16;

/// Somebody signed in.
pub(crate) fn signed_in(app: &App, identity: &Identity, from: Option<IpAddr>) {
    add(app, entry(app, "sign-in", identity, from, "ok"));
}

/// Somebody signed out.
pub(crate) fn signed_out(app: &App, identity: &Identity, from: Option<IpAddr>) {
    add(app, entry(app, "sign-out", identity, from, "ok"));
}

/// Somebody could not sign in; `name` is what they called themselves, if anything.
pub(crate) fn sign_in_failed(app: &App, from: Option<IpAddr>, name: &str, error: &SignInError) {
    if let SignInError::Failed(reason) = error {
        tracing::error!("a sign-in failed: {reason}");
    }
    // A probe that was revoked asks for ever; that it was is what an operator did.
    if let SignInError::Certificate(refusal) = error {
        return tracing::debug!("refused a probe: {refusal}");
    }
    // Those who have to wait were noted when they failed; more would be a way to fill the log.
    if matches!(error, SignInError::TooMany { .. }) {
        return;
    }
    let identity = Identity::new(name, Method::Anonymous);
    add(app, entry(app, "sign-in", &identity, from, &error.to_string()));
}

/// A control was asked for and refused at the entrance.
pub(crate) fn control_refused(app: &App, admitted: &Admitted, sentence: &str) {
    if let [_, _, probe, node, control] = admitted.address.segments.as_slice() {
        let asked = [probe.as_str(), node.as_str(), control.as_str()];
        ran(app, admitted, asked, &[], sentence, "");
    }
}

/// A control was run, or failed.
pub(crate) fn ran(
    app: &App,
    admitted: &Admitted,
    [probe, node, control]: [&str; 3],
    arguments: &[String],
    outcome: &str,
    pipe: &str,
) {
    let visitor = &admitted.visitor;
    let label = admitted.place.as_ref().map_or("", |place| place.label.as_str());
    if changes(control) && admitted.is_let_in {
        let action = LastAction {
            who: visitor.identity.name.as_str().into(),
            what: short(control).into(),
            when: app.time_text().into(),
            outcome: short(outcome).into(),
        };
        if let Some(past) = &app.past {
            past.acted(&short(node), &short(label), &action);
        }
        app.recent.note(node, action, Instant::now());
    }
    add(
        app,
        AuditEntry {
            control: short(control),
            node: short(node),
            label: short(label),
            probe: short(probe),
            arguments: arguments.iter().take(ARGUMENTS_MAX).map(|name| short(name)).collect(),
            pipe: short(pipe),
            ..entry(app, "control", &visitor.identity, visitor.from, outcome)
        },
    );
}

/// What went through a browser's end of a pipe.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) input_bytes: u64,
    pub(crate) output_bytes: u64,
}

/// Somebody joined a pipe; `opened` is by what it was opened,
/// and its recording, if any.
pub(crate) fn joined(app: &App, visitor: &Visitor, pipe: &PipeId, opened: (Option<&Opened>, &str)) {
    let identity = &visitor.identity;
    let entry = entry(app, "terminal-start", identity, visitor.from, "ok");
    add(app, of_pipe(entry, pipe, opened));
}

/// Somebody left a pipe.
pub(crate) fn left(
    app: &App,
    visitor: &Visitor,
    pipe: &PipeId,
    opened: (Option<&Opened>, &str),
    (carried, lasted): (Carried, Duration),
) {
    let identity = &visitor.identity;
    let entry = AuditEntry {
        input_bytes: Some(carried.input_bytes),
        output_bytes: Some(carried.output_bytes),
        lasted_secs: Some((lasted.as_secs_f64() * 1000.0).round() / 1000.0),
        ..entry(app, "terminal-end", identity, visitor.from, "ok")
    };
    add(app, of_pipe(entry, pipe, opened));
}

/// Whether a control changes its node, as looking at it does not.
fn changes(control: &str) -> bool {
    !matches!(Right::of_control(control), Right::Logs | Right::Terminal)
}

fn of_pipe(
    mut entry: AuditEntry,
    pipe: &PipeId,
    (opened, recording): (Option<&Opened>, &str),
) -> AuditEntry {
    entry.pipe = pipe.to_string();
    recording.clone_into(&mut entry.recording);
    if let Some(opened) = opened {
        entry.control.clone_from(&opened.control);
        entry.node = short(&opened.node);
        entry.label = short(&opened.label);
        entry.probe = short(&opened.probe);
    }
    entry
}

fn entry(
    app: &App,
    event: &str,
    identity: &Identity,
    from: Option<IpAddr>,
    outcome: &str,
) -> AuditEntry {
    AuditEntry {
        time: app.time_text(),
        event: event.to_owned(),
        who: identity.name.clone(),
        method: identity.method.name().to_owned(),
        from: from.map(|address| address.to_canonical().to_string()).unwrap_or_default(),
        outcome: short(outcome),
        ..AuditEntry::default()
    }
}

fn add(app: &App, entry: AuditEntry) {
    let Some(log) = &app.config.audit else { return };
    if let Err(error) = log.add(entry) {
        tracing::error!("the audit log cannot be written: {error}");
    }
}

fn short(text: &str) -> String {
    text.chars().take(CHARS_MAX).collect()
}
