//! `pods`: containers become part of their pod, endpoints by the pod's address; and storage.

use crate::dense::Dense;
use crate::ops::draft::{Draft, Finish, NOTHING, Sources};
use crate::ops::join::pod_addresses;
use crate::ops::lift::Spot;
use crate::ops::predicates::{is_pause_container, is_running};
use crate::stage::Origin;
use crate::views::{parents, storage};
use crate::{Derived, GraphNode, Lifted, NodeKind, PseudoKind, Stage, ViewId};
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
        return nothing(lifted, ViewId::Pods);
    }
    let from = ViewId::Containers;
    let sources = Sources {
        stages: &[from],
        tables: &storage::TABLES,
        has_endpoints: true,
        mark: storage::mark(lifted),
    };
    let mut draft = Draft::new(lifted, ViewId::Pods, sources);
    draft.add_table(TopologyKind::Pod);
    let (kinds, orphans) = ([TopologyKind::Pod], Some(PseudoKind::Unmanaged));
    let keep = |node: &GraphNode| is_running(node) && !is_pause_container(node);
    parents::lift_to_parents(&mut draft, from, &kinds, orphans, keep);
    let (book, also) = draft.list_addresses(TopologyKind::Pod, pod_addresses);
    let pod = NodeKind::Of(TopologyKind::Pod);
    draft.lift_endpoints(&also, |id, _| Some(Spot::At(book.owner(id)?, pod)));
    storage::add(lifted, &mut draft);
    draft.finish(&Finish {
        keep: &|node| !matches!(node.fact("kubernetes_state"), Some("deleted" | "Failed")),
        derive: &|stage, place, node| of_containers(lifted, stage, place, node),
        ..Finish::default()
    })
}

/// The stage of a view that has nothing to show.
pub(super) fn nothing(lifted: &Lifted, view: ViewId) -> Stage {
    let sources = Sources { stages: &[], tables: &[], has_endpoints: false, mark: NOTHING };
    Draft::new(lifted, view, sources).finish(&Finish::default())
}

/// Whether any Kubernetes topology has a node.
pub(super) fn is_kubernetes(lifted: &Lifted) -> bool {
    KUBERNETES.into_iter().any(|kind| !lifted.lacks(kind))
}

/// A pod is on the host its containers are on; with one container, it shows its metrics.
fn of_containers(
    lifted: &Lifted,
    stage: &Stage,
    place: Dense,
    node: &GraphNode,
) -> Option<Arc<Derived>> {
    let (from, kind) = (ViewId::Containers, TopologyKind::Container);
    let metrics_of = parents::only_child(lifted, from, stage, place, node, kind);
    let mut derived = Derived { metrics_of, ..Derived::default() };
    if node.is_of(TopologyKind::Pod)
        && let Some(hosts) = hosts_of_children(lifted, stage, place)
    {
        let hosts = hosts.iter().chain(node.parents(TopologyKind::Host)).cloned();
        derived.parents.insert(TopologyKind::Host.name(), StringSet::from_iter(hosts));
    }
    let is_something = derived.metrics_of.is_some() || !derived.parents.is_empty();
    is_something.then(|| Arc::new(derived))
}

/// The hosts of the first container that has any.
fn hosts_of_children<'a>(lifted: &'a Lifted, stage: &Stage, place: Dense) -> Option<&'a [Text]> {
    let containers = lifted.stage(ViewId::Containers);
    let children = stage.children_of(place, Origin::View(ViewId::Containers)).iter();
    let children = children.filter_map(|child| containers.node(child.index));
    let on_hosts = children.filter(|child| !child.parents(TopologyKind::Host).is_empty());
    let first = on_hosts.min_by(|a, b| a.id.cmp(&b.id))?;
    Some(first.parents(TopologyKind::Host))
}
