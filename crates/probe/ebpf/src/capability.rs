//! Which parts run here, and in words for the map, which do not and why.

use std::fmt;

/// A group of programs that are useful only together.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// Connections opened, failed and closed.
    Connections,
    /// The accepting side of connections.
    Accepts,
    /// Processes that start and end.
    ProcessEvents,
    /// What processes send and receive by UDP (Linux 6.3).
    Datagrams,
    /// The other side of UDP sockets that are not connected to one; without `Datagrams`, their
    /// datagrams are counted too, but not their bytes.
    DatagramAddresses,
    /// The list of sockets.
    Sockets,
    /// The list of processes.
    Processes,
}

impl Part {
    /// Every part, the most useful first.
    pub const ALL: [Self; 7] = [
        Self::Connections,
        Self::Accepts,
        Self::Sockets,
        Self::ProcessEvents,
        Self::Datagrams,
        Self::DatagramAddresses,
        Self::Processes,
    ];
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connections => "kernel connection events",
            Self::Accepts => "kernel events of accepted connections",
            Self::ProcessEvents => "kernel process events",
            Self::Datagrams => "kernel counts of UDP datagrams",
            Self::DatagramAddresses => "kernel counts of unconnected UDP sockets",
            Self::Sockets => "the kernel's list of sockets",
            Self::Processes => "the kernel's list of processes",
        })
    }
}

/// A part, and whether it runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Capability {
    /// Which part.
    pub part: Part,
    /// Why it does not run; none when it does.
    pub lack: Option<String>,
}

impl Capability {
    /// Whether the part runs.
    pub fn is_on(&self) -> bool {
        self.lack.is_none()
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, lack } = self;
        match lack {
            None => write!(formatter, "{part}: on"),
            Some(reason) => write!(formatter, "{part}: off: {reason}"),
        }
    }
}

/// How much of it runs.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Tier {
    /// Some parts; the caller makes up for the others.
    Partial,
    /// Everything about connections; only convenience is missing.
    Connections,
    /// All parts.
    Complete,
}

impl Tier {
    pub(crate) fn of(capabilities: &[Capability]) -> Self {
        let lacks = |part| capabilities.iter().any(|one| one.part == part && !one.is_on());
        if !Part::ALL.into_iter().any(lacks) {
            return Self::Complete;
        }
        let needed = [Part::Connections, Part::Accepts, Part::Sockets];
        if needed.into_iter().any(lacks) { Self::Partial } else { Self::Connections }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lacking: &[Part], expect: Tier) {
        let capability = |part| Capability {
            part,
            lack: lacking.contains(&part).then(|| "no reason".to_owned()),
        };
        assert_eq!(Tier::of(&Part::ALL.map(capability)), expect, "{lacking:?}");
    }

    #[test]
    fn the_tier_follows_what_is_lacking() {
        check(&[], Tier::Complete);
        check(&[Part::Processes, Part::Datagrams], Tier::Connections);
        check(&[Part::Accepts], Tier::Partial);
    }

    #[test]
    fn a_capability_is_a_sentence() {
        let lack = Some("no tracefs".to_owned());
        let capability = Capability { part: Part::Accepts, lack };
        let expect = "kernel events of accepted connections: off: no tracefs";
        assert_eq!(capability.to_string(), expect);
    }
}
