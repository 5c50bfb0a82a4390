//! What a reader may not see of a node's facts.

use scope_report::{Node, Report, Text, TopologyKind};
use std::borrow::Cow;
use std::sync::Arc;

/// What the facts of environment variables start with.
const ENVIRONMENT_PREFIX: &str = "docker_env_";

/// The facts that hold a command with its arguments.
const COMMANDS: [&str; 2] = ["cmdline", "docker_container_command"];

/// What to keep from the reader; command lines and environments carry secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Censor {
    /// Cut commands after their first word.
    pub hide_command_line_arguments: bool,
    /// Leave environment variables out.
    pub hide_environment_variables: bool,
}

impl Censor {
    /// Whether the fact, or the table of facts with this prefix, may be seen.
    pub(crate) fn allows(self, key: &str) -> bool {
        !self.hide_environment_variables || !key.starts_with(ENVIRONMENT_PREFIX)
    }

    /// What may be seen of the value of a fact.
    pub(crate) fn value<'a>(self, key: &str, value: &'a str) -> Cow<'a, str> {
        if self.hide_command_line_arguments && COMMANDS.contains(&key) {
            return value.split_once(' ').map_or(value, |(command, _)| command).into();
        }
        value.into()
    }
}

/// The report without what `censor` hides; the same report where that is nothing.
pub fn censored(report: &Arc<Report>, censor: Censor) -> Arc<Report> {
    if censor == Censor::default() {
        return Arc::clone(report);
    }
    let mut copy = Report::clone(report);
    for kind in [TopologyKind::Process, TopologyKind::Container] {
        for node in copy.topology_mut(kind).nodes.values_mut() {
            hide(Arc::make_mut(node), censor);
        }
    }
    Arc::new(copy)
}

fn hide(node: &mut Node, censor: Censor) {
    node.latest.retain(|key, _| censor.allows(key));
    for (key, fact) in node.latest.iter_mut() {
        fact.value = Text::from(&*censor.value(key, &fact.value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::{Timestamp, id};

    #[test]
    fn secrets_are_cut() {
        let censor = Censor { hide_command_line_arguments: true, hide_environment_variables: true };
        assert_eq!(censor.value("cmdline", "psql -W secret"), "psql");
        assert_eq!(censor.value("name", "a b"), "a b");
        assert_eq!(Censor::default().value("cmdline", "psql -W secret"), "psql -W secret");
        assert!(!censor.allows("docker_env_TOKEN"));
        assert!(censor.allows("docker_label_x"));
        assert!(Censor::default().allows("docker_env_TOKEN"));
    }

    #[test]
    fn secrets_leave_the_report() {
        let mut report = Report::empty();
        let mut process = Node::new(id::process("web-1", 7), "process");
        process.set_fact("cmdline", Timestamp::ZERO, "psql -W secret");
        report.topology_mut(TopologyKind::Process).add(process);
        let report = Arc::new(report);
        assert!(Arc::ptr_eq(&report, &censored(&report, Censor::default())));
        let censor = Censor { hide_command_line_arguments: true, ..Censor::default() };
        let shown = censored(&report, censor);
        let node = &shown.topology(TopologyKind::Process).nodes["web-1;7"];
        assert_eq!(node.fact("cmdline"), Some("psql"));
    }
}
