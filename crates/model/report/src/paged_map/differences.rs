//! What differs between two maps, at the cost of what differs.

use super::run::{Chapter, Entry, Page};
use crate::Text;
use std::cmp::Ordering;
use std::sync::Arc;

/// One id about which two maps say something else.
#[derive(Debug)]
pub enum Difference<'a, T> {
    /// Only the newer map has it.
    Added {
        /// The id.
        id: &'a Text,
        /// Its row.
        new: &'a Arc<T>,
    },
    /// Only the older map has it.
    Removed {
        /// The id.
        id: &'a Text,
        /// Its row.
        old: &'a Arc<T>,
    },
    /// Both have it, in two allocations, which may still be equal.
    Changed {
        /// The id.
        id: &'a Text,
        /// Its row in the older map.
        old: &'a Arc<T>,
        /// Its row in the newer map.
        new: &'a Arc<T>,
    },
}

impl<'a, T> Difference<'a, T> {
    /// The id.
    pub fn id(&self) -> &'a Text {
        match self {
            Self::Added { id, .. } | Self::Removed { id, .. } | Self::Changed { id, .. } => id,
        }
    }

    /// Its row in the older map.
    pub fn old_row(&self) -> Option<&'a Arc<T>> {
        match self {
            Self::Added { .. } => None,
            Self::Removed { old, .. } | Self::Changed { old, .. } => Some(old),
        }
    }

    /// Its row in the newer map.
    pub fn new_row(&self) -> Option<&'a Arc<T>> {
        match self {
            Self::Removed { .. } => None,
            Self::Added { new, .. } | Self::Changed { new, .. } => Some(new),
        }
    }
}

/// Walks both maps side by side.
pub(super) struct Differences<'a, T> {
    newer: Cursor<'a, T>,
    older: Cursor<'a, T>,
}

impl<'a, T> Differences<'a, T> {
    pub(super) fn new(newer: &'a [Chapter<T>], older: &'a [Chapter<T>]) -> Self {
        Self { newer: Cursor::new(newer), older: Cursor::new(older) }
    }

    /// Passes over a chapter or page at whose beginning both are.
    fn skip_shared(&mut self) -> bool {
        let (newer, older) = (&mut self.newer, &mut self.older);
        let chapters = newer.chapter_begun().zip(older.chapter_begun());
        if chapters.is_some_and(|(newer, older)| Arc::ptr_eq(&newer.items, &older.items)) {
            newer.skip_chapter();
            older.skip_chapter();
            return true;
        }
        let pages = newer.page_begun().zip(older.page_begun());
        if pages.is_some_and(|(newer, older)| Arc::ptr_eq(&newer.items, &older.items)) {
            newer.skip_page();
            older.skip_page();
            return true;
        }
        false
    }
}

impl<'a, T> Iterator for Differences<'a, T> {
    type Item = Difference<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.skip_shared() {
                continue;
            }
            let (newer, older) = (self.newer.entries.first(), self.older.entries.first());
            let order = match (newer, older) {
                (None, None) => return None,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(newer), Some(older)) => newer.0.cmp(&older.0),
            };
            if order != Ordering::Greater {
                self.newer.advance();
            }
            if order != Ordering::Less {
                self.older.advance();
            }
            match (order, newer, older) {
                (Ordering::Less, Some((id, new)), _) => return Some(Difference::Added { id, new }),
                (Ordering::Greater, _, Some((id, old))) => {
                    return Some(Difference::Removed { id, old });
                }
                (Ordering::Equal, Some((id, new)), Some((_, old))) if !Arc::ptr_eq(new, old) => {
                    return Some(Difference::Changed { id, old, new });
                }
                _ => {}
            }
        }
    }
}

/// What is left of a map; the first chapter and the first page are those it is in.
struct Cursor<'a, T> {
    chapters: &'a [Chapter<T>],
    pages: &'a [Page<T>],
    entries: &'a [Entry<T>],
}

impl<'a, T> Cursor<'a, T> {
    fn new(chapters: &'a [Chapter<T>]) -> Self {
        let mut cursor = Self { chapters, pages: &[], entries: &[] };
        cursor.begin_chapter();
        cursor
    }

    /// The page, if nothing of it is passed yet.
    fn page_begun(&self) -> Option<&'a Page<T>> {
        self.pages.first().filter(|page| page.items.len() == self.entries.len())
    }

    /// The chapter, if nothing of it is passed yet.
    fn chapter_begun(&self) -> Option<&'a Chapter<T>> {
        self.page_begun()?;
        self.chapters.first().filter(|chapter| chapter.items.len() == self.pages.len())
    }

    fn advance(&mut self) {
        self.entries = self.entries.get(1..).unwrap_or_default();
        if self.entries.is_empty() {
            self.skip_page();
        }
    }

    fn skip_page(&mut self) {
        self.pages = self.pages.get(1..).unwrap_or_default();
        if self.pages.is_empty() {
            self.skip_chapter();
        } else {
            self.begin_page();
        }
    }

    fn skip_chapter(&mut self) {
        self.chapters = self.chapters.get(1..).unwrap_or_default();
        self.begin_chapter();
    }

    fn begin_chapter(&mut self) {
        self.pages = self.chapters.first().map(|chapter| chapter.items.as_slice()).unwrap_or(&[]);
        self.begin_page();
    }

    fn begin_page(&mut self) {
        self.entries = self.pages.first().map(|page| page.items.as_slice()).unwrap_or(&[]);
    }
}
