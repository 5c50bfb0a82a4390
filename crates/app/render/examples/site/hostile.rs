//! A report that no honest probe would send, large enough to hurt.

use crate::site::{container_ip, now};
use scope_report::{Node, Report, TopologyKind, id};

/// A report that tries to multiply: each of 2,000 containers connects to a hundred others and names
/// 40 pods, each pod names 40 services, and every claim of a pod is met by every volume claim.
pub fn report() -> Report {
    const CONTAINERS: u32 = 2_000;
    let mut report = Report::stamped(now());
    let mut host = Node::new(id::host("x"), "host");
    host.add_to_set("local_networks", "10.0.0.0/8");
    report.topology_mut(TopologyKind::Host).add(host);
    for index in 0..CONTAINERS {
        let parents =
            |kind: &'static str| (0..40).map(move |step| format!("x{};<{kind}>", index + step));
        let mut container = Node::new(id::container(&index.to_string()), "container");
        parents("pod").for_each(|pod| container.add_parent("pod", pod));
        parents("host").for_each(|host| container.add_parent("host", host));
        let own_ip = container_ip(index / 200, index % 200);
        container.add_to_set("docker_container_ips_with_scopes", id::address("", own_ip));
        report.topology_mut(TopologyKind::Container).add(container);
        let mut pod = Node::new(format!("x{index};<pod>"), "pod");
        parents("service").for_each(|service| pod.add_parent("service", service));
        parents("job").for_each(|job| pod.add_parent("job", job));
        pod.set_fact("kubernetes_volume_claim", now(), "data;data;data;data");
        report.topology_mut(TopologyKind::Pod).add(pod);
        let claim_id = format!("x{index};<persistent_volume_claim>");
        let mut claim = Node::new(claim_id, "persistent_volume_claim");
        claim.set_fact("kubernetes_name", now(), "data");
        report.topology_mut(TopologyKind::PersistentVolumeClaim).add(claim);
        let mut client = Node::new(id::endpoint("", own_ip, 1), "endpoint");
        for step in 1..=100 {
            let peer = (index + step * 17) % CONTAINERS;
            client.adjacency.insert(id::endpoint("", container_ip(peer / 200, peer % 200), 1));
        }
        report.topology_mut(TopologyKind::Endpoint).add(client);
    }
    report
}
