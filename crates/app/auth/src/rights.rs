//! Rights, and the roles that bundle them.
//!
//! A right is what a route or a control asks for; a role is what an operator gives. Nothing here
//! knows who has which.

use scope_control::ControlKind;
use std::fmt;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See the map: views, nodes, edges, figures.
    See,
    /// See what may hold secrets: arguments of commands, environments, the raw report.
    SeeSecrets,
    /// Read the logs of containers.
    Logs,
    /// Start, stop, restart, pause, scale, signal; put nodes somewhere on the map for all.
    Operate,
    /// Remove a container, which nothing brings back.
    Remove,
    /// Open a shell, in a container or on a host, or attach to a program.
    Terminal,
    /// Run controls of plugins, of which nobody here knows what they do.
    Plugins,
    /// Read the audit log and its recordings, join the terminals of others.
    Administer,
    /// Send reports, take controls: what probes do.
    Publish,
}

impl Right {
    /// Every right, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::See,
        Self::SeeSecrets,
        Self::Logs,
        Self::Operate,
        Self::Remove,
        Self::Terminal,
        Self::Plugins,
        Self::Administer,
        Self::Publish,
    ];

    /// The word for it in rules and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::SeeSecrets => "secrets",
            Self::Logs => "logs",
            Self::Operate => "operate",
            Self::Remove => "remove",
            Self::Terminal => "terminal",
            Self::Plugins => "plugins",
            Self::Administer => "administer",
            Self::Publish => "publish",
        }
    }

    /// The right of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }

    /// What it allows, for a sentence: `you may not …`.
    pub fn deed(self) -> &'static str {
        match self {
            Self::See => "see the map",
            Self::SeeSecrets => "see what may hold secrets: the raw report, arguments of commands",
            Self::Logs => "read logs here",
            Self::Operate => "start, stop, signal or arrange anything here",
            Self::Remove => "remove anything here",
            Self::Terminal => "open a terminal here",
            Self::Plugins => "run controls of plugins here",
            Self::Administer => "administer this app",
            Self::Publish => "send reports",
        }
    }

    /// What a control needs, by its kind. Those of plugins, and those that nobody here knows, need
    /// a right of their own.
    pub fn of_control(control: &str) -> Self {
        use ControlKind::{
            Logs, Other, Pause, Remove, Restart, Scale, Signal, Start, Stop, Terminal,
        };
        match ControlKind::of_control(control) {
            Logs => Self::Logs,
            Terminal => Self::Terminal,
            Start | Stop | Restart | Pause | Signal | Scale => Self::Operate,
            Remove => Self::Remove,
            Other => Self::Plugins,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of rights.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights(u16);

impl Rights {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// These rights.
    pub fn of(rights: &[Right]) -> Self {
        Self(rights.iter().fold(0, |bits, right| bits | right.bit()))
    }

    /// Every right.
    pub fn all() -> Self {
        Self::of(&Right::ALL)
    }

    /// Whether the right is among them.
    pub fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// The rights of either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rights that the other has not.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The rights, in their order.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| self.has(*right))
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

/// A bundle of rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees the map, without what may hold secrets.
    Viewer,
    /// Sees all, reads logs, starts and stops.
    Operator,
    /// Everything.
    Admin,
    /// A probe, old or not enrolled: sends reports and takes controls; sees nothing.
    Probe,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Admin, Self::Probe];

    /// The word for it in flags, rules and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Probe => "probe",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What it bundles.
    pub fn rights(self) -> Rights {
        match self {
            Self::Viewer => Rights::of(&[Right::See]),
            Self::Operator => {
                Rights::of(&[Right::See, Right::SeeSecrets, Right::Logs, Right::Operate])
            }
            Self::Admin => Rights::all(),
            Self::Probe => Rights::of(&[Right::Publish]),
        }
    }

    /// The greatest role of people whose rights are all among these, for a word in the client.
    pub fn within(rights: Rights) -> Option<Self> {
        let people = [Self::Admin, Self::Operator, Self::Viewer];
        // Whoever may do everything a person can is an admin, sending reports or not.
        let own = rights.with(Rights::of(&[Right::Publish]));
        people.into_iter().find(|role| role.rights().without(own) == Rights::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_bundle_rights() {
        let check = |role: Role, expect: &str| {
            let names: Vec<_> = role.rights().iter().map(Right::name).collect();
            assert_eq!(names.join(" "), expect, "{role:?}");
        };
        check(Role::Viewer, "see");
        check(Role::Operator, "see secrets logs operate");
        check(Role::Admin, "see secrets logs operate remove terminal plugins administer publish");
        check(Role::Probe, "publish");
    }

    #[test]
    fn the_greatest_role_within_some_rights() {
        let check = |rights: Rights, expect: Option<Role>| assert_eq!(Role::within(rights), expect);
        check(Rights::all(), Some(Role::Admin));
        check(Rights::all().without(Rights::of(&[Right::Publish])), Some(Role::Admin));
        check(Rights::all().without(Rights::of(&[Right::Terminal])), Some(Role::Operator));
        check(Rights::of(&[Right::See, Right::Terminal]), Some(Role::Viewer));
        check(Role::Probe.rights(), None);
    }

    #[test]
    fn names_are_read_back() {
        assert!(Right::ALL.iter().all(|right| Right::parse(right.name()) == Some(*right)));
        assert!(Role::ALL.iter().all(|role| Role::parse(role.name()) == Some(*role)));
        assert_eq!(Right::parse("root"), None);
    }

    #[test]
    fn unknown_controls_need_the_most() {
        let check = |control: &str, expect: Right| {
            assert_eq!(Right::of_control(control), expect, "{control}");
        };
        check("docker_container_logs", Right::Logs);
        check("host_exec", Right::Terminal);
        check("docker_restart_container", Right::Operate);
        check("process_signal_term", Right::Operate);
        check("docker_remove_container", Right::Remove);
        check("http-requests~p0ison", Right::Plugins);
        check("", Right::Plugins);
    }
}
