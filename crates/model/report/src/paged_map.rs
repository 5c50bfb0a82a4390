//! A sorted map of shared rows whose copies share all they have in common.
//!
//! The merged report of a thousand hosts has hundreds of thousands of rows, and after each report
//! a few hundred differ. The rows lie on pages and the pages in chapters, both counted
//! references: a copy of the map copies the list of chapters, a change copies one chapter and one
//! page, and the [`PagedMap::differences`] of two copies are found without looking at what they
//! share. docs/decisions/0006-own-map.md says why it is our own. It refuses to be told of a
//! change in a row itself: rows are shared, and a changed one is a new one.

mod run;

mod differences;

mod walk;

mod joined;

pub use differences::Difference;
pub use walk::Iter;

use crate::{DnsNames, Node, Text};
use run::{Chapter, Entry, RUN_MAX, in_runs, join, position, run_of, split};
use std::fmt;
use std::ops::{Index, RangeBounds};
use std::sync::Arc;

/// Nodes by id.
pub type NodeMap = PagedMap<Node>;

/// Names by address.
pub type DnsMap = PagedMap<DnsNames>;

/// Rows by id, in ascending order.
pub struct PagedMap<T> {
    chapters: Vec<Chapter<T>>,
    len: usize,
}

/// Where an id is, or would be.
struct Spot {
    chapter: usize,
    page: usize,
    /// As of a binary search.
    entry: Result<usize, usize>,
}

impl<T> PagedMap<T> {
    /// The empty map.
    pub const fn new() -> Self {
        Self { chapters: Vec::new(), len: 0 }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The row under `id`.
    pub fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.entry(&self.find(id)).map(|(_, row)| row)
    }

    /// Whether there is a row under `id`.
    pub fn contains_key(&self, id: &str) -> bool {
        self.get(id).is_some()
    }

    /// The row under `id`, to change; copies its page where that is shared.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Arc<T>> {
        let spot = self.find(id);
        self.entry_mut(&spot).map(|(_, row)| row)
    }

    /// Puts `row` under `id` and returns what stood there.
    pub fn insert(&mut self, id: Text, row: impl Into<Arc<T>>) -> Option<Arc<T>> {
        let row = row.into();
        let spot = self.find(&id);
        match self.entry_mut(&spot) {
            Some((_, known)) => Some(std::mem::replace(known, row)),
            None => {
                self.insert_new(&spot, id, row);
                None
            }
        }
    }

    /// Takes the row under `id` out.
    pub fn remove(&mut self, id: &str) -> Option<Arc<T>> {
        let spot = self.find(id);
        let index = spot.entry.ok()?;
        let (_, row) = self.page_mut(&spot)?.remove(index);
        self.len -= 1;
        if let Some(chapter) = self.chapters.get_mut(spot.chapter) {
            join(Arc::make_mut(&mut chapter.items), spot.page);
            join(&mut self.chapters, spot.chapter);
        }
        Some(row)
    }

    /// Keeps the rows for which `keep` holds; pages that lose none stay shared.
    pub fn retain(&mut self, mut keep: impl FnMut(&Text, &Arc<T>) -> bool) {
        let lost = self.iter().filter(|(id, row)| !keep(id, row));
        let lost: Vec<Text> = lost.map(|(id, _)| id.clone()).collect();
        for id in lost {
            self.remove(&id);
        }
    }

    /// The rows with their ids, in ascending order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(&self.chapters, self.len)
    }

    /// The ids in ascending order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> + Clone {
        self.iter().map(|(id, _)| id)
    }

    /// The rows in ascending order of their ids.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Arc<T>> + Clone {
        self.iter().map(|(_, row)| row)
    }

    /// The rows with their ids, in ascending order, to change; copies every page that is shared.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut Arc<T>)> {
        let pages = self.chapters.iter_mut().flat_map(|chapter| Arc::make_mut(&mut chapter.items));
        let entries = pages.flat_map(|page| Arc::make_mut(&mut page.items));
        entries.map(|(id, row)| (&*id, row))
    }

    /// The rows in ascending order of their ids, to change; copies every page that is shared.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Arc<T>> {
        self.iter_mut().map(|(_, row)| row)
    }

    /// The rows whose ids are within `bounds` (`"web-1;".."web-1<"`), in ascending order.
    pub fn range<'a>(
        &'a self,
        bounds: impl RangeBounds<&'a str>,
    ) -> impl Iterator<Item = (&'a Text, &'a Arc<T>)> {
        walk::range(&self.chapters, bounds)
    }

    /// What this map says otherwise than `older`, in ascending order of the ids.
    ///
    /// Rows that are one allocation count as equal; of two allocations nothing is compared. Pages
    /// that both share are passed over.
    pub fn differences<'a>(
        &'a self,
        older: &'a Self,
    ) -> impl Iterator<Item = Difference<'a, T>> + 'a {
        differences::Differences::new(&self.chapters, &older.chapters)
    }

    fn find(&self, id: &str) -> Spot {
        let chapter = run_of(&self.chapters, id);
        let pages = self.chapters.get(chapter).map(|chapter| chapter.items.as_slice());
        let pages = pages.unwrap_or_default();
        let page = run_of(pages, id);
        let entry = pages.get(page).map_or(Err(0), |page| position(&page.items, id));
        Spot { chapter, page, entry }
    }

    fn entry(&self, spot: &Spot) -> Option<&Entry<T>> {
        let pages = &self.chapters.get(spot.chapter)?.items;
        pages.get(spot.page)?.items.get(spot.entry.ok()?)
    }

    fn entry_mut(&mut self, spot: &Spot) -> Option<&mut Entry<T>> {
        let index = spot.entry.ok()?;
        self.page_mut(spot)?.get_mut(index)
    }

    fn page_mut(&mut self, spot: &Spot) -> Option<&mut Vec<Entry<T>>> {
        let chapter = self.chapters.get_mut(spot.chapter)?;
        let page = Arc::make_mut(&mut chapter.items).get_mut(spot.page)?;
        Some(Arc::make_mut(&mut page.items))
    }

    /// Puts a row where `find` found none.
    fn insert_new(&mut self, spot: &Spot, id: Text, row: Arc<T>) {
        self.len += 1;
        let Some(chapter) = self.chapters.get_mut(spot.chapter) else {
            self.chapters = in_runs(in_runs(vec![(id, row)]));
            return;
        };
        chapter.begin_at(&id);
        let pages = Arc::make_mut(&mut chapter.items);
        let Some(page) = pages.get_mut(spot.page) else { return };
        page.begin_at(&id);
        let index = spot.entry.unwrap_or_else(|index| index);
        if page.items.len() < RUN_MAX {
            Arc::make_mut(&mut page.items).insert(index, (id, row));
            return;
        }
        // Ids mostly come in ascending order: a page that grows at its end stays full.
        let at = if index == RUN_MAX { RUN_MAX } else { RUN_MAX / 2 };
        let mut rest = Arc::make_mut(&mut page.items).split_off(at);
        if index < at {
            Arc::make_mut(&mut page.items).insert(index, (id, row));
        } else {
            rest.insert(index - at, (id, row));
        }
        let after = spot.page + 1;
        pages.splice(after..after, in_runs(rest));
        if pages.len() > RUN_MAX {
            split(&mut self.chapters, spot.chapter, after);
        }
    }
}

impl<T> Default for PagedMap<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for PagedMap<T> {
    fn clone(&self) -> Self {
        Self { chapters: self.chapters.clone(), len: self.len }
    }
}

impl<T: fmt::Debug> fmt::Debug for PagedMap<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self).finish()
    }
}

impl<T: PartialEq> PartialEq for PagedMap<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len
            && self.differences(other).all(|difference| match difference {
                Difference::Changed { old, new, .. } => old == new,
                Difference::Added { .. } | Difference::Removed { .. } => false,
            })
    }
}

impl<T> Index<&str> for PagedMap<T> {
    type Output = Arc<T>;

    /// The row under `id`; as with every map, one that is not there ends the program.
    #[expect(clippy::expect_used, reason = "an index has no other way, and only tests use it")]
    fn index(&self, id: &str) -> &Arc<T> {
        self.get(id).expect("the id is in the map")
    }
}

impl<T, R: Into<Arc<T>>> FromIterator<(Text, R)> for PagedMap<T> {
    /// In one pass where the ids ascend; of equal ids the last wins.
    fn from_iter<I: IntoIterator<Item = (Text, R)>>(rows: I) -> Self {
        let rows = rows.into_iter().map(|(id, row)| (id, row.into()));
        let mut entries: Vec<(Text, Arc<T>)> = rows.collect();
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        }
        let len = entries.len();
        Self { chapters: in_runs(in_runs(entries)), len }
    }
}

impl<T, R: Into<Arc<T>>> Extend<(Text, R)> for PagedMap<T> {
    fn extend<I: IntoIterator<Item = (Text, R)>>(&mut self, rows: I) {
        for (id, row) in rows {
            self.insert(id, row);
        }
    }
}

impl<'a, T> IntoIterator for &'a PagedMap<T> {
    type Item = (&'a Text, &'a Arc<T>);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
