//! `processes`: endpoints become part of the process that holds them.

use crate::dense::Dense;
use crate::ops::draft::{Draft, Finish, NOTHING, Sources};
use crate::ops::lift::Spot;
use crate::{Lifted, NodeKind, Stage, ViewId};
use scope_report::{Node, Text, TopologyKind, id};
use smol_str::format_smolstr;

/// Every process and its endpoints; nothing where no process is reported.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let is_blank = lifted.lacks(TopologyKind::Process);
    let mark = if is_blank { NOTHING } else { 0 };
    let sources = Sources { stages: &[], tables: &[], has_endpoints: !is_blank, mark };
    let mut draft = Draft::new(lifted, ViewId::Processes, sources);
    if !is_blank {
        draft.add_table(TopologyKind::Process);
        let also = clients_of_copies(&draft);
        draft.lift_endpoints(&also, |_, row| {
            let pid = row.fact("pid").filter(|_| connects_once(lifted, row))?;
            let host_id = id::untag(row.fact("host_node_id")?, "host")?;
            let process = format_smolstr!("{host_id};{pid}");
            Some(Spot::Named(process, NodeKind::Of(TopologyKind::Process)))
        });
    }
    draft.finish(&Finish::default())
}

/// The endpoints that connect to one that is a copy of another than before.
fn clients_of_copies(draft: &Draft<'_>) -> Vec<Dense> {
    let mut clients = Vec::new();
    if draft.is_from_nothing() {
        return clients;
    }
    let table = &draft.lifted.endpoints().table;
    for change in draft.row_changes(TopologyKind::Endpoint) {
        let rows = [change.old, change.new];
        let [old, new] = rows.map(|row| row.and_then(|row| row.fact("copy_of")));
        if old != new
            && let Some(place) = table.place(change.id)
        {
            clients.extend(table.edges_in.row(place));
        }
    }
    clients
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
