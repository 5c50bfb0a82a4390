//! The tagger: finds the container of each process.
//!
//! A process belongs to the running container whose first process is among its ancestors. Where
//! that does not hold (`docker exec` starts processes beside the first one) its control group
//! tells; the file is read once in the life of a process, not at every tick.

use crate::registry::Registry;
use crate::{DockerConfig, cgroup, keys};
use scope_agent::Tagger;
use scope_report::{Node, Report, Text, Timestamp, TopologyKind, id};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The facts of a process that this reads (§5.4 of the description of Scope 1.13).
const PID: &str = "pid";
const PPID: &str = "ppid";
const NAME: &str = "name";

/// Ancestors followed; deeper trees exist only in broken or hostile reports.
const ANCESTORS_MAX: usize = 1_024;

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
    seen: HashMap<u32, Seen>,
    /// Processes of containers, by node: what does not change is not copied again.
    tagged: HashMap<Text, Tagged>,
    /// Its end ends the watch.
    _alive: Arc<tokio::sync::watch::Sender<()>>,
}

/// A process as it was told by others and as it was tagged.
struct Tagged {
    before: Arc<Node>,
    after: Arc<Node>,
    owner: Owner,
    /// Of the last report it was in.
    tick: Timestamp,
}

/// What the control group of a process said when it was first seen.
struct Seen {
    /// A process that differs in these took over the number.
    ppid: u32,
    name: Text,
    /// The deepest first.
    container_ids: Vec<Text>,
    /// Of the last report it was in.
    tick: Timestamp,
}

/// The containers with living processes.
#[derive(Default)]
struct Owners {
    all: Vec<Owner>,
    by_init_pid: HashMap<u32, usize>,
    by_id: HashMap<Text, usize>,
}

impl DockerTagger {
    pub(crate) fn new(
        config: &DockerConfig,
        registry: Arc<Registry>,
        alive: Arc<tokio::sync::watch::Sender<()>>,
    ) -> Self {
        let proc_root = config.proc_root.clone();
        let (seen, tagged) = (HashMap::new(), HashMap::new());
        Self { registry, proc_root, seen, tagged, _alive: alive }
    }

    /// The containers that the control group of a process names.
    fn by_cgroup(&mut self, process: &Node, pid: u32, ppid: u32, now: Timestamp) -> &[Text] {
        let name = process.fact(NAME).unwrap_or_default();
        let read = || Seen::read(&self.proc_root, pid, ppid, name);
        let seen = self.seen.entry(pid).or_insert_with(read);
        if seen.ppid != ppid || seen.name != name {
            *seen = read();
        }
        seen.tick = now;
        &seen.container_ids
    }
}

impl DockerTagger {
    /// The process with what its owner says of it; the same node as last time where it can be.
    fn tagged(&mut self, id: &Text, node: &Arc<Node>, owner: &Owner, now: Timestamp) -> Arc<Node> {
        if let Some(known) = self.tagged.get_mut(id)
            && Arc::ptr_eq(&known.before, node)
            && known.owner == *owner
        {
            known.tick = now;
            return Arc::clone(&known.after);
        }
        let mut after = Node::clone(node);
        owner.tag(&mut after, now);
        let (before, after) = (Arc::clone(node), Arc::new(after));
        let tagged = Tagged { before, after: Arc::clone(&after), owner: owner.clone(), tick: now };
        self.tagged.insert(id.clone(), tagged);
        after
    }
}

impl Seen {
    fn read(proc_root: &Path, pid: u32, ppid: u32, name: &str) -> Self {
        let file = proc_root.join(pid.to_string()).join("cgroup");
        // A process that has gone, or may not be looked at, has no container that matters.
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let container_ids = cgroup::container_ids(&text).into_iter().map(Text::from).collect();
        Self { ppid, name: name.into(), container_ids, tick: Timestamp::ZERO }
    }
}

impl Tagger for DockerTagger {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let owners = Owners::read(&self.registry);
        if owners.all.is_empty() {
            self.seen.clear();
            self.tagged.clear();
            return;
        }
        let processes = &mut report.topology_mut(TopologyKind::Process).nodes;
        if processes.is_empty() {
            // The report of one container's change; it says nothing about which processes ended.
            return;
        }
        let mut parents = HashMap::with_capacity(processes.len());
        for node in processes.values() {
            if let Some(pid) = number(node, PID) {
                parents.insert(pid, number(node, PPID).unwrap_or_default());
            }
        }
        let found = owners.by_ancestors(&parents);
        let mut changed = Vec::new();
        for (id, node) in processes.iter() {
            let Some(pid) = number(node, PID) else { continue };
            let ppid = parents.get(&pid).copied().unwrap_or_default();
            let mut owner = found.get(&pid).copied().flatten();
            if owner.is_none() && !is_kernel_thread(node) {
                let ids = self.by_cgroup(node, pid, ppid, now);
                owner = ids.iter().find_map(|id| owners.by_id.get(id).copied());
            }
            if let Some(owner) = owner.and_then(|index| owners.all.get(index)) {
                changed.push((id.clone(), self.tagged(id, node, owner, now)));
            }
        }
        processes.extend(changed);
        self.seen.retain(|_, seen| seen.tick == now);
        self.tagged.retain(|_, tagged| tagged.tick == now);
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
    fn by_ancestors(&self, parents: &HashMap<u32, u32>) -> HashMap<u32, Option<usize>> {
        let mut found: HashMap<u32, Option<usize>> = HashMap::with_capacity(parents.len());
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

/// A thread of the kernel shows `[comm]` for want of a command line; no container has one.
fn is_kernel_thread(process: &Node) -> bool {
    process.fact(NAME).is_some_and(|name| name.starts_with('['))
}

fn number(process: &Node, key: &str) -> Option<u32> {
    process.fact(key)?.parse().ok()
}

#[cfg(test)]
mod tests;
