//! Connections as the kernel tells them when they happen: those shorter than a sweep, with the
//! process that asked or accepted, and attempts that failed.
//!
//! Where the kernel or the rights do not allow it, or some events were lost, sweeps tell what they
//! can: this source only ever adds. What is missing is told as sentences.

use crate::closings::Closed;
use crate::connections::Observed;
use crate::datagrams::{Datagrams, monotonic_nanos, oldest};
use crate::kernel_pump::Pump;
use crate::one_pass::SocketLister;
use crate::owners::Owner;
use crate::socket_table::{Traffic, Transport};
use rustc_hash::{FxHashMap, FxHashSet};
use scope_agent::{Warning, ebpf_failed};
use scope_ebpf::{
    Change, Config, Connection, Event, EventKind, Kernel, Part, Side, SnapshotError, SocketId,
};
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
const PARTS: [Part; 5] =
    [Part::Connections, Part::Accepts, Part::Sockets, Part::Datagrams, Part::DatagramAddresses];

/// After a list broke off, this many ticks pass before the kernel is asked for one again.
const LIST_RETRY_TICKS: u64 = 60;

/// A process that was seen in an event only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortLived {
    /// The name of the thread that was seen.
    pub name: String,
    /// The last part of its control group's path, where there is one.
    pub cgroup: Option<Arc<str>>,
}

/// What events say of the sockets that the last list had.
#[derive(Debug, Default)]
struct Changes {
    /// Sockets that opened since, and are open.
    opened: FxHashSet<SocketId>,
    /// Whether datagrams went where none went before.
    any_datagram: bool,
    /// Whether one of the list closed, or it is not known.
    any_closed: bool,
    /// Those that closed, as far as they are told.
    closed: FxHashSet<SocketId>,
}

/// The kernel's events, or why there are none.
pub struct KernelSource {
    wanted: bool,
    ring_bytes: u32,
    kernel: Option<Pump>,
    /// Whether events of connections come in, lists of sockets can be had, datagrams are counted.
    tells: bool,
    lists: bool,
    counts_datagrams: bool,
    list_retry_tick: u64,
    list_failure: Option<Warning>,
    absence: Vec<Warning>,
    retry_tick: u64,
    lost: u64,
    changes: Changes,
    observed: Vec<Observed>,
    closed: Vec<Closed>,
    has_datagrams: bool,
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
            tells: false,
            lists: false,
            counts_datagrams: false,
            list_retry_tick: 0,
            list_failure: None,
            absence: Vec::new(),
            retry_tick: 0,
            lost: 0,
            changes: Changes::default(),
            observed: Vec::new(),
            closed: Vec::new(),
            has_datagrams: false,
            names: FxHashMap::default(),
            told_names: FxHashMap::default(),
        }
    }

    /// Whether events come in.
    pub fn is_open(&self) -> bool {
        self.kernel.is_some() && self.tells
    }

    /// Whether the kernel can be asked for all sockets in this tick.
    pub fn lists_sockets(&self, tick: u64) -> bool {
        self.kernel.is_some() && self.lists && tick >= self.list_retry_tick
    }

    /// Begins a list of sockets: those that closed since the last one, as far as events tell.
    pub fn begin_list(&mut self) -> FxHashSet<SocketId> {
        std::mem::take(&mut self.changes).closed
    }

    /// Ends a list of sockets; one that broke off is not to be had for [`LIST_RETRY_TICKS`].
    pub fn end_list(&mut self, tick: u64, failure: Option<&SnapshotError>) {
        self.list_failure = failure.map(|error| {
            let why = std::error::Error::source(error).map(|source| format!(": {source}"));
            format!(
                "no list of sockets ({error}{}); they are read by netlink",
                why.unwrap_or_default()
            )
        });
        if self.list_failure.is_some() {
            ebpf_failed("list", 1);
            self.list_retry_tick = tick + LIST_RETRY_TICKS;
        }
    }

    /// Whether a connection opened, or one of the last list closed, as far as is known.
    pub fn has_moved(&self) -> bool {
        let Changes { opened, any_datagram, any_closed, .. } = &self.changes;
        !self.is_open() || *any_closed || *any_datagram || !opened.is_empty()
    }

    /// Takes in how much the datagram flows carried so far.
    pub fn count_datagrams(&mut self, datagrams: &mut Datagrams) {
        let Some(kernel) = self.kernel.as_ref().filter(|_| self.counts_datagrams) else { return };
        let now_nanos = monotonic_nanos();
        let flows = kernel.ask(|kernel| kernel.datagram_flows(oldest(now_nanos)));
        datagrams.count(&flows, now_nanos);
    }

    /// Whether events were asked for.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Takes in the events since the last tick, those of datagrams into `datagrams`; says whether
    /// any were lost.
    pub fn drain(
        &mut self,
        tick: u64,
        knows_namespace: impl Fn(u64) -> bool,
        datagrams: &mut Datagrams,
    ) -> bool {
        if self.kernel.is_none() && self.wanted && tick >= self.retry_tick {
            self.open(tick);
        }
        let Self { kernel, observed, closed, names, changes, has_datagrams, .. } = self;
        let Some(kernel) = kernel else { return false };
        let mut beyond = 0;
        let lost = kernel.take(&mut |event: Event| {
            changes.take(&event.kind);
            if let EventKind::Datagram(datagram) = &event.kind {
                remember(names, &datagram.owner);
                datagrams.open(datagram, event.time_nanos);
                *has_datagrams = true;
            }
            if closed.len() < OBSERVED_MAX {
                closed.extend(closed_of(&event).filter(|one| knows_namespace(one.end.namespace)));
            }
            let Some((connection, failed)) = opening(&event.kind) else { return };
            // Of a machine beside ours (seen from within a container) there is nothing to tell.
            if connection.owner.is_none() && !knows_namespace(u64::from(connection.netns)) {
                return;
            }
            if observed.len() >= OBSERVED_MAX {
                beyond += 1;
                return;
            }
            connection.owner.iter().for_each(|owner| remember(names, owner));
            observed.push(observed_of(connection, failed));
        });
        let lost = lost + beyond;
        self.lost += lost;
        ebpf_failed("lost", lost);
        self.changes.any_closed |= lost > 0;
        lost > 0
    }

    /// Whether there are no connections and no datagrams that were not taken yet.
    pub fn is_empty(&self) -> bool {
        self.observed.is_empty() && self.closed.is_empty() && !self.has_datagrams
    }

    /// The connections since the last time, with when their processes started.
    pub fn take(&mut self, starts: &FxHashMap<u32, u64>) -> Vec<Observed> {
        self.told_names.clear();
        self.has_datagrams = false;
        let mut observed = std::mem::take(&mut self.observed);
        observed.iter_mut().for_each(|one| date(one, starts));
        observed
    }

    /// The connections that closed since the last time.
    pub fn take_closed(&mut self, starts: &FxHashMap<u32, u64>) -> Vec<Closed> {
        let mut closed = std::mem::take(&mut self.closed);
        closed.iter_mut().for_each(|one| date(&mut one.end, starts));
        closed
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
        warnings.extend(self.list_failure.clone());
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
                ebpf_failed("load", u64::try_from(self.absence.len()).unwrap_or_default());
                let is_on =
                    |part| kernel.capabilities().iter().any(|one| one.part == part && one.is_on());
                (self.tells, self.lists) = (is_on(Part::Connections), is_on(Part::Sockets));
                self.counts_datagrams = is_on(Part::Datagrams) || is_on(Part::DatagramAddresses);
                self.kernel = (self.tells || self.lists).then(|| Pump::start(kernel));
            }
            Err(error) => {
                ebpf_failed("load", 1);
                self.absence.push(format!("no kernel events: {error}"));
            }
        }
    }
}

impl SocketLister for KernelSource {
    fn list(&mut self, anew: bool, each: &mut dyn FnMut(Change)) -> Result<u64, SnapshotError> {
        let Some(kernel) = &self.kernel else { return Err(SnapshotError::Off) };
        kernel.ask(|kernel| kernel.changed_sockets(anew, &mut |change| each(change)))
    }

    fn forget(&mut self, pid: u32) {
        if let Some(kernel) = &self.kernel {
            kernel.ask(|kernel| kernel.forget_holder(pid));
        }
    }
}

impl Changes {
    fn take(&mut self, kind: &EventKind) {
        match kind {
            // More than are taken in between two joins are not remembered one by one either.
            EventKind::Connected(connection) | EventKind::Accepted(connection)
                if self.opened.len() < OBSERVED_MAX =>
            {
                self.opened.insert(connection.socket);
            }
            EventKind::Closed { connection, .. } => {
                self.any_closed |= !self.opened.remove(&connection.socket);
                if self.closed.len() < OBSERVED_MAX {
                    self.closed.insert(connection.socket);
                }
            }
            EventKind::Datagram(_) => self.any_datagram = true,
            _ => {}
        }
    }
}

impl fmt::Debug for KernelSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut form = formatter.debug_struct("KernelSource");
        form.field("is_open", &self.is_open()).field("absence", &self.absence).finish()
    }
}

/// Remembers who an event is of: it may have ended before anyone looks.
fn remember(names: &mut FxHashMap<u32, ShortLived>, owner: &scope_ebpf::Owner) {
    if names.len() < SHORT_LIVED_MAX {
        let fresh =
            || ShortLived { name: owner.comm.text().into_owned(), cgroup: owner.cgroup.clone() };
        names.entry(owner.pid).or_insert_with(fresh);
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

/// Says when the process of an event started.
fn date(observed: &mut Observed, starts: &FxHashMap<u32, u64>) {
    if let Some(owner) = &mut observed.owner {
        // Of processes that ended already, it is not known; they count as the youngest.
        owner.start_ticks = starts.get(&owner.pid).copied().unwrap_or(u64::MAX);
    }
}

/// The connection that an event says is over.
fn closed_of(event: &Event) -> Option<Closed> {
    let EventKind::Closed { connection, closing } = &event.kind else { return None };
    Some(Closed {
        end: observed_of(connection, false),
        traffic: Traffic {
            sent_bytes: closing.sent_bytes,
            received_bytes: closing.received_bytes,
            rtt_micros: closing.srtt_micros,
            retransmits: closing.retransmits,
        },
        closed_nanos: event.time_nanos,
        opened_nanos: closing.duration_nanos.map(|lived| event.time_nanos.saturating_sub(lived)),
    })
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
