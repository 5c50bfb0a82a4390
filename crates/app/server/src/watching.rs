//! What is written down of a terminal while somebody is at it.

use crate::journal::{self, Carried};
use crate::owners::Opened;
use crate::visitor::Visitor;
use crate::{App, chance};
use scope_auth::{Recording, Right};
use scope_control::PipeId;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Somebody about to join a pipe.
pub(crate) struct Watch {
    app: App,
    visitor: Visitor,
    pipe: PipeId,
    opened: Option<Arc<Opened>>,
}

/// Somebody at a pipe; dropped when they leave.
pub(crate) struct Watching {
    watch: Watch,
    started: Instant,
    input_bytes: AtomicU64,
    output_bytes: AtomicU64,
    recording: Option<(String, Mutex<Recorded>)>,
}

/// A recording, until it fails, and the size of the terminal in it.
struct Recorded {
    recording: Option<Recording>,
    size: Option<(u16, u16)>,
}

impl Watch {
    pub(crate) fn new(app: &App, visitor: &Visitor, pipe: &PipeId) -> Self {
        let (app, visitor, pipe) = (app.clone(), visitor.clone(), pipe.clone());
        let opened = app.owners.of(&pipe);
        Self { app, visitor, pipe, opened }
    }

    /// They joined a terminal of this size, columns and rows, if it is known yet.
    pub(crate) fn begin(self, size: Option<(u16, u16)>) -> Watching {
        let recording = self.record(size);
        let id = recording.as_ref().map_or("", |recording| recording.id());
        journal::joined(&self.app, &self.visitor, &self.pipe, (self.opened.as_deref(), id));
        Watching {
            recording: recording.map(|own| {
                (own.id().to_owned(), Mutex::new(Recorded { recording: Some(own), size }))
            }),
            watch: self,
            started: Instant::now(),
            input_bytes: AtomicU64::new(0),
            output_bytes: AtomicU64::new(0),
        }
    }
}

impl Watch {
    /// Begins to record a terminal, if terminals are recorded.
    fn record(&self, size: Option<(u16, u16)>) -> Option<Recording> {
        let recordings = self.app.config.recordings.as_ref()?;
        let opened = self.opened.as_deref();
        if opened.is_some_and(|opened| opened.right != Right::Terminal) {
            return None;
        }
        let node =
            opened.map_or("", |own| if own.label.is_empty() { &own.node } else { &own.label });
        let title = format!("{} at {node}", self.visitor.identity);
        let begun = chance::bytes().map_err(|error| error.to_string()).and_then(|random| {
            let begun = recordings.begin(&title, size, random, self.app.now_secs());
            begun.map_err(|error| error.to_string())
        });
        begun.inspect_err(|error| tracing::error!("a terminal is not recorded: {error}")).ok()
    }
}

impl Watching {
    /// Somebody typed.
    pub(crate) fn typed(&self, bytes: &[u8]) {
        self.input_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }

    /// Somebody was shown something, on a terminal of this size.
    pub(crate) fn shown(&self, bytes: &[u8], size: Option<(u16, u16)>) {
        self.output_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let Some((_, recording)) = &self.recording else { return };
        let mut recorded = recording.lock().unwrap_or_else(PoisonError::into_inner);
        let Recorded { recording: Some(recording), size: noted } = &mut *recorded else { return };
        let elapsed = self.started.elapsed();
        let mut outcome = Ok(());
        if let Some(now) = size.filter(|_| size != *noted) {
            *noted = size;
            outcome = recording.resized(elapsed, now);
        }
        if let Err(error) = outcome.and_then(|()| recording.shown(elapsed, bytes)) {
            tracing::error!("a recording ends early: {error}");
            recorded.recording = None;
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let carried = Carried {
            input_bytes: self.input_bytes.load(Ordering::Relaxed),
            output_bytes: self.output_bytes.load(Ordering::Relaxed),
        };
        let Watch { app, visitor, pipe, opened } = &self.watch;
        let recording = self.recording.as_ref().map_or("", |(id, _)| id);
        let opened = (opened.as_deref(), recording);
        journal::left(app, visitor, pipe, opened, (carried, self.started.elapsed()));
    }
}
