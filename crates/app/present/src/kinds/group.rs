//! Words for nodes that share a name.

use super::{Words, counted};
use scope_render::GraphNode;
use scope_report::{Report, TopologyKind};

/// The shared name, and how many share it.
pub(super) fn words(report: &Report, node: &GraphNode, kind: TopologyKind) -> Words {
    let topology = report.topology(kind);
    Words {
        label: node.id.clone(),
        label_minor: counted(node, kind, &topology.label, &topology.label_plural),
        rank: node.id.clone(),
        stack: true,
    }
}
