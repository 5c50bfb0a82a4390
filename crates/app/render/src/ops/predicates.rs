//! What options and views sift by.

use crate::node::GraphNode;
use crate::ops::join::canonical_image_name;
use scope_report::TopologyKind;

/// The stack a container or Swarm service is in when it is in none.
const NO_STACK: &str = "No stack";

const SYSTEM_CONTAINERS: [&str; 6] =
    ["ecs-agent", "weave", "weavedns", "weaveexec", "weaveproxy", "weavescope"];

const SYSTEM_IMAGES: [&str; 9] = [
    "amazon/amazon-ecs-agent",
    "docker.io/openshift/origin-pod",
    "openshift/origin-pod",
    "swarm",
    "weaveworks/scope",
    "weaveworks/weave",
    "weaveworks/weavedns",
    "weaveworks/weaveexec",
    "weaveworks/weaveproxy",
];

const PAUSE_IMAGES: [&str; 3] = ["eks/pause", "google_containers/pause", "k8s.gcr.io/pause"];

/// Whether a container is not known to have stopped.
pub(crate) fn is_running(node: &GraphNode) -> bool {
    let state = node.fact("docker_container_state");
    state.is_none_or(|state| matches!(state, "running" | "restarting" | "paused"))
}

/// Whether a container only holds the namespaces of a pod.
pub(crate) fn is_pause_container(node: &GraphNode) -> bool {
    let image = node.fact("docker_image_name").unwrap_or_default();
    PAUSE_IMAGES.iter().any(|pause| image.contains(pause))
}

/// Whether a container serves the machinery rather than an application.
pub(crate) fn is_system(node: &GraphNode) -> bool {
    let fact = |key| node.fact(key).unwrap_or_default();
    let image = fact("docker_image_name");
    let untagged = image.split_once(':').map_or(image, |(name, _)| name);
    SYSTEM_CONTAINERS.contains(&fact("docker_container_name"))
        || SYSTEM_IMAGES.contains(&untagged)
        || SYSTEM_IMAGES.contains(&canonical_image_name(image))
        || is_pause_container(node)
        || fact("docker_label_io.kubernetes.docker.type") == "podsandbox"
        || fact("docker_label_works.weave.role") == "system"
        || fact("docker_image_label_works.weave.role") == "system"
        || fact("docker_label_io.kubernetes.pod.namespace") == "kube-system"
        || fact("docker_label_io.kubernetes.pod.name").starts_with("kube-system/")
}

/// Whether a node is in a Kubernetes namespace or a Swarm stack.
pub(crate) fn is_in_namespace(node: &GraphNode, namespace: &str) -> bool {
    let own = [
        "kubernetes_namespace",
        "docker_label_io.kubernetes.pod.namespace",
        "stack_namespace",
        "docker_label_com.docker.stack.namespace",
    ]
    .into_iter()
    .find_map(|key| node.fact(key));
    match own {
        Some(own) => own == namespace,
        None => namespace == NO_STACK,
    }
}

/// Whether a node is a volume, a claim to one, or a class of them.
pub(crate) fn is_storage(node: &GraphNode) -> bool {
    use TopologyKind::{PersistentVolume, PersistentVolumeClaim, StorageClass};
    [PersistentVolume, PersistentVolumeClaim, StorageClass].into_iter().any(|kind| node.is_of(kind))
}

/// Whether a node is a snapshot of a volume, or its data.
pub(crate) fn is_snapshot(node: &GraphNode) -> bool {
    use TopologyKind::{VolumeSnapshot, VolumeSnapshotData};
    [VolumeSnapshot, VolumeSnapshotData].into_iter().any(|kind| node.is_of(kind))
}
