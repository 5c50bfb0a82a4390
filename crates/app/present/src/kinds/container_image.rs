//! Words for a container image.

use super::{Words, counted, untagged};
use scope_render::{GraphNode, canonical_image_name};
use scope_report::{Text, TopologyKind};

/// What the engine calls an image that no tag names.
const UNNAMED: &str = "<none>";

/// Its name without tag, and how many containers run it.
pub(super) fn words(node: &GraphNode) -> Words {
    let name = node.fact("docker_image_name").filter(|name| !name.is_empty());
    let label = match name.map(|name| (name, canonical_image_name(name))) {
        Some((full, UNNAMED | "")) => Text::from(full),
        Some((_, short)) => Text::from(short),
        None => Text::from(untagged(&node.id)),
    };
    Words {
        label_minor: counted(node, TopologyKind::Container, "container", "containers"),
        rank: label.clone(),
        label,
        stack: true,
    }
}
