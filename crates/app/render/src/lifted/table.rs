//! The rows of one topology in places of their own, and which of them connects to which.
//!
//! A row keeps its place from one report to the next. An id that others connect to has a place
//! too, whether or not its row is there: when the row comes, its connections are there already.

use super::differences::RowChange;
use crate::dense::Dense;
use crate::shared::{Edit, Hashed, Pages, Rows};
use scope_report::{Node, StringSet, Text};
use std::sync::Arc;

/// An edge that came, or that went.
pub(crate) type EdgeChange = (Dense, Dense, bool);

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    entries: Pages<Option<Entry>>,
    /// One more than the greatest place in use.
    extent: Dense,
    free: Vec<Dense>,
    places: Hashed<Dense>,
    pub(crate) edges: Rows<Dense>,
    pub(crate) edges_in: Rows<Dense>,
    /// What changed since the table this one is made from; absent if it is made from nothing.
    pub(crate) delta: Option<TableDelta>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TableDelta {
    pub(crate) rows: Vec<Dense>,
    pub(crate) edges: Vec<EdgeChange>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: Text,
    row: Option<Arc<Node>>,
    /// How many rows connect to it.
    mentions: u32,
}

impl Table {
    /// The table with some rows changed; `older` is the one those changes are counted from.
    pub(crate) fn after(older: Option<&Self>, changes: &[RowChange<'_>]) -> Self {
        let mut own = older.cloned().unwrap_or_default();
        let mut delta = TableDelta::default();
        let mut edits = Vec::new();
        let mut touched = Vec::new();
        if older.is_none() {
            own.places.reserve(changes.len());
        }
        for change in changes {
            let place = own.place_or_new(change.id);
            own.put(place, change.new.map(Arc::clone));
            delta.rows.push(place);
            own.relink(place, *change, &mut edits, &mut touched);
        }
        touched.extend(&delta.rows);
        own.edges.apply(edits, |from, to, is_in| delta.edges.push((from, to, is_in)));
        let count = |is_in| if is_in { 1 } else { -1 };
        let turned = delta.edges.iter().map(|(from, to, is_in)| (*to, *from, count(*is_in)));
        own.edges_in.apply(turned.collect(), |_, _, _| {});
        let freed: Vec<Dense> =
            touched.into_iter().filter(|place| own.drop_unused(*place)).collect();
        own.free.extend(freed);
        own.delta = older.map(|_| delta);
        own
    }

    /// The place of an id, if it has a row or something connects to it.
    pub(crate) fn place(&self, id: &str) -> Option<Dense> {
        self.places.get(id).copied()
    }

    pub(crate) fn row(&self, place: Dense) -> Option<&Arc<Node>> {
        self.entries.get(place)?.as_ref()?.row.as_ref()
    }

    /// The id at a place that has a row.
    pub(crate) fn id(&self, place: Dense) -> Option<&Text> {
        let entry = self.entries.get(place)?.as_ref()?;
        entry.row.is_some().then_some(&entry.id)
    }

    /// The places that have a row.
    pub(crate) fn places(&self) -> impl Iterator<Item = Dense> {
        let has_row = |entry: &Option<Entry>| entry.as_ref().is_some_and(|own| own.row.is_some());
        self.entries.iter().filter(move |(_, entry)| has_row(entry)).map(|(place, _)| place)
    }

    fn place_or_new(&mut self, id: &Text) -> Dense {
        if let Some(place) = self.place(id) {
            return place;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.extent = self.extent.saturating_add(1);
            self.extent - 1
        });
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = Some(Entry { id: id.clone(), row: None, mentions: 0 });
        }
        self.places.insert_new(id.clone(), place);
        place
    }

    fn put(&mut self, place: Dense, row: Option<Arc<Node>>) {
        if let Some(Some(entry)) = self.entries.get_mut(place) {
            entry.row = row;
        }
    }

    /// Collects what the change of a row changes about who connects to whom.
    fn relink(
        &mut self,
        from: Dense,
        change: RowChange<'_>,
        edits: &mut Vec<Edit<Dense>>,
        touched: &mut Vec<Dense>,
    ) {
        static NONE: StringSet = StringSet::new();
        let old = change.old.map_or(&NONE, |row| &row.adjacency);
        let new = change.new.map_or(&NONE, |row| &row.adjacency);
        if old == new {
            return;
        }
        for id in new {
            let to = self.place_or_new(id);
            if let Some(Some(entry)) = self.entries.get_mut(to) {
                entry.mentions = entry.mentions.saturating_add(1);
            }
            edits.push((from, to, 1));
        }
        for id in old {
            let Some(to) = self.place(id) else { continue };
            if let Some(Some(entry)) = self.entries.get_mut(to) {
                entry.mentions = entry.mentions.saturating_sub(1);
            }
            edits.push((from, to, -1));
            touched.push(to);
        }
    }

    /// Gives up a place that is of no more use; says whether it did.
    ///
    /// It is given to another only in the next table, so that no place changes hands within one
    /// step.
    fn drop_unused(&mut self, place: Dense) -> bool {
        let Some(Some(entry)) = self.entries.get(place) else { return false };
        if entry.row.is_some() || entry.mentions > 0 {
            return false;
        }
        let id = entry.id.clone();
        self.places.remove(&id);
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = None;
        }
        true
    }
}
