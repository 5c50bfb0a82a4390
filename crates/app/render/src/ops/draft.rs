//! A stage in the making: a copy of the one before, or nothing, to which changes are made.
//!
//! There is one way to make a stage. Each thing that a view is made of (a row, an endpoint, a node
//! of another stage) gives a node reasons to exist, edges, children and endpoints; the stage
//! remembers to which nodes, and counts. When the thing changes, what it gave is taken back and
//! what it gives now is added. Made from nothing, a stage is one where every thing is new.

use crate::ViewId;
use crate::dense::{ABSENT, Dense};
use crate::lifted::{Endpoints, Lifted, RowChange, Table};
use crate::node::{Derived, GraphNode, NodeKind};
use crate::ops::book::Book;
use crate::ops::lift::Targets;
use crate::ops::references::Reference;
use crate::shared::{Edit, Hashed, OrderEdit, Pages};
use crate::stage::{Cell, ChildRef, Reasons, Stage, StageDelta};
use crate::traits::Traits;
use crate::views::containers_by_image::Versions;
use rustc_hash::FxHashMap;
use scope_report::{Node, Text, TopologyKind};
use std::sync::{Arc, OnceLock};

/// How many parents of one kind a node may have in a graph.
///
/// A pod backs a handful of services; a hostile report could name thousands, and every edge
/// between two nodes becomes one for each pair of their parents.
pub(crate) const PARENTS_PER_KIND_MAX: usize = 32;

/// How many edges, children or endpoints a stage may count.
///
/// A large site needs some hundred thousand. Only a hostile report, whose nodes name many parents
/// at every level, gets here; what is beyond is left out, and the stage says so.
const PAIRS_MAX: usize = 1 << 23;

/// The mark of a stage that has nothing, because the site has nothing of what the view shows.
pub(crate) const NOTHING: u8 = u8::MAX;

/// What a stage remembers beside what it shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Upkeep {
    /// In which of several ways the stage is made; made in another way, it is made from nothing.
    mark: u8,
    /// Of each lift, the nodes that each of its sources became part of.
    pub(crate) lifts: Vec<Pages<Targets>>,
    pub(crate) books: Vec<Book>,
    /// Of each naming, the references of each row.
    pub(crate) references: Vec<Pages<Option<Arc<[Reference]>>>>,
    pub(crate) reference_count: usize,
    /// What images say of their containers, by the id of the image.
    pub(crate) images: Hashed<Option<Arc<Derived>>>,
    /// The versions of an image, by the id they share.
    pub(crate) versions: Hashed<Versions>,
}

/// What a view is made of.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) stages: &'a [ViewId],
    pub(crate) tables: &'a [TopologyKind],
    pub(crate) has_endpoints: bool,
    /// In which of several ways, which depend on the whole report.
    pub(crate) mark: u8,
}

/// What a view adds to the node at a place.
pub(crate) type Derive<'a> = dyn Fn(&Stage, Dense, &GraphNode) -> Option<Arc<Derived>> + 'a;

/// What a view says of its nodes when all is in.
pub(crate) struct Finish<'a> {
    /// Whether a node stays; others are left out and counted.
    pub(crate) keep: &'a dyn Fn(&GraphNode) -> bool,
    /// What it adds to a node.
    pub(crate) derive: &'a Derive<'a>,
    /// The row of a node, where it is not that of its own id.
    pub(crate) row: &'a dyn Fn(&Stage, &GraphNode) -> Option<Arc<Node>>,
}

impl Default for Finish<'_> {
    fn default() -> Self {
        Self { keep: &|_| true, derive: &|_, _, _| None, row: &|_, _| None }
    }
}

/// A stage in the making.
pub(crate) struct Draft<'a> {
    pub(crate) lifted: &'a Lifted,
    view: ViewId,
    pub(crate) stage: Stage,
    /// The stage this one is made from.
    older: Option<&'a Stage>,
    /// Nodes to be looked at when all is in.
    touched: Vec<Dense>,
    /// The node that was asked for last: neighbours in a table mostly become part of the same.
    last: (Text, Dense),
    /// The rows that were put in, by the place of their node.
    rows: FxHashMap<Dense, (TopologyKind, Arc<Node>)>,
    edges: Vec<Edit<Dense>>,
    children: Vec<Edit<ChildRef>>,
    endpoints: Vec<Edit<Dense>>,
    /// How many lifts were made so far.
    pub(crate) lift_count: usize,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(lifted: &'a Lifted, view: ViewId, sources: Sources<'_>) -> Self {
        let older = lifted.older_stage(view);
        let older = older.filter(|older| older.upkeep.mark == sources.mark && !older.truncated);
        // Each source is asked, for each must be made before its changes are known.
        let stages = sources.stages.iter().filter(|view| lifted.stage(**view).delta.is_none());
        let tables = sources.tables.iter().filter(|kind| lifted.table(**kind).delta.is_none());
        let is_new = stages.count() + tables.count() > 0
            || (sources.has_endpoints && lifted.endpoints().delta.is_none());
        let older = older.filter(|_| !is_new);
        let mut stage = older.cloned().unwrap_or_default();
        stage.upkeep.mark = sources.mark;
        stage.delta = None;
        stage.ranks = OnceLock::new();
        Self {
            lifted,
            view,
            stage,
            older,
            touched: Vec::new(),
            last: (Text::default(), ABSENT),
            rows: FxHashMap::default(),
            edges: Vec::new(),
            children: Vec::new(),
            endpoints: Vec::new(),
            lift_count: 0,
        }
    }

    /// Whether there is no stage to make this one from.
    pub(crate) fn is_from_nothing(&self) -> bool {
        self.older.is_none()
    }

    /// The rows of a topology that changed.
    pub(crate) fn row_changes(&self, kind: TopologyKind) -> Vec<RowChange<'a>> {
        self.lifted.row_changes(kind, self.is_from_nothing())
    }

    /// A stage, and what it was when this one's predecessor was made.
    pub(crate) fn stage_before(&self, view: ViewId) -> Option<&'a Stage> {
        self.lifted.older_stage(view).filter(|_| !self.is_from_nothing())
    }

    pub(crate) fn table_before(&self, kind: TopologyKind) -> Option<&'a Table> {
        self.lifted.older_table(kind).filter(|_| !self.is_from_nothing())
    }

    pub(crate) fn endpoints_before(&self) -> Option<&'a Endpoints> {
        self.lifted.older_endpoints().filter(|_| !self.is_from_nothing())
    }

    /// Puts every row of a topology in.
    pub(crate) fn add_table(&mut self, kind: TopologyKind) {
        let changes = self.row_changes(kind);
        if self.is_from_nothing() {
            self.stage.places.reserve(changes.len());
        }
        for RowChange { id, old, new } in changes {
            let reasons = i32::from(new.is_some()) - i32::from(old.is_some());
            let place = self.place_or_new(id);
            if let Some(new) = new {
                self.rows.insert(place, (kind, Arc::clone(new)));
            }
            self.give_reason(place, NodeKind::Of(kind), reasons);
        }
    }

    /// Sees to it that nodes have their rows, where these may be nodes without being put in.
    pub(crate) fn follow_table(&mut self, kind: TopologyKind) {
        if self.is_from_nothing() {
            return;
        }
        for RowChange { id, .. } in self.row_changes(kind) {
            self.touched.extend(self.stage.places.get(id));
        }
    }

    /// The place of a node; a node that is new has no reason yet, and goes unless it gets one.
    pub(crate) fn place_or_new(&mut self, id: &Text) -> Dense {
        if self.last.0 == *id && self.last.1 != ABSENT {
            return self.last.1;
        }
        let place = self.find_or_make(id);
        self.last = (id.clone(), place);
        place
    }

    fn find_or_make(&mut self, id: &Text) -> Dense {
        let stage = &mut self.stage;
        if let Some(place) = stage.places.get(id) {
            return *place;
        }
        let place = stage.free.pop().unwrap_or_else(|| {
            stage.extent = stage.extent.saturating_add(1);
            stage.extent - 1
        });
        if let Some(cell) = stage.cells.get_mut(place) {
            let no_kind = NodeKind::Of(TopologyKind::Endpoint);
            *cell = Some(Cell {
                node: GraphNode::new(id.clone(), no_kind, None),
                reasons: Reasons::default(),
                is_left_out: true,
            });
            stage.filtered += 1;
        }
        stage.places.insert_new(id.clone(), place);
        place
    }

    /// Has a node looked at when all is in.
    pub(crate) fn touch(&mut self, place: Dense) {
        self.touched.push(place);
    }

    /// Gives a node reasons to exist, or takes them.
    pub(crate) fn give_reason(&mut self, place: Dense, kind: NodeKind, reasons: i32) {
        self.touch(place);
        if reasons != 0
            && let Some(Some(cell)) = self.stage.cells.get_mut(place)
        {
            cell.reasons.count(kind, reasons);
        }
    }

    /// Counts nodes of a kind that became part of a node, or no longer are.
    pub(crate) fn count(&mut self, place: Dense, kind: NodeKind, nodes: i32) {
        if let NodeKind::Of(kind) = kind
            && let Some(Some(cell)) = self.stage.cells.get_mut(place)
        {
            cell.node.add_count(kind, nodes);
        }
    }

    /// Connects two nodes, or takes one reason for it.
    pub(crate) fn connect(&mut self, from: Dense, to: Dense, reasons: i32) {
        if reasons < 0 || self.has_room(self.stage.edges.reason_count() + self.edges.len()) {
            self.edges.push((from, to, reasons));
        }
    }

    /// Makes `child` part of the node at a place without counting it, or takes one reason for it.
    pub(crate) fn adopt(&mut self, place: Dense, child: ChildRef, reasons: i32) {
        if reasons < 0 || self.has_room(self.stage.children.reason_count() + self.children.len()) {
            self.children.push((place, child, reasons));
        }
    }

    /// Makes an endpoint part of the node at a place, or takes one reason for it.
    pub(crate) fn hold(&mut self, place: Dense, endpoint: Dense, reasons: i32) {
        if reasons < 0 || self.has_room(self.stage.endpoints.reason_count() + self.endpoints.len())
        {
            self.endpoints.push((place, endpoint, reasons));
        }
    }

    /// Sorts everything into a stage.
    pub(crate) fn finish(mut self, rules: &Finish<'_>) -> Stage {
        let mut delta = StageDelta::default();
        let keeps_delta = !self.is_from_nothing();
        let stage = &mut self.stage;
        stage.children.apply(self.children, |place, child, is_in| {
            if keeps_delta {
                delta.children.push((place, child, is_in));
            }
        });
        stage.endpoints.apply(self.endpoints, |place, endpoint, is_in| {
            if keeps_delta {
                delta.endpoints.push((place, endpoint, is_in));
            }
        });
        stage.edges.apply(self.edges, |from, to, is_in| delta.edges.push((from, to, is_in)));
        let count = |is_in| if is_in { 1 } else { -1 };
        let turned = delta.edges.iter().map(|(from, to, is_in)| (*to, *from, count(*is_in)));
        stage.edges_in.apply(turned.collect(), |_, _, _| {});
        self.touched.sort_unstable();
        self.touched.dedup();
        let (mut order, mut freed, mut edged) = (Vec::new(), Vec::new(), Vec::new());
        for place in self.touched {
            let row = self.rows.remove(&place);
            let was_there = stage.cell(place).is_some();
            if refresh(self.lifted, self.view, stage, place, row, rules, &mut order) {
                delta.nodes.push(place);
            }
            if keeps_delta && was_there != stage.cell(place).is_some() {
                edged.extend(stage.neighbours(place).chain([place]));
            }
            if stage.cells.get(place).is_some_and(Option::is_none) {
                freed.push(place);
            }
        }
        if keeps_delta {
            edged.extend(delta.edges.iter().flat_map(|(from, to, _)| [*from, *to]));
            edged.sort_unstable();
            edged.dedup();
        } else {
            edged.extend(0..stage.extent);
        }
        edged.into_iter().for_each(|place| stage.find_edges(place));
        stage.order.apply(order);
        // A place is given to another only in the next stage, so that none changes hands within
        // one step.
        stage.free.extend(freed);
        stage.delta = keeps_delta.then_some(delta);
        self.stage
    }

    /// Whether there is room for one more pair, where there are `count`.
    fn has_room(&mut self, count: usize) -> bool {
        let has_room = count < PAIRS_MAX;
        self.stage.truncated |= !has_room;
        has_room
    }
}

/// Brings a node up to date; says whether it is another than before.
fn refresh(
    lifted: &Lifted,
    view: ViewId,
    stage: &mut Stage,
    place: Dense,
    row: Option<(TopologyKind, Arc<Node>)>,
    rules: &Finish<'_>,
    order: &mut Vec<OrderEdit>,
) -> bool {
    let Some(Some(cell)) = stage.cells.get(place) else { return false };
    let was_left_out = cell.is_left_out;
    let Some(kind) = cell.reasons.kind() else {
        let id = cell.node.id.clone();
        stage.places.remove(&id);
        if let Some(cell) = stage.cells.get_mut(place) {
            *cell = None;
        }
        if let Some(traits) = stage.traits.get_mut(place) {
            *traits = Traits::default();
        }
        stage.filtered -= usize::from(was_left_out);
        if !was_left_out {
            order.push((id, place, false));
        }
        return true;
    };
    let mut node = cell.node.clone();
    node.kind = kind;
    node.derived = None;
    node.row = match kind {
        NodeKind::Of(kind) => match row.filter(|(own, _)| *own == kind) {
            Some((_, row)) => Some(row),
            None => lifted.row(kind, &node.id).map(Arc::clone),
        },
        NodeKind::GroupOf(_) | NodeKind::Pseudo(_) => None,
    };
    if let Some(row) = (rules.row)(stage, &node) {
        node.row = Some(row);
    }
    let is_left_out = !(rules.keep)(&node);
    node.derived = (rules.derive)(stage, place, &node);
    if node.derived.as_ref().zip(cell.node.derived.as_ref()).is_some_and(|(new, old)| new.is(old)) {
        node.derived.clone_from(&cell.node.derived);
    }
    if cell.node.is(&node) && was_left_out == is_left_out {
        return false;
    }
    stage.filtered = stage.filtered + usize::from(is_left_out) - usize::from(was_left_out);
    if was_left_out != is_left_out {
        order.push((node.id.clone(), place, !is_left_out));
    }
    if let Some(traits) = stage.traits.get_mut(place) {
        *traits = Traits::of(view, &node, !is_left_out, *traits);
    }
    if let Some(Some(cell)) = stage.cells.get_mut(place) {
        cell.node = node;
        cell.is_left_out = is_left_out;
    }
    true
}
