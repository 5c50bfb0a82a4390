//! Which row goes by a name: the container of an address, the claims to a volume.

use crate::dense::Dense;
use crate::lifted::{RowChange, ids_with_prefix};
use crate::ops::draft::Draft;
use crate::shared::{Hashed, Row};
use scope_report::{Node, Text, TopologyKind, id};
use smol_str::format_smolstr;

/// Places by name; a name may be that of several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    rows: Hashed<Row<Dense>>,
    /// How many of the names are addresses with a port: mostly none, and then none is looked up.
    with_port: usize,
}

impl Book {
    /// Those of a name, ascending.
    pub(crate) fn of(&self, name: &str) -> &[Dense] {
        self.rows.get(name).map(Row::values).unwrap_or_default()
    }

    /// Adds or takes a place of a name.
    pub(crate) fn add(&mut self, name: &Text, place: Dense, reasons: i32) {
        let has_port = usize::from(id::parse_endpoint(name).is_some());
        let with_port = &mut self.with_port;
        self.rows.update(name, |row| {
            *with_port = with_port.saturating_sub(if row.is_some() { has_port } else { 0 });
            let mut own = row.take().unwrap_or_default();
            own.add(place, reasons);
            *row = Some(own).filter(|own| !own.values().is_empty());
            *with_port += if row.is_some() { has_port } else { 0 };
        });
    }

    /// What an endpoint belongs to: by its address, else by address and port.
    ///
    /// An address that is listed twice belongs to no one. Names are `<scope>;<ip>` and
    /// `<scope>;<ip>;<port>`.
    pub(crate) fn owner(&self, endpoint_id: &str) -> Option<Dense> {
        id::parse_endpoint(endpoint_id)?;
        let (address, _) = endpoint_id.rsplit_once(id::DELIMITER)?;
        let by_address = self.rows.get(address);
        let by_port = || self.rows.get(endpoint_id);
        let by_port = || (self.with_port > 0).then(by_port).flatten();
        by_address.or_else(by_port).and_then(Row::sole)
    }
}

impl Draft<'_> {
    /// One of the stage's books, to change.
    pub(crate) fn book_mut(&mut self, index: usize) -> Option<&mut Book> {
        let books = &mut self.stage.upkeep.books;
        if books.len() <= index {
            books.resize_with(index + 1, Book::default);
        }
        books.get_mut(index)
    }

    /// Lists the addresses of the rows of a topology, each of which is a node already.
    ///
    /// Gives the book, and the endpoints whose owner may be another than before, unless all may.
    pub(crate) fn list_addresses(
        &mut self,
        kind: TopologyKind,
        addresses: impl Fn(&Node, &mut Vec<Text>),
    ) -> (Book, Vec<Dense>) {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        let mut changed = Vec::new();
        let mut book = self.book_mut(0).map(std::mem::take).unwrap_or_default();
        for RowChange { id, old, new } in self.row_changes(kind) {
            for (list, row) in [(&mut olds, old), (&mut news, new)] {
                list.clear();
                row.into_iter().for_each(|row| addresses(row, list));
            }
            if olds == news {
                continue;
            }
            let Some(place) = self.stage.places.get(id).copied() else { continue };
            olds.iter().for_each(|address| book.add(address, place, -1));
            news.iter().for_each(|address| book.add(address, place, 1));
            if !self.is_from_nothing() {
                changed.append(&mut olds);
                changed.append(&mut news);
            }
        }
        if let Some(own) = self.book_mut(0) {
            own.clone_from(&book);
        }
        (book, self.endpoints_at(&changed))
    }

    /// The endpoints at addresses, each with a port or without.
    fn endpoints_at(&self, addresses: &[Text]) -> Vec<Dense> {
        let table = &self.lifted.endpoints().table;
        let mut found = Vec::new();
        for address in addresses {
            let prefix = format_smolstr!("{address}{}", id::DELIMITER);
            let ids = ids_with_prefix(self.lifted.report(), TopologyKind::Endpoint, &prefix);
            found.extend(ids.chain([address]).filter_map(|id| table.place(id)));
        }
        found
    }
}
