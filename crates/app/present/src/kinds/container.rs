//! Words for a container.

use super::{Words, untagged};
use scope_render::{GraphNode, canonical_image_name};
use scope_report::Text;

/// Facts that name a container, the most telling first.
const NAMES: [&str; 5] = [
    "docker_label_com.amazonaws.ecs.container-name",
    "docker_label_io.kubernetes.container.name",
    "docker_env_MARATHON_APP_ID",
    "docker_container_name",
    "docker_container_hostname",
];

/// The length of a shortened container id, as `docker ps` prints it.
const SHORT_ID_CHARS: usize = 12;

/// Its name, its host, ranked by image.
pub(super) fn words(node: &GraphNode) -> Words {
    let name = NAMES.into_iter().find_map(|key| node.fact_text(key));
    let label = name.cloned().unwrap_or_else(|| {
        let id = untagged(&node.id);
        let end = id.char_indices().nth(SHORT_ID_CHARS).map_or(id.len(), |(index, _)| index);
        Text::from(id.get(..end).unwrap_or(id))
    });
    let host_id = node.host_id();
    let image = node.fact("docker_image_name").map(canonical_image_name);
    Words {
        label_minor: host_id.unwrap_or_default().into(),
        rank: image.or(host_id).map_or_else(|| label.clone(), Text::from),
        label,
        stack: false,
    }
}
