//! The subnets of an engine's networks.

use crate::{bounded, keys};
use bollard::models::Network;
use scope_report::{Node, StringSet, Text, TopologyKind, id};
use std::net::IpAddr;

/// What the report needs to know of all networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subnets {
    /// All of them, in CIDR notation.
    pub all: StringSet,
    /// Those of bridges: their addresses repeat on other hosts.
    pub local: Vec<(IpAddr, u8)>,
}

impl Subnets {
    /// Reads an engine's answer; what is no subnet is passed over.
    pub(crate) fn read(networks: &[Network]) -> Self {
        let mut subnets = Self::default();
        for network in networks {
            let is_bridge = network.driver.as_deref() == Some("bridge");
            let configs = network.ipam.iter().flat_map(|ipam| &ipam.config).flatten();
            for text in configs.filter_map(|config| config.subnet.as_deref()) {
                let Some(subnet) = parse_subnet(text) else { continue };
                if subnets.all.len() < bounded::SET_MEMBERS_MAX {
                    subnets.all.insert(text);
                }
                if is_bridge && subnets.local.len() < bounded::SET_MEMBERS_MAX {
                    subnets.local.push(subnet);
                }
            }
        }
        subnets.local.sort_unstable();
        subnets.local.dedup();
        subnets
    }

    /// The overlay node that carries the subnets of the host; `None` if there are none.
    pub(crate) fn overlay_node(&self, host_id: &str) -> Option<Node> {
        let mut node = Node::new(id::docker_peer(host_id), TopologyKind::Overlay.name());
        node.sets.insert(keys::LOCAL_NETWORKS, self.all.clone());
        (!self.all.is_empty()).then_some(node)
    }
}

fn parse_subnet(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits = bits.parse::<u8>().ok()?;
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    (bits <= bits_max).then_some((address, bits))
}

/// The scope under which endpoints of `ip` are named, as [`scope_agent::LocalNetworks`] has it.
pub(crate) fn scoped(ip: IpAddr, host_id: &str, is_local: bool) -> Text {
    id::address(if is_local { host_id } else { "" }, ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, u8)>) {
        let expect = expect.map(|(address, bits)| (address.parse().unwrap(), bits));
        assert_eq!(parse_subnet(text), expect);
    }

    #[test]
    fn subnets_are_checked() {
        check("172.18.0.0/16", Some(("172.18.0.0", 16)));
        check("fd00::/64", Some(("fd00::", 64)));
        check("172.18.0.0/33", None);
        check("172.18.0.0", None);
        check("x/8", None);
    }

    #[test]
    fn only_bridges_are_local() {
        let text = include_str!("../../../../testdata/docker/networks.json");
        let subnets = Subnets::read(&serde_json::from_str::<Vec<Network>>(text).unwrap());
        assert_eq!(subnets.all.len(), 4);
        assert_eq!(subnets.local.len(), 4);
        let node = subnets.overlay_node("web-1").unwrap();
        assert_eq!((node.id.as_str(), node.topology.as_str()), ("#docker_peer_web-1", "overlay"));
        assert!(Subnets::default().overlay_node("web-1").is_none());
    }
}
