//! Failed sign-ins are counted, so that guessing takes for ever.
//!
//! By the address of whoever tries, not by name: otherwise anybody could lock anybody out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures of one address within [`WINDOW_SECS`].
pub const FAILURES_MAX: u32 = 10;

/// For how long failures count, in seconds.
pub const WINDOW_SECS: u64 = 60;

/// Addresses that are remembered; beyond that the whole table's share is one address's.
pub const ADDRESSES_MAX: usize = 4096;

/// Failed sign-ins by address.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Source, Failures>>);

/// An address, or for version 6 what one customer of a provider usually has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    V4([u8; 4]),
    V6([u16; 4]),
    /// Whoever does not fit into the table.
    Others,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since_secs: u64,
    count: u32,
}

impl Attempts {
    /// Seconds until the address may try again; `None` if it may now.
    pub fn wait_secs(&self, address: Option<IpAddr>, now_secs: u64) -> Option<u64> {
        let mut table = self.lock();
        let source = source(&mut table, address, now_secs);
        let failures = table.get(&source).filter(|failures| failures.count >= FAILURES_MAX)?;
        let ends_secs = failures.since_secs.saturating_add(WINDOW_SECS);
        ends_secs.checked_sub(now_secs).filter(|secs| *secs > 0)
    }

    /// Counts a failure; says whether it is the one after which the address has to wait.
    pub fn failed(&self, address: Option<IpAddr>, now_secs: u64) -> bool {
        let mut table = self.lock();
        let source = source(&mut table, address, now_secs);
        let failures = table.entry(source).or_insert(Failures { since_secs: now_secs, count: 0 });
        if now_secs >= failures.since_secs.saturating_add(WINDOW_SECS) {
            *failures = Failures { since_secs: now_secs, count: 0 };
        }
        failures.count = failures.count.saturating_add(1);
        failures.count == FAILURES_MAX
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Source, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The row of an address; the rows of long ago make room first.
fn source(table: &mut HashMap<Source, Failures>, address: Option<IpAddr>, now_secs: u64) -> Source {
    let own = match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => Source::V4(address.octets()),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            Source::V6([a, b, c, d])
        }
        None => Source::Others,
    };
    if table.contains_key(&own) || table.len() < ADDRESSES_MAX {
        return own;
    }
    table.retain(|_, row| now_secs < row.since_secs.saturating_add(WINDOW_SECS));
    if table.len() < ADDRESSES_MAX { own } else { Source::Others }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn guessing_has_to_wait() {
        let attempts = Attempts::default();
        let eve = address("10.0.0.1");
        for number in 1..FAILURES_MAX {
            assert!(!attempts.failed(eve, 100), "{number}");
        }
        assert_eq!(attempts.wait_secs(eve, 100), None);
        assert!(attempts.failed(eve, 110));
        assert_eq!(attempts.wait_secs(eve, 110), Some(50));
        assert_eq!(attempts.wait_secs(address("10.0.0.2"), 110), None);
        assert_eq!(attempts.wait_secs(eve, 160), None);
        assert!(!attempts.failed(eve, 160));
        assert_eq!(attempts.wait_secs(eve, 160), None);
    }

    #[test]
    fn addresses_of_one_customer_count_together() {
        let attempts = Attempts::default();
        for number in 0..FAILURES_MAX {
            attempts.failed(address(&format!("2001:db8::{number}")), 0);
        }
        assert!(attempts.wait_secs(address("2001:db8::ffff"), 0).is_some());
        assert!(attempts.wait_secs(address("2001:db8:0:1::1"), 0).is_none());
    }

    #[test]
    fn the_table_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..u32::try_from(ADDRESSES_MAX + 100).unwrap() {
            attempts.failed(Some(IpAddr::from(number.to_be_bytes())), 0);
        }
        assert!(attempts.lock().len() <= ADDRESSES_MAX + 1);
        assert!(attempts.wait_secs(address("99.0.0.1"), 0).is_some(), "others wait together");
        assert!(attempts.wait_secs(address("99.0.0.1"), WINDOW_SECS).is_none());
    }
}
