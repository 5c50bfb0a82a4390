//! Packet sockets that see the DNS traffic of each network namespace.
//!
//! A packet socket (packet(7)) sees what comes and goes over every interface of its namespace,
//! loopback too: resolvers on 127.0.0.53 are heard only there, containers also on the host's side
//! of their link. A filter in the kernel lets through UDP and TCP of port 53 only. The socket is
//! made without `unsafe`, so it cannot be bound; it hears from its birth on. Therefore it first
//! gets a filter that refuses everything, is emptied, and then gets the real one. The module
//! refuses to know what is in the packets.

use super::listener::PORT;
use super::packet::{PROTOCOL_TCP, PROTOCOL_UDP};
use crate::namespaces::within_process;
use crate::netlink::{Attributes, NetlinkSocket, u32_at};
use crate::proc_tree::ProcTree;
use crate::process_table::ProcessRow;
use rustix::buffer::spare_capacity;
use rustix::fs::{fstat, stat};
use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, eth, recv, socket_with};
use socket2::{SockFilter, SockRef};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;

/// The most namespaces that are listened in, the host's first: two descriptors each, and a cost
/// to every packet within.
pub const SOCKETS_MAX: usize = 256;

/// The most packets taken at a time from the namespace of process 1; the rest waits in the kernel.
pub const HOST_PACKETS_MAX: usize = 20_000;

/// The most packets taken at a time from any other namespace: a flood in one takes no more time.
pub const PACKETS_MAX: usize = 2000;

/// So much of a packet is copied; the messages of use are shorter.
const PACKET_BYTES_MAX: u32 = 16 * 1024;

/// What the kernel may queue in the namespace of process 1, through which containers talk too.
const HOST_BUFFER_BYTES: usize = 8 * 1024 * 1024;

/// What the kernel may queue in any other namespace.
const BUFFER_BYTES: usize = 1024 * 1024;

/// A namespace that could not be listened in is tried again after this many updates.
const RETRY_UPDATES: u64 = 64;

/// What keeps a namespace from being listened in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kernel's reason.
    pub errno: Errno,
    /// How many namespaces it is so in.
    pub namespaces: usize,
}

/// The sockets by the inode of their namespace.
#[derive(Debug, Default)]
pub struct Sockets {
    open: BTreeMap<u64, PacketSocket>,
    refused: BTreeMap<u64, Errno>,
    updates: u64,
    left_out: usize,
}

/// One packet socket.
#[derive(Debug)]
struct PacketSocket {
    socket: OwnedFd,
    /// Asks the kernel what the socket lost, where it can tell.
    diagnosis: Option<NetlinkSocket>,
    inode: u32,
    lost: u32,
    packets_max: usize,
}

impl Sockets {
    /// Opens sockets in the namespaces of `rows` that are new, closes those of namespaces that
    /// are gone.
    pub fn update(&mut self, tree: &ProcTree, rows: &[ProcessRow]) {
        self.updates += 1;
        if self.updates.is_multiple_of(RETRY_UPDATES) {
            self.refused.clear();
        }
        let mut present = BTreeSet::new();
        let mut fresh = Vec::new();
        for row in rows {
            let Some(namespace) = row.namespace else { continue };
            let known =
                |at: &Self| at.open.contains_key(&namespace) || at.refused.contains_key(&namespace);
            if present.insert(namespace) && !known(self) {
                fresh.push((row.pid, namespace));
            }
        }
        self.open.retain(|namespace, _| present.contains(namespace));
        self.refused.retain(|namespace, _| present.contains(namespace));
        fresh.sort_unstable();
        let room = SOCKETS_MAX.saturating_sub(self.open.len());
        self.left_out = fresh.len().saturating_sub(room);
        let own = stat("/proc/thread-self/ns/net").ok().map(|stat| stat.st_ino);
        for (pid, namespace) in fresh.into_iter().take(room) {
            match within_process(tree, pid, move || PacketSocket::open(pid == 1)) {
                Some((entered, Ok(socket))) if entered == namespace => {
                    self.open.insert(namespace, socket);
                }
                Some((entered, Err(errno))) if entered == namespace => {
                    self.refused.insert(namespace, errno);
                }
                // Without the right to enter it, one stays outside.
                Some((entered, _)) if Some(entered) == own => {
                    self.refused.insert(namespace, Errno::PERM);
                }
                // The process moved on meanwhile: the next update finds another, if there is one.
                Some(_) | None => {}
            }
        }
    }

    /// Calls `each` with every packet that waits, and the inode of the namespace it was in.
    pub fn drain(&self, mut each: impl FnMut(u64, &[u8])) {
        let mut buffer = Vec::new();
        for (namespace, socket) in &self.open {
            for _ in 0..socket.packets_max {
                match socket.receive(&mut buffer) {
                    Ok(()) => each(*namespace, &buffer),
                    Err(Errno::INTR | Errno::NETDOWN) => {}
                    Err(_) => break,
                }
            }
        }
    }

    /// How many packets the kernel had no room for since the last time this was asked.
    pub fn lost(&mut self) -> u64 {
        self.open.values_mut().map(|socket| u64::from(socket.lost_since())).sum()
    }

    /// How many namespaces are listened in.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// How many namespaces were too many.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// What keeps namespaces from being listened in, if any.
    pub fn refusal(&self) -> Option<Refusal> {
        let errno = *self.refused.values().next()?;
        Some(Refusal { errno, namespaces: self.refused.len() })
    }
}

impl PacketSocket {
    /// Opens a socket in the namespace of the calling thread, be it the host's or another.
    fn open(is_host: bool) -> Result<Self, Errno> {
        let (buffer_bytes, packets_max) = match is_host {
            true => (HOST_BUFFER_BYTES, HOST_PACKETS_MAX),
            false => (BUFFER_BYTES, PACKETS_MAX),
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let protocol = Some(eth::ALL);
        let socket = socket_with(AddressFamily::PACKET, SocketType::DGRAM, flags, protocol)?;
        attach(&socket, &[ret(0)])?;
        let mut buffer = Vec::new();
        let inode = u32::try_from(fstat(&socket)?.st_ino).unwrap_or_default();
        let diagnosis = NetlinkSocket::open(Some(rustix::net::netlink::SOCK_DIAG), 0).ok();
        let opened = Self { socket, diagnosis, inode, lost: 0, packets_max };
        while opened.receive(&mut buffer).is_ok() {}
        // A smaller buffer only means an earlier overflow, which is counted.
        if set_socket_recv_buffer_size_force(&opened.socket, buffer_bytes).is_err() {
            let _ = set_socket_recv_buffer_size(&opened.socket, buffer_bytes);
        }
        attach(&opened.socket, &filter())?;
        Ok(opened)
    }

    /// Replaces `buffer` with the next packet.
    fn receive(&self, buffer: &mut Vec<u8>) -> Result<(), Errno> {
        buffer.clear();
        buffer.reserve(usize::try_from(PACKET_BYTES_MAX).unwrap_or_default());
        recv(&self.socket, spare_capacity(buffer), RecvFlags::DONTWAIT).map(|_| ())
    }

    fn lost_since(&mut self) -> u32 {
        let inode = self.inode;
        let mut lost = None;
        if let Some(diagnosis) = &mut self.diagnosis {
            let asked = diagnosis.dump(SOCK_DIAG_BY_FAMILY, &memory_request(), |message| {
                lost = lost.or(parse_lost(message.body, inode));
            });
            if asked.is_err() {
                self.diagnosis = None;
            }
        }
        let Some(lost) = lost else { return 0 };
        let since = lost.wrapping_sub(self.lost);
        self.lost = lost;
        since
    }
}

/// `SOCK_DIAG_BY_FAMILY` of linux/sock_diag.h.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `PACKET_SHOW_MEMINFO` of linux/packet_diag.h.
const SHOW_MEMORY: u32 = 0x10;
/// `PACKET_DIAG_MEMINFO`
const ATTRIBUTE_MEMORY: u16 = 6;
/// The place of `SK_MEMINFO_DROPS` (linux/sock_diag.h) among numbers of four bytes.
const LOST_OFFSET: usize = 8 * 4;
/// `sizeof(struct packet_diag_msg)`
const DIAGNOSIS_BYTES: usize = 16;

/// `struct packet_diag_req`: of every packet socket of the namespace, what it holds.
fn memory_request() -> [u8; 20] {
    let family = u8::try_from(AddressFamily::PACKET.as_raw()).unwrap_or_default();
    let [a, b, c, d] = SHOW_MEMORY.to_ne_bytes();
    [family, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// How many packets the socket with `inode` lost, if the answer `body` is about it.
pub fn parse_lost(body: &[u8], inode: u32) -> Option<u32> {
    if u32_at(body, 4)? != inode {
        return None;
    }
    let mut attributes = Attributes::new(body.get(DIAGNOSIS_BYTES..)?);
    let (_, memory) = attributes.find(|(kind, _)| *kind == ATTRIBUTE_MEMORY)?;
    u32_at(memory, LOST_OFFSET)
}

fn attach(socket: &OwnedFd, filter: &[SockFilter]) -> Result<(), Errno> {
    SockRef::from(socket)
        .attach_filter(filter)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::INVAL))
}

/// Instructions of the classic packet filter (linux/bpf_common.h, kernel
/// Documentation/networking/filter.rst).
const LOAD_BYTE: u16 = 0x30;
const LOAD_HALF: u16 = 0x28;
const LOAD_HALF_AT_X: u16 = 0x48;
/// Four times the low half of a byte, into X: the length of an IPv4 header.
const LOAD_X_HEADER: u16 = 0xb1;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;

/// Where the kernel keeps the kind of the packet, `SKF_AD_OFF + SKF_AD_PROTOCOL`.
const ANCILLARY_PROTOCOL: u32 = 0xffff_f000;
const ETHERTYPE_IPV4: u32 = 0x0800;
const ETHERTYPE_IPV6: u32 = 0x86dd;

const fn ret(bytes: u32) -> SockFilter {
    SockFilter::new(RETURN, 0, 0, bytes)
}

/// Whole UDP and TCP packets from or to port 53, both families. Offsets count from the IP header.
fn filter() -> [SockFilter; 22] {
    /// The places of the last two instructions.
    const TAKE: u8 = 20;
    const DROP: u8 = 21;
    let load = |code, offset| SockFilter::new(code, 0, 0, offset);
    // Jumps are written with the places they go to; the kernel counts from the next instruction.
    let jump = |code, at: u8, value, yes: u8, no: u8| {
        SockFilter::new(code, yes.saturating_sub(at + 1), no.saturating_sub(at + 1), value)
    };
    let equal = |at, value, yes, no| jump(JUMP_EQUAL, at, value, yes, no);
    let (udp, tcp, port) = (u32::from(PROTOCOL_UDP), u32::from(PROTOCOL_TCP), u32::from(PORT));
    [
        load(LOAD_HALF, ANCILLARY_PROTOCOL),
        equal(1, ETHERTYPE_IPV4, 3, 2),
        equal(2, ETHERTYPE_IPV6, 13, DROP),
        // IPv4: the protocol, not a later fragment, the two ports behind the header.
        load(LOAD_BYTE, 9),
        equal(4, udp, 6, 5),
        equal(5, tcp, 6, DROP),
        load(LOAD_HALF, 6),
        jump(JUMP_ANY_BIT, 7, 0x1fff, DROP, 8),
        load(LOAD_X_HEADER, 0),
        load(LOAD_HALF_AT_X, 0),
        equal(10, port, TAKE, 11),
        load(LOAD_HALF_AT_X, 2),
        equal(12, port, TAKE, DROP),
        // IPv6: the same at fixed places.
        load(LOAD_BYTE, 6),
        equal(14, udp, 16, 15),
        equal(15, tcp, 16, DROP),
        load(LOAD_HALF, 40),
        equal(17, port, TAKE, 18),
        load(LOAD_HALF, 42),
        equal(19, port, TAKE, DROP),
        ret(PACKET_BYTES_MAX),
        ret(0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_socket_lost() {
        let mut body = vec![17, 2, 0, 3];
        body.extend(77u32.to_ne_bytes());
        body.extend([0; 8]);
        body.extend([40u16.to_ne_bytes(), 6u16.to_ne_bytes()].concat());
        body.extend([0; 32]);
        body.extend(5u32.to_ne_bytes());
        assert_eq!(parse_lost(&body, 77), Some(5));
        assert_eq!(parse_lost(&body, 78), None);
        for cut in 0..body.len() {
            assert_eq!(parse_lost(&body[..cut], 77), None, "cut at {cut}");
        }
    }
}
