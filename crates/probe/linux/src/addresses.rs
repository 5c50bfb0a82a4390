//! The networks of the host's interfaces, over `rtnetlink`, without a subprocess.

use crate::netlink::{Attributes, Message, NetlinkError, NetlinkSocket, u32_at};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// `RTM_GETADDR` of linux/rtnetlink.h.
const GET_ADDRESSES: u16 = 22;
/// `RTM_NEWADDR`
const NEW_ADDRESS: u16 = 20;
/// `IFA_ADDRESS` of linux/if_addr.h; the peer on a point-to-point link.
const ATTRIBUTE_ADDRESS: u16 = 1;
/// `IFA_LOCAL`, the own address where it differs.
const ATTRIBUTE_LOCAL: u16 = 2;
/// `sizeof(struct ifaddrmsg)`
const BODY_BYTES: usize = 8;

/// The most networks of one host that are told.
pub const NETWORKS_MAX: usize = 1024;

/// The interface addresses in the namespace of `netlink`, as `172.17.0.1/16`, IPv4 and IPv6.
///
/// Every interface has an address in `fe80::/64`; the network is told once, without the addresses.
pub fn networks(netlink: &mut NetlinkSocket) -> Result<BTreeSet<String>, NetlinkError> {
    let mut networks = BTreeSet::new();
    netlink.dump(GET_ADDRESSES, &[0; BODY_BYTES], |message| {
        if networks.len() < NETWORKS_MAX {
            networks.extend(parse_address(message));
        }
    })?;
    Ok(networks)
}

/// Reads `struct ifaddrmsg` and its attributes.
pub(crate) fn parse_address(message: Message<'_>) -> Option<String> {
    if message.kind != NEW_ADDRESS {
        return None;
    }
    let prefix_bits = message.body.get(1)?;
    u32_at(message.body, 4)?;
    let mut address = None;
    for (kind, value) in Attributes::new(message.body.get(BODY_BYTES..)?) {
        match kind {
            ATTRIBUTE_LOCAL => address = ip_of(value),
            ATTRIBUTE_ADDRESS => address = address.or(ip_of(value)),
            _ => {}
        }
    }
    match address? {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Some("fe80::/64".to_owned()),
        ip => Some(format!("{ip}/{prefix_bits}")),
    }
}

fn ip_of(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => bytes.first_chunk::<4>().map(|bytes| IpAddr::from(*bytes)),
        16 => bytes.first_chunk::<16>().map(|bytes| IpAddr::from(*bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], expect: Option<&str>) {
        let message = Message { kind: NEW_ADDRESS, sequence: 1, body };
        assert_eq!(parse_address(message).as_deref(), expect);
    }

    #[test]
    fn reads_addresses() {
        check(
            &[2, 16, 0, 0, 3, 0, 0, 0, 8, 0, 1, 0, 172, 17, 0, 1, 8, 0, 2, 0, 172, 17, 0, 1],
            Some("172.17.0.1/16"),
        );
        let peer = [2, 32, 0, 0, 3, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 9, 8, 0, 2, 0, 10, 0, 0, 1];
        check(&peer, Some("10.0.0.1/32"));
        let mut v6 = vec![10, 64, 0, 0, 3, 0, 0, 0, 20, 0, 1, 0];
        v6.extend("fe80::1".parse::<std::net::Ipv6Addr>().unwrap().octets());
        check(&v6, Some("fe80::/64"));
        v6[12] = 0xfd;
        check(&v6, Some("fd80::1/64"));
        check(&v6[..20], None);
        check(&[], None);
    }

    #[test]
    fn tells_the_loopback_of_this_machine() {
        let mut netlink = NetlinkSocket::open(None, 0).expect("rtnetlink");
        assert!(networks(&mut netlink).is_ok());
    }
}
