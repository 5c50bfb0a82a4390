//! Adds the controls of plugins to those that a node has from elsewhere.
//!
//! On the wire the newer list of active controls replaces the older, so a plugin that added one to
//! a container hid the container's own. Here every list that leaves the probe is complete.

use crate::prefix::{ActiveControls, LIST_SEPARATOR};
use crate::roster::Roster;
use scope_agent::Tagger;
use scope_report::{ACTIVE_CONTROLS, Fact, Report, Text, Timestamp, TopologyKind};
use std::collections::HashMap;
use std::sync::Arc;

/// The fact that says which probe runs a node's controls.
const CONTROL_PROBE_ID: &str = "control_probe_id";

/// Completes the active controls of nodes.
pub(crate) struct PluginTagger {
    roster: Arc<Roster>,
    probe_id: Text,
    /// The nodes' controls from elsewhere, for reports that say nothing of them.
    elsewhere: HashMap<(TopologyKind, Text), Text>,
}

impl PluginTagger {
    pub(crate) fn new(roster: Arc<Roster>, probe_id: &str) -> Self {
        Self { roster, probe_id: probe_id.into(), elsewhere: HashMap::new() }
    }
}

impl Tagger for PluginTagger {
    fn name(&self) -> &'static str {
        "plugins"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let mut active = ActiveControls::new();
        self.roster.for_each_active(|controls| {
            for (node, ids) in controls {
                active.entry(node.clone()).or_default().extend(ids.iter().cloned());
            }
        });
        self.elsewhere.retain(|node, _| active.contains_key(node));
        for (key, ids) in active {
            let (kind, id) = &key;
            let Some(node) = report.topology_mut(*kind).nodes.get_mut(id) else { continue };
            let node = Arc::make_mut(node);
            let known = node.latest.get(ACTIVE_CONTROLS);
            let timestamp = known.map_or(now, |fact| fact.timestamp.max(now));
            let own = match known {
                Some(fact) => fact.value.clone(),
                None => self.elsewhere.get(&key).cloned().unwrap_or_default(),
            };
            let value = joined(&own, &ids);
            self.elsewhere.insert(key, own);
            node.latest.insert(ACTIVE_CONTROLS, Fact { timestamp, value });
            if !node.latest.contains_key(CONTROL_PROBE_ID) {
                node.set_fact(CONTROL_PROBE_ID, now, self.probe_id.clone());
            }
        }
    }
}

/// The list with what it lacks of `ids`.
fn joined(list: &str, ids: &[Text]) -> Text {
    let mut all: Vec<&str> = list.split(LIST_SEPARATOR).filter(|id| !id.is_empty()).collect();
    for id in ids {
        if !all.contains(&id.as_str()) {
            all.push(id);
        }
    }
    all.join(LIST_SEPARATOR.to_string().as_str()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use scope_report::{Node, id};
    use std::path::PathBuf;

    #[test]
    fn the_lists_of_all_are_joined() {
        let roster = Arc::new(Roster::default());
        let client = Client::new(PathBuf::from("/none"), "1f".to_owned());
        let key = (TopologyKind::Container, id::container("c1"));
        roster.offers("tc", &client, ActiveControls::from([(key, vec!["tc~slow".into()])]));
        let mut tagger = PluginTagger::new(roster, "1f");
        let now = Timestamp::from_unix(1_800_000_000, 0).unwrap();
        let mut check = |own: Option<&str>, expect: &str| {
            let mut node = Node::new(id::container("c1"), "container");
            if let Some(own) = own {
                node.set_fact(ACTIVE_CONTROLS, now, own);
            }
            let mut report = Report::empty();
            report.topology_mut(TopologyKind::Container).add(node);
            tagger.tag(&mut report, now);
            let node = &report.topology(TopologyKind::Container).nodes["c1;<container>"];
            assert_eq!(node.fact(ACTIVE_CONTROLS), Some(expect));
            assert_eq!(node.fact(CONTROL_PROBE_ID), Some("1f"));
        };
        check(None, "tc~slow");
        check(Some("stop;restart"), "stop;restart;tc~slow");
        // An answer to a control tells of the node without its other controls.
        check(None, "stop;restart;tc~slow");
        check(Some("stop;tc~slow"), "stop;tc~slow");
    }
}
