//! The road back: probes that take controls, and the calls under way.
//!
//! A probe registers with a websocket and is called over it. Each call has a number, a time limit
//! and a place; whoever asked and went away is forgotten. Of several connections under one id the
//! newest is called; the older ones stay, for a probe that reconnects may leave one half open.

use scope_control::{Invocation, Outcome};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Calls of one probe that wait to be sent.
const CALLS_QUEUED_MAX: usize = 64;

/// Calls of one probe that were sent and not answered yet.
pub(crate) const CALLS_OPEN_MAX: usize = 256;

/// Calls under way for one person, or for one address of those who did not sign in.
const CALLS_OF_CALLER_MAX: usize = 32;

/// A call on its way to a probe.
pub(crate) struct Call {
    pub(crate) invocation: Invocation,
    pub(crate) answer: oneshot::Sender<Outcome>,
}

/// Why a control did not run, for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error("probe {0} is not connected right now")]
    NotConnected(String),
    #[error(
        "probe {0} is not connected right now: its reports come here, but it takes no controls \
         from this app; it was started with --probe.no-controls, or is connected to another app, \
         where it can be acted on"
    )]
    NotHere(String),
    #[error("probe {0} has too many controls under way; try again later")]
    Busy(String),
    #[error(
        "probe {probe} did not answer within {} seconds; it may still do what was asked",
        timeout.as_secs()
    )]
    TimedOut { probe: String, timeout: Duration },
    #[error("probe {0} went away before it answered; it may still do what was asked")]
    WentAway(String),
}

/// The probes that take controls.
#[derive(Default)]
pub(crate) struct Controls {
    probes: Mutex<HashMap<String, Vec<Registration>>>,
    registered: std::sync::atomic::AtomicU64,
    /// How many calls are under way for each who has any.
    callers: Mutex<HashMap<String, usize>>,
}

/// A call under way for somebody, until dropped.
pub(crate) struct CallPlace<'a> {
    controls: &'a Controls,
    caller: String,
}

struct Registration {
    number: u64,
    calls: mpsc::Sender<Call>,
}

impl Controls {
    /// Registers a connection of a probe: the calls it is to answer, and its registration.
    pub(crate) fn register(&self, probe: &str) -> (u64, mpsc::Receiver<Call>) {
        let number = self.registered.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (calls, receiver) = mpsc::channel(CALLS_QUEUED_MAX);
        let mut probes = self.lock();
        probes.entry(probe.to_owned()).or_default().push(Registration { number, calls });
        (number, receiver)
    }

    /// Ends a registration.
    pub(crate) fn leave(&self, probe: &str, number: u64) {
        let mut probes = self.lock();
        if let Some(registrations) = probes.get_mut(probe) {
            registrations.retain(|registration| registration.number != number);
            if registrations.is_empty() {
                probes.remove(probe);
            }
        }
    }

    /// A place for one more call of this caller; none while they have too many under way.
    pub(crate) fn place(&self, caller: String) -> Option<CallPlace<'_>> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = callers.entry(caller.clone()).or_default();
        if *count >= CALLS_OF_CALLER_MAX {
            return None;
        }
        *count += 1;
        Some(CallPlace { controls: self, caller })
    }

    /// Runs a control on a node of a probe and waits for what comes of it.
    pub(crate) async fn call(
        &self,
        probe: &str,
        invocation: Invocation,
        timeout: Duration,
    ) -> Result<Outcome, CallError> {
        let calls = self.newest(probe).ok_or_else(|| CallError::NotConnected(probe.to_owned()))?;
        let (answer, answered) = oneshot::channel();
        calls.try_send(Call { invocation, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CallError::Busy(probe.to_owned()),
            mpsc::error::TrySendError::Closed(_) => CallError::NotConnected(probe.to_owned()),
        })?;
        match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) => Err(CallError::WentAway(probe.to_owned())),
            Err(_) => Err(CallError::TimedOut { probe: probe.to_owned(), timeout }),
        }
    }

    /// Whether a probe of this id takes controls now.
    pub(crate) fn has(&self, probe: &str) -> bool {
        self.lock().contains_key(probe)
    }

    fn newest(&self, probe: &str) -> Option<mpsc::Sender<Call>> {
        self.lock().get(probe)?.last().map(|registration| registration.calls.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Registration>>> {
        self.probes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CallPlace<'_> {
    fn drop(&mut self) {
        let mut callers = self.controls.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = callers.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(test)
    }

    #[test]
    fn a_probe_that_takes_no_more_is_busy() {
        run(async {
            let controls = Controls::default();
            let call = || controls.call("p", Invocation::default(), Duration::ZERO);
            assert_eq!(call().await, Err(CallError::NotConnected("p".to_owned())));
            let (number, mut calls) = controls.register("p");
            for _ in 0..CALLS_QUEUED_MAX {
                let timed_out =
                    CallError::TimedOut { probe: "p".to_owned(), timeout: Duration::ZERO };
                assert_eq!(call().await, Err(timed_out));
            }
            assert_eq!(call().await, Err(CallError::Busy("p".to_owned())));
            // Whoever waits no longer is told apart by the closed end of their channel.
            assert!(calls.recv().await.unwrap().answer.is_closed());
            drop(calls);
            assert_eq!(call().await, Err(CallError::NotConnected("p".to_owned())));
            controls.leave("p", number);
            assert!(controls.lock().is_empty());
        });
    }

    #[test]
    fn nobody_takes_all_places() {
        let controls = Controls::default();
        let places: Vec<_> =
            (0..CALLS_OF_CALLER_MAX).map(|_| controls.place("ada".to_owned()).unwrap()).collect();
        assert!(controls.place("ada".to_owned()).is_none());
        assert!(controls.place("bob".to_owned()).is_some());
        drop(places);
        assert!(controls.callers.lock().unwrap().is_empty());
    }

    #[test]
    fn the_newest_connection_of_a_probe_is_called() {
        run(async {
            let controls = Controls::default();
            let (_, mut half_open) = controls.register("p");
            let (number, mut calls) = controls.register("p");
            let answering = async {
                let call = calls.recv().await.unwrap();
                call.answer.send(Outcome::failed("by the newest")).unwrap();
            };
            let calling = controls.call("p", Invocation::default(), Duration::from_secs(20));
            let (outcome, ()) = tokio::join!(calling, answering);
            assert_eq!(outcome.unwrap().error, "by the newest");
            assert!(half_open.try_recv().is_err());
            controls.leave("p", number);
            // The older one is called again.
            let _ = controls.call("p", Invocation::default(), Duration::ZERO).await;
            assert!(half_open.try_recv().is_ok());
        });
    }
}
