//! One spy tick: every reporter is asked at once, and nobody waits for one that hangs.
//!
//! Each reporter lives on a thread of its own. A tick hands out the question, gathers what is
//! answered in time and merges it; an answer that comes late joins the next tick. What a reporter
//! could not do is written on the host's node, so that the map says it.

use crate::{Observation, Reporter, ReporterFailure, Tagger, figures};
use scope_report::{Node, Report, TableTemplate, Text, Timestamp, TopologyKind, id};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel,
};
use std::time::{Duration, Instant};

/// Facts of the host's node under this prefix make its table "What the probe sees".
const STATUS_PREFIX: &str = "scope_reporter_";

/// The status before the first answer.
const STARTING: &str = "starting";

/// Sentences beyond this many are counted, not shown.
const WARNINGS_MAX: usize = 16;

/// The reporters and taggers of this probe.
pub(crate) struct Spy {
    workers: Vec<Worker>,
    answers: Receiver<Answer>,
    taggers: Vec<Box<dyn Tagger>>,
    host_id: String,
}

struct Worker {
    name: &'static str,
    questions: SyncSender<Timestamp>,
    asked: Option<Instant>,
    status: String,
    warnings: Vec<String>,
}

struct Answer {
    worker: usize,
    outcome: Result<Observation, ReporterFailure>,
}

impl Spy {
    /// Starts a thread for each reporter.
    pub(crate) fn start(
        host_id: &str,
        reporters: Vec<Box<dyn Reporter>>,
        taggers: Vec<Box<dyn Tagger>>,
    ) -> std::io::Result<Self> {
        let (sender, answers) = channel();
        let workers = reporters
            .into_iter()
            .enumerate()
            .map(|(index, reporter)| Worker::start(index, reporter, sender.clone()))
            .collect::<std::io::Result<Vec<_>>>()?;
        Ok(Self { workers, answers, taggers, host_id: host_id.to_owned() })
    }

    /// Asks every idle reporter and merges what is answered within `patience`.
    pub(crate) fn tick(&mut self, now: Timestamp, patience: Duration) -> Report {
        let mut report = Report::stamped(now);
        let started = Instant::now();
        let mut awaited = 0;
        for worker in &mut self.workers {
            awaited += usize::from(worker.ask(now, started));
        }
        while awaited > 0 {
            let left = patience.saturating_sub(started.elapsed());
            match self.answers.recv_timeout(left) {
                Ok(answer) => awaited -= usize::from(self.take(answer, &mut report, started)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        while let Ok(answer) = self.answers.try_recv() {
            self.take(answer, &mut report, started);
        }
        self.note_slow(started);
        self.write_status(&mut report, now);
        self.tag(&mut report, now);
        report
    }

    /// Lets every tagger add to `report`, and every node know its topology.
    pub(crate) fn tag(&mut self, report: &mut Report, now: Timestamp) {
        for tagger in &mut self.taggers {
            let started = Instant::now();
            tagger.tag(report, now);
            figures::took(tagger.name(), "tagger", started.elapsed());
        }
        tag_hosts(report, &self.host_id, now);
    }

    /// Merges an answer; says whether it belongs to this tick.
    fn take(&mut self, answer: Answer, report: &mut Report, started: Instant) -> bool {
        let Some(worker) = self.workers.get_mut(answer.worker) else { return false };
        let asked = worker.asked.take().unwrap_or(started);
        match answer.outcome {
            Ok(observation) => {
                if worker.status != "ok" && worker.status != STARTING {
                    tracing::info!(reporter = worker.name, "reporter answers again");
                }
                "ok".clone_into(&mut worker.status);
                worker.log_new(&observation.warnings);
                worker.warnings = observation.warnings;
                report.merge(&observation.report);
            }
            Err(failure) => {
                let cause = failure.source.as_ref().map(|cause| format!(": {cause}"));
                let status = format!("failed: {failure}{}", cause.unwrap_or_default());
                if worker.status != status {
                    tracing::warn!(reporter = worker.name, "{status}");
                }
                worker.status = status;
                worker.warnings.clear();
            }
        }
        asked == started
    }

    fn note_slow(&mut self, started: Instant) {
        for worker in &mut self.workers {
            let Some(asked) = worker.asked else { continue };
            if asked == started {
                tracing::warn!(reporter = worker.name, "reporter exceeded its interval");
            }
            worker.status = format!("no answer for {} s", asked.elapsed().as_secs().max(1));
        }
    }

    /// States how each reporter fares on the host's node.
    fn write_status(&self, report: &mut Report, now: Timestamp) {
        let mut host = Node::new(id::host(&self.host_id), TopologyKind::Host.name());
        for worker in &self.workers {
            let key = format!("{STATUS_PREFIX}{}", worker.name);
            host.set_fact(key, now, worker.status.as_str());
            for (index, warning) in worker.warnings.iter().take(WARNINGS_MAX).enumerate() {
                let key = format!("{STATUS_PREFIX}{} note {}", worker.name, index + 1);
                host.set_fact(key, now, warning.as_str());
            }
        }
        let topology = report.topology_mut(TopologyKind::Host);
        topology.add(host);
        let table = TableTemplate {
            id: STATUS_PREFIX.into(),
            label: "What the probe sees".into(),
            prefix: STATUS_PREFIX.into(),
            kind: "property-list".into(),
            ..TableTemplate::default()
        };
        topology.table_templates.insert(STATUS_PREFIX, table);
    }
}

impl Worker {
    fn start(
        index: usize,
        mut reporter: Box<dyn Reporter>,
        answers: Sender<Answer>,
    ) -> std::io::Result<Self> {
        let (questions, asked) = sync_channel::<Timestamp>(1);
        let name = reporter.name();
        let run = move || {
            while let Ok(now) = asked.recv() {
                let started = Instant::now();
                let answer = Answer { worker: index, outcome: reporter.report(now) };
                figures::took(name, "reporter", started.elapsed());
                if answers.send(answer).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name(format!("report-{name}")).spawn(run)?;
        let status = STARTING.to_owned();
        Ok(Self { name, questions, asked: None, status, warnings: Vec::new() })
    }

    /// Logs the warnings that were not there before; another count is no other warning.
    fn log_new(&self, warnings: &[String]) {
        let shape = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
        let known: Vec<String> = self.warnings.iter().map(|warning| shape(warning)).collect();
        for warning in warnings.iter().filter(|warning| !known.contains(&shape(warning))) {
            tracing::warn!(reporter = self.name, "{warning}");
        }
    }

    /// Asks unless an answer is still owed; says whether one can be awaited.
    fn ask(&mut self, now: Timestamp, started: Instant) -> bool {
        if self.asked.is_some() {
            return false;
        }
        match self.questions.try_send(now) {
            Ok(()) => {
                self.asked = Some(started);
                true
            }
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Disconnected(_)) => {
                "stopped by a defect; restart the probe and report it".clone_into(&mut self.status);
                false
            }
        }
    }
}

/// The fact of a node that names the host it lives on.
const HOST_NODE_ID: &str = "host_node_id";

/// Adds `host_node_id` and the host as parent to the nodes that live on it, and to each node the
/// name of the topology it stands in.
fn tag_hosts(report: &mut Report, host_id: &str, now: Timestamp) {
    let host_node_id = id::host(host_id);
    for (kind, topology) in report.topologies_mut() {
        let lives_here = matches!(
            kind,
            TopologyKind::Process
                | TopologyKind::Container
                | TopologyKind::ContainerImage
                | TopologyKind::Host
        );
        let names_host = |node: &Node| {
            let hosts = node.parents.get(TopologyKind::Host.name());
            node.fact(HOST_NODE_ID) == Some(host_node_id.as_str())
                && hosts.is_some_and(|hosts| hosts.contains(&host_node_id))
        };
        let is_tagged =
            |node: &Node| !node.topology.is_empty() && (!lives_here || names_host(node));
        // Most are tagged, and what is not touched is not copied.
        let untagged = topology.nodes.iter().filter(|(_, node)| !is_tagged(node));
        let untagged: Vec<Text> = untagged.map(|(id, _)| id.clone()).collect();
        for node in untagged {
            let Some(node) = topology.nodes.get_mut(&node) else { continue };
            let node = std::sync::Arc::make_mut(node);
            if node.topology.is_empty() {
                node.topology = kind.name().into();
            }
            if lives_here {
                node.set_fact(HOST_NODE_ID, now, host_node_id.clone());
                node.add_parent(TopologyKind::Host.name(), host_node_id.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Scripted(&'static str, Receiver<Result<Observation, ReporterFailure>>);

    impl Reporter for Scripted {
        fn name(&self) -> &'static str {
            self.0
        }

        fn report(&mut self, _: Timestamp) -> Result<Observation, ReporterFailure> {
            self.1.recv().unwrap_or_else(|_| Ok(Observation::default()))
        }
    }

    fn spy(names: &[&'static str]) -> (Spy, Vec<Sender<Result<Observation, ReporterFailure>>>) {
        let (scripts, reporters) = names
            .iter()
            .map(|name| {
                let (script, answers) = channel();
                (script, Box::new(Scripted(name, answers)) as Box<dyn Reporter>)
            })
            .unzip();
        (Spy::start("web-1", reporters, Vec::new()).unwrap(), scripts)
    }

    fn process(pid: u32) -> Result<Observation, ReporterFailure> {
        let mut report = Report::empty();
        report.topology_mut(TopologyKind::Process).add(Node::new(id::process("web-1", pid), ""));
        Ok(Observation { report, warnings: Vec::new() })
    }

    fn host_fact(report: &Report, key: &str) -> String {
        let host = &report.topology(TopologyKind::Host).nodes["web-1;<host>"];
        host.fact(key).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_hanging_reporter_does_not_hold_back_the_others() {
        let (mut spy, scripts) = spy(&["process", "docker"]);
        scripts[0].send(process(1)).unwrap();
        let report = spy.tick(Timestamp::ZERO, Duration::from_millis(50));
        assert_eq!(report.topology(TopologyKind::Process).nodes.len(), 1);
        assert!(host_fact(&report, "scope_reporter_docker").starts_with("no answer"));
        assert_eq!(host_fact(&report, "scope_reporter_process"), "ok");
    }

    #[test]
    fn a_late_answer_joins_a_later_tick() {
        let (mut spy, scripts) = spy(&["process"]);
        let _ = spy.tick(Timestamp::ZERO, Duration::ZERO);
        scripts[0].send(process(7)).unwrap();
        scripts[0].send(process(8)).unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        let seen = Mutex::new(Vec::new());
        while seen.lock().unwrap().len() < 2 && Instant::now() < deadline {
            let report = spy.tick(Timestamp::ZERO, Duration::from_millis(20));
            seen.lock()
                .unwrap()
                .extend(report.topology(TopologyKind::Process).nodes.keys().cloned());
        }
        assert_eq!(*seen.lock().unwrap(), ["web-1;7", "web-1;8"]);
    }

    #[test]
    fn a_failure_is_written_on_the_host() {
        let (mut spy, scripts) = spy(&["docker"]);
        let failure = ReporterFailure { operation: "list containers".into(), source: None };
        scripts[0].send(Err(failure)).unwrap();
        let report = spy.tick(Timestamp::ZERO, Duration::from_secs(5));
        assert_eq!(host_fact(&report, "scope_reporter_docker"), "failed: list containers");
    }

    #[test]
    fn nodes_learn_their_host_and_topology() {
        let (mut spy, scripts) = spy(&["process"]);
        scripts[0].send(process(1)).unwrap();
        let report = spy.tick(Timestamp::ZERO, Duration::from_secs(5));
        let node = &report.topology(TopologyKind::Process).nodes["web-1;1"];
        assert_eq!(node.topology, "process");
        assert_eq!(node.fact("host_node_id"), Some("web-1;<host>"));
    }
}
