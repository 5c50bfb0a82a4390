//! Which addresses mean something only on this host.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// Networks whose addresses repeat on other hosts (container bridges), shared between the
/// reporter that learns them and the one that names endpoints.
///
/// An endpoint's scope is `<hostID>-<netns inode>` on loopback, `<hostID>` within these networks
/// and blank elsewhere; a set of `docker_container_ips_with_scopes` follows the same rule.
#[derive(Clone, Debug, Default)]
pub struct LocalNetworks(Arc<RwLock<Vec<(IpAddr, u8)>>>);

impl LocalNetworks {
    /// Replaces the networks, each an address and a prefix length in bits.
    pub fn replace(&self, networks: Vec<(IpAddr, u8)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = networks;
    }

    /// Whether `ip` lies in one of the networks.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let networks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        networks.iter().any(|(network, bits)| covers(*network, *bits, ip))
    }
}

fn covers(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            let shift = 32u32.saturating_sub(u32::from(bits));
            let cut = |value: u32| value.checked_shr(shift).unwrap_or(0);
            cut(network.to_bits()) == cut(ip.to_bits())
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            let shift = 128u32.saturating_sub(u32::from(bits));
            let cut = |value: u128| value.checked_shr(shift).unwrap_or(0);
            cut(network.to_bits()) == cut(ip.to_bits())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_by_prefix() {
        let networks = LocalNetworks::default();
        networks.replace(vec![("172.17.0.1".parse().unwrap(), 16), ("fd00::".parse().unwrap(), 8)]);
        assert!(networks.contains("172.17.200.3".parse().unwrap()));
        assert!(!networks.contains("172.18.0.1".parse().unwrap()));
        assert!(networks.contains("fd12::1".parse().unwrap()));
        assert!(!networks.contains("10.0.0.1".parse().unwrap()));
    }
}
