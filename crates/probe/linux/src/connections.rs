//! From sockets and flows to connections: which end is the client, what is behind a translation,
//! and how many connections of a kind are told.
//!
//! Pure: sockets, holders and flows come in as values.
//!
//! *Direction.* An end whose port has a listener in its own namespace is the server; else the
//! original direction of the flow decides; else the lower port is the server.
//! *Translation.* Where a flow of the host says what is behind a rewritten address, the connection
//! is told between the real ends, so that client and server side name the same two endpoints.
//! *Holders.* Several processes may share a socket. At the server end the youngest holder counts:
//! a parent accepts and the child that it forks serves. At the client end the oldest counts: a
//! process connects and its children merely inherit the descriptor.
//! *Short connections.* Nobody holds what ended before it was swept, but the server's listener is
//! still there: its holder served. Of several that hold it (prefork) always the same one is told.

use crate::conntrack::{Flow, KnownFlow};
use crate::owners::Owner;
use crate::socket_table::TcpSocket;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Above this many connections of one kind only some are told, with the number of all.
const ALIKE_MAX: usize = 5;

/// The most connections of one machine.
pub const CONNECTIONS_MAX: usize = 262_144;

/// What identifies a connection on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionKey {
    /// The client's own address.
    pub client: SocketAddr,
    /// The server's own address.
    pub server: SocketAddr,
    /// The inode of the network namespace when the addresses are loopback ones, else 0.
    pub namespace: u64,
}

/// The processes at the two ends, where they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ends {
    /// Who connected.
    pub client: Option<Owner>,
    /// Who accepted.
    pub server: Option<Owner>,
}

/// Everything that connections are made of.
#[derive(Debug)]
pub struct Sources<'a> {
    /// The sockets of each namespace, by its inode.
    pub sockets: Vec<(u64, &'a [TcpSocket])>,
    /// The flows of the host.
    pub flows: Vec<KnownFlow>,
    /// The inode of the namespace the flows are of.
    pub host_namespace: u64,
    /// Addresses of namespaces, by their inode, where more are known than sockets have.
    pub addresses: Vec<(u64, &'a [IpAddr])>,
}

/// The process told for each listener that several processes hold, by its inode: the oldest that
/// was seen to serve, so that short connections do not make it change all the time.
#[derive(Debug, Default)]
pub struct Servers(HashMap<u64, Owner>);

/// A connection that is told, and how many it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Which connection.
    pub key: ConnectionKey,
    /// Whose.
    pub ends: Ends,
    /// How many connections it stands for; 1 for itself alone.
    pub count: usize,
}

/// Looks things up while sockets become connections.
struct Index<'a> {
    /// Namespace and address of each listener → its inode.
    listeners: HashMap<(u64, IpAddr, u16), u64>,
    /// The namespace each address is in, `None` where several have the same.
    homes: HashMap<IpAddr, Option<u64>>,
    /// Local and remote address (and namespace on loopback) → the namespace of the socket.
    ends: HashMap<(SocketAddr, SocketAddr, u64), u64>,
    /// As the client's socket sees the flow: source and destination before translation.
    by_client: HashMap<(SocketAddr, SocketAddr), &'a Flow>,
    /// As the server's socket sees it: its own address, then the client's.
    by_server: HashMap<(SocketAddr, SocketAddr), &'a Flow>,
    host_namespace: u64,
}

/// The connections of `sources`, at most [`CONNECTIONS_MAX`]; `holders` tells who holds the socket
/// of an inode.
///
/// A flow without a socket is a connection of nobody: shorter than a sweep, or forwarded. But one
/// that nothing happened to lately, between addresses whose sockets were swept, is over.
pub fn connections<'a>(
    sources: &Sources<'_>,
    holders: impl Fn(u64) -> &'a [Owner],
    servers: &mut Servers,
) -> BTreeMap<ConnectionKey, Ends> {
    let index = Index::new(sources);
    let mut connections: BTreeMap<ConnectionKey, Ends> = BTreeMap::new();
    let mut swept: HashSet<IpAddr> = HashSet::new();
    for (namespace, sockets) in &sources.sockets {
        swept.extend(sockets.iter().map(|socket| socket.local.ip()));
        for socket in sockets.iter().filter(|socket| !socket.listens) {
            let (key, local_is_client) = index.key(*namespace, socket);
            if connections.len() >= CONNECTIONS_MAX && !connections.contains_key(&key) {
                continue;
            }
            let ends = connections.entry(key).or_default();
            let holders = if socket.inode == 0 { &[] } else { holders(socket.inode) };
            if local_is_client {
                ends.client = ends.client.or(holders.iter().min().copied());
            } else {
                ends.server = ends.server.or(holders.iter().max().copied());
            }
        }
    }
    for KnownFlow { flow, fresh } in &sources.flows {
        let (client, server) = (flow.client(), flow.server());
        let over = !fresh && (swept.contains(&client.ip()) || swept.contains(&server.ip()));
        if over || connections.len() >= CONNECTIONS_MAX {
            continue;
        }
        let local = client.ip().is_loopback() || server.ip().is_loopback();
        let namespace = if local { sources.host_namespace } else { 0 };
        connections.entry(ConnectionKey { client, server, namespace }).or_default();
    }
    servers.settle(&mut connections, &index, holders);
    connections
}

impl Servers {
    /// Names the server of connections that nobody holds any more, and one of several for all.
    fn settle<'a>(
        &mut self,
        connections: &mut BTreeMap<ConnectionKey, Ends>,
        index: &Index<'_>,
        holders: impl Fn(u64) -> &'a [Owner],
    ) {
        for (key, ends) in &*connections {
            if let (Some(inode), Some(server)) = (index.listener_of(key), ends.server)
                && holders(inode).contains(&server)
            {
                let told = self.0.entry(inode).or_insert(server);
                *told = server.min(*told);
            }
        }
        self.0.retain(|inode, owner| holders(*inode).contains(owner));
        for (key, ends) in connections {
            let Some(inode) = index.listener_of(key) else { continue };
            let holders = holders(inode);
            if ends.server.is_none_or(|server| holders.contains(&server)) {
                // Process 1 may hold what it listens on for the sake of others.
                let oldest = || holders.iter().filter(|one| one.pid != 1).min().copied();
                ends.server = self.0.get(&inode).copied().or_else(oldest).or(ends.server);
            }
        }
    }
}

impl<'a> Index<'a> {
    fn new(sources: &'a Sources<'_>) -> Self {
        let mut index = Self {
            listeners: HashMap::new(),
            homes: HashMap::new(),
            ends: HashMap::new(),
            by_client: HashMap::with_capacity(sources.flows.len()),
            by_server: HashMap::with_capacity(sources.flows.len()),
            host_namespace: sources.host_namespace,
        };
        for (namespace, sockets) in &sources.sockets {
            for socket in *sockets {
                let local = socket.local;
                if socket.listens {
                    let address = (*namespace, local.ip(), local.port());
                    index.listeners.insert(address, socket.inode);
                } else {
                    index.settle_at(local.ip(), *namespace);
                    let scope = if local.ip().is_loopback() { *namespace } else { 0 };
                    index.ends.insert((local, socket.remote, scope), *namespace);
                }
            }
        }
        for (namespace, addresses) in &sources.addresses {
            addresses.iter().for_each(|ip| index.settle_at(*ip, *namespace));
        }
        for KnownFlow { flow, .. } in &sources.flows {
            index.by_client.insert((flow.original.source, flow.original.destination), flow);
            index.by_server.insert((flow.reply.source, flow.reply.destination), flow);
        }
        index
    }

    /// The connection a socket is an end of, and whether it is the client's end.
    fn key(&self, namespace: u64, socket: &TcpSocket) -> (ConnectionKey, bool) {
        let (local, remote) = (socket.local, socket.remote);
        let on_loopback = local.ip().is_loopback();
        let scope = if on_loopback { namespace } else { 0 };
        let flow = if on_loopback && namespace != self.host_namespace {
            None
        } else {
            self.flow(local, remote)
        };
        let mirror = self.ends.get(&(remote, local, scope));
        let serves = self.listens(namespace, local);
        let remote_serves = mirror.is_some_and(|inode| self.listens(*inode, remote));
        let translated = flow.filter(|(flow, _)| flow.is_translated());
        let local_is_client = match (translated, serves, remote_serves) {
            // A translation is decided on the first packet, so its direction is certain.
            (Some((_, is_client)), _, _) => is_client,
            (None, true, false) => false,
            (None, false, true) => true,
            _ => match flow {
                Some((_, is_client)) => is_client,
                None => (local.port(), local.ip()) > (remote.port(), remote.ip()),
            },
        };
        let (client, server) = match translated {
            Some((flow, _)) => (flow.client(), flow.server()),
            None if local_is_client => (local, remote),
            None => (remote, local),
        };
        let inode = if translated.is_some() { self.host_namespace } else { namespace };
        let local = client.ip().is_loopback() || server.ip().is_loopback();
        let key = ConnectionKey { client, server, namespace: if local { inode } else { 0 } };
        (key, local_is_client)
    }

    /// The flow of a socket, and whether the socket is the client's.
    fn flow(&self, local: SocketAddr, remote: SocketAddr) -> Option<(&'a Flow, bool)> {
        let by_client = self.by_client.get(&(local, remote)).map(|flow| (*flow, true));
        by_client.or_else(|| self.by_server.get(&(local, remote)).map(|flow| (*flow, false)))
    }

    fn listens(&self, namespace: u64, local: SocketAddr) -> bool {
        self.listener(namespace, local).is_some()
    }

    fn listener(&self, namespace: u64, local: SocketAddr) -> Option<u64> {
        let any = [local.ip(), Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        any.iter().find_map(|ip| self.listeners.get(&(namespace, *ip, local.port())).copied())
    }

    /// The inode of the socket that the server of a connection listens on, where it is known.
    fn listener_of(&self, key: &ConnectionKey) -> Option<u64> {
        let namespace = match key.namespace {
            0 => self.homes.get(&key.server.ip()).copied().flatten()?,
            namespace => namespace,
        };
        self.listener(namespace, key.server).filter(|inode| *inode != 0)
    }

    fn settle_at(&mut self, ip: IpAddr, namespace: u64) {
        let home = self.homes.entry(ip).or_insert(Some(namespace));
        if *home != Some(namespace) {
            *home = None;
        }
    }
}

/// Of more than five connections alike (client address, server address and port, namespace,
/// processes) tells those whose client port is divisible by 3^k, with k such that three to five
/// remain; their counts sum to all.
///
/// Two probes that see the same connections from either side choose the same ones. Where no k
/// leaves three to five, those most often divisible by 3 stay, five at most, lower ports first.
pub fn elide(connections: &BTreeMap<ConnectionKey, Ends>) -> Vec<Told> {
    let mut alike: BTreeMap<(IpAddr, SocketAddr, u64, Ends), Vec<ConnectionKey>> = BTreeMap::new();
    for (key, ends) in connections {
        let kind = (key.client.ip(), key.server, key.namespace, *ends);
        alike.entry(kind).or_default().push(*key);
    }
    let mut told = Vec::with_capacity(connections.len());
    for ((.., ends), mut keys) in alike {
        let total = keys.len();
        if total > ALIKE_MAX {
            keep_few(&mut keys);
        }
        let kept = keys.len().max(1);
        for (at, key) in keys.into_iter().enumerate() {
            let count = total / kept + usize::from(at < total % kept);
            told.push(Told { key, ends, count });
        }
    }
    told
}

fn keep_few(keys: &mut Vec<ConnectionKey>) {
    let divisible = |key: &ConnectionKey| {
        let port = key.client.port();
        (1..=10).take_while(|k| port.is_multiple_of(3u16.saturating_pow(*k))).count()
    };
    keys.sort_by_key(|key| (std::cmp::Reverse(divisible(key)), key.client.port()));
    // The keys divisible by 3^k are a prefix now; the longest such prefix that fits is wanted.
    let fits = (1..=10)
        .map(|k| keys.partition_point(|key| divisible(key) >= k))
        .find(|count| *count <= ALIKE_MAX);
    keys.truncate(fits.filter(|count| *count >= 3).unwrap_or(ALIKE_MAX));
    keys.sort_unstable();
}

#[cfg(test)]
mod tests;
