//! A report prepared for rendering: what each view needs of it, made when first needed.

mod differences;

mod table;

mod endpoints;

mod known_services;

pub(crate) use differences::{RowChange, ids_with_prefix};
pub(crate) use endpoints::Endpoints;
pub(crate) use table::{EdgeChange, Table};

use crate::dense::Dense;
use crate::stage::{ChildRef, Origin, Stage};
use crate::{GraphNode, NodeKind, ViewId, views};
use scope_report::{Node, Report, Text, TopologyKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// For how many reports a view that nobody asks for is kept up to date.
///
/// Different views are asked for in turn, each with another report: what is asked for again and
/// again must not be made anew each time.
const IDLE_MAX: u8 = 8;

const KINDS: usize = TopologyKind::ALL.len();
const VIEWS: usize = ViewId::ALL.len();

/// A report, its endpoints lifted; and the stages of its views, each made when first needed.
///
/// What is made of a report that came [after](Self::after) another is made of what was made of
/// that one, at the cost of what changed.
#[derive(Debug)]
pub struct Lifted {
    report: Arc<Report>,
    tables: [OnceLock<Arc<Table>>; KINDS],
    endpoints: OnceLock<Arc<Endpoints>>,
    stages: [OnceLock<Arc<Stage>>; VIEWS],
    /// Whether a view was asked for, be it by another.
    asked: [AtomicBool; VIEWS],
    /// For how many reports in a row it was not.
    idle: [u8; VIEWS],
    older: Option<Older>,
}

/// What was made of the report before; it holds nothing of the one before that.
#[derive(Debug)]
struct Older {
    report: Arc<Report>,
    tables: [Option<Arc<Table>>; KINDS],
    endpoints: Option<Arc<Endpoints>>,
    stages: [Option<Arc<Stage>>; VIEWS],
}

/// A child of a node, as its own stage shows it.
#[derive(Clone, Debug)]
pub struct Child {
    /// The child.
    pub node: GraphNode,
    /// The nodes of its stage it connects to, ascending.
    pub adjacency: Vec<Text>,
}

impl Lifted {
    /// Prepares a report from nothing; all is made when a view first asks for it.
    ///
    /// Rows without a topology are left out: they are remains of delta reports whose full report
    /// never arrived.
    pub fn new(report: Arc<Report>) -> Self {
        Self {
            report,
            tables: std::array::from_fn(|_| OnceLock::new()),
            endpoints: OnceLock::new(),
            stages: std::array::from_fn(|_| OnceLock::new()),
            asked: std::array::from_fn(|_| AtomicBool::new(false)),
            idle: [0; VIEWS],
            older: None,
        }
    }

    /// Prepares a report that came after another: each view costs what changed since, not what
    /// there is. The views are the same as those of [`Self::new`].
    ///
    /// Rows count as changed if they are another allocation. A view that nobody asked for through
    /// several reports is forgotten; `previous` itself may be dropped, and is not changed.
    pub fn after(previous: &Self, report: Arc<Report>) -> Self {
        let mut own = Self::new(report);
        for view in ViewId::ALL {
            let idle = previous.idle_reports(view);
            if let Some(slot) = own.idle.get_mut(view as usize) {
                *slot = idle;
            }
            let was_made = previous.older_stage(view).is_some();
            if idle <= IDLE_MAX && was_made {
                previous.made(view);
            }
        }
        let kept = |index: usize| own.idle.get(index).is_some_and(|idle| *idle <= IDLE_MAX);
        own.older = Some(Older {
            report: Arc::clone(&previous.report),
            tables: std::array::from_fn(|kind| previous.tables.get(kind)?.get().cloned()),
            endpoints: previous.endpoints.get().cloned(),
            stages: std::array::from_fn(|view| {
                previous.stages.get(view)?.get().filter(|_| kept(view)).cloned()
            }),
        });
        own
    }

    /// The report as it came.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The row of a node.
    pub fn row(&self, kind: TopologyKind, id: &str) -> Option<&Arc<Node>> {
        self.report.topology(kind).nodes.get(id).filter(|row| !row.topology.is_empty())
    }

    /// The id of an endpoint by its number.
    pub fn endpoint_id(&self, endpoint: Dense) -> Option<&Text> {
        self.endpoints().table.id(endpoint)
    }

    /// The row of an endpoint by its number.
    pub fn endpoint_row(&self, endpoint: Dense) -> Option<&Arc<Node>> {
        self.endpoints().table.row(endpoint)
    }

    /// The number of an endpoint.
    pub fn endpoint(&self, id: &str) -> Option<Dense> {
        let table = &self.endpoints().table;
        table.place(id).filter(|place| table.row(*place).is_some())
    }

    /// The endpoints an endpoint connects to, ascending by number; some may not be in the report,
    /// and are then no one's.
    pub fn endpoint_adjacency(&self, endpoint: Dense) -> &[Dense] {
        self.endpoints().table.edges.row(endpoint)
    }

    /// The graph of a view before any option sifts it.
    pub fn stage(&self, view: ViewId) -> &Arc<Stage> {
        if let Some(asked) = self.asked.get(view as usize) {
            asked.store(true, Ordering::Relaxed);
        }
        self.made(view)
    }

    /// A child as its own stage shows it.
    pub fn child(&self, child: ChildRef) -> Option<Child> {
        let node = self.child_node(child)?;
        let Some(stage) = self.stage_of(child.origin) else {
            return Some(Child { node, adjacency: Vec::new() });
        };
        let ids = stage.adjacency(child.index).filter_map(|to| stage.node(to));
        let mut adjacency: Vec<Text> = ids.map(|node| node.id.clone()).collect();
        adjacency.sort_unstable();
        Some(Child { node, adjacency })
    }

    /// A child without its connections: cheaper, where there are many.
    pub fn child_node(&self, child: ChildRef) -> Option<GraphNode> {
        if let Origin::Table(kind) = child.origin {
            let table = self.table(kind);
            let (id, row) = table.id(child.index).zip(table.row(child.index))?;
            return Some(GraphNode::new(id.clone(), NodeKind::Of(kind), Some(Arc::clone(row))));
        }
        let mut node = self.stage_of(child.origin)?.node(child.index)?.clone();
        if child.origin == Origin::PlainContainers {
            node.derived = None;
        }
        Some(node)
    }

    /// The whole rows of a topology, ascending by id.
    pub(crate) fn rows(&self, kind: TopologyKind) -> impl Iterator<Item = (&Text, &Arc<Node>)> {
        let rows = self.report.topology(kind).nodes.iter();
        rows.filter(|(_, row)| !row.topology.is_empty())
    }

    /// Whether a topology has no row.
    pub(crate) fn lacks(&self, kind: TopologyKind) -> bool {
        self.rows(kind).next().is_none()
    }

    /// The rows of a topology that differ from the report before, or all.
    pub(crate) fn row_changes(&self, kind: TopologyKind, all: bool) -> Vec<RowChange<'_>> {
        let older = self.older_report().filter(|_| !all);
        differences::row_changes(older, &self.report, kind)
    }

    pub(crate) fn table(&self, kind: TopologyKind) -> &Arc<Table> {
        static NOTHING: OnceLock<Arc<Table>> = OnceLock::new();
        let Some(cell) = self.tables.get(kind as usize) else {
            return NOTHING.get_or_init(Arc::default);
        };
        cell.get_or_init(|| {
            let older = self.older_table(kind);
            Arc::new(Table::after(older, &self.row_changes(kind, older.is_none())))
        })
    }

    pub(crate) fn endpoints(&self) -> &Arc<Endpoints> {
        self.endpoints.get_or_init(|| Arc::new(Endpoints::new(self)))
    }

    pub(crate) fn older_report(&self) -> Option<&Report> {
        self.older.as_ref().map(|older| older.report.as_ref())
    }

    pub(crate) fn older_table(&self, kind: TopologyKind) -> Option<&Table> {
        self.older.as_ref()?.tables.get(kind as usize)?.as_deref()
    }

    pub(crate) fn older_endpoints(&self) -> Option<&Endpoints> {
        self.older.as_ref()?.endpoints.as_deref()
    }

    pub(crate) fn older_stage(&self, view: ViewId) -> Option<&Stage> {
        self.older.as_ref()?.stages.get(view as usize)?.as_deref()
    }

    fn made(&self, view: ViewId) -> &Arc<Stage> {
        static NOTHING: OnceLock<Arc<Stage>> = OnceLock::new();
        match self.stages.get(view as usize) {
            Some(cell) => cell.get_or_init(|| Arc::new(views::stage(self, view))),
            None => NOTHING.get_or_init(Arc::default),
        }
    }

    /// For how many reports, this one included, nobody asked for a view.
    fn idle_reports(&self, view: ViewId) -> u8 {
        let asked = self.asked.get(view as usize);
        match (asked, self.idle.get(view as usize)) {
            (Some(asked), Some(idle)) if !asked.load(Ordering::Relaxed) => idle.saturating_add(1),
            _ => 0,
        }
    }

    fn stage_of(&self, origin: Origin) -> Option<&Arc<Stage>> {
        match origin {
            Origin::View(view) => Some(self.stage(view)),
            Origin::PlainContainers => Some(self.stage(ViewId::Containers)),
            Origin::Table(_) => None,
        }
    }
}
