//! Edges in a few words, for the tests of this module.

use scope_report::{Edge, EdgeSide, Metric, Sample, Timestamp};

/// A second of the tests' minute.
pub fn second(secs: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + secs, 0).unwrap()
}

/// A side in a state with series of seconds and values.
pub fn side(state: &str, metrics: &[(&str, &[(i64, f64)])]) -> EdgeSide {
    let series = |samples: &[(i64, f64)]| {
        let samples = samples.iter().map(|(at, value)| Sample { date: second(*at), value: *value });
        Metric::new(samples.collect(), 0.0, 0.0)
    };
    EdgeSide {
        source: "sockets".into(),
        state: state.into(),
        metrics: metrics.iter().map(|(id, samples)| (*id, series(samples))).collect(),
        ..EdgeSide::default()
    }
}

/// An edge of sides by their observers.
pub fn edge(sides: &[(&str, EdgeSide)]) -> Edge {
    Edge { sides: sides.iter().cloned().collect() }
}
