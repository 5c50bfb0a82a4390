//! What is known of the engine's containers, images and networks: written by the watch, read by
//! the reporter and the tagger.

use crate::address::EngineAddress;
use crate::cgroup::Usage;
use crate::container::{Container, NetworkMode};
use crate::image::Image;
use crate::node::{self, Surroundings};
use scope_report::{Node, Text, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What the reader is told while containers outlive the engine, or its patience.
const LOST: &str = "the container engine does not answer: running containers are shown as last \
                    seen, stopped and new ones are not on the map until it does";

/// A container, the addresses seen inside its network namespace, and the facts of its node.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub container: Arc<Container>,
    pub inner_ips: Arc<[IpAddr]>,
    pub node: Arc<Node>,
}

/// The state of the knowledge.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By id.
    pub containers: BTreeMap<Text, Entry>,
    /// Images and their nodes, by id.
    pub images: BTreeMap<Text, (Image, Arc<Node>)>,
    /// The node that carries the subnets.
    pub overlay: Option<Arc<Node>>,
    /// Where the engine is, while it answers.
    pub engine: Option<EngineAddress>,
    /// Why there is no knowledge at all.
    pub absence: Option<String>,
    /// What of it is missing.
    pub gaps: BTreeMap<&'static str, String>,
    /// Containers whose accounts cannot be read here, to be asked of the engine.
    pub unaccounted: BTreeSet<Text>,
    /// The engine's answers to that.
    pub usages: HashMap<Text, (Usage, Instant)>,
}

/// The shared knowledge.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<Known>);

impl Registry {
    /// Holds everyone else off; to be let go of before any waiting.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Nobody can be asked any more, because of `absence`: what was known of containers that ran
    /// stays, as last seen, until [`Self::keep_living`] finds that they ended.
    pub(crate) fn lose(&mut self, absence: String) {
        self.absence = Some(absence);
        self.engine = None;
        self.gaps.clear();
        self.unaccounted.clear();
        self.usages.clear();
        self.keep_living(|container| container.is_alive() && container.init_pid.is_some());
    }

    /// Forgets, while nobody can be asked, the containers that `lives` does not vouch for.
    pub(crate) fn keep_living(&mut self, lives: impl Fn(&Container) -> bool) {
        if self.absence.is_none() {
            return;
        }
        self.containers.retain(|_, entry| lives(&entry.container));
        if self.containers.is_empty() {
            self.images.clear();
            self.overlay = None;
        }
    }

    /// Puts a container in and describes it; says whether anything about it is new.
    pub(crate) fn put(
        &mut self,
        container: Container,
        inner_ips: Vec<IpAddr>,
        around: &Surroundings<'_>,
        now: Timestamp,
    ) -> bool {
        let id = container.id.clone();
        if let Some(entry) = self.containers.get(&id)
            && *entry.container == container
            && *entry.inner_ips == *inner_ips
        {
            return false;
        }
        // Whether its accounts can be read is to be found out anew.
        self.unaccounted.remove(&id);
        self.usages.remove(&id);
        let node = Arc::new(Node::default());
        let entry = Entry { container: Arc::new(container), inner_ips: inner_ips.into(), node };
        self.containers.insert(id.clone(), entry);
        let shares =
            |entry: &Entry| matches!(entry.container.network_mode, NetworkMode::Container(_));
        self.describe(around, now, |entry| entry.container.id == id || shares(entry));
        true
    }

    /// Describes anew the containers that `wanted` picks.
    pub(crate) fn describe(
        &mut self,
        around: &Surroundings<'_>,
        now: Timestamp,
        wanted: impl Fn(&Entry) -> bool,
    ) {
        let lookup = |other: &str| {
            let by_name = || self.containers.values().find(|entry| entry.container.name == other);
            let entry = self.containers.get(other).or_else(by_name)?;
            Some((&*entry.container, &*entry.inner_ips))
        };
        let nodes: Vec<(Text, Node)> = self
            .containers
            .values()
            .filter(|entry| wanted(entry))
            .map(|entry| {
                let own = &*entry.container;
                let node = node::describe(own, &entry.inner_ips, around, &lookup, now);
                (own.id.clone(), node)
            })
            .collect();
        for (id, node) in nodes {
            if let Some(entry) = self.containers.get_mut(&id) {
                entry.node = Arc::new(node);
            }
        }
    }

    /// Takes a container out; says whether it was there.
    pub(crate) fn remove(&mut self, container_id: &str) -> bool {
        self.unaccounted.remove(container_id);
        self.usages.remove(container_id);
        self.containers.remove(container_id).is_some()
    }

    /// Replaces the images; the node of one that did not change stays.
    pub(crate) fn put_images(&mut self, images: impl Iterator<Item = Image>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.images);
        for image in images {
            let kept = before.remove(&image.id).filter(|(old, _)| *old == image);
            let (image, node) = kept.unwrap_or_else(|| {
                let node = Arc::new(image.node(now));
                (image, node)
            });
            self.images.insert(image.id.clone(), (image, node));
        }
    }

    /// What the reader should know is missing.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let absence = self.absence.as_deref().map(|absence| match self.containers.is_empty() {
            true => absence,
            false => LOST,
        });
        absence.map(str::to_owned).into_iter().chain(self.gaps.values().cloned()).collect()
    }
}
