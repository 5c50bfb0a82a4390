//! The connection reporter: sweeps namespaces, finds who holds the sockets, adds the flows.
//!
//! It only ties the parts together; each part says in its own file what it does and refuses.

use crate::LinuxConfig;
use crate::connections::{CONNECTIONS_MAX, Servers, Sources, connections, elide};
use crate::conntrack::{Conntrack, KnownFlow};
use crate::endpoints::{EndpointWriter, Nodes, Scoping};
use crate::namespaces::{Namespaces, Sweep, within_process};
use crate::netlink::NetlinkError;
use crate::observation::ObservationNote;
use crate::owners::{Owners, Search};
use crate::proc_tree::ProcTree;
use crate::process_table::{ProcessRow, SharedTable, walk};
use crate::rights::Rights;
use rustc_hash::FxHashMap;
use rustix::io::Errno;
use scope_agent::{Observation, Reporter, ReporterFailure, Warning};
use scope_report::{Report, Timestamp, TopologyKind};
use std::path::PathBuf;
use std::sync::Arc;

/// Nodes are written anew after this many ticks at the latest: scopes may have changed.
const UNWRITTEN_TICKS_MAX: u64 = 5;

/// Connection tracking is tried again after this many ticks without it.
const CONNTRACK_RETRY_TICKS: u64 = 60;

/// Reports endpoints and who talks to whom.
#[derive(Debug)]
pub struct ConnectionReporter {
    table: SharedTable,
    tree: Arc<ProcTree>,
    sweeps: Option<(Namespaces, Owners)>,
    tracking: Tracking,
    servers: Servers,
    writer: EndpointWriter,
    written: Option<(u64, Nodes)>,
    note: ObservationNote,
    rights: Rights,
    interval_text: String,
    tick: u64,
    /// Whether there were more connections than are told.
    full: bool,
}

/// Connection tracking, or why there is none.
#[derive(Debug)]
struct Tracking {
    wanted: bool,
    buffer_bytes: usize,
    namespace: u64,
    conntrack: Option<Conntrack>,
    absence: Option<String>,
    retry_tick: u64,
    lost: u64,
}

impl ConnectionReporter {
    /// A reporter over `tree`; named namespaces are in `named_root`.
    pub fn new(
        config: &LinuxConfig,
        tree: Arc<ProcTree>,
        table: SharedTable,
        named_root: PathBuf,
        note: ObservationNote,
    ) -> Self {
        let sweeps = config.proc_spy.then(|| {
            (Namespaces::new(Arc::clone(&tree), named_root), Owners::new(Arc::clone(&tree)))
        });
        let scoping = Scoping {
            host_id: config.host_id.clone(),
            local_networks: config.local_networks.clone(),
        };
        let tracking = Tracking {
            wanted: config.conntrack,
            buffer_bytes: config.conntrack_buffer_bytes,
            namespace: 0,
            conntrack: None,
            absence: None,
            retry_tick: 0,
            lost: 0,
        };
        Self {
            table,
            tree,
            sweeps,
            tracking,
            servers: Servers::default(),
            writer: EndpointWriter::new(scoping),
            written: None,
            note,
            rights: Rights::of_this_process(),
            interval_text: format!("{} s", config.spy_interval.as_secs_f64()),
            tick: 0,
            full: false,
        }
    }

    fn nodes(&mut self, sweep: Option<(Sweep, Search)>, now: Timestamp) -> Nodes {
        let flows_changed = self.tracking.walk(&self.tree, self.tick);
        let changed =
            flows_changed || sweep.is_some_and(|(sweep, search)| sweep.changed || search.changed);
        if let Some((tick, nodes)) = &self.written
            && !changed
            && self.tick - tick < UNWRITTEN_TICKS_MAX
        {
            return nodes.clone();
        }
        let flows: Vec<KnownFlow> =
            self.tracking.conntrack.iter().flat_map(Conntrack::flows).collect();
        let host_namespace = self.tracking.namespace;
        let (sockets, addresses) = match &self.sweeps {
            Some((all, _)) => (all.sockets().collect(), all.addresses().collect()),
            None => (Vec::new(), Vec::new()),
        };
        let sources = Sources { sockets, flows, host_namespace, addresses };
        let servers = &mut self.servers;
        let connections = match &self.sweeps {
            Some((_, owners)) => connections(&sources, |inode| owners.holders(inode), servers),
            None => connections(&sources, |_| &[], servers),
        };
        self.full = connections.len() >= CONNECTIONS_MAX;
        let told = elide(&connections);
        let nodes = self.writer.write(&told, &sources.flows, host_namespace, now);
        self.written = Some((self.tick, nodes.clone()));
        nodes
    }

    fn warnings(&mut self, sweep: Option<(Sweep, Search)>, hidden: usize) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = self.tracking.absence.iter().cloned().collect();
        let lost = self.tracking.conntrack.as_ref().map_or(0, Conntrack::lost);
        if lost > self.tracking.lost {
            let count = lost - self.tracking.lost;
            warnings.push(format!("conntrack lost events or had no room {count} times"));
        }
        self.tracking.lost = lost;
        if self.full {
            warnings.push(format!("connections beyond {CONNECTIONS_MAX} are left out"));
        }
        let Some((sweep, search)) = sweep else { return warnings };
        let mut warn = |text: &str, count: usize| {
            if count > 0 {
                warnings.push(format!("{text}: {count}"));
            }
        };
        warn("network namespaces read from /proc because netlink failed", sweep.by_proc_table);
        warn("network namespaces that could not be read", sweep.unread);
        warn("network namespaces left out because they are too many", sweep.left_out);
        warn("sockets whose process is still being looked for", search.unfinished);
        // The same processes hide both: rights the probe lacks.
        warn(
            "processes with more rights than the probe, whose connections may lack their owner",
            search.unreadable.max(hidden),
        );
        warnings
    }

    fn tell_note(&self, sweep: Option<(Sweep, Search)>) {
        let every = &self.interval_text;
        let namespaces = self.sweeps.as_ref().map_or(0, |(all, _)| all.sockets().count());
        let mut text = match sweep {
            None if self.tracking.conntrack.is_some() => "conntrack only".to_owned(),
            None => "not observed".to_owned(),
            Some((sweep, _)) if sweep.by_proc_table == 0 => format!("netlink sweep every {every}"),
            Some((sweep, _)) if sweep.by_proc_table == namespaces => {
                "/proc/net/tcp (no netlink)".to_owned()
            }
            Some(_) => format!("netlink sweep every {every}, in part /proc/net/tcp"),
        };
        if sweep.is_some() && self.tracking.wanted {
            let absent = self.tracking.conntrack.is_none();
            text.push_str(if absent { " · no conntrack" } else { " · conntrack events" });
        }
        if sweep.is_some() && !self.rights.reads_all_processes() {
            let root = if self.rights.is_root { "no CAP_SYS_PTRACE" } else { "not root" };
            text.push_str(&format!(" · own processes only ({root})"));
        }
        self.note.tell(text);
    }
}

impl Reporter for ConnectionReporter {
    fn name(&self) -> &'static str {
        "connection"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        self.tick += 1;
        let mut hidden = 0;
        let mut swept = None;
        if let Some((namespaces, owners)) = &mut self.sweeps {
            let rows = walk(&self.table, now).map_err(|errno| ReporterFailure {
                operation: format!("list the processes in {}", self.tree.path().display()),
                source: Some(Box::new(errno)),
            })?;
            let sweep = namespaces.sweep(&rows);
            let search = owners.search(&rows, &needed(namespaces));
            hidden = rows.iter().filter(|row: &&ProcessRow| row.hidden).count();
            swept = Some((sweep, search));
        }
        let mut report = Report::stamped(now);
        report.topology_mut(TopologyKind::Endpoint).nodes = self.nodes(swept, now);
        self.tell_note(swept);
        Ok(Observation { report, warnings: self.warnings(swept, hidden) })
    }
}

/// The inodes of all connections and listeners, each with its namespace.
fn needed(namespaces: &Namespaces) -> FxHashMap<u64, u64> {
    let mut needed = FxHashMap::default();
    for (namespace, sockets) in namespaces.sockets() {
        for socket in sockets.iter().filter(|socket| socket.inode != 0) {
            needed.insert(socket.inode, namespace);
        }
    }
    needed
}

impl Tracking {
    /// Takes in the events since the last walk; says whether flows changed.
    fn walk(&mut self, tree: &ProcTree, tick: u64) -> bool {
        if self.conntrack.is_none() && self.wanted && tick >= self.retry_tick {
            self.open(tree, tick);
        }
        let Some(conntrack) = &mut self.conntrack else { return false };
        match conntrack.walk() {
            Ok(changed) => changed,
            Err(error) => {
                self.close(error, tick);
                true
            }
        }
    }

    fn open(&mut self, tree: &ProcTree, tick: u64) {
        let bytes = self.buffer_bytes;
        match within_process(tree, 1, move || Conntrack::open(bytes)) {
            Some((namespace, Ok(mut conntrack))) => {
                self.absence = events_off(tree);
                if self.absence.is_some() {
                    conntrack.expect_no_events();
                }
                self.namespace = namespace;
                self.conntrack = Some(conntrack);
                self.lost = 0;
            }
            Some((namespace, Err(error))) => {
                self.namespace = namespace;
                self.close(error, tick);
            }
            None => self.close(NetlinkError::Socket(Errno::AGAIN), tick),
        }
    }

    fn close(&mut self, error: NetlinkError, tick: u64) {
        self.conntrack = None;
        self.retry_tick = tick + CONNTRACK_RETRY_TICKS;
        let why = match error.errno() {
            Errno::PERM | Errno::ACCESS => "CAP_NET_ADMIN is missing".to_owned(),
            Errno::PROTONOSUPPORT | Errno::INVAL | Errno::OPNOTSUPP => {
                "the kernel has no nf_conntrack_netlink".to_owned()
            }
            errno => errno.to_string(),
        };
        self.absence = Some(format!(
            "no conntrack ({why}): short connections and address translation are not seen"
        ));
    }
}

/// The warning when the kernel was told to send no events.
fn events_off(tree: &ProcTree) -> Option<String> {
    let mut text = Vec::new();
    tree.read_record("sys/net/netfilter/nf_conntrack_events", &mut text).ok()?;
    (text.trim_ascii() == b"0").then(|| {
        "conntrack events are off (net.netfilter.nf_conntrack_events = 0): short connections and \
         new address translations are not seen"
            .to_owned()
    })
}
