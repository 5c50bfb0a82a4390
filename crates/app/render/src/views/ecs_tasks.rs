//! `ecs-tasks`: containers become part of their ECS task.

use crate::ops::draft::Draft;
use crate::ops::predicates::is_running;
use crate::views::parents;
use crate::{Lifted, PseudoKind, Stage, ViewId};
use scope_report::TopologyKind;

/// Tasks with their running containers, and what no one manages; nothing without ECS.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !is_ecs(lifted) {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::EcsTask);
    let kinds = [TopologyKind::EcsTask];
    let orphans = Some(PseudoKind::Unmanaged);
    let from = ViewId::Containers;
    parents::lift_to_parents(&mut draft, lifted, from, &kinds, orphans, is_running);
    let mut stage = draft.finish(|_| true);
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::Container);
    stage
}

/// Whether any ECS topology has a node.
pub(super) fn is_ecs(lifted: &Lifted) -> bool {
    let kinds = [TopologyKind::EcsTask, TopologyKind::EcsService];
    kinds.into_iter().any(|kind| !lifted.table(kind).is_empty())
}
