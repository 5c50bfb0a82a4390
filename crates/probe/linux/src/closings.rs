//! What connections carried between the last look at them and their end, as the kernel's events
//! tell it: whole connections where they were shorter than a look.
//!
//! An event tells all that a connection ever carried; what was told of it before is subtracted. A
//! socket that is no more in anybody's hands may close a minute later, so what was told of it is
//! remembered. Where it is not known how much was told, nothing is added: figures may be too small,
//! never too great.

use crate::connections::{Connection, ConnectionKey, Connections, Joined, Observed, Side};
use crate::hashing::Seeded;
use crate::ledger::Ledger;
use crate::meter::Counters;
use crate::socket_table::Traffic;
use rustc_hash::FxHashMap;
use std::collections::{HashMap, VecDeque};

/// The most sockets that are remembered after they left their process.
const PARTED_MAX: usize = 65_536;

/// They are forgotten after this time; the kernel gives up on them earlier
/// (`net.ipv4.tcp_fin_timeout`, `tcp_orphan_retries` of tcp(7)).
const PARTED_NANOS_MAX: u64 = 180_000_000_000;

/// How many readings of the meter are remembered: more than there are between two joins.
const METERED_MAX: usize = 8;

/// A connection that closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The end that closed.
    pub end: Observed,
    /// All that went through it.
    pub traffic: Traffic,
    /// When it opened, in nanoseconds of `CLOCK_MONOTONIC`, where that was seen.
    pub opened_nanos: Option<u64>,
    /// When it closed.
    pub closed_nanos: u64,
}

/// Sockets that left their process and did not close yet.
#[derive(Debug, Default)]
pub struct Closings {
    parted: HashMap<(ConnectionKey, bool), (Traffic, u64), Seeded>,
    /// When the meter began to read the counters of all sockets, the latest first.
    metered_nanos: VecDeque<u64>,
}

impl Closings {
    /// Notes that at this moment the meter begins to read counters.
    pub fn meter_begins(&mut self, now_nanos: u64) {
        self.metered_nanos.truncate(METERED_MAX - 1);
        self.metered_nanos.push_front(now_nanos);
    }

    /// Adds to `ledger` what `closed` carried and was not told yet.
    ///
    /// `before` are the connections of the last time; the ends of `closed` are in `joined`. `gone`
    /// is what was told of sockets that `counters` does not see any more.
    pub fn add(
        &mut self,
        closed: &[Closed],
        (before, joined): (&Connections, &Joined),
        (counters, gone): (&dyn Counters, &FxHashMap<u64, Traffic>),
        ledger: &mut Ledger,
        now_nanos: u64,
    ) {
        self.part(before, gone, now_nanos);
        for (one, (key, is_client)) in closed.iter().zip(&joined.closed) {
            let last = before.get(key);
            let side = last.and_then(|last| if *is_client { last.client } else { last.server });
            let Some(base) = self.base(one, (*key, *is_client), side, counters) else { continue };
            let latest = joined.connections.get(key).or(last).copied();
            let mut over = latest.or_else(|| ledger.latest(key)).unwrap_or_default();
            over.see(*is_client, one.end.owner);
            let carried = one.traffic.since(base);
            ledger.carry(*key, Connection { closed: true, ..over }, *is_client, carried);
        }
    }

    /// What was told of a connection before it closed.
    fn base(
        &mut self,
        closed: &Closed,
        end: (ConnectionKey, bool),
        side: Option<Side>,
        counters: &dyn Counters,
    ) -> Option<Traffic> {
        let metered = || side.and_then(|side| counters.told_of(side.inode));
        let parted = self.parted.remove(&end).map(|(base, _)| base);
        let is_new = || self.was_never_metered(closed);
        parted.or_else(metered).or_else(|| is_new().then(Traffic::default))
    }

    /// Whether a connection opened and closed between two readings of the meter.
    fn was_never_metered(&self, closed: &Closed) -> bool {
        let Some(opened) = closed.opened_nanos else { return false };
        let is_metered = |at: &u64| (opened..closed.closed_nanos).contains(at);
        let is_recent = self.metered_nanos.back().is_some_and(|oldest| opened >= *oldest);
        is_recent && !self.metered_nanos.iter().any(is_metered)
    }

    /// Remembers what was told of the sockets that the meter does not see any more.
    fn part(&mut self, before: &Connections, gone: &FxHashMap<u64, Traffic>, now_nanos: u64) {
        self.parted.retain(|_, (_, since)| now_nanos.saturating_sub(*since) < PARTED_NANOS_MAX);
        if gone.is_empty() {
            return;
        }
        for (key, one) in before {
            for (side, is_client) in [(one.client, true), (one.server, false)] {
                let base = side.and_then(|side| gone.get(&side.inode));
                if let Some(base) = base
                    && self.parted.len() < PARTED_MAX
                {
                    self.parted.insert((*key, is_client), (*base, now_nanos));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::Witness;
    use crate::meter::Meter;
    use crate::socket_table::{Socket, SocketState, Swept, Transport};
    use scope_report::Timestamp;

    const SEC: u64 = 1_000_000_000;

    fn key() -> ConnectionKey {
        let [client, server] = ["10.0.0.1:4000", "10.0.0.2:80"].map(|text| text.parse().unwrap());
        ConnectionKey { transport: Transport::Tcp, client, server, namespace: 0 }
    }

    fn traffic(bytes: u64) -> Traffic {
        Traffic { sent_bytes: bytes, ..Traffic::default() }
    }

    fn metered(meter: &mut Meter, secs: i64, inodes: &[(u64, u64)]) {
        let (local, remote, state) = (key().client, key().server, SocketState::Open);
        let mut swept = Swept::default();
        for (inode, bytes) in inodes.iter().copied() {
            let socket = Socket { transport: Transport::Tcp, local, remote, state, inode };
            swept.push(socket, Some(traffic(bytes)));
        }
        meter.take(1, Timestamp::from_unix(secs, 0).unwrap(), &swept);
    }

    /// The client's socket (inode 5) closes after `bytes`; `opened_secs` is when it opened.
    #[track_caller]
    fn check(meter: &mut Meter, bytes: u64, opened_secs: Option<u64>, expect: Option<u64>) {
        let client = Side { witness: Witness::Sockets, inode: 5 };
        let open = Connection { client: Some(client), ..Connection::default() };
        let before = Connections::from_iter([(key(), open)]);
        let end = Observed {
            transport: Transport::Tcp,
            namespace: 1,
            local: key().client,
            remote: key().server,
            is_client: Some(true),
            owner: None,
            failed: false,
        };
        let opened_nanos = opened_secs.map(|secs| secs * SEC);
        let closed_nanos = 12 * SEC;
        let closed = [Closed { end, traffic: traffic(bytes), opened_nanos, closed_nanos }];
        let joined = Joined { closed: vec![(key(), true)], ..Joined::default() };
        let (mut closings, mut ledger) = (Closings::default(), Ledger::default());
        closings.meter_begins(2 * SEC);
        closings.meter_begins(10 * SEC);
        closings.meter_begins(13 * SEC);
        let gone = meter.take_gone();
        let none = Joined::default();
        closings.add(&[], (&before, &none), (meter, &gone), &mut ledger, 11 * SEC);
        let gone = FxHashMap::default();
        closings.add(&closed, (&before, &joined), (meter, &gone), &mut ledger, 12 * SEC);
        let carried = ledger.carried(&key(), true);
        assert_eq!(carried.map(|carried| carried.sent_bytes), expect);
    }

    #[test]
    fn adds_what_was_not_told() {
        let mut meter = Meter::default();
        check(&mut meter, 70, None, None);
        check(&mut meter, 70, Some(9), None);
        check(&mut meter, 70, Some(1), None);
        check(&mut meter, 70, Some(11), Some(70));
        metered(&mut meter, 1, &[(5, 100)]);
        metered(&mut meter, 2, &[(5, 150)]);
        check(&mut meter, 170, None, Some(70));
        meter.told();
        check(&mut meter, 170, None, Some(20));
        // It left its process; what was told of it is still known.
        metered(&mut meter, 3, &[]);
        check(&mut meter, 180, None, Some(30));
        check(&mut meter, 180, None, None);
    }
}
