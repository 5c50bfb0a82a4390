//! The history of what an edge carries: the series of its connections, aligned and summed.
//!
//! Probes sample at their own moments. A step is as long as most samples are apart, a second at
//! least, and is counted backwards from the newest sample of each observer, so that neither its
//! clock nor a late sample tears the sum apart. A probe does not repeat the figures of a connection on
//! which nothing happens: while it is open they hold, however old they are.

use super::carried::{Clocks, Sum, counted, is_open, series, shown, weight};
use scope_api::{MetricRow, MetricSample};
use scope_report::{Edge, Sample, Text, Timestamp, edge_metric};
use smol_str::ToSmolStr;
use std::collections::BTreeMap;

/// Steps of a history; what is older is left out.
pub(crate) const STEPS_MAX: i128 = 3600;

/// How many steps a connection may leave out before its figure is unknown.
const GAP_STEPS_MAX: i128 = 5;

/// How many gaps between samples are looked at to tell how far they are apart.
const GAPS_MEASURED_MAX: usize = 4096;

const SECOND_NANOS: i128 = 1_000_000_000;

/// How the samples of a metric are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What is now: within a step the newest, over connections the sum.
    Level,
    /// What happened: summed.
    Count,
    /// Within a step the newest, over connections the weighted mean.
    Mean,
}

/// Id, label, format and kind of each metric of an edge, in the order they are shown.
const METRICS: [(&str, &str, &str, Kind); 7] = [
    (edge_metric::SENT_BYTES, "Sent", "rate", Kind::Level),
    (edge_metric::RECEIVED_BYTES, "Received", "rate", Kind::Level),
    (edge_metric::RTT_MS, "Round trip", "millis", Kind::Mean),
    (edge_metric::OPEN, "Open", "integer", Kind::Level),
    (edge_metric::OPENED, "Opened", "integer", Kind::Count),
    (edge_metric::FAILED, "Failed", "integer", Kind::Count),
    (edge_metric::RETRANSMITS, "Retransmits", "integer", Kind::Count),
];

/// The metrics of several connections; the value of each is that of the summary.
pub(crate) fn metrics(edges: &[&Edge], clocks: &Clocks<'_>, sum: &Sum) -> Vec<MetricRow> {
    let steps = Steps::of(edges, clocks);
    let summary = sum.summary();
    let row = |(id, label, format, kind): (&'static str, &'static str, &'static str, Kind)| {
        let value = match id {
            edge_metric::SENT_BYTES => summary.sent_bytes,
            edge_metric::RECEIVED_BYTES => summary.received_bytes,
            edge_metric::RTT_MS => summary.rtt_ms,
            edge_metric::OPEN => summary.open,
            edge_metric::OPENED => summary.opened,
            edge_metric::FAILED => summary.failed,
            _ => summary.retransmits,
        };
        let samples = steps.history(edges, clocks, id, kind);
        if value.is_none() && samples.is_empty() {
            return None;
        }
        let values = samples.iter().map(|sample| sample.value);
        Some(MetricRow {
            id: Text::new_static(id),
            label: Text::new_static(label),
            format: Text::new_static(format),
            value: value.unwrap_or_default(),
            value_empty: value.is_none(),
            min: values.clone().reduce(f64::min).unwrap_or_default(),
            max: values.reduce(f64::max).unwrap_or_default(),
            samples: Some(samples),
            ..MetricRow::default()
        })
    };
    METRICS.into_iter().filter_map(row).collect()
}

/// How time is cut.
struct Steps {
    width_nanos: i128,
    newest: Timestamp,
}

/// What is counted in a step.
#[derive(Clone, Copy, Default)]
struct Step {
    sum: f64,
    weight: f64,
}

impl Step {
    fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.weight += weight;
    }
}

impl Steps {
    fn of(edges: &[&Edge], clocks: &Clocks<'_>) -> Self {
        let sides = || edges.iter().flat_map(|edge| edge.sides.iter());
        let newest = sides().map(|(observer, _)| clocks.newest(observer)).max();
        let mut gaps: Vec<i128> = sides()
            .flat_map(|(_, side)| side.metrics.iter())
            .flat_map(|(_, metric)| metric.samples.windows(2))
            .filter_map(|pair| match pair {
                [before, after] => Some(after.date.unix_nanos() - before.date.unix_nanos()),
                _ => None,
            })
            .take(GAPS_MEASURED_MAX)
            .collect();
        gaps.sort_unstable();
        let median = gaps.get(gaps.len().saturating_sub(1) / 2).copied().unwrap_or(SECOND_NANOS);
        let secs = ((median + SECOND_NANOS / 2) / SECOND_NANOS).max(1);
        Self { width_nanos: secs * SECOND_NANOS, newest: newest.unwrap_or_default() }
    }

    /// Which step a sample is in, counted back from the newest of its observer.
    fn back(&self, newest: Timestamp, date: Timestamp) -> i128 {
        let age = newest.unix_nanos() - date.unix_nanos();
        ((age + self.width_nanos / 2) / self.width_nanos).max(0)
    }

    fn history(
        &self,
        edges: &[&Edge],
        clocks: &Clocks<'_>,
        id: &str,
        kind: Kind,
    ) -> Vec<MetricSample> {
        let mut steps: BTreeMap<i128, Step> = BTreeMap::new();
        let mut lasting = Step::default();
        for edge in edges {
            let Some((observer, side, metric)) = series(edge, id) else { continue };
            let weights = match kind {
                Kind::Mean => {
                    let open = side.metrics.get(edge_metric::OPEN).and_then(|open| open.last());
                    weight(open.map(|sample| counted(sample.value)))
                }
                Kind::Level | Kind::Count => 1.0,
            };
            let newest = clocks.newest(observer);
            if let Some(value) = self.lasts(newest, &metric.samples, is_open(side)) {
                let value = if kind == Kind::Count { 0.0 } else { value };
                lasting.add(value, weights);
                continue;
            }
            for (back, value) in self.cut(newest, &metric.samples, kind, is_open(side)) {
                steps.entry(back).or_default().add(value, weights);
            }
        }
        if lasting.weight > 0.0 && steps.is_empty() && kind != Kind::Count {
            steps.insert(0, Step::default());
        }
        for step in steps.values_mut() {
            step.sum += lasting.sum;
            step.weight += lasting.weight;
        }
        let sample = |(back, step): (&i128, &Step)| {
            let nanos = self.newest.unix_nanos() - back * self.width_nanos;
            let value = if kind == Kind::Mean { step.sum / step.weight } else { step.sum };
            let date = Timestamp::from_unix_nanos(nanos).ok()?;
            Some(MetricSample { date: date.to_smolstr(), value: shown(value) })
        };
        steps.iter().rev().filter_map(sample).collect()
    }

    /// What has held since the last sample was taken long ago, as it does while a connection is open.
    fn lasts(&self, newest: Timestamp, samples: &[Sample], is_open: bool) -> Option<f64> {
        let last = samples.last()?;
        let is_long_ago = self.back(newest, last.date) >= GAP_STEPS_MAX;
        (is_open && is_long_ago).then(|| counted(last.value))
    }

    /// The samples of one connection by step; short gaps of what lasts are filled.
    fn cut(
        &self,
        newest: Timestamp,
        samples: &[Sample],
        kind: Kind,
        is_open: bool,
    ) -> BTreeMap<i128, f64> {
        let mut cut: BTreeMap<i128, f64> = BTreeMap::new();
        let mut before: Option<(i128, f64)> = None;
        for sample in samples {
            let (back, value) = (self.back(newest, sample.date), counted(sample.value));
            if back >= STEPS_MAX {
                continue;
            }
            let step = cut.entry(back).or_default();
            *step = if kind == Kind::Count { *step + value } else { value };
            if kind != Kind::Count {
                fill(&mut cut, before, back);
            }
            before = Some((back, value));
        }
        if is_open && kind != Kind::Count {
            fill(&mut cut, before, -1);
        }
        cut
    }
}

/// Carries a figure on through the steps after it, up to but without `until`.
fn fill(cut: &mut BTreeMap<i128, f64>, from: Option<(i128, f64)>, until: i128) {
    if let Some((back, value)) = from
        && back - until <= GAP_STEPS_MAX
    {
        for step in until + 1..back {
            cut.entry(step).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::sample::{edge, side};

    /// The history of `id` as `second=value`, summed over edges of one observer each.
    #[track_caller]
    fn check(id: &str, edges: &[Edge], expect: &str) {
        let edges: Vec<&Edge> = edges.iter().collect();
        let clocks = Clocks::of(edges.iter().copied());
        let rows = metrics(&edges, &clocks, &Sum::default());
        let start = 1_800_000_000;
        let words = rows.iter().filter(|row| row.id == id).flat_map(|row| {
            row.samples.iter().flatten().map(|sample| {
                let date: Timestamp = sample.date.parse().unwrap();
                format!("{}={}", date.unix_nanos() / SECOND_NANOS - start, sample.value)
            })
        });
        assert_eq!(words.collect::<Vec<_>>().join(" "), expect);
    }

    #[test]
    fn connections_are_summed_step_by_step() {
        let one = side("open", &[("sent_bytes", &[(1, 1.0), (2, 2.0), (3, 3.0)])]);
        let two = side("open", &[("sent_bytes", &[(2, 10.0), (3, 10.0)])]);
        let both = [edge(&[("a;client", one)]), edge(&[("a;client", two)])];
        check("sent_bytes", &both, "1=1 2=12 3=13");
        check("received_bytes", &both, "");
    }

    #[test]
    fn the_clocks_of_hosts_may_differ() {
        let one = side("open", &[("sent_bytes", &[(1, 1.0), (2, 2.0), (3, 3.0)])]);
        let two = side("open", &[("sent_bytes", &[(61, 10.0), (62, 20.0), (63, 30.0)])]);
        let both = [edge(&[("a;client", one)]), edge(&[("b;client", two)])];
        check("sent_bytes", &both, "61=11 62=22 63=33");
    }

    #[test]
    fn gaps_of_what_lasts_are_filled() {
        let one = side("open", &[("sent_bytes", &[(1, 1.0), (2, 2.0), (3, 2.0), (5, 3.0)])]);
        let two = side("open", &[("sent_bytes", &[(4, 10.0)])]);
        let both = [edge(&[("a;client", one)]), edge(&[("a;client", two.clone())])];
        check("sent_bytes", &both, "1=1 2=2 3=2 4=12 5=13");
        let counts = side("open", &[("failed", &[(1, 1.0), (2, 1.0), (5, 1.0)])]);
        check(
            "failed",
            &[edge(&[("a;client", counts)]), edge(&[("a;client", two)])],
            "1=1 2=1 5=1",
        );
    }

    #[test]
    fn what_has_ended_is_not_carried_on() {
        let one = side("open", &[("sent_bytes", &[(1, 1.0), (2, 1.0), (3, 1.0)])]);
        let two = side("closed", &[("sent_bytes", &[(1, 5.0)])]);
        let both = [edge(&[("a;client", one)]), edge(&[("a;client", two)])];
        check("sent_bytes", &both, "1=6 2=1 3=1");
    }

    #[test]
    fn figures_of_what_is_quiet_hold() {
        let busy = side("open", &[("sent_bytes", &[(97, 1.0), (98, 2.0), (99, 3.0)])]);
        let quiet = side("open", &[("sent_bytes", &[(1, 5.0)]), ("failed", &[(1, 0.0)])]);
        let both = [edge(&[("a;client", busy)]), edge(&[("a;client", quiet)])];
        check("sent_bytes", &both, "97=6 98=7 99=8");
        check("failed", &both, "");
    }

    #[test]
    fn steps_are_as_long_as_samples_are_apart() {
        let one = side("open", &[("opened", &[(0, 4.0), (3, 5.0), (6, 6.0)])]);
        let two = side("open", &[("opened", &[(1, 1.0), (4, 1.0), (7, 1.0)])]);
        let both = [edge(&[("a;client", one)]), edge(&[("a;client", two)])];
        check("opened", &both, "1=5 4=6 7=7");
    }

    #[test]
    fn round_trips_are_averaged() {
        let trip = |open: f64, rtt: f64| {
            edge(&[("a;client", side("open", &[("open", &[(1, open)]), ("rtt_ms", &[(1, rtt)])]))])
        };
        check("rtt_ms", &[trip(1.0, 10.0), trip(3.0, 2.0)], "1=4");
    }
}
