//! Rows of counted values, on counted pages.
//!
//! Something may be in a row for several reasons: two containers are connected because each of
//! their processes is. A row therefore counts, and shows a value while its count is above zero.

use super::Pages;
use crate::dense::Dense;
use std::sync::Arc;

/// A row, a value, and how many reasons it gains or loses.
pub(crate) type Edit<T> = (Dense, T, i32);

/// A value of a row, which sorts as its key does.
pub(crate) trait RowValue: Copy + Ord {
    fn key(self) -> u64;
}

impl RowValue for Dense {
    fn key(self) -> u64 {
        u64::from(self)
    }
}

/// Distinct values in ascending order, with their counts.
#[derive(Clone, Debug, Default)]
pub(crate) enum Row<T> {
    #[default]
    Empty,
    /// One value, counted once.
    One(T),
    Many(Arc<Many<T>>),
}

#[derive(Debug)]
pub(crate) struct Many<T> {
    values: Box<[T]>,
    /// As long as `values`, or empty where each is counted once.
    counts: Box<[u32]>,
}

/// Rows by place.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    rows: Pages<Row<T>>,
    pair_count: usize,
    reason_count: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { rows: Pages::default(), pair_count: 0, reason_count: 0 }
    }
}

impl<T> Row<T> {
    /// The values in ascending order.
    pub(crate) fn values(&self) -> &[T] {
        match self {
            Self::Empty => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(many) => &many.values,
        }
    }
}

impl<T: RowValue> Row<T> {
    /// The only value, if it is counted once.
    pub(crate) fn sole(&self) -> Option<T> {
        match self {
            Self::One(value) => Some(*value),
            _ => None,
        }
    }

    /// Changes one count.
    pub(crate) fn add(&mut self, value: T, reasons: i32) {
        let mut made = (Vec::new(), Vec::new());
        self.apply(&[(0, value, reasons)], &mut made, |_, _| {});
    }

    fn counted(&self) -> impl Iterator<Item = (T, i64)> {
        let counts: &[u32] = match self {
            Self::Many(many) => &many.counts,
            _ => &[],
        };
        let count = |index: usize| counts.get(index).map_or(1, |count| i64::from(*count));
        self.values().iter().enumerate().map(move |(index, value)| (*value, count(index)))
    }

    /// Applies edits in ascending order of their values; `made` is only room to work in.
    fn apply(
        &mut self,
        edits: &[Edit<T>],
        made: &mut (Vec<T>, Vec<u32>),
        mut changed: impl FnMut(T, bool),
    ) {
        let (values, counts) = made;
        values.clear();
        counts.clear();
        let mut olds = self.counted().peekable();
        let mut edits = edits.iter().peekable();
        loop {
            let next = match (olds.peek(), edits.peek()) {
                (Some((old, _)), Some((_, edit, _))) => *old.min(edit),
                (Some((old, _)), None) => *old,
                (None, Some((_, edit, _))) => *edit,
                (None, None) => break,
            };
            let was = olds.next_if(|(old, _)| *old == next).map_or(0, |(_, count)| count);
            let mut is = was;
            while let Some((_, _, reasons)) = edits.next_if(|(_, edit, _)| *edit == next) {
                is += i64::from(*reasons);
            }
            if (was > 0) != (is > 0) {
                changed(next, is > 0);
            }
            if is > 0 {
                values.push(next);
                counts.push(u32::try_from(is).unwrap_or(u32::MAX));
            }
        }
        drop(olds);
        let is_plain = counts.iter().all(|count| *count == 1);
        *self = match (values.as_slice(), is_plain) {
            ([], _) => Self::Empty,
            ([value], true) => Self::One(*value),
            (values, _) => Self::Many(Arc::new(Many {
                values: values.into(),
                counts: if is_plain { Box::default() } else { counts.as_slice().into() },
            })),
        };
    }
}

impl<T: RowValue> Rows<T> {
    /// The values of a row in ascending order.
    pub(crate) fn row(&self, row: Dense) -> &[T] {
        self.rows.get(row).map(Row::values).unwrap_or_default()
    }

    pub(crate) fn contains(&self, row: Dense, value: T) -> bool {
        self.row(row).binary_search(&value).is_ok()
    }

    /// Pairs of a row and a value.
    pub(crate) fn pair_count(&self) -> usize {
        self.pair_count
    }

    /// The sum of all counts.
    pub(crate) fn reason_count(&self) -> usize {
        self.reason_count
    }

    /// Applies edits in any order and tells which values came into a row, and which left it.
    pub(crate) fn apply(
        &mut self,
        mut edits: Vec<Edit<T>>,
        mut changed: impl FnMut(Dense, T, bool),
    ) {
        // One comparison of numbers: there are a million edits where all is new.
        edits.sort_unstable_by_key(|(row, value, _)| {
            u128::from(*row) << u64::BITS | u128::from(value.key())
        });
        let mut made = (Vec::new(), Vec::new());
        let (mut came, mut left) = (0, 0);
        for edits in edits.chunk_by(|a, b| a.0 == b.0) {
            let Some((row, _, _)) = edits.first() else { continue };
            let Some(own) = self.rows.get_mut(*row) else { continue };
            own.apply(edits, &mut made, |value, is_in| {
                came += usize::from(is_in);
                left += usize::from(!is_in);
                changed(*row, value, is_in);
            });
        }
        self.pair_count = (self.pair_count + came).saturating_sub(left);
        let reasons: i64 = edits.iter().map(|(_, _, reasons)| i64::from(*reasons)).sum();
        let reasons = isize::try_from(reasons).unwrap_or_default();
        self.reason_count = self.reason_count.saturating_add_signed(reasons);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_while_there_is_a_reason() {
        let mut rows: Rows<u32> = Rows::default();
        let mut apply = |edits: &[Edit<u32>], expect: &[(Dense, u32, bool)]| {
            let mut changes = Vec::new();
            rows.apply(edits.to_vec(), |row, value, is_in| changes.push((row, value, is_in)));
            assert_eq!(changes, expect);
            (rows.row(2).to_vec(), rows.pair_count(), rows.reason_count())
        };
        let edits = [(2, 9, 1), (0, 7, 1), (2, 3, 1), (2, 9, 1), (2, 5, 1), (2, 5, -1)];
        let expect = [(0, 7, true), (2, 3, true), (2, 9, true)];
        assert_eq!(apply(&edits, &expect), (vec![3, 9], 3, 4));
        assert_eq!(apply(&[(2, 9, -1)], &[]), (vec![3, 9], 3, 3));
        let edits = [(2, 9, -1), (2, 4, 1)];
        assert_eq!(apply(&edits, &[(2, 4, true), (2, 9, false)]), (vec![3, 4], 3, 3));
        assert_eq!(apply(&[(2, 4, -1)], &[(2, 4, false)]), (vec![3], 2, 2));
        assert_eq!(apply(&[(2, 3, -1)], &[(2, 3, false)]), (vec![], 1, 1));
    }

    #[test]
    fn the_only_value_is_found() {
        let mut row: Row<u32> = Row::default();
        assert_eq!(row.sole(), None);
        row.add(1, 1);
        assert_eq!(row.sole(), Some(1));
        row.add(1, 1);
        assert_eq!(row.sole(), None);
        row.add(1, -1);
        row.add(2, 1);
        assert_eq!(row.sole(), None);
        row.add(1, -1);
        assert_eq!(row.sole(), Some(2));
    }
}
