//! A report as a person reads and pastes it: hosts, what runs on them, who talks to whom.
//!
//! ```text
//! host web-1
//!   process 101 nginx in container c1
//!   container c1 "front" image nginx:1.27
//! connect 10.0.0.1:51000 (process 101) -> 10.0.0.2:5432
//! ```
//!
//! Made for bug reports and for the eye: it names things and leaves out facts and metrics, so it
//! cannot be read back into the same report.

mod diff;

pub use diff::diff;

use scope_report::{Node, NodeMap, Report, TopologyKind, id, is_printable};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Letters of a long id that are shown.
const ID_CHARS_MAX: usize = 12;

/// The text form of `report`; lines are in the order of hosts, kinds and ids.
pub fn write(report: &Report) -> String {
    let mut by_host: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let hosts = &report.topology(TopologyKind::Host).nodes;
    for id in hosts.keys() {
        by_host.entry(id).or_default();
    }
    for (kind, topology) in report.topologies() {
        if matches!(kind, TopologyKind::Endpoint | TopologyKind::Host) {
            continue;
        }
        for (id, node) in &topology.nodes {
            let line = line(report, kind, id, node);
            by_host.entry(host_of(kind, node)).or_default().push(line);
        }
    }
    let mut text = String::new();
    for (host, lines) in &by_host {
        let indent = if host.is_empty() { "" } else { "  " };
        if !host.is_empty() {
            put(&mut text, &format!("host {}", word(id::untag(host, "host").unwrap_or(host))));
        }
        for line in lines {
            put(&mut text, &format!("{indent}{line}"));
        }
    }
    connections(&mut text, &report.topology(TopologyKind::Endpoint).nodes);
    text
}

fn put(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The id of the host node that a node stands under; blank for none.
fn host_of(kind: TopologyKind, node: &Node) -> &str {
    let parents = node.parents.get(TopologyKind::Host.name());
    if let Some(host) = parents.and_then(|hosts| hosts.iter().next()) {
        return host;
    }
    match node.fact("host_node_id") {
        // Cluster-wide things are merely observed from a host.
        Some(host) if matches!(kind, TopologyKind::Process | TopologyKind::Container) => host,
        _ => "",
    }
}

fn line(report: &Report, kind: TopologyKind, id: &str, node: &Node) -> String {
    let mut line = format!("{} {}", kind.name(), short(id_of(kind, id)));
    let label = match kind {
        TopologyKind::Process => node.fact("name").map(word),
        TopologyKind::Container => node.fact("docker_container_name").map(quoted),
        TopologyKind::ContainerImage => node.fact("docker_image_name").map(quoted),
        _ => node.fact("kubernetes_name").or_else(|| node.fact("label")).map(quoted),
    };
    if let Some(label) = label {
        let _ = write!(line, " {label}");
    }
    if kind == TopologyKind::Container
        && let Some(image) = image(report, node)
    {
        let _ = write!(line, " image {}", word(&image));
    }
    for parent in [TopologyKind::Container, TopologyKind::Pod] {
        let of = node.parents.get(parent.name()).and_then(|ids| ids.iter().next());
        if let Some(of) = of {
            let _ = write!(line, " in {} {}", parent.name(), short(id_of(parent, of)));
        }
    }
    if node.id.is_empty() {
        line.push_str(" (part)");
    }
    line
}

/// The name and tag of a container's image, or its id.
fn image(report: &Report, container: &Node) -> Option<String> {
    let kind = TopologyKind::ContainerImage;
    let id = container.parents.get(kind.name())?.iter().next()?;
    let node = report.topology(kind).nodes.get(id);
    let name = node.and_then(|image| image.fact("docker_image_name"));
    let tag = node.and_then(|image| image.fact("docker_image_tag"));
    Some(match (name, tag) {
        (Some(name), Some(tag)) => format!("{name}:{tag}"),
        (Some(name), None) => name.to_owned(),
        _ => short(id_of(kind, id)),
    })
}

fn connections(text: &mut String, endpoints: &NodeMap) {
    for (from, node) in endpoints {
        for to in &node.adjacency {
            let ends = [from, to].map(|id| end(id, endpoints.get(id).map(AsRef::as_ref)));
            put(text, &format!("connect {}", ends.join(" -> ")));
        }
    }
}

/// `10.0.0.1:80 (process 101)`, with the scope before the address where there is one.
fn end(id: &str, node: Option<&Node>) -> String {
    let Some((scope, ip, port)) = id::parse_endpoint(id) else { return word(id) };
    let mut end = match scope {
        "" => String::new(),
        scope => format!("{}/", word(scope)),
    };
    end.push_str(&if ip.contains(':') { format!("[{}]", word(ip)) } else { word(ip) });
    let _ = write!(end, ":{}", word(port));
    if let Some(pid) = node.and_then(|node| node.fact("pid")) {
        let _ = write!(end, " (process {})", word(pid));
    }
    end
}

/// The telling part of an id: the pid of a process, else what stands before the tag.
fn id_of(kind: TopologyKind, id: &str) -> &str {
    let parts = match kind {
        TopologyKind::Process => id::parse_process(id).map(|(_, pid)| pid),
        _ => id.rsplit_once(id::DELIMITER).map(|(part, _)| part),
    };
    parts.unwrap_or(id)
}

fn short(id: &str) -> String {
    let is_hash = id.len() > 32 && id.chars().all(|letter| letter.is_ascii_hexdigit());
    if is_hash { id.chars().take(ID_CHARS_MAX).collect() } else { word(id) }
}

/// `text` as it is, unless it would not be one word on one line, or a terminal would obey it.
fn word(text: &str) -> String {
    let is_word = |letter: char| !letter.is_whitespace() && is_printable(letter);
    if !text.is_empty() && text.chars().all(is_word) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, decode};
    use scope_report::Timestamp;

    #[track_caller]
    fn check(json: &str, expect: &str) {
        let report = decode(json.as_bytes(), "application/json", "", &Limits::default()).unwrap();
        assert_eq!(write(&report), expect);
    }

    #[test]
    fn one_host() {
        check(
            r#"{"Endpoint":{"nodes":{
                ";10.0.0.1;51000":{"id":"x","adjacency":[";10.0.0.2;5432"],
                    "latest":{"pid":{"value":"101"}}},
                "web-1;127.0.0.1;1":{"id":"x","adjacency":[";fd00::1;2"]}}},
            "Process":{"nodes":{"web-1;101":{"id":"x","latest":{"name":{"value":"nginx"}},
                "parents":{"host":["web-1;<host>"],"container":["c1;<container>"]}},
                "web-1;102":{"latest":{"name":{"value":"a b"},
                    "host_node_id":{"value":"web-1;<host>"}}}}},
            "Container":{"nodes":{"c1;<container>":{"id":"x",
                "latest":{"docker_container_name":{"value":"front"}},
                "parents":{"host":["web-1;<host>"],"container_image":["i;<container_image>"]}}}},
            "ContainerImage":{"nodes":{"i;<container_image>":{"id":"x",
                "latest":{"docker_image_name":{"value":"nginx"},
                          "docker_image_tag":{"value":"1.27"}}}}},
            "Host":{"nodes":{"web-1;<host>":{"id":"x"},"idle;<host>":{"id":"x"}}}}"#,
            r#"container_image i "nginx"
host idle
host web-1
  process 101 nginx in container c1
  process 102 "a b" (part)
  container c1 "front" image nginx:1.27
connect 10.0.0.1:51000 (process 101) -> 10.0.0.2:5432
connect web-1/127.0.0.1:1 -> [fd00::1]:2
"#,
        );
    }

    #[test]
    fn nothing() {
        check("{}", "");
    }

    #[test]
    fn a_terminal_obeys_nothing_of_it() {
        let evil = "\u{1b}]0;own\u{7}\n+ forged\u{202e}\u{9b}2J";
        let mut report = Report::empty();
        for kind in [TopologyKind::Host, TopologyKind::Container, TopologyKind::Process] {
            let mut node = Node::new(format!("{evil};<{}>", kind.name()), kind.name());
            node.set_fact("docker_container_name", Timestamp::ZERO, evil);
            node.set_fact("name", Timestamp::ZERO, evil);
            report.topology_mut(kind).add(node);
        }
        let node = Node::new(format!(";{evil};80"), TopologyKind::Endpoint.name());
        let mut other = node.clone();
        other.adjacency.insert(node.id.clone());
        report.topology_mut(TopologyKind::Endpoint).add(other);
        let empty = Report::empty();
        for text in [write(&report), diff(&empty, &report), diff(&report, &empty)] {
            assert!(text.contains("own") && text.lines().count() == 4, "{text}");
            assert!(text.chars().all(|letter| letter == '\n' || is_printable(letter)), "{text:?}");
        }
    }
}
