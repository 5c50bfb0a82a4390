//! `kube-controllers`: pods become part of what controls them.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::views::{parents, pods};
use crate::{Lifted, PseudoKind, Stage, ViewId};
use scope_report::TopologyKind;

/// The topologies that control pods.
const CONTROLLERS: [TopologyKind; 5] = [
    TopologyKind::Deployment,
    TopologyKind::DaemonSet,
    TopologyKind::StatefulSet,
    TopologyKind::CronJob,
    TopologyKind::Job,
];

/// Controllers with their pods, and what no one manages.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !pods::is_kubernetes(lifted) {
        return pods::nothing(lifted, ViewId::KubeControllers);
    }
    let from = ViewId::Pods;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::KubeControllers, sources);
    for kind in CONTROLLERS {
        draft.add_table(kind);
    }
    let orphans = Some(PseudoKind::Unmanaged);
    parents::lift_to_parents(&mut draft, from, &CONTROLLERS, orphans, |_| true);
    let derive = parents::single_metrics(lifted, from, TopologyKind::Pod);
    draft.finish(&Finish { derive: &derive, ..Finish::default() })
}
