//! The networks the observed hosts are in: what lies outside them is the Internet.

use std::net::{IpAddr, Ipv4Addr};

/// A set of addresses, as disjoint ranges in ascending order; IPv4 is mapped into IPv6.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Networks(Vec<(u128, u128)>);

impl Networks {
    /// The union of networks in CIDR notation (`10.0.0.1/24`); what does not parse is left out.
    ///
    /// `within_one` are IPv4 addresses whose smallest common network is one more of them: the
    /// cluster's service addresses, whose range no one states.
    pub(crate) fn new<'a>(
        cidrs: impl Iterator<Item = &'a str>,
        within_one: impl Iterator<Item = Ipv4Addr>,
    ) -> Self {
        let mut ranges: Vec<_> = cidrs.filter_map(parse_cidr).collect();
        ranges.extend(smallest_network(within_one));
        ranges.sort_unstable();
        let mut disjoint: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match disjoint.last_mut() {
                Some(open) if first <= open.1 => open.1 = open.1.max(last),
                _ => disjoint.push((first, last)),
            }
        }
        Self(disjoint)
    }

    /// Whether an address is in one of the networks.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let number = to_number(address);
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .is_some_and(|(_, last)| number <= *last)
    }
}

fn to_number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn parse_cidr(text: &str) -> Option<(u128, u128)> {
    let (address, prefix_bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix_bits: u32 = prefix_bits.parse().ok()?;
    let bits_max: u32 = if address.is_ipv4() { 32 } else { 128 };
    let host_bits = bits_max.checked_sub(prefix_bits)?;
    Some(around(to_number(address), host_bits))
}

/// The block of 2^`host_bits` addresses that `number` is in.
fn around(number: u128, host_bits: u32) -> (u128, u128) {
    let hosts = 1u128.checked_shl(host_bits).map_or(u128::MAX, |size| size - 1);
    (number & !hosts, number | hosts)
}

fn smallest_network(addresses: impl Iterator<Item = Ipv4Addr>) -> Option<(u128, u128)> {
    let mut bounds: Option<(Ipv4Addr, Ipv4Addr)> = None;
    for address in addresses {
        let (least, greatest) = bounds.unwrap_or((address, address));
        bounds = Some((least.min(address), greatest.max(address)));
    }
    let (least, greatest) = bounds?;
    let host_bits = 32 - (least.to_bits() ^ greatest.to_bits()).leading_zeros();
    Some(around(to_number(IpAddr::V4(least)), host_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cidrs: &[&str], within_one: &[&str], address: &str, expect: bool) {
        let services = within_one.iter().map(|text| text.parse().unwrap());
        let networks = Networks::new(cidrs.iter().copied(), services);
        assert_eq!(networks.contains(address.parse().unwrap()), expect, "{address}");
    }

    #[test]
    fn networks_hold_their_addresses() {
        let cidrs = ["10.0.0.1/24", "10.0.0.128/25", "127.0.0.1/8", "fd00::1/64", "x/8", "1.2/99"];
        check(&cidrs, &[], "10.0.0.255", true);
        check(&cidrs, &[], "10.0.1.0", false);
        check(&cidrs, &[], "9.255.255.255", false);
        check(&cidrs, &[], "fd00::ffff", true);
        check(&cidrs, &[], "::ffff:10.0.0.3", true);
        check(&["0.0.0.0/0"], &[], "8.8.8.8", true);
        check(&["0.0.0.0/0"], &[], "fd00::1", false);
        check(&["::/0"], &[], "8.8.8.8", true);
        check(&["10.0.0.0/33", "10.0.0.0/-1"], &[], "10.0.0.0", false);
    }

    #[test]
    fn service_addresses_span_one_network() {
        check(&[], &["10.96.0.1", "10.97.104.36"], "10.96.255.1", true);
        check(&[], &["10.96.0.1", "10.97.104.36"], "10.98.0.1", false);
        check(&[], &["10.96.0.1"], "10.96.0.1", true);
        check(&[], &["10.96.0.1"], "10.96.0.2", false);
        check(&[], &["0.0.0.1", "255.0.0.1"], "8.8.8.8", true);
        check(&[], &[], "8.8.8.8", false);
    }
}
