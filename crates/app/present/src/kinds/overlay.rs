//! Words for a peer of a Weave network.

use super::Words;
use scope_render::GraphNode;
use scope_report::Text;

/// The peer's nickname, and its name.
pub(super) fn words(node: &GraphNode) -> Words {
    let peer = Text::from(node.id.strip_prefix('#').unwrap_or(&node.id));
    let nickname = node.fact_text("weave_peer_nick_name").cloned();
    Words { label: nickname.unwrap_or_else(|| peer.clone()), label_minor: peer, ..Words::default() }
}
