//! `ecs-services`: tasks become part of their ECS service.

use crate::ops::draft::Draft;
use crate::views::{ecs_tasks, parents};
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their tasks; a task of none is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !ecs_tasks::is_ecs(lifted) {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::EcsService);
    let kinds = [TopologyKind::EcsService];
    parents::lift_to_parents(&mut draft, lifted, ViewId::EcsTasks, &kinds, None, |_| true);
    let mut stage = draft.finish(|_| true);
    parents::copy_single_metrics(lifted, &mut stage, TopologyKind::EcsTask);
    stage
}
