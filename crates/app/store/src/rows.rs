//! What all parts together say of each id, kept up while parts change.
//!
//! Most ids belong to one part, and its row is theirs; images, hosts and the far ends of
//! connections belong to several. An index tells who speaks of an id, so that a change in one
//! part costs the rows that changed in it, whatever else there is.

use scope_report::{Difference, PagedMap, Text};
use std::collections::HashMap;
use std::sync::Arc;

/// Tells parts apart.
pub(crate) type PartNumber = u32;

/// With so few speakers, hearing all of them again is as cheap as finding out whether one must.
const FEW: usize = 2;

/// The joined rows of all parts.
pub(crate) struct Rows<T> {
    merge: fn(&mut T, &T),
    joined: PagedMap<T>,
    speakers: HashMap<Text, Speakers>,
}

/// The parts that speak of an id.
enum Speakers {
    One(PartNumber),
    /// In the order of their coming.
    Several(Vec<PartNumber>),
}

impl<T: Clone + PartialEq> Rows<T> {
    pub(crate) fn new(merge: fn(&mut T, &T)) -> Self {
        Self { merge, joined: PagedMap::new(), speakers: HashMap::new() }
    }

    pub(crate) fn joined(&self) -> &PagedMap<T> {
        &self.joined
    }

    /// Takes over from `older`, the map of the last snapshot, the rows that came out equal.
    pub(crate) fn keep_equal(&mut self, older: &PagedMap<T>) {
        self.joined.keep_equal(older);
    }

    /// What `part` said before and says now; `map_of` gives what each part says now.
    pub(crate) fn change<'a>(
        &mut self,
        part: PartNumber,
        before: &PagedMap<T>,
        now: &PagedMap<T>,
        map_of: impl Fn(PartNumber) -> Option<&'a PagedMap<T>>,
    ) where
        T: 'a,
    {
        for difference in now.differences(before) {
            match difference {
                Difference::Added { id, new } => {
                    if self.add_speaker(id, part) {
                        self.say_also(id, new);
                    } else {
                        self.joined.insert(id.clone(), Arc::clone(new));
                    }
                }
                Difference::Removed { id, .. } => {
                    if self.remove_speaker(id, part) {
                        self.say_again(id, &map_of);
                    } else {
                        self.joined.remove(id);
                    }
                }
                Difference::Changed { id, old, new } => match self.speakers.get(id) {
                    Some(Speakers::Several(parts)) if parts.len() <= FEW => {
                        self.say_again(id, &map_of);
                    }
                    Some(Speakers::Several(_)) if self.takes_nothing_back(old, new) => {
                        self.say_also(id, new);
                    }
                    Some(Speakers::Several(_)) => self.say_again(id, &map_of),
                    _ => {
                        self.joined.insert(id.clone(), Arc::clone(new));
                    }
                },
            }
        }
    }

    /// Whether `new` says all that `old` said. Then joining it to what is joined already is
    /// joining it to what the others say, for a merge may be repeated.
    fn takes_nothing_back(&self, old: &T, new: &T) -> bool {
        let mut both = old.clone();
        (self.merge)(&mut both, new);
        both == *new
    }

    /// Joins `row` to what is said of `id`.
    ///
    /// In place: an image that a thousand hosts have names them all, and is copied once between
    /// two snapshots, however many of them spoke.
    fn say_also(&mut self, id: &Text, row: &T) {
        if let Some(known) = self.joined.get_mut(id) {
            (self.merge)(Arc::make_mut(known), row);
        }
    }

    /// Joins anew what all speakers say of `id`.
    fn say_again<'a>(&mut self, id: &Text, map_of: &impl Fn(PartNumber) -> Option<&'a PagedMap<T>>)
    where
        T: 'a,
    {
        let Some(speakers) = self.speakers.get(id) else { return };
        let mut rows = speakers.parts().iter().filter_map(|part| map_of(*part)?.get(id));
        let Some(first) = rows.next() else { return };
        let mut joined = Arc::clone(first);
        for row in rows {
            (self.merge)(Arc::make_mut(&mut joined), row);
        }
        self.joined.insert(id.clone(), joined);
    }

    /// Notes that `part` speaks of `id`; says whether others do already.
    fn add_speaker(&mut self, id: &Text, part: PartNumber) -> bool {
        match self.speakers.get_mut(id) {
            Some(Speakers::Several(parts)) => parts.push(part),
            Some(speakers) => {
                let mut parts = speakers.parts().to_vec();
                parts.push(part);
                *speakers = Speakers::Several(parts);
            }
            None => {
                self.speakers.insert(id.clone(), Speakers::One(part));
                return false;
            }
        }
        true
    }

    /// Notes that `part` no longer speaks of `id`; says whether others still do.
    fn remove_speaker(&mut self, id: &Text, part: PartNumber) -> bool {
        let Some(speakers) = self.speakers.get_mut(id) else { return false };
        if let Speakers::Several(parts) = speakers {
            parts.retain(|other| *other != part);
            if let [only] = parts.as_slice() {
                *speakers = Speakers::One(*only);
            }
            return true;
        }
        self.speakers.remove(id);
        false
    }
}

impl Speakers {
    fn parts(&self) -> &[PartNumber] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::Several(parts) => parts,
        }
    }
}
