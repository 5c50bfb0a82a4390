//! Connections as the kernel tells them when they happen: those shorter than a sweep, with the
//! process that asked or accepted, and attempts that failed.
//!
//! Where the kernel or the rights do not allow it, or some events were lost, sweeps tell what they
//! can: this source only ever adds. What is missing is told as sentences.

use crate::connections::Observed;
use crate::owners::Owner;
use crate::socket_table::Transport;
use rustc_hash::FxHashMap;
use scope_agent::Warning;
use scope_ebpf::{Config, Connection, Event, EventKind, Kernel, Part, Side};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// After this many ticks without, the programs are loaded again.
const RETRY_TICKS: u64 = 600;

/// The most connections taken in between two joins.
const OBSERVED_MAX: usize = 131_072;

/// The most processes that are told although they ended before they were seen.
const SHORT_LIVED_MAX: usize = 1024;

/// The parts that this crate uses.
const PARTS: [Part; 2] = [Part::Connections, Part::Accepts];

/// A process that was seen in an event only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortLived {
    /// The name of the thread that was seen.
    pub name: String,
    /// The last part of its control group's path, where there is one.
    pub cgroup: Option<Arc<str>>,
}

/// The kernel's events, or why there are none.
pub struct KernelSource {
    wanted: bool,
    ring_bytes: u32,
    kernel: Option<Kernel>,
    absence: Vec<Warning>,
    retry_tick: u64,
    lost: u64,
    observed: Vec<Observed>,
    /// Processes of the events, by id.
    names: FxHashMap<u32, ShortLived>,
    /// Those that were told, and are told as long as their connections are.
    told_names: FxHashMap<u32, ShortLived>,
}

impl KernelSource {
    /// A source that is opened in the first tick if `wanted`; `ring_bytes` is the room for events
    /// between two ticks.
    pub fn new(wanted: bool, ring_bytes: u32) -> Self {
        Self {
            wanted,
            ring_bytes,
            kernel: None,
            absence: Vec::new(),
            retry_tick: 0,
            lost: 0,
            observed: Vec::new(),
            names: FxHashMap::default(),
            told_names: FxHashMap::default(),
        }
    }

    /// Whether events come in.
    pub fn is_open(&self) -> bool {
        self.kernel.is_some()
    }

    /// Whether events were asked for.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Takes in the events since the last tick; says whether any were lost.
    pub fn drain(&mut self, tick: u64, knows_namespace: impl Fn(u64) -> bool) -> bool {
        if self.kernel.is_none() && self.wanted && tick >= self.retry_tick {
            self.open(tick);
        }
        let Self { kernel, observed, names, .. } = self;
        let Some(kernel) = kernel else { return false };
        let mut beyond = 0;
        let drained = kernel.drain(&mut |event: Event| {
            let Some((connection, failed)) = opening(&event.kind) else { return };
            // Of a machine beside ours (seen from within a container) there is nothing to tell.
            if connection.owner.is_none() && !knows_namespace(u64::from(connection.netns)) {
                return;
            }
            if observed.len() >= OBSERVED_MAX {
                beyond += 1;
                return;
            }
            if let Some(owner) = &connection.owner
                && names.len() < SHORT_LIVED_MAX
            {
                let fresh = || ShortLived {
                    name: owner.comm.text().into_owned(),
                    cgroup: owner.cgroup.clone(),
                };
                names.entry(owner.pid).or_insert_with(fresh);
            }
            observed.push(observed_of(connection, failed));
        });
        let lost = drained.lost + beyond;
        self.lost += lost;
        lost > 0
    }

    /// Whether there are connections that were not taken yet.
    pub fn is_empty(&self) -> bool {
        self.observed.is_empty()
    }

    /// The connections since the last time, with when their processes started.
    pub fn take(&mut self, starts: &FxHashMap<u32, u64>) -> Vec<Observed> {
        self.told_names.clear();
        let mut observed = std::mem::take(&mut self.observed);
        for owner in observed.iter_mut().filter_map(|one| one.owner.as_mut()) {
            // Of processes that ended already, it is not known; they count as the youngest.
            owner.start_ticks = starts.get(&owner.pid).copied().unwrap_or(u64::MAX);
        }
        observed
    }

    /// The processes of events that are not among the living, by id.
    pub fn short_lived<'a>(
        &'a self,
        lives: impl Fn(u32) -> bool + 'a,
    ) -> impl Iterator<Item = (u32, &'a ShortLived)> + 'a {
        let all = self.names.iter().chain(&self.told_names);
        all.filter(move |(pid, _)| !lives(**pid)).map(|(pid, one)| (*pid, one))
    }

    /// Forgets the processes with the next connections: these were told.
    pub fn told(&mut self) {
        self.told_names = std::mem::take(&mut self.names);
    }

    /// What is missing, as sentences; losses are told once.
    pub fn warnings(&mut self) -> Vec<Warning> {
        let mut warnings = self.absence.clone();
        let lost = std::mem::take(&mut self.lost);
        if lost > 0 {
            warnings.push(format!(
                "kernel events lost: {lost}; short connections of that moment may be missing"
            ));
        }
        warnings
    }

    fn open(&mut self, tick: u64) {
        self.retry_tick = tick + RETRY_TICKS;
        self.absence.clear();
        let config = Config { ring_bytes: self.ring_bytes, parts: PARTS.to_vec() };
        match Kernel::open(&config) {
            Ok(kernel) => {
                let lacks = kernel.capabilities().iter().filter(|one| !one.is_on());
                self.absence.extend(lacks.map(ToString::to_string));
                let connects = kernel
                    .capabilities()
                    .iter()
                    .any(|one| one.part == Part::Connections && one.is_on());
                self.kernel = connects.then_some(kernel);
            }
            Err(error) => self.absence.push(format!("no kernel events: {error}")),
        }
    }
}

impl fmt::Debug for KernelSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut form = formatter.debug_struct("KernelSource");
        form.field("is_open", &self.is_open()).field("absence", &self.absence).finish()
    }
}

/// The connection that an event says was opened, or failed (`true`).
fn opening(kind: &EventKind) -> Option<(&Connection, bool)> {
    match kind {
        EventKind::Connected(connection) | EventKind::Accepted(connection) => {
            Some((connection, false))
        }
        EventKind::Failed { connection, .. } => Some((connection, true)),
        _ => None,
    }
}

fn observed_of(connection: &Connection, failed: bool) -> Observed {
    let canonical =
        |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
    Observed {
        transport: Transport::Tcp,
        namespace: u64::from(connection.netns),
        local: canonical(connection.local),
        remote: canonical(connection.remote),
        is_client: match connection.side {
            Side::Client => Some(true),
            Side::Server => Some(false),
            Side::Unknown => None,
        },
        owner: connection.owner.as_ref().map(|one| Owner { start_ticks: 0, pid: one.pid }),
        failed,
    }
}
