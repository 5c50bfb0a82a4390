//! What a node contains, by kind.

use crate::kinds::view_of;
use crate::summary::Presenter;
use scope_api::{ChildrenGroup, ColumnHeader};
use scope_render::{ChildRef, NodeKind};
use scope_report::{Text, TopologyKind};
use std::collections::BTreeMap;

use TopologyKind as K;

/// Id, label and data type of a column.
type Column = (&'static str, &'static str, &'static str);

/// The groups with headings of their own, in the order they are shown.
const GROUPS: [(TopologyKind, &str, &[Column]); 10] = [
    (
        K::Pod,
        "Pods",
        &[
            ("kubernetes_state", "State", ""),
            ("container", "# Containers", "number"),
            ("kubernetes_ip", "IP", "ip"),
        ],
    ),
    (K::EcsTask, "Tasks", &[("ecs_created_at", "Created At", "datetime")]),
    (
        K::Container,
        "Containers",
        &[("docker_cpu_total_usage", "CPU", "number"), ("docker_memory_usage", "Memory", "number")],
    ),
    (
        K::Process,
        "Processes",
        &[
            ("pid", "PID", "number"),
            ("process_cpu_usage_percent", "CPU", "number"),
            ("process_memory_usage_bytes", "Memory", "number"),
        ],
    ),
    (K::ContainerImage, "Container images", &[]),
    (K::PersistentVolume, "Persistent Volumes", &[]),
    (K::PersistentVolumeClaim, "Persistent Volume Claims", &[]),
    (K::StorageClass, "Storage Classes", &[]),
    (K::VolumeSnapshot, "Volume Snapshots", &[]),
    (K::VolumeSnapshotData, "Volume Snapshot Data", &[]),
];

/// How many children of one kind are listed; an unmanaged site may have a hundred thousand.
pub(crate) const CHILDREN_MAX: usize = 5_000;

/// The children of one kind by their ids, each with where it comes from.
type OfKind = BTreeMap<Text, ChildRef>;

/// The children of a node in groups; kinds that no view shows are left out.
pub(crate) fn children(presenter: &Presenter<'_>, refs: &[ChildRef]) -> Vec<ChildrenGroup> {
    let mut by_kind: BTreeMap<TopologyKind, OfKind> = BTreeMap::new();
    for child in refs {
        let Some(node) = presenter.lifted.child_node(*child) else { continue };
        let NodeKind::Of(kind) = node.kind else { continue };
        by_kind.entry(kind).or_default().insert(node.id, *child);
    }
    let mut groups = Vec::new();
    for (kind, label, columns) in GROUPS {
        let Some(nodes) = by_kind.remove(&kind) else { continue };
        groups.extend(group(presenter, kind, label.into(), columns, &nodes));
    }
    for (kind, nodes) in by_kind {
        let label = presenter.lifted.report().topology(kind).label_plural.clone();
        groups.extend(group(presenter, kind, label, &[], &nodes));
    }
    groups
}

fn group(
    presenter: &Presenter<'_>,
    kind: TopologyKind,
    label: Text,
    columns: &[Column],
    nodes: &OfKind,
) -> Option<ChildrenGroup> {
    let shown = nodes.values().take(CHILDREN_MAX).filter_map(|child| {
        let child = presenter.lifted.child(*child)?;
        Some(presenter.summary(&child.node, child.adjacency, false))
    });
    let columns = columns.iter().map(|(id, label, data_type)| ColumnHeader {
        id: (*id).into(),
        label: (*label).into(),
        default_sort: false,
        data_type: (*data_type).into(),
    });
    Some(ChildrenGroup {
        id: Text::default(),
        label,
        nodes: shown.collect(),
        topology_id: view_of(kind)?.as_str().into(),
        columns: columns.collect(),
        truncation_count: nodes.len().saturating_sub(CHILDREN_MAX),
    })
}
