//! Takes the kernel's events out of their ring ten times a second, so that a small ring does: what
//! is mapped of it counts twice as memory of the probe.
//!
//! Refuses to understand events; it only keeps them until the reporter comes for them.

use scope_ebpf::{Event, Kernel};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks into the ring.
const INTERVAL: Duration = Duration::from_millis(100);

/// The most events that wait for the reporter.
const EVENTS_MAX: usize = 131_072;

/// The kernel's programs with the thread that empties their ring; both end when it is dropped.
pub struct Pump {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    stopped: AtomicBool,
}

struct State {
    kernel: Kernel,
    events: Vec<Event>,
    lost: u64,
}

impl Pump {
    /// Begins to empty the ring of `kernel`. Where no thread can be had, that is done only when
    /// somebody comes for the events.
    pub fn start(kernel: Kernel) -> Self {
        let state = Mutex::new(State { kernel, events: Vec::new(), lost: 0 });
        let shared = Arc::new(Shared { state, stopped: AtomicBool::new(false) });
        let other = Arc::clone(&shared);
        let run = move || {
            while !other.stopped.load(Ordering::Relaxed) {
                std::thread::park_timeout(INTERVAL);
                other.lock().empty_ring();
            }
        };
        let thread = std::thread::Builder::new().name("kernel-events".to_owned()).spawn(run);
        Self { shared, thread: thread.ok() }
    }

    /// Hands over the events since the last time; answers how many were lost.
    pub fn take(&self, each: &mut impl FnMut(Event)) -> u64 {
        let mut state = self.shared.lock();
        state.empty_ring();
        let events = std::mem::take(&mut state.events);
        let lost = std::mem::take(&mut state.lost);
        drop(state);
        events.into_iter().for_each(each);
        lost
    }

    /// Asks the kernel something; meanwhile the ring fills.
    pub fn ask<T>(&self, question: impl FnOnce(&mut Kernel) -> T) -> T {
        question(&mut self.shared.lock().kernel)
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It ends with its loop; a thread that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn empty_ring(&mut self) {
        let Self { kernel, events, lost } = self;
        let mut beyond = 0;
        let drained = kernel.drain(&mut |event| match events.len() {
            EVENTS_MAX.. => beyond += 1,
            _ => events.push(event),
        });
        *lost += drained.lost + beyond;
    }
}
