//! `hosts`: everything that has a host becomes part of it.

use crate::dense::ABSENT;
use crate::ops::draft::{Carry, Draft, PARENTS_PER_KIND_MAX};
use crate::stage::Origin;
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Hosts, connected where their processes, containers, pods or endpoints are.
///
/// An image runs on many hosts and holds the edges of all its containers; between hosts they would
/// be edges no one observed, so images come without them.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::Host);
    let sources = [
        (ViewId::Processes, Origin::View(ViewId::Processes), Carry::Itself),
        (ViewId::Containers, Origin::PlainContainers, Carry::Itself),
        (ViewId::ContainersByImage, Origin::View(ViewId::ContainersByImage), Carry::Unconnected),
        (ViewId::Pods, Origin::View(ViewId::Pods), Carry::Itself),
    ];
    for (view, origin, carry) in sources {
        draft.lift_stage(lifted.stage(view), origin, |draft, node, found| {
            if node.is_pseudo() {
                return;
            }
            for host in node.parents(TopologyKind::Host).iter().take(PARENTS_PER_KIND_MAX) {
                found.push((draft.add_of(TopologyKind::Host, host), carry));
            }
        });
    }
    let endpoints = lifted.endpoints();
    let mut places = vec![ABSENT; endpoints.host_ids.len()];
    draft.lift_endpoints(|draft, endpoint| {
        let host = endpoints.host(endpoint);
        let (Some(place), Some(id)) =
            (places.get_mut(host as usize), endpoints.host_ids.get(host as usize))
        else {
            return ABSENT;
        };
        if *place == ABSENT {
            *place = draft.add_of(TopologyKind::Host, id);
        }
        *place
    });
    draft.finish(|_| true)
}
