//! What writing a report needs of an encoding.

use scope_report::Timestamp;

/// A growing buffer of encoded bytes; it cannot fail.
pub(crate) trait Sink {
    /// Opens a map of exactly `len` entries.
    fn map(&mut self, len: usize);

    /// The key of the entry whose value follows.
    fn key(&mut self, key: &str);

    /// Closes the map opened last.
    fn map_end(&mut self);

    /// Opens a list of exactly `len` items.
    fn list(&mut self, len: usize);

    /// Closes the list opened last.
    fn list_end(&mut self);

    /// A string.
    fn text(&mut self, text: &str);

    /// A number; one that is not finite is written as the encoding can.
    fn float(&mut self, value: f64);

    /// A whole number.
    fn integer(&mut self, value: i64);

    /// A whole number that is not negative.
    fn unsigned(&mut self, value: u64);

    /// A boolean.
    fn flag(&mut self, value: bool);

    /// An instant.
    fn timestamp(&mut self, value: Timestamp);

    /// Go's nil map or list.
    fn nil(&mut self);
}
