//! Asks every plugin at once and merges what is answered in time.

use crate::PluginConfig;
use crate::folder;
use crate::roster::Roster;
use crate::worker::{Answer, Worker};
use scope_agent::{Observation, Reporter, ReporterFailure, Warning};
use scope_report::{Report, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Between two looks into the plugins' folder.
const SCAN_INTERVAL: Duration = Duration::from_secs(5);

/// How long answers are waited for; a plugin may take longer, its answer then joins the next
/// report, and those of the others are on time.
const PATIENCE: Duration = Duration::from_millis(200);

/// The plugins of this probe.
pub(crate) struct PluginReporter {
    config: PluginConfig,
    roster: Arc<Roster>,
    workers: BTreeMap<String, Worker>,
    answers: Receiver<Answer>,
    sender: Sender<Answer>,
    next_scan: Instant,
    folder_warnings: Vec<Warning>,
}

impl PluginReporter {
    pub(crate) fn new(config: PluginConfig, roster: Arc<Roster>) -> Self {
        let (sender, answers) = channel();
        Self {
            config,
            roster,
            workers: BTreeMap::new(),
            answers,
            sender,
            next_scan: Instant::now(),
            folder_warnings: Vec::new(),
        }
    }

    fn scan(&mut self, now: Instant) {
        if now < self.next_scan {
            return;
        }
        self.next_scan = now + SCAN_INTERVAL;
        let (sockets, warnings) = folder::sockets(&self.config.root);
        self.folder_warnings = warnings;
        self.workers.retain(|id, worker| {
            let stays = sockets.get(id) == Some(&worker.socket);
            if !stays {
                tracing::info!(plugin = id, "a plugin is gone");
            }
            stays
        });
        for (id, socket) in sockets {
            self.meet(id, socket);
        }
        self.roster.keep(&self.workers.keys().collect::<BTreeSet<_>>());
    }

    fn meet(&mut self, id: String, socket: PathBuf) {
        if self.workers.contains_key(&id) {
            return;
        }
        tracing::info!(plugin = id, socket = %socket.display(), "found a plugin");
        let own = (self.config.probe_id.as_str(), self.config.secrets);
        match Worker::start(&id, socket, own, self.sender.clone()) {
            Ok(worker) => {
                self.workers.insert(id, worker);
            }
            Err(error) => {
                self.folder_warnings.push(format!("cannot start to ask plugin {id}: {error}"));
            }
        }
    }

    /// Asks and waits a little.
    fn gather(&mut self, started: Instant) -> Report {
        let mut report = Report::empty();
        let mut awaited = 0;
        for worker in self.workers.values_mut() {
            awaited += usize::from(worker.ask(started));
        }
        while awaited > 0 {
            let left = PATIENCE.saturating_sub(started.elapsed());
            let Ok(answer) = self.answers.recv_timeout(left) else { break };
            awaited -= usize::from(self.take(answer, &mut report, started));
        }
        while let Ok(answer) = self.answers.try_recv() {
            self.take(answer, &mut report, started);
        }
        report
    }

    /// Merges an answer; says whether it is to what was asked at `started`.
    fn take(&mut self, answer: Answer, report: &mut Report, started: Instant) -> bool {
        // One that is gone may still answer.
        let Some(worker) = self.workers.get_mut(&answer.id) else { return false };
        let asked = worker.asked.take();
        match answer.outcome {
            Ok(told) => {
                worker.spec = told.spec;
                report.merge(&told.report);
                if told.is_controller || !told.active.is_empty() {
                    self.roster.offers(&answer.id, &worker.client, told.active);
                }
            }
            Err(failure) => worker.spec.status = format!("error: {failure}").into(),
        }
        asked == Some(started)
    }
}

impl Reporter for PluginReporter {
    fn name(&self) -> &'static str {
        "plugins"
    }

    fn report(&mut self, _: Timestamp) -> Result<Observation, ReporterFailure> {
        let started = Instant::now();
        self.scan(started);
        let mut report = self.gather(started);
        let mut warnings = self.folder_warnings.clone();
        for (id, worker) in &self.workers {
            report.plugins.insert(worker.spec.id.clone(), worker.spec.clone());
            if worker.spec.status != "ok" {
                warnings.push(format!("plugin {id}: {}", worker.spec.status));
            }
        }
        Ok(Observation { report, warnings })
    }
}
