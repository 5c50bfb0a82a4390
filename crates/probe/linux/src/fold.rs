//! How many connections of a kind are told, and what those that are told carry for the others.
//!
//! A hundred connections of one process to one server say no more than five of them; a report
//! stays small when it tells few, with the counts of all. Two probes that see the same connections
//! from either side choose the same ones.
//!
//! Pure: connections and what is measured of them come in as values.

use crate::connections::{Connection, ConnectionKey, Connections, Ends, Witness};
use crate::hashing::{Seeded, bits, ports};
use crate::ledger::Recent;
use crate::meter::Rates;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Above this many connections of one kind only some are told, with the number of all.
const ALIKE_MAX: usize = 5;

/// What one side of a few connections carries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// How many are open.
    pub open: usize,
    /// How many opened since the last telling.
    pub opened: u64,
    /// How many failed since the last telling.
    pub failed: u64,
    /// Of how many the traffic is known.
    pub metered: usize,
    /// Bytes per second from the client to the server.
    pub sent: f64,
    /// Bytes per second from the server to the client.
    pub received: f64,
    /// Segments sent again since the last telling.
    pub retransmits: u64,
    /// The sum of round-trip times, in milliseconds.
    rtt_ms_sum: f64,
    /// Of how many connections.
    rtt_count: usize,
}

/// One side of a connection that is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToldSide {
    /// Who told of it.
    pub witness: Witness,
    /// What it carries.
    pub load: Load,
}

/// A connection that is told, and how many it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// Which connection.
    pub key: ConnectionKey,
    /// Whose.
    pub ends: Ends,
    /// How many connections it stands for; 1 for itself alone.
    pub count: usize,
    /// Whether nobody answered, or the other end refused.
    pub failed: bool,
    /// Whether all it stands for are over.
    pub closed: bool,
    /// The client's side, where that is on this machine.
    pub client: Option<ToldSide>,
    /// The server's side, where that is on this machine.
    pub server: Option<ToldSide>,
}

/// What the connections of one kind have in common: addresses, protocol and the server's port,
/// namespace, processes, and whether they failed.
type Kind = (u128, u128, u64, u64, Ends, bool);

/// One of them.
type Member<'a> = (&'a ConnectionKey, &'a Connection);

impl Load {
    /// The mean of the round-trip times in milliseconds.
    pub fn rtt_ms(&self) -> Option<f64> {
        (self.rtt_count > 0).then(|| self.rtt_ms_sum / count(self.rtt_count))
    }

    /// Whether nothing happened.
    pub fn is_quiet(&self) -> bool {
        self.opened == 0
            && self.failed == 0
            && self.sent == 0.0
            && self.received == 0.0
            && self.retransmits == 0
    }

    /// Of one side of one connection; `is_client` says which.
    pub fn of(
        connection: &Connection,
        recent: Recent,
        rates: Option<Rates>,
        is_client: bool,
    ) -> Self {
        let is_open = !connection.closed && !connection.failed;
        let mut load = Self {
            open: usize::from(is_open),
            opened: u64::from(recent.opened),
            failed: u64::from(recent.failed),
            ..Self::default()
        };
        if let Some(rates) = rates {
            let Rates { sent, received, rtt_micros, retransmits } = rates;
            load.metered = 1;
            (load.sent, load.received) =
                if is_client { (sent, received) } else { (received, sent) };
            load.retransmits = u64::from(retransmits);
            if rtt_micros > 0 {
                (load.rtt_ms_sum, load.rtt_count) = (f64::from(rtt_micros) / 1e3, 1);
            }
        }
        load
    }

    /// Adds what another one carries.
    pub fn add(&mut self, other: &Self) {
        self.open += other.open;
        self.opened += other.opened;
        self.failed += other.failed;
        self.metered += other.metered;
        self.sent += other.sent;
        self.received += other.received;
        self.retransmits += other.retransmits;
        self.rtt_ms_sum += other.rtt_ms_sum;
        self.rtt_count += other.rtt_count;
    }
}

/// Of more than five open connections alike (client address, server address and port, namespace,
/// processes) tells those whose client port is divisible by 3^k, with k such that three to five
/// remain; their counts sum to all. Of those that are over, one is told, or none beside open ones.
///
/// Where no k leaves three to five, those most often divisible by 3 stay, five at most, lower ports
/// first. `load` tells what a side carries; the sides of what is not told add to the first told.
pub fn fold(
    connections: &Connections,
    load: impl Fn(&ConnectionKey, &Connection, bool) -> Load,
) -> Vec<Told> {
    let mut told = Vec::new();
    for members in alike(connections) {
        let kept = kept(&members);
        let first = told.len();
        let (total, kept_count) = (members.len(), kept.len().max(1));
        for (at, (key, one)) in kept.iter().enumerate() {
            let side = |side: Option<crate::connections::Side>, is_client| {
                side.map(|side| ToldSide { witness: side.witness, load: load(key, one, is_client) })
            };
            told.push(Told {
                key: **key,
                ends: one.ends,
                count: total / kept_count + usize::from(at < total % kept_count),
                failed: one.failed,
                closed: one.closed,
                client: side(one.client, true),
                server: side(one.server, false),
            });
        }
        if total > kept_count
            && let Some(first) = told.get_mut(first)
        {
            let others = members
                .iter()
                .filter(|(key, _)| !kept.iter().any(|(one, _)| std::ptr::eq(*one, *key)));
            others.for_each(|(key, one)| add_sides(first, key, one, &load));
        }
    }
    told
}

fn add_sides(
    told: &mut Told,
    key: &ConnectionKey,
    one: &Connection,
    load: &impl Fn(&ConnectionKey, &Connection, bool) -> Load,
) {
    for (side, told, is_client) in
        [(one.client, &mut told.client, true), (one.server, &mut told.server, false)]
    {
        let Some(side) = side else { continue };
        let fresh = ToldSide { witness: side.witness, load: Load::default() };
        told.get_or_insert(fresh).load.add(&load(key, one, is_client));
    }
}

/// The connections of each kind, kinds in order.
fn alike(connections: &Connections) -> Vec<Vec<Member<'_>>> {
    let mut index: HashMap<Kind, usize, Seeded> = HashMap::default();
    let mut alike: Vec<(Kind, Vec<Member<'_>>)> = Vec::new();
    let mut last: Option<(Kind, usize)> = None;
    for (key, one) in connections {
        let kind = kind(key, one);
        // Most are of the kind of the one before.
        let at = match last {
            Some((same, at)) if same == kind => at,
            _ => *index.entry(kind).or_insert(alike.len()),
        };
        last = Some((kind, at));
        match alike.get_mut(at) {
            Some((_, members)) => members.push((key, one)),
            None => alike.push((kind, vec![(key, one)])),
        }
    }
    alike.sort_unstable_by_key(|(kind, _)| *kind);
    alike.into_iter().map(|(_, members)| members).collect()
}

fn kind(key: &ConnectionKey, one: &Connection) -> Kind {
    let ConnectionKey { transport, client, server, namespace } = *key;
    let any_client = SocketAddr::new(client.ip(), 0);
    let ports = ports(transport, any_client, server);
    (bits(client.ip()), bits(server.ip()), ports, namespace, one.ends, one.failed)
}

/// Those of `members` that are told, in order.
fn kept<'a>(members: &[Member<'a>]) -> Vec<Member<'a>> {
    let mut open: Vec<_> = members.iter().filter(|(_, one)| !one.closed).copied().collect();
    if open.is_empty() {
        open.extend(members.iter().min_by_key(|(key, _)| most_divisible_first(key)));
        return open;
    }
    if open.len() > ALIKE_MAX {
        // How many are divisible at least so often.
        let mut counts = [0; 12];
        for (key, _) in &open {
            counts.iter_mut().take(divisible(key) + 1).for_each(|count| *count += 1);
        }
        let fits = counts.iter().enumerate().skip(1).find(|(_, count)| **count <= ALIKE_MAX);
        if let Some((k, _)) = fits.filter(|(_, count)| **count >= 3) {
            open.retain(|(key, _)| divisible(key) >= k);
        } else {
            open.sort_by_cached_key(|(key, _)| most_divisible_first(key));
            open.truncate(ALIKE_MAX);
        }
    }
    open.sort_unstable_by_key(|(key, _)| **key);
    open
}

fn most_divisible_first(key: &ConnectionKey) -> (std::cmp::Reverse<usize>, u16) {
    (std::cmp::Reverse(divisible(key)), key.client.port())
}

/// How often the client's port is divisible by 3.
fn divisible(key: &ConnectionKey) -> usize {
    let port = key.client.port();
    (1..=10).take_while(|k| port.is_multiple_of(3u16.saturating_pow(*k))).count()
}

#[expect(clippy::cast_precision_loss, reason = "counts of connections are far below 2^53")]
fn count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::Side;
    use crate::socket_table::Transport;

    fn key(port: u16) -> ConnectionKey {
        let at = |host, port| SocketAddr::from(([10, 0, 0, host], port));
        let (client, server) = (at(1, port), at(2, 80));
        ConnectionKey { transport: Transport::Tcp, client, server, namespace: 0 }
    }

    /// The client ports that are told of `ports`, with what they stand for; closed ones from 1000.
    #[track_caller]
    fn check(ports: impl IntoIterator<Item = u16>, expect: &[(u16, usize)]) {
        let one = |port| Connection { closed: port >= 1000, ..Connection::default() };
        let all = ports.into_iter().map(|port| (key(port), one(port))).collect();
        let told: Vec<_> = fold(&all, |_, _, _| Load::default())
            .into_iter()
            .map(|one| (one.key.client.port(), one.count))
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn elides_by_powers_of_three() {
        check(1..=5, &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
        check(1..=10, &[(3, 4), (6, 3), (9, 3)]);
        check(1..=27, &[(9, 9), (18, 9), (27, 9)]);
        check(1..=20, &[(3, 4), (6, 4), (9, 4), (12, 4), (18, 4)]);
        check([1, 2, 4, 5, 7, 8], &[(1, 2), (2, 1), (4, 1), (5, 1), (7, 1)]);
    }

    #[test]
    fn what_is_over_is_one() {
        check(1000..=1010, &[(1008, 11)]);
        check([5, 1000, 1001], &[(5, 3)]);
    }

    #[test]
    fn loads_sum_to_all() {
        let side = Side { witness: Witness::Sockets, inode: 1 };
        let one = Connection { client: Some(side), server: Some(side), ..Connection::default() };
        let all: Connections = (1..=27).map(|port| (key(port), one)).collect();
        let rates = Rates { sent: 2.0, received: 1.0, rtt_micros: 500, retransmits: 1 };
        let recent = Recent { opened: 1, ..Recent::default() };
        let told = fold(&all, |_, one, is_client| Load::of(one, recent, Some(rates), is_client));
        let sum = |side: fn(&Told) -> Option<ToldSide>| {
            let mut sum = Load::default();
            told.iter().filter_map(side).for_each(|one| sum.add(&one.load));
            (sum.open, sum.opened, sum.sent, sum.received, sum.retransmits, sum.rtt_ms())
        };
        assert_eq!(sum(|one| one.client), (27, 27, 54.0, 27.0, 27, Some(0.5)));
        assert_eq!(sum(|one| one.server), (27, 27, 27.0, 54.0, 27, Some(0.5)));
    }
}
