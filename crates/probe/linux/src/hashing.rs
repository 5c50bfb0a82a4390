//! How tables hash addresses and ports.
//!
//! Strangers choose those, so hashes are seeded by chance: nobody can choose many that meet in one
//! place. They are made of few numbers, because a sweep hashes each socket several times. Refuses
//! to hash names. What only the kernel chooses needs no seed: inodes of sockets, which it counts
//! up, stay next to each other; other numbers are for `rustc_hash`.

use crate::socket_table::Transport;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::{IpAddr, SocketAddr};

/// Builds hashers with a seed of their own.
pub type Seeded = foldhash::fast::RandomState;

/// Builds hashers for inodes: sixteen that follow each other come to one place of a table.
pub type InodeHasher = BuildHasherDefault<InodeHash>;

/// The hash of an inode.
#[derive(Debug, Default)]
pub struct InodeHash(u64);

impl Hasher for InodeHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 << 8 | u64::from(*byte)));
    }

    fn write_u64(&mut self, inode: u64) {
        /// The golden ratio as a fraction of 2^64.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = |number: u64| {
            let product = number.wrapping_mul(SPREAD);
            product ^ product >> 32
        };
        // The table takes the place from the low bits, and compares the seven highest.
        const PLACE: u64 = u64::MAX >> 7;
        let place = mixed(inode >> 4) << 4 | inode & 15;
        self.0 = place & PLACE | mixed(inode) << 57;
    }
}

/// An address as one number; IPv4 is as IPv6 maps it (RFC 4291 2.5.5.2): nothing else is that.
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
