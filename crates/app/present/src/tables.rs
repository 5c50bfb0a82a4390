//! Tables of a node: labels, environment variables, image properties, and what plugins add.

use crate::Censor;
use scope_api::{Table, TableColumn, TableRow};
use scope_render::GraphNode;
use scope_report::{SortedMap, TableTemplate, Text};
use smol_str::format_smolstr;
use std::collections::BTreeMap;

/// How many tables a node may have.
const TABLES_PER_NODE_MAX: usize = 64;

/// Between row and column in the key of a fact.
const COLUMN_SEPARATOR: &str = "___";

/// What the type of a table of several columns is called.
const MULTICOLUMN: &str = "multicolumn-table";

/// What the type of a table of labels and values is called; a template may leave it blank.
const PROPERTY_LIST: &str = "property-list";

/// Every table of a node's topology, those without rows too, ascending by id.
pub(crate) fn tables(
    templates: &SortedMap<TableTemplate>,
    node: &GraphNode,
    censor: Censor,
) -> Vec<Table> {
    let shown = templates.iter().filter(|(_, template)| censor.allows(&template.prefix));
    let shown = shown.take(TABLES_PER_NODE_MAX);
    shown.map(|(_, template)| table(template, node, censor)).collect()
}

fn table(template: &TableTemplate, node: &GraphNode, censor: Censor) -> Table {
    let is_multicolumn = template.kind == MULTICOLUMN;
    let rows = if is_multicolumn {
        multicolumn_rows(template, node, censor)
    } else {
        property_rows(template, node, censor)
    };
    let columns = template.columns.iter().map(|column| TableColumn {
        id: column.id.clone(),
        label: column.label.clone(),
        data_type: column.data_type.clone(),
    });
    let truncated = format_smolstr!("table_truncation_count_{}", template.prefix);
    let kind = if template.kind.is_empty() {
        Text::new_static(PROPERTY_LIST)
    } else {
        template.kind.clone()
    };
    Table {
        id: template.id.clone(),
        label: template.label.clone(),
        kind,
        columns: (!template.columns.is_empty()).then(|| columns.collect()),
        rows,
        truncation_count: node
            .fact(&truncated)
            .and_then(|count| count.parse().ok())
            .unwrap_or_default(),
    }
}

fn property_rows(template: &TableTemplate, node: &GraphNode, censor: Censor) -> Vec<TableRow> {
    let mut labelled: Vec<(Text, Text)> = Vec::new();
    for (key, label) in template.fixed_rows.iter().filter(|(key, _)| censor.allows(key)) {
        if let Some(value) = node.fact_text(key) {
            labelled.push((label.clone(), Text::from(censor.value(key, value))));
        }
    }
    for (key, rest, value) in prefixed(node, &template.prefix, censor) {
        if !template.fixed_rows.contains_key(key) {
            labelled.push((Text::from(rest), Text::from(censor.value(key, value))));
        }
    }
    labelled.sort();
    labelled
        .into_iter()
        .map(|(label, value)| TableRow {
            id: format_smolstr!("label_{label}"),
            entries: BTreeMap::from([
                (Text::new_static("label"), label),
                (Text::new_static("value"), value),
            ]),
        })
        .collect()
}

/// A key without a column is no cell of the table.
fn multicolumn_rows(template: &TableTemplate, node: &GraphNode, censor: Censor) -> Vec<TableRow> {
    let mut rows: BTreeMap<&str, BTreeMap<Text, Text>> = BTreeMap::new();
    for (_, rest, value) in prefixed(node, &template.prefix, censor) {
        if let Some((row, column)) = rest.split_once(COLUMN_SEPARATOR) {
            rows.entry(row).or_default().insert(column.into(), value.clone());
        }
    }
    rows.into_iter().map(|(id, entries)| TableRow { id: id.into(), entries }).collect()
}

/// Facts whose key starts with a prefix: key, the rest of the key, value.
fn prefixed<'a>(
    node: &'a GraphNode,
    prefix: &'a str,
    censor: Censor,
) -> impl Iterator<Item = (&'a Text, &'a str, &'a Text)> {
    let row = node.row.iter().filter(|_| !prefix.is_empty());
    row.flat_map(move |row| row.latest.with_prefix(prefix))
        .filter(move |(key, _)| censor.allows(key))
        .filter_map(move |(key, fact)| Some((key, key.strip_prefix(prefix)?, &fact.value)))
}
