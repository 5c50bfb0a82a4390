//! Secrets in what plugins report: their facts and sets pass the probe's own masking.
//!
//! A plugin may read what the probe would not tell, the settings of a database for example. This
//! refuses to look at ids: only values are masked, by the name they have.

use scope_agent::Secrets;
use scope_report::{Node, Report, StringSet};
use std::sync::Arc;

/// Masks what looks like a secret in the values of a report.
pub(crate) fn mask(report: &mut Report, secrets: Secrets) {
    if secrets == Secrets::Told {
        return;
    }
    for (_, topology) in report.topologies_mut() {
        for node in topology.nodes.values_mut() {
            if holds_any(node, secrets) {
                mask_node(Arc::make_mut(node), secrets);
            }
        }
    }
}

/// Most nodes hold none, and are not copied.
fn holds_any(node: &Node, secrets: Secrets) -> bool {
    let is_secret = |name: &str, value: &str| secrets.value(name, value) != value;
    node.latest.iter().any(|(key, fact)| is_secret(key, &fact.value))
        || node.sets.iter().any(|(key, set)| set.iter().any(|member| is_secret(key, member)))
}

fn mask_node(node: &mut Node, secrets: Secrets) {
    for (key, fact) in node.latest.iter_mut() {
        fact.value = secrets.value(key, &fact.value).as_ref().into();
    }
    for (key, set) in node.sets.iter_mut() {
        let mut masked = StringSet::default();
        for member in set.iter() {
            masked.insert(secrets.value(key, member).as_ref());
        }
        *set = masked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_agent::MASK;
    use scope_report::{Timestamp, TopologyKind};

    #[test]
    fn values_are_masked_by_their_names() {
        let report = || {
            let mut report = Report::empty();
            let mut node = Node::new("a;<container>", "container");
            for (key, value) in [
                ("db_password", "hunter2"),
                ("settings_dsn", "postgres://joe:hunter2@db/shop"),
                ("settings_mode", "fast"),
            ] {
                node.set_fact(key, Timestamp::ZERO, value);
            }
            let mut set = StringSet::default();
            set.insert("--token=hunter2");
            set.insert("--fast");
            node.sets.insert("arguments", set);
            report.topology_mut(TopologyKind::Container).add(node);
            report
        };
        let mut masked = report();
        mask(&mut masked, Secrets::Masked);
        let node = masked.topology(TopologyKind::Container).nodes.values().next().unwrap().clone();
        assert_eq!(node.fact("db_password"), Some(MASK));
        assert_eq!(node.fact("settings_mode"), Some("fast"));
        let dsn = node.fact("settings_dsn").unwrap();
        assert!(dsn.contains(MASK) && !dsn.contains("hunter2"), "{dsn}");
        let members: Vec<&str> =
            node.sets.get("arguments").unwrap().iter().map(|m| m.as_str()).collect();
        assert_eq!(members, ["--fast", "--token=<masked>"]);
        let mut told = report();
        mask(&mut told, Secrets::Told);
        assert_eq!(told, report());
    }
}
