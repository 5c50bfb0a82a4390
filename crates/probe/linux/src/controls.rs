//! Acts on the host and its processes: a shell on the host, signals to processes.
//!
//! The tagger puts the buttons on the nodes and remembers which process each number stood for when
//! it was reported; the handler signals that very process or none. The module refuses to act where
//! the probe's `/proc` shows the processes of others than its own process namespace.

mod account;

mod host_shell;

mod signals;

use crate::process_table::{ProcessRow, SharedTable, walk};
use host_shell::HostShells;
use scope_agent::{ControlHandler, PipeError, Pipes, Tagger};
use scope_control::{Invocation, Outcome};
use scope_report::{ACTIVE_CONTROLS, Control, Node, Report, Text, Timestamp, TopologyKind, id};
use signals::ProcessSignal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A terminal on the host.
const HOST_EXEC: &str = "host_exec";

/// On no button: a terminal of the host tells its size.
const HOST_RESIZE: &str = "host_resize_exec_tty";

/// Rows and columns of a terminal.
const TERMINAL_SIDE_MAX: u16 = 10_000;

/// Shares the processes that were reported last between the reporters, the tagger and the handler.
#[derive(Clone, Debug, Default)]
pub struct HostControls(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    table: OnceLock<SharedTable>,
    reported: Mutex<Arc<[ProcessRow]>>,
    offer: OnceLock<Offer>,
}

/// What every process that is reported offers.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// The ids of the controls, as a node lists them.
    pub(crate) signals: Text,
    /// Whose controls they are.
    pub(crate) probe_id: Text,
}

/// Why a control did not run, for the reader.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("Invalid ID: {0}")]
    Id(String),
    #[error("Missing argument: {0}")]
    Missing(&'static str),
    #[error("Bad parameter: {0} ({1:?}) is not a number of characters")]
    Bad(&'static str, String),
    #[error("Unknown pipeID ({0}): that terminal is closed")]
    NoTerminal(String),
    #[error("process {0} is gone")]
    Gone(u32),
    #[error("process {0} is another by now; look again before you act on it")]
    Replaced(u32),
    #[error("signal process {pid}: {source}")]
    Signal { pid: u32, source: rustix::io::Errno },
    #[error("this probe shares no process ids with the host, so it cannot signal its processes")]
    Apart,
    #[error("open a terminal: {0}")]
    Terminal(#[from] pty_process::Error),
    #[error("open a terminal: {0}")]
    Io(#[from] std::io::Error),
    #[error("no nsenter here, which leads from the probe's container to the host: install it")]
    NoWayOut,
    #[error("{0}")]
    Pipe(#[from] PipeError),
}

impl HostControls {
    /// What puts the buttons on the nodes.
    pub fn tagger(&self, host_id: &str, probe_id: &str, proc_root: &Path) -> Box<dyn Tagger> {
        let offer = Offer { signals: signals::IDS.into(), probe_id: probe_id.into() };
        let can_signal = shares_process_ids(proc_root);
        if can_signal {
            // One set of reporters has one tagger.
            let _ = self.0.offer.set(offer.clone());
        }
        let (shared, host_node_id) = (Arc::clone(&self.0), id::host(host_id));
        Box::new(ControlTagger { shared, host_node_id, offer, can_signal })
    }

    /// What processes offer: told with their other facts, where the tagger finds it in place.
    pub(crate) fn offer(&self) -> Option<&Offer> {
        self.0.offer.get()
    }

    /// What runs the controls.
    pub fn handler(&self, host_id: &str, proc_root: &Path) -> Arc<dyn ControlHandler> {
        Arc::new(HostHandler {
            shared: Arc::clone(&self.0),
            host_id: host_id.to_owned(),
            proc_root: proc_root.to_owned(),
            shells: Arc::default(),
        })
    }

    /// Learns whose processes are reported.
    pub(crate) fn follow(&self, table: &SharedTable) {
        // One set of reporters has one table.
        let _ = self.0.table.set(Arc::clone(table));
    }
}

impl Shared {
    fn reported(&self) -> Arc<[ProcessRow]> {
        Arc::clone(&self.reported.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct ControlTagger {
    shared: Arc<Shared>,
    host_node_id: Text,
    offer: Offer,
    can_signal: bool,
}

impl Tagger for ControlTagger {
    fn name(&self) -> &'static str {
        "host controls"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let hosts = report.topology_mut(TopologyKind::Host);
        if let Some(node) = hosts.nodes.get_mut(&self.host_node_id) {
            let node = Arc::make_mut(node);
            node.set_fact(ACTIVE_CONTROLS, now, HOST_EXEC);
            hosts.controls.insert(HOST_EXEC, host_exec());
        }
        let processes = report.topology_mut(TopologyKind::Process);
        if processes.nodes.is_empty() || !self.can_signal {
            return;
        }
        // The walk that the reporters of this tick did; a shortcut has no processes.
        let Some(rows) = self.shared.table.get().and_then(|table| walk(table, now).ok()) else {
            return;
        };
        let Offer { signals, probe_id } = &self.offer;
        let lacks = |node: &Node| {
            node.fact(ACTIVE_CONTROLS) != Some(signals)
                && pid(node).and_then(|pid| row(&rows, pid)).is_some_and(|row| !row.in_kernel)
        };
        let lacking = processes.nodes.iter().filter(|(_, node)| lacks(node));
        let lacking: Vec<Text> = lacking.map(|(id, _)| id.clone()).collect();
        for node in lacking {
            if let Some(node) = processes.nodes.get_mut(&node) {
                let node = Arc::make_mut(node);
                node.set_fact(ACTIVE_CONTROLS, now, signals.clone());
                node.set_fact("control_probe_id", now, probe_id.clone());
            }
        }
        for (id, control) in ProcessSignal::ALL.map(ProcessSignal::control) {
            processes.controls.insert(id, control);
        }
        *self.shared.reported.lock().unwrap_or_else(PoisonError::into_inner) = rows;
    }
}

struct HostHandler {
    shared: Arc<Shared>,
    host_id: String,
    proc_root: PathBuf,
    shells: Arc<HostShells>,
}

impl HostHandler {
    fn run(&self, invocation: &Invocation, pipes: &Pipes) -> Result<Outcome, Refusal> {
        let node = &invocation.node_id;
        let rest = node.strip_prefix(self.host_id.as_str()).and_then(|it| it.strip_prefix(';'));
        let rest = rest.ok_or_else(|| Refusal::Id(shown(node)))?;
        if let Some(signal) = ProcessSignal::of_control(&invocation.control) {
            let pid = rest.parse().map_err(|_| Refusal::Id(shown(node)))?;
            return self.signal(pid, signal);
        }
        if rest != "<host>" {
            return Err(Refusal::Id(shown(node)));
        }
        if invocation.control == HOST_EXEC {
            let pipe = host_shell::open(&self.shells, pipes)?;
            return Ok(Outcome {
                pipe: pipe.to_string(),
                raw_tty: true,
                resize_tty_control: HOST_RESIZE.to_owned(),
                ..Outcome::default()
            });
        }
        self.resize(&invocation.control_args)
    }

    fn signal(&self, pid: u32, signal: ProcessSignal) -> Result<Outcome, Refusal> {
        if !shares_process_ids(&self.proc_root) {
            return Err(Refusal::Apart);
        }
        let rows = self.shared.reported();
        let row = row(&rows, pid).ok_or(Refusal::Gone(pid))?;
        signal.send(&self.proc_root, row)?;
        Ok(Outcome::default())
    }

    fn resize(&self, arguments: &BTreeMap<String, String>) -> Result<Outcome, Refusal> {
        let argument = |name| arguments.get(name).ok_or(Refusal::Missing(name));
        let pipe = argument("pipeID")?;
        let side = |name| {
            let value = argument(name)?;
            let side = value.parse().ok().filter(|side| (1..=TERMINAL_SIDE_MAX).contains(side));
            side.ok_or_else(|| Refusal::Bad(name, shown(value)))
        };
        let (rows, columns) = (side("height")?, side("width")?);
        if self.shells.resize(pipe, rows, columns)? {
            Ok(Outcome::default())
        } else {
            Err(Refusal::NoTerminal(shown(pipe)))
        }
    }
}

impl ControlHandler for HostHandler {
    fn takes(&self, control: &str) -> bool {
        matches!(control, HOST_EXEC | HOST_RESIZE) || ProcessSignal::of_control(control).is_some()
    }

    fn handle(&self, invocation: &Invocation, pipes: &Pipes) -> Outcome {
        self.run(invocation, pipes).unwrap_or_else(|refusal| Outcome::failed(refusal.to_string()))
    }
}

impl Drop for HostHandler {
    fn drop(&mut self) {
        // The pipes are over by now; the shells behind them are being ended.
        self.shells.wait_for_all();
    }
}

fn host_exec() -> Control {
    Control {
        id: HOST_EXEC.into(),
        human: "Exec shell".into(),
        icon: "fa fa-terminal".into(),
        ..Control::default()
    }
}

fn pid(process: &Node) -> Option<u32> {
    process.id.rsplit(';').next()?.parse().ok()
}

/// Rows are in the order of their process ids.
fn row(rows: &[ProcessRow], pid: u32) -> Option<&ProcessRow> {
    rows.binary_search_by_key(&pid, |row| row.pid).ok().and_then(|at| rows.get(at))
}

/// Whether the numbers in `proc_root` are those that this process would signal.
fn shares_process_ids(proc_root: &Path) -> bool {
    let own = std::fs::read_link(proc_root.join("self"));
    own.is_ok_and(|own| own.to_str() == Some(&std::process::id().to_string()))
}

/// What a stranger wrote, short enough to be repeated.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests;
