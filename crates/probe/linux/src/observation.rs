//! How connections are observed right now, told by one reporter and shown by another.

use std::sync::{Arc, Mutex, PoisonError};

/// A short text for the reader of the map, shared between the reporters of this crate.
#[derive(Clone, Debug, Default)]
pub struct ObservationNote(Arc<Mutex<String>>);

impl ObservationNote {
    /// Replaces the text.
    pub fn tell(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// The text now.
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
