//! The reporter: the registry as it stands, with what each container uses now.

use crate::cgroup::{FILE_BYTES_MAX, Ledger, Mounts};
use crate::container::Container;
use crate::gauge::{Capacity, Gauge};
use crate::registry::{Entry, Registry};
use crate::{DockerConfig, node, templates};
use scope_agent::{Observation, Reporter, ReporterFailure};
use scope_report::{Node, Report, Text, Timestamp, Topology, TopologyKind};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Containers whose accounts stay open, at four descriptors each; a process has 1,024 by default.
const LEDGERS_OPEN_MAX: usize = 64;

/// Answers from the registry; never waits for the engine.
pub(crate) struct DockerReporter {
    registry: Arc<Registry>,
    proc_root: PathBuf,
    mounts: Mounts,
    capacity: Capacity,
    /// Empty topologies with their templates.
    containers: Topology,
    images: Topology,
    meters: HashMap<Text, Meter>,
    buffer: Box<[u8; FILE_BYTES_MAX]>,
    /// Its end ends the watch.
    _alive: Arc<tokio::sync::watch::Sender<()>>,
}

/// How one container is measured.
struct Meter {
    /// As it was when its ledger was looked for.
    container: Arc<Container>,
    ledger: Option<Ledger>,
    gauge: Gauge,
}

impl DockerReporter {
    pub(crate) fn new(
        config: &DockerConfig,
        registry: &Arc<Registry>,
        alive: Arc<tokio::sync::watch::Sender<()>>,
    ) -> Self {
        let read = |name: &str| std::fs::read_to_string(config.proc_root.join(name));
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            registry: Arc::clone(registry),
            proc_root: config.proc_root.clone(),
            mounts: Mounts::parse(&read("mounts").unwrap_or_default()),
            capacity: Capacity::parse(&read("meminfo").unwrap_or_default(), processors),
            containers: templates::containers(),
            images: templates::images(),
            meters: HashMap::new(),
            buffer: Box::new([0; FILE_BYTES_MAX]),
            _alive: alive,
        }
    }

    /// Whether the first process of a container is still there: a number that was given to
    /// another process meanwhile shows in the control group, where that could be told apart before.
    fn lives(&self, container: &Container) -> bool {
        let Some(pid) = container.init_pid else { return false };
        let cgroups = self.proc_root.join(pid.to_string()).join("cgroup");
        let Ok(cgroups) = std::fs::read_to_string(cgroups) else { return false };
        let told_apart = self.meters.get(&container.id).is_some_and(|it| it.ledger.is_some());
        !told_apart || self.mounts.locate(&cgroups, &container.id).is_some()
    }

    /// Measures a container, or asks for the engine's word on it.
    fn measure(&mut self, entry: &Entry, node: &mut Node, now: Timestamp) {
        let container = &entry.container;
        let id = &container.id;
        let keeps_open = self.meters.len() < LEDGERS_OPEN_MAX;
        let open = || locate(&self.proc_root, &self.mounts, container, keeps_open);
        let meter = self.meters.entry(id.clone()).or_insert_with(|| Meter {
            container: Arc::clone(container),
            ledger: open(),
            gauge: Gauge::default(),
        });
        if !Arc::ptr_eq(&meter.container, container) {
            meter.ledger = open();
            meter.container = Arc::clone(container);
        }
        let own = meter.ledger.as_mut().and_then(|ledger| ledger.usage(&mut self.buffer));
        let usage = match own {
            Some(usage) => Some((usage, Instant::now())),
            None => {
                let mut known = self.registry.lock();
                known.unaccounted.insert(id.clone());
                known.usages.get(id).copied()
            }
        };
        let reading = usage.and_then(|(usage, at)| meter.gauge.read(usage, at, &self.capacity));
        if let Some(reading) = reading {
            reading.add_to(node, &self.capacity, now);
        }
    }
}

impl Reporter for DockerReporter {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        let mut report = Report::stamped(now);
        let mut containers = self.containers.clone();
        let mut images = self.images.clone();
        let (entries, warnings) = {
            let mut known = self.registry.lock();
            known.keep_living(|container| self.lives(container));
            let nodes = known.images.iter();
            images.nodes.extend(nodes.map(|(_, (_, node))| (node.id.clone(), Arc::clone(node))));
            let overlay = &mut report.topology_mut(TopologyKind::Overlay).nodes;
            overlay.extend(known.overlay.iter().map(|node| (node.id.clone(), Arc::clone(node))));
            (known.containers.values().cloned().collect::<Vec<_>>(), known.warnings())
        };
        for entry in &entries {
            let mut node = Node::clone(&entry.node);
            node::refresh(&mut node, &entry.container, now);
            if entry.container.is_alive() {
                self.measure(entry, &mut node, now);
            } else {
                self.meters.remove(&entry.container.id);
            }
            containers.nodes.insert(node.id.clone(), Arc::new(node));
        }
        if self.meters.len() > entries.len() {
            let known = self.registry.lock();
            self.meters.retain(|id, _| known.containers.contains_key(id));
        }
        *report.topology_mut(TopologyKind::Container) = containers;
        *report.topology_mut(TopologyKind::ContainerImage) = images;
        Ok(Observation { report, warnings })
    }
}

fn locate(
    proc_root: &Path,
    mounts: &Mounts,
    container: &Container,
    keeps_open: bool,
) -> Option<Ledger> {
    let cgroups = proc_root.join(container.init_pid?.to_string()).join("cgroup");
    let cgroups = std::fs::read_to_string(cgroups).ok()?;
    Some(mounts.locate(&cgroups, &container.id)?.ledger(keeps_open))
}
