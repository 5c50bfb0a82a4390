//! `kube-controllers`: pods become part of what controls them.

use crate::ops::draft::Draft;
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
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    for kind in CONTROLLERS {
        draft.add_table(kind);
    }
    let orphans = Some(PseudoKind::Unmanaged);
    parents::lift_to_parents(&mut draft, lifted, ViewId::Pods, &CONTROLLERS, orphans, |_| true);
    let mut stage = draft.finish(|_| true);
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::Pod);
    stage
}
