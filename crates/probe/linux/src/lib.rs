//! What Linux tells of one machine: the host, its processes and its connections.
//!
//! Five reporters, one file each; they share the walk of `/proc` and a note on how connections
//! are observed, nothing else. Sources are `/proc`, `NETLINK_SOCK_DIAG`, ctnetlink and rtnetlink,
//! spoken by hand without `unsafe`, the DNS answers that pass by, and what programs of `scope-ebpf`
//! tell from within the kernel. The crate refuses to know container engines; those are other
//! reporters' own.
//!
//! Out of scope: bytes of Unix sockets, and pairs of Unix sockets without a name.

mod proc_tree;

mod netlink;

mod process_table;

mod process_reporter;

mod socket_table;

mod unix_table;

mod namespace;

mod namespaces;

mod owners;

mod conntrack;

mod tracking;

mod translation;

mod hashing;

mod connections;

mod datagrams;

mod closings;

mod kernel_pump;

mod kernel_source;

mod one_pass;

mod ledger;

mod meter;

mod fold;

mod endpoints;

mod unix_endpoints;

mod budget;

mod pace;

mod observation;

mod listening;

mod connection_reporter;

mod addresses;

mod host_reporter;

mod dns;

mod http_reporter;

mod rights;

mod controls;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

#[cfg(test)]
mod decoder_laws;

pub use controls::HostControls;
pub use dns::book::NameBook;
pub use dns::tagger::NameTagger;
pub use http_reporter::{HttpBook, HttpTagger};
pub use scope_ebpf::{give_back, save_memory};

use connection_reporter::ConnectionReporter;
use dns::DnsReporter;
use host_reporter::HostReporter;
use http_reporter::HttpReporter;
use listening::ListeningNote;
use observation::ObservationNote;
use proc_tree::ProcTree;
use process_reporter::ProcessReporter;
use process_table::ProcessTable;
use scope_agent::{LocalNetworks, Observation, Reporter, ReporterFailure, Secrets};
use scope_report::{Text, Timestamp};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the reporters need to know.
#[derive(Clone, Debug)]
pub struct LinuxConfig {
    /// Names this host on the map; usually the host name.
    pub host_id: Text,
    /// Names this probe.
    pub probe_id: Text,
    /// The version of this program.
    pub version: Text,
    /// Where `/proc` is mounted.
    pub proc_root: PathBuf,
    /// Where named network namespaces are.
    pub netns_root: PathBuf,
    /// Networks whose addresses mean something only on this host.
    pub local_networks: LocalNetworks,
    /// Whether processes are reported.
    pub processes: bool,
    /// Whether sockets are swept.
    pub proc_spy: bool,
    /// Whether connection tracking is followed.
    pub conntrack: bool,
    /// Receive buffer of the connection tracking socket, in bytes.
    pub conntrack_buffer_bytes: usize,
    /// Whether DNS answers are listened to.
    pub dns_snooping: bool,
    /// Where the names of addresses are kept, for a [`NameTagger`] to tell.
    pub names: NameBook,
    /// Whether command lines are cut after the command.
    pub omit_cmd_args: bool,
    /// Whether secrets in command lines are masked.
    pub secrets: Secrets,
    /// How often the reporters are asked.
    pub spy_interval: Duration,
    /// Whether the kernel's events are followed, where it and our rights allow.
    pub kernel_events: bool,
    /// Room for the kernel's events between two times they are taken in, in bytes.
    pub kernel_ring_bytes: u32,
    /// Whether connections over Unix-domain sockets are told.
    pub unix_sockets: bool,
    /// How often figures of connections (bytes, round trips, openings) are told.
    pub load_interval: Duration,
    /// The share of one core that looking at connections may use; beyond, it is done more rarely.
    /// Infinity for no limit.
    pub sweep_core_share: f64,
    /// Whether HTTP is looked at, where kernel and rights allow; only processes that are reported
    /// have figures.
    pub http_glance: bool,
    /// One connection in so many is looked at for HTTP; 0 and 1 mean each.
    pub http_sample_one_in: u32,
    /// Where HTTP figures are kept, for an [`HttpTagger`] to tell of containers.
    pub http_book: HttpBook,
    /// Learns which processes are reported, to act on those and no others.
    pub controls: HostControls,
}

impl LinuxConfig {
    /// Everything on but HTTP, as `scope` starts by default.
    pub fn new(
        host_id: impl Into<Text>,
        probe_id: impl Into<Text>,
        version: impl Into<Text>,
    ) -> Self {
        Self {
            host_id: host_id.into(),
            probe_id: probe_id.into(),
            version: version.into(),
            proc_root: PathBuf::from("/proc"),
            netns_root: PathBuf::from("/run/netns"),
            local_networks: LocalNetworks::default(),
            processes: true,
            proc_spy: true,
            conntrack: true,
            conntrack_buffer_bytes: 4 * 1024 * 1024,
            dns_snooping: true,
            names: NameBook::default(),
            omit_cmd_args: false,
            secrets: Secrets::Masked,
            spy_interval: Duration::from_secs(1),
            kernel_events: true,
            kernel_ring_bytes: 1024 * 1024,
            unix_sockets: true,
            load_interval: Duration::from_secs(3),
            sweep_core_share: 0.01,
            http_glance: false,
            http_sample_one_in: 1,
            http_book: HttpBook::default(),
            controls: HostControls::default(),
        }
    }
}

/// The reporters of this crate: host; process, DNS and HTTP (if wanted); connection (if any source
/// is).
///
/// Without a readable `/proc` there is one reporter that says so every time it is asked.
pub fn reporters(config: LinuxConfig) -> Vec<Box<dyn Reporter>> {
    let tree = match ProcTree::open(&config.proc_root) {
        Ok(tree) => Arc::new(tree),
        Err(errno) => {
            let path = config.proc_root;
            return vec![Box::new(Unreadable { path, errno })];
        }
    };
    let interval_nanos = i128::try_from(config.spy_interval.as_nanos()).unwrap_or(i128::MAX);
    let table = Arc::new(Mutex::new(ProcessTable::new(Arc::clone(&tree), interval_nanos)));
    config.controls.follow(&table);
    let (note, listening) = (ObservationNote::default(), ListeningNote::default());
    let mut reporters: Vec<Box<dyn Reporter>> = Vec::new();
    if config.proc_spy || config.conntrack {
        let (tree, table) = (Arc::clone(&tree), Arc::clone(&table));
        let (note, listening) = (note.clone(), listening.clone());
        let reporter = ConnectionReporter::new(&config, tree, table, note, listening);
        reporters.push(Box::new(reporter));
    } else {
        note.tell("not observed".to_owned());
    }
    if config.dns_snooping {
        let reporter = DnsReporter::new(&config, Arc::clone(&tree), Arc::clone(&table));
        reporters.push(Box::new(reporter));
    }
    if config.processes {
        if config.http_glance {
            reporters.push(Box::new(HttpReporter::new(&config, Arc::clone(&table))));
        }
        reporters.push(Box::new(ProcessReporter::new(
            &config,
            Arc::clone(&tree),
            table,
            listening,
        )));
    }
    reporters.push(Box::new(HostReporter::new(&config, tree, note)));
    reporters
}

/// Stands in when `/proc` cannot be opened.
#[derive(Debug)]
struct Unreadable {
    path: PathBuf,
    errno: rustix::io::Errno,
}

impl Reporter for Unreadable {
    fn name(&self) -> &'static str {
        "linux"
    }

    fn report(&mut self, _now: Timestamp) -> Result<Observation, ReporterFailure> {
        Err(ReporterFailure {
            operation: format!("open {}", self.path.display()),
            source: Some(Box::new(self.errno)),
        })
    }
}
