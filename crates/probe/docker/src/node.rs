//! From a container to its node: the part that changes with the container, and the part that
//! changes with time.

use crate::container::{Container, NetworkMode, Phase, Port};
use crate::{bounded, keys, network};
use scope_agent::LocalNetworks;
use scope_report::{ACTIVE_CONTROLS, Node, Text, Timestamp, TopologyKind, id};
use smol_str::format_smolstr;
use std::net::IpAddr;

/// Containers that share the network of one that shares the network of one …
const SHARED_NETWORK_DEPTH_MAX: usize = 8;

/// What is not the container's own but decides its addresses.
pub(crate) struct Surroundings<'a> {
    pub host_id: &'a str,
    pub probe_id: &'a str,
    /// The host's addresses, without loopback.
    pub host_ips: &'a [IpAddr],
    pub local_networks: &'a LocalNetworks,
}

/// Another container by id or name, with the addresses seen inside its namespace.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<(&'a Container, &'a [IpAddr])>;

/// The facts that stay until the container changes. `inner_ips` were seen inside its namespace.
pub(crate) fn describe<'a>(
    container: &'a Container,
    inner_ips: &'a [IpAddr],
    around: &Surroundings<'_>,
    lookup: Lookup<'a>,
    now: Timestamp,
) -> Node {
    let mut node = Node::new(id::container(&container.id), TopologyKind::Container.name());
    for (key, value) in [
        (keys::CONTAINER_ID, &container.id),
        (keys::CONTAINER_CREATED, &container.created),
        (keys::CONTAINER_COMMAND, &container.command),
        (keys::CONTAINER_HOSTNAME, &container.hostname),
        (keys::IMAGE_ID, &container.image_id),
    ] {
        node.set_fact(key, now, value.clone());
    }
    node.set_fact(keys::CONTROL_PROBE_ID, now, around.probe_id);
    add_pairs(&mut node, keys::LABEL_PREFIX, &container.labels, now);
    add_pairs(&mut node, keys::ENV_PREFIX, &container.env, now);
    if !container.image_id.is_empty() {
        let image = id::container_image(&container.image_id);
        node.add_parent(TopologyKind::ContainerImage.name(), image);
    }
    add_network(&mut node, (container, inner_ips), around, lookup, now);
    // Placed now so that refreshing them later finds their places.
    refresh(&mut node, container, now);
    node
}

/// The facts that are true only now.
pub(crate) fn refresh(node: &mut Node, container: &Container, now: Timestamp) {
    node.set_fact(keys::CONTAINER_NAME, now, container.name.clone());
    node.set_fact(keys::CONTAINER_STATE, now, container.phase.word());
    node.set_fact(ACTIVE_CONTROLS, now, container.phase.active_controls());
    node.set_fact(keys::CONTAINER_STATE_HUMAN, now, container.state_in_words(now));
    if let Some(health) = &container.health {
        node.set_fact(keys::CONTAINER_HEALTH, now, health.clone());
    }
    if container.phase == Phase::Running {
        let uptime = format_smolstr!("{}", container.uptime_secs(now));
        let restarts = format_smolstr!("{}", container.restart_count);
        node.set_fact(keys::CONTAINER_UPTIME, now, uptime);
        node.set_fact(keys::CONTAINER_RESTART_COUNT, now, restarts);
        node.set_fact(keys::CONTAINER_NETWORK_MODE, now, container.network_words.clone());
    }
}

/// The node of a container that is gone.
pub(crate) fn deleted(container_id: &str, now: Timestamp) -> Node {
    let mut node = Node::new(id::container(container_id), TopologyKind::Container.name());
    node.set_fact(keys::CONTAINER_ID, now, container_id);
    node.set_fact(keys::CONTAINER_STATE, now, keys::STATE_DELETED);
    node
}

fn add_pairs(node: &mut Node, prefix: &str, pairs: &[(Text, Text)], now: Timestamp) {
    for (key, value) in pairs {
        node.set_fact(format_smolstr!("{prefix}{key}"), now, value.clone());
    }
}

fn add_network<'a>(
    node: &mut Node,
    own: (&'a Container, &'a [IpAddr]),
    around: &Surroundings<'_>,
    lookup: Lookup<'a>,
    now: Timestamp,
) {
    let mut owner = own;
    for _ in 0..SHARED_NETWORK_DEPTH_MAX {
        let NetworkMode::Container(other) = &owner.0.network_mode else { break };
        let Some(found) = lookup(other) else { break };
        owner = found;
    }
    let (owner, inner_ips) = owner;
    let in_host_network = owner.network_mode == NetworkMode::Host;
    if in_host_network {
        node.set_fact(keys::IN_HOST_NETWORK, now, "true");
    }
    for name in &owner.networks {
        node.add_to_set(keys::CONTAINER_NETWORKS, name.clone());
    }
    for port in owner.ports.iter().flat_map(|port| port_words(port, around.host_ips)) {
        node.add_to_set(keys::CONTAINER_PORTS, port);
    }
    let ips: Vec<IpAddr> = if in_host_network {
        around.host_ips.to_vec()
    } else {
        owner.ips.iter().chain(inner_ips).copied().collect()
    };
    for ip in ips.into_iter().take(bounded::SET_MEMBERS_MAX) {
        let is_local = around.local_networks.contains(ip);
        node.add_to_set(keys::CONTAINER_IPS, format_smolstr!("{ip}"));
        let scoped = network::scoped(ip, around.host_id, is_local);
        node.add_to_set(keys::CONTAINER_IPS_WITH_SCOPES, scoped);
    }
}

/// `<hostIP>:<hostPort>-><port>`, once for each of the host's IPv4 addresses where it is any.
fn port_words(port: &Port, host_ips: &[IpAddr]) -> Vec<Text> {
    let inner = &port.inner;
    match &port.outer {
        None => vec![inner.clone()],
        Some((ip, outer)) if ip == "0.0.0.0" || ip.is_empty() => host_ips
            .iter()
            .filter(|ip| ip.is_ipv4())
            .take(bounded::SET_MEMBERS_MAX)
            .map(|ip| format_smolstr!("{ip}:{outer}->{inner}"))
            .collect(),
        Some((ip, outer)) => vec![format_smolstr!("{ip}:{outer}->{inner}")],
    }
}

#[cfg(test)]
mod tests;
