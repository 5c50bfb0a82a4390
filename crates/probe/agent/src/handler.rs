//! What runs a control, and how the one for a call is found.

use crate::Pipes;
use scope_control::{ControlKind, ControlKinds, Invocation, Outcome};
use std::sync::Arc;

/// Runs controls on nodes of this probe.
///
/// A call has a thread of its own and may block; others go on meanwhile. What goes wrong is a
/// sentence in [`Outcome::error`].
pub trait ControlHandler: Send + Sync {
    /// Whether it runs the control of this id, now.
    fn takes(&self, control: &str) -> bool;

    /// Runs a control; terminals and logs go over pipes, to the app that the call came from.
    fn handle(&self, invocation: &Invocation, pipes: &Pipes) -> Outcome;
}

/// All handlers of this probe; the first that takes a control runs it, if its kind is allowed.
#[derive(Clone)]
pub(crate) struct Handlers {
    all: Arc<[Arc<dyn ControlHandler>]>,
    kinds: ControlKinds,
}

impl Handlers {
    pub(crate) fn new(handlers: Vec<Arc<dyn ControlHandler>>, kinds: ControlKinds) -> Self {
        Self { all: handlers.into(), kinds }
    }

    /// Runs a control, or says that nobody here knows it or may run it.
    pub(crate) fn handle(&self, invocation: &Invocation, pipes: &Pipes) -> Outcome {
        let control = &invocation.control;
        if !self.kinds.allow(control) {
            let kind = ControlKind::of_control(control).name();
            return Outcome::refused(format!(
                "controls of the kind {kind} are off on this host: the probe allows {} \
                 (--probe.controls)",
                self.kinds
            ));
        }
        match self.all.iter().find(|handler| handler.takes(control)) {
            Some(handler) => handler.handle(invocation, pipes),
            None => Outcome::failed(format!("Control {control:?} not recognised")),
        }
    }
}
