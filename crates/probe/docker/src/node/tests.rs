//! Nodes of recorded containers.

use super::*;
use crate::container::Privacy;
use scope_agent::Secrets;

const HOST_IPS: [&str; 3] = ["192.0.2.2", "172.18.0.1", "2001:db8::1"];

fn recorded(text: &str) -> Container {
    let privacy = Privacy { omit_env_vars: false, omit_cmd_args: false, secrets: Secrets::Masked };
    Container::read(serde_json::from_str(text).unwrap(), privacy).unwrap()
}

fn web() -> Container {
    recorded(include_str!("../../../../../testdata/docker/inspect-web.json"))
}

fn node(container: &Container, others: &[Container]) -> Node {
    let host_ips: Vec<IpAddr> = HOST_IPS.iter().map(|ip| ip.parse().unwrap()).collect();
    let local_networks = LocalNetworks::default();
    local_networks.replace(vec![("172.18.0.0".parse().unwrap(), 16)]);
    let around = Surroundings {
        host_id: "h",
        probe_id: "p",
        host_ips: &host_ips,
        local_networks: &local_networks,
    };
    let lookup = |other: &str| {
        let found = others.iter().find(|it| it.id == other)?;
        Some((found, [].as_slice()))
    };
    let now = "2026-11-20T09:25:33Z".parse().unwrap();
    let seen_inside = ["10.1.2.3".parse().unwrap()];
    describe(container, &seen_inside, &around, &lookup, now)
}

#[track_caller]
fn check(node: &Node, set: &str, expect: &[&str]) {
    let members = node.sets.get(set).map(|set| set.as_slice()).unwrap_or_default();
    assert_eq!(members, expect, "{set}");
}

#[test]
fn running_container_has_all_facts() {
    let node = node(&web(), &[]);
    let keys: Vec<&str> = node.latest.iter().map(|(key, _)| key.as_str()).collect();
    let expect = [
        "active_controls",
        "control_probe_id",
        "docker_container_command",
        "docker_container_created",
        "docker_container_health",
        "docker_container_hostname",
        "docker_container_id",
        "docker_container_name",
        "docker_container_network_mode",
        "docker_container_restart_count",
        "docker_container_state",
        "docker_container_state_human",
        "docker_container_uptime",
        "docker_env_PATH",
        "docker_env_SECRET",
        "docker_image_id",
        "docker_label_app",
        "docker_label_tier",
        "docker_label_works.weave.role",
    ];
    assert_eq!(keys, expect);
    assert_eq!(node.fact("docker_container_uptime"), Some("180"));
    assert_eq!(node.fact("docker_container_restart_count"), Some("0"));
    assert_eq!(node.fact("docker_container_network_mode"), Some("front"));
    assert!(node.parents.get("container_image").is_some());
}

#[test]
fn nothing_of_scope_1_13_is_missing() {
    let text = include_str!("../../../../../testdata/docker/scope-1.13.2.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let node = node(&web(), &[]);
    let names = |part: &str| -> Vec<String> {
        let names = all["keys"][part].as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    // The host's tagger is another's work; labels are the container's own.
    let others = ["host_node_id"];
    for key in names("latest") {
        let is_ours = !others.contains(&key.as_str()) && !key.starts_with(keys::LABEL_PREFIX);
        assert!(!is_ours || node.fact(&key).is_some(), "{key}");
    }
    for key in names("sets") {
        assert!(node.sets.contains_key(&key), "{key}");
    }
}

#[test]
fn addresses_have_scopes_and_ports_places() {
    let node = node(&web(), &[]);
    check(&node, keys::CONTAINER_NETWORKS, &["back", "front"]);
    check(&node, keys::CONTAINER_IPS, &["10.1.2.3", "172.18.0.2", "172.30.0.2", "fd00:5c::2"]);
    let scoped = [";10.1.2.3", ";172.30.0.2", ";fd00:5c::2", "h;172.18.0.2"];
    check(&node, keys::CONTAINER_IPS_WITH_SCOPES, &scoped);
    let ports = [
        "127.0.0.1:8443->443/tcp",
        "172.18.0.1:8080->80/tcp",
        "192.0.2.2:8080->80/tcp",
        "9000/tcp",
        ":::8080->80/tcp",
    ];
    check(&node, keys::CONTAINER_PORTS, &ports);
}

#[test]
fn shared_network_is_the_owners() {
    let side = recorded(include_str!("../../../../../testdata/docker/inspect-side.json"));
    let shared = node(&side, &[web()]);
    check(&shared, keys::CONTAINER_IPS, &["172.18.0.2", "172.30.0.2", "fd00:5c::2"]);
    check(&shared, keys::CONTAINER_NETWORKS, &["back", "front"]);
    let orphan = node(&side, &[]);
    check(&orphan, keys::CONTAINER_NETWORKS, &[]);
    // Two that claim each other's network must not be followed for ever.
    let mut circle = (web(), side);
    circle.0.network_mode = NetworkMode::Container(circle.1.id.clone());
    node(&circle.0, &[circle.0.clone(), circle.1.clone()]);
}

#[test]
fn host_network_has_the_hosts_addresses() {
    let host = recorded(include_str!("../../../../../testdata/docker/inspect-hostnet.json"));
    let node = node(&host, &[]);
    check(&node, keys::CONTAINER_IPS, &["172.18.0.1", "192.0.2.2", "2001:db8::1"]);
    check(&node, keys::CONTAINER_NETWORKS, &["host"]);
    assert_eq!(node.fact(keys::IN_HOST_NETWORK), Some("true"));
}

#[test]
fn only_running_containers_have_an_uptime() {
    for (text, state) in [
        (include_str!("../../../../../testdata/docker/inspect-held.json"), "paused"),
        (include_str!("../../../../../testdata/docker/inspect-done.json"), "exited"),
        (include_str!("../../../../../testdata/docker/inspect-fresh.json"), "created"),
    ] {
        let node = node(&recorded(text), &[]);
        assert_eq!(node.fact(keys::CONTAINER_STATE), Some(state));
        assert_eq!(node.fact(keys::CONTAINER_UPTIME), None);
        assert_eq!(node.fact(keys::CONTAINER_NETWORK_MODE), None);
    }
}

#[test]
fn deleted_says_so_and_nothing_else() {
    let node = deleted("abc", Timestamp::ZERO);
    assert_eq!(node.id, "abc;<container>");
    assert_eq!(node.fact(keys::CONTAINER_STATE), Some("deleted"));
    assert_eq!(node.latest.len(), 2);
}
