//! Gives containers the HTTP figures of their processes together.

use super::HttpBook;
use super::figures::{REQUESTS, add_templates};
use super::window::add;
use scope_agent::Tagger;
use scope_ebpf::HttpCounts;
use scope_report::{Report, Text, Timestamp, TopologyKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sums over the processes of each container. Put it behind the tagger that ties the two.
#[derive(Debug)]
pub struct HttpTagger {
    book: HttpBook,
}

impl HttpTagger {
    /// Tells what is in `book`.
    pub fn new(book: HttpBook) -> Self {
        Self { book }
    }
}

impl Tagger for HttpTagger {
    fn name(&self) -> &'static str {
        "http"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let told = self.book.now();
        if told.by_pid.is_empty() {
            return;
        }
        let mut sums: BTreeMap<Text, HttpCounts> = BTreeMap::new();
        for node in report.topology(TopologyKind::Process).nodes.values() {
            // Without the metric the reporter did not answer in time, and the figures are old.
            if !node.metrics.contains_key(REQUESTS) {
                continue;
            }
            let pid = node.fact("pid").and_then(|pid| pid.parse().ok());
            let Some(counts) = pid.and_then(|pid: u32| told.by_pid.get(&pid)) else { continue };
            let containers = node.parents.get(TopologyKind::Container.name());
            for container in containers.into_iter().flat_map(|all| all.iter()) {
                add(sums.entry(container.clone()).or_default(), counts);
            }
        }
        if sums.is_empty() {
            return;
        }
        let containers = report.topology_mut(TopologyKind::Container);
        add_templates(containers);
        for (id, counts) in &sums {
            // A container that its engine does not tell of now is not made up here.
            let Some(node) = containers.nodes.get_mut(id) else { continue };
            let node = Arc::make_mut(node);
            for (key, metric) in told.figures.metrics(counts, now) {
                node.metrics.insert(key, metric);
            }
        }
    }
}
