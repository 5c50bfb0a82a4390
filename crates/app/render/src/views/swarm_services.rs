//! `swarm-services`: containers become part of their Swarm service.

use crate::views::{ecs_tasks, pods};
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their running containers, and what no one manages; nothing without Swarm.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if lifted.lacks(TopologyKind::SwarmService) {
        return pods::nothing(lifted, ViewId::SwarmServices);
    }
    ecs_tasks::of_containers(lifted, ViewId::SwarmServices, TopologyKind::SwarmService)
}
