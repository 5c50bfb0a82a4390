//! How much the app takes on at once, and for how long.
//!
//! Whoever reaches the app may open what they like and never finish it: every number here is what
//! that may cost the others.

use std::sync::Arc;
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
    /// Open connections, watchers aside: one for each probe and a few for each browser.
    pub connections_max: usize,
    /// Open websockets of watchers.
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
        }
    }
}

/// A place if there is one; it is free again when dropped.
pub(crate) fn try_take(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).try_acquire_owned().ok()
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
