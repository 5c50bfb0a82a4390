//! A map by text in counted shards.

use rustc_hash::FxHasher;
use scope_report::Text;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Keys of a shard above which there shall be more shards.
const SHARD_KEYS: usize = 128;

/// By how much the number of shards grows at a time.
const GROWTH: usize = 4;

/// Values by text, in no order.
///
/// Who chooses the keys could crowd them into one shard, and so make a change copy all of them;
/// within a shard the keys are hashed with a seed.
#[derive(Clone, Debug)]
pub(crate) struct Hashed<V> {
    shards: Vec<Arc<HashMap<Text, V>>>,
    len: usize,
}

impl<V> Default for Hashed<V> {
    fn default() -> Self {
        Self { shards: Vec::new(), len: 0 }
    }
}

impl<V: Clone + Default> Hashed<V> {
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.shards.get(shard_of(key, self.shards.len()))?.get(key)
    }

    /// Puts in a key that is not in.
    pub(crate) fn insert_new(&mut self, key: Text, value: V) {
        self.grow();
        let shard = shard_of(&key, self.shards.len());
        if let Some(shard) = self.shards.get_mut(shard).map(Arc::make_mut) {
            self.len += usize::from(shard.insert(key, value).is_none());
        }
    }

    pub(crate) fn remove(&mut self, key: &Text) {
        self.update(key, |own| *own = None);
    }

    /// Makes the shards that so many keys need, where there are none yet.
    pub(crate) fn reserve(&mut self, keys: usize) {
        if self.len == 0 && keys > SHARD_KEYS {
            let mut count = 1;
            while count * SHARD_KEYS < keys {
                count *= GROWTH;
            }
            self.shards.clear();
            self.shards.resize_with(count, Arc::default);
        }
    }

    /// Changes the value of a key: none may become one, and the other way round.
    pub(crate) fn update(&mut self, key: &Text, change: impl FnOnce(&mut Option<V>)) {
        self.grow();
        let shard = shard_of(key, self.shards.len());
        let Some(shard) = self.shards.get_mut(shard).map(Arc::make_mut) else { return };
        let before = shard.len();
        match shard.get_mut(key) {
            Some(known) => {
                let mut value = Some(std::mem::take(known));
                change(&mut value);
                match value {
                    Some(value) => *known = value,
                    None => drop(shard.remove(key)),
                }
            }
            None => {
                let mut value = None;
                change(&mut value);
                if let Some(value) = value {
                    shard.insert(key.clone(), value);
                }
            }
        }
        self.len = self.len + shard.len() - before;
    }

    fn grow(&mut self) {
        if self.len < self.shards.len() * SHARD_KEYS {
            return;
        }
        let count = (self.shards.len() * GROWTH).max(1);
        let mut shards: Vec<HashMap<Text, V>> = Vec::new();
        shards.resize_with(count, HashMap::new);
        for shard in std::mem::take(&mut self.shards) {
            for (key, value) in Arc::unwrap_or_clone(shard) {
                if let Some(shard) = shards.get_mut(shard_of(&key, count)) {
                    shard.insert(key, value);
                }
            }
        }
        self.shards = shards.into_iter().map(Arc::new).collect();
    }
}

/// The shard of a key; `count` is a power of two, or zero.
fn shard_of(key: &str, count: usize) -> usize {
    let mut hasher = FxHasher::default();
    key.hash(&mut hasher);
    let hash = hasher.finish();
    usize::try_from(hash ^ (hash >> 32)).unwrap_or_default() & count.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_not_changed() {
        let mut map: Hashed<usize> = Hashed::default();
        assert_eq!(map.get("1"), None);
        let key = |number: usize| Text::from(number.to_string());
        for number in 0..1000 {
            map.insert_new(key(number), number);
        }
        let copy = map.clone();
        for number in (0..1000).step_by(2) {
            map.remove(&key(number));
        }
        map.update(&key(1), |own| *own = Some(7));
        assert_eq!((map.get("0"), map.get("1"), map.len), (None, Some(&7), 500));
        assert!((0..1000).all(|number| copy.get(&key(number)) == Some(&number)));
    }
}
