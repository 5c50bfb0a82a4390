//! Whether a report of a probe that joined speaks of its own host only.
//!
//! What bears a host in its id or facts must bear the probe's: hosts, processes, endpoints with a
//! scope, container networks; in every topology the facts that name the host and the probe that
//! takes the node's controls; the observer of a connection. What belongs to no host is everybody's:
//! pods, services and the like of a cluster, images, and endpoints of addresses that all hosts
//! reach, of which both ends speak. A container bears no host in its id, which is a random number
//! of 256 bits: its facts are held to the rule, and `claims` lets one probe report it at a time.

use crate::claims::Claimed;
use scope_auth::ProbeIdentity;
use scope_report::{Node, Report, TopologyKind, id};

/// Characters of an id in a sentence.
const ID_CHARS_SHOWN: usize = 80;

/// Digits of a network namespace's number at least: the kernel counts from 0xF0000000
/// (`PROC_DYNAMIC_FIRST` in fs/proc/generic.c). So the scope of host `web`'s loopback is never that
/// of the host `web-1`.
const NAMESPACE_DIGITS_MIN: usize = 10;

/// A report speaks of what is not its probe's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Foreign {
    /// Of another host.
    #[error(transparent)]
    Host(#[from] OtherHost),
    /// Of a container of another probe.
    #[error(transparent)]
    Container(#[from] Claimed),
}

/// A report speaks of another host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "probe {probe} may speak for host {host} only, and its report has {what} {id:?} in the \
     topology {topology}; start the probe with --hostname={host}, or run `scope join-code` on the app's \
     machine and join again under the other name"
)]
pub(crate) struct OtherHost {
    probe: String,
    host: String,
    what: &'static str,
    id: String,
    topology: &'static str,
}

/// Who may be spoken of, in the forms in which ids have it.
struct Own<'a> {
    identity: &'a ProbeIdentity,
    host_node: String,
    overlay_node: String,
}

/// Finds the first thing in a report that is not of this probe and host.
pub(crate) fn check(report: &Report, identity: &ProbeIdentity) -> Result<(), OtherHost> {
    let host_id = &identity.host_id;
    let own = Own {
        identity,
        host_node: id::host(host_id).to_string(),
        overlay_node: id::docker_peer(host_id).to_string(),
    };
    for (kind, topology) in report.topologies() {
        for (key, node) in &topology.nodes {
            let found = own.foreign_id(kind, key).map(|what| (what, key.as_str()));
            let found = found
                .or_else(|| own.foreign_id(kind, &node.id).map(|what| (what, node.id.as_str())));
            if let Some((what, id)) = found.or_else(|| own.foreign_claim(node)) {
                return Err(OtherHost {
                    probe: identity.probe_id.clone(),
                    host: host_id.clone(),
                    what,
                    id: id.chars().take(ID_CHARS_SHOWN).collect(),
                    topology: kind.name(),
                });
            }
        }
    }
    Ok(())
}

impl Own<'_> {
    /// What is wrong with the id of a node; a blank one, in a delta, says nothing.
    fn foreign_id(&self, kind: TopologyKind, id: &str) -> Option<&'static str> {
        let is_own = match kind {
            _ if id.is_empty() => true,
            TopologyKind::Host => id == self.host_node,
            TopologyKind::Process => self.is_own_host(first_part(id)),
            TopologyKind::Endpoint => self.is_own_scope(first_part(id)),
            TopologyKind::Overlay => {
                !id.starts_with(id::docker_peer("").as_str()) || id == self.overlay_node
            }
            _ => true,
        };
        (!is_own).then_some("the node")
    }

    /// What a node says of itself that only another probe may say.
    fn foreign_claim<'n>(&self, node: &'n Node) -> Option<(&'static str, &'n str)> {
        if let Some(host) = node.fact("host_node_id").filter(|host| *host != self.host_node) {
            return Some(("a node of", host));
        }
        let probe = node.fact("control_probe_id");
        if let Some(probe) = probe.filter(|probe| *probe != self.identity.probe_id) {
            return Some(("controls of probe", probe));
        }
        let mut observers = node.edges.iter().flat_map(|(_, edge)| edge.sides.iter());
        if let Some((side, _)) = observers.find(|(side, _)| !self.is_own_host(first_part(side))) {
            return Some(("a connection as seen by", side));
        }
        let hosts = node.parents.get(TopologyKind::Host.name())?;
        hosts.iter().find(|host| **host != self.host_node).map(|host| ("a node of", host.as_str()))
    }

    fn is_own_host(&self, host: &str) -> bool {
        host == self.identity.host_id
    }

    /// Blank, the host, or the host and one of its network namespaces.
    fn is_own_scope(&self, scope: &str) -> bool {
        if scope.is_empty() || self.is_own_host(scope) {
            return true;
        }
        let namespace = scope.strip_prefix(self.identity.host_id.as_str());
        let namespace = namespace.and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
        namespace.len() >= NAMESPACE_DIGITS_MIN && namespace.bytes().all(|own| own.is_ascii_digit())
    }
}

fn first_part(id: &str) -> &str {
    id.split_once(id::DELIMITER).map_or(id, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::Timestamp;

    #[track_caller]
    fn check_node(kind: TopologyKind, id: &str, fact: (&str, &str), expect: Option<&str>) {
        let identity = ProbeIdentity::new("1f", "web").unwrap();
        let mut node = Node::new(id, kind.name());
        if !fact.0.is_empty() {
            node.set_fact(fact.0, Timestamp::ZERO, fact.1);
        }
        let mut report = Report::empty();
        report.topology_mut(kind).add(node);
        let found = check(&report, &identity).map_err(|error| error.to_string());
        match expect {
            None => assert_eq!(found, Ok(())),
            Some(words) => {
                let sentence = found.unwrap_err();
                assert!(sentence.contains(words), "{sentence}");
            }
        }
    }

    #[test]
    fn a_probe_speaks_of_its_host_only() {
        use TopologyKind as K;
        let ours = |kind, id| check_node(kind, id, ("", ""), None);
        ours(K::Host, "web;<host>");
        ours(K::Process, "web;42");
        ours(K::Endpoint, ";10.0.0.1;80");
        ours(K::Endpoint, "web;172.17.0.2;80");
        ours(K::Endpoint, "web-4026531833;127.0.0.1;80");
        ours(K::Endpoint, "web;unix;7");
        ours(K::Overlay, "#docker_peer_web");
        ours(K::Overlay, "#12:34:56:78:9a:bc");
        ours(K::Container, "abc;<container>");
        ours(K::Pod, "uid;<pod>");
        let theirs = |kind, id| check_node(kind, id, ("", ""), Some("the node"));
        theirs(K::Host, "db;<host>");
        theirs(K::Host, "web");
        theirs(K::Process, "db;42");
        theirs(K::Process, "web-1;42");
        theirs(K::Endpoint, "db;172.17.0.2;80");
        theirs(K::Endpoint, "web-1;172.17.0.2;80");
        theirs(K::Endpoint, "web-4026531833x;127.0.0.1;80");
        theirs(K::Endpoint, "db-4026531833;127.0.0.1;80");
        theirs(K::Overlay, "#docker_peer_db");
    }

    #[test]
    fn no_node_claims_another_host_or_probe() {
        use TopologyKind as K;
        for kind in [K::Container, K::Pod, K::Endpoint, K::Service] {
            let id = ";x;1";
            check_node(kind, id, ("host_node_id", "web;<host>"), None);
            check_node(kind, id, ("host_node_id", "db;<host>"), Some("\"db;<host>\""));
            check_node(kind, id, ("control_probe_id", "1f"), None);
            check_node(kind, id, ("control_probe_id", "2f"), Some("controls of probe \"2f\""));
        }
    }

    #[test]
    fn what_a_node_calls_itself_and_its_parents_count() {
        let identity = ProbeIdentity::new("1f", "web").unwrap();
        let mut report = Report::empty();
        let mut node = Node::new("c;<container>", "container");
        node.add_parent("host", "web;<host>");
        report.topology_mut(TopologyKind::Container).add(node.clone());
        assert_eq!(check(&report, &identity), Ok(()));
        node.add_parent("host", "db;<host>");
        report.topology_mut(TopologyKind::Container).add(node);
        assert!(check(&report, &identity).is_err());
        let mut report = Report::empty();
        let node = std::sync::Arc::new(Node::new("db;1", "process"));
        report.topology_mut(TopologyKind::Process).nodes.insert("web;1".into(), node);
        assert!(check(&report, &identity).is_err());
    }
}
