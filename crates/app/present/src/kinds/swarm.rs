//! Words for a service of Docker Swarm.

use super::{Words, untagged};
use scope_render::GraphNode;

/// The service's name, or its id.
pub(super) fn words(node: &GraphNode) -> Words {
    let name = node.fact_text("service_name").cloned();
    Words { label: name.unwrap_or_else(|| untagged(&node.id).into()), ..Words::default() }
}
