//! Where readers have put nodes on the map, shared between all who look.
//!
//! Kept in memory and bounded: a map is arranged again in a minute, so nothing is written to disk.
//! The app gives the numbers no meaning; whoever wrote last is right. It refuses what is too much
//! and what is not a number.

use scope_api::{Pin, Positions};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Pictures (a view and how it is grouped) that are kept; the one written longest ago goes first.
pub(crate) const PICTURES_MAX: usize = 64;

/// Nodes of one picture.
pub(crate) const PINS_MAX: usize = 1_000;

/// The name of a picture in bytes.
pub(crate) const PICTURE_BYTES_MAX: usize = 300;

/// The id of a node in bytes.
const ID_BYTES_MAX: usize = 1_000;

/// Further out nothing is put, px.
const REACH_MAX: f64 = 1e6;

/// Why positions are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PositionsError {
    /// The picture's name is empty or too long.
    #[error("the picture needs a name of 1 to {PICTURE_BYTES_MAX} bytes")]
    Picture,
    /// Too many nodes.
    #[error("at most {PINS_MAX} nodes can be put somewhere")]
    TooMany,
    /// An id that is empty or too long, or a place out of reach.
    #[error("a node needs an id of 1 to {ID_BYTES_MAX} bytes and a place within {REACH_MAX} px")]
    Pin,
}

/// What readers have put where.
#[derive(Debug, Default)]
pub(crate) struct PositionsKept {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Of all pictures, so that no two states of one ever have the same.
    version: u64,
    pictures: HashMap<String, Arc<Positions>>,
}

impl PositionsKept {
    /// What was put somewhere in a picture.
    pub(crate) fn get(&self, picture: &str) -> Arc<Positions> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.pictures.get(picture).cloned().unwrap_or_default()
    }

    /// Replaces what was put somewhere in a picture.
    pub(crate) fn put(
        &self,
        picture: &str,
        pins: Vec<Pin>,
    ) -> Result<Arc<Positions>, PositionsError> {
        if picture.is_empty() || picture.len() > PICTURE_BYTES_MAX {
            return Err(PositionsError::Picture);
        }
        if pins.len() > PINS_MAX {
            return Err(PositionsError::TooMany);
        }
        if !pins.iter().all(is_sane) {
            return Err(PositionsError::Pin);
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.version += 1;
        let kept = Arc::new(Positions { version: inner.version, pins });
        if inner.pictures.len() >= PICTURES_MAX && !inner.pictures.contains_key(picture) {
            let oldest = inner.pictures.iter().min_by_key(|(_, positions)| positions.version);
            let oldest = oldest.map(|(name, _)| name.clone());
            oldest.and_then(|name| inner.pictures.remove(&name));
        }
        inner.pictures.insert(picture.to_owned(), Arc::clone(&kept));
        Ok(kept)
    }
}

fn is_sane(pin: &Pin) -> bool {
    let within = |side: f64| side.is_finite() && side.abs() <= REACH_MAX;
    !pin.id.is_empty() && pin.id.len() <= ID_BYTES_MAX && within(pin.x) && within(pin.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(id: &str, x: f64) -> Pin {
        Pin { id: id.into(), x, y: 0.0 }
    }

    #[track_caller]
    fn check(picture: &str, pins: Vec<Pin>, expect: Result<usize, PositionsError>) {
        let kept = PositionsKept::default();
        let count = kept.put(picture, pins).map(|positions| positions.pins.len());
        assert_eq!(count, expect, "{picture}");
    }

    #[test]
    fn what_is_too_much_is_refused() {
        check("containers", vec![pin("a", 1.5)], Ok(1));
        check("", vec![], Err(PositionsError::Picture));
        check(&"x".repeat(PICTURE_BYTES_MAX + 1), vec![], Err(PositionsError::Picture));
        check("containers", vec![pin("a", 0.0); PINS_MAX + 1], Err(PositionsError::TooMany));
        check("containers", vec![pin("", 0.0)], Err(PositionsError::Pin));
        check("containers", vec![pin("a", f64::NAN)], Err(PositionsError::Pin));
        check("containers", vec![pin("a", 2e6)], Err(PositionsError::Pin));
    }

    #[test]
    fn the_last_writer_is_right_and_the_oldest_picture_goes() {
        let kept = PositionsKept::default();
        assert_eq!(*kept.get("p0"), Positions::default());
        for name in 0..PICTURES_MAX {
            let _ = kept.put(&format!("p{name}"), vec![pin("a", 1.0)]);
        }
        let _ = kept.put("p0", vec![pin("b", 2.0)]);
        let _ = kept.put("new", vec![]);
        assert_eq!(kept.get("p0").pins, [pin("b", 2.0)]);
        assert_eq!(kept.get("p0").version, PICTURES_MAX as u64 + 1);
        assert!(kept.get("p1").pins.is_empty());
        assert_eq!(kept.get("p2").pins.len(), 1);
    }
}
