//! What sifting asks of every node each time, found once per node.
//!
//! A hundred thousand nodes are sifted for every change; this is all that is read of most of them.

use crate::ops::predicates::{is_running, is_snapshot, is_storage, is_system};
use crate::options::tells_containers_apart;
use crate::{GraphNode, PseudoKind, ViewId};

/// The traits of what is at a place; of a place without a node, none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// There is a node, and the view itself does not leave it out.
    pub(crate) is_there: bool,
    pub(crate) is_pseudo: bool,
    /// It is a pseudo node of what is outside the site.
    pub(crate) is_outside: bool,
    pub(crate) is_system: bool,
    pub(crate) is_running: bool,
    pub(crate) is_snapshot: bool,
    pub(crate) is_storage: bool,
    /// It has an edge to a different node that is there.
    pub(crate) is_connected: bool,
    /// Any edge begins or ends at it.
    pub(crate) has_edges: bool,
}

impl Traits {
    /// The traits of a node, with the edges it had.
    pub(crate) fn of(view: ViewId, node: &GraphNode, is_there: bool, before: Self) -> Self {
        let is_outside =
            |pseudo: PseudoKind| pseudo.lists_addresses() || pseudo == PseudoKind::KnownService;
        let is_contained = tells_containers_apart(view) && !node.is_pseudo();
        Self {
            is_there,
            is_pseudo: node.is_pseudo(),
            is_outside: node.pseudo().is_some_and(is_outside),
            is_system: is_contained && is_system(node),
            is_running: is_contained && is_running(node),
            is_snapshot: is_snapshot(node),
            is_storage: is_storage(node),
            ..before
        }
    }
}
