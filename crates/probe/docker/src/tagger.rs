//! The tagger: finds the container of each process.
//!
//! A process belongs to the running container whose first process is among its ancestors. Where
//! that does not hold (`docker exec` starts processes beside the first one) its control group
//! tells; the file is read once in the life of a process, not at every tick.

use crate::registry::Registry;
use crate::{DockerConfig, cgroup, keys};
use rustc_hash::FxHashMap;
use scope_agent::Tagger;
use scope_report::{Node, NodeMap, Report, Text, Timestamp, TopologyKind, id};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The facts of a process that this reads (§5.4 of the description of Scope 1.13).
const PID: &str = "pid";
const PPID: &str = "ppid";
const NAME: &str = "name";

/// Ancestors followed; deeper trees exist only in broken or hostile reports.
const ANCESTORS_MAX: usize = 1_024;

/// The parent of each process, by number.
type Parents = FxHashMap<u32, u32>;

/// What a process of a container is told.
#[derive(Clone, Debug, PartialEq)]
struct Owner {
    container_id: Text,
    container: Text,
    /// The image by name, where it has one.
    image: Option<Text>,
}

/// Decorates processes.
pub(crate) struct DockerTagger {
    registry: Arc<Registry>,
    proc_root: PathBuf,
    /// The processes of the last report, in order of their ids: most are the same nodes again, and
    /// what was found out of them holds.
    rows: Vec<Row>,
    /// Its end ends the watch.
    _alive: Arc<tokio::sync::watch::Sender<()>>,
}

/// A process as it was told by others, and what is known of it.
struct Row {
    id: Text,
    node: Arc<Node>,
    pid: u32,
    ppid: u32,
    /// A thread of the kernel shows `[comm]` for want of a command line; no container has one.
    is_kernel_thread: bool,
    /// The containers that its control group names, the deepest first; read when first needed.
    container_ids: Option<Vec<Text>>,
    /// How it was tagged: what does not change is not copied again.
    tagged: Option<(Owner, Arc<Node>)>,
}

/// The containers with living processes.
#[derive(Default)]
struct Owners {
    all: Vec<Owner>,
    by_init_pid: FxHashMap<u32, usize>,
    by_id: HashMap<Text, usize>,
}

impl DockerTagger {
    pub(crate) fn new(
        config: &DockerConfig,
        registry: Arc<Registry>,
        alive: Arc<tokio::sync::watch::Sender<()>>,
    ) -> Self {
        Self { registry, proc_root: config.proc_root.clone(), rows: Vec::new(), _alive: alive }
    }

    /// Takes over the processes of a report.
    fn update(&mut self, processes: &NodeMap) {
        let mut before = std::mem::take(&mut self.rows).into_iter().peekable();
        for (id, node) in processes.iter() {
            while before.next_if(|row| row.id < *id).is_some() {}
            let known = before.next_if(|row| row.id == *id);
            self.rows.extend(match known {
                Some(row) if Arc::ptr_eq(&row.node, node) => Some(row),
                known => Row::of(id, node, known),
            });
        }
    }
}

impl Row {
    /// A process that was told otherwise before, or not at all; `None` if it has no number.
    fn of(id: &Text, node: &Arc<Node>, known: Option<Self>) -> Option<Self> {
        let pid = number(node, PID)?;
        let ppid = number(node, PPID).unwrap_or_default();
        // A process that differs in these took over the number.
        let is_same = |row: &Self| {
            (row.pid, row.ppid) == (pid, ppid) && row.node.fact(NAME) == node.fact(NAME)
        };
        Some(Self {
            id: id.clone(),
            node: Arc::clone(node),
            pid,
            ppid,
            is_kernel_thread: node.fact(NAME).is_some_and(|name| name.starts_with('[')),
            container_ids: known.filter(is_same).and_then(|row| row.container_ids),
            tagged: None,
        })
    }

    /// The containers that the control group of the process names.
    fn container_ids(&mut self, proc_root: &Path) -> &[Text] {
        if self.is_kernel_thread {
            return &[];
        }
        self.container_ids.get_or_insert_with(|| {
            let file = proc_root.join(self.pid.to_string()).join("cgroup");
            // A process that has gone, or may not be looked at, has no container that matters.
            let text = std::fs::read_to_string(file).unwrap_or_default();
            cgroup::container_ids(&text).into_iter().map(Text::from).collect()
        })
    }

    /// The process with what its owner says of it; the same node as last time where it can be.
    fn tagged(&mut self, owner: &Owner, now: Timestamp) -> Arc<Node> {
        if let Some((known, after)) = &self.tagged
            && known == owner
        {
            return Arc::clone(after);
        }
        let mut after = Node::clone(&self.node);
        owner.tag(&mut after, now);
        let after = Arc::new(after);
        self.tagged = Some((owner.clone(), Arc::clone(&after)));
        after
    }
}

impl Tagger for DockerTagger {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let owners = Owners::read(&self.registry);
        if owners.all.is_empty() {
            self.rows = Vec::new();
            return;
        }
        let processes = &mut report.topology_mut(TopologyKind::Process).nodes;
        if processes.is_empty() {
            // The report of one container's change; it says nothing about which processes ended.
            return;
        }
        self.update(processes);
        let parents: Parents = self.rows.iter().map(|row| (row.pid, row.ppid)).collect();
        let found = owners.by_ancestors(&parents);
        for row in &mut self.rows {
            let mut owner = found.get(&row.pid).copied().flatten();
            if owner.is_none() {
                let ids = row.container_ids(&self.proc_root);
                owner = ids.iter().find_map(|id| owners.by_id.get(id).copied());
            }
            if let Some(owner) = owner.and_then(|index| owners.all.get(index)) {
                processes.insert(row.id.clone(), row.tagged(owner, now));
            }
        }
    }
}

impl Owners {
    fn read(registry: &Registry) -> Self {
        let known = registry.lock();
        let mut owners = Self::default();
        for entry in known.containers.values().filter(|entry| entry.container.is_alive()) {
            let container = &entry.container;
            // The first process of a container that shares the host's process namespace is its
            // own all the same; process 1 is the host's.
            let Some(init_pid) = container.init_pid.filter(|pid| *pid > 1) else { continue };
            let index = owners.all.len();
            let image = known.images.get(&container.image_id).map(|(image, _)| &image.name);
            owners.all.push(Owner {
                container_id: container.id.clone(),
                container: id::container(&container.id),
                image: image.filter(|name| !name.is_empty()).map(|name| id::container_image(name)),
            });
            owners.by_init_pid.insert(init_pid, index);
            owners.by_id.insert(container.id.clone(), index);
        }
        owners
    }

    /// The owner of each process by its ancestors; each process is walked over once.
    fn by_ancestors(&self, parents: &Parents) -> FxHashMap<u32, Option<usize>> {
        let mut found: FxHashMap<u32, Option<usize>> = FxHashMap::default();
        let mut path = Vec::new();
        for pid in parents.keys() {
            path.clear();
            let mut at = *pid;
            let owner = loop {
                if let Some(owner) = self.by_init_pid.get(&at) {
                    break Some(*owner);
                }
                if let Some(owner) = found.get(&at) {
                    break *owner;
                }
                path.push(at);
                match parents.get(&at) {
                    Some(parent) if *parent > 1 && path.len() < ANCESTORS_MAX => at = *parent,
                    _ => break None,
                }
            };
            found.insert(*pid, owner);
            found.extend(path.iter().map(|pid| (*pid, owner)));
        }
        found
    }
}

impl Owner {
    fn tag(&self, process: &mut Node, now: Timestamp) {
        process.set_fact(keys::CONTAINER_ID, now, self.container_id.clone());
        process.add_parent(TopologyKind::Container.name(), self.container.clone());
        if let Some(image) = &self.image {
            process.add_parent(TopologyKind::ContainerImage.name(), image.clone());
        }
    }
}

fn number(process: &Node, key: &str) -> Option<u32> {
    process.fact(key)?.parse().ok()
}

#[cfg(test)]
mod tests;
