//! Bytes that the programs wrote, as `bpf/records.h` lays them out, to events and sockets.
//!
//! The kernel side is ours, yet no length is believed: a record that is too short or of an unknown
//! kind is nothing. Names of control groups come from the caller, who keeps them.

mod fields;

#[cfg(test)]
mod tests;

use crate::datagrams::{DatagramCounts, DatagramFlow};
use crate::event::{
    Closing, Comm, Connection, Datagram, Event, EventKind, Owner, ProcessEvent, Side, SocketId,
    text_until_nul,
};
use crate::http::{HttpCounts, HttpServer, LATENCY_BUCKETS};
use crate::snapshot::{
    Change, Holder, InetSocket, OpenProcess, OpenSocket, SocketKind, TcpState, UnixSocket,
};
use fields::{Addresses, Fields, Head};
use std::sync::Arc;

/// Bytes of the key and of the value of the table of datagram flows.
pub(crate) const UDP_KEY_BYTES: usize = 52;
pub(crate) const UDP_COUNTS_BYTES: usize = 80;

/// Bytes of a record of the list of sockets, by kind, and of the list of processes.
const INET_SOCKET_BYTES: usize = 104;
const UNIX_SOCKET_BYTES: usize = 168;
const HOLDER_BYTES: usize = 24;
const TASK_BYTES: usize = 336;

/// Bytes of the state of a pass, and of what is noted of a process that was told.
pub(crate) const PASS_BYTES: usize = 32;
pub(crate) const KNOWN_HOLDER_BYTES: usize = 8;

/// `NO_HOLDER`: no process was told yet.
const NO_HOLDER: u32 = u32::MAX;

const AF_UNIX: u8 = 1;
/// `HOLDER_RECORD`, in the place of a family.
const HOLDER: u8 = 255;
const PROTOCOL_TCP: u16 = 6;
const PROTOCOL_UDP: u16 = 17;

/// `SOCK_STREAM` and `SOCK_SEQPACKET`, the types of Unix sockets that can listen.
const UNIX_LISTENING_TYPES: [u32; 2] = [1, 5];
const STATE_LISTEN: u8 = 10;

/// Bytes of a Unix socket's path, `sun_path` of `sockaddr_un`.
const UNIX_PATH_BYTES: usize = 108;

/// The name of a control group by the id that records carry.
pub(crate) type GroupName<'a> = dyn FnMut(u64) -> Option<Arc<str>> + 'a;

/// An event, from a record of the ring.
pub(crate) fn event(bytes: &[u8], group_name: &mut GroupName<'_>) -> Option<Event> {
    let mut fields = Fields::new(bytes);
    let head = fields.head()?;
    let kind = match head.kind {
        1..=4 => tcp(&mut fields, &head, group_name)?,
        5 => {
            let addresses = fields.addresses(head.family)?;
            let owner = owner(&head, group_name);
            EventKind::Datagram(datagram(addresses, side(head.side), owner))
        }
        6..=8 => process(&mut fields, &head, group_name)?,
        _ => return None,
    };
    Some(Event { time_nanos: head.time_nanos, kind })
}

fn tcp(fields: &mut Fields<'_>, head: &Head, names: &mut GroupName<'_>) -> Option<EventKind> {
    let socket = SocketId(fields.u64()?);
    let addresses = fields.addresses(head.family)?;
    let error = fields.u32()?;
    let srtt_micros = fields.u32()?;
    let retransmits = fields.u32()?;
    fields.skip(4)?;
    let sent_bytes = fields.u64()?;
    let received_bytes = fields.u64()?;
    let started_nanos = fields.u64()?;
    let connection = Connection {
        socket,
        netns: addresses.netns,
        local: addresses.local,
        remote: addresses.remote,
        side: side(head.side),
        owner: (head.pid != 0).then(|| owner(head, names)),
    };
    Some(match head.kind {
        1 => EventKind::Connected(connection),
        2 => EventKind::Accepted(connection),
        3 => {
            let errno = i32::try_from(error).ok().filter(|errno| *errno != 0);
            EventKind::Failed { connection, errno }
        }
        _ => {
            // A socket of unknown side got its owner when it was closed, not when it opened.
            let is_known = started_nanos != 0 && connection.side != Side::Unknown;
            let duration_nanos = is_known.then(|| head.time_nanos.saturating_sub(started_nanos));
            let closing =
                Closing { sent_bytes, received_bytes, srtt_micros, retransmits, duration_nanos };
            EventKind::Closed { connection, closing }
        }
    })
}

fn process(fields: &mut Fields<'_>, head: &Head, names: &mut GroupName<'_>) -> Option<EventKind> {
    let parent_pid = fields.u32()?;
    let status = fields.u32()?;
    let process = ProcessEvent { process: owner(head, names), parent_pid };
    Some(match head.kind {
        6 => EventKind::Forked(process),
        7 => EventKind::Executed { process, path: text_until_nul(fields.rest()).into() },
        _ => EventKind::Exited { process, status },
    })
}

/// A flow and its counts, from the table of datagram flows.
pub(crate) fn flow(key: &[u8], counts: &[u8], names: &mut GroupName<'_>) -> Option<DatagramFlow> {
    let mut key = Fields::new(key);
    let family = key.peek(Addresses::BYTES + 4)?;
    let addresses = key.addresses(family)?;
    let pid = key.u32()?;
    let mut fields = Fields::new(counts);
    let side = side(fields.peek(72)?);
    let counts = DatagramCounts {
        sent_packets: fields.u64()?,
        sent_bytes: fields.u64()?,
        received_packets: fields.u64()?,
        received_bytes: fields.u64()?,
        first_nanos: fields.u64()?,
        last_nanos: fields.u64()?,
    };
    let cgroup = names(fields.u64()?);
    let owner = Owner { pid, comm: Comm(fields.take()?), cgroup };
    Some(DatagramFlow { datagram: datagram(addresses, side, owner), counts })
}

/// Takes a socket off the front of a list and answers what is behind it; nothing when the record is
/// not whole. One that makes no sense is passed over.
pub(crate) fn next_socket<'a>(
    bytes: &'a [u8],
    each: &mut impl FnMut(OpenSocket),
) -> Option<&'a [u8]> {
    let is_unix = *bytes.first()? == AF_UNIX;
    let length = if is_unix { UNIX_SOCKET_BYTES } else { INET_SOCKET_BYTES };
    let (record, rest) = bytes.split_at_checked(length)?;
    if let Some(socket) = socket(record) {
        each(socket);
    }
    Some(rest)
}

/// As `next_socket`, of the list of what changed.
pub(crate) fn next_change<'a>(bytes: &'a [u8], each: &mut impl FnMut(Change)) -> Option<&'a [u8]> {
    if *bytes.first()? != HOLDER {
        return next_socket(bytes, &mut |socket| each(Change::Socket(socket)));
    }
    let (record, rest) = bytes.split_at_checked(HOLDER_BYTES)?;
    let mut fields = Fields::new(record);
    fields.skip(1)?;
    let is_whole = fields.u8()? != 0;
    fields.skip(2)?;
    let (pid, sockets, sum) = (fields.u32()?, fields.u64()?, fields.u64()?);
    each(Change::Holder(Holder { pid, is_whole, sockets, sum }));
    Some(rest)
}

/// The state of a pass before it begins, `struct pass_state`.
pub(crate) fn pass_state(generation: u32, pass: u32) -> [u8; PASS_BYTES] {
    let mut bytes = [0; PASS_BYTES];
    let numbers = [generation, pass, NO_HOLDER].map(u32::to_ne_bytes);
    bytes.iter_mut().zip(numbers.as_flattened()).for_each(|(to, from)| *to = *from);
    bytes
}

fn socket(record: &[u8]) -> Option<OpenSocket> {
    let mut fields = Fields::new(record);
    let family = fields.u8()?;
    let state = fields.u8()?;
    let protocol = fields.u16()?;
    let pid = fields.u32()?;
    let fd = fields.u32()?;
    let kind = fields.u32()?;
    let inode = fields.u64()?;
    let socket = SocketId(fields.u64()?);
    let (netns, kind) = if family == AF_UNIX {
        unix(&mut fields, state == STATE_LISTEN && UNIX_LISTENING_TYPES.contains(&kind))?
    } else {
        let (netns, inet) = inet(&mut fields, family)?;
        let kind = match protocol {
            PROTOCOL_TCP => SocketKind::Tcp { inet, state: tcp_state(state) },
            PROTOCOL_UDP => SocketKind::Udp(inet),
            _ => SocketKind::Other { protocol, inet },
        };
        (netns, kind)
    };
    Some(OpenSocket { pid, fd, inode, socket, netns, kind })
}

fn inet(fields: &mut Fields<'_>, family: u8) -> Option<(u32, InetSocket)> {
    let addresses = fields.addresses(family)?;
    let srtt_micros = fields.u32()?;
    let retransmits = fields.u32()?;
    let backlog = fields.u32()?;
    fields.skip(4)?;
    let sent_bytes = fields.u64()?;
    let received_bytes = fields.u64()?;
    let Addresses { netns, local, remote } = addresses;
    let inet =
        InetSocket { local, remote, sent_bytes, received_bytes, srtt_micros, retransmits, backlog };
    Some((netns, inet))
}

fn unix(fields: &mut Fields<'_>, is_listening: bool) -> Option<(u32, SocketKind)> {
    let peer_socket = fields.u64()?;
    let peer_inode = fields.u64()?;
    let netns = fields.u32()?;
    let path_bytes = usize::try_from(fields.u32()?).ok()?.min(UNIX_PATH_BYTES);
    let path = unix_path(fields.rest().get(..path_bytes)?);
    let peer = (peer_socket != 0).then_some(SocketId(peer_socket));
    Some((netns, SocketKind::Unix(UnixSocket { path, is_listening, peer, peer_inode })))
}

/// Abstract names begin with a NUL and may hold more of them; both are shown as `ss` does.
fn unix_path(bytes: &[u8]) -> Option<Arc<str>> {
    let (first, rest) = bytes.split_first()?;
    if *first != 0 {
        return Some(text_until_nul(bytes).into());
    }
    let name = String::from_utf8_lossy(rest).replace('\0', "@");
    (!name.is_empty()).then(|| format!("@{name}").into())
}

/// Takes a process off the front of a list, as `next_socket` does a socket.
pub(crate) fn next_process<'a>(
    bytes: &'a [u8],
    names: &mut GroupName<'_>,
    each: &mut impl FnMut(OpenProcess),
) -> Option<&'a [u8]> {
    let (record, rest) = bytes.split_at_checked(TASK_BYTES)?;
    if let Some(process) = open_process(record, names) {
        each(process);
    }
    Some(rest)
}

fn open_process(record: &[u8], names: &mut GroupName<'_>) -> Option<OpenProcess> {
    let mut fields = Fields::new(record);
    let pid = fields.u32()?;
    let parent_pid = fields.u32()?;
    let threads = fields.u32()?;
    let netns = fields.u32()?;
    let uid = fields.u32()?;
    let args_bytes = usize::try_from(fields.u32()?).ok()?;
    let cgroup = names(fields.u64()?);
    let start_nanos = fields.u64()?;
    let cpu_nanos = fields.u64()?.saturating_add(fields.u64()?);
    let resident_pages = fields.u64()?;
    let comm = Comm(fields.take()?);
    let args = fields.rest().get(..args_bytes)?.into();
    Some(OpenProcess {
        pid,
        parent_pid,
        threads,
        netns,
        uid,
        start_nanos,
        cpu_nanos,
        resident_pages,
        comm,
        cgroup,
        args,
    })
}

/// What the programs know of a connection that was accepted before they were loaded.
pub(crate) fn http_owner(pid: u32, netns: u32, port: u16) -> [u8; 12] {
    let mut bytes = [0; 12];
    let numbers = [pid.to_ne_bytes(), netns.to_ne_bytes()];
    let ports = port.to_ne_bytes();
    let all = numbers.as_flattened().iter().chain(&ports);
    bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
    bytes
}

/// A server and its counts, from the table of servers.
pub(crate) fn http_server(key: &[u8], counts: &[u8]) -> Option<HttpServer> {
    let mut key = Fields::new(key);
    let (pid, netns, port, version) = (key.u32()?, key.u32()?, key.u16()?, key.u16()?);
    let mut fields = Fields::new(counts);
    let mut counts = HttpCounts {
        requests: fields.u64()?,
        responses: fields.u64()?,
        client_errors: fields.u64()?,
        server_errors: fields.u64()?,
        unknown: fields.u64()?,
        latency_nanos: fields.u64()?,
        last_nanos: fields.u64()?,
        latency: [0; LATENCY_BUCKETS],
    };
    for count in &mut counts.latency {
        *count = fields.u64()?;
    }
    Some(HttpServer { pid, netns, port, version, counts })
}

fn owner(head: &Head, names: &mut GroupName<'_>) -> Owner {
    Owner { pid: head.pid, comm: Comm(head.comm), cgroup: names(head.cgroup) }
}

fn datagram(addresses: Addresses, side: Side, owner: Owner) -> Datagram {
    let Addresses { netns, local, remote } = addresses;
    Datagram { netns, local, remote, side, owner }
}

fn side(number: u8) -> Side {
    match number {
        1 => Side::Client,
        2 => Side::Server,
        _ => Side::Unknown,
    }
}

fn tcp_state(number: u8) -> TcpState {
    match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        7 => TcpState::Closed,
        STATE_LISTEN => TcpState::Listen,
        other => TcpState::Other(other),
    }
}
