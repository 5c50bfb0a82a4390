//! What each process listens on, told by the reporter that sees sockets to the one that tells of
//! processes; and where datagrams are received, for callers on other hosts.
//!
//! A server of UDP has no socket per caller, so nothing here says who calls. Its endpoint is told
//! for all the addresses it has, and whoever calls from another host is tied to it there.

use crate::namespaces::Namespaces;
use crate::owners::Owner;
use crate::socket_table::{Socket, Transport};
use scope_report::{StringSet, Text};
use smol_str::format_smolstr;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

/// The set of a process node that says what it listens on.
pub const LISTENING: &str = "listening";

/// The most addresses of one process that are told.
const ADDRESSES_MAX: usize = 32;

/// UDP ports from here on are taken to be clients' (`net.ipv4.ip_local_port_range` of tcp(7)):
/// a socket that asks a name server looks like one that serves.
pub const EPHEMERAL_PORT_MIN: u16 = 32_768;

/// The most endpoints without a peer that are told, and of one socket on all addresses.
const RECEIVERS_MAX: usize = 2048;
const RECEIVER_ADDRESSES_MAX: usize = 32;

/// Where datagrams of anybody are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Where they are sent to.
    pub address: SocketAddr,
    /// The inode of its namespace.
    pub namespace: u64,
    /// Whose it is.
    pub owner: Owner,
}

/// What each process listens on, by its id; shared between the reporters of this crate.
#[derive(Clone, Debug, Default)]
pub struct ListeningNote(Arc<Mutex<Listening>>);

/// Sets such as `tcp 0.0.0.0:80`, by process id.
pub type Listening = Arc<BTreeMap<u32, StringSet>>;

impl ListeningNote {
    /// Replaces what is known.
    pub fn tell(&self, listening: BTreeMap<u32, StringSet>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(listening);
    }

    /// What is known now.
    pub fn now(&self) -> Listening {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Who listens on what, of all `sockets` and those of the Unix domain, `(inode, path)`.
pub fn listening<'a>(
    sockets: impl Iterator<Item = &'a Socket>,
    unix: impl Iterator<Item = (u64, &'a Text)>,
    holders: impl Fn(u64) -> &'a [Owner],
) -> BTreeMap<u32, StringSet> {
    let mut told: BTreeMap<u32, BTreeSet<Text>> = BTreeMap::new();
    let mut tell = |inode: u64, text: Text| {
        for owner in holders(inode) {
            let texts = told.entry(owner.pid).or_default();
            if texts.len() < ADDRESSES_MAX {
                texts.insert(text.clone());
            }
        }
    };
    for socket in sockets.filter(|socket| socket.listens() && socket.inode != 0) {
        match socket.transport {
            Transport::Tcp => tell(socket.inode, format_smolstr!("tcp {}", socket.local)),
            Transport::Udp if socket.local.port() < EPHEMERAL_PORT_MIN => {
                tell(socket.inode, format_smolstr!("udp {}", socket.local));
            }
            Transport::Udp => {}
        }
    }
    for (inode, path) in unix {
        tell(inode, format_smolstr!("unix {path}"));
    }
    told.into_iter().map(|(pid, texts)| (pid, texts.into_iter().collect())).collect()
}

/// Where datagrams are received that come from other hosts: every UDP socket without a peer, at
/// each address that it has.
pub fn receivers<'a>(
    namespaces: &Namespaces,
    holders: impl Fn(u64) -> &'a [Owner],
) -> Vec<Receiver> {
    let mut told = Vec::new();
    for (namespace, one) in namespaces.all() {
        let sockets = one.udp.sockets.iter().filter(|one| one.listens() && one.inode != 0);
        for socket in sockets {
            // Process 1 may hold what it listens on for the sake of others.
            let age = |owner: &&Owner| (owner.pid == 1, **owner);
            let Some(owner) = holders(socket.inode).iter().min_by_key(age).copied() else {
                continue;
            };
            let room = RECEIVERS_MAX.saturating_sub(told.len()).min(RECEIVER_ADDRESSES_MAX);
            let at = |ip| Receiver {
                address: SocketAddr::new(ip, socket.local.port()),
                namespace,
                owner,
            };
            told.extend(addresses_of(socket.local.ip(), &one.addresses).take(room).map(at));
        }
    }
    told
}

/// The addresses by which other hosts reach a socket at `ip`, `own` being all of its namespace.
fn addresses_of(ip: IpAddr, own: &[IpAddr]) -> impl Iterator<Item = IpAddr> {
    let is_any = ip.is_unspecified();
    // A socket on all addresses of IPv6 mostly hears IPv4 too.
    let fits = move |one: &IpAddr| is_any && (ip.is_ipv6() || one.is_ipv4());
    let only = (!is_any).then_some(ip);
    own.iter().copied().filter(fits).chain(only).filter(is_reachable)
}

/// Whether an address means something beyond its own link.
fn is_reachable(ip: &IpAddr) -> bool {
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !ip.is_loopback() && !ip.is_multicast() && !is_link_local
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket_table::SocketState;

    #[track_caller]
    fn check(transport: Transport, local: &str, state: SocketState, expect: &str) {
        let (local, remote) = (local.parse().unwrap(), "0.0.0.0:0".parse().unwrap());
        let socket = Socket { transport, local, remote, state, inode: 7 };
        let path = Text::from("/run/a.sock");
        let owner = [Owner { start_ticks: 1, pid: 42 }];
        let told = listening([&socket].into_iter(), [(7, &path)].into_iter(), |_| &owner);
        let texts: Vec<_> = told[&42].iter().map(Text::as_str).collect();
        assert_eq!(texts.join(", "), expect);
    }

    #[track_caller]
    fn check_addresses(ip: &str, expect: &[&str]) {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        let own = ["127.0.0.1", "10.0.0.1", "169.254.0.1", "fd00::1", "fe80::1"].map(parse);
        let told: Vec<_> = addresses_of(parse(ip), &own).collect();
        assert_eq!(told, expect.iter().map(|text| parse(text)).collect::<Vec<_>>());
    }

    #[test]
    fn tells_where_others_reach_a_receiver() {
        check_addresses("0.0.0.0", &["10.0.0.1"]);
        check_addresses("::", &["10.0.0.1", "fd00::1"]);
        check_addresses("10.0.0.9", &["10.0.0.9"]);
        check_addresses("127.0.0.53", &[]);
        check_addresses("fe80::2", &[]);
    }

    #[test]
    fn tells_addresses_and_paths() {
        use SocketState::{Listening, Open};
        check(Transport::Tcp, "0.0.0.0:80", Listening, "tcp 0.0.0.0:80, unix /run/a.sock");
        check(Transport::Tcp, "[::1]:60000", Listening, "tcp [::1]:60000, unix /run/a.sock");
        check(Transport::Udp, "10.0.0.1:53", Listening, "udp 10.0.0.1:53, unix /run/a.sock");
        check(Transport::Udp, "10.0.0.1:40000", Listening, "unix /run/a.sock");
        check(Transport::Tcp, "10.0.0.1:80", Open, "unix /run/a.sock");
    }
}
