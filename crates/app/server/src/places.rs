//! Where a node is, as far as rules ask: its host, its namespace, its labels.

use scope_auth::{Access, Resource, Right};
use scope_report::{Node, Report, TopologyKind, id};

/// What facts of labels begin with.
const LABEL_PREFIXES: [&str; 3] = ["docker_label_", "docker_image_label_", "kubernetes_labels_"];

/// The facts that name a namespace, or a stack.
const NAMESPACES: [&str; 4] = [
    "kubernetes_namespace",
    "docker_label_io.kubernetes.pod.namespace",
    "stack_namespace",
    "docker_label_com.docker.stack.namespace",
];

/// Labels of one node that are looked at.
const LABELS_MAX: usize = 1024;

/// The tag in ids of hosts.
const HOST_TAG: &str = "host";

/// A node of a report: where it is, and what it is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) resource: Resource,
    pub(crate) label: String,
}

/// Where a node is; `None` if no report knows it.
pub(crate) fn of(report: &Report, node: &str) -> Option<Place> {
    let (kind, row) = row(report, node)?;
    let mut resource = Resource { host: host(kind, row), ..Resource::default() };
    add(&mut resource, row);
    // A process is where its container is.
    for parent in parents(row, TopologyKind::Container) {
        if let Some(container) = report.topology(TopologyKind::Container).nodes.get(parent) {
            add(&mut resource, container);
        }
    }
    Some(Place { resource, label: label(kind, row) })
}

/// Whether somebody may run a control of a node by a probe.
///
/// A right that is limited to some nodes acts by the probes of those only.
pub(crate) fn may_run(access: &Access, report: &Report, [probe, node, control]: [&str; 3]) -> bool {
    let right = Right::of_control(control);
    match of(report, node).filter(|_| is_run_by(report, node, control, probe)) {
        Some(place) => access.may_on(right, &place.resource),
        None => access.may(right),
    }
}

/// Whether it is this probe that runs the control on the node: a right on the one host must not
/// act by the probe of another.
fn is_run_by(report: &Report, node: &str, control: &str, probe: &str) -> bool {
    let Some((kind, row)) = row(report, node) else { return false };
    let own = report.topology(kind).controls.get(control).map(|control| control.probe_id.as_str());
    let runs = own.filter(|own| !own.is_empty()).or_else(|| row.fact("control_probe_id"));
    runs == Some(probe)
}

fn row<'a>(report: &'a Report, node: &str) -> Option<(TopologyKind, &'a Node)> {
    let find = |(kind, topology): (TopologyKind, &'a scope_report::Topology)| {
        topology.nodes.get(node).map(|row| (kind, &**row))
    };
    report.topologies().find_map(find)
}

fn add(resource: &mut Resource, row: &Node) {
    if resource.namespace.is_none() {
        let own = NAMESPACES.into_iter().find_map(|key| row.fact(key));
        resource.namespace = own.map(str::to_owned);
    }
    for prefix in LABEL_PREFIXES {
        for (key, fact) in row.latest.with_prefix(prefix) {
            if let Some(key) = key.strip_prefix(prefix)
                && resource.labels.len() < LABELS_MAX
            {
                resource.labels.push((key.to_owned(), fact.value.to_string()));
            }
        }
    }
}

/// The name of the host a node is on; of several, none, for rights on one are none on the others.
fn host(kind: TopologyKind, row: &Node) -> Option<String> {
    if kind == TopologyKind::Host {
        return id::untag(&row.id, HOST_TAG).map(str::to_owned);
    }
    if let Some(host) = row.fact("host_node_id") {
        return id::untag(host, HOST_TAG).map(str::to_owned);
    }
    let mut hosts = parents(row, TopologyKind::Host);
    let (first, second) = (hosts.next()?, hosts.next());
    if second.is_some() { None } else { id::untag(first, HOST_TAG).map(str::to_owned) }
}

fn parents(row: &Node, kind: TopologyKind) -> impl Iterator<Item = &str> {
    let ids = row.parents.get(kind.name());
    ids.into_iter().flat_map(|ids| ids.iter().map(|id| id.as_str()))
}

fn label(kind: TopologyKind, row: &Node) -> String {
    let key = match kind {
        TopologyKind::Host => "host_name",
        TopologyKind::Container => "docker_container_name",
        TopologyKind::Process => "name",
        _ => "kubernetes_name",
    };
    row.fact(key).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::Timestamp;

    fn report() -> Report {
        let mut report = Report::empty();
        let mut add = |kind: TopologyKind, id: &str, facts: &[(&str, &str)], parents: &[&str]| {
            let mut node = Node::new(id, kind.name());
            for (key, value) in facts {
                node.set_fact(*key, Timestamp::ZERO, *value);
            }
            for parent in parents {
                let kind = if parent.ends_with("<host>") { "host" } else { "container" };
                node.add_parent(kind, *parent);
            }
            report.topology_mut(kind).add(node);
        };
        add(TopologyKind::Host, "web-1;<host>", &[("host_name", "web-1.lan")], &[]);
        add(
            TopologyKind::Container,
            "c1;<container>",
            &[
                ("docker_container_name", "front"),
                ("docker_label_team", "shop"),
                ("docker_label_io.kubernetes.pod.namespace", "eu"),
                ("control_probe_id", "p1"),
            ],
            &["web-1;<host>"],
        );
        add(
            TopologyKind::Process,
            "web-1;7",
            &[("name", "nginx")],
            &["web-1;<host>", "c1;<container>"],
        );
        add(TopologyKind::ContainerImage, "i;<container_image>", &[], &["a;<host>", "b;<host>"]);
        report
    }

    #[test]
    fn a_node_is_on_its_host_and_in_its_container() {
        let report = report();
        let check = |node: &str, expect: (&str, &str, &str, &str)| {
            let place = of(&report, node).unwrap();
            let labels: Vec<_> = place.resource.labels.iter().collect();
            let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
            let labels: Vec<_> = labels.collect();
            let found = (
                place.resource.host.unwrap_or_default(),
                place.resource.namespace.unwrap_or_default(),
                labels.join(" "),
                place.label,
            );
            let (host, namespace, labels, label) = expect;
            let expect = (host.into(), namespace.into(), labels.into(), label.into());
            assert_eq!(found, expect, "{node}");
        };
        let labels = "io.kubernetes.pod.namespace=eu team=shop";
        check("web-1;<host>", ("web-1", "", "", "web-1.lan"));
        check("c1;<container>", ("web-1", "eu", labels, "front"));
        check("web-1;7", ("web-1", "eu", labels, "nginx"));
        check("i;<container_image>", ("", "", "", ""));
        assert_eq!(of(&report, "nobody"), None);
    }

    #[test]
    fn a_control_is_run_by_the_probe_of_its_node() {
        let report = report();
        let check = |node: &str, probe: &str, expect: bool| {
            assert_eq!(is_run_by(&report, node, "docker_stop_container", probe), expect);
        };
        check("c1;<container>", "p1", true);
        check("c1;<container>", "p2", false);
        check("web-1;<host>", "p1", false);
        check("nobody", "p1", false);
    }
}
