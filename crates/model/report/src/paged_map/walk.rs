//! Walking the rows of a map in order.

use super::run::{Chapter, Entry, Page, position, run_of};
use crate::Text;
use std::ops::{Bound, RangeBounds};
use std::slice;
use std::sync::Arc;

/// The rows of a map with their ids, in ascending order.
pub struct Iter<'a, T> {
    walk: Walk<'a, T>,
    left: usize,
}

/// As [`Iter`], of an unknown number.
struct Walk<'a, T> {
    chapters: slice::Iter<'a, Chapter<T>>,
    pages: slice::Iter<'a, Page<T>>,
    entries: slice::Iter<'a, Entry<T>>,
}

impl<'a, T> Iter<'a, T> {
    pub(super) fn new(chapters: &'a [Chapter<T>], left: usize) -> Self {
        Self { walk: Walk::new(chapters), left }
    }
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { walk: self.walk.clone(), left: self.left }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = (&'a Text, &'a Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.walk.next()?;
        self.left = self.left.saturating_sub(1);
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T> Walk<'a, T> {
    fn new(chapters: &'a [Chapter<T>]) -> Self {
        Self { chapters: chapters.iter(), pages: [].iter(), entries: [].iter() }
    }

    /// Begins at the first id that is not before `id`.
    fn from(chapters: &'a [Chapter<T>], id: &str) -> Self {
        let mut walk = Self::new(after(chapters, run_of(chapters, id)));
        let Some(chapter) = walk.chapters.next() else { return walk };
        walk.pages = after(&chapter.items, run_of(&chapter.items, id)).iter();
        let Some(page) = walk.pages.next() else { return walk };
        let index = position(&page.items, id).unwrap_or_else(|index| index);
        walk.entries = after(&page.items, index).iter();
        walk
    }
}

impl<T> Clone for Walk<'_, T> {
    fn clone(&self) -> Self {
        Self {
            chapters: self.chapters.clone(),
            pages: self.pages.clone(),
            entries: self.entries.clone(),
        }
    }
}

impl<'a, T> Iterator for Walk<'a, T> {
    type Item = (&'a Text, &'a Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((id, row)) = self.entries.next() {
                return Some((id, row));
            }
            match self.pages.next() {
                Some(page) => self.entries = page.items.iter(),
                None => self.pages = self.chapters.next()?.items.iter(),
            }
        }
    }
}

/// The rows whose ids are within `bounds`.
pub(super) fn range<'a, T>(
    chapters: &'a [Chapter<T>],
    bounds: impl RangeBounds<&'a str>,
) -> impl Iterator<Item = (&'a Text, &'a Arc<T>)> {
    let (start, end) = (bounds.start_bound().cloned(), bounds.end_bound().cloned());
    let walk = match start {
        Bound::Included(id) | Bound::Excluded(id) => Walk::from(chapters, id),
        Bound::Unbounded => Walk::new(chapters),
    };
    walk.skip_while(move |(id, _)| start == Bound::Excluded(id.as_str())).take_while(
        move |(id, _)| match end {
            Bound::Included(end) => id.as_str() <= end,
            Bound::Excluded(end) => id.as_str() < end,
            Bound::Unbounded => true,
        },
    )
}

fn after<I>(items: &[I], index: usize) -> &[I] {
    items.get(index..).unwrap_or_default()
}
