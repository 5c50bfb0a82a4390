//! What is known of addresses: names that were heard, and names that were looked up.
//!
//! A name that was heard holds as long as its record may be kept (its TTL), and at least five
//! minutes after the address was last seen at an end of a connection: a connection outlives the
//! record that led to it. Everything is bounded; the address that was of use longest ago gives
//! way. The module refuses to know the network and the clock.

use super::listener::Heard;
use scope_report::Text;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most addresses with names, as many as Weave Scope keeps (scope-1.13.md §5.7); for heard
/// names and for looked up ones each.
pub const ADDRESSES_MAX: usize = 10_000;

/// The most names of one address; the one that was answered longest ago gives way.
pub const NAMES_PER_ADDRESS_MAX: usize = 8;

/// A name is kept so long after its last use, whatever its record says.
pub const GRACE_SECS: i64 = 300;

/// No record is believed to hold longer than a day.
const TTL_SECS_MAX: u32 = 24 * 60 * 60;

/// Names looked up are looked up again after this, as in Weave Scope, or before.
const LOOKED_UP_SECS_MAX: u32 = 30 * 60;

/// However short the record: an answer, and the lack of one, is kept so long.
const LOOKED_UP_SECS_MIN: u32 = 60;

/// The names of addresses, shared between who hears them, who looks them up and who tells them.
#[derive(Clone, Debug, Default)]
pub struct NameBook(Arc<Mutex<Book>>);

/// Times are seconds of Unix time.
#[derive(Debug, Default)]
struct Book {
    heard: HashMap<IpAddr, Vec<Known>>,
    looked_up: HashMap<IpAddr, LookedUp>,
}

#[derive(Debug)]
struct Known {
    name: Text,
    answered: i64,
    until: i64,
}

#[derive(Debug, Default)]
struct LookedUp {
    names: Vec<Text>,
    until: i64,
    used: i64,
}

/// What a lookup found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The names; none is an answer too.
    pub names: Vec<Text>,
    /// The seconds they may be kept.
    pub ttl_secs: u32,
}

impl NameBook {
    /// Keeps what was heard at `now_secs`.
    pub fn learn(&self, heard: &[Heard], now_secs: i64) {
        let mut book = self.lock();
        for one in heard {
            book.learn(one, now_secs);
        }
    }

    /// Calls `each` with every address of `addresses` and what comes with it, its names that were
    /// heard, and those that were looked up; `None` for the latter means that a lookup is due.
    pub fn tell<T>(
        &self,
        addresses: impl Iterator<Item = (IpAddr, T)>,
        now_secs: i64,
        mut each: impl FnMut(IpAddr, T, &[Text], Option<&[Text]>),
    ) {
        let mut book = self.lock();
        let mut names = Vec::new();
        for (address, of_address) in addresses {
            names.clear();
            if let Some(known) = book.heard.get_mut(&address) {
                known.retain(|one| one.until >= now_secs);
                for one in known {
                    one.until = one.until.max(now_secs.saturating_add(GRACE_SECS));
                    names.push(one.name.clone());
                }
            }
            let looked_up = book.looked_up.get_mut(&address).filter(|one| one.until >= now_secs);
            let looked_up = looked_up.map(|one| {
                one.used = now_secs;
                one.names.as_slice()
            });
            each(address, of_address, &names, looked_up);
        }
    }

    /// Keeps what a lookup found, or that it is under way.
    pub fn look_up(&self, address: IpAddr, found: Found, now_secs: i64) {
        let mut book = self.lock();
        if book.looked_up.len() >= ADDRESSES_MAX && !book.looked_up.contains_key(&address) {
            make_room(&mut book.looked_up, |one| one.used);
        }
        let kept_secs = found.ttl_secs.clamp(LOOKED_UP_SECS_MIN, LOOKED_UP_SECS_MAX);
        let until = now_secs.saturating_add(i64::from(kept_secs));
        let names = found.names.into_iter().take(NAMES_PER_ADDRESS_MAX).collect();
        book.looked_up.insert(address, LookedUp { names, until, used: now_secs });
    }

    /// How many addresses have names that were heard.
    pub fn heard(&self) -> usize {
        self.lock().heard.len()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn learn(&mut self, heard: &Heard, now_secs: i64) {
        if self.heard.len() >= ADDRESSES_MAX && !self.heard.contains_key(&heard.address) {
            make_room(&mut self.heard, |known| {
                known.iter().map(|one| one.until).max().unwrap_or_default()
            });
        }
        let ttl_secs = i64::from(heard.ttl_secs.min(TTL_SECS_MAX));
        let until = now_secs.saturating_add(ttl_secs.max(GRACE_SECS));
        let known = self.heard.entry(heard.address).or_default();
        if let Some(one) = known.iter_mut().find(|one| one.name == heard.name) {
            one.answered = now_secs;
            one.until = until;
            return;
        }
        if known.len() >= NAMES_PER_ADDRESS_MAX {
            let eldest = known.iter().enumerate().min_by_key(|(_, one)| one.answered);
            if let Some((place, _)) = eldest {
                known.swap_remove(place);
            }
        }
        known.push(Known { name: heard.name.clone(), answered: now_secs, until });
    }
}

/// Drops a sixteenth of `entries`, those with the lowest `rank`: rarely, so that it may sort.
fn make_room<V>(entries: &mut HashMap<IpAddr, V>, rank: impl Fn(&V) -> i64) {
    let mut ranked: Vec<(i64, IpAddr)> =
        entries.iter().map(|(address, entry)| (rank(entry), *address)).collect();
    ranked.sort_unstable();
    for (_, address) in ranked.iter().take(entries.len().div_ceil(16)) {
        entries.remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn heard(address: u32, name: &str, ttl_secs: u32) -> Heard {
        Heard { address: Ipv4Addr::from_bits(address).into(), name: name.into(), ttl_secs }
    }

    #[track_caller]
    fn check(book: &NameBook, address: u32, now_secs: i64, expect: &[&str]) {
        let address = Ipv4Addr::from_bits(address).into();
        let mut told = Vec::new();
        book.tell([(address, ())].into_iter(), now_secs, |_, (), names, _| {
            told.extend(names.to_vec());
        });
        told.sort();
        assert_eq!(told, expect);
    }

    #[test]
    fn names_hold_as_long_as_their_record_and_their_use() {
        let book = NameBook::default();
        book.learn(&[heard(1, "a.test", 3600), heard(1, "b.test", 5), heard(2, "c.test", 5)], 0);
        book.learn(&[heard(3, "d.test", u32::MAX)], 0);
        check(&book, 1, 300, &["a.test", "b.test"]);
        check(&book, 2, 301, &[]);
        // Told at 300, so in use: another five minutes.
        check(&book, 1, 600, &["a.test", "b.test"]);
        check(&book, 1, 3600, &["a.test"]);
        check(&book, 1, 3901, &[]);
        check(&book, 3, 24 * 60 * 60 + 1, &[]);
    }

    #[test]
    fn the_eldest_gives_way() {
        let book = NameBook::default();
        for at in 0..12 {
            book.learn(&[heard(1, &format!("n{at:02}.test"), 60)], at);
        }
        let expect: Vec<String> = (4..12).map(|at| format!("n{at:02}.test")).collect();
        let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
        check(&book, 1, 12, &expect);
        for at in 0..2 * u32::try_from(ADDRESSES_MAX).unwrap() {
            book.learn(&[heard(1000 + at, "a.test", 60)], i64::from(at));
            let found = Found { names: vec!["a.test".into()], ttl_secs: 60 };
            book.look_up(Ipv4Addr::from_bits(1000 + at).into(), found, i64::from(at));
        }
        assert!(book.heard() <= ADDRESSES_MAX);
        assert!(book.lock().looked_up.len() <= ADDRESSES_MAX);
        check(&book, 999 + 2 * u32::try_from(ADDRESSES_MAX).unwrap(), 20_000, &["a.test"]);
        check(&book, 1000, 20_000, &[]);
    }

    #[test]
    fn lookups_fall_due_again() {
        let book = NameBook::default();
        let address: IpAddr = Ipv4Addr::from_bits(1).into();
        let told = |now_secs| {
            let mut told = None;
            book.tell([(address, ())].into_iter(), now_secs, |_, (), _, found| {
                told = found.map(<[_]>::to_vec);
            });
            told
        };
        assert_eq!(told(0), None);
        book.look_up(address, Found::default(), 0);
        assert_eq!(told(60), Some(Vec::new()));
        assert_eq!(told(61), None);
        book.look_up(address, Found { names: vec!["a.test".into()], ttl_secs: 9999 }, 61);
        assert_eq!(told(61 + 1800), Some(vec!["a.test".into()]));
        assert_eq!(told(61 + 1801), None);
    }
}
