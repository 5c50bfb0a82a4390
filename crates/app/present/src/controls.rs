//! The actions a node offers now.

use scope_api::ControlButton;
use scope_render::{GraphNode, Lifted, NodeKind};
use scope_report::ACTIVE_CONTROLS;

/// The buttons of a node, in the order its active controls name them.
///
/// Only a row of the report offers any: a group has no probe that could act on it. A control that
/// names a probe of its own goes to that one, the others to the node's.
pub(crate) fn controls(lifted: &Lifted, node: &GraphNode) -> Vec<ControlButton> {
    let NodeKind::Of(kind) = node.kind else { return Vec::new() };
    let Some(row) = lifted.row(kind, &node.id) else { return Vec::new() };
    let Some(probe) = row.latest.get("control_probe_id") else { return Vec::new() };
    let known = &lifted.report().topology(kind).controls;
    let active = row.fact(ACTIVE_CONTROLS).unwrap_or_default().split(';');
    active
        .filter_map(|id| known.get(id))
        .map(|control| ControlButton {
            probe_id: if control.probe_id.is_empty() {
                probe.value.clone()
            } else {
                control.probe_id.clone()
            },
            node_id: node.id.clone(),
            id: control.id.clone(),
            human: control.human.clone(),
            icon: control.icon.clone(),
            confirmation: control.confirmation.clone(),
            rank: control.rank,
            not_allowed: scope_api::Text::default(),
        })
        .collect()
}
