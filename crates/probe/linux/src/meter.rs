//! What goes through sockets per second, from the counters of two sweeps.
//!
//! Rates are as the socket itself sees them; who is the client is not known here. Of a socket that
//! opened since the last sweep everything counts; of one that closed, the kernel's events tell the
//! rest, where there are any.

use crate::socket_table::{Swept, Traffic};
use rustc_hash::FxHashMap;
use scope_report::Timestamp;
use std::collections::hash_map::Entry;

/// The most sockets whose counters are remembered.
const SOCKETS_MAX: usize = 262_144;

/// What went through one socket since that was told last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Bytes per second that the other end acknowledged.
    pub sent: f64,
    /// Bytes per second received.
    pub received: f64,
    /// The smoothed round-trip time in microseconds, 0 before the first measurement.
    pub rtt_micros: u32,
    /// Segments sent again in the interval.
    pub retransmits: u32,
}

/// Counters of sockets, and what was told of them.
pub trait Counters {
    /// What went through the socket `inode` since the last telling, where two looks saw it.
    fn rates(&self, inode: u64) -> Option<Rates>;

    /// What was told of the socket `inode` so far.
    fn told_of(&self, inode: u64) -> Option<Traffic>;

    /// What was told of sockets that are gone since the last time this was asked, by inode.
    fn take_gone(&mut self) -> FxHashMap<u64, Traffic>;

    /// Begins to measure anew: what there is was told.
    fn told(&mut self);
}

/// The counters of all sockets at the last sweep, and at the one that was told last.
#[derive(Debug, Default)]
pub struct Meter {
    namespaces: FxHashMap<u64, Window>,
    sockets: FxHashMap<u64, Known>,
    /// What was told of sockets that are gone, by inode, until somebody asks.
    gone: FxHashMap<u64, Traffic>,
    round: u64,
}

/// A socket with a counter.
#[derive(Clone, Copy, Debug)]
struct Counted {
    namespace: u64,
    inode: u64,
    traffic: Traffic,
}

/// Between which two sweeps a namespace is measured.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: Timestamp,
    to: Timestamp,
    /// How many sockets of it are known.
    sockets: usize,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    namespace: u64,
    /// The round of taking in that it was seen in last.
    round: u64,
    from: Traffic,
    to: Traffic,
}

impl Rates {
    /// Of what was carried within so many nanoseconds; none within no time.
    pub fn of(carried: Traffic, nanos: i128) -> Option<Self> {
        (nanos > 0).then(|| rates(Traffic::default(), carried, nanos))
    }
}

impl Meter {
    /// Takes in the counters of a namespace as they were at `sampled`.
    pub fn take(&mut self, namespace: u64, sampled: Timestamp, swept: &Swept) {
        let is_first = !self.namespaces.contains_key(&namespace);
        let fresh = Window { from: sampled, to: sampled, sockets: 0 };
        let window = self.namespaces.entry(namespace).or_insert(fresh);
        if !is_first && sampled <= window.to {
            return;
        }
        window.to = sampled;
        let before = window.sockets;
        self.round += 1;
        let (mut seen, mut fresh) = (0, 0);
        for (socket, traffic) in swept.sockets.iter().zip(&swept.traffic) {
            let Some(traffic) = traffic.filter(|_| socket.inode != 0) else { continue };
            let counted = Counted { namespace, inode: socket.inode, traffic };
            match self.count(counted, is_first) {
                Count::Again => {}
                Count::Known => seen += 1,
                Count::New => (seen, fresh) = (seen + 1, fresh + 1),
            }
        }
        if let Some(window) = self.namespaces.get_mut(&namespace) {
            window.sockets = seen;
        }
        if seen != before + fresh {
            let round = self.round;
            self.keep(|one| one.namespace != namespace || one.round == round);
        }
    }

    /// Forgets the sockets that are not to be kept, but for what was told of them.
    fn keep(&mut self, is_kept: impl Fn(&Known) -> bool) {
        let gone = &mut self.gone;
        self.sockets.retain(|inode, one| {
            let is_kept = is_kept(one);
            if !is_kept && gone.len() < SOCKETS_MAX {
                gone.insert(*inode, one.from);
            }
            is_kept
        });
    }

    fn count(&mut self, one: Counted, is_first: bool) -> Count {
        let Counted { namespace, inode, traffic: to } = one;
        let (round, room) = (self.round, self.sockets.len() < SOCKETS_MAX);
        // What was there at the first sweep may be old; what came later began at nothing.
        let from = if is_first { to } else { Traffic::default() };
        match self.sockets.entry(inode) {
            Entry::Occupied(mut known) if known.get().namespace == namespace => {
                let known = known.get_mut();
                let count = if known.round == round { Count::Again } else { Count::Known };
                (known.round, known.to) = (round, to);
                count
            }
            Entry::Occupied(mut known) => {
                known.insert(Known { namespace, round, from, to });
                Count::New
            }
            Entry::Vacant(vacant) if room => {
                vacant.insert(Known { namespace, round, from, to });
                Count::New
            }
            Entry::Vacant(_) => Count::Again,
        }
    }

    /// Forgets namespaces that are gone.
    pub fn retain(&mut self, is_there: impl Fn(u64) -> bool) {
        let before = self.namespaces.len();
        self.namespaces.retain(|inode, _| is_there(*inode));
        if self.namespaces.len() != before {
            self.keep(|one| is_there(one.namespace));
        }
    }
}

impl Counters for Meter {
    fn rates(&self, inode: u64) -> Option<Rates> {
        let known = self.sockets.get(&inode)?;
        let window = self.namespaces.get(&known.namespace)?;
        let nanos = window.to.unix_nanos() - window.from.unix_nanos();
        (nanos > 0).then(|| rates(known.from, known.to, nanos))
    }

    fn told_of(&self, inode: u64) -> Option<Traffic> {
        self.sockets.get(&inode).map(|one| one.from)
    }

    fn take_gone(&mut self) -> FxHashMap<u64, Traffic> {
        std::mem::take(&mut self.gone)
    }

    fn told(&mut self) {
        self.namespaces.values_mut().for_each(|window| window.from = window.to);
        self.sockets.values_mut().for_each(|one| one.from = one.to);
    }
}

/// How a socket was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// It was not known.
    New,
    /// It was known.
    Known,
    /// It was met in this round already, or there is no room for it.
    Again,
}

/// What went through a socket between two counts of it, `nanos` apart.
pub fn rates(before: Traffic, now: Traffic, nanos: i128) -> Rates {
    let secs = seconds(nanos);
    let per_sec = |before: u64, now: u64| per_second(now.saturating_sub(before), secs);
    Rates {
        sent: per_sec(before.sent_bytes, now.sent_bytes),
        received: per_sec(before.received_bytes, now.received_bytes),
        rtt_micros: now.rtt_micros,
        retransmits: now.retransmits.saturating_sub(before.retransmits),
    }
}

/// An interval in seconds.
#[expect(clippy::cast_precision_loss, reason = "intervals are far below 2^53 ns")]
pub fn seconds(nanos: i128) -> f64 {
    nanos as f64 / 1e9
}

/// How much of `count` came in each of `secs` seconds.
#[expect(clippy::cast_precision_loss, reason = "figures for the eye, exact up to 2^53")]
pub fn per_second(count: u64, secs: f64) -> f64 {
    count as f64 / secs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket_table::{Socket, SocketState, Transport};

    fn swept(counters: &[(u64, u64, u64)]) -> Swept {
        let address = "127.0.0.1:1".parse().unwrap();
        let mut swept = Swept::default();
        for (inode, sent_bytes, received_bytes) in counters.iter().copied() {
            swept.sockets.push(Socket {
                transport: Transport::Tcp,
                local: address,
                remote: address,
                state: SocketState::Open,
                inode,
            });
            let traffic = Traffic { sent_bytes, received_bytes, rtt_micros: 7, retransmits: 0 };
            swept.traffic.push(Some(traffic));
        }
        swept
    }

    #[track_caller]
    fn check(meter: &Meter, inode: u64, expect: Option<(f64, f64)>) {
        assert_eq!(meter.rates(inode).map(|rates| (rates.sent, rates.received)), expect);
    }

    #[test]
    fn rates_need_two_sweeps() {
        let at = |millis: i64| Timestamp::from_unix_nanos(i128::from(millis) * 1_000_000).unwrap();
        let mut meter = Meter::default();
        meter.take(1, at(1000), &swept(&[(5, 100, 10)]));
        check(&meter, 5, None);
        // The other one opened meanwhile; the table moved and tells one twice.
        meter.take(1, at(2000), &swept(&[(5, 200, 10), (6, 50, 0), (5, 200, 10)]));
        check(&meter, 5, Some((100.0, 0.0)));
        check(&meter, 6, Some((50.0, 0.0)));
        // Nothing was told yet, so both seconds count.
        meter.take(1, at(3000), &swept(&[(5, 600, 10), (6, 50, 0)]));
        check(&meter, 5, Some((250.0, 0.0)));
        check(&meter, 6, Some((25.0, 0.0)));
        meter.told();
        check(&meter, 5, None);
        meter.take(1, at(4000), &swept(&[(6, 50, 8)]));
        check(&meter, 5, None);
        check(&meter, 6, Some((0.0, 8.0)));
        meter.retain(|inode| inode != 1);
        check(&meter, 6, None);
    }
}
