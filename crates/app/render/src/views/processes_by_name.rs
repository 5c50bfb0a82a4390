//! `processes-by-name`: processes of one name as one.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::ops::lift::Carry;
use crate::stage::Origin;
use crate::{Lifted, NodeKind, Stage, ViewId};
use scope_report::TopologyKind;

/// Processes grouped by their `name`; one without a name is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    group(lifted, ViewId::ProcessesByName, ViewId::Processes, TopologyKind::Process, "name")
}

/// The nodes of a view grouped by a fact; pseudo nodes stay, nodes without the fact are left out.
pub(super) fn group(
    lifted: &Lifted,
    view: ViewId,
    from: ViewId,
    kind: TopologyKind,
    key: &str,
) -> Stage {
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, view, sources);
    draft.lift_stage(from, Origin::View(from), |node, found| {
        if node.is_pseudo() {
            found.push((node.id.clone(), node.kind, Carry::Identity));
        } else if let Some(name) = node.fact_text(key).filter(|name| !name.is_empty()) {
            found.push((name.clone(), NodeKind::GroupOf(kind), Carry::Family));
        }
    });
    draft.finish(&Finish::default())
}
