//! What the store hands out: the merged reports at one moment.

use scope_report::{Report, Text, Timestamp, TopologyKind};
use std::sync::Arc;

/// The merged reports of the window.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Brought to today's form, without nodes of which only deltas are known: what is rendered.
    pub report: Arc<Report>,
    /// As the probes said it: what `GET /api/report` answers. Often the same allocation.
    pub raw: Arc<Report>,
    /// Two snapshots of one version of one store are the same; it only grows.
    pub version: u64,
}

/// A probe as its host node names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The id under which it takes controls.
    pub id: Text,
    /// Its host's name.
    pub hostname: Text,
    /// Its version of Scope.
    pub version: Text,
    /// When it last said so.
    pub last_seen: Timestamp,
}

impl Snapshot {
    /// The probes, one for each host node that names one, by the id of that node.
    ///
    /// Host nodes that only the probe of a cluster speaks of have no probe of their own.
    pub fn probes(&self) -> Vec<Probe> {
        let hosts = &self.raw.topology(TopologyKind::Host).nodes;
        let probe = |host: &Arc<scope_report::Node>| {
            let version = host.latest.get("host_scope_version");
            Some(Probe {
                id: host.latest.get("control_probe_id")?.value.clone(),
                hostname: host.fact("host_name").unwrap_or_default().into(),
                version: version.map(|fact| fact.value.clone()).unwrap_or_default(),
                last_seen: version.map(|fact| fact.timestamp).unwrap_or_default(),
            })
        };
        hosts.values().filter_map(probe).collect()
    }
}
