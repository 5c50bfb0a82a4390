//! Words for a host.

use super::Words;
use scope_render::GraphNode;
use scope_report::{Text, id};

/// The name before its first dot, and the domain after it.
pub(super) fn words(node: &GraphNode) -> Words {
    let host_id = id::untag(&node.id, "host").unwrap_or(&node.id);
    let name = node.fact("host_name").unwrap_or(host_id);
    let (label, domain) = name.split_once('.').unwrap_or((name, ""));
    Words {
        label: Text::from(label),
        label_minor: Text::from(domain),
        rank: Text::from(domain),
        stack: false,
    }
}
