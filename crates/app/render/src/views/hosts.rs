//! `hosts`: everything that has a host becomes part of it.

use crate::ops::draft::{Draft, Finish, PARENTS_PER_KIND_MAX, Sources};
use crate::ops::lift::{Carry, Spot};
use crate::stage::Origin;
use crate::{Lifted, NodeKind, Stage, ViewId};
use scope_report::TopologyKind;

/// What becomes part of hosts, as what, and with what.
///
/// An image runs on many hosts and holds the edges of all its containers; between hosts they would
/// be edges no one observed, so images come without them.
const LIFTS: [(ViewId, Origin, Carry); 4] = [
    (ViewId::Processes, Origin::View(ViewId::Processes), Carry::Itself),
    (ViewId::Containers, Origin::PlainContainers, Carry::Itself),
    (ViewId::ContainersByImage, Origin::View(ViewId::ContainersByImage), Carry::Unconnected),
    (ViewId::Pods, Origin::View(ViewId::Pods), Carry::Itself),
];

/// Hosts, connected where their processes, containers, pods or endpoints are.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let stages = LIFTS.map(|(view, _, _)| view);
    let sources = Sources { stages: &stages, tables: &[], has_endpoints: true, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::Hosts, sources);
    let host = NodeKind::Of(TopologyKind::Host);
    draft.add_table(TopologyKind::Host);
    for (view, origin, carry) in LIFTS {
        draft.lift_stage(view, origin, |node, found| {
            if !node.is_pseudo() {
                let hosts = node.parents(TopologyKind::Host).iter().take(PARENTS_PER_KIND_MAX);
                found.extend(hosts.map(|id| (id.clone(), host, carry)));
            }
        });
    }
    draft.lift_endpoints(&[], |_, row| {
        Some(Spot::Named(row.latest.get("host_node_id")?.value.clone(), host))
    });
    draft.finish(&Finish::default())
}
