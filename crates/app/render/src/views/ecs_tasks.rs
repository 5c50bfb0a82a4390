//! `ecs-tasks`: containers become part of their ECS task.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::ops::predicates::is_running;
use crate::views::{parents, pods};
use crate::{Lifted, PseudoKind, Stage, ViewId};
use scope_report::TopologyKind;

/// Tasks with their running containers, and what no one manages; nothing without ECS.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !is_ecs(lifted) {
        return pods::nothing(lifted, ViewId::EcsTasks);
    }
    of_containers(lifted, ViewId::EcsTasks, TopologyKind::EcsTask)
}

/// The rows of a topology with their running containers, and what no one manages.
pub(super) fn of_containers(lifted: &Lifted, view: ViewId, kind: TopologyKind) -> Stage {
    let from = ViewId::Containers;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, view, sources);
    draft.add_table(kind);
    let orphans = Some(PseudoKind::Unmanaged);
    parents::lift_to_parents(&mut draft, from, &[kind], orphans, is_running);
    let derive = parents::single_metrics(lifted, from, TopologyKind::Container);
    draft.finish(&Finish { derive: &derive, ..Finish::default() })
}

/// Whether any ECS topology has a node.
pub(super) fn is_ecs(lifted: &Lifted) -> bool {
    let kinds = [TopologyKind::EcsTask, TopologyKind::EcsService];
    kinds.into_iter().any(|kind| !lifted.lacks(kind))
}
