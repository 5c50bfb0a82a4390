//! What a reader may not see of a node's facts.

use std::borrow::Cow;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
