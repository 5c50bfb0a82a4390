//! The connection reporter: sweeps namespaces, finds who holds the sockets, adds the flows.
//!
//! It only ties the parts together; each part says in its own file what it does and refuses. What
//! it does in one tick is limited by a budget of processor time: where that is used up, the rest
//! waits for the next tick, and the host's note says how often everything is looked at.

mod words;

use crate::LinuxConfig;
use crate::closings::Closings;
use crate::connections::{
    CONNECTIONS_MAX, Connection, ConnectionKey, Connections, Servers, Sources, Table, Witness,
    asked_for, connections,
};
use crate::datagrams::{Datagrams, monotonic_nanos};
use crate::endpoints::{EndpointWriter, Nodes, Scoping, Telling};
use crate::fold::{Load, fold};
use crate::hashing::Seeded;
use crate::kernel_source::{KernelSource, ShortLived};
use crate::ledger::Ledger;
use crate::listening::{ListeningNote, Receiver, listening, receivers};
use crate::meter::{Counters, Meter, Rates};
use crate::namespace::{Look, Source};
use crate::namespaces::{Namespaces, Sweep};
use crate::observation::ObservationNote;
use crate::one_pass::{Aids, OnePass};
use crate::owners::{Owner, Owners, Search};
use crate::pace::Pace;
use crate::proc_tree::ProcTree;
use crate::process_table::{ProcessRow, SharedTable, walk};
use crate::rights::Rights;
use crate::socket_table::{SocketState, Transport};
use crate::tracking::Tracking;
use crate::translation::{Route, routes};
use crate::unix_endpoints::{UnixConnection, UnixWriter, inodes_of, unix_connections};
use rustc_hash::{FxHashMap, FxHashSet};
use scope_agent::{Observation, Reporter, ReporterFailure};
use scope_report::{Node, Report, Text, Timestamp, TopologyKind, id};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

/// Everything is joined anew after this many ticks at the latest. Where figures are told, nodes are
/// written anew by then: scopes may have changed.
const UNWRITTEN_TICKS_MAX: u64 = 30;

/// A socket that asked for so long without an answer has a server that is not there. The kernel
/// asks a second time after one second (RFC 6298).
const STUCK_NANOS: i128 = 900_000_000;

/// The most connections that are remembered as told to have failed; then they may be told again.
const IN_VAIN_MAX: usize = 4096;

/// They are forgotten after this many ticks, when tracking has forgotten them too (120 s after the
/// last attempt, `net.netfilter.nf_conntrack_tcp_timeout_syn_sent`).
const IN_VAIN_TICKS: u64 = 600;

/// Freed memory is returned once in this many ticks, where it is to be saved.
const GIVE_BACK_TICKS: u64 = 10;

/// Reports endpoints and who talks to whom.
#[derive(Debug)]
pub struct ConnectionReporter {
    table: SharedTable,
    tree: Arc<ProcTree>,
    host_id: Text,
    sweeps: Option<(Namespaces, Owners)>,
    /// Instead of sweeps of each namespace, where the kernel lists all sockets.
    pass: OnePass,
    /// When the last pass was; `None` while sweeps tell.
    passed: Option<Timestamp>,
    has_own_tree: bool,
    tracking: Tracking,
    kernel: KernelSource,
    datagrams: Datagrams,
    closings: Closings,
    pace: Pace,
    /// Figures are told once in this many nanoseconds.
    load_nanos: i128,
    needed: FxHashMap<u64, u64>,
    seen: Option<Seen>,
    /// When each living process started, by id.
    starts: FxHashMap<u32, u64>,
    tells_processes: bool,
    /// Whether events were lost since the last join.
    has_lost: bool,
    servers: Servers,
    meter: Meter,
    ledger: Ledger,
    /// When each socket that waits for an answer was first seen to, by inode.
    asking: FxHashMap<u64, Timestamp>,
    stuck: FxHashSet<u64>,
    asked_in_vain: HashSet<ConnectionKey, Seeded>,
    unix: Vec<UnixConnection>,
    unix_writer: UnixWriter,
    connections: Connections,
    routes: Vec<Route>,
    receivers: Vec<Receiver>,
    writer: EndpointWriter,
    written: Written,
    note: ObservationNote,
    listening: ListeningNote,
    rights: Rights,
    with_unix: bool,
    tick: u64,
    /// Whether there were more connections than are told.
    full: bool,
    /// Connections that came and went uncounted since the last telling.
    uncounted: usize,
}

/// What was reported last.
#[derive(Debug, Default)]
struct Written {
    nodes: Nodes,
    tick: u64,
    loads: Option<Timestamp>,
    /// Whether something changed since.
    is_stale: bool,
    /// Whether there was no time left to write it.
    is_put_off: bool,
}

/// What one look came to.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    sweep: Sweep,
    search: Search,
    hidden: usize,
}

impl ConnectionReporter {
    /// A reporter over `tree`.
    pub fn new(
        config: &LinuxConfig,
        tree: Arc<ProcTree>,
        table: SharedTable,
        note: ObservationNote,
        listening: ListeningNote,
    ) -> Self {
        let sweeps = config.proc_spy.then(|| {
            let named_root = config.netns_root.clone();
            (Namespaces::new(Arc::clone(&tree), named_root), Owners::new(Arc::clone(&tree)))
        });
        let scoping = Scoping {
            host_id: config.host_id.clone(),
            local_networks: config.local_networks.clone(),
        };
        let tracking =
            Tracking::new(Arc::clone(&tree), config.conntrack, config.conntrack_buffer_bytes);
        let load_nanos = i128::try_from(config.load_interval.as_nanos()).unwrap_or(i128::MAX);
        let pace = Pace::new(config.spy_interval.as_secs_f64(), config.sweep_core_share);
        let has_own_tree = tree.is_own();
        Self {
            table,
            tree,
            host_id: config.host_id.clone(),
            sweeps,
            pass: OnePass::default(),
            passed: None,
            has_own_tree,
            tracking,
            kernel: KernelSource::new(config.kernel_events, config.kernel_ring_bytes),
            datagrams: Datagrams::default(),
            closings: Closings::default(),
            pace,
            load_nanos,
            needed: FxHashMap::default(),
            seen: None,
            starts: FxHashMap::default(),
            tells_processes: config.processes,
            has_lost: false,
            servers: Servers::default(),
            meter: Meter::default(),
            ledger: Ledger::default(),
            asking: FxHashMap::default(),
            stuck: FxHashSet::default(),
            asked_in_vain: HashSet::default(),
            unix: Vec::new(),
            unix_writer: UnixWriter::default(),
            connections: Connections::default(),
            routes: Vec::new(),
            receivers: Vec::new(),
            writer: EndpointWriter::new(scoping),
            written: Written::default(),
            note,
            listening,
            rights: Rights::of_this_process(),
            with_unix: config.unix_sockets,
            tick: 0,
            full: false,
            uncounted: 0,
        }
    }

    /// Looks at all sockets and who holds them: in one pass where the kernel allows, else by
    /// sweeping what the budget allows and searching for holders.
    fn look(&mut self, now: Timestamp) -> Result<Seen, ReporterFailure> {
        if self.sweeps.is_none() {
            return Ok(Seen::default());
        }
        let rows = walk(&self.table, now)?;
        self.starts.clear();
        self.starts.extend(rows.iter().map(|row| (row.pid, row.start_ticks)));
        let hidden = rows.iter().filter(|row: &&ProcessRow| row.hidden).count();
        let by_pass = self.has_own_tree && self.kernel.lists_sockets(self.tick);
        let seen = if by_pass { self.look_once(&rows, now) } else { None };
        let seen = seen.unwrap_or_else(|| self.sweep(&rows, now));
        if seen.sweep.completed {
            self.pace.completed();
        }
        Ok(Seen { hidden, ..seen })
    }

    /// Reads the kernel's list of all sockets if something may have moved, or figures are due;
    /// `None` when the list broke off.
    fn look_once(&mut self, rows: &[ProcessRow], now: Timestamp) -> Option<Seen> {
        let is_due = self.passed.is_none() || self.loads_are_due(now);
        let (namespaces, owners) = self.sweeps.as_mut()?;
        self.pass.take_back(namespaces);
        let mut sweep = namespaces.update(rows, self.tick);
        // No event tells of listeners, and of sockets of the Unix domain.
        let has_moved = namespaces.have_moved() | self.kernel.has_moved();
        if is_due || sweep.changed || self.pass.is_incomplete() || has_moved {
            self.closings.meter_begins(monotonic_nanos());
            let aids = Aids {
                now,
                with_unix: self.with_unix,
                start_of: &|pid| self.starts.get(&pid).copied(),
                closed: &self.kernel.begin_list(),
            };
            let read = self.pass.read(&aids, &mut self.kernel);
            self.kernel.end_list(self.tick, read.as_ref().err());
            let Ok(changed) = read else {
                // The sweeps below, and the failure is among the warnings.
                self.passed = None;
                namespaces.forget_sockets();
                return None;
            };
            sweep.changed |= changed || self.passed.is_none();
            if self.passed.is_none() {
                namespaces.forget_sockets();
                // The holders come with the sockets; those found before need no memory.
                *owners = Owners::new(Arc::clone(&self.tree));
                (self.needed, self.meter) = (FxHashMap::default(), Meter::default());
            }
            if sweep.changed {
                namespaces.read_unaccepted(&self.pass.backlogged());
            }
            self.passed = Some(now);
        }
        self.pass.lend(namespaces);
        if sweep.changed {
            let unix = namespaces.all().flat_map(|(_, namespace)| &namespace.unix);
            self.unix = unix_connections(unix);
        }
        namespaces.read_addresses();
        sweep.completed = true;
        Some(Seen { sweep, ..Seen::default() })
    }

    /// Sweeps what the budget allows and looks for holders.
    fn sweep(&mut self, rows: &[ProcessRow], now: Timestamp) -> Seen {
        let mut seen = Seen::default();
        let Some((namespaces, owners)) = &mut self.sweeps else { return seen };
        let look = Look {
            tick: self.tick,
            now,
            begun: Instant::now(),
            load_nanos_max: self.load_nanos,
            with_unix: self.with_unix,
        };
        let pace = &self.pace;
        self.closings.meter_begins(monotonic_nanos());
        seen.sweep = namespaces.sweep(rows, look, || pace.goes_on());
        for (inode, namespace) in namespaces.all() {
            if let Some(sampled) = namespace.sampled {
                self.meter.take(inode, sampled, &namespace.tcp);
            }
        }
        self.meter.retain(|inode| namespaces.contains(inode));
        if seen.sweep.changed || self.needed.is_empty() {
            let unix = namespaces.all().flat_map(|(_, namespace)| &namespace.unix);
            self.unix = unix_connections(unix);
            self.needed = needed(namespaces, &self.unix);
        }
        seen.search = owners.search(rows, &self.needed);
        seen
    }

    /// Forgets now and then what was told to have failed long ago.
    fn forget_attempts(&mut self) {
        if self.tick.is_multiple_of(IN_VAIN_TICKS) {
            self.asked_in_vain.clear();
        }
    }

    /// Takes in the kernel's events; where some were lost, everything is swept again.
    fn drain(&mut self) {
        let namespaces = self.sweeps.as_ref().map(|(all, _)| all);
        let knows = |inode| namespaces.is_some_and(|all| all.contains(inode));
        if self.kernel.drain(self.tick, knows, &mut self.datagrams) {
            self.has_lost = true;
            if let Some((namespaces, _)) = &mut self.sweeps {
                namespaces.resync();
            }
        }
        self.written.is_stale |= !self.kernel.is_empty();
    }

    /// Finds the sockets that wait in vain; says whether there are others than before. `changed` is
    /// whether sockets came or went.
    fn find_stuck(&mut self, changed: bool, now: Timestamp) -> bool {
        let Some((namespaces, _)) = &self.sweeps else { return false };
        if !changed && self.asking.is_empty() {
            return false;
        }
        let sockets = namespaces.all().flat_map(|(_, namespace)| &namespace.tcp.sockets);
        let mut asking = FxHashMap::default();
        for socket in sockets.filter(|one| one.state == SocketState::Connecting) {
            let since = self.asking.get(&socket.inode).copied().unwrap_or(now);
            asking.insert(socket.inode, since);
        }
        self.asking = asking;
        let waits = |since: &Timestamp| now.unix_nanos() - since.unix_nanos() >= STUCK_NANOS;
        let stuck: FxHashSet<u64> = self
            .asking
            .iter()
            .filter(|(inode, since)| **inode != 0 && waits(since))
            .map(|(inode, _)| *inode)
            .collect();
        let changed = stuck != self.stuck;
        self.stuck = stuck;
        changed
    }

    /// Joins all sources to connections.
    fn join(&mut self, now: Timestamp) {
        let by_pass = self.passed.is_some();
        if self.loads_are_due(now) {
            self.kernel.count_datagrams(&mut self.datagrams);
        }
        let starts = &self.starts;
        let namespaces = self.sweeps.as_ref().map(|(all, _)| all);
        let closed = self.kernel.take_closed(starts);
        let datagrams = self.datagrams.ends(namespaces, |pid| starts.get(&pid).copied());
        let sources = Sources {
            tables: self.sweeps.iter().flat_map(|(all, _)| tables(all, by_pass)).collect(),
            routes: routes(self.tracking.flows()),
            addresses: self
                .sweeps
                .iter()
                .flat_map(|(all, _)| all.all())
                .map(|(inode, namespace)| (inode, namespace.addresses.as_slice()))
                .collect(),
            stuck: &self.stuck,
            asked_in_vain: &self.asked_in_vain,
            datagrams,
            observed: self.kernel.take(&self.starts),
            closed: closed.iter().map(|one| one.end).collect(),
        };
        let gone = match by_pass {
            true => self.pass.take_gone(),
            false => self.meter.take_gone(),
        };
        let servers = &mut self.servers;
        let owners = self.sweeps.as_ref().map(|(_, owners)| owners).filter(|_| !by_pass);
        let pass = &self.pass;
        let holders = |inode| -> &[Owner] {
            owners.map_or_else(|| pass.holders(inode), |owners| owners.holders(inode))
        };
        let joined = connections(&sources, holders, servers);
        let (both, ledger) = ((&self.connections, &joined), &mut self.ledger);
        let counters: &dyn Counters = if by_pass { pass } else { &self.meter };
        self.closings.add(&closed, both, (counters, &gone), ledger, monotonic_nanos());
        self.connections = joined.connections;
        self.datagrams.place(joined.datagrams.into_iter());
        self.full = self.connections.len() >= CONNECTIONS_MAX;
        self.routes = sources.routes;
        if self.asked_in_vain.len() < IN_VAIN_MAX {
            let failed = self.connections.iter().filter(|(_, one)| one.failed && !one.closed);
            self.asked_in_vain.extend(failed.map(|(key, _)| *key));
        }
        // A socket may have been swept before its translation was known.
        let translated = self.routes.iter().filter(|route| route.flow.is_translated());
        translated.for_each(|route| self.ledger.forget(&asked_for(route)));
        for (key, connection) in joined.observed {
            self.ledger.count(key, connection, 1);
        }
        let events_tell = self.kernel.is_open() && !std::mem::take(&mut self.has_lost);
        self.ledger.update(&mut self.connections, events_tell);
        if let Some((namespaces, _)) = &self.sweeps {
            let all = || namespaces.all().map(|(_, namespace)| namespace);
            let sockets = all().flat_map(|one| one.tcp.sockets.iter().chain(&one.udp.sockets));
            let unix = all().flat_map(|one| &one.unix).filter(|one| one.listens);
            let unix = unix.map(|one| (one.inode, &one.path));
            self.listening.tell(listening(sockets, unix, holders));
            self.receivers = receivers(namespaces, holders);
            self.unix_writer.write(&self.host_id, &self.unix, holders, now);
        }
    }

    /// Writes the connections as nodes, with figures where those are due.
    fn write(&mut self, now: Timestamp) {
        let with_loads = self.loads_are_due(now);
        let told = self.written.loads.unwrap_or(now);
        let nanos = now.unix_nanos() - told.unix_nanos();
        let counters: &dyn Counters = if self.passed.is_some() { &self.pass } else { &self.meter };
        let load = |key: &ConnectionKey, one: &Connection, is_client: bool| {
            let side = if is_client { one.client } else { one.server };
            let rates = match key.transport {
                Transport::Tcp => {
                    let carried = self.ledger.carried(key, is_client);
                    let closed = carried.and_then(|carried| Rates::of(carried, nanos));
                    closed.or_else(|| counters.rates(side?.inode))
                }
                Transport::Udp => self.datagrams.rates(key, is_client),
            };
            Load::of(one, self.ledger.recent(key), rates, is_client)
        };
        let told = fold(&self.connections, load);
        let telling = Telling { now, with_loads };
        let mut nodes = self.writer.write(&told, &self.receivers, &self.routes, telling);
        let unix = self.unix_writer.nodes().iter();
        nodes.extend(unix.map(|(id, node)| (id.clone(), Arc::clone(node))));
        self.written.is_stale = false;
        if with_loads {
            self.written.loads = Some(now);
            // What was counted is told; what is over needs not be told again.
            self.written.is_stale = !self.ledger.is_empty();
            self.uncounted = self.ledger.told();
            self.datagrams.told();
            self.kernel.told();
            self.meter.told();
            self.pass.told();
        }
        (self.written.nodes, self.written.tick) = (nodes, self.tick);
    }

    fn loads_are_due(&self, now: Timestamp) -> bool {
        let since = self.written.loads.map(|at| now.unix_nanos() - at.unix_nanos());
        since.is_none_or(|nanos| nanos >= self.load_nanos)
    }

    /// A process that ended before it was seen, but not before it connected.
    fn short_lived(&self, pid: u32, one: &ShortLived, now: Timestamp) -> Node {
        let mut node = Node::new(id::process(&self.host_id, pid), TopologyKind::Process.name());
        node.set_fact("pid", now, pid.to_string());
        node.set_fact("name", now, one.name.as_str());
        // Runtimes name the control group of a container by the container's id.
        let container = one.cgroup.as_deref().and_then(container_id);
        if let Some(container) = container {
            node.add_parent(TopologyKind::Container.name(), id::container(container));
        }
        node
    }
}

impl Reporter for ConnectionReporter {
    fn name(&self) -> &'static str {
        "connection"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        self.tick += 1;
        self.pace.begin();
        self.forget_attempts();
        let is_first = self.written.tick == 0;
        // What is open by now, the look must find.
        self.drain();
        // What was put off is done before there is more of it.
        if self.pace.goes_on() && !self.written.is_put_off {
            let seen = self.look(now)?;
            self.written.is_stale |= seen.sweep.changed | seen.search.changed;
            self.written.is_stale |= self.find_stuck(seen.sweep.changed, now);
            self.seen = Some(seen);
        }
        // Tracking is last, so that the flow of every socket and event is known. Events wait in
        // buffers that overflow: they are taken in whatever it costs.
        self.drain();
        let namespaces = self.sweeps.as_ref().map(|(all, _)| all);
        self.written.is_stale |= self.tracking.walk(namespaces, self.tick);
        let is_old = self.tick - self.written.tick >= UNWRITTEN_TICKS_MAX;
        if is_first || ((self.written.is_stale || is_old) && self.pace.goes_on()) {
            self.join(now);
            self.write(now);
            self.written.is_put_off = false;
        } else if self.loads_are_due(now) && self.pace.goes_on() {
            self.kernel.count_datagrams(&mut self.datagrams);
            self.write(now);
        } else {
            self.written.is_put_off = self.written.is_stale;
        }
        if self.tick % GIVE_BACK_TICKS == GIVE_BACK_TICKS / 2 {
            scope_ebpf::give_back_memory();
        }
        self.pace.end();
        let mut report = Report::stamped(now);
        report.topology_mut(TopologyKind::Endpoint).nodes = self.written.nodes.clone();
        if self.tells_processes {
            for (pid, one) in self.kernel.short_lived(|pid| self.starts.contains_key(&pid)) {
                report.topology_mut(TopologyKind::Process).add(self.short_lived(pid, one, now));
            }
        }
        self.tell_note();
        Ok(Observation { report, warnings: self.warnings() })
    }
}

/// The container id in the last part of a control group's path: 64 hexadecimal digits, alone
/// (cgroup v1) or as `docker-<id>.scope` (systemd).
fn container_id(group: &str) -> Option<&str> {
    let name = group.strip_suffix(".scope").unwrap_or(group);
    let name = name.rsplit('-').next().unwrap_or(name);
    (name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

/// The sockets of every namespace, and who told of them.
///
/// In one pass all are told by the kernel itself.
fn tables(namespaces: &Namespaces, by_pass: bool) -> impl Iterator<Item = Table<'_>> {
    namespaces.all().flat_map(move |(inode, one)| {
        let witness = match one.source {
            _ if by_pass => Witness::Sockets,
            Source::Netlink(_) => Witness::Sockets,
            Source::ProcTable => Witness::ProcTable,
        };
        let tables = [&one.tcp.sockets, &one.udp.sockets, &one.unaccepted];
        tables.map(|sockets| Table { namespace: inode, sockets, witness })
    })
}

/// The inodes of all sockets whose holders are worth knowing, each with its namespace.
fn needed(namespaces: &Namespaces, unix: &[UnixConnection]) -> FxHashMap<u64, u64> {
    let mut needed = FxHashMap::default();
    let wanted = inodes_of(unix);
    for (namespace, one) in namespaces.all() {
        let sockets = one.tcp.sockets.iter().chain(&one.udp.sockets).map(|socket| socket.inode);
        let unix = one.unix.iter().filter(|one| one.listens || wanted.contains(&one.inode));
        for inode in sockets.chain(unix.map(|one| one.inode)).filter(|inode| *inode != 0) {
            needed.insert(inode, namespace);
        }
    }
    needed
}
