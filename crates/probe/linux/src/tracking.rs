//! Connection tracking of the host, and of every other namespace that tracks connections itself.
//!
//! Containers seldom do; routers, nested engines and machines within machines do. A namespace that
//! has entries gets a ctnetlink socket opened inside it. The host's own is opened at once, entries
//! or not, because short connections are seen there.

use crate::conntrack::{Conntrack, KnownFlow};
use crate::namespaces::{Namespaces, within_process};
use crate::netlink::NetlinkError;
use crate::proc_tree::ProcTree;
use rustix::io::Errno;
use scope_agent::{Warning, conntrack_failed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Connection tracking is tried again after this many ticks without it.
const RETRY_TICKS: u64 = 60;

/// A namespace is asked whether it tracks connections, and the host whether it tells of them, once
/// in this many ticks.
const ASK_TICKS: u64 = 4;

/// The most namespaces but the host's whose connection tracking is followed.
pub const TRACKED_NAMESPACES_MAX: usize = 32;

/// A namespace within gets this share of the host's receive buffer.
const INNER_BUFFER_SHARE: usize = 8;

/// Connection tracking, or why there is none.
#[derive(Debug)]
pub struct Tracking {
    tree: Arc<ProcTree>,
    wanted: bool,
    buffer_bytes: usize,
    host_namespace: u64,
    host: Option<Conntrack>,
    inner: BTreeMap<u64, Conntrack>,
    left_out: usize,
    absence: Option<Warning>,
    retry_tick: u64,
    /// Losses of the trackings that were closed, and those told already.
    lost_before: u64,
    lost_told: u64,
    buffer: Vec<u8>,
}

impl Tracking {
    /// Follows nothing yet; `buffer_bytes` is the receive buffer for the host's events.
    pub fn new(tree: Arc<ProcTree>, wanted: bool, buffer_bytes: usize) -> Self {
        Self {
            tree,
            wanted,
            buffer_bytes,
            host_namespace: 0,
            host: None,
            inner: BTreeMap::new(),
            left_out: 0,
            absence: None,
            retry_tick: 0,
            lost_before: 0,
            lost_told: 0,
            buffer: Vec::new(),
        }
    }

    /// Whether it was asked for.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Whether the host's flows are followed.
    pub fn is_open(&self) -> bool {
        self.host.is_some()
    }

    /// Takes in the events since the last walk; says whether flows changed.
    pub fn walk(&mut self, namespaces: Option<&Namespaces>, tick: u64) -> bool {
        if self.host.is_none() && self.wanted && tick >= self.retry_tick {
            self.open_host(tick);
        }
        let mut changed = false;
        if let Some(host) = &mut self.host {
            if tick.is_multiple_of(ASK_TICKS) {
                let absence = events_off(&self.tree);
                if absence != self.absence {
                    host.expect_events(absence.is_none());
                    self.absence = absence;
                }
            }
            match host.walk() {
                Ok(moved) => changed |= moved,
                Err(error) => {
                    self.close_host(error, tick);
                    changed = true;
                }
            }
        }
        if let Some(namespaces) = namespaces.filter(|_| self.host.is_some()) {
            changed |= self.walk_inner(namespaces, tick);
        }
        changed
    }

    /// All flows, each with the inode of the namespace that tracks it.
    pub fn flows(&self) -> Vec<(u64, KnownFlow)> {
        let of = |inode: u64, one: &Conntrack| -> Vec<(u64, KnownFlow)> {
            one.flows().map(|flow| (inode, flow)).collect()
        };
        let mut flows: Vec<_> =
            self.host.iter().flat_map(|one| of(self.host_namespace, one)).collect();
        flows.extend(self.inner.iter().flat_map(|(inode, one)| of(*inode, one)));
        flows
    }

    /// What is missing, as sentences; losses are told once.
    pub fn warnings(&mut self) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = self.absence.iter().cloned().collect();
        let lost = self.lost();
        if lost > self.lost_told {
            let count = lost - self.lost_told;
            conntrack_failed(count);
            warnings.push(format!("conntrack lost events or had no room {count} times"));
        }
        self.lost_told = lost;
        if self.left_out > 0 {
            let count = self.left_out;
            warnings.push(format!("network namespaces whose conntrack is not followed: {count}"));
        }
        warnings
    }

    fn lost(&self) -> u64 {
        let open = self.host.iter().chain(self.inner.values()).map(Conntrack::lost);
        self.lost_before + open.sum::<u64>()
    }

    fn walk_inner(&mut self, namespaces: &Namespaces, tick: u64) -> bool {
        let mut changed = false;
        let mut closed = Vec::new();
        for (inode, conntrack) in &mut self.inner {
            // A namespace that is gone takes its flows with it.
            let is_there = namespaces.contains(*inode);
            match conntrack.walk() {
                Ok(moved) if is_there => changed |= moved,
                _ => closed.push(*inode),
            }
        }
        for inode in closed {
            changed = true;
            if let Some(conntrack) = self.inner.remove(&inode) {
                self.lost_before += conntrack.lost();
            }
        }
        self.left_out = 0;
        for (inode, pid) in namespaces.pids() {
            let due = (tick + inode).is_multiple_of(ASK_TICKS) || namespaces.is_new(inode);
            if inode == self.host_namespace || !due || self.inner.contains_key(&inode) {
                continue;
            }
            if !self.tracks(namespaces, inode, pid) {
                continue;
            }
            if self.inner.len() >= TRACKED_NAMESPACES_MAX {
                self.left_out += 1;
                continue;
            }
            let bytes = self.buffer_bytes / INNER_BUFFER_SHARE;
            // Where it cannot be opened, it is asked again.
            if let Some(Ok(conntrack)) = namespaces.within(inode, move || Conntrack::open(bytes)) {
                self.inner.insert(inode, conntrack);
                changed = true;
            }
        }
        changed
    }

    /// Whether the connection tracking of a namespace has entries.
    fn tracks(&mut self, namespaces: &Namespaces, inode: u64, pid: u32) -> bool {
        if pid != 0 {
            let path = format!("{pid}/net/stat/nf_conntrack");
            return self.tree.read_record(&path, &mut self.buffer).is_ok()
                && has_entries(&self.buffer);
        }
        let read = || std::fs::read("/proc/thread-self/net/stat/nf_conntrack").unwrap_or_default();
        namespaces.within(inode, read).is_some_and(|text| has_entries(&text))
    }

    fn open_host(&mut self, tick: u64) {
        let bytes = self.buffer_bytes;
        match within_process(&self.tree, 1, move || Conntrack::open(bytes)) {
            Some((namespace, Ok(mut conntrack))) => {
                self.absence = events_off(&self.tree);
                conntrack.expect_events(self.absence.is_none());
                self.host_namespace = namespace;
                self.host = Some(conntrack);
            }
            Some((namespace, Err(error))) => {
                self.host_namespace = namespace;
                self.close_host(error, tick);
            }
            None => self.close_host(NetlinkError::Socket(Errno::AGAIN), tick),
        }
    }

    fn close_host(&mut self, error: NetlinkError, tick: u64) {
        self.lost_before += self.host.take().map_or(0, |conntrack| conntrack.lost());
        self.retry_tick = tick + RETRY_TICKS;
        conntrack_failed(1);
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
fn events_off(tree: &ProcTree) -> Option<Warning> {
    let mut text = Vec::new();
    tree.read_record("sys/net/netfilter/nf_conntrack_events", &mut text).ok()?;
    (text.trim_ascii() == b"0").then(|| {
        "conntrack events are off (net.netfilter.nf_conntrack_events = 0): short connections and \
         new address translations are not seen"
            .to_owned()
    })
}

/// Whether a `stat/nf_conntrack` file counts any entry: the first number of the row after the head,
/// in hexadecimal.
pub fn has_entries(text: &[u8]) -> bool {
    let row = text.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
    let first = row.split(|byte| *byte == b' ').next().unwrap_or_default();
    let text = std::str::from_utf8(first).unwrap_or_default();
    u64::from_str_radix(text, 16).is_ok_and(|count| count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_number_of_entries() {
        assert!(has_entries(b"entries  found\n0000000a  00 01\n"));
        assert!(!has_entries(b"entries  found\n00000000  00 01\n"));
        assert!(!has_entries(b"entries  found\n"));
        assert!(!has_entries(b"\n\xff 1"));
    }
}
