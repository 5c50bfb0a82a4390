//! A short series of numbers with a display ceiling.

use crate::Timestamp;

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When it was measured.
    pub date: Timestamp,
    /// In the unit of the metric's template: percent, bytes, or a plain number.
    pub value: f64,
}

/// Samples in ascending order of time, each instant once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metric {
    /// Ascending by `date`.
    pub samples: Vec<Sample>,
    /// The least value, or a floor the producer knows.
    pub min: f64,
    /// The display ceiling: 100 for percentages, the limit for memory, else the greatest value.
    pub max: f64,
}

impl Metric {
    /// A metric of `samples` in any order; of two at one instant the greater value stays.
    pub fn new(samples: Vec<Sample>, min: f64, max: f64) -> Self {
        let mut metric = Self { samples, min, max };
        if !metric.samples.is_sorted_by(|a, b| a.date < b.date) {
            metric.sort();
        }
        metric
    }

    /// A metric as it came over the wire: in order, but doubled instants stay until a merge.
    ///
    /// Docker's statistics repeat an instant now and then, and Scope 1.13 shows both.
    pub fn received(samples: Vec<Sample>, min: f64, max: f64) -> Self {
        if samples.is_sorted_by(|a, b| a.date <= b.date) {
            return Self { samples, min, max };
        }
        Self::new(samples, min, max)
    }

    /// A metric of one sample, with `max` as its display ceiling where that is greater.
    pub fn single(date: Timestamp, value: f64, max: f64) -> Self {
        Self { samples: vec![Sample { date, value }], min: value.min(max), max: value.max(max) }
    }

    /// The newest sample.
    pub fn last(&self) -> Option<&Sample> {
        self.samples.last()
    }

    /// Joins the samples by time; of two at one instant the greater value stays.
    ///
    /// A side without samples says nothing beside one that has some, not even by its bounds.
    pub fn merge(&mut self, other: &Self) {
        match (self.samples.is_empty(), other.samples.is_empty()) {
            (false, true) => return,
            (true, false) => {
                self.clone_from(other);
                return;
            }
            _ => {}
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.samples.extend_from_slice(&other.samples);
        if !self.samples.is_sorted_by(|a, b| a.date < b.date) {
            self.sort();
        }
    }

    /// Restores the order by time, each instant once with its greatest value.
    fn sort(&mut self) {
        self.samples.sort_by(|a, b| a.date.cmp(&b.date).then_with(|| b.value.total_cmp(&a.value)));
        self.samples.dedup_by_key(|sample| sample.date);
    }
}
