//! How much the app takes on at once, and for how long.
//!
//! Whoever reaches the app may open what they like and never finish it: every number here is what
//! that may cost the others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Renderings and other answers computed at once: a few more than there are processors, so that
/// a slow one does not hold up the rest.
const ANSWERS_MAX: usize = 8;

/// Reports decoded at once; one may take half a gigabyte while it is decoded.
const DECODES_MAX: usize = 2;

/// Connections answered at once that are too many.
pub(crate) const REFUSALS_MAX: usize = 64;

/// Probes that take controls; as many as the store keeps reports of.
const PROBES_MAX: usize = 10_000;

/// Ends of pipes joined at once.
const PIPE_ENDS_MAX: usize = 8192;

/// Passwords checked at once: their digests are slow on purpose.
const SIGN_INS_MAX: usize = 2;

/// What the app takes on at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Open connections, watchers aside: one for each probe and a few for each browser. One
    /// address has at most half.
    pub connections_max: usize,
    /// Open websockets of watchers; of one address at most half.
    pub watchers_max: usize,
    /// Bytes of posted reports received and not yet decoded, of all requests.
    pub received_bytes_max: usize,
    /// The time for the head of a request, for its body, and for the other end to take what is
    /// sent; also that of an idle connection. The original's read and write timeout.
    pub request_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: 12_000,
            watchers_max: 4096,
            received_bytes_max: 256 << 20,
            request_timeout: Duration::from_secs(90),
        }
    }
}

/// What is left of the bounds.
pub(crate) struct Room {
    pub(crate) answers: Arc<Semaphore>,
    pub(crate) decodes: Arc<Semaphore>,
    pub(crate) connections: Arc<Semaphore>,
    pub(crate) refusals: Arc<Semaphore>,
    pub(crate) watchers: Arc<Semaphore>,
    pub(crate) received_bytes: Arc<Semaphore>,
    pub(crate) probes: Arc<Semaphore>,
    pub(crate) pipe_ends: Arc<Semaphore>,
    pub(crate) sign_ins: Arc<Semaphore>,
    /// Who has the connections.
    pub(crate) connected: Crowd,
    /// Who watches.
    pub(crate) watching: Crowd,
}

impl Room {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        let of = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self {
            answers: of(ANSWERS_MAX),
            decodes: of(DECODES_MAX),
            connections: of(bounds.connections_max),
            refusals: of(REFUSALS_MAX),
            watchers: of(bounds.watchers_max),
            received_bytes: of(bounds.received_bytes_max),
            probes: of(PROBES_MAX),
            pipe_ends: of(PIPE_ENDS_MAX),
            sign_ins: of(SIGN_INS_MAX),
            connected: Crowd::default(),
            watching: Crowd::default(),
        }
    }
}

/// A place if there is one; it is free again when dropped.
pub(crate) fn try_take(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).try_acquire_owned().ok()
}

/// Who has how many places, so that nobody has all.
#[derive(Clone, Default)]
pub(crate) struct Crowd(Arc<Mutex<HashMap<Option<IpAddr>, usize>>>);

/// A place of somebody; it is free again when dropped.
pub(crate) struct Seat {
    _place: OwnedSemaphorePermit,
    crowd: Crowd,
    address: Option<IpAddr>,
}

impl Crowd {
    /// A place if there is one, and the address has not half of them already.
    pub(crate) fn try_take(
        &self,
        places: &Arc<Semaphore>,
        (address, places_max): (Option<IpAddr>, usize),
    ) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.entry(address).or_default();
        let place = if *own < places_max.div_ceil(2) { try_take(places) } else { None };
        if place.is_some() {
            *own += 1;
        } else if *own == 0 {
            taken.remove(&address);
        }
        Some(Seat { _place: place?, crowd: self.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// A computation ended by a defect of ours; the panic is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Defect;

/// Runs `work` beside the async tasks once one of `places` is free.
pub(crate) async fn compute<T: Send + 'static>(
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Defect> {
    let place = Arc::clone(places).acquire_owned().await.map_err(|_| Defect)?;
    let work = move || {
        let outcome = work();
        drop(place);
        outcome
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Defect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_at_most_half() {
        let (crowd, places) = (Crowd::default(), Arc::new(Semaphore::new(4)));
        let take = |address: &str| crowd.try_take(&places, (Some(address.parse().unwrap()), 4));
        let first = [take("10.0.0.1"), take("10.0.0.1")];
        assert!(first.iter().all(Option::is_some));
        assert!(take("10.0.0.1").is_none());
        let others = [take("10.0.0.2"), take("10.0.0.3")];
        assert!(others.iter().all(Option::is_some));
        assert!(take("10.0.0.4").is_none(), "all are taken");
        drop((first, others));
        assert!(take("10.0.0.1").is_some());
        assert!(crowd.0.lock().unwrap().is_empty());
        assert_eq!(places.available_permits(), 4);
    }
}
