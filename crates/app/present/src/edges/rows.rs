//! What the rows of a table of connections carry: columns that are there only where figures are.

use super::carried::{Carried, Clocks, Sum};
use scope_api::{ColumnHeader, EdgeSummary, MetadataRow};
use scope_report::{Edge, Text};
use smol_str::ToSmolStr;
use std::collections::BTreeMap;

/// A column: its id, label and data type, and which figure of a summary it shows.
struct Column {
    id: &'static str,
    label: &'static str,
    data_type: &'static str,
    figure: fn(&EdgeSummary) -> Option<f64>,
}

/// In the order they are shown.
const COLUMNS: [Column; 4] = [
    Column {
        id: "sent_bytes",
        label: "To server",
        data_type: "rate",
        figure: |summary| summary.sent_bytes,
    },
    Column {
        id: "received_bytes",
        label: "To client",
        data_type: "rate",
        figure: |summary| summary.received_bytes,
    },
    Column {
        id: "rtt_ms",
        label: "Round trip",
        data_type: "millis",
        figure: |summary| summary.rtt_ms,
    },
    Column { id: "failed", label: "Failed", data_type: "number", figure: |summary| summary.failed },
];

/// What connections carry, by the row of a table that counts them.
#[derive(Debug)]
pub(crate) struct RowFigures<R>(BTreeMap<R, Sum>);

impl<R> Default for RowFigures<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Ord + Clone> RowFigures<R> {
    /// Counts a connection in at its row.
    pub(crate) fn add(&mut self, row: &R, edge: &Edge, clocks: &Clocks<'_>) {
        if let Some(carried) = Carried::by(edge, clocks) {
            self.0.entry(row.clone()).or_default().add(&carried);
        }
    }

    /// The columns for which some row has a figure.
    pub(crate) fn columns(&self) -> Vec<ColumnHeader> {
        let summaries: Vec<EdgeSummary> = self.0.values().map(Sum::summary).collect();
        let shown = COLUMNS
            .iter()
            .filter(|column| summaries.iter().any(|summary| (column.figure)(summary).is_some()));
        let header = |column: &Column| ColumnHeader {
            id: Text::new_static(column.id),
            label: Text::new_static(column.label),
            default_sort: false,
            data_type: Text::new_static(column.data_type),
        };
        shown.map(header).collect()
    }

    /// The cells of a row.
    pub(crate) fn cells(&self, row: &R) -> Vec<MetadataRow> {
        let Some(summary) = self.0.get(row).map(Sum::summary) else { return Vec::new() };
        let cells = COLUMNS.iter().filter_map(|column| {
            let value = (column.figure)(&summary)?.to_smolstr();
            Some(MetadataRow { id: Text::new_static(column.id), value, ..MetadataRow::default() })
        });
        cells.collect()
    }
}
