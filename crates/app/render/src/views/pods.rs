//! `pods`: containers become part of their pod, endpoints by the pod's address; and storage.

use crate::dense::{ABSENT, at, dense};
use crate::ops::draft::Draft;
use crate::ops::join::{AddressBook, pod_addresses};
use crate::ops::predicates::{is_pause_container, is_running};
use crate::stage::Origin;
use crate::views::{parents, storage};
use crate::{Derived, Lifted, PseudoKind, Stage, ViewId};
use scope_report::{StringSet, Text, TopologyKind};
use std::sync::Arc;

/// The topologies any of which makes this a Kubernetes cluster.
const KUBERNETES: [TopologyKind; 10] = [
    TopologyKind::Pod,
    TopologyKind::Service,
    TopologyKind::Deployment,
    TopologyKind::DaemonSet,
    TopologyKind::StatefulSet,
    TopologyKind::CronJob,
    TopologyKind::PersistentVolume,
    TopologyKind::PersistentVolumeClaim,
    TopologyKind::StorageClass,
    TopologyKind::Job,
];

/// Pods with their containers, volumes and snapshots, and what no one manages; nothing where no
/// cluster is reported.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !is_kubernetes(lifted) {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    let places = draft.add_table(TopologyKind::Pod);
    parents::lift_to_parents(
        &mut draft,
        lifted,
        ViewId::Containers,
        &[TopologyKind::Pod],
        Some(PseudoKind::Unmanaged),
        |node| is_running(node) && !is_pause_container(node),
    );
    let book = AddressBook::new(lifted, TopologyKind::Pod, pod_addresses);
    draft.lift_endpoints(|_, endpoint| {
        let owner = lifted.endpoint_id(endpoint).map(|id| book.owner(id));
        owner.map_or(ABSENT, |owner| at(&places, owner))
    });
    storage::add(lifted, &mut draft);
    let mut stage =
        draft.finish(|node| !matches!(node.fact("kubernetes_state"), Some("deleted" | "Failed")));
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::Container);
    copy_hosts(lifted, &mut stage);
    stage
}

/// Whether any Kubernetes topology has a node.
pub(super) fn is_kubernetes(lifted: &Lifted) -> bool {
    KUBERNETES.into_iter().any(|kind| !lifted.table(kind).is_empty())
}

/// A pod is on the host its containers are on.
fn copy_hosts(lifted: &Lifted, stage: &mut Stage) {
    for index in 0..stage.nodes.len() {
        let Some(hosts) = hosts_of_children(lifted, stage, dense(index)) else { continue };
        let Some(node) = stage.nodes.get_mut(index) else { continue };
        if node.is_of(TopologyKind::Pod) {
            let mut own = node.derived.as_deref().cloned().unwrap_or_default();
            let hosts = hosts.into_iter().chain(node.parents(TopologyKind::Host).iter().cloned());
            own.parents.insert(TopologyKind::Host.name(), StringSet::from_iter(hosts));
            node.derived = Some(Arc::new(Derived { ..own }));
        }
    }
}

fn hosts_of_children(lifted: &Lifted, stage: &Stage, index: u32) -> Option<Vec<Text>> {
    let containers = lifted.stage(ViewId::Containers);
    stage
        .children(index)
        .iter()
        .filter(|child| child.origin == Origin::View(ViewId::Containers))
        .filter_map(|child| containers.node(child.index))
        .map(|container| container.parents(TopologyKind::Host))
        .find(|hosts| !hosts.is_empty())
        .map(<[Text]>::to_vec)
}
