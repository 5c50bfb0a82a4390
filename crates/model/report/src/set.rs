//! A sorted list of distinct strings: the sets, parents and adjacency of a node.

use crate::Text;

/// Distinct strings in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StringSet(Vec<Text>);

impl StringSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `member` is in the set.
    pub fn contains(&self, member: &str) -> bool {
        self.0.binary_search_by(|own| own.as_str().cmp(member)).is_ok()
    }

    /// Adds `member`; says whether it is new.
    pub fn insert(&mut self, member: impl Into<Text>) -> bool {
        let member = member.into();
        match self.0.binary_search(&member) {
            Ok(_) => false,
            Err(index) => {
                self.0.insert(index, member);
                true
            }
        }
    }

    /// Takes `member` out; says whether it was there.
    pub fn remove(&mut self, member: &str) -> bool {
        match self.0.binary_search_by(|own| own.as_str().cmp(member)) {
            Ok(index) => {
                self.0.remove(index);
                true
            }
            Err(_) => false,
        }
    }

    /// The members in ascending order.
    pub fn iter(&self) -> std::slice::Iter<'_, Text> {
        self.0.iter()
    }

    /// The members in ascending order, as a slice.
    pub fn as_slice(&self) -> &[Text] {
        &self.0
    }

    /// Adds every member of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.0.iter().all(|member| self.0.binary_search(member).is_ok()) {
            return;
        }
        self.0.extend(other.0.iter().cloned());
        self.0.sort_unstable();
        self.0.dedup();
    }
}

impl<T: Into<Text>> FromIterator<T> for StringSet {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut list: Vec<Text> = members.into_iter().map(Into::into).collect();
        list.sort_unstable();
        list.dedup();
        Self(list)
    }
}

impl<'a> IntoIterator for &'a StringSet {
    type Item = &'a Text;
    type IntoIter = std::slice::Iter<'a, Text>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
