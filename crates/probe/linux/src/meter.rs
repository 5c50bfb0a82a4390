//! What goes through sockets per second, from the counters of two sweeps.
//!
//! Rates are as the socket itself sees them; who is the client is not known here. Of a socket that
//! opened since the last sweep everything counts; of one that closed, what came after the last
//! sweep is lost (kernel events tell it, where there are any).

use crate::socket_table::{Swept, Traffic};
use rustc_hash::FxHashMap;
use scope_report::Timestamp;

/// The most sockets whose counters are remembered.
const SOCKETS_MAX: usize = 262_144;

/// What went through one socket in the last interval.
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

/// The counters of all sockets at the last sweep, and their rates since the one before.
#[derive(Debug, Default)]
pub struct Meter {
    namespaces: FxHashMap<u64, Timestamp>,
    sockets: FxHashMap<u64, Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    namespace: u64,
    sampled: Timestamp,
    traffic: Traffic,
    rates: Option<Rates>,
}

impl Meter {
    /// Takes in the counters of a namespace as they were at `sampled`, unless less than
    /// `interval_nanos` went by since the last time.
    pub fn take(
        &mut self,
        namespace: u64,
        sampled: Timestamp,
        swept: &Swept,
        interval_nanos: i128,
    ) {
        let before = self.namespaces.get(&namespace).copied();
        let nanos = before.map(|at| sampled.unix_nanos() - at.unix_nanos());
        if nanos.is_some_and(|nanos| nanos < interval_nanos.max(1)) {
            return;
        }
        self.namespaces.insert(namespace, sampled);
        for (socket, traffic) in swept.sockets.iter().zip(&swept.traffic) {
            let Some(traffic) = *traffic else { continue };
            if socket.inode == 0 {
                continue;
            }
            let known = self.sockets.get(&socket.inode).filter(|one| one.namespace == namespace);
            // A table that moved during its dump tells a socket twice.
            if known.is_some_and(|one| one.sampled == sampled) {
                continue;
            }
            let earlier = known.map(|one| one.traffic).unwrap_or_default();
            let rates = nanos.map(|nanos| rates(earlier, traffic, nanos));
            let known = Known { namespace, sampled, traffic, rates };
            if self.sockets.len() < SOCKETS_MAX || self.sockets.contains_key(&socket.inode) {
                self.sockets.insert(socket.inode, known);
            }
        }
        self.sockets.retain(|_, one| one.namespace != namespace || one.sampled == sampled);
    }

    /// Forgets namespaces that are gone.
    pub fn retain(&mut self, is_there: impl Fn(u64) -> bool) {
        let before = self.namespaces.len();
        self.namespaces.retain(|inode, _| is_there(*inode));
        if self.namespaces.len() != before {
            self.sockets.retain(|_, one| is_there(one.namespace));
        }
    }

    /// What went through the socket `inode`, where two sweeps saw it.
    pub fn rates(&self, inode: u64) -> Option<Rates> {
        self.sockets.get(&inode)?.rates
    }
}

fn rates(before: Traffic, now: Traffic, nanos: i128) -> Rates {
    let secs = seconds(nanos);
    let per_sec = |before: u64, now: u64| per_second(now.saturating_sub(before), secs);
    Rates {
        sent: per_sec(before.sent_bytes, now.sent_bytes),
        received: per_sec(before.received_bytes, now.received_bytes),
        rtt_micros: now.rtt_micros,
        retransmits: now.retransmits.saturating_sub(before.retransmits),
    }
}

#[expect(clippy::cast_precision_loss, reason = "intervals are far below 2^53 ns")]
fn seconds(nanos: i128) -> f64 {
    nanos as f64 / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "figures for the eye, exact up to 2^53")]
fn per_second(count: u64, secs: f64) -> f64 {
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
        meter.take(1, at(1000), &swept(&[(5, 100, 10)]), 500_000_000);
        check(&meter, 5, None);
        // Too early to tell.
        meter.take(1, at(1100), &swept(&[(5, 200, 10)]), 500_000_000);
        check(&meter, 5, None);
        // The other one opened meanwhile; the table moved and tells one twice.
        meter.take(1, at(3000), &swept(&[(5, 300, 10), (6, 50, 0), (5, 300, 10)]), 500_000_000);
        check(&meter, 5, Some((100.0, 0.0)));
        check(&meter, 6, Some((25.0, 0.0)));
        meter.take(1, at(4000), &swept(&[(6, 50, 8)]), 500_000_000);
        check(&meter, 5, None);
        check(&meter, 6, Some((0.0, 8.0)));
        meter.retain(|inode| inode != 1);
        check(&meter, 6, None);
    }
}
