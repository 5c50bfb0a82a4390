//! What reading a report needs of an encoding.

use crate::DecodeError;
use crate::limits::Account;
use scope_report::Timestamp;
use std::borrow::Cow;

/// A cursor over encoded bytes that live for `'a`.
///
/// Nil stands for the zero value of anything: Go writes its nil maps and lists so.
pub(crate) trait Source<'a>: Sized {
    /// Calls `entry` at the value of each key.
    fn map(
        &mut self,
        entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError>;

    /// Calls `item` at each item.
    fn list(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError>;

    /// A string; bytes that are no UTF-8 become U+FFFD.
    fn text(&mut self) -> Result<Cow<'a, str>, DecodeError>;

    /// A number, finite or not.
    fn float(&mut self) -> Result<f64, DecodeError>;

    /// A whole number; one out of range becomes the nearest bound.
    fn integer(&mut self) -> Result<i64, DecodeError>;

    /// A whole number; a negative one becomes zero.
    fn unsigned(&mut self) -> Result<u64, DecodeError>;

    /// A boolean.
    fn flag(&mut self) -> Result<bool, DecodeError>;

    /// An instant.
    fn timestamp(&mut self) -> Result<Timestamp, DecodeError>;

    /// Any value, not wanted.
    fn skip(&mut self) -> Result<(), DecodeError>;

    /// What this decode has used so far.
    fn account(&mut self) -> &mut Account;
}
