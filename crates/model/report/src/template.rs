//! How facts, metrics and tables of a topology are labelled, formatted and ordered.
//!
//! Templates are data that travels in the report: the app shows what arrives.

use crate::{SortedMap, Text};

/// Where a metadata row finds its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateSource {
    /// Facts, then sets, then counters.
    #[default]
    Any,
    /// A scalar fact.
    Latest,
    /// A set, its members joined with `, `.
    Sets,
    /// The fact `count_<id>`.
    Counters,
}

/// A metadata row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataTemplate {
    /// The key of the fact, set or counter.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// Display hint: characters to show, 0 for all.
    pub truncate: i64,
    /// `number`, `ip`, `datetime`, `duration`, `link`, or blank for text.
    pub data_type: Text,
    /// Ascending order of rows; at 10 and above a row is secondary.
    pub priority: f64,
    /// Where the value is.
    pub from: TemplateSource,
}

/// A metric row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricTemplate {
    /// The key of the metric.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// `filesize`, `integer`, `percent`, or blank for a plain number.
    pub format: Text,
    /// Metrics of one group share an axis (`load`).
    pub group: Text,
    /// Ascending order of rows.
    pub priority: f64,
}

/// A column of a table of several columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// The part of the fact's key after `___`.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// As in [`MetadataTemplate::data_type`].
    pub data_type: Text,
}

/// A table made of facts that share a prefix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableTemplate {
    /// Names the table.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// Facts whose key starts with it are rows.
    pub prefix: Text,
    /// `property-list`, `multicolumn-table`, or blank for the former.
    pub kind: Text,
    /// The columns of a `multicolumn-table`.
    pub columns: Vec<Column>,
    /// Row label by fact key.
    pub fixed_rows: SortedMap<Text>,
}

/// An action that nodes of a topology may offer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    /// The key in `active_controls`.
    pub id: Text,
    /// What the reader sees.
    pub human: Text,
    /// A Font Awesome 5 class string.
    pub icon: Text,
    /// The question to ask first; blank for none.
    pub confirmation: Text,
    /// Ascending order of buttons.
    pub rank: i64,
    /// The probe that runs it, where that is not the node's own.
    pub probe_id: Text,
}

impl MetadataTemplate {
    /// Of two templates for one id, the one with the higher priority.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other != self && order(other.priority, other) > order(self.priority, self) {
            self.clone_from(other);
        }
    }
}

impl MetricTemplate {
    pub(crate) fn merge(&mut self, other: &Self) {
        if other != self && order(other.priority, other) > order(self.priority, self) {
            self.clone_from(other);
        }
    }
}

impl Control {
    pub(crate) fn merge(&mut self, other: &Self) {
        if other != self && format!("{other:?}") > format!("{self:?}") {
            self.clone_from(other);
        }
    }
}

impl TableTemplate {
    /// Field by field the greater string, the longer list of columns, the larger fixed rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (ours, theirs) in [
            (&mut self.id, &other.id),
            (&mut self.label, &other.label),
            (&mut self.prefix, &other.prefix),
            (&mut self.kind, &other.kind),
        ] {
            if theirs > ours {
                ours.clone_from(theirs);
            }
        }
        if (other.columns.len(), &other.columns) > (self.columns.len(), &self.columns) {
            self.columns.clone_from(&other.columns);
        }
        let rank = |rows: &SortedMap<Text>| (rows.len(), format!("{rows:?}"));
        if self.fixed_rows != other.fixed_rows && rank(&other.fixed_rows) > rank(&self.fixed_rows) {
            self.fixed_rows.clone_from(&other.fixed_rows);
        }
    }
}

/// A total order: by priority, then by every field, so that no merge depends on who came first.
fn order(priority: f64, template: &impl std::fmt::Debug) -> (TotalF64, String) {
    (TotalF64(priority), format!("{template:?}"))
}

#[derive(PartialEq)]
struct TotalF64(f64);

impl PartialOrd for TotalF64 {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.0.total_cmp(&other.0))
    }
}
