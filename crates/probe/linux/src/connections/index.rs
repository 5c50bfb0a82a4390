//! What is looked up while sockets become connections: listeners, other ends, routes, and whose
//! addresses are whose.
//!
//! Made anew for each join and asked several times for each socket, so keys are small and hashed
//! cheaply, and most questions for a listener end at a bit for its port.

use super::{
    Connection, ConnectionKey, DatagramEnd, Observed, Side, Sources, Table, Witness, is_lower,
    key_of,
};
use crate::hashing::{Seeded, bits, ports};
use crate::listening::EPHEMERAL_PORT_MIN;
use crate::owners::Owner;
use crate::socket_table::{Socket, SocketState, Transport};
use crate::translation::Route;
use rustc_hash::FxHashMap;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Looks things up while sockets become connections.
pub(super) struct Index<'a> {
    /// Ports with a listener anywhere.
    ports: ListenedPorts,
    /// Each listener → its inode.
    listeners: HashMap<Door, u64, Seeded>,
    /// The namespace each address is in, `None` where several have the same.
    homes: HashMap<u128, Option<u64>, Seeded>,
    /// Addresses of sockets.
    swept: HashSet<u128, Seeded>,
    ends: Ends,
    /// As the client's socket sees the connection: what it asked for, before translation.
    by_client: HashMap<View, &'a Route, Seeded>,
    /// As the server's socket sees it: its own address, then the client's.
    by_server: HashMap<View, &'a Route, Seeded>,
}

/// A connection as one end sees it: own address, the other's, protocol and ports, and the inode of
/// the namespace when the own address is a loopback one, else 0.
type View = (u128, u128, u64, u64);

fn view(transport: Transport, own: SocketAddr, other: SocketAddr, namespace: u64) -> View {
    let namespace = if own.ip().is_loopback() { namespace } else { 0 };
    (bits(own.ip()), bits(other.ip()), ports(transport, own, other), namespace)
}

/// Which ends there are, and the namespace of each. Their hashes stand for them: those are seeded,
/// so that nobody outside can make two alike. The loopback ends of each namespace are in a table of
/// their own, which stays near while the namespace is gone through.
#[derive(Default)]
struct Ends {
    seeded: Seeded,
    namespaces: FxHashMap<u64, FxHashMap<u64, u64>>,
}

impl Ends {
    fn insert(&mut self, view: View, namespace: u64) {
        let hash = self.seeded.hash_one(view);
        self.namespaces.entry(view.3).or_default().insert(hash, namespace);
    }

    fn get(&self, view: View) -> Option<u64> {
        self.namespaces.get(&view.3)?.get(&self.seeded.hash_one(view)).copied()
    }
}

/// What a listener listens on: address, protocol and port, and the inode of its namespace.
type Door = (u128, u64, u64);

fn door(namespace: u64, transport: Transport, ip: IpAddr, port: u16) -> Door {
    (bits(ip), (transport as u64) << 16 | u64::from(port), namespace)
}

/// Ports, a bit for each, by protocol.
#[derive(Debug, Default)]
struct ListenedPorts([Vec<u64>; 2]);

impl ListenedPorts {
    fn insert(&mut self, transport: Transport, port: u16) {
        let [tcp, udp] = &mut self.0;
        let bits = if transport == Transport::Tcp { tcp } else { udp };
        bits.resize(usize::from(u16::MAX) / 64 + 1, 0);
        if let Some(word) = bits.get_mut(usize::from(port / 64)) {
            *word |= 1 << (port % 64);
        }
    }

    fn contains(&self, transport: Transport, port: u16) -> bool {
        let [tcp, udp] = &self.0;
        let bits = if transport == Transport::Tcp { tcp } else { udp };
        bits.get(usize::from(port / 64)).is_some_and(|word| word >> (port % 64) & 1 == 1)
    }
}

impl<'a> Index<'a> {
    pub(super) fn new(sources: &'a Sources<'_>) -> Self {
        let routes = sources.routes.len();
        let seeded = Seeded::default();
        let mut index = Self {
            ports: ListenedPorts::default(),
            listeners: HashMap::default(),
            homes: HashMap::default(),
            swept: HashSet::default(),
            ends: Ends::default(),
            by_client: HashMap::with_capacity_and_hasher(routes, seeded.clone()),
            by_server: HashMap::with_capacity_and_hasher(routes, seeded.clone()),
        };
        for Table { namespace, sockets, .. } in &sources.tables {
            let mut last = None;
            for socket in *sockets {
                index.add(*namespace, socket, &mut last);
            }
        }
        for (namespace, addresses) in &sources.addresses {
            addresses.iter().for_each(|ip| index.settle_at(*ip, *namespace));
        }
        for route in &sources.routes {
            let (asked, reply) = (route.flow.original, route.flow.reply);
            let seen = |own, other| view(asked.transport, own, other, route.namespace);
            index.by_client.insert(seen(asked.source, asked.destination), route);
            index.by_server.insert(seen(reply.source, reply.destination), route);
        }
        index
    }

    /// Adds a socket; `settled` is the address that was settled last, which mostly is the same.
    fn add(&mut self, namespace: u64, socket: &Socket, settled: &mut Option<IpAddr>) {
        let Socket { transport, local, remote, inode, .. } = *socket;
        if *settled != Some(local.ip()) {
            self.swept.insert(bits(local.ip()));
            if !(socket.listens() && local.ip().is_unspecified()) {
                self.settle_at(local.ip(), namespace);
                *settled = Some(local.ip());
            }
        }
        if socket.listens() {
            self.ports.insert(transport, local.port());
            self.listeners.insert(door(namespace, transport, local.ip(), local.port()), inode);
        } else {
            self.ends.insert(view(transport, local, remote, namespace), namespace);
        }
    }

    /// The connection a socket is an end of, and whether it is the client's end.
    ///
    /// `is_client` is what is known of the latter already.
    pub(super) fn key(
        &self,
        namespace: u64,
        socket: &Socket,
        is_client: Option<bool>,
    ) -> (ConnectionKey, bool) {
        let Socket { transport, local, remote, .. } = *socket;
        let here = view(transport, local, remote, namespace);
        let route = self.route(here);
        let mirror = self.ends.get(view(transport, remote, local, namespace));
        let serves = self.listener(namespace, transport, local).is_some();
        let remote_serves = mirror
            .is_some_and(|inode| self.listener(inode, transport, remote).is_some())
            || (transport == Transport::Udp && self.receives(namespace, remote));
        let translated = route.filter(|(route, _)| route.flow.is_translated());
        let local_is_client = match (translated, serves, remote_serves) {
            // A translation is decided on the first packet, so its direction is certain.
            (Some((_, is_client)), _, _) => is_client,
            _ if socket.state == SocketState::Connecting => true,
            _ if is_client.is_some() => is_client == Some(true),
            (None, true, false) => false,
            (None, false, true) => true,
            _ => route.map_or_else(|| is_lower(remote, local), |(_, is_client)| is_client),
        };
        if let Some((route, _)) = translated {
            return (key_of(route), local_is_client);
        }
        let (client, server) = if local_is_client { (local, remote) } else { (remote, local) };
        let on_loopback = client.ip().is_loopback() || server.ip().is_loopback();
        let namespace = if on_loopback { namespace } else { 0 };
        (ConnectionKey { transport, client, server, namespace }, local_is_client)
    }

    /// As [`Index::key`], for an end that an event told of.
    pub(super) fn key_of_observed(&self, one: &Observed) -> (ConnectionKey, bool) {
        let Observed { transport, namespace, local, remote, failed, .. } = *one;
        let state = if failed { SocketState::Connecting } else { SocketState::Open };
        let socket = Socket { transport, local, remote, state, inode: 0 };
        self.key(namespace, &socket, one.is_client)
    }

    /// Whether an end of an exchange of datagrams is the client's, where that is known: of two
    /// sockets without peers either may have asked, and none has a listener beside it.
    pub(super) fn asks(&self, end: &DatagramEnd, socket: &Socket) -> Option<bool> {
        let namespace = end.namespace;
        let Socket { transport, local, remote, .. } = *socket;
        let here = view(transport, local, remote, namespace);
        if let Some((_, is_client)) = self.route(here) {
            return Some(is_client);
        }
        if self.ends.get(here).is_some() {
            return None;
        }
        // Who is connected to this end asked it.
        let is_asked = self.ends.get(view(transport, remote, local, namespace)).is_some();
        // Well-known ports serve, whoever was heard first; between two of a kind who began asked.
        let is_high = |one: SocketAddr| one.port() >= EPHEMERAL_PORT_MIN;
        let told = end.sent_first.filter(|_| is_high(local) == is_high(remote));
        Some(!is_asked && told.unwrap_or_else(|| is_lower(remote, local)))
    }

    /// Whether there is a UDP socket for an exchange.
    pub(super) fn has_udp(&self, namespace: u64, local: SocketAddr, remote: SocketAddr) -> bool {
        self.ends.get(view(Transport::Udp, local, remote, namespace)).is_some()
            || self.listener(namespace, Transport::Udp, local).is_some()
    }

    /// Whether a UDP socket without a peer is at an address of this machine, `near` being the
    /// namespace of who sends there.
    fn receives(&self, near: u64, address: SocketAddr) -> bool {
        let namespace = match address.ip().is_loopback() {
            true => Some(near),
            false => self.homes.get(&bits(address.ip())).copied().flatten(),
        };
        namespace.is_some_and(|inode| self.listener(inode, Transport::Udp, address).is_some())
    }

    /// The route of a socket, and whether the socket is the client's.
    fn route(&self, view: View) -> Option<(&'a Route, bool)> {
        let by_client = self.by_client.get(&view).map(|route| (*route, true));
        by_client.or_else(|| self.by_server.get(&view).map(|route| (*route, false)))
    }

    /// Whether a route is a connection still.
    pub(super) fn goes_on(&self, route: &Route) -> bool {
        let (client, server) = (route.flow.client(), route.flow.server());
        if route.fresh {
            return true;
        }
        let is_swept = |ip| {
            let ip = bits(ip);
            self.swept.contains(&ip) || self.homes.contains_key(&ip)
        };
        if route.flow.transport() == Transport::Tcp {
            return !is_swept(client.ip()) && !is_swept(server.ip());
        }
        match (self.unconnected(route, client), self.unconnected(route, server)) {
            (Some(_), _) => true,
            (None, served) => {
                !is_swept(client.ip()) && (served.is_some() || !is_swept(server.ip()))
            }
        }
    }

    /// Says of a connection what only its route knows.
    pub(super) fn complete<'h>(
        &self,
        connection: &mut Connection,
        route: &Route,
        holders: impl Fn(u64) -> &'h [Owner],
    ) {
        let (client, server) = (route.flow.client(), route.flow.server());
        let is_new = connection.client.is_none() && connection.server.is_none();
        connection.failed |= is_new && route.refused;
        connection.closed |= is_new && route.flow.transport() == Transport::Tcp;
        for (address, is_client) in [(client, true), (server, false)] {
            let unconnected = match route.flow.transport() {
                Transport::Udp => self.unconnected(route, address),
                Transport::Tcp => None,
            };
            if unconnected.is_none() && !self.homes.contains_key(&bits(address.ip())) {
                continue;
            }
            let holder = unconnected.and_then(|inode| holders(inode).iter().min().copied());
            let side = Side { witness: Witness::Conntrack, inode: 0 };
            let (end, seen) = match is_client {
                true => (&mut connection.ends.client, &mut connection.client),
                false => (&mut connection.ends.server, &mut connection.server),
            };
            *end = end.or(holder);
            seen.get_or_insert(side);
        }
    }

    /// The inode of the UDP socket without a peer that an end of a route is.
    fn unconnected(&self, route: &Route, address: SocketAddr) -> Option<u64> {
        let namespace = match address.ip().is_loopback() {
            true => route.namespace,
            false => self.homes.get(&bits(address.ip())).copied().flatten()?,
        };
        self.listener(namespace, Transport::Udp, address).filter(|inode| *inode != 0)
    }

    fn listener(&self, namespace: u64, transport: Transport, local: SocketAddr) -> Option<u64> {
        if !self.ports.contains(transport, local.port()) {
            return None;
        }
        let any = [local.ip(), Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let at = |ip| self.listeners.get(&door(namespace, transport, ip, local.port()));
        any.into_iter().find_map(at).copied()
    }

    /// The inode of the socket that the server of a connection listens on, where it is known.
    pub(super) fn listener_of(&self, key: &ConnectionKey) -> Option<u64> {
        let namespace = match key.namespace {
            0 => self.homes.get(&bits(key.server.ip())).copied().flatten()?,
            namespace => namespace,
        };
        self.listener(namespace, key.transport, key.server).filter(|inode| *inode != 0)
    }

    fn settle_at(&mut self, ip: IpAddr, namespace: u64) {
        let home = self.homes.entry(bits(ip)).or_insert(Some(namespace));
        if *home != Some(namespace) {
            *home = None;
        }
    }
}
