//! The networks of the host's interfaces, over `rtnetlink`, without a subprocess; and the addresses
//! of other namespaces, from `/proc/PID/net`, without entering them.

use crate::netlink::{Attributes, Message, NetlinkError, NetlinkSocket, u32_at};
use crate::proc_tree::decimal;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

/// Adds the addresses of a `fib_trie` file, without loopback ones: leaves of `host LOCAL`.
pub fn parse_fib_trie(text: &[u8], addresses: &mut Vec<IpAddr>) {
    let mut leaf = None;
    for row in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        if let Some(address) = row.strip_prefix(b"|-- ") {
            leaf = decimal::<Ipv4Addr>(address).filter(|ip| !ip.is_loopback());
        } else if row.starts_with(b"/32 host LOCAL") && addresses.len() < NETWORKS_MAX {
            addresses.extend(leaf.map(IpAddr::V4));
        }
    }
}

/// Adds the addresses of an `if_inet6` file, without loopback and link-local ones.
pub fn parse_if_inet6(text: &[u8], addresses: &mut Vec<IpAddr>) {
    let parse = |row: &[u8]| {
        let digits = std::str::from_utf8(row.get(..32)?).ok()?;
        let ip = Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?);
        (!ip.is_loopback() && !ip.is_unicast_link_local()).then_some(IpAddr::V6(ip))
    };
    let room = NETWORKS_MAX.saturating_sub(addresses.len());
    addresses.extend(text.split(|byte| *byte == b'\n').filter_map(parse).take(room));
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
        let message = Message { kind: NEW_ADDRESS, sequence: 1, is_interrupted: false, body };
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
        v6.extend("fe80::1".parse::<Ipv6Addr>().unwrap().octets());
        check(&v6, Some("fe80::/64"));
        v6[12] = 0xfd;
        check(&v6, Some("fd80::1/64"));
        check(&v6[..20], None);
        check(&[], None);
    }

    #[test]
    fn reads_the_addresses_of_another_namespace() {
        let mut found = Vec::new();
        let trie = b"Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 172.18.0.0\n        /16 link UNICAST\n\
            \x20    |-- 172.18.0.2\n        /32 host LOCAL\n     |-- 127.0.0.1\n\
            \x20       /32 host LOCAL\n     |-- x\n        /32 host LOCAL\n";
        parse_fib_trie(trie, &mut found);
        let table = b"fd00005c000000000000000000000002 02 40 00 80 eth0\n\
            fe80000000000000000000000000002a 02 40 20 80 eth0\n\
            00000000000000000000000000000001 01 80 10 80 lo\nbroken\n\xff\n";
        parse_if_inet6(table, &mut found);
        let told: Vec<String> = found.iter().map(IpAddr::to_string).collect();
        assert_eq!(told, ["172.18.0.2", "fd00:5c::2"]);
    }

    #[test]
    fn tells_the_loopback_of_this_machine() {
        let mut netlink = NetlinkSocket::open(None, 0).expect("rtnetlink");
        assert!(networks(&mut netlink).is_ok());
    }
}
