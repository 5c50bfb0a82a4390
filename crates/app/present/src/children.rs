//! What a node contains, by kind.

use crate::kinds::view_of;
use crate::summary::Presenter;
use scope_api::{ChildrenGroup, ColumnHeader, NodeSummary};
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

/// The children of a node in groups; kinds that no view shows are left out.
pub(crate) fn children(presenter: &Presenter<'_>, refs: &[ChildRef]) -> Vec<ChildrenGroup> {
    let mut by_kind: BTreeMap<TopologyKind, BTreeMap<Text, NodeSummary>> = BTreeMap::new();
    for child in refs.iter().filter_map(|child| presenter.lifted.child(*child)) {
        let NodeKind::Of(kind) = child.node.kind else { continue };
        let summary = presenter.summary(&child.node, child.adjacency, false);
        by_kind.entry(kind).or_default().insert(child.node.id.clone(), summary);
    }
    let mut groups = Vec::new();
    for (kind, label, columns) in GROUPS {
        let Some(nodes) = by_kind.remove(&kind) else { continue };
        groups.extend(group(kind, label.into(), columns, nodes));
    }
    for (kind, nodes) in by_kind {
        let label = presenter.lifted.report().topology(kind).label_plural.clone();
        groups.extend(group(kind, label, &[], nodes));
    }
    groups
}

fn group(
    kind: TopologyKind,
    label: Text,
    columns: &[Column],
    nodes: BTreeMap<Text, NodeSummary>,
) -> Option<ChildrenGroup> {
    let columns = columns.iter().map(|(id, label, data_type)| ColumnHeader {
        id: (*id).into(),
        label: (*label).into(),
        default_sort: false,
        data_type: (*data_type).into(),
    });
    Some(ChildrenGroup {
        id: Text::default(),
        label,
        nodes: nodes.into_values().collect(),
        topology_id: view_of(kind)?.as_str().into(),
        columns: columns.collect(),
    })
}
