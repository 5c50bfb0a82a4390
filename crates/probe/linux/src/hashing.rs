//! How tables hash addresses and ports.
//!
//! Strangers choose those, so hashes are seeded by chance: nobody can choose many that meet in one
//! place. They are made of few numbers, because a sweep hashes each socket several times. Refuses
//! to hash what only the kernel chooses (inodes, process ids); that is for `rustc_hash`.

use crate::socket_table::Transport;
use std::net::{IpAddr, SocketAddr};

/// Builds hashers with a seed of their own.
pub type Seeded = foldhash::fast::RandomState;

/// An address as one number; IPv4 is as IPv6 maps it (RFC 4291 2.5.5.2), which nothing else is here.
pub fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// Two ports and a protocol as one number.
pub fn ports(transport: Transport, one: SocketAddr, other: SocketAddr) -> u64 {
    (transport as u64) << 32 | u64::from(one.port()) << 16 | u64::from(other.port())
}
