//! `swarm-services`: containers become part of their Swarm service.

use crate::ops::draft::Draft;
use crate::ops::predicates::is_running;
use crate::views::parents;
use crate::{Lifted, PseudoKind, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their running containers, and what no one manages; nothing without Swarm.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if lifted.table(TopologyKind::SwarmService).is_empty() {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::SwarmService);
    let kinds = [TopologyKind::SwarmService];
    let orphans = Some(PseudoKind::Unmanaged);
    let from = ViewId::Containers;
    parents::lift_to_parents(&mut draft, lifted, from, &kinds, orphans, is_running);
    let mut stage = draft.finish(|_| true);
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::Container);
    stage
}
