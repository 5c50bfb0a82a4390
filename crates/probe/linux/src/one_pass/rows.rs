//! What is kept of each socket, found by its inode.
//!
//! Rows lie in the order in which the kernel told of their sockets, and so do tables and joins go
//! through them: a hundred thousand are read one after the other, not each from another corner of
//! memory.

use super::Row;
use crate::hashing::InodeHasher;
use std::collections::HashMap;

/// Rows by inode.
#[derive(Debug, Default)]
pub(super) struct Rows {
    places: HashMap<u64, u32, InodeHasher>,
    rows: Vec<Row>,
    /// Places of rows that were taken out.
    free: Vec<u32>,
}

impl Rows {
    pub(super) fn get(&self, inode: u64) -> Option<&Row> {
        self.rows.get(*self.places.get(&inode)? as usize)
    }

    pub(super) fn get_mut(&mut self, inode: u64) -> Option<&mut Row> {
        self.rows.get_mut(*self.places.get(&inode)? as usize)
    }

    pub(super) fn contains(&self, inode: u64) -> bool {
        self.places.contains_key(&inode)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds a row, unless there is one of this inode.
    pub(super) fn add(&mut self, inode: u64, row: Row) {
        let Self { places, rows, free } = self;
        places.entry(inode).or_insert_with(|| {
            let place = free.pop();
            if let Some(old) = place.and_then(|place| rows.get_mut(place as usize)) {
                *old = row;
            } else {
                rows.push(row);
            }
            // There are fewer than a number of 32 bits can tell.
            place.unwrap_or_else(|| u32::try_from(rows.len() - 1).unwrap_or(u32::MAX))
        });
    }

    pub(super) fn remove(&mut self, inode: u64) {
        self.free.extend(self.places.remove(&inode));
        if self.places.is_empty() {
            (self.rows, self.free) = (Vec::new(), Vec::new());
        }
    }
}
