//! `weave`: peers of a Weave network, as their routers see each other.

use crate::dense::{ABSENT, at};
use crate::ops::draft::Draft;
use crate::{GraphNode, Lifted, NodeKind, PseudoKind, Stage};
use scope_report::TopologyKind;
use smol_str::format_smolstr;
use std::collections::HashMap;
use std::sync::Arc;

/// What the id of an overlay node starts with that only carries a host's container networks.
const DOCKER_PEER_PREFIX: &str = "#docker_peer_";

/// Peers; one without a probe on its host is unmanaged.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let mut draft = Draft::new(lifted);
    let table = lifted.table(TopologyKind::Overlay);
    let mut places = Vec::with_capacity(table.ids.len());
    for (_, id, row) in table.iter() {
        if id.starts_with(DOCKER_PEER_PREFIX) {
            places.push(ABSENT);
            continue;
        }
        let is_observed = row.latest.contains_key("host_node_id");
        let kind = PseudoKind::Unmanaged;
        let nickname = row.fact("weave_peer_nick_name").unwrap_or(id);
        places.push(if is_observed {
            let kind = NodeKind::Of(TopologyKind::Overlay);
            draft.add(id, || GraphNode::new(id.clone(), kind, Some(Arc::clone(row))))
        } else {
            let id = format_smolstr!("{}{nickname}", kind.id_prefix());
            draft.add(&id, || GraphNode::new(id.clone(), NodeKind::Pseudo(kind), None))
        });
    }
    let indexes: HashMap<&str, u32> =
        table.iter().map(|(index, id, _)| (id.as_str(), index)).collect();
    for (index, _, row) in table.iter() {
        let peers = row.adjacency.iter().filter_map(|id| indexes.get(id.as_str()));
        for peer in peers {
            let (from, to) = (at(&places, index), at(&places, *peer));
            if from != ABSENT && to != ABSENT {
                draft.connect(from, to);
            }
        }
    }
    draft.finish(|_| true)
}
