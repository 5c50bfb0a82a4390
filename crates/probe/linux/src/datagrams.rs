//! Datagram flows as the kernel counts them: who sends to whom by UDP, connected or not, answered
//! or not, and how many bytes.
//!
//! A socket on all addresses has none of its own until a datagram leaves: which one that will be,
//! the routes of its namespace say, and they are asked by connecting a socket that sends nothing.
//! A flow is told while its socket is there and something came through lately; one whose socket is
//! gone is told once more, as over. What is sent to many at once (multicast, broadcast) has no
//! other end and is not told.
//!
//! Who sent the first datagram is known of exchanges that began under the eyes of the kernel's
//! programs. The module refuses to say which end asked: that needs the sockets of both.

use crate::connections::{ConnectionKey, DatagramEnd};
use crate::hashing::Seeded;
use crate::meter::Rates;
use crate::namespaces::Namespaces;
use crate::owners::Owner;
use rustc_hash::FxHashMap;
use rustix::time::{ClockId, clock_gettime};
use scope_ebpf::{Datagram, DatagramCounts, DatagramFlow, Side};
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// The most flows that are remembered; as many as the kernel keeps.
pub const FLOWS_MAX: usize = 16_384;

/// A flow is over when nothing came through for so long: as long as connection tracking waits
/// (`net.netfilter.nf_conntrack_udp_timeout_stream`).
const IDLE_NANOS: u64 = 120_000_000_000;

/// What is met so soon after the first look may have begun before: its first datagram is any.
const SETTLING_NANOS: u64 = 2_000_000_000;

/// The most own addresses that are remembered, and that are asked for in one tick.
const SOURCES_MAX: usize = 8192;
const SOURCES_ASKED_MAX: usize = 256;

/// A flow, as a process sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FlowKey {
    pid: u32,
    namespace: u64,
    local: SocketAddr,
    remote: SocketAddr,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    from: DatagramCounts,
    to: DatagramCounts,
    /// Whether this end sent the first datagram, where that was seen.
    sent_first: Option<bool>,
    /// The end of a connection that it is.
    end: Option<(ConnectionKey, bool)>,
    /// Whether its socket is gone, and whether that was told.
    is_over: bool,
    is_told: bool,
}

/// The flows, and what came through since that was told.
#[derive(Debug, Default)]
pub struct Datagrams {
    known: HashMap<FlowKey, Known, Seeded>,
    /// From here on what is met is known to be new, in nanoseconds of `CLOCK_MONOTONIC`.
    settled_nanos: Option<u64>,
    /// Those that the last answer was about, in its order.
    asked: Vec<FlowKey>,
    /// The two moments between which is counted.
    window: Option<(u64, u64)>,
    sums: HashMap<(ConnectionKey, bool), DatagramCounts, Seeded>,
    /// Namespace and other end → the own address; `None` where there is no way.
    sources: HashMap<(u64, IpAddr), Option<IpAddr>, Seeded>,
    beyond: usize,
}

impl Datagrams {
    /// Adds a flow that an event told of.
    pub fn open(&mut self, datagram: &Datagram, time_nanos: u64) {
        let Some(key) = FlowKey::of(datagram) else { return };
        if self.known.len() >= FLOWS_MAX && !self.known.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let sent_first = self.sent_first(datagram, time_nanos);
        let fresh = || Known { sent_first, ..Known::default() };
        let known = self.known.entry(key).or_insert_with(fresh);
        known.to.last_nanos = known.to.last_nanos.max(time_nanos);
        known.is_told = false;
    }

    /// Replaces what is known by what the kernel counted up to `now_nanos`.
    pub fn count(&mut self, flows: &[DatagramFlow], now_nanos: u64) {
        let is_first = self.window.is_none();
        self.settled_nanos.get_or_insert(now_nanos.saturating_add(SETTLING_NANOS));
        let from_nanos = self.window.map_or(now_nanos, |(from, _)| from);
        self.window = Some((from_nanos, now_nanos));
        let mut known = HashMap::default();
        let fresh = |flow: &&DatagramFlow| flow.counts.last_nanos >= oldest(now_nanos);
        for flow in flows.iter().filter(fresh) {
            let Some(key) = FlowKey::of(&flow.datagram) else { continue };
            let to = flow.counts;
            // What was there at the first look may be old.
            let from = if is_first { to } else { DatagramCounts::default() };
            let sent_first = self.sent_first(&flow.datagram, to.first_nanos);
            let fresh = Known { from, to, sent_first, ..Known::default() };
            let mut one = self.known.remove(&key).unwrap_or(fresh);
            // The kernel may have forgotten it, and begun anew.
            if to.sent_packets < one.from.sent_packets {
                one.from = DatagramCounts::default();
            }
            one.is_told &= to.last_nanos <= one.to.last_nanos;
            one.to = to;
            known.insert(key, one);
        }
        // Events of flows that the kernel had no room for any more.
        let of_events = self.known.drain().filter(|(_, one)| {
            one.to.sent_packets + one.to.received_packets == 0
                && one.to.last_nanos >= oldest(now_nanos)
        });
        known.extend(of_events.take(FLOWS_MAX.saturating_sub(known.len())));
        self.known = known;
        self.sum();
    }

    /// The flows as ends of connections; `start_of` tells when a living process started.
    ///
    /// What their connections turn out to be, [`Datagrams::place`] takes.
    pub fn ends(
        &mut self,
        namespaces: Option<&Namespaces>,
        start_of: impl Fn(u32) -> Option<u64>,
    ) -> Vec<DatagramEnd> {
        self.find_sources(namespaces);
        self.asked.clear();
        let mut ends = Vec::new();
        for (key, one) in self.known.iter().filter(|(_, one)| !one.is_told) {
            let Some(local) = self.local(key) else { continue };
            let start = start_of(key.pid);
            self.asked.push(*key);
            ends.push(DatagramEnd {
                namespace: key.namespace,
                local,
                remote: key.remote,
                owner: Owner { start_ticks: start.unwrap_or(u64::MAX), pid: key.pid },
                lives: start.is_some(),
                sent_first: one.sent_first,
            });
        }
        ends
    }

    /// Takes in which ends of which connections the flows are, and whether those are over.
    pub fn place(&mut self, ends: impl Iterator<Item = (ConnectionKey, bool, bool)>) {
        for (key, (connection, is_client, is_over)) in self.asked.iter().zip(ends) {
            if let Some(one) = self.known.get_mut(key) {
                (one.end, one.is_over) = (Some((connection, is_client)), is_over);
            }
        }
        self.sum();
    }

    /// What came through one end of a connection since that was told last.
    pub fn rates(&self, key: &ConnectionKey, is_client: bool) -> Option<Rates> {
        let (from, to) = self.window.filter(|(from, to)| to > from)?;
        let counts = self.sums.get(&(*key, is_client))?;
        let secs = crate::meter::seconds(i128::from(to - from));
        Some(Rates {
            sent: crate::meter::per_second(counts.sent_bytes, secs),
            received: crate::meter::per_second(counts.received_bytes, secs),
            rtt_micros: 0,
            retransmits: 0,
        })
    }

    /// For how many flows was no room since the last time this was asked.
    pub fn take_beyond(&mut self) -> usize {
        std::mem::take(&mut self.beyond)
    }

    /// Begins to count anew: what there is was told.
    pub fn told(&mut self) {
        self.window = self.window.map(|(_, to)| (to, to));
        for one in self.known.values_mut() {
            one.from = one.to;
            one.is_told |= one.is_over;
        }
    }

    fn sum(&mut self) {
        self.sums.clear();
        for one in self.known.values() {
            let Some(end) = one.end else { continue };
            let sum = self.sums.entry(end).or_default();
            sum.sent_bytes += one.to.sent_bytes.saturating_sub(one.from.sent_bytes);
            sum.received_bytes += one.to.received_bytes.saturating_sub(one.from.received_bytes);
        }
    }

    /// Whether this end of a flow that began at a moment sent the first datagram.
    fn sent_first(&self, datagram: &Datagram, first_nanos: u64) -> Option<bool> {
        let is_new = self.settled_nanos.is_some_and(|settled| first_nanos >= settled);
        match datagram.side {
            Side::Client if is_new => Some(true),
            Side::Server if is_new => Some(false),
            _ => None,
        }
    }

    /// The own address of a flow; none while it is not known.
    fn local(&self, key: &FlowKey) -> Option<SocketAddr> {
        if !key.local.ip().is_unspecified() {
            return Some(key.local);
        }
        let ip = self.sources.get(&(key.namespace, key.remote.ip())).copied().flatten()?;
        Some(SocketAddr::new(ip, key.local.port()))
    }

    /// Asks the namespaces for the own addresses that are not known yet.
    fn find_sources(&mut self, namespaces: Option<&Namespaces>) {
        let Some(namespaces) = namespaces else { return };
        let mut wanted: FxHashMap<u64, HashSet<IpAddr, Seeded>> = FxHashMap::default();
        let open = self.known.iter().filter(|(_, one)| !one.is_told).map(|(key, _)| key);
        let unknown = open.filter(|key| {
            key.local.ip().is_unspecified()
                && !self.sources.contains_key(&(key.namespace, key.remote.ip()))
        });
        for key in unknown.take(SOURCES_ASKED_MAX) {
            wanted.entry(key.namespace).or_default().insert(key.remote.ip());
        }
        if wanted.is_empty() {
            return;
        }
        if self.sources.len() + SOURCES_ASKED_MAX > SOURCES_MAX {
            self.sources.clear();
        }
        for (namespace, remotes) in wanted {
            let ask = || remotes.iter().map(|ip| (*ip, source_to(*ip))).collect::<Vec<_>>();
            for (remote, source) in namespaces.within(namespace, ask).unwrap_or_default() {
                self.sources.insert((namespace, remote), source);
            }
        }
    }
}

impl FlowKey {
    /// Of a datagram with one other end.
    fn of(datagram: &Datagram) -> Option<Self> {
        let canonical =
            |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
        let (local, remote) = (canonical(datagram.local), canonical(datagram.remote));
        let ip = remote.ip();
        let is_one = !ip.is_multicast() && !ip.is_unspecified() && ip != Ipv4Addr::BROADCAST;
        let namespace = u64::from(datagram.netns);
        is_one.then_some(Self { pid: datagram.owner.pid, namespace, local, remote })
    }
}

/// The clock of the kernel's events.
pub fn monotonic_nanos() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let secs = u64::try_from(time.tv_sec).unwrap_or_default();
    secs.saturating_mul(1_000_000_000) + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// Flows without a datagram since this moment are over.
pub fn oldest(now_nanos: u64) -> u64 {
    now_nanos.saturating_sub(IDLE_NANOS)
}

/// The address that this thread's namespace would send to `remote` from; nothing is sent.
fn source_to(remote: IpAddr) -> Option<IpAddr> {
    /// `discard` of RFC 863; a port has to be named.
    const ANY_PORT: u16 = 9;
    let any: IpAddr = match remote {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, ANY_PORT)).ok()?;
    socket.local_addr().ok().map(|own| own.ip())
}

#[cfg(test)]
mod tests;
