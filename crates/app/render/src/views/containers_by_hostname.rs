//! `containers-by-hostname`: containers of one hostname as one.

use crate::views::processes_by_name::group;
use crate::{Lifted, Stage, ViewId};
use scope_report::TopologyKind;

/// Containers grouped by their `docker_container_hostname`; one without is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let (view, from) = (ViewId::ContainersByHostname, ViewId::Containers);
    group(lifted, view, from, TopologyKind::Container, "docker_container_hostname")
}
