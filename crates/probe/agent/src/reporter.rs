//! What a reporter and a tagger are.

use scope_report::{Report, Timestamp};
use std::sync::mpsc::SyncSender;

/// Something that could not be seen, in a sentence for the reader of the map.
pub type Warning = String;

/// One source on the host, asked once each spy interval.
///
/// A reporter runs on a thread of its own; it may block, and the agent goes on without it when it
/// does. It keeps between calls whatever makes the next call cheap.
pub trait Reporter: Send {
    /// Names it in logs and on the map (`process`, `docker`).
    fn name(&self) -> &'static str;

    /// What it sees now. Only the topologies it knows need nodes; topology stamps (shape, label)
    /// come from [`Report::stamped`], templates are its own to add.
    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure>;
}

/// Decorates the merged report with facts that need more than one source.
pub trait Tagger: Send {
    /// Names it in logs.
    fn name(&self) -> &'static str;

    /// Adds to nodes of `report`.
    fn tag(&mut self, report: &mut Report, now: Timestamp);
}

/// A partial report and what is missing from it.
#[derive(Debug, Default)]
pub struct Observation {
    /// What was seen.
    pub report: Report,
    /// What could not be seen, as sentences.
    pub warnings: Vec<Warning>,
}

/// A reporter saw nothing this time.
#[derive(Debug, thiserror::Error)]
#[error("{operation}")]
pub struct ReporterFailure {
    /// What it was doing, in words a reader of the map can act on.
    pub operation: String,
    /// Why that failed.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Sends a report that should reach the watchers at once (a container stopped).
///
/// The channel is bounded; a full one drops the shortcut, because the next regular report says
/// the same. It is one of boxes, lest its empty places take megabytes.
#[derive(Clone, Debug)]
pub struct ShortcutSender(SyncSender<Box<Report>>);

impl ShortcutSender {
    /// A sender into `channel`.
    pub fn new(channel: SyncSender<Box<Report>>) -> Self {
        Self(channel)
    }

    /// Sends `report`, marked as a shortcut; says whether there was room.
    pub fn send(&self, mut report: Report) -> bool {
        report.shortcut = true;
        self.0.try_send(Box::new(report)).is_ok()
    }
}
