//! What the orchestrators' views share: nodes become part of what they belong to.

use crate::dense::Dense;
use crate::ops::draft::{Carry, Draft, PARENTS_PER_KIND_MAX};
use crate::stage::{ChildRef, Origin, Stage};
use crate::{Derived, GraphNode, Lifted, PseudoKind, ViewId};
use scope_report::{Node, TopologyKind};
use std::sync::Arc;

/// Lifts the nodes of a view to their parents of the topologies `kinds`.
///
/// A node with no such parent becomes part of its host's `orphans` node, if there is one, and is
/// left out if not. Uncontained processes become unmanaged with it; other pseudo nodes stay.
pub(super) fn lift_to_parents(
    draft: &mut Draft<'_>,
    lifted: &Lifted,
    from: ViewId,
    kinds: &[TopologyKind],
    orphans: Option<PseudoKind>,
    keep: impl Fn(&GraphNode) -> bool,
) {
    let stage = lifted.stage(from);
    draft.lift_stage(stage, Origin::View(from), |draft, node, found| {
        if !keep(node) {
            return;
        }
        if let (Some(PseudoKind::Uncontained), Some(orphans)) = (node.pseudo(), orphans) {
            let prefix = PseudoKind::Uncontained.id_prefix();
            let host_id = node.id.strip_prefix(prefix).unwrap_or_default();
            found.push((draft.add_pseudo(orphans, host_id), Carry::Family));
            return;
        }
        if node.is_pseudo() {
            let place = draft.add(&node.id, || GraphNode::new(node.id.clone(), node.kind, None));
            found.push((place, Carry::Identity));
            return;
        }
        for kind in kinds {
            for parent in node.parents(*kind).iter().take(PARENTS_PER_KIND_MAX) {
                found.push((draft.add_of(*kind, parent), Carry::Family));
            }
        }
        if let (true, Some(orphans)) = (found.is_empty(), orphans) {
            let host_id = node.host_id().unwrap_or_default();
            found.push((draft.add_pseudo(orphans, host_id), Carry::Family));
        }
    });
}

/// Gives every node that has exactly one child of a kind that child's metrics.
pub(super) fn copy_single_metrics(lifted: &Lifted, stage: &mut Stage, kind: TopologyKind) {
    for index in 0..stage.nodes.len() {
        let index = crate::dense::dense(index);
        let Some(metrics_of) = only_child(lifted, stage, index, kind) else { continue };
        let Some(node) = stage.nodes.get_mut(index as usize).filter(|node| !node.is_pseudo())
        else {
            continue;
        };
        let own = node.derived.as_deref().cloned().unwrap_or_default();
        node.derived = Some(Arc::new(Derived { metrics_of: Some(metrics_of), ..own }));
    }
}

fn only_child(
    lifted: &Lifted,
    stage: &Stage,
    index: Dense,
    kind: TopologyKind,
) -> Option<Arc<Node>> {
    if stage.node(index)?.count(kind) != Some(1) {
        return None;
    }
    let found = stage.children(index).iter().find_map(|child| of_kind(lifted, *child, kind))?;
    metrics_source(&found)
}

fn of_kind(lifted: &Lifted, child: ChildRef, kind: TopologyKind) -> Option<GraphNode> {
    let Origin::View(view) = child.origin else { return None };
    lifted.stage(view).node(child.index).filter(|node| node.is_of(kind)).cloned()
}

/// The row whose metrics a node shows.
fn metrics_source(node: &GraphNode) -> Option<Arc<Node>> {
    let derived = node.derived.as_ref().and_then(|derived| derived.metrics_of.clone());
    derived.or_else(|| node.row.clone())
}
