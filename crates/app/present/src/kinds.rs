//! The words for each kind of node: one file per kind.

mod container;

mod container_image;

mod ecs;

mod group;

mod host;

mod kubernetes;

mod overlay;

mod process;

mod pseudo;

mod swarm;

use scope_render::{GraphNode, NodeKind, ViewId};
use scope_report::{Report, Text, TopologyKind};
use smol_str::format_smolstr;

/// How a node is named and drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) label: Text,
    pub(crate) label_minor: Text,
    pub(crate) rank: Text,
    pub(crate) stack: bool,
}

/// The outline of a topology that states none.
const SHAPE_DEFAULT: &str = "circle";

/// The words for a node.
pub(crate) fn words(report: &Report, node: &GraphNode) -> Words {
    use TopologyKind as K;
    match node.kind {
        NodeKind::Pseudo(kind) => pseudo::words(node, kind),
        NodeKind::GroupOf(kind) => group::words(report, node, kind),
        NodeKind::Of(K::Process) => process::words(node),
        NodeKind::Of(K::Container) => container::words(node),
        NodeKind::Of(K::ContainerImage) => container_image::words(node),
        NodeKind::Of(K::Host) => host::words(node),
        NodeKind::Of(K::EcsTask) => ecs::task_words(node),
        NodeKind::Of(K::EcsService) => ecs::service_words(node),
        NodeKind::Of(K::SwarmService) => swarm::words(node),
        NodeKind::Of(K::Overlay) => overlay::words(node),
        NodeKind::Of(K::Endpoint) => {
            Words { label: node.id.clone(), rank: node.id.clone(), ..Words::default() }
        }
        NodeKind::Of(kind) => kubernetes::words(node, kind),
    }
}

/// The outline and the overlay of a node.
pub(crate) fn shape(report: &Report, node: &GraphNode) -> (Text, Text) {
    match node.kind {
        NodeKind::Pseudo(kind) => (pseudo::shape(kind), Text::default()),
        NodeKind::Of(kind) | NodeKind::GroupOf(kind) => {
            let topology = report.topology(kind);
            let shape = &topology.shape;
            let stated = !shape.is_empty();
            let shape = if stated { shape.clone() } else { SHAPE_DEFAULT.into() };
            (shape, topology.tag.clone())
        }
    }
}

/// The view that shows the nodes of a topology.
pub(crate) fn view_of(kind: TopologyKind) -> Option<ViewId> {
    use TopologyKind as K;
    match kind {
        K::Process => Some(ViewId::Processes),
        K::Container => Some(ViewId::Containers),
        K::ContainerImage => Some(ViewId::ContainersByImage),
        K::Pod
        | K::PersistentVolume
        | K::PersistentVolumeClaim
        | K::StorageClass
        | K::VolumeSnapshot
        | K::VolumeSnapshotData => Some(ViewId::Pods),
        K::Deployment | K::DaemonSet | K::StatefulSet | K::CronJob | K::Job => {
            Some(ViewId::KubeControllers)
        }
        K::Service => Some(ViewId::Services),
        K::EcsTask => Some(ViewId::EcsTasks),
        K::EcsService => Some(ViewId::EcsServices),
        K::SwarmService => Some(ViewId::SwarmServices),
        K::Host => Some(ViewId::Hosts),
        K::Endpoint | K::ReplicaSet | K::Namespace | K::Overlay => None,
    }
}

/// The part of an id before its tag, or the whole id.
pub(crate) fn untagged(id: &str) -> &str {
    match id.rsplit_once(scope_report::id::DELIMITER) {
        Some((own, tag)) if tag.starts_with('<') && tag.ends_with('>') => own,
        _ => id,
    }
}

/// `1 pod`, `2 pods`.
pub(crate) fn counted(node: &GraphNode, kind: TopologyKind, one: &str, several: &str) -> Text {
    match node.count(kind).unwrap_or(0) {
        1 => format_smolstr!("1 {one}"),
        count => format_smolstr!("{count} {several}"),
    }
}
