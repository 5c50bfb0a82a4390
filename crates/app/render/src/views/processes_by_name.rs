//! `processes-by-name`: processes of one name as one.

use crate::ops::draft::{Carry, Draft};
use crate::stage::Origin;
use crate::{GraphNode, Lifted, NodeKind, Stage, ViewId};
use scope_report::TopologyKind;

/// Processes grouped by their `name`; one without a name is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    group(lifted, ViewId::Processes, TopologyKind::Process, "name")
}

/// The nodes of a view grouped by a fact; pseudo nodes stay, nodes without the fact are left out.
pub(super) fn group(lifted: &Lifted, from: ViewId, kind: TopologyKind, key: &str) -> Stage {
    let mut draft = Draft::new(lifted);
    draft.lift_stage(lifted.stage(from), Origin::View(from), |draft, node, found| {
        if node.is_pseudo() {
            let place = draft.add(&node.id, || GraphNode::new(node.id.clone(), node.kind, None));
            found.push((place, Carry::Identity));
        } else if let Some(name) = node.fact_text(key).filter(|name| !name.is_empty()) {
            let kind = NodeKind::GroupOf(kind);
            let place = draft.add(name, || GraphNode::new(name.clone(), kind, None));
            found.push((place, Carry::Family));
        }
    });
    draft.finish(|_| true)
}
