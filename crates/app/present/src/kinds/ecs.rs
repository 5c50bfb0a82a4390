//! Words for tasks and services of Amazon ECS.

use super::{Words, untagged};
use scope_render::GraphNode;
use scope_report::{Text, id};

/// The task's family, or its ARN.
pub(super) fn task_words(node: &GraphNode) -> Words {
    let family = node.fact_text("ecs_task_family").cloned();
    let label = family.unwrap_or_else(|| untagged(&node.id).into());
    Words { label, ..Words::default() }
}

/// The service's name, of `<cluster>;<name>` or the older `<name>;<ecs_service>`.
pub(super) fn service_words(node: &GraphNode) -> Words {
    let legacy = id::untag(&node.id, "ecs_service");
    let current = || node.id.split_once(id::DELIMITER).map(|(_, name)| name);
    let label = legacy.or_else(current).unwrap_or(&node.id);
    Words { label: Text::from(label), stack: true, ..Words::default() }
}
