//! What older probes leave to the app, done once on a merged report.

use scope_report::{
    DnsNames, Fact, Node, Report, StringSet, Text, Timestamp, Topology, TopologyKind, id,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Brings a merged report to today's form:
///
/// 1. a pod's parent replica sets give way to the deployments those belong to;
/// 2. without namespace nodes, they are made from the facts of what lives in a namespace;
/// 3. without DNS names, they are taken from the sets of endpoints;
/// 4. a node with an id but no topology takes that of its section.
///
/// Doing it twice changes nothing more.
pub fn upgrade(report: &mut Report) {
    name_topologies(report);
    lift_pods_to_deployments(report);
    add_namespaces(report);
    add_dns_names(report);
}

/// Removes the nodes of which only deltas are known: what they are was in a full report that never
/// came or has expired.
pub fn drop_part_merged(report: &mut Report) {
    for (_, topology) in report.topologies_mut() {
        topology.nodes.retain(|_, node| !is_part_merged(node));
    }
}

/// Whether [`upgrade`] or [`drop_part_merged`] might change anything; if not, a shared report
/// need not be copied.
pub fn needs_upgrade(report: &Report) -> bool {
    let nodes = |kind| &report.topology(kind).nodes;
    let has_blank = report
        .topologies()
        .any(|(_, topology)| topology.nodes.values().any(|node| node.topology.is_empty()));
    has_blank
        || !nodes(TopologyKind::ReplicaSet).is_empty()
        || (nodes(TopologyKind::Namespace).is_empty()
            && NAMESPACED.into_iter().any(|kind| !nodes(kind).is_empty()))
        || (report.dns.is_empty()
            && nodes(TopologyKind::Endpoint).values().any(|node| {
                node.sets.contains_key(SNOOPED_DNS_NAMES)
                    || node.sets.contains_key(REVERSE_DNS_NAMES)
            }))
}

fn is_part_merged(node: &Node) -> bool {
    node.id.is_empty() && node.topology.is_empty()
}

/// Whether it is whole but for its topology.
fn is_nameless(node: &Node) -> bool {
    node.topology.is_empty() && !node.id.is_empty()
}

fn name_topologies(report: &mut Report) {
    for (kind, topology) in report.topologies_mut() {
        let nameless = topology.nodes.iter().filter(|(_, node)| is_nameless(node));
        let nameless: Vec<Text> = nameless.map(|(id, _)| id.clone()).collect();
        for id in nameless {
            if let Some(node) = topology.nodes.get_mut(&id).map(Arc::make_mut) {
                node.topology = Text::new_static(kind.name());
            }
        }
    }
}

fn lift_pods_to_deployments(report: &mut Report) {
    if report.topology(TopologyKind::ReplicaSet).nodes.is_empty() {
        return;
    }
    let replica_set = TopologyKind::ReplicaSet.name();
    let deployment = TopologyKind::Deployment.name();
    let lifted: Vec<(Text, StringSet)> = {
        let replica_sets = &report.topology(TopologyKind::ReplicaSet).nodes;
        let deployments_of = |pod: &Node| {
            let parents = pod.parents.get(replica_set)?;
            let deployments = parents
                .iter()
                .filter_map(|parent| replica_sets.get(parent)?.parents.get(deployment))
                .flatten();
            Some(deployments.cloned().collect())
        };
        let pods = &report.topology(TopologyKind::Pod).nodes;
        pods.iter().filter_map(|(id, pod)| Some((id.clone(), deployments_of(pod)?))).collect()
    };
    let pods = &mut report.topology_mut(TopologyKind::Pod).nodes;
    for (id, deployments) in lifted {
        if let Some(pod) = pods.get_mut(&id).map(Arc::make_mut) {
            pod.parents.remove(replica_set);
            for parent in &deployments {
                pod.add_parent(deployment, parent.clone());
            }
        }
    }
}

/// The kinds whose nodes live in a Kubernetes namespace and say so.
const NAMESPACED: [TopologyKind; 6] = [
    TopologyKind::Pod,
    TopologyKind::Service,
    TopologyKind::Deployment,
    TopologyKind::DaemonSet,
    TopologyKind::StatefulSet,
    TopologyKind::CronJob,
];

fn add_namespaces(report: &mut Report) {
    if !report.topology(TopologyKind::Namespace).nodes.is_empty() {
        return;
    }
    let mut found: BTreeMap<Text, Timestamp> = BTreeMap::new();
    for node in NAMESPACED.into_iter().flat_map(|kind| report.topology(kind).nodes.values()) {
        let Some(Fact { timestamp, value }) = node.latest.get("kubernetes_namespace") else {
            continue;
        };
        if node.fact("kubernetes_state") != Some("deleted") {
            let newest = found.entry(value.clone()).or_insert(*timestamp);
            *newest = (*newest).max(*timestamp);
        }
    }
    let namespaces: &mut Topology = report.topology_mut(TopologyKind::Namespace);
    for (name, timestamp) in found {
        let id = id::namespace(&name);
        let mut node = Node::new(id, TopologyKind::Namespace.name());
        node.set_fact("kubernetes_name", timestamp, name);
        namespaces.add(node);
    }
}

const SNOOPED_DNS_NAMES: &str = "snooped_dns_names";

const REVERSE_DNS_NAMES: &str = "reverse_dns_names";

fn add_dns_names(report: &mut Report) {
    if !report.dns.is_empty() {
        return;
    }
    let mut dns: BTreeMap<Text, DnsNames> = BTreeMap::new();
    for (id, node) in &report.topology(TopologyKind::Endpoint).nodes {
        let (snooped, reverse) =
            (node.sets.get(SNOOPED_DNS_NAMES), node.sets.get(REVERSE_DNS_NAMES));
        let Some((_, address, _)) = id::parse_endpoint(id) else { continue };
        if snooped.is_none() && reverse.is_none() {
            continue;
        }
        let names = dns.entry(address.into()).or_default();
        if let Some(snooped) = snooped {
            names.forward.merge(snooped);
        }
        if let Some(reverse) = reverse {
            names.reverse.merge(reverse);
        }
    }
    report.dns = dns.into_iter().collect();
}
