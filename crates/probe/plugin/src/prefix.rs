//! The controls of a plugin under names of their own: `<plugin>~<control>`.
//!
//! A control that a plugin declares gets the prefix, so that two plugins may offer the same. What
//! it names without declaring it is somebody else's (a container's stop) and stays as it is.

use scope_report::{ACTIVE_CONTROLS, Control, Report, SortedMap, Text, TopologyKind};
use std::collections::HashMap;
use std::sync::Arc;

/// Between the plugin and the control; no plugin's id contains it.
const SEPARATOR: char = '~';

/// Between the ids of a node's active controls.
pub(crate) const LIST_SEPARATOR: char = ';';

/// Controls that one plugin may activate on one node.
const ACTIVE_PER_NODE_MAX: usize = 256;

/// The active controls of nodes, by topology and node.
pub(crate) type ActiveControls = HashMap<(TopologyKind, Text), Vec<Text>>;

/// The name of a plugin's control on the map.
pub(crate) fn prefixed(plugin: &str, control: &str) -> Text {
    format!("{plugin}{SEPARATOR}{control}").into()
}

/// The plugin and its control by the name on the map.
pub(crate) fn split(control: &str) -> Option<(&str, &str)> {
    control.split_once(SEPARATOR)
}

/// Renames what a controller declares, and takes the active controls out of the nodes: whoever
/// merged them would let those of the newer report hide the others.
pub(crate) fn take_active(report: &mut Report, plugin: &str, renames: bool) -> ActiveControls {
    let mut active = ActiveControls::new();
    for (kind, topology) in report.topologies_mut() {
        let declared =
            if renames { std::mem::take(&mut topology.controls) } else { SortedMap::default() };
        for (key, control) in declared.iter() {
            let id = prefixed(plugin, key);
            topology.controls.insert(id.clone(), Control { id, ..control.clone() });
        }
        for node in topology.nodes.values_mut() {
            let Some(fact) = node.latest.get(ACTIVE_CONTROLS) else { continue };
            let rename = |id: &str| match declared.contains_key(id) {
                true => prefixed(plugin, id),
                false => id.into(),
            };
            let ids = fact.value.split(LIST_SEPARATOR).filter(|id| !id.is_empty());
            let ids: Vec<Text> = ids.take(ACTIVE_PER_NODE_MAX).map(rename).collect();
            Arc::make_mut(node).latest.remove(ACTIVE_CONTROLS);
            if !ids.is_empty() {
                active.insert((kind, node.id.clone()), ids);
            }
        }
    }
    active
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::{Node, Timestamp};

    fn report() -> Report {
        let mut report = Report::empty();
        let topology = report.topology_mut(TopologyKind::Container);
        let control = Control { id: "slow".into(), human: "Slow".into(), ..Control::default() };
        topology.controls.insert("slow", control);
        let mut node = Node::new("a;<container>", "container");
        node.set_fact(ACTIVE_CONTROLS, Timestamp::ZERO, "slow;docker_stop_container");
        topology.add(node);
        topology.add(Node::new("b;<container>", "container"));
        report
    }

    #[test]
    fn what_is_declared_is_renamed() {
        let check = |renames: bool, control: &str| {
            let mut report = report();
            let active = take_active(&mut report, "tc", renames);
            let topology = report.topology(TopologyKind::Container);
            let controls: Vec<_> = topology.controls.iter().collect();
            assert_eq!(controls.len(), 1);
            assert_eq!((controls[0].0.as_str(), controls[0].1.id.as_str()), (control, control));
            let key = (TopologyKind::Container, "a;<container>".into());
            assert_eq!(active[&key], [control, "docker_stop_container"]);
            assert_eq!(active.len(), 1, "a node without controls gets none");
            assert!(topology.nodes.values().all(|node| node.fact(ACTIVE_CONTROLS).is_none()));
        };
        check(true, "tc~slow");
        check(false, "slow");
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(split("tc~slow~er"), Some(("tc", "slow~er")));
        assert_eq!(split("docker_stop_container"), None);
    }
}
