//! Which rows of a topology, and which names, one report has otherwise than another.
//!
//! The one place that knows how reports are compared.

use scope_report::{DnsNames, Node, Report, Text, TopologyKind};
use std::sync::Arc;

/// A row that is new, gone or another; a part of a row without its whole counts as none.
#[derive(Clone, Copy)]
pub(crate) struct RowChange<'a> {
    pub(crate) id: &'a Text,
    pub(crate) old: Option<&'a Arc<Node>>,
    pub(crate) new: Option<&'a Arc<Node>>,
}

/// The rows of a topology that differ between two reports, ascending; all of them if there is no
/// older one.
pub(crate) fn row_changes<'a>(
    older: Option<&'a Report>,
    newer: &'a Report,
    kind: TopologyKind,
) -> Vec<RowChange<'a>> {
    let newer = &newer.topology(kind).nodes;
    let whole = |row: &&Arc<Node>| !row.topology.is_empty();
    let change = |id, old: Option<&'a Arc<Node>>, new: Option<&'a Arc<Node>>| {
        let change = RowChange { id, old: old.filter(whole), new: new.filter(whole) };
        (change.old.is_some() || change.new.is_some()).then_some(change)
    };
    match older {
        Some(older) => {
            let differences = newer.differences(&older.topology(kind).nodes);
            differences.filter_map(|own| change(own.id(), own.old_row(), own.new_row())).collect()
        }
        None => newer.iter().filter_map(|(id, row)| change(id, None, Some(row))).collect(),
    }
}

/// The addresses whose names differ between two reports, with the names.
pub(crate) fn name_changes<'a>(
    older: &'a Report,
    newer: &'a Report,
) -> impl Iterator<Item = (&'a Text, Option<&'a DnsNames>, Option<&'a DnsNames>)> {
    let differences = newer.dns.differences(&older.dns);
    let names = |row: Option<&'a Arc<DnsNames>>| row.map(Arc::as_ref);
    differences.map(move |own| (own.id(), names(own.old_row()), names(own.new_row())))
}

/// The ids of a topology that begin with `prefix`, ascending.
pub(crate) fn ids_with_prefix<'a>(
    report: &'a Report,
    kind: TopologyKind,
    prefix: &'a str,
) -> impl Iterator<Item = &'a Text> {
    let from = report.topology(kind).nodes.range(prefix..);
    from.map(|(id, _)| id).take_while(move |id| id.starts_with(prefix))
}
