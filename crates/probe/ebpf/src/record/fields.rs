//! Numbers and addresses, one after the other, from the bytes of a record.
//!
//! The machine's own byte order, because both ends are the same machine. Nothing is read beyond
//! the end; a field that is not there is none, and nothing after it is either.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// What is left of a record.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

/// `struct head`: what every event begins with.
pub(super) struct Head {
    pub(super) kind: u8,
    pub(super) family: u8,
    pub(super) side: u8,
    pub(super) pid: u32,
    pub(super) time_nanos: u64,
    pub(super) cgroup: u64,
    pub(super) comm: [u8; 16],
}

/// `struct addresses`: both ends of a socket.
pub(super) struct Addresses {
    pub(super) netns: u32,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

impl Addresses {
    /// Their length in a record.
    pub(super) const BYTES: usize = 40;
}

impl<'a> Fields<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// All that was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The byte so far ahead.
    pub(super) fn peek(&self, ahead_bytes: usize) -> Option<u8> {
        self.rest.get(ahead_bytes).copied()
    }

    pub(super) fn take<const BYTES: usize>(&mut self) -> Option<[u8; BYTES]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    /// Passes over what the compiler put in between.
    pub(super) fn skip(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take().map(u8::from_ne_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_ne_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_ne_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_ne_bytes)
    }

    pub(super) fn head(&mut self) -> Option<Head> {
        let kind = self.u8()?;
        let family = self.u8()?;
        let side = self.u8()?;
        self.skip(1)?;
        let pid = self.u32()?;
        let time_nanos = self.u64()?;
        let cgroup = self.u64()?;
        let comm = self.take()?;
        Some(Head { kind, family, side, pid, time_nanos, cgroup, comm })
    }

    pub(super) fn addresses(&mut self, family: u8) -> Option<Addresses> {
        let netns = self.u32()?;
        let local_port = self.u16()?;
        let remote_port = self.u16()?;
        let local = SocketAddr::new(address(family, self.take()?)?, local_port);
        let remote = SocketAddr::new(address(family, self.take()?)?, remote_port);
        Some(Addresses { netns, local, remote })
    }
}

/// IPv4 uses the first four bytes; IPv4 inside IPv6 is IPv4.
fn address(family: u8, bytes: [u8; 16]) -> Option<IpAddr> {
    match family {
        AF_INET => bytes.first_chunk().map(|four: &[u8; 4]| Ipv4Addr::from(*four).into()),
        AF_INET6 => Some(Ipv6Addr::from(bytes).to_canonical()),
        _ => None,
    }
}
