//! Which rows of a topology, and which names, one report has otherwise than another.
//!
//! The one place that knows how reports are compared.

use scope_report::{DnsNames, Node, Report, Text, TopologyKind};
use std::collections::BTreeMap;
use std::ops::Bound;
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
    let changes = match older {
        Some(older) => differences(&older.topology(kind).nodes, newer, Arc::ptr_eq),
        None => newer.iter().map(|(id, row)| (id, None, Some(row))).collect(),
    };
    let whole = |row: &&Arc<Node>| !row.topology.is_empty();
    let changes = changes.into_iter();
    let changes = changes.map(|(id, old, new)| RowChange {
        id,
        old: old.filter(whole),
        new: new.filter(whole),
    });
    changes.filter(|change| change.old.is_some() || change.new.is_some()).collect()
}

/// The addresses whose names differ between two reports, with the names.
pub(crate) fn name_changes<'a>(
    older: &'a Report,
    newer: &'a Report,
) -> Vec<(&'a Text, Option<&'a DnsNames>, Option<&'a DnsNames>)> {
    differences(&older.dns, &newer.dns, DnsNames::eq)
}

/// The rows whose ids begin with `prefix`, ascending.
pub(crate) fn ids_with_prefix<'a>(
    report: &'a Report,
    kind: TopologyKind,
    prefix: &'a str,
) -> impl Iterator<Item = &'a Text> {
    let nodes = &report.topology(kind).nodes;
    let from = nodes.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
    from.map(|(id, _)| id).take_while(move |id| id.starts_with(prefix))
}

type Difference<'a, T> = (&'a Text, Option<&'a T>, Option<&'a T>);

fn differences<'a, T>(
    older: &'a BTreeMap<Text, T>,
    newer: &'a BTreeMap<Text, T>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Difference<'a, T>> {
    let (mut olds, mut news) = (older.iter().peekable(), newer.iter().peekable());
    let mut found = Vec::new();
    loop {
        let id = match (olds.peek(), news.peek()) {
            (Some((old, _)), Some((new, _))) => *old.min(new),
            (Some((id, _)), None) | (None, Some((id, _))) => *id,
            (None, None) => return found,
        };
        let old = olds.next_if(|(own, _)| *own == id).map(|(_, row)| row);
        let new = news.next_if(|(own, _)| *own == id).map(|(_, row)| row);
        if !old.zip(new).is_some_and(|(old, new)| same(old, new)) {
            found.push((id, old, new));
        }
    }
}
