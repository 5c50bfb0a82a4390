//! What came and went between two snapshots, at the cost of what differs.

use scope_report::{Difference, Node, Report, Text, TopologyKind};

/// What came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Nodes that were not there before.
    pub added: usize,
    /// Nodes that are there no longer.
    pub removed: usize,
    /// Nodes whose state is another: running, paused, restarting.
    pub changed: usize,
}

/// A probe that was lost, or is there again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Its host.
    pub hostname: Text,
    /// It is there again, or for the first time.
    pub is_back: bool,
}

/// The facts that say in what state a node is.
const STATE_FACTS: [&str; 2] = ["docker_container_state", "kubernetes_state"];

/// The fact by which a host has a probe of its own.
const PROBE_FACT: &str = "control_probe_id";

impl Activity {
    /// What differs between two reports, and the probes that came and went. Ends of connections
    /// are no nodes of any view, and come and go all the time: they do not count.
    pub fn between(before: &Report, now: &Report) -> (Self, Vec<Loss>) {
        let (mut activity, mut losses) = (Self::default(), Vec::new());
        for (kind, topology) in now.topologies() {
            if kind == TopologyKind::Endpoint {
                continue;
            }
            for difference in topology.nodes.differences(&before.topology(kind).nodes) {
                activity.count(&difference);
                if kind == TopologyKind::Host {
                    losses.extend(loss(&difference));
                }
            }
        }
        (activity, losses)
    }

    fn count(&mut self, difference: &Difference<'_, Node>) {
        match difference {
            Difference::Added { .. } => self.added += 1,
            Difference::Removed { .. } => self.removed += 1,
            Difference::Changed { old, new, .. } => {
                let is_same = STATE_FACTS.iter().all(|key| old.fact(key) == new.fact(key));
                self.changed += usize::from(!is_same);
            }
        }
    }
}

fn loss(difference: &Difference<'_, Node>) -> Option<Loss> {
    let (row, is_back) = match difference {
        Difference::Added { new, .. } => (new, true),
        Difference::Removed { old, .. } => (old, false),
        Difference::Changed { .. } => return None,
    };
    row.fact(PROBE_FACT)?;
    Some(Loss { hostname: row.fact("host_name").unwrap_or_default().into(), is_back })
}
