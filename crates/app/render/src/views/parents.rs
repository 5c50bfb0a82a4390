//! What the orchestrators' views share: nodes become part of what they belong to.

use crate::dense::Dense;
use crate::ops::draft::{Draft, PARENTS_PER_KIND_MAX};
use crate::ops::lift::Carry;
use crate::stage::{Origin, Stage};
use crate::{Derived, GraphNode, Lifted, NodeKind, PseudoKind, ViewId};
use scope_report::{Node, TopologyKind};
use std::sync::Arc;

/// Lifts the nodes of a view to their parents of the topologies `kinds`.
///
/// A node with no such parent becomes part of its host's `orphans` node, if there is one, and is
/// left out if not. Uncontained processes become unmanaged with it; other pseudo nodes stay.
pub(super) fn lift_to_parents(
    draft: &mut Draft<'_>,
    from: ViewId,
    kinds: &[TopologyKind],
    orphans: Option<PseudoKind>,
    keep: impl Fn(&GraphNode) -> bool,
) {
    draft.lift_stage(from, Origin::View(from), |node, found| {
        if !keep(node) {
            return;
        }
        if let (Some(PseudoKind::Uncontained), Some(orphans)) = (node.pseudo(), orphans) {
            let prefix = PseudoKind::Uncontained.id_prefix();
            let (id, kind) = orphans.of_host(node.id.strip_prefix(prefix).unwrap_or_default());
            found.push((id, kind, Carry::Family));
            return;
        }
        if node.is_pseudo() {
            found.push((node.id.clone(), node.kind, Carry::Identity));
            return;
        }
        for kind in kinds {
            let parents = node.parents(*kind).iter().take(PARENTS_PER_KIND_MAX);
            found.extend(parents.map(|id| (id.clone(), NodeKind::Of(*kind), Carry::Family)));
        }
        if let (true, Some(orphans)) = (found.is_empty(), orphans) {
            let (id, kind) = orphans.of_host(node.host_id().unwrap_or_default());
            found.push((id, kind, Carry::Family));
        }
    });
}

/// What a node with exactly one child of a kind shows: that child's metrics.
///
/// The children of this kind come from the view `from`.
pub(super) fn single_metrics(
    lifted: &Lifted,
    from: ViewId,
    kind: TopologyKind,
) -> impl Fn(&Stage, Dense, &GraphNode) -> Option<Arc<Derived>> {
    move |stage, place, node| {
        let metrics_of = Some(only_child(lifted, from, stage, place, node, kind)?);
        Some(Arc::new(Derived { metrics_of, ..Derived::default() }))
    }
}

/// The row whose metrics a node shows because it has exactly one child of a kind.
pub(super) fn only_child(
    lifted: &Lifted,
    from: ViewId,
    stage: &Stage,
    place: Dense,
    node: &GraphNode,
    kind: TopologyKind,
) -> Option<Arc<Node>> {
    if node.is_pseudo() || node.count(kind) != Some(1) {
        return None;
    }
    let source = lifted.stage(from);
    let children = stage.children_of(place, Origin::View(from)).iter();
    let children = children.filter_map(|child| source.node(child.index));
    let child = children.filter(|child| child.is_of(kind)).min_by(|a, b| a.id.cmp(&b.id))?;
    let derived = child.derived.as_ref().and_then(|derived| derived.metrics_of.clone());
    derived.or_else(|| child.row.clone())
}
