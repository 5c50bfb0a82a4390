//! What one connection carries, out of what the probes of its ends said.
//!
//! Where both saw it the client's word counts, figure by figure. A figure that was measured a while
//! ago counts only as long as the connection is open: what has ended carries nothing any more.

use scope_api::EdgeSummary;
use scope_report::{Edge, EdgeSide, Metric, Text, Timestamp, edge_metric, id};
use std::collections::HashMap;

/// How long the figures of a connection that has ended still count, by the clock of its observer.
const FRESH_NANOS: i128 = 5_000_000_000;

/// Where the figures of an observer end, by the host it is on.
///
/// The clocks of two hosts differ, so the age of a sample is told by the newest of its own host.
#[derive(Debug, Default)]
pub(crate) struct Clocks<'a>(HashMap<&'a str, Timestamp>);

impl<'a> Clocks<'a> {
    /// The clocks of all who said something of `edges`.
    pub(crate) fn of(edges: impl Iterator<Item = &'a Edge>) -> Self {
        let mut clocks = Self::default();
        for (observer, side) in edges.flat_map(|edge| edge.sides.iter()) {
            let samples = side.metrics.iter().filter_map(|(_, metric)| metric.last());
            let newest = samples.map(|sample| sample.date).max();
            let newest = newest.unwrap_or_default().max(side.last_seen);
            let clock = clocks.0.entry(host_id(observer)).or_default();
            *clock = newest.max(*clock);
        }
        clocks
    }

    /// The newest instant of an observer.
    pub(crate) fn newest(&self, observer: &str) -> Timestamp {
        self.0.get(host_id(observer)).copied().unwrap_or_default()
    }

    fn is_fresh(&self, observer: &str, date: Timestamp) -> bool {
        self.newest(observer).unix_nanos() - date.unix_nanos() <= FRESH_NANOS
    }
}

/// The figures of one connection; what nobody measured is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Carried {
    opened: Option<f64>,
    failed: Option<f64>,
    pub(crate) open: Option<f64>,
    sent_bytes: Option<f64>,
    received_bytes: Option<f64>,
    rtt_ms: Option<f64>,
    retransmits: Option<f64>,
}

impl Carried {
    /// What is known of a connection; nothing if no probe said anything.
    pub(crate) fn by(edge: &Edge, clocks: &Clocks<'_>) -> Option<Self> {
        let is_told = !edge.sides.is_empty();
        is_told.then(|| Self {
            opened: total(edge, edge_metric::OPENED),
            failed: total(edge, edge_metric::FAILED),
            open: open(edge, clocks),
            sent_bytes: now(edge, edge_metric::SENT_BYTES, clocks).map(Now::or_nothing),
            received_bytes: now(edge, edge_metric::RECEIVED_BYTES, clocks).map(Now::or_nothing),
            rtt_ms: now(edge, edge_metric::RTT_MS, clocks).and_then(Now::current),
            retransmits: total(edge, edge_metric::RETRANSMITS),
        })
    }
}

/// Figures of several connections.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    carried: Carried,
    rtt_weight: f64,
    connections: usize,
}

impl Sum {
    /// Counts a connection in.
    pub(crate) fn add(&mut self, other: &Carried) {
        let sum = &mut self.carried;
        for (own, more) in [
            (&mut sum.opened, other.opened),
            (&mut sum.failed, other.failed),
            (&mut sum.open, other.open),
            (&mut sum.sent_bytes, other.sent_bytes),
            (&mut sum.received_bytes, other.received_bytes),
            (&mut sum.retransmits, other.retransmits),
        ] {
            if let Some(more) = more {
                *own = Some(own.unwrap_or(0.0) + more);
            }
        }
        if let Some(rtt) = other.rtt_ms {
            let weight = weight(other.open);
            sum.rtt_ms = Some(sum.rtt_ms.unwrap_or(0.0) + rtt * weight);
            self.rtt_weight += weight;
        }
        self.connections += 1;
    }

    /// In the words of the contract.
    pub(crate) fn summary(&self) -> EdgeSummary {
        let Carried { opened, failed, open, sent_bytes, received_bytes, rtt_ms, retransmits } =
            self.carried;
        let tidy = |value: Option<f64>| value.map(shown);
        EdgeSummary {
            opened: tidy(opened),
            failed: tidy(failed),
            open: tidy(open),
            sent_bytes: tidy(sent_bytes),
            received_bytes: tidy(received_bytes),
            rtt_ms: tidy(rtt_ms.map(|sum| sum / self.rtt_weight.max(1.0))),
            retransmits: tidy(retransmits),
            connections: self.connections,
        }
    }
}

/// The weight of a connection's round trip: that of the connections open, one at least.
pub(crate) fn weight(open: Option<f64>) -> f64 {
    open.unwrap_or(1.0).max(1.0)
}

/// Three decimals: a round trip on loopback has hundredths of a millisecond.
pub(crate) fn shown(value: f64) -> f64 {
    let thousandths = value * 1000.0;
    if thousandths.is_finite() { thousandths.round() / 1000.0 } else { f64::MAX }
}

/// What a stranger's number counts as: nothing where it is none, or below zero.
pub(crate) fn counted(value: f64) -> f64 {
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}

/// The series of a metric: the client's, else the server's.
pub(crate) fn series<'a>(
    edge: &'a Edge,
    key: &str,
) -> Option<(&'a Text, &'a EdgeSide, &'a Metric)> {
    let told = edge.sides.iter().filter_map(|(observer, side)| {
        let metric = side.metrics.get(key).filter(|metric| !metric.samples.is_empty())?;
        Some((observer, side, metric))
    });
    told.max_by_key(|(observer, side, _)| (is_client(observer), side.last_seen))
}

/// Whether an observer saw the client's end.
pub(crate) fn is_client(observer: &str) -> bool {
    observer.rsplit_once(id::DELIMITER).is_some_and(|(_, end)| end == "client")
}

/// The id of the host an observer is on.
pub(crate) fn host_id(observer: &str) -> &str {
    observer.rsplit_once(id::DELIMITER).map_or(observer, |(host, _)| host)
}

pub(crate) fn is_open(side: &EdgeSide) -> bool {
    side.state == "open"
}

/// The newest figure of a connection.
#[derive(Clone, Copy)]
enum Now {
    Current(f64),
    /// The connection has ended since.
    Past,
}

impl Now {
    fn or_nothing(self) -> f64 {
        self.current().unwrap_or(0.0)
    }

    fn current(self) -> Option<f64> {
        match self {
            Self::Current(value) => Some(value),
            Self::Past => None,
        }
    }
}

fn now(edge: &Edge, key: &str, clocks: &Clocks<'_>) -> Option<Now> {
    let (observer, side, metric) = series(edge, key)?;
    let sample = metric.last()?;
    let counts = is_open(side) || clocks.is_fresh(observer, sample.date);
    Some(if counts { Now::Current(counted(sample.value)) } else { Now::Past })
}

/// The sum over all samples held: one sample stands for one interval.
fn total(edge: &Edge, key: &str) -> Option<f64> {
    let (_, _, metric) = series(edge, key)?;
    Some(metric.samples.iter().map(|sample| counted(sample.value)).sum())
}

/// As the probe counts; where it only tells the state, one or none.
fn open(edge: &Edge, clocks: &Clocks<'_>) -> Option<f64> {
    if let Some(now) = now(edge, edge_metric::OPEN, clocks) {
        return Some(now.or_nothing());
    }
    let states = edge.sides.iter().map(|(_, side)| side);
    let mut stated = states.filter(|side| !side.state.is_empty()).peekable();
    stated.peek()?;
    Some(f64::from(u8::from(stated.any(is_open))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::sample::{edge, side};

    #[track_caller]
    fn check(sides: &[(&str, EdgeSide)], expect: &str) {
        let edge = edge(sides);
        let clocks = Clocks::of([&edge].into_iter());
        let mut sum = Sum::default();
        if let Some(carried) = Carried::by(&edge, &clocks) {
            sum.add(&carried);
        }
        let summary = serde_json::to_string(&sum.summary()).unwrap();
        assert_eq!(summary.replace('"', ""), expect);
    }

    #[test]
    fn the_clients_word_counts() {
        check(&[], "{connections:0}");
        let client = side("open", &[("sent_bytes", &[(1, 10.0), (2, 30.5)])]);
        let server = side("open", &[("sent_bytes", &[(2, 90.0)]), ("rtt_ms", &[(2, 0.25)])]);
        let expect = "{open:1.0,sentBytes:30.5,rttMs:0.25,connections:1}";
        check(&[("a;client", client.clone()), ("b;server", server.clone())], expect);
        check(&[("b;client", client), ("a;server", server)], expect);
    }

    #[test]
    fn what_has_ended_carries_nothing() {
        let figures: &[(&str, &[(i64, f64)])] = &[
            ("sent_bytes", &[(1, 5.0)]),
            ("rtt_ms", &[(1, 5.0)]),
            ("opened", &[(1, 2.0), (9, 1.0)]),
        ];
        check(
            &[("a;client", side("closed", figures))],
            "{opened:3.0,open:0.0,sentBytes:0.0,connections:1}",
        );
        check(
            &[("a;client", side("open", figures))],
            "{opened:3.0,open:1.0,sentBytes:5.0,rttMs:5.0,connections:1}",
        );
    }

    #[test]
    fn odd_numbers_count_as_nothing() {
        let odd = side("", &[("failed", &[(1, f64::NAN), (2, -4.0), (3, f64::INFINITY)])]);
        check(&[("nobody", odd)], "{failed:0.0,connections:1}");
    }

    #[test]
    fn round_trips_weigh_by_what_is_open() {
        let mut sum = Sum::default();
        for (open, rtt) in [(1.0, 10.0), (3.0, 2.0)] {
            let edge = edge(&[(
                "a;client",
                side("open", &[("open", &[(1, open)]), ("rtt_ms", &[(1, rtt)])]),
            )]);
            sum.add(&Carried::by(&edge, &Clocks::of([&edge].into_iter())).unwrap());
        }
        assert_eq!(sum.summary().rtt_ms, Some(4.0));
        assert_eq!(sum.summary().open, Some(4.0));
    }
}
