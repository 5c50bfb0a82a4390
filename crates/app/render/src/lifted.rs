//! A report prepared for rendering: tables with dense numbers, endpoints lifted once.

mod endpoints;

mod known_services;

pub(crate) use endpoints::Endpoints;

use crate::dense::{Dense, dense};
use crate::stage::{ChildRef, Origin, Stage};
use crate::{GraphNode, NodeKind, ViewId, views};
use scope_report::{Node, Report, Text, TopologyKind};
use std::sync::{Arc, OnceLock};

/// The rows of one topology in ascending order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) ids: Vec<Text>,
    pub(crate) rows: Vec<Arc<Node>>,
}

/// A report, its endpoints lifted; and the stages of its views, each made when first needed.
#[derive(Debug)]
pub struct Lifted {
    report: Arc<Report>,
    tables: Vec<Table>,
    endpoints: OnceLock<Endpoints>,
    stages: [OnceLock<Arc<Stage>>; ViewId::ALL.len()],
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
    /// Prepares a report: its tables now, the rest when a view first asks for it.
    ///
    /// Rows without a topology are left out: they are remains of delta reports whose full report
    /// never arrived.
    pub fn new(report: Arc<Report>) -> Self {
        let tables = report
            .topologies()
            .map(|(_, topology)| {
                let whole = topology.nodes.iter().filter(|(_, row)| !row.topology.is_empty());
                let (ids, rows) = whole.map(|(id, row)| (id.clone(), Arc::clone(row))).unzip();
                Table { ids, rows }
            })
            .collect();
        Self {
            report,
            tables,
            endpoints: OnceLock::new(),
            stages: std::array::from_fn(|_| OnceLock::new()),
        }
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
        self.table(TopologyKind::Endpoint).ids.get(endpoint as usize)
    }

    /// The row of an endpoint by its number.
    pub fn endpoint_row(&self, endpoint: Dense) -> Option<&Arc<Node>> {
        self.table(TopologyKind::Endpoint).rows.get(endpoint as usize)
    }

    /// The number of an endpoint.
    pub fn endpoint(&self, id: &str) -> Option<Dense> {
        let ids = &self.table(TopologyKind::Endpoint).ids;
        ids.binary_search_by(|own| own.as_str().cmp(id)).ok().map(dense)
    }

    /// The endpoints an endpoint connects to, ascending.
    pub fn endpoint_adjacency(&self, endpoint: Dense) -> &[Dense] {
        self.endpoints().adjacency.row(endpoint)
    }

    /// The graph of a view before any option sifts it.
    pub fn stage(&self, view: ViewId) -> &Arc<Stage> {
        static NOTHING: OnceLock<Arc<Stage>> = OnceLock::new();
        match self.stages.get(view as usize) {
            Some(cell) => cell.get_or_init(|| Arc::new(views::stage(self, view))),
            None => NOTHING.get_or_init(|| Arc::new(Stage::default())),
        }
    }

    /// A child as its own stage shows it.
    pub fn child(&self, child: ChildRef) -> Option<Child> {
        let (view, plain) = match child.origin {
            Origin::View(view) => (view, false),
            Origin::PlainContainers => (ViewId::Containers, true),
            Origin::Table(kind) => {
                let table = self.table(kind);
                let id = table.ids.get(child.index as usize)?.clone();
                let row = table.rows.get(child.index as usize).map(Arc::clone);
                let node = GraphNode::new(id, NodeKind::Of(kind), row);
                return Some(Child { node, adjacency: Vec::new() });
            }
        };
        let stage = self.stage(view);
        let mut node = stage.node(child.index)?.clone();
        if plain {
            node.derived = None;
        }
        let ids = stage.adjacency(child.index).iter().filter_map(|to| stage.node(*to));
        Some(Child { node, adjacency: ids.map(|node| node.id.clone()).collect() })
    }

    pub(crate) fn table(&self, kind: TopologyKind) -> &Table {
        static EMPTY: Table = Table { ids: Vec::new(), rows: Vec::new() };
        self.tables.get(kind as usize).unwrap_or(&EMPTY)
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        self.endpoints.get_or_init(|| Endpoints::new(self))
    }
}

impl Table {
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Dense, &Text, &Arc<Node>)> {
        self.ids
            .iter()
            .zip(&self.rows)
            .enumerate()
            .map(|(index, (id, row))| (dense(index), id, row))
    }
}
