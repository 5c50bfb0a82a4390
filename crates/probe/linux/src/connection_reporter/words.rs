//! What the connection reporter says of itself: how it observes, and what it did not see.

use super::{ConnectionReporter, Seen};
use crate::connections::CONNECTIONS_MAX;
use crate::datagrams::FLOWS_MAX;
use crate::ledger::RECENT_MAX;
use scope_agent::{Warning, namespaces_observed};

impl ConnectionReporter {
    /// What is missing, as sentences.
    pub(super) fn warnings(&mut self) -> Vec<Warning> {
        let mut warnings = self.kernel.warnings();
        warnings.extend(self.tracking.warnings());
        if self.full || self.pass.is_full() {
            warnings.push(format!("connections beyond {CONNECTIONS_MAX} are left out"));
        }
        let uncounted = std::mem::take(&mut self.uncounted);
        if uncounted > 0 {
            warnings.push(format!(
                "short connections beyond {RECENT_MAX} in one interval are left out: {uncounted}"
            ));
        }
        if !self.kernel.is_open() && self.sweeps.is_some() {
            // Connection tracking tells of them, but not whose they are.
            let loss = match self.tracking.is_open() {
                true => {
                    "connections shorter than a look have no process at their client's end, and \
                     datagrams of sockets without a peer are seen where they are tracked only"
                }
                false => {
                    "connections shorter than a look, and datagrams of sockets without a peer, \
                     are not seen"
                }
            };
            warnings.push(format!("without kernel events, {loss}"));
        }
        let beyond = self.datagrams.take_beyond();
        if beyond > 0 {
            warnings.push(format!(
                "datagram flows beyond {FLOWS_MAX} in one interval are left out: {beyond}"
            ));
        }
        let Some(Seen { sweep, search, hidden }) = self.seen else { return warnings };
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

    /// Says on the host how connections are observed.
    pub(super) fn tell_note(&self) {
        let every = self.pace.words();
        let namespaces = self.sweeps.as_ref().map_or(0, |(all, _)| all.count());
        namespaces_observed(namespaces);
        let mut text = match self.seen.map(|seen| seen.sweep).filter(|_| self.sweeps.is_some()) {
            None if self.tracking.is_open() => "conntrack only".to_owned(),
            None => "not observed".to_owned(),
            Some(_) if self.passed.is_some() => format!("kernel socket list{every}"),
            Some(sweep) if sweep.by_proc_table == 0 => format!("netlink sweep{every}"),
            Some(sweep) if sweep.by_proc_table == namespaces => {
                "/proc/net/tcp (no netlink)".to_owned()
            }
            Some(_) => format!("netlink sweep{every}, in part /proc/net/tcp"),
        };
        if self.kernel.is_open() {
            text = format!("kernel events · {text}");
        } else if self.kernel.is_wanted() {
            text.push_str(" · no kernel events");
        }
        if self.sweeps.is_some() && self.tracking.is_wanted() {
            let open = self.tracking.is_open();
            text.push_str(if open { " · conntrack events" } else { " · no conntrack" });
        }
        if self.sweeps.is_some() && !self.rights.reads_all_processes() {
            let root = if self.rights.is_root { "no CAP_SYS_PTRACE" } else { "not root" };
            text.push_str(&format!(" · own processes only ({root})"));
        }
        self.note.tell(text);
    }
}
