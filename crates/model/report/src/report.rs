//! A report: what one probe saw in one interval, or the merge of many.

use crate::{DnsMap, StringSet, Text, Timestamp, Topology, TopologyKind};
use std::collections::BTreeMap;

/// The names known for one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsNames {
    /// Names whose answers were seen to be this address.
    pub forward: StringSet,
    /// Names found by reverse lookup.
    pub reverse: StringSet,
}

impl DnsNames {
    /// Joins what another report knows of the same address.
    pub fn merge(&mut self, other: &Self) {
        self.forward.merge(&other.forward);
        self.reverse.merge(&other.reverse);
    }
}

/// How much was sampled of how much there was; vestigial on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sampling {
    /// Observed.
    pub count: u64,
    /// In all.
    pub total: u64,
}

/// A plugin whose parts are in the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PluginSpec {
    /// Names the plugin.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// A sentence on what it does.
    pub description: Text,
    /// `reporter`, `controller`.
    pub interfaces: Vec<Text>,
    /// `1`.
    pub api_version: Text,
    /// `ok` or `error: …`.
    pub status: Text,
}

impl PluginSpec {
    /// Joins what another report says of the same plugin: of two words the greater, but that one
    /// failure, on whatever host, is not hidden by plugins that are well elsewhere.
    fn merge(&mut self, other: &Self) {
        let failing = |spec: &Self| spec.status.starts_with("error");
        let status = match (failing(self), failing(other)) {
            (true, false) => &self.status,
            (false, true) => &other.status,
            _ => (&self.status).max(&other.status),
        };
        let status = status.clone();
        let words = |spec: &Self| Self { status: Text::default(), ..spec.clone() };
        let greater = words(self).max(words(other));
        *self = Self { status, ..greater };
    }
}

/// What was seen, by kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When it was seen; of a merge, the earliest.
    pub ts: Timestamp,
    /// One topology for each of [`TopologyKind::ALL`], in that order.
    topologies: [Topology; 23],
    /// Names by address.
    pub dns: DnsMap,
    /// Vestigial.
    pub sampling: Sampling,
    /// The nanoseconds the report stands for; of a merge, the sum.
    pub window_nanos: i64,
    /// An express report: watchers should be woken at once.
    pub shortcut: bool,
    /// Plugins by id.
    pub plugins: BTreeMap<Text, PluginSpec>,
    /// Tells reports apart; a cache key, no identity.
    pub id: Text,
}

impl Report {
    /// A report with nothing in it, not even shapes.
    pub fn empty() -> Self {
        Self::with_topologies(|_| Topology::default())
    }

    /// A report as a probe starts one: every topology stamped with its shape and labels.
    pub fn stamped(ts: Timestamp) -> Self {
        Self { ts, ..Self::with_topologies(TopologyKind::stamped) }
    }

    /// The topology of `kind`.
    pub fn topology(&self, kind: TopologyKind) -> &Topology {
        &self.topologies[kind as usize]
    }

    /// The topology of `kind`, to change.
    pub fn topology_mut(&mut self, kind: TopologyKind) -> &mut Topology {
        &mut self.topologies[kind as usize]
    }

    /// Every topology with its kind, in the order of the wire.
    pub fn topologies(&self) -> impl Iterator<Item = (TopologyKind, &Topology)> {
        TopologyKind::ALL.into_iter().zip(&self.topologies)
    }

    /// Every topology with its kind, to change.
    pub fn topologies_mut(&mut self) -> impl Iterator<Item = (TopologyKind, &mut Topology)> {
        TopologyKind::ALL.into_iter().zip(&mut self.topologies)
    }

    /// How many nodes there are of all kinds.
    pub fn node_count(&self) -> usize {
        self.topologies.iter().map(|topology| topology.nodes.len()).sum()
    }

    /// Joins another report in. The order of merging does not matter but for `shortcut` and `id`,
    /// which stay this report's own.
    pub fn merge(&mut self, other: &Self) {
        self.merge_frame(other);
        self.dns.merge(&other.dns, DnsNames::merge);
        for (kind, ours) in self.topologies_mut() {
            ours.merge(other.topology(kind), kind);
        }
    }

    /// Takes over the nodes and names of `older` that are equal, so that the differences of their
    /// maps are only what really differs.
    pub fn keep_equal(&mut self, older: &Self) {
        self.dns.keep_equal(&older.dns);
        for (kind, topology) in self.topologies_mut() {
            topology.nodes.keep_equal(&older.topology(kind).nodes);
        }
    }

    /// Joins all but the topologies and the names.
    pub fn merge_frame(&mut self, other: &Self) {
        if self.ts.is_zero() || (!other.ts.is_zero() && other.ts < self.ts) {
            self.ts = other.ts;
        }
        self.sampling.count = self.sampling.count.saturating_add(other.sampling.count);
        self.sampling.total = self.sampling.total.saturating_add(other.sampling.total);
        self.window_nanos = self.window_nanos.saturating_add(other.window_nanos);
        for (id, theirs) in &other.plugins {
            match self.plugins.get_mut(id) {
                Some(ours) => ours.merge(theirs),
                None => {
                    self.plugins.insert(id.clone(), theirs.clone());
                }
            }
        }
    }

    fn with_topologies(topology: impl Fn(TopologyKind) -> Topology) -> Self {
        Self {
            ts: Timestamp::ZERO,
            topologies: TopologyKind::ALL.map(topology),
            dns: DnsMap::new(),
            sampling: Sampling::default(),
            window_nanos: 0,
            shortcut: false,
            plugins: BTreeMap::new(),
            id: Text::default(),
        }
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::empty()
    }
}
