//! `services`: pods become part of the Kubernetes services they back.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::views::{parents, pods};
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Services with their pods; a pod that backs none is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    if !pods::is_kubernetes(lifted) {
        return pods::nothing(lifted, ViewId::Services);
    }
    let from = ViewId::Pods;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::Services, sources);
    draft.add_table(TopologyKind::Service);
    parents::lift_to_parents(&mut draft, from, &[TopologyKind::Service], None, |_| true);
    let derive = parents::single_metrics(lifted, from, TopologyKind::Pod);
    draft.finish(&Finish { derive: &derive, ..Finish::default() })
}
