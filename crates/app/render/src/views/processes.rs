//! `processes`: endpoints become part of the process that holds them.

use crate::dense::ABSENT;
use crate::ops::draft::Draft;
use crate::{Lifted, Stage};
use scope_report::{Node, Text, TopologyKind, id};
use smol_str::format_smolstr;

/// Every process and its endpoints; nothing where no process is reported.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if lifted.table(TopologyKind::Process).is_empty() {
        return Stage::default();
    }
    let mut draft = Draft::new(lifted);
    draft.add_table(TopologyKind::Process);
    let endpoints = lifted.endpoints();
    draft.lift_endpoints(|draft, endpoint| {
        let holder = lifted
            .endpoint_row(endpoint)
            .and_then(|row| row.fact("pid").filter(|_| connects_once(lifted, row)));
        let host_id = endpoints.host_ids.get(endpoints.host(endpoint) as usize);
        match (holder, host_id.and_then(|id| id::untag(id, "host"))) {
            (Some(pid), Some(host_id)) => {
                draft.add_of(TopologyKind::Process, &format_smolstr!("{host_id};{pid}"))
            }
            _ => ABSENT,
        }
    });
    draft.finish(|_| true)
}

/// Whether an endpoint has at most one peer, copies that stand for one counted once.
///
/// A client's port serves one connection at a time. With two, a port was used again within the
/// window, and either could be another process's.
fn connects_once(lifted: &Lifted, row: &Node) -> bool {
    if row.adjacency.len() < 2 {
        return true;
    }
    let mut peers = row.adjacency.iter().map(|peer| original(lifted, peer));
    let first = peers.next();
    peers.all(|peer| Some(peer) == first)
}

/// The endpoint that `id` is a copy of under another address, or itself.
fn original<'a>(lifted: &'a Lifted, id: &'a Text) -> &'a str {
    let row = lifted.row(TopologyKind::Endpoint, id);
    row.and_then(|row| row.fact("copy_of")).unwrap_or(id)
}
