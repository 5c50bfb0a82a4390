//! The TCP and UDP sockets of one network namespace, as netlink or `/proc/net` tells them.
//!
//! Both sources yield the same rows. IPv4 addresses that IPv6 carries (`::ffff:1.2.3.4`) become
//! IPv4. States that are no connection (half open at the server, closing, waiting) are left out. A
//! UDP socket without a peer counts as a listener: whoever sends to it is heard.
//! What went through a TCP socket (`struct tcp_info`) comes only over netlink.

use crate::hashing::{bits, ports};
use crate::netlink::{Attributes, Message, NetlinkError, NetlinkSocket, be_u16_at, u32_at, u64_at};
use crate::proc_tree::decimal;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// `TCPDIAG_GETSOCK` of linux/inet_diag.h: the request that walks both families in one pass.
///
/// The kernel's table of connections is shared by all namespaces, so a dump costs its size (2 MB
/// of buckets on a small machine) whatever it finds; `SOCK_DIAG_BY_FAMILY` would pay that twice.
const GET_TCP_SOCKETS: u16 = 18;

/// `SOCK_DIAG_BY_FAMILY` of linux/sock_diag.h.
pub const GET_SOCKETS: u16 = 20;

/// `AF_INET`
const FAMILY_V4: u8 = 2;
/// `AF_INET6`
const FAMILY_V6: u8 = 10;
/// `IPPROTO_UDP`
const UDP: u8 = 17;

/// `INET_DIAG_INFO` of linux/inet_diag.h, whose value is a `struct tcp_info`.
const ATTRIBUTE_TRAFFIC: u16 = 2;
/// Asks for it: `1 << (INET_DIAG_INFO - 1)`.
const WITH_TRAFFIC: u8 = 1 << 1;

/// States of include/net/tcp_states.h that are shown.
const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;
const FIN_WAIT1: u8 = 4;
const FIN_WAIT2: u8 = 5;
/// Of UDP: without a peer.
const CLOSE: u8 = 7;
const CLOSE_WAIT: u8 = 8;
const LISTEN: u8 = 10;

const TCP_STATES: u32 = 1 << ESTABLISHED
    | 1 << SYN_SENT
    | 1 << FIN_WAIT1
    | 1 << FIN_WAIT2
    | 1 << CLOSE_WAIT
    | 1 << LISTEN;

const UDP_STATES: u32 = 1 << ESTABLISHED | 1 << CLOSE;

/// The most sockets kept of one namespace.
pub const SOCKETS_MAX: usize = 262_144;

/// Which protocol a socket speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// What a socket is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocketState {
    /// It waits for whoever comes.
    Listening,
    /// Its connection is open, or half closed.
    Open,
    /// It asked and has no answer yet.
    Connecting,
}

/// One socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Socket {
    /// What it speaks.
    pub transport: Transport,
    /// This end.
    pub local: SocketAddr,
    /// The other end; unspecified for a listener.
    pub remote: SocketAddr,
    /// What it is doing.
    pub state: SocketState,
    /// Its inode, 0 when no file refers to it (yet, or any more).
    pub inode: u64,
}

impl Hash for Socket {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { transport, local, remote, state: doing, inode } = *self;
        state.write_u128(bits(local.ip()));
        state.write_u128(bits(remote.ip()));
        state.write_u64((doing as u64) << 40 | ports(transport, local, remote));
        state.write_u64(inode);
    }
}

impl Socket {
    /// Whether it waits for whoever comes.
    pub fn listens(&self) -> bool {
        self.state == SocketState::Listening
    }
}

/// What went through a TCP socket so far, and how (`struct tcp_info` of linux/tcp.h).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes that the other end acknowledged (RFC 4898 `tcpEStatsAppHCThruOctetsAcked`).
    pub sent_bytes: u64,
    /// Bytes received (RFC 4898 `tcpEStatsAppHCThruOctetsReceived`).
    pub received_bytes: u64,
    /// The smoothed round-trip time in microseconds, 0 before the first measurement.
    pub rtt_micros: u32,
    /// Segments sent again.
    pub retransmits: u32,
}

impl Traffic {
    /// What was added to it since it was `before`.
    pub fn since(&self, before: Self) -> Self {
        Self {
            sent_bytes: self.sent_bytes.saturating_sub(before.sent_bytes),
            received_bytes: self.received_bytes.saturating_sub(before.received_bytes),
            rtt_micros: self.rtt_micros,
            retransmits: self.retransmits.saturating_sub(before.retransmits),
        }
    }

    /// Adds what another one carried; the round-trip time is the latest.
    pub fn add(&mut self, other: Self) {
        self.sent_bytes = self.sent_bytes.saturating_add(other.sent_bytes);
        self.received_bytes = self.received_bytes.saturating_add(other.received_bytes);
        self.retransmits = self.retransmits.saturating_add(other.retransmits);
        self.rtt_micros = other.rtt_micros;
    }
}

/// The sockets of one namespace and protocol, each with its traffic where that is known.
#[derive(Debug, Default)]
pub struct Swept {
    /// The sockets, in no order; one may be there twice when the table moved during the dump.
    pub sockets: Vec<Socket>,
    /// The traffic of each socket, at the same place.
    pub traffic: Vec<Option<Traffic>>,
}

impl Swept {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.sockets.clear();
        self.traffic.clear();
    }

    /// Adds a socket, unless there are [`SOCKETS_MAX`] already.
    pub fn push(&mut self, socket: Socket, traffic: Option<Traffic>) {
        if self.sockets.len() < SOCKETS_MAX {
            self.sockets.push(socket);
            self.traffic.push(traffic);
        }
    }

    /// Whether both hold the same sockets, whatever their order.
    pub fn same_sockets(&self, other: &Self) -> bool {
        let sum = |swept: &Self| {
            swept.sockets.iter().fold(0u64, |sum, one| {
                let mut hasher = FxHasher::default();
                one.hash(&mut hasher);
                sum.wrapping_add(hasher.finish())
            })
        };
        self.sockets.len() == other.sockets.len() && sum(self) == sum(other)
    }
}

/// Replaces `swept` with the TCP sockets of the namespace of `netlink`.
pub fn dump_tcp(netlink: &mut NetlinkSocket, swept: &mut Swept) -> Result<(), NetlinkError> {
    swept.clear();
    netlink.dump(GET_TCP_SOCKETS, &tcp_request(), |message| {
        if let Some((socket, traffic)) = parse_diag(message, Transport::Tcp) {
            swept.push(socket, traffic);
        }
    })
}

/// Replaces `swept` with the UDP sockets of the namespace of `netlink`.
pub fn dump_udp(netlink: &mut NetlinkSocket, swept: &mut Swept) -> Result<(), NetlinkError> {
    swept.clear();
    for family in [FAMILY_V4, FAMILY_V6] {
        let dumped = netlink.dump(GET_SOCKETS, &udp_request(family), |message| {
            if let Some((socket, _)) = parse_diag(message, Transport::Udp) {
                swept.push(socket, None);
            }
        });
        match dumped {
            // A kernel without IPv6 refuses its family.
            Err(NetlinkError::Refused(_)) if family == FAMILY_V6 => {}
            other => other?,
        }
    }
    Ok(())
}

/// `struct inet_diag_req` of linux/inet_diag.h: family, lengths, what else to tell (byte 3), socket
/// id, states, cursor.
fn tcp_request() -> [u8; 60] {
    let mut body = [0; 60];
    if let Some(extension) = body.get_mut(3) {
        *extension = WITH_TRAFFIC;
    }
    if let Some(states) = body.get_mut(52..56) {
        states.copy_from_slice(&TCP_STATES.to_ne_bytes());
    }
    body
}

/// `struct inet_diag_req_v2`: family, protocol, what else to tell, padding, states, socket id.
fn udp_request(family: u8) -> [u8; 56] {
    let mut body = [0; 56];
    if let Some(head) = body.get_mut(..2) {
        head.copy_from_slice(&[family, UDP]);
    }
    if let Some(states) = body.get_mut(4..8) {
        states.copy_from_slice(&UDP_STATES.to_ne_bytes());
    }
    body
}

/// Reads `struct inet_diag_msg` of linux/inet_diag.h and its `struct tcp_info`.
pub fn parse_diag(message: Message<'_>, transport: Transport) -> Option<(Socket, Option<Traffic>)> {
    let body = message.body;
    let state = state_of(*body.get(1)?, transport)?;
    let family = *body.first()?;
    let address = |port: usize, ip: usize| {
        Some(SocketAddr::new(ip_of(family, body.get(ip..ip + 16)?)?, be_u16_at(body, port)?))
    };
    let socket = Socket {
        transport,
        local: address(4, 8)?,
        remote: address(6, 24)?,
        state,
        inode: u64::from(u32_at(body, 68)?),
    };
    let traffic = Attributes::new(body.get(72..)?)
        .find(|(kind, _)| *kind == ATTRIBUTE_TRAFFIC && state == SocketState::Open)
        .and_then(|(_, value)| parse_traffic(value));
    Some((socket, traffic))
}

/// Offsets as in `struct tcp_info` of linux/tcp.h: `tcpi_rtt`, `tcpi_total_retrans`,
/// `tcpi_bytes_acked`, `tcpi_bytes_received` (the last two since Linux 4.1).
fn parse_traffic(info: &[u8]) -> Option<Traffic> {
    Some(Traffic {
        sent_bytes: u64_at(info, 120)?,
        received_bytes: u64_at(info, 128)?,
        rtt_micros: u32_at(info, 68)?,
        retransmits: u32_at(info, 100)?,
    })
}

/// What a state of the kernel means, `None` for those that are no connection.
fn state_of(state: u8, transport: Transport) -> Option<SocketState> {
    match (transport, state) {
        (Transport::Tcp, LISTEN) | (Transport::Udp, CLOSE) => Some(SocketState::Listening),
        (Transport::Tcp, SYN_SENT) => Some(SocketState::Connecting),
        (Transport::Tcp, ESTABLISHED | FIN_WAIT1 | FIN_WAIT2 | CLOSE_WAIT)
        | (Transport::Udp, ESTABLISHED) => Some(SocketState::Open),
        _ => None,
    }
}

fn ip_of(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        FAMILY_V4 => Some(Ipv4Addr::from(*bytes.first_chunk::<4>()?).into()),
        FAMILY_V6 => Some(IpAddr::from(*bytes.first_chunk::<16>()?).to_canonical()),
        _ => None,
    }
}

/// Adds the sockets of a `/proc/net/tcp`, `tcp6`, `udp` or `udp6` table (proc(5)).
pub fn parse_proc_table(text: &[u8], transport: Transport, swept: &mut Swept) {
    let rows = text.split(|byte| *byte == b'\n').skip(1);
    for socket in rows.filter_map(|row| parse_proc_row(row, transport)) {
        swept.push(socket, None);
    }
}

fn parse_proc_row(row: &[u8], transport: Transport) -> Option<Socket> {
    let mut fields = row.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let local = parse_proc_address(fields.nth(1)?)?;
    let remote = parse_proc_address(fields.next()?)?;
    let state = u8::from_str_radix(std::str::from_utf8(fields.next()?).ok()?, 16).ok()?;
    let state = state_of(state, transport)?;
    // Queues, timer, retransmits, user and timeout lie between the state and the inode.
    let inode = decimal(fields.nth(5)?)?;
    Some(Socket { transport, local, remote, state, inode })
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

/// What tells cheaply whether the sockets of a namespace changed, and whether anything went
/// through them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Sockets in use, listeners included, of both families (`sockstat`, `sockstat6`).
    pub used: [Usage; 2],
    /// The counters of `snmp`.
    pub counters: Counters,
}

/// How many sockets are in use, by one `sockstat` file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of TCP.
    pub tcp: u64,
    /// Of UDP.
    pub udp: u64,
    /// Of every kind, Unix sockets included; 0 in `sockstat6`, which does not tell it.
    pub all: u64,
}

/// Counters of one namespace that move when connections come and go, or carry something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// `ActiveOpens`, `PassiveOpens`, `EstabResets`, `CurrEstab`.
    pub opens: [u64; 4],
    /// TCP segments in and out.
    pub segments: [u64; 2],
    /// UDP datagrams in and out, over IPv4.
    pub datagrams: [u64; 2],
}

impl Signature {
    /// Whether there is a connection that both ends hold open.
    pub fn has_established(&self) -> bool {
        let [.., established] = self.counters.opens;
        established > 0
    }

    /// TCP sockets in use and what moves when they change.
    pub fn tcp(&self) -> ([u64; 2], [u64; 4]) {
        (self.used.map(|one| one.tcp), self.counters.opens)
    }

    /// UDP sockets in use and what moves when they are used.
    pub fn udp(&self) -> ([u64; 2], [u64; 2]) {
        (self.used.map(|one| one.udp), self.counters.datagrams)
    }

    /// How many sockets of any kind are in use.
    pub fn all(&self) -> u64 {
        self.used.iter().map(|one| one.all).sum()
    }
}

/// The numbers of a `sockstat` or `sockstat6` file.
pub fn parse_sockstat(text: &[u8]) -> Option<Usage> {
    let number = |names: [&[u8]; 2]| {
        let row = text
            .split(|byte| *byte == b'\n')
            .find_map(|row| names.iter().find_map(|name| row.strip_prefix(*name)))?;
        decimal(row.split(|byte| *byte == b' ').next()?)
    };
    Some(Usage {
        tcp: number([b"TCP: inuse ", b"TCP6: inuse "])?,
        udp: number([b"UDP: inuse ", b"UDP6: inuse "]).unwrap_or_default(),
        all: number([b"sockets: used ", b"sockets: used "]).unwrap_or_default(),
    })
}

/// The counters of the `Tcp:` and `Udp:` rows of an `snmp` file.
pub fn parse_snmp(text: &[u8]) -> Option<Counters> {
    // The first row of each prefix has the names, the second the values.
    let values = |prefix: &[u8]| {
        let mut rows = text.split(|byte| *byte == b'\n').filter_map(|row| row.strip_prefix(prefix));
        rows.nth(1).map(|row| row.split(|byte| *byte == b' '))
    };
    // RFC 4022 order: algorithm, minimum, maximum, limit, active and passive opens, failed
    // attempts, resets, established, segments in, segments out.
    let mut tcp = values(b"Tcp: ")?.skip(4);
    let (active, passive) = (decimal(tcp.next()?)?, decimal(tcp.next()?)?);
    let (resets, established) = (decimal(tcp.nth(1)?)?, decimal(tcp.next()?)?);
    let segments = [decimal(tcp.next()?)?, decimal(tcp.next()?)?];
    // RFC 4113 order: in, without a port, broken, out.
    let datagrams = values(b"Udp: ").and_then(|mut udp| {
        let received = decimal(udp.next()?)?;
        Some([received, decimal(udp.nth(2)?)?])
    });
    Some(Counters {
        opens: [active, passive, resets, established],
        segments,
        datagrams: datagrams.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
