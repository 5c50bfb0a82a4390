//! What changed since the last full report: two of three publishes carry no more than that.

use scope_report::{Fact, Node, Report, SortedMap, Topology};
use std::sync::Arc;

/// The part of `current` that `last_full` does not say already.
///
/// The law: merging `last_full` with the delta gives what merging it with `current` gives, but
/// that a fact whose value did not change may keep its older timestamp (and with it, an unchanged
/// node costs nothing). A node the full report knows comes with blank id and topology, and each
/// of its parts whole or not at all; an app that has lost the full report can so tell it from a
/// whole node. Controls, DNS names and the window stay, as Scope 1.13 has it; templates go unless
/// they changed. Nodes that are the same allocation in both reports are skipped unread.
pub fn delta(current: &Report, last_full: &Report) -> Report {
    let mut delta = Report::empty();
    delta.ts = current.ts;
    delta.dns.clone_from(&current.dns);
    delta.sampling = current.sampling;
    delta.window_nanos = current.window_nanos;
    delta.shortcut = current.shortcut;
    delta.plugins.clone_from(&current.plugins);
    delta.id.clone_from(&current.id);
    for (kind, section) in delta.topologies_mut() {
        *section = topology(current.topology(kind), last_full.topology(kind));
    }
    delta
}

fn topology(current: &Topology, full: &Topology) -> Topology {
    let changed_nodes = current.nodes.differences(&full.nodes).filter_map(|difference| {
        let node = difference.new_row()?;
        let changed = match difference.old_row() {
            Some(known) if known.id == node.id && known.topology == node.topology => {
                Arc::new(changed_parts(node, known)?)
            }
            _ => Arc::clone(node),
        };
        Some((difference.id().clone(), changed))
    });
    Topology {
        shape: unless_equal(&current.shape, &full.shape),
        tag: unless_equal(&current.tag, &full.tag),
        label: unless_equal(&current.label, &full.label),
        label_plural: unless_equal(&current.label_plural, &full.label_plural),
        nodes: changed_nodes.collect(),
        controls: current.controls.clone(),
        metadata_templates: changed_entries(&current.metadata_templates, &full.metadata_templates),
        metric_templates: changed_entries(&current.metric_templates, &full.metric_templates),
        table_templates: changed_entries(&current.table_templates, &full.table_templates),
    }
}

fn changed_parts(current: &Node, full: &Node) -> Option<Node> {
    let mut part = Node {
        sets: unless_equal(&current.sets, &full.sets),
        adjacency: unless_equal(&current.adjacency, &full.adjacency),
        metrics: unless_equal(&current.metrics, &full.metrics),
        parents: unless_equal(&current.parents, &full.parents),
        edges: unless_equal(&current.edges, &full.edges),
        ..Node::default()
    };
    if !same_values(&current.latest, &full.latest) {
        part.latest.clone_from(&current.latest);
    }
    (part != Node::default()).then_some(part)
}

/// Whether both have the same keys and values, whatever the timestamps.
fn same_values(current: &SortedMap<Fact>, full: &SortedMap<Fact>) -> bool {
    current.len() == full.len()
        && current
            .iter()
            .zip(full.iter())
            .all(|((key, fact), (known, old))| key == known && fact.value == old.value)
}

fn unless_equal<V: Clone + Default + PartialEq>(current: &V, full: &V) -> V {
    if current == full { V::default() } else { current.clone() }
}

fn changed_entries<V: Clone + PartialEq>(
    current: &SortedMap<V>,
    full: &SortedMap<V>,
) -> SortedMap<V> {
    let changed = current.iter().filter(|(key, value)| full.get(key) != Some(*value));
    changed.map(|(key, value)| (key.clone(), value.clone())).collect()
}
