//! Choices the operator adds to the group `system`: containers with a label, or without it.
//!
//! A filter is written `Title:key=value`, `\:` for a colon that separates nothing. Its id is
//! `containerLabelFilter<N>` if it keeps what has the label and `containerLabelFilterExclude<N>` if
//! it drops it, N from 0 in the order of the flags. (Weave Scope gave each the id of the other.)

use crate::lifted::Lifted;
use crate::stage::Stage;
use crate::{Dense, GraphNode};
use scope_report::{Text, TopologyKind};
use smol_str::format_smolstr;
use std::str::FromStr;
use std::sync::Arc;

/// How many filters there may be of each sort.
pub const LABEL_FILTERS_MAX: usize = 64;

/// The length of a filter as written.
const FILTER_BYTES_MAX: usize = 4096;

/// A title and the label of containers it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerLabel {
    /// What the reader sees.
    pub title: Text,
    /// The facts that hold the label: of a container, and of its image.
    keys: [Text; 2],
    value: Text,
}

/// The text is no `Title:key=value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write Title:key=value, and \\: for a colon in the title or the label")]
pub struct InvalidContainerLabel;

/// A filter by label, with the id that a query chooses it by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LabelFilter {
    pub(crate) id: Text,
    pub(crate) label: ContainerLabel,
    excludes: bool,
}

/// The operator's filters, in the order to show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFilters(Vec<Arc<LabelFilter>>);

impl FromStr for ContainerLabel {
    type Err = InvalidContainerLabel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > FILTER_BYTES_MAX {
            return Err(InvalidContainerLabel);
        }
        let escaped = |at: usize| text.get(..at).is_some_and(|before| before.ends_with('\\'));
        let mut colons = text.match_indices(':').map(|(at, _)| at).filter(|at| !escaped(*at));
        let (Some(colon), None) = (colons.next(), colons.next()) else {
            return Err(InvalidContainerLabel);
        };
        let part = |part: Option<&str>| part.unwrap_or_default().replace("\\:", ":");
        let (title, label) = (part(text.get(..colon)), part(text.get(colon + 1..)));
        let (key, value) = label.split_once('=').ok_or(InvalidContainerLabel)?;
        if title.is_empty() || key.is_empty() {
            return Err(InvalidContainerLabel);
        }
        let keys = ["docker_label_", "docker_image_label_"];
        Ok(Self {
            title: title.into(),
            keys: keys.map(|prefix| format_smolstr!("{prefix}{key}")),
            value: value.into(),
        })
    }
}

impl LabelFilters {
    /// Filters that keep what has a label, and filters that drop it; of each the first
    /// [`LABEL_FILTERS_MAX`].
    pub fn new(
        keeping: impl IntoIterator<Item = ContainerLabel>,
        dropping: impl IntoIterator<Item = ContainerLabel>,
    ) -> Self {
        let keeping = keeping.into_iter().take(LABEL_FILTERS_MAX).enumerate();
        let dropping = dropping.into_iter().take(LABEL_FILTERS_MAX).enumerate();
        let keeping = keeping.map(|(place, label)| LabelFilter {
            id: format_smolstr!("containerLabelFilter{place}"),
            label,
            excludes: false,
        });
        let dropping = dropping.map(|(place, label)| LabelFilter {
            id: format_smolstr!("containerLabelFilterExclude{place}"),
            label,
            excludes: true,
        });
        Self(keeping.chain(dropping).map(Arc::new).collect())
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Arc<LabelFilter>> {
        self.0.iter().find(|filter| filter.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LabelFilter> {
        self.0.iter().map(Arc::as_ref)
    }
}

impl LabelFilter {
    /// Whether a node stays. A node made of containers stays if one of them would.
    pub(crate) fn keeps(
        &self,
        lifted: &Lifted,
        stage: &Stage,
        index: Dense,
        node: &GraphNode,
    ) -> bool {
        if node.is_of(TopologyKind::Container) || self.has_label(node) {
            return self.keeps_container(node);
        }
        let mut containers = stage
            .children(index)
            .iter()
            .filter_map(|child| lifted.child_node(*child))
            .filter(|child| child.is_of(TopologyKind::Container))
            .peekable();
        if containers.peek().is_none() {
            return self.excludes;
        }
        containers.any(|child| self.keeps_container(&child))
    }

    fn keeps_container(&self, node: &GraphNode) -> bool {
        self.has_label(node) != self.excludes
    }

    fn has_label(&self, node: &GraphNode) -> bool {
        let ContainerLabel { keys, value, .. } = &self.label;
        keys.iter().any(|key| node.fact_text(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: Option<(&str, &str, &str)>) {
        let label = input.parse::<ContainerLabel>().ok();
        let parts = label.as_ref().map(|label| {
            let key = label.keys[0].strip_prefix("docker_label_").unwrap();
            (label.title.as_str(), key, label.value.as_str())
        });
        assert_eq!(parts, expect, "{input}");
    }

    #[test]
    fn labels_are_read() {
        check("Shop:team=shop", Some(("Shop", "team", "shop")));
        check(r"A\:B:k\:1=v=2", Some(("A:B", "k:1", "v=2")));
        check("Any:team=", Some(("Any", "team", "")));
        for text in ["", "team=shop", "Shop:team", ":team=shop", "Shop:=x", "a:b:c=d"] {
            check(text, None);
        }
        check(&format!("T:k={}", "v".repeat(FILTER_BYTES_MAX)), None);
    }
}
