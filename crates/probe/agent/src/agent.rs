//! The conductor: spies each second, publishes every third, and at once when something happened.

use crate::app_client::{Identity, ServedApps};
use crate::controls::ControlClient;
use crate::publisher::{Body, Payload, Publisher};
use crate::renewal::Renewal;
use crate::spy::Spy;
use crate::{ControlHandler, Reporter, Tagger, Target};
use scope_control::ControlKinds;
use scope_report::{ACTIVE_CONTROLS, Report, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The first ticks are published one by one, so that the map is there at once.
const EAGER_TICKS: u32 = 3;

/// How often a stop is looked for while nothing else happens.
const STOP_POLL: Duration = Duration::from_millis(200);

/// What the loops need to know.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// The name of this host in all ids.
    pub host_id: String,
    /// The name of this probe, random per process.
    pub probe_id: String,
    /// The version of this program.
    pub version: String,
    /// Time between two looks at the host.
    pub spy_interval: Duration,
    /// Time between two reports to the apps.
    pub publish_interval: Duration,
    /// Of so many reports one is full, the others say what changed since.
    pub full_report_every: u32,
    /// The apps.
    pub targets: Vec<Target>,
    /// Whether reports are printed, one JSON object a line, and sent nowhere.
    pub print: bool,
    /// How nodes can be acted on; no report offers a control of another kind.
    pub controls: ControlKinds,
}

/// What observes and what acts.
#[derive(Default)]
pub struct Parts {
    /// Each observes one source.
    pub reporters: Vec<Box<dyn Reporter>>,
    /// Each adds to what the reporters saw, in this order.
    pub taggers: Vec<Box<dyn Tagger>>,
    /// Each runs some controls; the first that takes one runs it.
    pub handlers: Vec<Arc<dyn ControlHandler>>,
}

/// The probe could not start.
#[derive(Debug, thiserror::Error)]
#[error("start a thread of the probe")]
pub struct AgentError(#[source] std::io::Error);

/// Runs the probe's loops on this thread until `stop` is set.
///
/// `shortcuts` receives what reporters send through their [`crate::ShortcutSender`].
pub fn run(
    config: &AgentConfig,
    parts: Parts,
    shortcuts: &Receiver<Box<Report>>,
    stop: &AtomicBool,
) -> Result<(), AgentError> {
    let Parts { reporters, mut taggers, handlers } = parts;
    if config.controls != ControlKinds::ALL {
        taggers.push(Box::new(ControlFilter(config.controls)));
    }
    let spy = Spy::start(&config.host_id, reporters, taggers).map_err(AgentError)?;
    let identity = Identity { probe_id: config.probe_id.clone(), version: config.version.clone() };
    let served = ServedApps::default();
    // What is printed goes nowhere else.
    let targets = if config.print { &[] } else { config.targets.as_slice() };
    let publishers = targets
        .iter()
        .map(|target| Publisher::start(target.clone(), identity.clone(), served.clone()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(AgentError)?;
    let renewals = targets
        .iter()
        .map(|target| Renewal::start(target, &identity))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(AgentError)?;
    // Kept beyond the connections: what ends with the last pipe is to be waited for here.
    let kept_handlers = handlers.clone();
    let kinds = config.controls;
    let controls = (kinds != ControlKinds::NONE)
        .then(|| ControlClient::start(targets, &identity, handlers, kinds))
        .transpose()
        .map_err(AgentError)?;
    let outbox =
        Outbox { print: config.print, ..Outbox::new(config.full_report_every, publishers) };
    Conductor::new(config, spy, outbox).run(shortcuts, stop);
    drop(renewals);
    drop(controls);
    drop(kept_handlers);
    Ok(())
}

/// Takes every control of another kind out of the reports.
struct ControlFilter(ControlKinds);

impl Tagger for ControlFilter {
    fn name(&self) -> &'static str {
        "kinds of controls"
    }

    fn tag(&mut self, report: &mut Report, _now: Timestamp) {
        for (_, topology) in report.topologies_mut() {
            topology.controls.retain(|id, _| self.0.allow(id));
            // Another probe of the same app may offer the control that the node speaks of.
            for node in topology.nodes.values_mut() {
                let Some(active) = node.latest.get(ACTIVE_CONTROLS) else { continue };
                let is_allowed = |id: &&str| self.0.allow(id);
                if active.value.split(';').all(|id| is_allowed(&id)) {
                    continue;
                }
                let left: Vec<&str> = active.value.split(';').filter(is_allowed).collect();
                let (left, at) = (left.join(";"), active.timestamp);
                let node = Arc::make_mut(node);
                if left.is_empty() {
                    node.latest.remove(ACTIVE_CONTROLS);
                } else {
                    node.set_fact(ACTIVE_CONTROLS, at, left);
                }
            }
        }
    }
}

struct Conductor<'a> {
    config: &'a AgentConfig,
    spy: Spy,
    outbox: Outbox,
    ticks: u32,
    next_spy: Instant,
    next_publish: Instant,
    next_shortcut: Instant,
    waiting_shortcut: Option<Report>,
}

impl<'a> Conductor<'a> {
    fn new(config: &'a AgentConfig, spy: Spy, outbox: Outbox) -> Self {
        let now = Instant::now();
        Self {
            config,
            spy,
            outbox,
            ticks: 0,
            next_spy: now,
            next_publish: now,
            next_shortcut: now,
            waiting_shortcut: None,
        }
    }

    fn run(mut self, shortcuts: &Receiver<Box<Report>>, stop: &AtomicBool) {
        let mut shortcuts_open = true;
        while !stop.load(Ordering::Relaxed) {
            let left = self.next_wake().saturating_duration_since(Instant::now()).min(STOP_POLL);
            if !shortcuts_open {
                std::thread::park_timeout(left);
            } else {
                match shortcuts.recv_timeout(left) {
                    Ok(report) => self.hold_shortcut(*report),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => shortcuts_open = false,
                }
            }
            self.step(Instant::now());
        }
    }

    fn next_wake(&self) -> Instant {
        let regular = self.next_spy.min(self.next_publish);
        if self.waiting_shortcut.is_some() { regular.min(self.next_shortcut) } else { regular }
    }

    /// Shortcuts that come faster than they may go out are sent as one.
    fn hold_shortcut(&mut self, report: Report) {
        match &mut self.waiting_shortcut {
            Some(waiting) => waiting.merge(&report),
            None => self.waiting_shortcut = Some(report),
        }
    }

    fn step(&mut self, now: Instant) {
        if now >= self.next_shortcut
            && let Some(mut report) = self.waiting_shortcut.take()
        {
            self.spy.tag(&mut report, wall_clock());
            report.shortcut = true;
            self.outbox.send_shortcut(report);
            self.next_shortcut = now + self.config.publish_interval / 100;
        }
        if now >= self.next_spy {
            let report = self.spy.tick(wall_clock(), self.config.spy_interval.mul_f32(0.8));
            self.outbox.add(report);
            self.ticks = self.ticks.saturating_add(1);
            // A tick that took too long is not caught up with.
            self.next_spy = (self.next_spy + self.config.spy_interval).max(Instant::now());
            if self.ticks <= EAGER_TICKS {
                self.next_publish = now;
            }
        }
        if now >= self.next_publish {
            self.outbox.publish(now);
            self.next_publish = now + self.config.publish_interval;
        }
    }
}

/// What was seen since the last publish, and the last full report for deltas against it.
struct Outbox {
    pending: Option<Report>,
    /// Shortcuts since the last publish; the next regular report says the same again.
    shortcuts: Option<Report>,
    last_full: Option<Report>,
    full_report_every: u32,
    published: u32,
    last_publish: Option<Instant>,
    publishers: Vec<Publisher>,
    print: bool,
}

impl Outbox {
    fn new(full_report_every: u32, publishers: Vec<Publisher>) -> Self {
        Self {
            pending: None,
            shortcuts: None,
            last_full: None,
            full_report_every: full_report_every.max(1),
            published: 0,
            last_publish: None,
            publishers,
            print: false,
        }
    }

    fn add(&mut self, report: Report) {
        match &mut self.pending {
            Some(pending) => pending.merge(&report),
            None => self.pending = Some(report),
        }
    }

    fn publish(&mut self, now: Instant) {
        let Some(mut report) = self.take_pending() else { return };
        let since = self.last_publish.map_or(Duration::ZERO, |last| now - last);
        report.window_nanos = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        report.id = report_id(self.published, report.ts);
        self.last_publish = Some(now);
        let lost = self.publishers.iter().filter(|publisher| publisher.take_lost()).count() > 0;
        let due = self.published.is_multiple_of(self.full_report_every);
        self.published = self.published.wrapping_add(1);
        match &self.last_full {
            Some(last_full) if !due && !lost => {
                self.send(&scope_wire::delta(&report, last_full), true);
            }
            _ => {
                self.send(&report, false);
                self.last_full = Some(report);
            }
        }
    }

    /// What was seen, with what shortcuts told meanwhile.
    ///
    /// The app forgets the shortcut that told of a deletion before it forgets this report, which
    /// may hold an earlier look: without the deletion in it the container would rise again.
    fn take_pending(&mut self) -> Option<Report> {
        let mut report = self.pending.take()?;
        if let Some(shortcuts) = self.shortcuts.take() {
            report.merge(&shortcuts);
        }
        report.shortcut = false;
        Some(report)
    }

    fn send_shortcut(&mut self, report: Report) {
        self.send(&report, false);
        match &mut self.shortcuts {
            Some(shortcuts) => shortcuts.merge(&report),
            None => self.shortcuts = Some(report),
        }
    }

    fn send(&self, report: &Report, delta: bool) {
        if self.print {
            return print(report);
        }
        let body = Arc::new(Body::new(scope_wire::encode_msgpack(report)));
        for publisher in &self.publishers {
            let shortcut = report.shortcut;
            publisher.send(Payload { body: Arc::clone(&body), shortcut, delta });
        }
    }
}

/// A decimal that tells the reports of a probe apart.
fn report_id(count: u32, ts: Timestamp) -> scope_report::Text {
    let mixed = (ts.unix_nanos() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(count);
    scope_report::Text::from((mixed >> 1).to_string())
}

/// Prints a report; whoever reads may go away at any time.
fn print(report: &Report) {
    use std::io::Write;
    let mut line = scope_wire::encode_json(report);
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(&line).and_then(|()| out.flush());
}

fn wall_clock() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = i128::try_from(since_epoch.as_nanos()).unwrap_or_default();
    Timestamp::from_unix_nanos(nanos).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::{Node, TopologyKind, id};

    #[test]
    fn only_controls_of_allowed_kinds_are_left() {
        let check = |kinds: &str, buttons: &[&str], active: Option<&str>| {
            let mut report = Report::empty();
            let topology = report.topology_mut(TopologyKind::Container);
            for id in ["docker_container_logs", "docker_exec_container"] {
                topology.controls.insert(id, scope_report::Control::default());
            }
            let mut node = Node::new(id::container("c1"), TopologyKind::Container.name());
            let all = "docker_exec_container;docker_container_logs;docker_stop_container";
            node.set_fact(ACTIVE_CONTROLS, Timestamp::ZERO, all);
            topology.add(node);
            ControlFilter(kinds.parse().unwrap()).tag(&mut report, Timestamp::ZERO);
            let topology = report.topology(TopologyKind::Container);
            let left: Vec<&str> = topology.controls.iter().map(|(id, _)| id.as_str()).collect();
            assert_eq!(left, buttons, "{kinds}");
            assert_eq!(topology.nodes["c1;<container>"].fact(ACTIVE_CONTROLS), active, "{kinds}");
        };
        check("none", &[], None);
        check("scale", &[], None);
        check("logs", &["docker_container_logs"], Some("docker_container_logs"));
        let two = "docker_container_logs;docker_stop_container";
        check("logs,stop", &["docker_container_logs"], Some(two));
    }

    #[test]
    fn a_deletion_is_told_again_with_the_earlier_look() {
        let seen = |state: &str, secs| {
            let at = Timestamp::from_unix(secs, 0).unwrap();
            let mut report = Report::stamped(at);
            let mut node = Node::new(id::container("c1"), TopologyKind::Container.name());
            node.set_fact("docker_container_state", at, state);
            report.topology_mut(TopologyKind::Container).add(node);
            report
        };
        let mut outbox = Outbox::new(3, Vec::new());
        outbox.add(seen("running", 1));
        let mut deleted = seen("deleted", 2);
        deleted.shortcut = true;
        outbox.send_shortcut(deleted);
        let report = outbox.take_pending().unwrap();
        let node = &report.topology(TopologyKind::Container).nodes["c1;<container>"];
        assert_eq!(node.fact("docker_container_state"), Some("deleted"));
        assert!(!report.shortcut);
        // A shortcut alone is no regular report.
        outbox.send_shortcut(seen("running", 3));
        assert!(outbox.take_pending().is_none());
    }
}
