//! What joins go by: the addresses of containers and pods, the names of images.

use scope_report::{Node, Text, id};
use std::net::IpAddr;

/// The addresses of a container, and those of the host that are mapped into it.
///
/// A container in its host's network has none: whatever else runs there shares them.
pub(crate) fn container_addresses(row: &Node, listed: &mut Vec<Text>) {
    let shares = ["does_not_make_connections", "docker_is_in_host_network"];
    if shares.into_iter().any(|key| row.latest.contains_key(key)) {
        return;
    }
    let scoped = row.sets.get("docker_container_ips_with_scopes");
    for address in scoped.into_iter().flatten() {
        let Some((_, ip)) = address.split_once(id::DELIMITER) else { continue };
        if !ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
            listed.push(address.clone());
        }
    }
    for mapping in row.sets.get("docker_container_ports").into_iter().flatten() {
        if let Some((ip, port)) = mapped_port(mapping) {
            listed.push(smol_str::format_smolstr!(";{ip};{port}"));
        }
    }
}

/// The address of a pod, unless it shares its host's network.
pub(crate) fn pod_addresses(row: &Node, listed: &mut Vec<Text>) {
    if row.latest.contains_key("kubernetes_is_in_host_network") {
        return;
    }
    if let Some(ip) = row.fact("kubernetes_ip").filter(|ip| !ip.is_empty()) {
        listed.push(smol_str::format_smolstr!(";{ip}"));
    }
}

/// The host's side of `hostIP:hostPort->containerPort/tcp`.
fn mapped_port(mapping: &str) -> Option<(&str, &str)> {
    let (host, container) = mapping.split_once("->")?;
    container.strip_suffix("/tcp")?;
    let (ip, port) = host.rsplit_once(':')?;
    Some((ip.trim_start_matches('[').trim_end_matches(']'), port))
}

/// An image's name without registry, tag and digest: what groups its versions.
///
/// `registry:5000/team/app:1.2` is `team/app`; of two parts the first stays, as in `library/app`.
pub fn canonical_image_name(name: &str) -> &str {
    let mut slashes = name.match_indices('/').map(|(index, _)| index);
    let rest = match (slashes.next(), slashes.next()) {
        (Some(first), Some(_)) => name.get(first + 1..).unwrap_or(name),
        _ => name,
    };
    let rest = rest.split_once('@').map_or(rest, |(before, _)| before);
    let last_part = rest.rfind('/').map_or(0, |slash| slash + 1);
    match rest.get(last_part..).and_then(|part| part.find(':')) {
        Some(colon) => rest.get(..last_part + colon).unwrap_or(rest),
        None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_names_are_canonical() {
        let check = |name, expect| assert_eq!(canonical_image_name(name), expect);
        check("busybox", "busybox");
        check("busybox:1.36", "busybox");
        check("weaveworks/scope:1.13", "weaveworks/scope");
        check("k8s.gcr.io/pause:3.2", "k8s.gcr.io/pause");
        check("registry:5000/team/app:1.2", "team/app");
        check("registry/a/b/c:1", "a/b/c");
        check("localhost:5000/app:2", "localhost:5000/app");
        check("app@sha256:abcd", "app");
        check("", "");
        check("/", "/");
        check("a//:b", "/");
    }

    #[test]
    fn mapped_ports_are_read() {
        let check = |mapping, expect| assert_eq!(mapped_port(mapping), expect, "{mapping}");
        check("10.0.0.1:8088->80/tcp", Some(("10.0.0.1", "8088")));
        check("[::1]:8088->80/tcp", Some(("::1", "8088")));
        check("10.0.0.1:53->53/udp", None);
        check("80/tcp", None);
    }
}
