//! What is told of a socket: which table it is in and what stands there.

use super::{Listed, Table};
use crate::socket_table::{Socket, SocketState, Traffic, Transport};
use crate::unix_table::UnixSocket;
use scope_ebpf::{InetSocket, SocketKind, TcpState};
use scope_report::Text;

/// A socket as it is told.
#[derive(Debug)]
pub(super) enum Shown {
    /// Of TCP or UDP; with traffic where it is a connection.
    Inet {
        /// The socket.
        socket: Socket,
        /// What went through it.
        traffic: Option<Traffic>,
        /// Whether connections wait to be accepted from it.
        is_backlogged: bool,
    },
    /// Of the Unix domain, bound or connected.
    Unix(UnixSocket),
    /// Nothing is told of it.
    Nothing,
}

impl Shown {
    /// What is told of a socket of the kernel's list.
    pub(super) fn of(inode: u64, kind: SocketKind, with_unix: bool) -> Self {
        if let SocketKind::Unix(socket) = kind {
            let socket = unix_socket(inode, socket).filter(|_| with_unix);
            return socket.map_or(Self::Nothing, Self::Unix);
        }
        let Some((socket, traffic, is_backlogged)) = inet_socket(inode, &kind) else {
            return Self::Nothing;
        };
        Self::Inet { socket, traffic, is_backlogged }
    }

    pub(super) fn table(&self) -> Option<Table> {
        match self {
            Self::Inet { traffic: Some(_), .. } => Some(Table::Counted),
            Self::Inet { socket, .. } if socket.transport == Transport::Udp => Some(Table::Udp),
            Self::Inet { .. } => Some(Table::Tcp),
            Self::Unix(_) => Some(Table::Unix),
            Self::Nothing => None,
        }
    }

    pub(super) fn traffic(&self) -> Option<Traffic> {
        match self {
            Self::Inet { traffic, .. } => *traffic,
            Self::Unix(_) | Self::Nothing => None,
        }
    }

    pub(super) fn is_backlogged(&self) -> bool {
        matches!(self, Self::Inet { is_backlogged: true, .. })
    }

    /// Whether it stands at a place of its table already.
    pub(super) fn is_in(&self, listed: &Listed, place: u32) -> bool {
        let at = place as usize;
        match self {
            Self::Inet { socket, .. } if socket.transport == Transport::Udp => {
                listed.udp.get(at) == Some(socket)
            }
            Self::Inet { socket, .. } => listed.tcp.get(at) == Some(socket),
            Self::Unix(socket) => listed.unix.get(at) == Some(socket),
            Self::Nothing => false,
        }
    }

    /// Puts it at the end of its table; answers where that is.
    pub(super) fn put(self, listed: &mut Listed) -> u32 {
        match self {
            Self::Inet { socket, .. } if socket.transport == Transport::Udp => {
                push(&mut listed.udp, socket)
            }
            Self::Inet { socket, .. } => push(&mut listed.tcp, socket),
            Self::Unix(socket) => push(&mut listed.unix, socket),
            Self::Nothing => 0,
        }
    }
}

/// The tables together hold fewer than a number of 32 bits can tell.
fn push<T>(all: &mut Vec<T>, item: T) -> u32 {
    all.push(item);
    u32::try_from(all.len() - 1).unwrap_or(u32::MAX)
}

/// A socket of TCP or UDP, its traffic, and whether connections wait to be accepted from it.
fn inet_socket(inode: u64, kind: &SocketKind) -> Option<(Socket, Option<Traffic>, bool)> {
    let (transport, inet, state) = match kind {
        SocketKind::Tcp { inet, state } => (Transport::Tcp, inet, tcp_state(*state)?),
        // What was never bound has neither port.
        SocketKind::Udp(inet) if inet.local.port() == 0 => return None,
        SocketKind::Udp(inet) if inet.remote.port() == 0 => {
            (Transport::Udp, inet, SocketState::Listening)
        }
        SocketKind::Udp(inet) => (Transport::Udp, inet, SocketState::Open),
        SocketKind::Other { .. } | SocketKind::Unix(_) => return None,
    };
    let canonical = |address: std::net::SocketAddr| {
        std::net::SocketAddr::new(address.ip().to_canonical(), address.port())
    };
    let (local, remote) = (canonical(inet.local), canonical(inet.remote));
    let socket = Socket { transport, local, remote, state, inode };
    let is_counted = transport == Transport::Tcp && state == SocketState::Open;
    let is_backlogged = state == SocketState::Listening && inet.backlog > 0;
    Some((socket, is_counted.then(|| traffic(inet)), is_backlogged))
}

fn traffic(inet: &InetSocket) -> Traffic {
    Traffic {
        sent_bytes: inet.sent_bytes,
        received_bytes: inet.received_bytes,
        rtt_micros: inet.srtt_micros,
        retransmits: inet.retransmits,
    }
}

fn tcp_state(state: TcpState) -> Option<SocketState> {
    /// `TCP_FIN_WAIT1`, `TCP_FIN_WAIT2` and `TCP_CLOSE_WAIT` of include/net/tcp_states.h.
    const HALF_CLOSED: [u8; 3] = [4, 5, 8];
    match state {
        TcpState::Established => Some(SocketState::Open),
        TcpState::SynSent => Some(SocketState::Connecting),
        TcpState::Listen => Some(SocketState::Listening),
        TcpState::Other(number) if HALF_CLOSED.contains(&number) => Some(SocketState::Open),
        TcpState::Closed | TcpState::Other(_) => None,
    }
}

/// A Unix socket that is bound or connected.
fn unix_socket(inode: u64, socket: scope_ebpf::UnixSocket) -> Option<UnixSocket> {
    let scope_ebpf::UnixSocket { path, is_listening: listens, peer_inode: peer, .. } = socket;
    let path = path.map(Text::from).unwrap_or_default();
    (peer != 0 || !path.is_empty()).then_some(UnixSocket { inode, peer, listens, path })
}
