//! That the join, with all its tables, says what one that looks through everything says.

use super::*;
use crate::conntrack::{Flow, KnownFlow, Tuple};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Everything there is, each namespace with its sockets.
#[derive(Debug)]
struct Machine {
    namespaces: Vec<(u64, Vec<Socket>)>,
    flows: Vec<(u64, KnownFlow)>,
}

impl Machine {
    fn sources<'a>(
        &'a self,
        stuck: &'a FxHashSet<u64>,
        asked_in_vain: &'a HashSet<ConnectionKey, Seeded>,
    ) -> Sources<'a> {
        let table = |(namespace, sockets): &'a (u64, Vec<Socket>)| Table {
            namespace: *namespace,
            sockets,
            witness: Witness::Sockets,
        };
        Sources {
            tables: self.namespaces.iter().map(table).collect(),
            routes: crate::translation::routes(self.flows.clone()),
            addresses: Vec::new(),
            stuck,
            asked_in_vain,
            datagrams: Vec::new(),
            observed: Vec::new(),
            closed: Vec::new(),
        }
    }

    fn listens_at(&self, namespace: u64, transport: Transport, local: SocketAddr) -> bool {
        let sockets = self.namespaces.iter().filter(|(one, _)| *one == namespace);
        sockets.flat_map(|(_, sockets)| sockets).any(|one| {
            let ip = one.local.ip();
            one.listens()
                && one.transport == transport
                && one.local.port() == local.port()
                && (ip == local.ip() || ip.is_unspecified())
        })
    }

    /// The namespace in which alone sockets have an address.
    fn home(&self, ip: IpAddr) -> Option<u64> {
        let has =
            |(_, sockets): &&(u64, Vec<Socket>)| sockets.iter().any(|one| one.local.ip() == ip);
        let homes: Vec<u64> = self.namespaces.iter().filter(has).map(|(one, _)| *one).collect();
        (homes.len() == 1).then(|| homes.first().copied()).flatten()
    }

    /// Whether the other end of `socket` has a listener beside it, in the namespace it is in.
    fn is_asked(&self, namespace: u64, socket: &Socket) -> bool {
        let Socket { transport, local, remote, .. } = *socket;
        let on_loopback = remote.ip().is_loopback();
        let is_mirror = |one: &Socket| {
            !one.listens() && (one.transport, one.local, one.remote) == (transport, remote, local)
        };
        // Of several the last one read is known.
        let mirrors = self.namespaces.iter().rfind(|(inode, sockets)| {
            (!on_loopback || *inode == namespace) && sockets.iter().any(is_mirror)
        });
        let near = if on_loopback { Some(namespace) } else { self.home(remote.ip()) };
        mirrors.is_some_and(|(inode, _)| self.listens_at(*inode, transport, remote))
            || transport == Transport::Udp
                && near.is_some_and(|inode| self.listens_at(inode, transport, remote))
    }

    /// The key of a socket's connection, and whether the socket is the client's.
    fn key(&self, namespace: u64, socket: &Socket, routes: &[Route]) -> (ConnectionKey, bool) {
        let Socket { transport, local, remote, .. } = *socket;
        let is_seen = |route: &&Route, tuple: Tuple| {
            (tuple.transport, tuple.source, tuple.destination) == (transport, local, remote)
                && (!local.ip().is_loopback() || route.namespace == namespace)
        };
        let by_client = routes.iter().rfind(|route| is_seen(route, route.flow.original));
        let by_server = || routes.iter().rfind(|route| is_seen(route, route.flow.reply));
        let route = by_client.map(|route| (route, true)).or_else(|| Some((by_server()?, false)));
        if let Some((route, is_client)) = route.filter(|(route, _)| route.flow.is_translated()) {
            return (key_of(route), is_client);
        }
        let serves = self.listens_at(namespace, transport, local);
        let is_client = match (serves, self.is_asked(namespace, socket)) {
            _ if socket.state == SocketState::Connecting => true,
            (true, false) => false,
            (false, true) => true,
            _ => route.map_or_else(|| is_lower(remote, local), |(_, is_client)| is_client),
        };
        let (client, server) = if is_client { (local, remote) } else { (remote, local) };
        let on_loopback = client.ip().is_loopback() || server.ip().is_loopback();
        let namespace = if on_loopback { namespace } else { 0 };
        (ConnectionKey { transport, client, server, namespace }, is_client)
    }

    /// The ends of each connection that has a socket: its client's and its server's inode.
    fn ends(&self, routes: &[Route]) -> BTreeMap<ConnectionKey, [Option<u64>; 2]> {
        let mut ends: BTreeMap<ConnectionKey, [Option<u64>; 2]> = BTreeMap::new();
        for (namespace, sockets) in &self.namespaces {
            for socket in sockets.iter().filter(|one| one.state == SocketState::Open) {
                let (key, is_client) = self.key(*namespace, socket, routes);
                let [client, server] = ends.entry(key).or_default();
                let end = if is_client { client } else { server };
                end.get_or_insert(socket.inode);
            }
        }
        ends
    }
}

fn transports() -> impl Strategy<Value = Transport> {
    prop_oneof![Just(Transport::Tcp), Just(Transport::Udp)]
}

/// Few addresses, so that much is the same.
fn addresses() -> impl Strategy<Value = SocketAddr> {
    let ips = ["10.0.0.1", "10.0.0.2", "127.0.0.1", "fd00::1"];
    (0..ips.len(), 1..5u16)
        .prop_map(move |(at, port)| SocketAddr::new(ips[at].parse().unwrap(), port))
}

fn machines() -> impl Strategy<Value = Machine> {
    let socket = (transports(), addresses(), addresses(), 0..3u8, any::<bool>());
    let sockets = proptest::collection::vec(socket, 0..10);
    let tuple = || (addresses(), addresses());
    let flow = (transports(), tuple(), tuple(), any::<bool>(), any::<bool>());
    let flows = proptest::collection::vec(flow, 0..4);
    (proptest::collection::vec(sockets, 1..4), flows).prop_map(|(namespaces, flows)| {
        let mut inode = 100;
        let mut socket = |(transport, local, remote, state, is_any)| {
            inode += 1;
            let state = if state == 0 { SocketState::Listening } else { SocketState::Open };
            let any = SocketAddr::from(([0, 0, 0, 0], SocketAddr::port(&local)));
            let local = if is_any && state == SocketState::Listening { any } else { local };
            Socket { transport, local, remote, state, inode }
        };
        let namespaces = (1u64..)
            .zip(namespaces)
            .map(|(at, all)| (at, all.into_iter().map(&mut socket).collect()))
            .collect();
        // Connection tracking has each request once.
        let mut requests = BTreeMap::new();
        for (transport, asked, answered, is_translated, fresh) in flows {
            let tuple = |(source, destination)| Tuple { transport, source, destination };
            let original = tuple(asked);
            let reply = if is_translated { tuple(answered) } else { tuple((asked.1, asked.0)) };
            requests.insert(original, (Flow { original, reply }, fresh));
        }
        let known = |(flow, fresh)| (1, KnownFlow { flow, fresh, refused: false });
        Machine { namespaces, flows: requests.into_values().map(known).collect() }
    })
}

proptest! {
    #[test]
    fn the_join_is_that_of_looking_through_everything(machine in machines()) {
        let (stuck, asked_in_vain) = (FxHashSet::default(), HashSet::default());
        let sources = machine.sources(&stuck, &asked_in_vain);
        let joined = connections(&sources, |_| &[], &mut Servers::default()).connections;
        let inode = |side: Option<Side>| side.map(|side| side.inode).filter(|inode| *inode != 0);
        let told: BTreeMap<_, _> = joined
            .iter()
            .map(|(key, one)| (*key, [inode(one.client), inode(one.server)]))
            .filter(|(_, sides)| sides.iter().any(Option::is_some))
            .collect();
        prop_assert_eq!(told, machine.ends(&sources.routes));
    }
}
