//! `services`: pods become part of the Kubernetes services they back.

use crate::ops::draft::Draft;
use crate::views::{parents, pods};
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their pods; a pod that backs none is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !pods::is_kubernetes(lifted) {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::Service);
    let kinds = [TopologyKind::Service];
    parents::lift_to_parents(&mut draft, lifted, ViewId::Pods, &kinds, None, |_| true);
    let mut stage = draft.finish(|_| true);
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::Pod);
    stage
}
