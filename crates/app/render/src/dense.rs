//! Dense numbers in place of ids.
//!
//! A number is the place of something in the table it belongs to. It keeps it for as long as it
//! is there, from one report to the next, so that what refers to it stays true.

/// The place of a node, endpoint or row in the table it belongs to.
pub type Dense = u32;

/// The place of nothing.
pub(crate) const ABSENT: Dense = Dense::MAX;

/// The dense number of a place in a list.
///
/// Lists are far below 2³² long, as the ingest limits see to; what lies beyond becomes absent.
pub(crate) fn dense(index: usize) -> Dense {
    Dense::try_from(index).unwrap_or(ABSENT)
}
