//! From sockets and routes to connections: which end is the client, what is behind a translation,
//! and who holds the two ends.
//!
//! Pure: sockets, holders and routes come in as values.
//!
//! *Direction.* An end whose port has a listener in its own namespace is the server; else the
//! original direction of the flow decides; else the lower port is the server.
//! *Translation.* Where a route says what is behind a rewritten address, the connection is told
//! between the real ends, so that client and server side name the same two endpoints.
//! *Holders.* Several processes may share a socket. At the server end the youngest holder counts:
//! a parent accepts and the child that it forks serves. At the client end the oldest counts: a
//! process connects and its children merely inherit the descriptor.
//! *Short connections.* Nobody holds what ended before it was swept, but the server's listener is
//! still there: its holder served. Of several that hold it (prefork) always the same one is told.
//! *UDP.* A socket without a peer serves whoever sends to it, and asks whoever it sends to: such an
//! exchange is told as long as connection tracking or the kernel's counts have it and the socket is
//! there.

mod index;

use crate::hashing::{Seeded, bits, ports};
use crate::owners::Owner;
use crate::socket_table::{Socket, SocketState, Transport};
use crate::translation::Route;
use index::Index;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

/// The most connections of one machine.
pub const CONNECTIONS_MAX: usize = 262_144;

/// What identifies a connection on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionKey {
    /// What it speaks.
    pub transport: Transport,
    /// The client's own address.
    pub client: SocketAddr,
    /// The server's own address.
    pub server: SocketAddr,
    /// The inode of the network namespace when the addresses are loopback ones, else 0.
    pub namespace: u64,
}

impl Hash for ConnectionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { transport, client, server, namespace } = *self;
        state.write_u128(bits(client.ip()));
        state.write_u128(bits(server.ip()));
        state.write_u64(ports(transport, client, server));
        state.write_u64(namespace);
    }
}

/// The processes at the two ends, where they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ends {
    /// Who connected.
    pub client: Option<Owner>,
    /// Who accepted.
    pub server: Option<Owner>,
}

/// Which source told of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// Connection tracking.
    Conntrack,
    /// A table of `/proc/PID/net`.
    ProcTable,
    /// Socket diagnosis over netlink.
    Sockets,
    /// Events of the kernel.
    Events,
}

/// One end of a connection as it was seen on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Who told of it.
    pub witness: Witness,
    /// The inode of its socket, 0 where it has none (any more).
    pub inode: u64,
}

/// One connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whose it is.
    pub ends: Ends,
    /// Whether nobody answered, or the other end refused.
    pub failed: bool,
    /// Whether it is over.
    pub closed: bool,
    /// The client's end, where it is on this machine.
    pub client: Option<Side>,
    /// The server's end, where it is on this machine.
    pub server: Option<Side>,
}

/// All connections, in the order they were met.
pub type Connections = IndexMap<ConnectionKey, Connection, Seeded>;

/// The sockets of one namespace and protocol, and who told of them.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The inode of the namespace.
    pub namespace: u64,
    /// The sockets.
    pub sockets: &'a [Socket],
    /// Who told of them.
    pub witness: Witness,
}

/// One end of a connection that an event told of when it opened or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What it speaks.
    pub transport: Transport,
    /// The inode of its namespace.
    pub namespace: u64,
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// Whether this end asked, where that is known.
    pub is_client: Option<bool>,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Whether it was an attempt that failed.
    pub failed: bool,
}

/// One end of an exchange of datagrams that the kernel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatagramEnd {
    /// The inode of its namespace.
    pub namespace: u64,
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// Whose it is.
    pub owner: Owner,
    /// Whether that process is alive.
    pub lives: bool,
    /// Whether it sent the first datagram, where that was seen.
    pub sent_first: Option<bool>,
}

/// Everything that connections are made of.
#[derive(Debug)]
pub struct Sources<'a> {
    /// The sockets of each namespace.
    pub tables: Vec<Table<'a>>,
    /// What connection tracking knows.
    pub routes: Vec<Route>,
    /// Addresses of namespaces, by their inode, where more are known than sockets have.
    pub addresses: Vec<(u64, &'a [IpAddr])>,
    /// The inodes of sockets that wait in vain for an answer.
    pub stuck: &'a FxHashSet<u64>,
    /// Connections that were told as failed already; tracking forgets them minutes later.
    pub asked_in_vain: &'a HashSet<ConnectionKey, Seeded>,
    /// Exchanges of datagrams that go on, or ended lately.
    pub datagrams: Vec<DatagramEnd>,
    /// What events told since the last time.
    pub observed: Vec<Observed>,
    /// Ends that events told to have closed.
    pub closed: Vec<Observed>,
}

/// The connections, and which of them events told to have opened or failed.
#[derive(Debug, Default)]
pub struct Joined {
    /// All connections.
    pub connections: Connections,
    /// Those of events, each once, whichever ends told.
    pub observed: Connections,
    /// For each of [`Sources::datagrams`]: its connection, whether it is the client's end, and
    /// whether it is over.
    pub datagrams: Vec<(ConnectionKey, bool, bool)>,
    /// For each of [`Sources::closed`]: its connection, and whether it is the client's end.
    pub closed: Vec<(ConnectionKey, bool)>,
}

/// The process told for each listener that several processes hold, by its inode: the oldest that
/// was seen to serve, so that short connections do not make it change all the time.
#[derive(Debug, Default)]
pub struct Servers(FxHashMap<u64, Owner>);

/// The connections of `sources`, at most [`CONNECTIONS_MAX`]; `holders` tells who holds the socket
/// of an inode.
///
/// A flow without a socket is a connection of nobody: shorter than a sweep, or forwarded. But one
/// that nothing happened to lately, between addresses whose sockets were swept, is over.
pub fn connections<'a>(
    sources: &Sources<'_>,
    holders: impl Fn(u64) -> &'a [Owner],
    servers: &mut Servers,
) -> Joined {
    let index = Index::new(sources);
    let mut connections =
        Connections::with_capacity_and_hasher(sources.expected(), Seeded::default());
    for table in &sources.tables {
        for socket in table.sockets {
            let stuck = socket.state == SocketState::Connecting;
            if socket.listens() || (stuck && !sources.stuck.contains(&socket.inode)) {
                continue;
            }
            let (key, local_is_client) = index.key(table.namespace, socket, None);
            if connections.len() >= CONNECTIONS_MAX && !connections.contains_key(&key) {
                continue;
            }
            let connection = connections.entry(key).or_default();
            connection.failed = stuck;
            let holders = if socket.inode == 0 { &[] } else { holders(socket.inode) };
            let side = Side { witness: table.witness, inode: socket.inode };
            let ends = &mut connection.ends;
            if local_is_client {
                ends.client = ends.client.or(holders.iter().min().copied());
                connection.client.get_or_insert(side);
            } else {
                ends.server = ends.server.or(holders.iter().max().copied());
                connection.server.get_or_insert(side);
            }
        }
    }
    for route in &sources.routes {
        let is_known = || route.refused && sources.asked_in_vain.contains(&key_of(route));
        if connections.len() < CONNECTIONS_MAX && index.goes_on(route) && !is_known() {
            let connection = connections.entry(key_of(route)).or_default();
            index.complete(connection, route, &holders);
        }
    }
    let mut joined = Joined { connections, ..Joined::default() };
    for one in &sources.datagrams {
        joined.add_datagrams(&index, one);
    }
    for one in &sources.observed {
        joined.add(&index, one);
    }
    joined.closed = sources.closed.iter().map(|one| index.key_of_observed(one)).collect();
    servers.settle(&mut joined.connections, &index, holders);
    joined
}

impl Sources<'_> {
    /// How many connections there are at least: most sockets have their other end among them.
    fn expected(&self) -> usize {
        let sockets: usize = self.tables.iter().map(|table| table.sockets.len()).sum();
        (sockets / 2).max(self.routes.len()).min(CONNECTIONS_MAX)
    }
}

impl Joined {
    /// Adds an exchange of datagrams. It is over when its socket is gone.
    fn add_datagrams(&mut self, index: &Index<'_>, one: &DatagramEnd) {
        let DatagramEnd { namespace, local, remote, .. } = *one;
        let (transport, state) = (Transport::Udp, SocketState::Open);
        let socket = Socket { transport, local, remote, state, inode: 0 };
        let (key, is_client) = index.key(namespace, &socket, index.asks(one, &socket));
        let is_over = !one.lives || !index.has_udp(namespace, local, remote);
        self.datagrams.push((key, is_client, is_over));
        if self.connections.len() >= CONNECTIONS_MAX && !self.connections.contains_key(&key) {
            return;
        }
        let fresh = Connection { closed: is_over, ..Connection::default() };
        let connection = self.connections.entry(key).or_insert(fresh);
        connection.closed &= is_over;
        connection.see(is_client, Some(one.owner));
    }

    /// Adds what an event told. What a sweep or connection tracking told of the same connection
    /// stays, but who it is of is known better here.
    fn add(&mut self, index: &Index<'_>, one: &Observed) {
        let (key, is_client) = index.key_of_observed(one);
        let failed = one.failed;
        if self.connections.len() >= CONNECTIONS_MAX && !self.connections.contains_key(&key) {
            return;
        }
        let over = Connection { failed, closed: true, ..Connection::default() };
        let connection = self.connections.entry(key).or_insert(over);
        connection.see(is_client, one.owner);
        self.observed.insert(key, *connection);
    }
}

impl Connection {
    /// Notes that the kernel told of one end.
    pub fn see(&mut self, is_client: bool, owner: Option<Owner>) {
        let (end, seen) = match is_client {
            true => (&mut self.ends.client, &mut self.client),
            false => (&mut self.ends.server, &mut self.server),
        };
        *end = end.or(owner);
        if seen.is_none_or(|seen| seen.witness == Witness::Conntrack) {
            *seen = Some(Side { witness: Witness::Events, inode: 0 });
        }
    }
}

/// Whether the port, or else the address, of `one` is the lower: a rule that gives both ends of a
/// connection the same answer.
fn is_lower(one: SocketAddr, other: SocketAddr) -> bool {
    (one.port(), one.ip()) < (other.port(), other.ip())
}

/// What identifies the connection of a route.
fn key_of(route: &Route) -> ConnectionKey {
    let (client, server) = (route.flow.client(), route.flow.server());
    let local = client.ip().is_loopback() || server.ip().is_loopback();
    let namespace = if local { route.namespace } else { 0 };
    ConnectionKey { transport: route.flow.transport(), client, server, namespace }
}

/// What the connection of a route looks like to who does not know of the translation.
pub fn asked_for(route: &Route) -> ConnectionKey {
    ConnectionKey { server: route.flow.original.destination, ..key_of(route) }
}

impl Servers {
    /// Names the server of connections that nobody holds any more, and one of several for all.
    fn settle<'a>(
        &mut self,
        connections: &mut Connections,
        index: &Index<'_>,
        holders: impl Fn(u64) -> &'a [Owner],
    ) {
        for (key, connection) in &*connections {
            if let Some(server) = connection.ends.server
                && let Some(inode) = index.listener_of(key)
                && holders(inode).contains(&server)
            {
                let told = self.0.entry(inode).or_insert(server);
                *told = server.min(*told);
            }
        }
        self.0.retain(|inode, owner| holders(*inode).contains(owner));
        for (key, connection) in connections.iter_mut().filter(|(_, one)| !one.failed) {
            let Some(inode) = index.listener_of(key) else { continue };
            let (holders, ends) = (holders(inode), &mut connection.ends);
            if ends.server.is_none_or(|server| holders.contains(&server)) {
                // Process 1 may hold what it listens on for the sake of others.
                let oldest = || holders.iter().filter(|one| one.pid != 1).min().copied();
                ends.server = self.0.get(&inode).copied().or_else(oldest).or(ends.server);
            }
        }
    }
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests;
