//! `weave`: peers of a Weave network, as their routers see each other.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::ops::lift::Spot;
use crate::{Lifted, NodeKind, PseudoKind, Stage, ViewId};
use scope_report::TopologyKind;

/// What the id of an overlay node starts with that only carries a host's container networks.
const DOCKER_PEER_PREFIX: &str = "#docker_peer_";

/// Peers; one without a probe on its host is unmanaged.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let kind = TopologyKind::Overlay;
    let sources = Sources { stages: &[], tables: &[kind], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::Weave, sources);
    draft.lift_table(kind, |id, row| {
        if id.starts_with(DOCKER_PEER_PREFIX) {
            return None;
        }
        if row.latest.contains_key("host_node_id") {
            return Some(Spot::Named(id.clone(), NodeKind::Of(kind)));
        }
        let nickname = row.fact("weave_peer_nick_name").unwrap_or(id);
        let (id, kind) = PseudoKind::Unmanaged.of_host(nickname);
        Some(Spot::Named(id, kind))
    });
    draft.follow_table(kind);
    draft.finish(&Finish::default())
}
