//! A recording shown as if its probes reported now.

use crate::App;
use scope_report::{Report, TopologyKind};
use scope_store::{Replay, read_report};
use std::sync::Arc;
use std::time::Duration;

impl App {
    /// Adds the reports of `replay` at their time, for ever. A file that cannot be read is logged
    /// and passed over.
    pub async fn replay(self, replay: Replay) {
        let mut due = tokio::time::Instant::now();
        for (wait, path) in replay {
            due += wait;
            tokio::time::sleep_until(due).await;
            // What fell behind (a machine that slept) is not caught up with.
            if let Some(latest) = tokio::time::Instant::now().checked_sub(LAG_MAX) {
                due = due.max(latest);
            }
            let app = self.clone();
            let read = move || match read_report(&path, &app.config.limits) {
                Ok(report) => app.take_recorded(report),
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(cause, "passed over a recorded report: {error}");
                }
            };
            if tokio::task::spawn_blocking(read).await.is_err() {
                tracing::error!("reading a recorded report failed by a defect");
            }
        }
    }

    fn take_recorded(&self, report: Report) {
        // Reports carry no probe's name; that of their host keeps those of one probe together.
        let hosts = &report.topology(TopologyKind::Host).nodes;
        let probe = hosts.keys().next().cloned().unwrap_or_default();
        if let Err(error) = self.store.add(Arc::new(report), &probe, self.now()) {
            tracing::warn!("passed over a recorded report: {error}");
        }
    }
}

/// How far a replay may lie behind before it gives up the time lost.
const LAG_MAX: Duration = Duration::from_secs(1);
