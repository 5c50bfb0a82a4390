//! Kinds of controls, so that an organisation can have logs and no shells.

use std::fmt;
use std::str::FromStr;

/// What a control does, as far as one may want it and another not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// Shows what a program printed.
    Logs,
    /// Opens a shell in a container or on the host, attaches to a program, tells a terminal its
    /// size.
    Terminal,
    /// Starts what is stopped.
    Start,
    /// Stops what runs.
    Stop,
    /// Stops and starts.
    Restart,
    /// Pauses, and goes on.
    Pause,
    /// Removes what nothing brings back.
    Remove,
    /// Signals a process.
    Signal,
    /// Makes more or fewer of the same.
    Scale,
    /// Everything else: the controls of plugins, and those that later probes may have.
    Other,
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ControlKinds(u16);

/// A text names no set of kinds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of controls {0:?}: write all, none, or some of {known}", known = known())]
pub struct UnknownKind(String);

/// Characters of an unknown word that are repeated.
const SHOWN_CHARS_MAX: usize = 40;

impl ControlKind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Logs,
        Self::Terminal,
        Self::Start,
        Self::Stop,
        Self::Restart,
        Self::Pause,
        Self::Remove,
        Self::Signal,
        Self::Scale,
        Self::Other,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Terminal => "terminal",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Pause => "pause",
            Self::Remove => "remove",
            Self::Signal => "signal",
            Self::Scale => "scale",
            Self::Other => "other",
        }
    }

    /// The kind of a control, by the ids that probes of Scope 1.13 and ours give them.
    pub fn of_control(control: &str) -> Self {
        match control {
            "docker_container_logs" | "kubernetes_get_logs" => Self::Logs,
            "docker_attach_container"
            | "docker_exec_container"
            | "docker_resize_exec_tty"
            | "host_exec"
            | "host_resize_exec_tty" => Self::Terminal,
            "docker_start_container" => Self::Start,
            "docker_stop_container" => Self::Stop,
            "docker_restart_container" => Self::Restart,
            "docker_pause_container" | "docker_unpause_container" => Self::Pause,
            "docker_remove_container"
            | "kubernetes_delete_pod"
            | "kubernetes_delete_volume_snapshot" => Self::Remove,
            "kubernetes_scale_up" | "kubernetes_scale_down" | "ecs_scale_up" | "ecs_scale_down" => {
                Self::Scale
            }
            signal if signal.starts_with("process_signal_") => Self::Signal,
            _ => Self::Other,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl ControlKinds {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// All of them.
    pub const ALL: Self = Self((1 << ControlKind::ALL.len()) - 1);

    /// Whether the kind of this control is among them.
    pub fn allow(self, control: &str) -> bool {
        self.has(ControlKind::of_control(control))
    }

    /// Whether a kind is among them.
    pub fn has(self, kind: ControlKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The kinds, in their order.
    pub fn iter(self) -> impl Iterator<Item = ControlKind> {
        ControlKind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl FromIterator<ControlKind> for ControlKinds {
    fn from_iter<I: IntoIterator<Item = ControlKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

/// `logs,restart`; also `all`, `none`, and the switches of Go for those two.
impl FromStr for ControlKinds {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "all" | "1" | "t" | "T" | "true" | "TRUE" | "True" => return Ok(Self::ALL),
            "none" | "0" | "f" | "F" | "false" | "FALSE" | "False" => return Ok(Self::NONE),
            _ => {}
        }
        let kind = |word: &str| {
            let word = word.trim();
            let known = ControlKind::ALL.into_iter().find(|kind| kind.name() == word);
            known.ok_or_else(|| UnknownKind(word.chars().take(SHOWN_CHARS_MAX).collect()))
        };
        text.split(',').map(kind).collect()
    }
}

impl fmt::Display for ControlKinds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => out.write_str("all"),
            Self::NONE => out.write_str("none"),
            some => {
                out.write_str(&some.iter().map(ControlKind::name).collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl fmt::Debug for ControlKinds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

fn known() -> String {
    ControlKind::ALL.map(ControlKind::name).join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_and_told() {
        let check = |text: &str, expect: &str| {
            assert_eq!(text.parse::<ControlKinds>().unwrap().to_string(), expect, "{text}");
        };
        check("logs,restart", "logs,restart");
        check("restart, logs,logs", "logs,restart");
        check("true", "all");
        check("T", "all");
        check("all", "all");
        check("false", "none");
        check("none", "none");
        check(&known(), "all");
    }

    #[test]
    fn an_unknown_kind_lists_those_there_are() {
        for (text, word) in [("logs,shells", "shells"), ("", ""), ("logs,", ""), ("yes", "yes")] {
            let sentence = text.parse::<ControlKinds>().unwrap_err().to_string();
            let expect = format!("there is no kind of controls {word:?}: ");
            assert!(sentence.starts_with(&expect), "{sentence}");
            assert!(sentence.ends_with(&known()), "{sentence}");
        }
    }

    #[test]
    fn every_control_has_a_kind() {
        let check = |control: &str, expect: ControlKind| {
            assert_eq!(ControlKind::of_control(control), expect, "{control}");
            assert!(ControlKinds::ALL.allow(control) && !ControlKinds::NONE.allow(control));
            assert!(ControlKinds::from_iter([expect]).allow(control));
        };
        check("docker_container_logs", ControlKind::Logs);
        check("docker_attach_container", ControlKind::Terminal);
        check("host_exec", ControlKind::Terminal);
        check("docker_resize_exec_tty", ControlKind::Terminal);
        check("docker_unpause_container", ControlKind::Pause);
        check("process_signal_kill", ControlKind::Signal);
        check("kubernetes_scale_up", ControlKind::Scale);
        check("traffic-control~slow", ControlKind::Other);
        check("", ControlKind::Other);
    }
}
