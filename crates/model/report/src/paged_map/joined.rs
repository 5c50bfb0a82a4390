//! Joining maps whose rows speak of the same things.

use super::{Difference, PagedMap};
use crate::Text;
use std::sync::Arc;

impl<T: Clone> PagedMap<T> {
    /// Joins `other` in; `merge` decides where both have the id.
    ///
    /// A row that both share, or that only one has, is not copied.
    pub fn merge(&mut self, other: &Self, mut merge: impl FnMut(&mut T, &T)) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        for (id, theirs) in other {
            let spot = self.find(id);
            match self.entry(&spot) {
                Some((_, ours)) if Arc::ptr_eq(ours, theirs) => {}
                Some(_) => {
                    if let Some((_, ours)) = self.entry_mut(&spot) {
                        merge(Arc::make_mut(ours), theirs);
                    }
                }
                None => self.insert_new(&spot, id.clone(), Arc::clone(theirs)),
            }
        }
    }

    /// The rows of all `sources`, in one pass; `merge` joins those that speak of one id.
    pub fn merged(mut sources: Vec<&Self>, merge: impl Fn(&mut T, &T)) -> Self {
        sources.retain(|source| !source.is_empty());
        match sources.as_slice() {
            [] => return Self::new(),
            [only] => return Self::clone(only),
            _ => {}
        }
        // Ids start with their host: in the order of their first ids, the rows of different hosts
        // form one long run, which the sort passes over without moving anything.
        sources.sort_by(|a, b| a.keys().next().cmp(&b.keys().next()));
        let mut entries: Vec<(&Text, &Arc<T>)> = sources.into_iter().flatten().collect();
        entries.sort_by(|a, b| a.0.cmp(b.0));
        let mut rows: Vec<(Text, Arc<T>)> = Vec::with_capacity(entries.len());
        for (id, theirs) in entries {
            match rows.last_mut() {
                Some((last, ours)) if last == id => {
                    if !Arc::ptr_eq(ours, theirs) {
                        merge(Arc::make_mut(ours), theirs);
                    }
                }
                _ => rows.push((id.clone(), Arc::clone(theirs))),
            }
        }
        rows.into_iter().collect()
    }
}

impl<T: Clone + PartialEq> PagedMap<T> {
    /// The rows of all `sources`, of which `older` was the merge until the maps of `touched` came
    /// or went. Rows that are equal to what they were stay the same allocation.
    pub fn merged_again(
        sources: Vec<&Self>,
        older: &Self,
        touched: &[&Self],
        merge: impl Fn(&mut T, &T),
    ) -> Self {
        let mut ids: Vec<&Text> = touched.iter().flat_map(|map| map.keys()).collect();
        if ids.len() >= older.len() {
            let mut map = Self::merged(sources, merge);
            map.keep_equal(older);
            return map;
        }
        ids.sort();
        ids.dedup();
        let mut map = older.clone();
        for id in ids {
            let mut rows = sources.iter().filter_map(|source| source.get(id));
            let Some(first) = rows.next() else {
                map.remove(id);
                continue;
            };
            let mut joined = Arc::clone(first);
            for row in rows.filter(|row| !Arc::ptr_eq(first, row)) {
                merge(Arc::make_mut(&mut joined), row);
            }
            if older.get(id).is_none_or(|known| *known != joined) {
                map.insert(id.clone(), joined);
            }
        }
        map
    }
}

impl<T: PartialEq> PagedMap<T> {
    /// Takes over the row of `older` wherever it is equal, so that [`PagedMap::differences`] are
    /// only what really differs.
    pub fn keep_equal(&mut self, older: &Self) {
        let mut equal: Vec<(Text, Arc<T>)> = Vec::new();
        for difference in self.differences(older) {
            if let Difference::Changed { id, old, new } = difference
                && old == new
            {
                equal.push((id.clone(), Arc::clone(old)));
            }
        }
        self.extend(equal);
    }
}
