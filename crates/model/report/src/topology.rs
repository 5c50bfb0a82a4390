//! The table of one kind of thing within a report.

use crate::node::merge_name;
use crate::{
    Control, MetadataTemplate, MetricTemplate, Node, NodeMap, SortedMap, TableTemplate, Text,
};
use std::sync::Arc;

/// The 23 kinds of the wire, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the wire name it maps to")]
pub enum TopologyKind {
    Endpoint,
    Process,
    Container,
    Pod,
    Service,
    Deployment,
    ReplicaSet,
    DaemonSet,
    StatefulSet,
    CronJob,
    Namespace,
    ContainerImage,
    Host,
    EcsTask,
    EcsService,
    SwarmService,
    Overlay,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    VolumeSnapshot,
    VolumeSnapshotData,
    Job,
}

/// Kind, section key in the report, name in nodes, shape, label, plural, tag.
type Row = (TopologyKind, &'static str, &'static str, &'static str, &'static str, &'static str);

use TopologyKind as K;

const ROWS: [Row; 23] = [
    (K::Endpoint, "Endpoint", "endpoint", "", "", ""),
    (K::Process, "Process", "process", "square", "process", "processes"),
    (K::Container, "Container", "container", "hexagon", "container", "containers"),
    (K::Pod, "Pod", "pod", "heptagon", "pod", "pods"),
    (K::Service, "Service", "service", "heptagon", "service", "services"),
    (K::Deployment, "Deployment", "deployment", "heptagon", "deployment", "deployments"),
    (K::ReplicaSet, "ReplicaSet", "replica_set", "triangle", "replica set", "replica sets"),
    (K::DaemonSet, "DaemonSet", "daemon_set", "pentagon", "daemonset", "daemonsets"),
    (K::StatefulSet, "StatefulSet", "stateful_set", "octagon", "stateful set", "stateful sets"),
    (K::CronJob, "CronJob", "cron_job", "triangle", "cron job", "cron jobs"),
    (K::Namespace, "Namespace", "namespace", "", "", ""),
    (K::ContainerImage, "ContainerImage", "container_image", "hexagon", "image", "images"),
    (K::Host, "Host", "host", "circle", "host", "hosts"),
    (K::EcsTask, "ECSTask", "ecs_task", "heptagon", "task", "tasks"),
    (K::EcsService, "ECSService", "ecs_service", "heptagon", "service", "services"),
    (K::SwarmService, "SwarmService", "swarm_service", "heptagon", "service", "services"),
    (K::Overlay, "Overlay", "overlay", "circle", "peer", "peers"),
    (
        K::PersistentVolume,
        "PersistentVolume",
        "persistent_volume",
        "cylinder",
        "persistent volume",
        "persistent volumes",
    ),
    (
        K::PersistentVolumeClaim,
        "PersistentVolumeClaim",
        "persistent_volume_claim",
        "dottedcylinder",
        "persistent volume claim",
        "persistent volume claims",
    ),
    (K::StorageClass, "StorageClass", "storage_class", "sheet", "storage class", "storage classes"),
    (
        K::VolumeSnapshot,
        "VolumeSnapshot",
        "volume_snapshot",
        "dottedcylinder",
        "volume snapshot",
        "volume snapshots",
    ),
    (
        K::VolumeSnapshotData,
        "VolumeSnapshotData",
        "volume_snapshot_data",
        "cylinder",
        "volume snapshot data",
        "volume snapshot data",
    ),
    (K::Job, "Job", "job", "dottedtriangle", "job", "jobs"),
];

impl TopologyKind {
    /// Every kind, in the order of the wire.
    pub const ALL: [Self; 23] = {
        let mut all = [K::Endpoint; 23];
        let mut index = 0;
        while index < 23 {
            all[index] = ROWS[index].0;
            index += 1;
        }
        all
    };

    /// The key of its section in a report (`ContainerImage`).
    pub fn section(self) -> &'static str {
        self.row().1
    }

    /// Its name within nodes and parents (`container_image`).
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// The kind whose section has this key.
    pub fn from_section(section: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.1 == section).map(|row| row.0)
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.2 == name).map(|row| row.0)
    }

    /// A topology of this kind as a probe stamps it: shape, labels and tag, no nodes.
    pub fn stamped(self) -> Topology {
        let (kind, _, _, shape, label, label_plural) = *self.row();
        let tag = match kind {
            K::VolumeSnapshot | K::VolumeSnapshotData => "camera",
            _ => "",
        };
        Topology {
            shape: shape.into(),
            tag: tag.into(),
            label: label.into(),
            label_plural: label_plural.into(),
            ..Topology::default()
        }
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

/// The nodes of one kind and how to show them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// The outline of its nodes on the map.
    pub shape: Text,
    /// An overlay on the shape (`camera`).
    pub tag: Text,
    /// One of them.
    pub label: Text,
    /// Several of them.
    pub label_plural: Text,
    /// Nodes by id; shared, because most nodes outlive many reports unchanged.
    pub nodes: NodeMap,
    /// The actions its nodes may offer.
    pub controls: SortedMap<Control>,
    /// Metadata rows by id.
    pub metadata_templates: SortedMap<MetadataTemplate>,
    /// Metric rows by id.
    pub metric_templates: SortedMap<MetricTemplate>,
    /// Tables by id.
    pub table_templates: SortedMap<TableTemplate>,
}

impl Topology {
    /// Adds a node under its own id, joined with what is already said of it.
    pub fn add(&mut self, node: Node) {
        match self.nodes.get_mut(&node.id) {
            Some(ours) => Arc::make_mut(ours).merge(&node),
            None => {
                self.nodes.insert(node.id.clone(), node);
            }
        }
    }

    /// Joins another topology, both of `kind`.
    pub fn merge(&mut self, other: &Self, kind: TopologyKind) {
        self.merge_frame(other);
        self.nodes.merge(&other.nodes, kind.node_merge());
    }

    /// All but the nodes.
    pub fn frame(&self) -> Self {
        let mut frame = self.clone();
        frame.nodes = NodeMap::new();
        frame
    }

    /// Whether all but the nodes is equal.
    pub fn has_frame_of(&self, other: &Self) -> bool {
        let Self {
            shape,
            tag,
            label,
            label_plural,
            nodes: _,
            controls,
            metadata_templates,
            metric_templates,
            table_templates,
        } = self;
        [shape, tag, label, label_plural]
            == [&other.shape, &other.tag, &other.label, &other.label_plural]
            && *controls == other.controls
            && *metadata_templates == other.metadata_templates
            && *metric_templates == other.metric_templates
            && *table_templates == other.table_templates
    }

    /// Joins all but the nodes.
    pub fn merge_frame(&mut self, other: &Self) {
        merge_name(&mut self.shape, &other.shape);
        merge_name(&mut self.tag, &other.tag);
        merge_name(&mut self.label, &other.label);
        merge_name(&mut self.label_plural, &other.label_plural);
        self.controls.merge(&other.controls, Control::merge);
        self.metadata_templates.merge(&other.metadata_templates, MetadataTemplate::merge);
        self.metric_templates.merge(&other.metric_templates, MetricTemplate::merge);
        self.table_templates.merge(&other.table_templates, TableTemplate::merge);
    }
}
