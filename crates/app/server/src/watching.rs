//! What is written down of a terminal while somebody is at it.

use crate::App;
use crate::journal::{self, Carried};
use crate::owners::Opened;
use crate::visitor::Visitor;
use scope_control::PipeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
}

impl Watch {
    pub(crate) fn new(app: &App, visitor: &Visitor, pipe: &PipeId) -> Self {
        let (app, visitor, pipe) = (app.clone(), visitor.clone(), pipe.clone());
        let opened = app.owners.of(&pipe);
        Self { app, visitor, pipe, opened }
    }

    /// They joined.
    pub(crate) fn begin(self) -> Watching {
        journal::joined(&self.app, &self.visitor, &self.pipe, self.opened.as_deref());
        Watching {
            watch: self,
            started: Instant::now(),
            input_bytes: AtomicU64::new(0),
            output_bytes: AtomicU64::new(0),
        }
    }
}

impl Watching {
    /// Somebody typed.
    pub(crate) fn typed(&self, bytes: &[u8]) {
        self.input_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }

    /// Somebody was shown something.
    pub(crate) fn shown(&self, bytes: &[u8]) {
        self.output_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let carried = Carried {
            input_bytes: self.input_bytes.load(Ordering::Relaxed),
            output_bytes: self.output_bytes.load(Ordering::Relaxed),
        };
        let Watch { app, visitor, pipe, opened } = &self.watch;
        journal::left(app, visitor, pipe, opened.as_deref(), (carried, self.started.elapsed()));
    }
}
