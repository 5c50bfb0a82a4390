//! One row of a topology: a process, a container, an endpoint.

use crate::id::DELIMITER;
use crate::{Edge, Metric, SortedMap, StringSet, Text, Timestamp, TopologyKind};

/// The key under which a node lists the controls that apply to it now, joined with `;`.
pub const ACTIVE_CONTROLS: &str = "active_controls";

/// A scalar fact; of two facts under one key the newer wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// When it was true.
    pub timestamp: Timestamp,
    /// Always text, as on the wire.
    pub value: Text,
}

/// What was seen of one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Equal to its key in the topology; blank only in a delta report.
    pub id: Text,
    /// The wire name of its topology (`container_image`); blank only in a delta report.
    pub topology: Text,
    /// Sets of strings by name (`docker_container_ips`).
    pub sets: SortedMap<StringSet>,
    /// Ids of nodes of the same topology this one connects to.
    pub adjacency: StringSet,
    /// Scalar facts by name.
    pub latest: SortedMap<Fact>,
    /// Series by metric id.
    pub metrics: SortedMap<Metric>,
    /// Ids of the nodes that contain this one, by topology name.
    pub parents: SortedMap<StringSet>,
    /// What is known of the connections to the nodes of `adjacency`, by their ids.
    pub edges: SortedMap<Edge>,
}

impl Node {
    /// A node without facts.
    pub fn new(id: impl Into<Text>, topology: impl Into<Text>) -> Self {
        Self { id: id.into(), topology: topology.into(), ..Self::default() }
    }

    /// The value of the fact `key`.
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.latest.get(key).map(|fact| fact.value.as_str())
    }

    /// States a fact.
    pub fn set_fact(&mut self, key: impl Into<Text>, timestamp: Timestamp, value: impl Into<Text>) {
        self.latest.insert(key, Fact { timestamp, value: value.into() });
    }

    /// Adds `member` to the set `key`.
    pub fn add_to_set(&mut self, key: &str, member: impl Into<Text>) {
        match self.sets.get_mut(key) {
            Some(set) => {
                set.insert(member);
            }
            None => {
                self.sets.insert(key, StringSet::from_iter([member]));
            }
        }
    }

    /// Adds the parent `id` of topology `topology`.
    pub fn add_parent(&mut self, topology: &str, id: impl Into<Text>) {
        match self.parents.get_mut(topology) {
            Some(set) => {
                set.insert(id);
            }
            None => {
                self.parents.insert(topology, StringSet::from_iter([id]));
            }
        }
    }

    /// Joins what another report says of the same node.
    ///
    /// The order of merging never matters: newer facts win, of equally old ones the greater value;
    /// of two different topologies the lesser name.
    pub fn merge(&mut self, other: &Self) {
        merge_name(&mut self.id, &other.id);
        merge_name(&mut self.topology, &other.topology);
        self.latest.merge(&other.latest, |ours, theirs| {
            if *theirs > *ours {
                ours.clone_from(theirs);
            }
        });
        self.sets.merge(&other.sets, StringSet::merge);
        self.parents.merge(&other.parents, StringSet::merge);
        self.adjacency.merge(&other.adjacency);
        self.metrics.merge(&other.metrics, Metric::merge);
        self.edges.merge(&other.edges, Edge::merge);
    }

    /// As [`Node::merge`], where both speak of a host: the controls of both are offered.
    ///
    /// Two probes speak of a host, its own and that of its cluster, and neither knows the controls
    /// of the other. Weave Scope 1.13 does so too, and for hosts only: elsewhere the newer list
    /// replaces the older. What its own probe offers no longer stays for a window.
    fn merge_host(&mut self, other: &Self) {
        let active = |node: &Self| node.latest.get(ACTIVE_CONTROLS).cloned();
        let both = active(self).zip(active(other));
        self.merge(other);
        if let Some((ours, theirs)) = both {
            self.latest.insert(ACTIVE_CONTROLS, joined_controls(&ours, &theirs));
        }
    }
}

impl TopologyKind {
    /// How two nodes of this kind that have one id are joined.
    pub fn node_merge(self) -> fn(&mut Node, &Node) {
        match self {
            Self::Host => Node::merge_host,
            _ => Node::merge,
        }
    }
}

/// The controls of both as of the newer; sorted unless both say the same.
fn joined_controls(ours: &Fact, theirs: &Fact) -> Fact {
    let timestamp = ours.timestamp.max(theirs.timestamp);
    if ours.value == theirs.value {
        return Fact { timestamp, value: ours.value.clone() };
    }
    let ids = ours.value.split(DELIMITER).chain(theirs.value.split(DELIMITER));
    let ids: StringSet = ids.filter(|id| !id.is_empty()).collect();
    Fact { timestamp, value: ids.as_slice().join(";").into() }
}

/// Of two names the lesser that is not blank.
pub(crate) fn merge_name(ours: &mut Text, theirs: &Text) {
    if ours.is_empty() || (!theirs.is_empty() && theirs < ours) {
        ours.clone_from(theirs);
    }
}
