//! The TCP sockets of one network namespace, as netlink or `/proc/net/tcp` tell them.
//!
//! Both sources yield the same rows. IPv4 addresses that IPv6 carries (`::ffff:1.2.3.4`) become
//! IPv4. States that are no connection (half open, closing, waiting) are left out.

use crate::netlink::{Message, NetlinkError, NetlinkSocket, be_u16_at, u32_at};
use crate::proc_tree::decimal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// `TCPDIAG_GETSOCK` of linux/inet_diag.h: the request that walks both families in one pass.
///
/// The kernel's table of connections is shared by all namespaces, so a dump costs its size (2 MB
/// of buckets on a small machine) whatever it finds; `SOCK_DIAG_BY_FAMILY` would pay that twice.
const GET_SOCKETS: u16 = 18;

/// `AF_INET`
const FAMILY_V4: u8 = 2;
/// `AF_INET6`
const FAMILY_V6: u8 = 10;

/// States of include/net/tcp_states.h that are shown.
const ESTABLISHED: u8 = 1;
const FIN_WAIT1: u8 = 4;
const FIN_WAIT2: u8 = 5;
const CLOSE_WAIT: u8 = 8;
const LISTEN: u8 = 10;

const STATES: u32 =
    1 << ESTABLISHED | 1 << FIN_WAIT1 | 1 << FIN_WAIT2 | 1 << CLOSE_WAIT | 1 << LISTEN;

/// The most sockets kept of one namespace.
pub const SOCKETS_MAX: usize = 262_144;

/// One socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TcpSocket {
    /// This end.
    pub local: SocketAddr,
    /// The other end; unspecified for a listener.
    pub remote: SocketAddr,
    /// Whether it waits for connections.
    pub listens: bool,
    /// Its inode, 0 when no file refers to it (yet, or any more).
    pub inode: u64,
}

/// Replaces `sockets` with those of the namespace of `netlink`.
pub fn dump(netlink: &mut NetlinkSocket, sockets: &mut Vec<TcpSocket>) -> Result<(), NetlinkError> {
    sockets.clear();
    netlink.dump(GET_SOCKETS, &dump_request(), |message| {
        if sockets.len() < SOCKETS_MAX {
            sockets.extend(parse_diag(message));
        }
    })
}

/// `struct inet_diag_req` of linux/inet_diag.h: family, lengths, socket id, states, cursor.
fn dump_request() -> [u8; 60] {
    let mut body = [0; 60];
    if let Some(states) = body.get_mut(52..56) {
        states.copy_from_slice(&STATES.to_ne_bytes());
    }
    body
}

/// Reads `struct inet_diag_msg` of linux/inet_diag.h.
pub fn parse_diag(message: Message<'_>) -> Option<TcpSocket> {
    let body = message.body;
    let state = *body.get(1)?;
    if state >= 32 || STATES & 1 << state == 0 {
        return None;
    }
    let family = *body.first()?;
    let address = |port: usize, ip: usize| {
        Some(SocketAddr::new(ip_of(family, body.get(ip..ip + 16)?)?, be_u16_at(body, port)?))
    };
    Some(TcpSocket {
        local: address(4, 8)?,
        remote: address(6, 24)?,
        listens: state == LISTEN,
        inode: u64::from(u32_at(body, 68)?),
    })
}

fn ip_of(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        FAMILY_V4 => Some(Ipv4Addr::from(*bytes.first_chunk::<4>()?).into()),
        FAMILY_V6 => Some(IpAddr::from(*bytes.first_chunk::<16>()?).to_canonical()),
        _ => None,
    }
}

/// Adds the sockets of a `/proc/net/tcp` or `/proc/net/tcp6` table (proc(5)).
pub fn parse_proc_table(text: &[u8], sockets: &mut Vec<TcpSocket>) {
    let rows = text.split(|byte| *byte == b'\n').skip(1).filter_map(parse_proc_row);
    let room = SOCKETS_MAX.saturating_sub(sockets.len());
    sockets.extend(rows.take(room));
}

fn parse_proc_row(row: &[u8]) -> Option<TcpSocket> {
    let mut fields = row.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let local = parse_proc_address(fields.nth(1)?)?;
    let remote = parse_proc_address(fields.next()?)?;
    let state = u8::from_str_radix(std::str::from_utf8(fields.next()?).ok()?, 16).ok()?;
    if state >= 32 || STATES & 1 << state == 0 {
        return None;
    }
    // Queues, timer, retransmits, user and timeout lie between the state and the inode.
    let inode = decimal(fields.nth(5)?)?;
    Some(TcpSocket { local, remote, listens: state == LISTEN, inode })
}

/// Reads `0100007F:1F90`: words of the address in host order, then the port.
fn parse_proc_address(text: &[u8]) -> Option<SocketAddr> {
    let (ip, port) = std::str::from_utf8(text).ok()?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    let ip = match ip.len() {
        8 => IpAddr::from(word(0)?),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            Ipv6Addr::from(*words.as_flattened().first_chunk::<16>()?).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// What tells cheaply whether the sockets of a namespace changed: how many are in use, how many
/// were ever opened either way, and how many are established.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Sockets in use, listeners included (`sockstat`, `sockstat6`).
    pub used: [u64; 2],
    /// `ActiveOpens`, `PassiveOpens`, `EstabResets`, `CurrEstab` of `snmp`.
    pub opens: [u64; 4],
}

impl Signature {
    /// Whether there is a connection that both ends hold open.
    pub fn has_established(&self) -> bool {
        let [.., established] = self.opens;
        established > 0
    }

    /// Whether there is no TCP socket at all.
    pub fn is_idle(&self) -> bool {
        self.used == [0, 0]
    }
}

/// The number after `TCP: inuse` (or `TCP6: inuse`) of a `sockstat` file.
pub fn parse_sockstat(text: &[u8]) -> Option<u64> {
    let row = text
        .split(|byte| *byte == b'\n')
        .find_map(|row| row.strip_prefix(b"TCP: inuse ").or(row.strip_prefix(b"TCP6: inuse ")))?;
    decimal(row.split(|byte| *byte == b' ').next()?)
}

/// The counters of the `Tcp:` row of an `snmp` file that move when connections come and go.
pub fn parse_snmp(text: &[u8]) -> Option<[u64; 4]> {
    let values =
        text.split(|byte| *byte == b'\n').filter_map(|row| row.strip_prefix(b"Tcp: ")).nth(1)?;
    // RFC 4022 order: algorithm, minimum, maximum, limit, then the four opens and closes.
    let mut values = values.split(|byte| *byte == b' ').skip(4);
    let active = decimal(values.next()?)?;
    let passive = decimal(values.next()?)?;
    let resets = decimal(values.nth(1)?)?;
    Some([active, passive, resets, decimal(values.next()?)?])
}

#[cfg(test)]
mod tests;
