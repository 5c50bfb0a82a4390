//! Words for a process.

use super::Words;
use scope_render::GraphNode;
use scope_report::{Text, id};
use smol_str::format_smolstr;

/// `nginx`, `web-1 (101)`; where its container is known, `web-1 (front:101)`; where only its
/// connections are, `101`, `web-1`.
pub(super) fn words(node: &GraphNode) -> Words {
    let (host_id, pid) = id::parse_process(&node.id).unwrap_or(("", &node.id));
    let name = node.fact_text("name").filter(|name| !name.is_empty());
    let label_minor = match (node.fact("pid"), node.fact("docker_container_name")) {
        (Some(pid), Some(container)) => format_smolstr!("{host_id} ({container}:{pid})"),
        (Some(pid), None) => format_smolstr!("{host_id} ({pid})"),
        (None, _) => Text::from(host_id),
    };
    Words {
        label: name.cloned().unwrap_or_else(|| Text::from(pid)),
        label_minor,
        rank: name.cloned().unwrap_or_else(|| Text::from(host_id)),
        stack: false,
    }
}
