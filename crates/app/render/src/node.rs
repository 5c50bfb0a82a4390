//! A node of a graph: a reference into the report, and what the view adds to it.

use scope_report::{Metric, Node, SortedMap, StringSet, Text, TopologyKind};
use smol_str::format_smolstr;
use std::sync::Arc;

/// What a node of a graph stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// A row of this topology.
    Of(TopologyKind),
    /// Several rows of this topology that share a name.
    GroupOf(TopologyKind),
    /// What we cannot observe.
    Pseudo(PseudoKind),
}

/// What we cannot observe, or do not manage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PseudoKind {
    /// Clients outside every observed network: `in-theinternet`.
    InternetIncoming,
    /// Servers outside every observed network: `out-theinternet`.
    InternetOutgoing,
    /// A service known by its DNS name: `service-<name>`.
    KnownService,
    /// Peers outside every observed network whose names have this registered domain:
    /// `service-<domain>`.
    Domain,
    /// A server within the observed networks that nobody is: whoever calls it gets no answer, or a
    /// refusal. `unanswered:<endpoint>`.
    Unanswered,
    /// The processes of a host that are in no container: `pseudo:uncontained:<host>`.
    Uncontained,
    /// What no orchestrator manages on a host: `pseudo:unmanaged:<host>`.
    Unmanaged,
}

impl PseudoKind {
    /// What its id starts with; the rest names a host or a service.
    pub const fn id_prefix(self) -> &'static str {
        match self {
            Self::InternetIncoming => "in-theinternet",
            Self::InternetOutgoing => "out-theinternet",
            Self::KnownService | Self::Domain => "service-",
            Self::Unanswered => "unanswered:",
            Self::Uncontained => "pseudo:uncontained:",
            Self::Unmanaged => "pseudo:unmanaged:",
        }
    }

    /// The id and kind of the node of a host.
    pub(crate) fn of_host(self, host_id: &str) -> (Text, NodeKind) {
        (format_smolstr!("{}{host_id}", self.id_prefix()), NodeKind::Pseudo(self))
    }

    /// Whether it is one of the two halves of the Internet.
    pub fn is_internet(self) -> bool {
        matches!(self, Self::InternetIncoming | Self::InternetOutgoing)
    }

    /// Whether its addresses are told apart where its connections are listed.
    pub fn lists_addresses(self) -> bool {
        self.is_internet() || self == Self::Domain
    }
}

/// What a view says of a node beyond its row in the report.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// Facts that take precedence over the row's.
    pub facts: SortedMap<Text>,
    /// Parents by topology name that stand in place of the row's.
    pub parents: SortedMap<StringSet>,
    /// The only child, whose metrics are the node's own.
    pub metrics_of: Option<Arc<Node>>,
}

/// A node of a graph.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// Unique within the graph.
    pub id: Text,
    /// What it stands for.
    pub kind: NodeKind,
    /// Its row in the report; absent where only its children speak of it.
    pub row: Option<Arc<Node>>,
    /// What the view adds; shared where many nodes get the same.
    pub derived: Option<Arc<Derived>>,
    /// How many nodes of each kind became part of it.
    counts: Vec<(TopologyKind, u32)>,
}

impl Derived {
    /// Whether it says the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let metrics_of = |derived: &Self| derived.metrics_of.as_ref().map(Arc::as_ptr);
        metrics_of(self) == metrics_of(other)
            && self.facts == other.facts
            && self.parents == other.parents
    }
}

impl GraphNode {
    /// A node without children.
    pub fn new(id: Text, kind: NodeKind, row: Option<Arc<Node>>) -> Self {
        Self { id, kind, row, derived: None, counts: Vec::new() }
    }

    /// Whether it stands for what we cannot observe.
    pub fn is_pseudo(&self) -> bool {
        matches!(self.kind, NodeKind::Pseudo(_))
    }

    /// Whether it is a row of this topology.
    pub fn is_of(&self, kind: TopologyKind) -> bool {
        self.kind == NodeKind::Of(kind)
    }

    /// The kind of pseudo node it is.
    pub fn pseudo(&self) -> Option<PseudoKind> {
        match self.kind {
            NodeKind::Pseudo(pseudo) => Some(pseudo),
            _ => None,
        }
    }

    /// The value of the fact `key`, the view's before the row's.
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.fact_text(key).map(Text::as_str)
    }

    /// As [`Self::fact`], to be shared.
    pub fn fact_text(&self, key: &str) -> Option<&Text> {
        if let Some(value) = self.derived.as_ref().and_then(|derived| derived.facts.get(key)) {
            return Some(value);
        }
        self.row.as_ref().and_then(|row| row.latest.get(key)).map(|fact| &fact.value)
    }

    /// The set `key` of the row.
    pub fn set(&self, key: &str) -> Option<&StringSet> {
        self.row.as_ref().and_then(|row| row.sets.get(key))
    }

    /// The metric `key`, the row's before the only child's.
    pub fn metric(&self, key: &str) -> Option<&Metric> {
        if let Some(child) = self.derived.as_ref().and_then(|derived| derived.metrics_of.as_ref())
            && let Some(metric) = child.metrics.get(key)
        {
            return Some(metric);
        }
        self.row.as_ref().and_then(|row| row.metrics.get(key))
    }

    /// The ids of its parents of a topology, ascending.
    pub fn parents(&self, kind: TopologyKind) -> &[Text] {
        let name = kind.name();
        let derived = self.derived.as_ref().and_then(|derived| derived.parents.get(name));
        derived
            .or_else(|| self.row.as_ref().and_then(|row| row.parents.get(name)))
            .map(StringSet::as_slice)
            .unwrap_or_default()
    }

    /// How many nodes of a kind became part of it.
    pub fn count(&self, kind: TopologyKind) -> Option<u32> {
        self.counts.iter().find(|(counted, _)| *counted == kind).map(|(_, count)| *count)
    }

    /// Adds to the nodes of a kind that became part of it, or takes from them.
    pub(crate) fn add_count(&mut self, kind: TopologyKind, nodes: i32) {
        match self.counts.iter_mut().find(|(counted, _)| *counted == kind) {
            Some((_, count)) => *count = count.saturating_add_signed(nodes),
            None => self.counts.push((kind, u32::try_from(nodes).unwrap_or_default())),
        }
        self.counts.retain(|(_, count)| *count > 0);
    }

    /// Whether it is the same node, its row and what is derived being the very same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let derived = |node: &Self| node.derived.as_ref().map(Arc::as_ptr);
        let row = |node: &Self| node.row.as_ref().map(Arc::as_ptr);
        self.kind == other.kind && row(self) == row(other) && derived(self) == derived(other)
    }

    /// The host that observed it, by its id without the tag.
    pub fn host_id(&self) -> Option<&str> {
        scope_report::id::untag(self.fact("host_node_id")?, "host")
    }
}
