//! Dense numbers in place of ids, and rows of them in two flat arrays.
//!
//! A view of a large site holds hundreds of thousands of pairs; two arrays hold them all, and a
//! row is a slice. Out of range is an empty row, so that no number read from a table can panic.

/// The place of a node, endpoint or row in the table it belongs to.
pub type Dense = u32;

/// "None" in a table of dense numbers.
pub(crate) const ABSENT: Dense = Dense::MAX;

/// The dense number of a place in a list.
///
/// Lists are far below 2³² long, as the ingest limits see to; what lies beyond becomes absent.
pub(crate) fn dense(index: usize) -> Dense {
    Dense::try_from(index).unwrap_or(ABSENT)
}

/// The value at `index`, or [`ABSENT`].
pub(crate) fn at(table: &[Dense], index: Dense) -> Dense {
    table.get(index as usize).copied().unwrap_or(ABSENT)
}

/// Rows of values in two flat arrays.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    /// One more than there are rows: row `i` is `values[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { starts: Vec::new(), values: Vec::new() }
    }
}

impl<T: Copy + Ord> Rows<T> {
    /// Sorts pairs of (row, value), drops repeated ones and lays them out for `row_count` rows.
    pub(crate) fn from_pairs(mut pairs: Vec<(Dense, T)>, row_count: usize) -> Self {
        pairs.retain(|(row, _)| (*row as usize) < row_count);
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = Vec::with_capacity(row_count + 1);
        let mut values = Vec::with_capacity(pairs.len());
        let mut pairs = pairs.into_iter().peekable();
        for row in 0..row_count {
            starts.push(dense(values.len()));
            while let Some((_, value)) = pairs.next_if(|(owner, _)| *owner as usize == row) {
                values.push(value);
            }
        }
        starts.push(dense(values.len()));
        Self { starts, values }
    }

    /// The values of a row in ascending order.
    pub(crate) fn row(&self, row: Dense) -> &[T] {
        let row = row as usize;
        let (Some(start), Some(end)) = (self.starts.get(row), self.starts.get(row + 1)) else {
            return &[];
        };
        self.values.get(*start as usize..*end as usize).unwrap_or_default()
    }

    /// Every pair of (row, value) in ascending order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Dense, T)> {
        let rows = dense(self.starts.len().saturating_sub(1));
        (0..rows).flat_map(|row| self.row(row).iter().map(move |value| (row, *value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_distinct() {
        let rows = Rows::from_pairs(vec![(2, 9), (0, 7), (2, 3), (0, 7), (5, 1)], 3);
        assert_eq!(rows.row(0), [7]);
        assert_eq!(rows.row(1), [] as [i32; 0]);
        assert_eq!(rows.row(2), [3, 9]);
        assert_eq!(rows.row(77), [] as [i32; 0]);
        assert_eq!(rows.pairs().collect::<Vec<_>>(), [(0, 7), (2, 3), (2, 9)]);
    }
}
