//! How often connections opened and failed since that was told last, and those that are over
//! before anyone was told of them.
//!
//! A connection that comes and goes between two tellings is kept until the next one, so that its
//! count is not lost. The number kept is limited; what is beyond is counted, not kept.

use crate::connections::{Connection, ConnectionKey, Connections};
use crate::hashing::Seeded;
use crate::socket_table::{Traffic, Transport};
use rustc_hash::FxHashSet;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// The most connections whose counts wait to be told.
pub const RECENT_MAX: usize = 65_536;

/// How often a connection opened and failed since the last telling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// How often it opened.
    pub opened: u32,
    /// How often it failed.
    pub failed: u32,
    /// What the client's and the server's end carried before they closed, and was not told.
    pub carried: [Option<Traffic>; 2],
}

/// What happened since the last telling.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Hashes of the connections of the last update, keyed so that nobody outside can make two
    /// alike; a tenth of the memory of the connections themselves.
    known: FxHashSet<u64>,
    hasher: Seeded,
    is_primed: bool,
    recent: HashMap<ConnectionKey, (Recent, Connection), Seeded>,
    beyond: usize,
}

impl Ledger {
    /// Counts what is new in `connections`, unless `events_tell` of every TCP connection; and adds
    /// to them what is over but not told yet.
    ///
    /// What is there at the first time was opened before.
    pub fn update(&mut self, connections: &mut Connections, events_tell: bool) {
        let mut known = FxHashSet::with_capacity_and_hasher(connections.len(), Default::default());
        for (key, connection) in connections.iter() {
            let hash = self.hasher.hash_one(key);
            known.insert(hash);
            let counts = self.is_primed && !(events_tell && key.transport == Transport::Tcp);
            if counts && !self.known.contains(&hash) {
                self.count(*key, *connection, 1);
            }
        }
        (self.known, self.is_primed) = (known, true);
        for (key, (_, last)) in &mut self.recent {
            match connections.get_mut(key) {
                // It is open; this is the latest of it.
                Some(connection) if !connection.closed => last.clone_from(connection),
                // What was known of it is better than what tracking still knows.
                Some(connection) => *connection = Connection { closed: true, ..*last },
                None => {
                    connections.insert(*key, Connection { closed: true, ..*last });
                }
            }
        }
    }

    /// Counts `times` openings (or failures) of a connection that an event told of.
    pub fn count(&mut self, key: ConnectionKey, connection: Connection, times: u32) {
        if self.recent.len() >= RECENT_MAX && !self.recent.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let (recent, last) = self.recent.entry(key).or_insert((Recent::default(), connection));
        last.clone_from(&connection);
        let counter = if connection.failed { &mut recent.failed } else { &mut recent.opened };
        *counter = counter.saturating_add(times);
    }

    /// Notes what one end of a connection carried before it closed.
    pub fn carry(
        &mut self,
        key: ConnectionKey,
        connection: Connection,
        is_client: bool,
        traffic: Traffic,
    ) {
        if self.recent.len() >= RECENT_MAX && !self.recent.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let (recent, last) = self.recent.entry(key).or_insert((Recent::default(), connection));
        last.clone_from(&connection);
        let [client, server] = &mut recent.carried;
        let carried = if is_client { client } else { server };
        carried.get_or_insert_default().add(traffic);
    }

    /// What one end of a connection carried before it closed, and was not told.
    pub fn carried(&self, key: &ConnectionKey, is_client: bool) -> Option<Traffic> {
        let [client, server] = self.recent(key).carried;
        if is_client { client } else { server }
    }

    /// The connection `key` as it was known last, if it came or went lately.
    pub fn latest(&self, key: &ConnectionKey) -> Option<Connection> {
        self.recent.get(key).map(|(_, last)| *last)
    }

    /// Forgets a connection that turned out to be another one.
    pub fn forget(&mut self, key: &ConnectionKey) {
        self.recent.remove(key);
    }

    /// How often the connection `key` opened and failed since the last telling.
    pub fn recent(&self, key: &ConnectionKey) -> Recent {
        self.recent.get(key).map(|(recent, _)| *recent).unwrap_or_default()
    }

    /// Whether anything waits to be told.
    pub fn is_empty(&self) -> bool {
        self.recent.is_empty()
    }

    /// Begins anew after a telling; returns how many connections were not kept for want of room.
    pub fn told(&mut self) -> usize {
        self.recent.clear();
        std::mem::take(&mut self.beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16) -> ConnectionKey {
        let at = |port| std::net::SocketAddr::from(([10, 0, 0, 1], port));
        let (client, server) = (at(port), at(80));
        ConnectionKey { transport: Transport::Tcp, client, server, namespace: 0 }
    }

    fn of(ports: &[u16]) -> Connections {
        ports.iter().map(|port| (key(*port), Connection::default())).collect()
    }

    #[test]
    fn counts_once_and_keeps_until_told() {
        let mut ledger = Ledger::default();
        ledger.update(&mut of(&[1]), false);
        assert!(ledger.is_empty(), "it was there before");
        ledger.update(&mut of(&[1, 2]), false);
        let mut later = of(&[1]);
        ledger.update(&mut later, false);
        assert!(later[&key(2)].closed && !later[&key(1)].closed);
        assert_eq!(ledger.recent(&key(2)), Recent { opened: 1, ..Recent::default() });
        assert_eq!(ledger.recent(&key(1)), Recent::default());
        ledger.told();
        let mut later = of(&[1]);
        ledger.update(&mut later, false);
        assert_eq!(later.len(), 1);
    }

    #[test]
    fn what_events_tell_is_not_counted_twice() {
        let mut ledger = Ledger::default();
        ledger.update(&mut of(&[]), true);
        ledger.update(&mut of(&[1]), true);
        assert!(ledger.is_empty());
        ledger.update(&mut of(&[1, 2]), false);
        assert_eq!(ledger.recent(&key(2)).opened, 1);
    }

    #[test]
    fn counts_failures_apart() {
        let mut ledger = Ledger::default();
        let failed = Connection { failed: true, ..Connection::default() };
        ledger.count(key(1), failed, 3);
        ledger.count(key(1), Connection::default(), 1);
        assert_eq!(ledger.recent(&key(1)), Recent { opened: 1, failed: 3, ..Recent::default() });
    }

    #[test]
    fn what_is_beyond_is_counted() {
        let mut ledger = Ledger::default();
        for at in 0..=RECENT_MAX {
            let [high, low] = u16::try_from(at % 65_536).unwrap().to_be_bytes();
            let mut one = key(u16::from_be_bytes([high, low]));
            one.namespace = u64::from(at >= 65_536);
            ledger.count(one, Connection::default(), 1);
        }
        assert_eq!(ledger.told(), 1);
    }
}
