//! Lifting: endpoints, rows and the nodes of other stages become part of the nodes of a stage.
//!
//! Two nodes connect if what became part of one connects to what became part of the other. Only
//! what changed is looked at: sources that changed, and edges that did.

use crate::dense::Dense;
use crate::lifted::{EdgeChange, Endpoints, Table};
use crate::ops::draft::Draft;
use crate::shared::{Pages, Rows};
use crate::stage::{ChildRef, Origin, Stage};
use crate::{GraphNode, NodeKind, ViewId};
use scope_report::{Node, Text, TopologyKind};
use std::sync::Arc;

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

/// What a rule says a node becomes part of: an id, what it stands for, and what is taken along.
pub(crate) type Found = (Text, NodeKind, Carry);

/// What an endpoint or a row becomes part of.
pub(crate) enum Spot {
    /// The node of this id.
    Named(Text, NodeKind),
    /// A node that is in already.
    At(Dense, NodeKind),
}

/// The nodes that something became part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Targets {
    #[default]
    None,
    One(Target),
    Several(Arc<[Target]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    place: Dense,
    kind: NodeKind,
    carry: Carry,
}

/// One lift of a stage, while it is made.
struct Lift {
    index: usize,
    before: Pages<Targets>,
    /// Sources that became part of other nodes than before.
    moved: Vec<Dense>,
}

/// Who connects to whom among the sources of a lift, before and now.
struct Links<'a> {
    before: &'a Rows<Dense>,
    now: &'a Rows<Dense>,
    now_in: &'a Rows<Dense>,
    changes: &'a [EdgeChange],
}

impl Targets {
    fn as_slice(&self) -> &[Target] {
        match self {
            Self::None => &[],
            Self::One(target) => std::slice::from_ref(target),
            Self::Several(targets) => targets,
        }
    }
}

impl FromIterator<Target> for Targets {
    fn from_iter<I: IntoIterator<Item = Target>>(targets: I) -> Self {
        let mut targets = targets.into_iter();
        match (targets.next(), targets.next()) {
            (None, _) => Self::None,
            (Some(one), None) => Self::One(one),
            (Some(one), Some(other)) => {
                Self::Several([one, other].into_iter().chain(targets).collect())
            }
        }
    }
}

impl Draft<'_> {
    /// Makes the nodes of another stage part of nodes of this one; `rule` says of which.
    pub(crate) fn lift_stage(
        &mut self,
        view: ViewId,
        origin: Origin,
        rule: impl Fn(&GraphNode, &mut Vec<Found>),
    ) {
        let lifted = self.lifted;
        let nothing = Stage::default();
        let (new, old) = (lifted.stage(view), self.stage_before(view).unwrap_or(&nothing));
        let delta = new.delta.as_ref().filter(|_| !self.is_from_nothing());
        let mut lift = self.begin_lift();
        let mut found = Vec::new();
        let mut visit = |own: &mut Self, lift: &mut Lift, index| {
            found.clear();
            let (was, is) = (old.node(index), new.node(index));
            is.into_iter().for_each(|node| rule(node, &mut found));
            let targets = found.iter().map(|(id, kind, carry)| Target {
                place: own.place_or_new(id),
                kind: *kind,
                carry: *carry,
            });
            let targets: Targets = targets.collect();
            let child = ChildRef { origin, index };
            let before = own.retarget(lift, index, &targets);
            if let Some(before) = before {
                own.take_in(old, was, child, &before, -1);
                own.take_in(new, is, child, &targets, 1);
            } else {
                own.follow(was, is, &targets);
            }
        };
        match delta {
            Some(delta) => delta.nodes.iter().for_each(|index| visit(self, &mut lift, *index)),
            None => new.nodes().for_each(|(index, _)| visit(self, &mut lift, index)),
        }
        if let Some(delta) = delta {
            self.pass_on(&lift, delta.children.iter().copied(), Self::adopt);
            self.pass_on(&lift, delta.endpoints.iter().copied(), Self::hold);
        }
        let changes = delta.map(|delta| delta.edges.as_slice()).unwrap_or_default();
        let (now, now_in) = (&new.edges, &new.edges_in);
        self.lift_edges(&lift, &Links { before: &old.edges, now, now_in, changes });
    }

    /// Makes endpoints part of nodes: those of the outside of their pseudo nodes, of the others
    /// each of the node that `rule` names, or of none.
    ///
    /// `also` are endpoints for which the rule may say something else than before, though nothing
    /// of them changed.
    pub(crate) fn lift_endpoints(
        &mut self,
        also: &[Dense],
        rule: impl Fn(&Text, &Node) -> Option<Spot>,
    ) {
        let lifted = self.lifted;
        let new = lifted.endpoints();
        let nothing = Table::default();
        let old = self.endpoints_before().map_or(&nothing, |endpoints| &endpoints.table);
        let changed = new.delta.as_ref().filter(|_| !self.is_from_nothing());
        let mut lift = self.begin_lift();
        let mut visit = |own: &mut Self, endpoint| {
            let spot = spot_of(new, endpoint, &rule);
            let targets = own.targets_of(spot);
            let Some(before) = own.retarget(&mut lift, endpoint, &targets) else { return };
            for (targets, reasons) in [(&before, -1), (&targets, 1)] {
                for target in targets.as_slice() {
                    own.give_reason(target.place, target.kind, reasons);
                    own.hold(target.place, endpoint, reasons);
                }
            }
        };
        match changed {
            Some(changed) => {
                changed.iter().chain(also).for_each(|endpoint| visit(self, *endpoint));
            }
            None => new.table.places().for_each(|endpoint| visit(self, endpoint)),
        }
        self.lift_edges(&lift, &links_of(old, &new.table));
    }

    /// Makes rows of a topology nodes, or part of nodes, connected as the rows are.
    pub(crate) fn lift_table(
        &mut self,
        kind: TopologyKind,
        rule: impl Fn(&Text, &Node) -> Option<Spot>,
    ) {
        let lifted = self.lifted;
        let new = lifted.table(kind);
        let nothing = Table::default();
        let old = self.table_before(kind).unwrap_or(&nothing);
        let delta = new.delta.as_ref().filter(|_| !self.is_from_nothing());
        let changed = match delta {
            Some(delta) => delta.rows.clone(),
            None => new.places().collect(),
        };
        let mut lift = self.begin_lift();
        for place in changed {
            let row = new.id(place).zip(new.row(place));
            let targets = self.targets_of(row.and_then(|(id, row)| rule(id, row)));
            let Some(before) = self.retarget(&mut lift, place, &targets) else { continue };
            for (targets, reasons) in [(&before, -1), (&targets, 1)] {
                for target in targets.as_slice() {
                    self.give_reason(target.place, target.kind, reasons);
                }
            }
        }
        self.lift_edges(&lift, &links_of(old, new));
    }

    fn begin_lift(&mut self) -> Lift {
        let index = self.lift_count;
        self.lift_count += 1;
        let lifts = &mut self.stage.upkeep.lifts;
        if lifts.len() <= index {
            lifts.resize_with(index + 1, Pages::default);
        }
        Lift { index, before: lifts.get(index).cloned().unwrap_or_default(), moved: Vec::new() }
    }

    fn targets_of(&mut self, spot: Option<Spot>) -> Targets {
        let (place, kind) = match spot {
            None => return Targets::None,
            Some(Spot::At(place, kind)) => (place, kind),
            Some(Spot::Named(id, kind)) => (self.place_or_new(&id), kind),
        };
        Targets::One(Target { place, kind, carry: Carry::Itself })
    }

    /// Writes down what a source became part of; if it is something else than before, gives that.
    fn retarget(&mut self, lift: &mut Lift, source: Dense, targets: &Targets) -> Option<Targets> {
        let lifts = &mut self.stage.upkeep.lifts;
        let lift_now = lifts.get_mut(lift.index)?;
        let is_same = match lift_now.get(source) {
            Some(own) => own == targets,
            None => *targets == Targets::None,
        };
        if is_same {
            return None;
        }
        lift.moved.push(source);
        let own = lift_now.get_mut(source)?;
        Some(std::mem::replace(own, targets.clone()))
    }

    /// Gives a node and what it takes along to the nodes it became part of, or takes it from them.
    fn take_in(
        &mut self,
        stage: &Stage,
        node: Option<&GraphNode>,
        child: ChildRef,
        targets: &Targets,
        reasons: i32,
    ) {
        let Some(node) = node else { return };
        for target in targets.as_slice() {
            self.give_reason(target.place, target.kind, reasons);
            if target.carry != Carry::Identity {
                self.adopt(target.place, child, reasons);
                self.count(target.place, node.kind, reasons);
            }
            if target.carry.is_with_family() {
                for own in stage.children(child.index) {
                    self.adopt(target.place, *own, reasons);
                }
                for endpoint in stage.endpoints(child.index) {
                    self.hold(target.place, *endpoint, reasons);
                }
            }
        }
    }

    /// A node that changed stays part of what it was part of.
    fn follow(&mut self, was: Option<&GraphNode>, is: Option<&GraphNode>, targets: &Targets) {
        for target in targets.as_slice() {
            self.touch(target.place);
            if let (Some(was), Some(is)) = (was, is)
                && was.kind != is.kind
                && target.carry != Carry::Identity
            {
                self.count(target.place, was.kind, -1);
                self.count(target.place, is.kind, 1);
            }
        }
    }

    /// What came to or left a node comes to or leaves the nodes that it is part of.
    fn pass_on<T>(
        &mut self,
        lift: &Lift,
        changes: impl Iterator<Item = (Dense, T, bool)>,
        give: impl Fn(&mut Self, Dense, T, i32),
    ) where
        T: Copy,
    {
        let Some(now) = self.stage.upkeep.lifts.get(lift.index).cloned() else { return };
        for (source, item, is_in) in changes {
            if has_moved(&lift.before, &now, source) {
                continue;
            }
            let targets = targets_in(&now, source).iter();
            for target in targets.filter(|target| target.carry.is_with_family()) {
                give(self, target.place, item, if is_in { 1 } else { -1 });
            }
        }
    }

    /// Connects what the ends of each edge became part of.
    ///
    /// Each edge is looked at once: from its beginning if that moved or the edge is new or gone,
    /// else from its end.
    fn lift_edges(&mut self, lift: &Lift, links: &Links<'_>) {
        let Some(now) = self.stage.upkeep.lifts.get(lift.index).cloned() else { return };
        let before = &lift.before;
        for moved in &lift.moved {
            for to in links.before.row(*moved) {
                self.connect_targets(before, *moved, *to, -1);
            }
            for to in links.now.row(*moved) {
                self.connect_targets(&now, *moved, *to, 1);
            }
            for from in links.now_in.row(*moved) {
                if !has_moved(before, &now, *from) && links.before.contains(*from, *moved) {
                    self.connect_targets(before, *from, *moved, -1);
                    self.connect_targets(&now, *from, *moved, 1);
                }
            }
        }
        for (from, to, is_in) in links.changes {
            if has_moved(before, &now, *from) {
                continue;
            }
            match is_in {
                true => self.connect_targets(&now, *from, *to, 1),
                false => self.connect_targets(before, *from, *to, -1),
            }
        }
    }

    fn connect_targets(&mut self, lift: &Pages<Targets>, from: Dense, to: Dense, reasons: i32) {
        let targets = |source| {
            let targets = targets_in(lift, source).iter();
            targets.filter(|target| target.carry != Carry::Unconnected)
        };
        for from in targets(from) {
            for to in targets(to) {
                self.connect(from.place, to.place, reasons);
            }
            if self.stage.truncated {
                return;
            }
        }
    }
}

impl Carry {
    fn is_with_family(self) -> bool {
        matches!(self, Self::Family | Self::Identity)
    }
}

fn has_moved(before: &Pages<Targets>, now: &Pages<Targets>, source: Dense) -> bool {
    targets_in(before, source) != targets_in(now, source)
}

fn targets_in(lift: &Pages<Targets>, source: Dense) -> &[Target] {
    lift.get(source).map(Targets::as_slice).unwrap_or_default()
}

fn spot_of(
    endpoints: &Endpoints,
    endpoint: Dense,
    rule: impl Fn(&Text, &Node) -> Option<Spot>,
) -> Option<Spot> {
    let (id, row) = endpoints.table.id(endpoint).zip(endpoints.table.row(endpoint))?;
    match endpoints.outside(endpoint) {
        Some((kind, id)) => Some(Spot::Named(id.clone(), NodeKind::Pseudo(*kind))),
        None => rule(id, row),
    }
}

fn links_of<'a>(old: &'a Table, new: &'a Table) -> Links<'a> {
    let changes = new.delta.as_ref().map(|delta| delta.edges.as_slice()).unwrap_or_default();
    Links { before: &old.edges, now: &new.edges, now_in: &new.edges_in, changes }
}
