//! Rows that name rows of another topology: a volume its claim, a pod its volumes.

use crate::NodeKind;
use crate::dense::Dense;
use crate::lifted::RowChange;
use crate::ops::draft::Draft;
use crate::stage::{ChildRef, Origin};
use scope_report::{Node, Text, TopologyKind};
use smol_str::format_smolstr;
use std::sync::Arc;

/// How many references a stage follows.
///
/// Names are unique within a cluster; several clusters in one report multiply those they share.
const REFERENCES_MAX: usize = 1 << 18;

/// A name, and the namespace it is unique in.
pub(crate) type Name<'a> = (&'a str, &'a str);

/// Who names whom.
#[derive(Clone, Copy)]
pub(crate) struct Naming {
    pub(crate) from: TopologyKind,
    /// The names that a row calls others by.
    pub(crate) names: fn(&Node) -> Vec<Name<'_>>,
    pub(crate) to: TopologyKind,
    /// The name that a row is called by.
    pub(crate) name: fn(&Node) -> Name<'_>,
}

/// A row that names another, both being nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    own: Dense,
    target: Dense,
    /// The place of the other in its table.
    row: Dense,
}

impl Draft<'_> {
    /// Connects the rows of a topology to the rows they name, which become part of them.
    ///
    /// `book` is the place of the book of names among those of the stage.
    pub(crate) fn refer(&mut self, book: usize, naming: Naming) {
        let names_differ = self.list_names(book, naming);
        let lifted = self.lifted;
        let Some(names) = self.book_mut(book).cloned() else { return };
        let rows_named = |row: Option<&Arc<Node>>| -> Vec<Dense> {
            let called = row.map(|row| (naming.names)(row)).unwrap_or_default();
            let rows = called.into_iter().filter_map(key).flat_map(|name| names.of(&name).to_vec());
            rows.take(REFERENCES_MAX + 1).collect()
        };
        for change in self.row_changes(naming.from) {
            self.refer_row(book, naming, change.id, &rows_named(change.new));
        }
        if names_differ && !self.is_from_nothing() {
            for (id, row) in lifted.rows(naming.from) {
                self.refer_row(book, naming, id, &rows_named(Some(row)));
            }
        }
    }

    /// Writes down the names that rows are called by; says whether any differ from before.
    fn list_names(&mut self, book: usize, naming: Naming) -> bool {
        let lifted = self.lifted;
        let table = lifted.table(naming.to);
        let before = self.table_before(naming.to);
        let mut differ = false;
        for RowChange { id, old, new } in self.row_changes(naming.to) {
            let [old, new] = [old, new].map(|row| row.and_then(|row| key((naming.name)(row))));
            let place = table.place(id).or_else(|| before.and_then(|table| table.place(id)));
            let (Some(place), Some(book)) = (place, self.book_mut(book)) else { continue };
            if old == new {
                continue;
            }
            differ = true;
            old.iter().for_each(|name| book.add(name, place, -1));
            new.iter().for_each(|name| book.add(name, place, 1));
        }
        differ
    }

    /// Connects a row to the rows it names.
    fn refer_row(&mut self, book: usize, naming: Naming, id: &Text, rows: &[Dense]) {
        let lifted = self.lifted;
        let before = self.table_before(naming.from);
        let place = lifted.table(naming.from).place(id);
        let Some(place) = place.or_else(|| before.and_then(|table| table.place(id))) else {
            return;
        };
        let room = REFERENCES_MAX.saturating_sub(self.stage.upkeep.reference_count);
        self.stage.truncated |= rows.len() > room;
        let mut found = Vec::new();
        for row in rows.iter().take(room) {
            let Some(target) = lifted.table(naming.to).id(*row) else { continue };
            let (own, target) = (self.place_or_new(id), self.place_or_new(target));
            found.push(Reference { own, target, row: *row });
        }
        self.replace_references(book, naming, place, &found);
    }

    fn replace_references(
        &mut self,
        book: usize,
        naming: Naming,
        place: Dense,
        found: &[Reference],
    ) {
        let upkeep = &mut self.stage.upkeep;
        if upkeep.references.len() <= book {
            upkeep.references.resize_with(book + 1, Default::default);
        }
        let Some(lists) = upkeep.references.get_mut(book) else { return };
        let known = lists.get(place).and_then(Option::as_ref).map(Arc::clone);
        let known = known.as_deref().unwrap_or_default();
        if known == found {
            return;
        }
        upkeep.reference_count = (upkeep.reference_count + found.len()).saturating_sub(known.len());
        if let Some(list) = lists.get_mut(place) {
            *list = (!found.is_empty()).then(|| found.into());
        }
        for (references, reasons) in [(known, -1), (found, 1)] {
            for Reference { own, target, row } in references {
                self.give_reason(*own, NodeKind::Of(naming.from), reasons);
                self.give_reason(*target, NodeKind::Of(naming.to), reasons);
                self.connect(*own, *target, reasons);
                let child = ChildRef { origin: Origin::Table(naming.to), index: *row };
                self.adopt(*own, child, reasons);
            }
        }
    }
}

/// A name as one text; a blank name is none.
fn key((scope, name): Name<'_>) -> Option<Text> {
    (!name.is_empty()).then(|| format_smolstr!("{}:{scope}{name}", scope.len()))
}
