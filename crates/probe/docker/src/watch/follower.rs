//! Carries an engine's answers into the registry and a container's change to the watchers.

use crate::address::EngineAddress;
use crate::container::{Container, NetworkMode, Privacy, is_id};
use crate::engine::{Engine, EngineFailure, Inspected};
use crate::image::Image;
use crate::network::Subnets;
use crate::node::{self, Surroundings};
use crate::registry::Registry;
use crate::{DockerConfig, fib};
use bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use futures_util::{StreamExt, stream};
use scope_report::{Node, Report, Text, Timestamp, TopologyKind};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Containers on the map; beyond it the running ones, then the newest stay.
const CONTAINERS_MAX: usize = 4_096;

/// Images on the map.
const IMAGES_MAX: usize = 4_096;

/// Questions under way at once.
pub(crate) const QUESTIONS_AT_ONCE_MAX: usize = 4;

/// One engine, from its first answer to its failure.
pub(crate) struct Follower<'a> {
    config: &'a DockerConfig,
    registry: &'a Registry,
    engine: Engine,
    subnets: Subnets,
    host_ips: Vec<IpAddr>,
    has_listed: bool,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(config: &'a DockerConfig, registry: &'a Registry, engine: Engine) -> Self {
        let (subnets, host_ips) = Default::default();
        Self { config, registry, engine, subnets, host_ips, has_listed: false }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn address(&self) -> &EngineAddress {
        self.engine.address()
    }

    /// Whether it ever answered in full.
    pub(crate) fn has_listed(&self) -> bool {
        self.has_listed
    }

    /// Looks at the networks again: they decide the scope of addresses.
    pub(crate) async fn relist_networks(&mut self) -> Result<(), EngineFailure> {
        let subnets = Subnets::read(&self.engine.networks().await?);
        let host_ips = fib::addresses(&self.config.proc_root.join("net"));
        let has_moved = (&subnets, &host_ips) != (&self.subnets, &self.host_ips);
        if has_moved {
            self.config.local_networks.replace(subnets.local.clone());
            (self.subnets, self.host_ips) = (subnets, host_ips);
            let mut known = self.registry.lock();
            known.overlay = self.subnets.overlay_node(&self.config.host_id).map(Arc::new);
            known.describe(&self.surroundings(), now(), |_| true);
        }
        Ok(())
    }

    /// Looks at everything again.
    pub(crate) async fn relist(&mut self) -> Result<(), EngineFailure> {
        self.relist_networks().await?;
        let images = self.engine.images().await?;
        let listed = self.engine.containers().await?;
        let (now, has_listed) = (now(), self.has_listed);
        let (gone, stale) = {
            let mut known = self.registry.lock();
            known.absence = None;
            // Whoever still cannot be read is about to say so again.
            known.gaps.remove("unreadable");
            let gap = beyond(images.len(), IMAGES_MAX, "images");
            set_gap(&mut known.gaps, "images", gap);
            let secrets = self.config.secrets;
            let images = images.into_iter().take(IMAGES_MAX);
            let images = images.filter_map(|image| Image::read(image, secrets));
            known.put_images(images, now);
            let gap = beyond(listed.len(), CONTAINERS_MAX, "containers");
            set_gap(&mut known.gaps, "containers", gap);
            let listed = most_wanted(listed);
            let ids: BTreeSet<&str> = listed.iter().filter_map(|it| it.id.as_deref()).collect();
            let gone = known.containers.keys().filter(|id| !ids.contains(id.as_str()));
            let gone: Vec<Text> = gone.cloned().collect();
            gone.iter().for_each(|id| _ = known.remove(id));
            // What is known from before the engine was lost may have been started anew since.
            let known = |id: &str| {
                known.containers.get(id).map(|entry| &*entry.container).filter(|_| has_listed)
            };
            (gone, stale(&listed, known))
        };
        gone.iter().for_each(|id| self.send(node::deleted(id, now)));
        self.refresh(stale).await?;
        self.look_inside();
        self.has_listed = true;
        Ok(())
    }

    /// Asks after these containers and sends what changed to the watchers.
    pub(crate) async fn refresh(&self, ids: BTreeSet<String>) -> Result<(), EngineFailure> {
        let engine = &self.engine;
        let ask = |id: String| async move {
            let answer = engine.inspect(&id).await;
            (id, answer)
        };
        let answers = stream::iter(ids.into_iter().map(ask));
        let mut answers = std::pin::pin!(answers.buffer_unordered(QUESTIONS_AT_ONCE_MAX));
        while let Some((id, answer)) = answers.next().await {
            if let Some(node) = self.apply(&id, answer?) {
                self.send(node);
            }
        }
        Ok(())
    }

    /// The node to send, if the answer says anything new.
    fn apply(&self, id: &str, answer: Inspected) -> Option<Node> {
        let now = now();
        let privacy = Privacy {
            omit_env_vars: self.config.omit_env_vars,
            omit_cmd_args: self.config.omit_cmd_args,
            secrets: self.config.secrets,
        };
        let answer = match answer {
            Inspected::Found(answer) => *answer,
            Inspected::Gone => {
                // Created and removed between two looks: nobody has seen it, nobody misses it.
                return self.registry.lock().remove(id).then(|| node::deleted(id, now));
            }
            Inspected::Unreadable(reason) => {
                tracing::warn!(container = id, reason, "cannot read a container's description");
                let gap =
                    format!("container {id} is not on the map: its description is unreadable");
                self.registry.lock().gaps.insert("unreadable", gap);
                return None;
            }
        };
        let mut container = Container::read(answer, privacy)?;
        if self.address().is_remote() {
            // Its processes are another host's; here the number would be somebody else.
            container.init_pid = None;
        }
        let inner_ips = self.inner_ips(&container);
        let mut known = self.registry.lock();
        let is_known = known.containers.contains_key(&container.id);
        if !is_known && known.containers.len() >= CONTAINERS_MAX {
            return None;
        }
        let id = container.id.clone();
        let is_new = known.put(container, inner_ips, &self.surroundings(), now);
        let entry = known.containers.get(&id).filter(|_| is_new)?;
        Some(Node::clone(&entry.node))
    }

    /// Addresses come and go inside a container without the engine's knowledge (CNI plugins).
    fn look_inside(&self) {
        let containers: Vec<Arc<Container>> = {
            let known = self.registry.lock();
            known.containers.values().map(|entry| Arc::clone(&entry.container)).collect()
        };
        for container in containers {
            let inner_ips = self.inner_ips(&container);
            let mut known = self.registry.lock();
            let entry = known.containers.get(&container.id);
            if entry.is_some_and(|entry| Arc::ptr_eq(&entry.container, &container)) {
                known.put(Container::clone(&container), inner_ips, &self.surroundings(), now());
            }
        }
    }

    fn inner_ips(&self, container: &Container) -> Vec<IpAddr> {
        let own = container.network_mode == NetworkMode::Own && container.is_alive();
        match container.init_pid.filter(|_| own) {
            Some(pid) => fib::addresses(&self.config.proc_root.join(pid.to_string()).join("net")),
            None => Vec::new(),
        }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            host_id: &self.config.host_id,
            probe_id: &self.config.probe_id,
            host_ips: &self.host_ips,
            local_networks: &self.config.local_networks,
        }
    }

    fn send(&self, node: Node) {
        // At the start everything is new, and the first regular report is about to say it all.
        if self.has_listed {
            let mut report = Report::stamped(now());
            report.topology_mut(TopologyKind::Container).add(node);
            if !self.config.shortcuts.send(report) {
                tracing::debug!("no room for a container's change; the next report says the same");
            }
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let secs = i64::try_from(since.as_secs()).unwrap_or_default();
    Timestamp::from_unix(secs, since.subsec_nanos()).unwrap_or_default()
}

/// Those that fit onto the map: running ones first, then the newest.
fn most_wanted(mut listed: Vec<ContainerSummary>) -> Vec<ContainerSummary> {
    listed.retain(|container| container.id.as_deref().is_some_and(is_id));
    if listed.len() > CONTAINERS_MAX {
        let is_idle = |it: &ContainerSummary| it.state != Some(ContainerSummaryStateEnum::RUNNING);
        listed.sort_by_key(|it| (is_idle(it), std::cmp::Reverse(it.created)));
        listed.truncate(CONTAINERS_MAX);
    }
    listed
}

/// Those whose change was missed.
fn stale<'k>(
    listed: &[ContainerSummary],
    known: impl Fn(&str) -> Option<&'k Container>,
) -> BTreeSet<String> {
    let is_stale = |summary: &ContainerSummary, id: &str| {
        let Some(container) = known(id) else { return true };
        let state = summary.state.map(|state| state.to_string()).unwrap_or_default();
        let names = summary.names.iter().flatten();
        let has_name =
            names.map(|name| name.trim_start_matches('/')).any(|it| it == container.name);
        state != container.phase.word() || !has_name
    };
    let ids = listed.iter().filter_map(|summary| Some((summary, summary.id.as_deref()?)));
    ids.filter(|(summary, id)| is_stale(summary, id)).map(|(_, id)| id.to_owned()).collect()
}

fn beyond(count: usize, count_max: usize, what: &str) -> Option<String> {
    (count > count_max).then(|| {
        format!("of {count} {what} only {count_max} are on the map, the most this probe takes")
    })
}

fn set_gap(
    gaps: &mut std::collections::BTreeMap<&'static str, String>,
    key: &'static str,
    gap: Option<String>,
) {
    match gap {
        Some(gap) => gaps.insert(key, gap),
        None => gaps.remove(key),
    };
}
