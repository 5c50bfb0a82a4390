//! A map of a handful of string keys: one sorted allocation, merged in one pass.

use crate::Text;

/// Keys in ascending order, each once.
///
/// A node of a report carries five to forty facts; a sorted vector costs one allocation and
/// iterates in the order every output needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedMap<V>(Vec<(Text, V)>);

impl<V> SortedMap<V> {
    /// The empty map.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&V> {
        let index = self.position(key).ok()?;
        self.0.get(index).map(|(_, value)| value)
    }

    /// The value under `key`, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let index = self.position(key).ok()?;
        self.0.get_mut(index).map(|(_, value)| value)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Puts `value` under `key` and returns what stood there.
    pub fn insert(&mut self, key: impl Into<Text>, value: V) -> Option<V> {
        let key = key.into();
        match self.position(&key) {
            Ok(index) => self.0.get_mut(index).map(|entry| std::mem::replace(&mut entry.1, value)),
            Err(index) => {
                self.0.insert(index, (key, value));
                None
            }
        }
    }

    /// Takes the value under `key` out.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let index = self.position(key).ok()?;
        Some(self.0.remove(index).1)
    }

    /// The entries in ascending order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &V)> + Clone {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The entries in ascending order of their keys, values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&Text, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The entries whose key starts with `prefix`, in ascending order.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a Text, &'a V)> {
        let start = self.0.partition_point(|(key, _)| key.as_str() < prefix);
        self.0
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key, value))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&Text, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Joins `other` in; `merge` decides where both have the key.
    pub fn merge(&mut self, other: &Self, mut merge: impl FnMut(&mut V, &V))
    where
        V: Clone,
    {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        let mut missing = Vec::new();
        let mut from = 0;
        for (key, value) in &other.0 {
            let rest = self.0.get(from..).unwrap_or_default();
            from += rest.partition_point(|(own, _)| own < key);
            match self.0.get_mut(from) {
                Some((own, ours)) if own == key => merge(ours, value),
                _ => missing.push((key.clone(), value.clone())),
            }
        }
        if !missing.is_empty() {
            self.0.append(&mut missing);
            self.0.sort_by(|a, b| a.0.cmp(&b.0));
        }
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(key))
    }
}

impl<V> Default for SortedMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Text>, V> FromIterator<(K, V)> for SortedMap<V> {
    /// Of equal keys the last wins.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut list: Vec<(Text, V)> =
            entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self(list)
    }
}

impl<V> IntoIterator for SortedMap<V> {
    type Item = (Text, V);
    type IntoIter = std::vec::IntoIter<(Text, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, i32)]) -> SortedMap<i32> {
        entries.iter().map(|(key, value)| (*key, *value)).collect()
    }

    #[test]
    fn later_duplicate_wins() {
        assert_eq!(map(&[("b", 1), ("a", 2), ("b", 3)]), map(&[("a", 2), ("b", 3)]));
    }

    #[test]
    fn merge_joins_in_order() {
        let mut left = map(&[("b", 1), ("d", 2)]);
        left.merge(&map(&[("a", 5), ("b", 7), ("c", 6), ("e", 8)]), |ours, theirs| *ours += theirs);
        assert_eq!(left, map(&[("a", 5), ("b", 8), ("c", 6), ("d", 2), ("e", 8)]));
    }

    #[test]
    fn prefix_is_a_range() {
        let map = map(&[("a", 1), ("l_x", 2), ("l_y", 3), ("m", 4)]);
        let found: Vec<_> = map.with_prefix("l_").map(|(key, _)| key.as_str()).collect();
        assert_eq!(found, ["l_x", "l_y"]);
    }
}
