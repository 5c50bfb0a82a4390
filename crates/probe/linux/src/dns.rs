//! Names of addresses: heard from the DNS answers on this host, else looked up.
//!
//! The reporter listens in every network namespace ([`sockets`]), matches answers with questions
//! ([`listener`]) and keeps what they say ([`book`]); the tagger writes the names of a report's
//! addresses into it ([`tagger`]) and has the nameless looked up ([`reverse`]). It refuses to
//! ask for anything but reverse names, and to believe an answer to a question it did not see.
//!
//! Not seen: DNS over TLS, HTTPS or another port than 53, answers in IP fragments, and questions
//! over TCP connections that were open before the probe was.

pub mod packet;

pub mod message;

pub mod streams;

pub mod listener;

pub mod book;

pub mod sockets;

pub mod reverse;

pub mod tagger;

use crate::LinuxConfig;
use crate::proc_tree::ProcTree;
use crate::process_table::{SharedTable, walk};
use book::NameBook;
use listener::Listener;
use rustix::io::Errno;
use scope_agent::{Observation, Reporter, ReporterFailure, Warning};
use scope_report::{Node, Report, Text, Timestamp, TopologyKind, id};
use sockets::Sockets;
use std::sync::Arc;

/// The kernel is asked after so many ticks what it had no room for.
const LOST_TICKS: u64 = 3;

/// Set on a host whose DNS answers are heard: the app may group its peers by their names.
pub const SNOOPING_FACT: &str = "host_dns_snooping";

/// Listens to DNS.
#[derive(Debug)]
pub struct DnsReporter {
    tree: Arc<ProcTree>,
    table: SharedTable,
    host_id: Text,
    book: NameBook,
    sockets: Sockets,
    listener: Listener,
    tick: u64,
    lost: u64,
}

impl DnsReporter {
    /// A reporter over `tree`, whose names go into the book of `config`.
    pub fn new(config: &LinuxConfig, tree: Arc<ProcTree>, table: SharedTable) -> Self {
        Self {
            tree,
            table,
            host_id: config.host_id.clone(),
            book: config.names.clone(),
            sockets: Sockets::default(),
            listener: Listener::default(),
            tick: 0,
            lost: 0,
        }
    }

    fn hear(&mut self, now_secs: i64) {
        self.listener.expire(now_secs);
        let mut heard = Vec::new();
        let listener = &mut self.listener;
        self.sockets.drain(|namespace, bytes| {
            listener.take(namespace, bytes, now_secs, &mut heard);
        });
        self.book.learn(&heard, now_secs);
        if self.tick.is_multiple_of(LOST_TICKS) {
            self.lost = self.sockets.lost();
        }
    }

    fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Some(refusal) = self.sockets.refusal() {
            let why = match refusal.errno {
                Errno::PERM | Errno::ACCESS => {
                    "CAP_NET_RAW and CAP_SYS_ADMIN are needed".to_owned()
                }
                errno => errno.to_string(),
            };
            let count = refusal.namespaces;
            warnings.push(format!("network namespaces whose DNS is not heard ({why}): {count}"));
        }
        if self.sockets.left_out() > 0 {
            let count = self.sockets.left_out();
            warnings.push(format!("network namespaces whose DNS is not heard, too many: {count}"));
        }
        if self.lost > 0 {
            warnings
                .push(format!("DNS packets lost in the last {LOST_TICKS} looks: {}", self.lost));
        }
        warnings
    }
}

impl Reporter for DnsReporter {
    fn name(&self) -> &'static str {
        "dns"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        let rows = walk(&self.table, now)?;
        self.tick += 1;
        self.sockets.update(&self.tree, &rows);
        self.hear(i64::try_from(now.unix_nanos() / 1_000_000_000).unwrap_or_default());
        let mut report = Report::stamped(now);
        if self.sockets.len() > 0 {
            let mut host = Node::new(id::host(&self.host_id), TopologyKind::Host.name());
            let namespaces = self.sockets.len();
            host.set_fact(SNOOPING_FACT, now, format!("{namespaces} network namespaces"));
            report.topology_mut(TopologyKind::Host).add(host);
        }
        Ok(Observation { report, warnings: self.warnings() })
    }
}
