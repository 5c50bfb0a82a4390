//! A stage in the making: nodes by id, and the lifting of endpoints and of other stages into it.

use crate::dense::{ABSENT, Dense, Rows, at, dense};
use crate::lifted::Lifted;
use crate::node::{GraphNode, NodeKind, PseudoKind};
use crate::stage::{ChildRef, Origin, Stage};
use scope_report::{Text, TopologyKind};
use smol_str::format_smolstr;
use std::collections::HashMap;
use std::sync::Arc;

/// How many parents of one kind a node may have in a graph.
///
/// A pod backs a handful of services; a hostile report could name thousands, and every edge
/// between two nodes becomes one for each pair of their parents.
pub(crate) const PARENTS_PER_KIND_MAX: usize = 32;

/// How many edges, children or endpoints a stage may collect, repeated ones included.
///
/// A large site needs some hundred thousand. Only a hostile report, whose nodes name many parents
/// at every level, gets here; what is beyond is left out, and the stage says so.
const PAIRS_MAX: usize = 1 << 23;

/// What a node takes along into the node it becomes part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carry {
    /// Itself.
    Itself,
    /// Itself, but none of its edges.
    Unconnected,
    /// Itself, its children and its endpoints.
    Family,
    /// Its children and its endpoints: it stays the node it is.
    Identity,
}

/// A stage in the making.
pub(crate) struct Draft<'a> {
    lifted: &'a Lifted,
    nodes: Vec<GraphNode>,
    places: HashMap<Text, Dense>,
    edges: Vec<(Dense, Dense)>,
    children: Vec<(Dense, ChildRef)>,
    endpoints: Vec<(Dense, Dense)>,
    /// Something was left out for want of room.
    truncated: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(lifted: &'a Lifted) -> Self {
        Self {
            lifted,
            nodes: Vec::new(),
            places: HashMap::new(),
            edges: Vec::new(),
            children: Vec::new(),
            endpoints: Vec::new(),
            truncated: false,
        }
    }

    /// Puts every row of a topology in and returns their places in the order of the table.
    pub(crate) fn add_table(&mut self, kind: TopologyKind) -> Vec<Dense> {
        let lifted = self.lifted;
        let rows = lifted.table(kind).iter();
        rows.map(|(_, id, row)| {
            self.add(id, || GraphNode::new(id.clone(), NodeKind::Of(kind), Some(Arc::clone(row))))
        })
        .collect()
    }

    /// The place of a node of a topology; a node that is new gets its row, if the report has it.
    pub(crate) fn add_of(&mut self, kind: TopologyKind, id: &Text) -> Dense {
        let lifted = self.lifted;
        self.add(id, || {
            GraphNode::new(id.clone(), NodeKind::Of(kind), lifted.row(kind, id).map(Arc::clone))
        })
    }

    /// The place of a pseudo node of a host.
    pub(crate) fn add_pseudo(&mut self, kind: PseudoKind, host_id: &str) -> Dense {
        let id = format_smolstr!("{}{host_id}", kind.id_prefix());
        self.add(&id, || GraphNode::new(id.clone(), NodeKind::Pseudo(kind), None))
    }

    /// The place of the node `id`, which `make` makes if it is new.
    pub(crate) fn add(&mut self, id: &Text, make: impl FnOnce() -> GraphNode) -> Dense {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let place = dense(self.nodes.len());
        self.nodes.push(make());
        self.places.insert(id.clone(), place);
        place
    }

    /// The place of the node `id`, if it is in already.
    pub(crate) fn find(&self, id: &str) -> Option<Dense> {
        self.places.get(id).copied()
    }

    /// The node at a place, to change.
    pub(crate) fn node_mut(&mut self, place: Dense) -> Option<&mut GraphNode> {
        self.nodes.get_mut(place as usize)
    }

    /// Connects two nodes; says whether there is room for more.
    pub(crate) fn connect(&mut self, from: Dense, to: Dense) -> bool {
        let has_room = self.has_room(self.edges.len());
        if has_room {
            self.edges.push((from, to));
        }
        has_room
    }

    /// Makes `child` part of the node at a place without counting it.
    pub(crate) fn adopt(&mut self, place: Dense, child: ChildRef) {
        if self.has_room(self.children.len()) {
            self.children.push((place, child));
        }
    }

    /// Makes endpoints part of nodes: those of the outside of their pseudo nodes, of the others
    /// each of the node that `place_of` names, or of none ([`ABSENT`]).
    ///
    /// Two nodes connect if an endpoint of one connects to an endpoint of the other.
    pub(crate) fn lift_endpoints(&mut self, mut place_of: impl FnMut(&mut Self, Dense) -> Dense) {
        let lifted = self.lifted;
        let endpoints = lifted.endpoints();
        let count = dense(lifted.table(TopologyKind::Endpoint).ids.len());
        let mut places = Vec::with_capacity(count as usize);
        for endpoint in 0..count {
            let place = match endpoints.pseudo(endpoint) {
                Some((kind, id)) => {
                    self.add(id, || GraphNode::new(id.clone(), NodeKind::Pseudo(*kind), None))
                }
                None => place_of(self, endpoint),
            };
            places.push(place);
            if place != ABSENT {
                self.hold(place, endpoint);
            }
        }
        for (from, to) in endpoints.adjacency.pairs() {
            let (from, to) = (at(&places, from), at(&places, to));
            if from != ABSENT && to != ABSENT {
                self.connect(from, to);
            }
        }
    }

    /// Makes the nodes of another stage part of nodes of this one; `place` says of which.
    ///
    /// Two nodes connect if a node that became part of one connects to one that became part of the
    /// other.
    pub(crate) fn lift_stage(
        &mut self,
        stage: &Stage,
        origin: Origin,
        mut place: impl FnMut(&mut Self, &GraphNode, &mut Vec<(Dense, Carry)>),
    ) {
        let mut targets = Vec::with_capacity(stage.nodes.len());
        let mut found = Vec::new();
        for (index, node) in stage.nodes() {
            found.clear();
            place(self, node, &mut found);
            for (target, carry) in &found {
                self.take_in(stage, node, ChildRef { origin, index }, *target, *carry);
                if *carry != Carry::Unconnected {
                    targets.push((index, *target));
                }
            }
        }
        self.connect_targets(stage, &Rows::from_pairs(targets, stage.nodes.len()));
    }

    /// Sorts everything into a stage; nodes that `keep` refuses are left out and counted.
    pub(crate) fn finish(self, keep: impl Fn(&GraphNode) -> bool) -> Stage {
        let count = self.nodes.len();
        let mut order: Vec<(Dense, GraphNode)> = Vec::with_capacity(count);
        for (place, node) in self.nodes.into_iter().enumerate() {
            if keep(&node) {
                order.push((dense(place), node));
            }
        }
        order.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        let mut moved = vec![ABSENT; count];
        for (index, (place, _)) in order.iter().enumerate() {
            if let Some(slot) = moved.get_mut(*place as usize) {
                *slot = dense(index);
            }
        }
        let nodes: Vec<GraphNode> = order.into_iter().map(|(_, node)| node).collect();
        let edges = self.edges.into_iter().map(|(from, to)| (at(&moved, from), at(&moved, to)));
        let edges = edges.filter(|(from, to)| *from != ABSENT && *to != ABSENT).collect();
        let children = self.children.into_iter().map(|(place, child)| (at(&moved, place), child));
        let endpoints = self.endpoints.into_iter().map(|(place, end)| (at(&moved, place), end));
        Stage {
            edges: Rows::from_pairs(edges, nodes.len()),
            children: Rows::from_pairs(children.collect(), nodes.len()),
            endpoints: Rows::from_pairs(endpoints.collect(), nodes.len()),
            filtered: count - nodes.len(),
            truncated: self.truncated,
            nodes,
        }
    }

    /// Connects what the ends of each edge of a stage became part of.
    fn connect_targets(&mut self, stage: &Stage, targets: &Rows<Dense>) {
        for (from, to) in stage.edges.pairs() {
            for from in targets.row(from) {
                for to in targets.row(to) {
                    if !self.connect(*from, *to) {
                        return;
                    }
                }
            }
        }
    }

    /// Makes an endpoint part of the node at a place.
    fn hold(&mut self, place: Dense, endpoint: Dense) {
        if self.has_room(self.endpoints.len()) {
            self.endpoints.push((place, endpoint));
        }
    }

    fn has_room(&mut self, count: usize) -> bool {
        let has_room = count < PAIRS_MAX;
        self.truncated |= !has_room;
        has_room
    }

    fn take_in(
        &mut self,
        stage: &Stage,
        node: &GraphNode,
        child: ChildRef,
        target: Dense,
        carry: Carry,
    ) {
        if carry != Carry::Identity {
            self.adopt(target, child);
            if let (NodeKind::Of(kind), Some(parent)) = (node.kind, self.node_mut(target)) {
                parent.add_count(kind);
            }
        }
        if matches!(carry, Carry::Family | Carry::Identity) {
            for own in stage.children(child.index) {
                self.adopt(target, *own);
            }
            for endpoint in stage.endpoints(child.index) {
                self.hold(target, *endpoint);
            }
        }
    }
}
