//! A node, short: what a view lists of each.

use crate::Censor;
use crate::kinds::{shape, view_of, words};
use crate::metric_links::MetricLinks;
use crate::rows::RowTemplates;
use crate::tables::tables;
use scope_api::{NodeSummary, ParentLink};
use scope_render::{Graph, GraphNode, Lifted, NodeKind};
use scope_report::{Text, TopologyKind};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How many links to parents of one kind are given.
const PARENT_LINKS_MAX: usize = 256;

/// The kinds of parents, in the order they are listed.
///
/// Jobs are not among them, for the original does not link them and its answers are the measure; a
/// job lists its pods as children.
const PARENT_KINDS: [TopologyKind; 12] = [
    TopologyKind::Container,
    TopologyKind::ContainerImage,
    TopologyKind::Pod,
    TopologyKind::Deployment,
    TopologyKind::DaemonSet,
    TopologyKind::StatefulSet,
    TopologyKind::CronJob,
    TopologyKind::Service,
    TopologyKind::EcsTask,
    TopologyKind::EcsService,
    TopologyKind::SwarmService,
    TopologyKind::Host,
];

/// What an answer leaves out, and what it adds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner<'a> {
    /// What the reader may not see.
    pub censor: Censor,
    /// Graphs elsewhere that metrics link to.
    pub links: Option<&'a MetricLinks>,
}

impl From<Censor> for Manner<'_> {
    fn from(censor: Censor) -> Self {
        Self { censor, links: None }
    }
}

/// The nodes of a graph by their ids.
pub fn summaries<'a>(
    lifted: &'a Lifted,
    graph: &Graph,
    manner: impl Into<Manner<'a>>,
) -> BTreeMap<Text, Arc<NodeSummary>> {
    let presenter = Presenter::new(lifted, manner.into());
    let nodes = graph.nodes().map(|(index, node)| {
        let adjacency = graph.adjacency(index).filter_map(|to| graph.node(to));
        let adjacency = adjacency.map(|node| node.id.clone()).collect();
        (node.id.clone(), Arc::new(presenter.summary(node, adjacency, false)))
    });
    nodes.collect()
}

/// What summaries of one snapshot share.
pub(crate) struct Presenter<'a> {
    pub(crate) lifted: &'a Lifted,
    manner: Manner<'a>,
    templates: Vec<RowTemplates<'a>>,
    /// Links by kind and id: thousands of processes have the same few hundred parents.
    links: RefCell<HashMap<(TopologyKind, Text), Option<ParentLink>>>,
}

impl<'a> Presenter<'a> {
    pub(crate) fn new(lifted: &'a Lifted, manner: Manner<'a>) -> Self {
        let topologies = lifted.report().topologies();
        let templates = topologies.map(|(_, topology)| RowTemplates::new(topology)).collect();
        Self { lifted, manner, templates, links: RefCell::default() }
    }

    /// A node in short; `with_samples` adds the series of its metrics.
    pub(crate) fn summary(
        &self,
        node: &GraphNode,
        adjacency: Vec<Text>,
        with_samples: bool,
    ) -> NodeSummary {
        let report = self.lifted.report();
        let words = words(report, node);
        let (shape, tag) = shape(report, node);
        let mut summary = NodeSummary {
            id: node.id.clone(),
            label: words.label,
            label_minor: words.label_minor,
            rank: words.rank,
            shape,
            tag,
            stack: words.stack,
            pseudo: node.is_pseudo(),
            parents: self.parents(node),
            adjacency,
            ..NodeSummary::default()
        };
        if let NodeKind::Of(kind) = node.kind {
            if let Some(templates) = self.templates.get(kind as usize) {
                summary.metadata = templates.metadata(node, self.manner.censor);
                summary.metrics = templates.metrics(node, with_samples);
            }
            let templates = &report.topology(kind).table_templates;
            if let Some(links) = self.manner.links {
                links.add(self.lifted, node, &mut summary);
            }
            summary.tables = tables(templates, node, self.manner.censor);
        }
        summary
    }

    fn parents(&self, node: &GraphNode) -> Vec<ParentLink> {
        let mut links = Vec::new();
        for kind in PARENT_KINDS {
            for id in node.parents(kind).iter().take(PARENT_LINKS_MAX) {
                if !node.is_of(kind) || node.id != *id {
                    links.extend(self.link(kind, id));
                }
            }
        }
        links
    }

    fn link(&self, kind: TopologyKind, id: &Text) -> Option<ParentLink> {
        let mut links = self.links.borrow_mut();
        let link = links.entry((kind, id.clone())).or_insert_with(|| {
            let row = self.lifted.row(kind, id).map(Arc::clone);
            let parent = GraphNode::new(id.clone(), NodeKind::Of(kind), row);
            Some(ParentLink {
                id: id.clone(),
                label: words(self.lifted.report(), &parent).label,
                topology_id: view_of(kind)?.as_str().into(),
            })
        });
        link.clone()
    }
}
