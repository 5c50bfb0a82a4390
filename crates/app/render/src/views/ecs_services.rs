//! `ecs-services`: tasks become part of their ECS service.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::views::{ecs_tasks, parents, pods};
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their tasks; a task of none is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !ecs_tasks::is_ecs(lifted) {
        return pods::nothing(lifted, ViewId::EcsServices);
    }
    let from = ViewId::EcsTasks;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::EcsServices, sources);
    draft.add_table(TopologyKind::EcsService);
    parents::lift_to_parents(&mut draft, from, &[TopologyKind::EcsService], None, |_| true);
    let derive = parents::single_metrics(lifted, from, TopologyKind::EcsTask);
    draft.finish(&Finish { derive: &derive, ..Finish::default() })
}
