//! A list of values by place, on counted pages.

use crate::dense::{ABSENT, Dense, dense};
use std::sync::Arc;

/// Values on a page: a change copies this many, a copy of the list counts one page for as many.
const PAGE: usize = 128;

/// Values by place; where none was put is none.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T>(Vec<Arc<Vec<T>>>);

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone + Default> Pages<T> {
    pub(crate) fn get(&self, place: Dense) -> Option<&T> {
        let place = place as usize;
        self.0.get(place / PAGE)?.get(place % PAGE)
    }

    /// The value at a place, to change; the list grows to hold it. [`ABSENT`] is no place.
    pub(crate) fn get_mut(&mut self, place: Dense) -> Option<&mut T> {
        if place == ABSENT {
            return None;
        }
        let (page, rest) = (place as usize / PAGE, place as usize % PAGE);
        if self.0.len() <= page {
            self.0.resize_with(page + 1, Arc::default);
        }
        let page = Arc::make_mut(self.0.get_mut(page)?);
        if page.len() <= rest {
            page.resize_with(rest + 1, T::default);
        }
        page.get_mut(rest)
    }

    /// Every value with its place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Dense, &T)> {
        self.0.iter().enumerate().flat_map(|(page, values)| {
            values.iter().enumerate().map(move |(rest, value)| (dense(page * PAGE + rest), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_not_changed() {
        let mut pages: Pages<u8> = Pages::default();
        for place in [0, 127, 128, 1000] {
            *pages.get_mut(place).unwrap() = 1;
        }
        let copy = pages.clone();
        *pages.get_mut(128).unwrap() = 2;
        assert_eq!((copy.get(128), pages.get(128)), (Some(&1), Some(&2)));
        assert_eq!(pages.get(5000), None);
        assert_eq!(pages.get_mut(ABSENT), None);
        let set: Vec<_> = pages.iter().filter(|(_, value)| **value > 0).collect();
        assert_eq!(set, [(0, &1), (127, &1), (128, &2), (1000, &1)]);
    }
}
