//! Pipes: the bytes of a terminal or log, from a probe to browsers and back.
//!
//! Nothing is buffered beyond a few frames each way: whoever does not read holds up whoever writes,
//! up to the process at the far end. All browser ends of a pipe get all output, and one of them
//! that does not read for a while is let go, so that it cannot hold up the others. A pipe lives
//! until one side closes it, or an end is missing for a minute. The last output is kept, for a page
//! that was loaded again and asks for it.

mod recent;

use bytes::Bytes;
use recent::Recent;
use scope_control::PipeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Frames under way in one direction.
const FRAMES_MAX: usize = 16;

/// Pipes at once.
const PIPES_MAX: usize = 4096;

/// Browser ends of one pipe.
const READERS_MAX: usize = 32;

/// Closed pipes remembered, so that whoever reconnects learns that they are closed.
const CLOSED_MAX: usize = 65_536;

/// How long a browser end may leave output untaken before it is let go.
const READER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a pipe waits for a missing end.
const MISSING_MAX: Duration = Duration::from_secs(60);

/// How long a closed pipe is remembered.
const CLOSED_REMEMBERED: Duration = Duration::from_secs(600);

/// How often pipes are looked through.
pub(crate) const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// How long what is under way may still arrive after a close.
const CLOSE_GRACE: Duration = Duration::from_secs(2);

/// An end of a pipe cannot be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JoinError {
    #[error("the pipe is closed")]
    Closed,
    #[error("too many pipes are open; close a terminal and try again")]
    TooMany,
    #[error("the pipe is of another probe")]
    OfAnother,
}

/// Which end of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Probe,
    Browser,
    /// A browser that shows nothing yet, and wants to see the last output again.
    NewPage,
}

/// All pipes, open and lately closed.
#[derive(Default)]
pub(crate) struct Pipes(Mutex<Table>);

#[derive(Default)]
struct Table {
    open: HashMap<PipeId, Arc<Pipe>>,
    closed: HashMap<PipeId, Instant>,
    /// A pipe ended since they were looked through last.
    has_ended: bool,
}

/// An open pipe.
pub(crate) struct Pipe {
    state: Mutex<State>,
    to_probe: mpsc::Sender<Bytes>,
    from_browsers: tokio::sync::Mutex<mpsc::Receiver<Bytes>>,
    /// How many browser ends there are; the probe's end waits for the first.
    readers: watch::Sender<usize>,
    /// The number of the probe's end, or of none (0); a newer one takes the place of an older, for
    /// a probe that reconnects may have left a connection half open.
    probe: watch::Sender<u64>,
    closed: watch::Sender<bool>,
}

struct State {
    /// The id of the probe that opened the pipe, once one is known to have.
    probe_id: Option<String>,
    browsers: Vec<(u64, mpsc::Sender<Bytes>)>,
    recent: Recent,
    /// The size that its terminal was told last, columns and rows.
    size: Option<(u16, u16)>,
    joined: u64,
    had_probe: bool,
    had_browser: bool,
    /// Since when each end is missing.
    probe_missing: Option<Instant>,
    browser_missing: Option<Instant>,
}

/// A place at an end of a pipe, left when dropped.
pub(crate) struct Place {
    pub(crate) pipe: Arc<Pipe>,
    pub(crate) end: End,
    number: u64,
    /// What a browser gets.
    output: Option<mpsc::Receiver<Bytes>>,
}

impl Pipes {
    /// Joins an end of a pipe, making the pipe if nobody has.
    pub(crate) fn join(&self, id: &PipeId, end: End) -> Result<Place, JoinError> {
        let pipe = self.pipe(id)?;
        let mut state = lock(&pipe.state);
        if state.browsers.len() >= READERS_MAX && end != End::Probe {
            return Err(JoinError::TooMany);
        }
        state.joined += 1;
        let number = state.joined;
        let output = match end {
            End::Browser | End::NewPage => {
                let (sender, output) = mpsc::channel(FRAMES_MAX);
                if end == End::NewPage
                    && let Some(again) = state.recent.again()
                {
                    // There is room: nothing else is in it.
                    let _ = sender.try_send(again);
                }
                state.browsers.push((number, sender));
                state.browser_missing = None;
                state.had_browser = true;
                pipe.readers.send_replace(state.browsers.len());
                Some(output)
            }
            End::Probe => {
                state.probe_missing = None;
                state.had_probe = true;
                pipe.probe.send_replace(number);
                None
            }
        };
        drop(state);
        Ok(Place { pipe, end, number, output })
    }

    /// Notes that a pipe is of this probe, unless it is of another.
    pub(crate) fn claim(&self, id: &PipeId, probe: &str) -> Result<(), JoinError> {
        let pipe = self.pipe(id)?;
        let mut state = lock(&pipe.state);
        match &state.probe_id {
            Some(own) if own != probe => Err(JoinError::OfAnother),
            Some(_) => Ok(()),
            None => {
                state.probe_id = Some(probe.to_owned());
                Ok(())
            }
        }
    }

    /// Notes the size that the terminal of a pipe was told.
    pub(crate) fn resized(&self, id: &PipeId, size: (u16, u16)) {
        if let Some(pipe) = lock(&self.0).open.get(id) {
            lock(&pipe.state).size = Some(size);
        }
    }

    /// Closes the pipes of probes that are let in no longer.
    pub(crate) fn close_those_of(&self, is_out: impl Fn(&str) -> bool) {
        let mut table = lock(&self.0);
        let is_theirs = |pipe: &Pipe| lock(&pipe.state).probe_id.as_deref().is_some_and(&is_out);
        let theirs = table.open.iter().filter(|(_, pipe)| is_theirs(pipe));
        for id in theirs.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            table.end(&id, Instant::now());
        }
    }

    /// Whether the pipe was closed, as far as is remembered.
    pub(crate) fn is_closed(&self, id: &PipeId) -> bool {
        lock(&self.0).is_over(id)
    }

    /// Closes a pipe, known or not; both ends are told.
    pub(crate) fn close(&self, id: &PipeId) {
        lock(&self.0).close(id, Instant::now());
    }

    /// Closes a pipe that nobody wants any more, whatever its program still says.
    pub(crate) fn discard(&self, id: &PipeId) {
        lock(&self.0).end(id, Instant::now());
    }

    /// Closes pipes an end of which is missing for too long and forgets those long closed; says
    /// whether any ended since the last time.
    pub(crate) fn sweep(&self, now: Instant) -> bool {
        let mut table = lock(&self.0);
        let is_stale = |pipe: &Pipe| pipe.is_over() || lock(&pipe.state).is_stale(now);
        let stale = table.open.iter().filter(|(_, pipe)| is_stale(pipe)).map(|(id, _)| id.clone());
        for id in stale.collect::<Vec<_>>() {
            table.end(&id, now);
        }
        table.closed.retain(|_, since| now.saturating_duration_since(*since) < CLOSED_REMEMBERED);
        std::mem::take(&mut table.has_ended)
    }

    fn pipe(&self, id: &PipeId) -> Result<Arc<Pipe>, JoinError> {
        let mut table = lock(&self.0);
        if table.is_over(id) {
            table.end(id, Instant::now());
            return Err(JoinError::Closed);
        }
        if let Some(pipe) = table.open.get(id) {
            return Ok(Arc::clone(pipe));
        }
        if table.open.len() >= PIPES_MAX {
            return Err(JoinError::TooMany);
        }
        let pipe = Arc::new(Pipe::new(Instant::now()));
        table.open.insert(id.clone(), Arc::clone(&pipe));
        Ok(pipe)
    }
}

impl Table {
    /// Closes a pipe; one whose output nobody has seen yet stays for the first who looks.
    fn close(&mut self, id: &PipeId, now: Instant) {
        if let Some(pipe) = self.open.get(id) {
            pipe.closed.send_replace(true);
            if !pipe.is_over() {
                return;
            }
        }
        self.end(id, now);
    }

    fn end(&mut self, id: &PipeId, now: Instant) {
        if let Some(pipe) = self.open.remove(id) {
            pipe.closed.send_replace(true);
            self.has_ended = true;
        }
        if self.closed.len() < CLOSED_MAX {
            self.closed.entry(id.clone()).or_insert(now);
        }
    }

    fn is_over(&self, id: &PipeId) -> bool {
        self.closed.contains_key(id) || self.open.get(id).is_some_and(|pipe| pipe.is_over())
    }
}

impl Pipe {
    fn new(now: Instant) -> Self {
        let (to_probe, from_browsers) = mpsc::channel(FRAMES_MAX);
        Self {
            state: Mutex::new(State {
                probe_id: None,
                browsers: Vec::new(),
                recent: Recent::default(),
                size: None,
                joined: 0,
                had_probe: false,
                had_browser: false,
                probe_missing: Some(now),
                browser_missing: Some(now),
            }),
            to_probe,
            from_browsers: tokio::sync::Mutex::new(from_browsers),
            readers: watch::Sender::new(0),
            probe: watch::Sender::new(0),
            closed: watch::Sender::new(false),
        }
    }

    /// The size of its terminal, columns and rows, as far as it is known.
    pub(crate) fn size(&self) -> Option<(u16, u16)> {
        lock(&self.state).size
    }

    /// Takes bytes from one end for the other; waits while the other does not take them.
    pub(crate) async fn write(&self, from: End, bytes: Bytes) {
        match from {
            // The receiver lives as long as the pipe.
            End::Browser | End::NewPage => {
                let _ = self.to_probe.send(bytes).await;
            }
            End::Probe => self.write_to_browsers(bytes).await,
        }
    }

    /// Hands output to every browser end, the first of which is waited for.
    async fn write_to_browsers(&self, bytes: Bytes) {
        let _ = self.readers.subscribe().wait_for(|count| *count > 0).await;
        let browsers: Vec<_> = {
            // Noted at once with whom it goes to: nobody gets it twice or not at all.
            let mut state = lock(&self.state);
            state.recent.push(&bytes);
            state.browsers.clone()
        };
        for (number, browser) in browsers {
            let sending = browser.send(bytes.clone());
            if !matches!(tokio::time::timeout(READER_TIMEOUT, sending).await, Ok(Ok(()))) {
                self.let_go(number);
            }
        }
    }

    /// Whether it is closed, and nobody is still to see what its program said at last.
    fn is_over(&self) -> bool {
        let state = lock(&self.state);
        let is_unseen = state.had_probe && !state.had_browser;
        *self.closed.borrow() && !is_unseen
    }

    /// Resolves when a probe that was told of the close need no longer be listened to.
    pub(crate) async fn drained(&self) {
        if *self.closed.borrow() {
            let is_seen = lock(&self.state).had_browser;
            tokio::time::sleep(if is_seen { CLOSE_GRACE } else { MISSING_MAX }).await;
        }
    }

    fn let_go(&self, number: u64) {
        let mut state = lock(&self.state);
        state.browsers.retain(|(own, _)| *own != number);
        if state.browsers.is_empty() && state.browser_missing.is_none() {
            state.browser_missing = Some(Instant::now());
        }
        self.readers.send_replace(state.browsers.len());
    }

    async fn closing(&self) {
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }
}

impl State {
    fn is_stale(&self, now: Instant) -> bool {
        let missing = [self.probe_missing, self.browser_missing];
        let is_long = |since: &Instant| now.saturating_duration_since(*since) > MISSING_MAX;
        missing.iter().flatten().any(is_long)
    }
}

impl Place {
    /// The next bytes for this end; none once it is over.
    ///
    /// After a close the browsers get what the probe still sends, for the last words of a log and
    /// the request to close come over two connections.
    pub(crate) async fn read(&mut self) -> Option<Bytes> {
        let pipe = Arc::clone(&self.pipe);
        match &mut self.output {
            None => {
                let mut probe = pipe.probe.subscribe();
                let number = self.number;
                tokio::select! {
                    // What is typed goes to the newest connection; to this it would be lost.
                    biased;
                    _ = probe.wait_for(|current| *current != number) => None,
                    () = pipe.closing() => None,
                    input = async { pipe.from_browsers.lock().await.recv().await } => input,
                }
            }
            Some(output) => tokio::select! {
                biased;
                bytes = output.recv() => bytes,
                () = pipe.closing() => {
                    let mut probe = pipe.probe.subscribe();
                    let last = async {
                        tokio::select! {
                            biased;
                            bytes = output.recv() => bytes,
                            _ = probe.wait_for(|current| *current == 0) => None,
                        }
                    };
                    tokio::time::timeout(CLOSE_GRACE, last).await.unwrap_or_default()
                }
            },
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        match self.end {
            End::Browser | End::NewPage => self.pipe.let_go(self.number),
            End::Probe => {
                let is_current = |current: &mut u64| {
                    let is_own = *current == self.number;
                    if is_own {
                        *current = 0;
                    }
                    is_own
                };
                let mut state = lock(&self.pipe.state);
                if self.pipe.probe.send_if_modified(is_current) {
                    state.probe_missing = Some(Instant::now());
                }
            }
        }
    }
}

/// A panic elsewhere leaves the data whole: every change under a lock is complete or not begun.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> PipeId {
        PipeId::parse(text).unwrap()
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(test);
    }

    #[test]
    fn every_browser_gets_all_output() {
        run(async {
            let pipes = Pipes::default();
            let mut probe = pipes.join(&id("p"), End::Probe).unwrap();
            let mut first = pipes.join(&id("p"), End::Browser).unwrap();
            let mut second = pipes.join(&id("p"), End::Browser).unwrap();
            probe.pipe.write(End::Probe, Bytes::from_static(b"out")).await;
            assert_eq!(first.read().await.unwrap(), "out");
            assert_eq!(second.read().await.unwrap(), "out");
            second.pipe.write(End::Browser, Bytes::from_static(b"in")).await;
            assert_eq!(probe.read().await.unwrap(), "in");
        });
    }

    #[test]
    fn a_page_that_was_loaded_again_gets_the_last_output() {
        run(async {
            let pipes = Pipes::default();
            let probe = pipes.join(&id("p"), End::Probe).unwrap();
            let mut first = pipes.join(&id("p"), End::NewPage).unwrap();
            probe.pipe.write(End::Probe, Bytes::from_static(b"$ ls\n")).await;
            assert_eq!(first.read().await.unwrap(), "$ ls\n");
            drop(first);
            let mut again = pipes.join(&id("p"), End::NewPage).unwrap();
            let mut other = pipes.join(&id("p"), End::Browser).unwrap();
            probe.pipe.write(End::Probe, Bytes::from_static(b"file\n")).await;
            assert_eq!(again.read().await.unwrap(), "$ ls\n");
            assert_eq!(again.read().await.unwrap(), "file\n");
            // Who does not ask, as no client of Weave Scope does, gets what comes.
            assert_eq!(other.read().await.unwrap(), "file\n");
        });
    }

    #[test]
    fn a_pipe_is_of_the_probe_that_opened_it() {
        let pipes = Pipes::default();
        assert_eq!(pipes.claim(&id("p"), "a"), Ok(()));
        assert_eq!(pipes.claim(&id("p"), "b"), Err(JoinError::OfAnother));
        assert_eq!(pipes.claim(&id("p"), "a"), Ok(()));
        assert_eq!(pipes.claim(&id("q"), "b"), Ok(()));
        pipes.close_those_of(|probe| probe == "a");
        assert_eq!(pipes.claim(&id("p"), "a"), Err(JoinError::Closed));
        assert_eq!(pipes.claim(&id("q"), "b"), Ok(()));
    }

    #[test]
    fn output_waits_for_the_first_browser() {
        run(async {
            let pipes = Pipes::default();
            let probe = pipes.join(&id("p"), End::Probe).unwrap();
            let writing = probe.pipe.write(End::Probe, Bytes::from_static(b"out"));
            let reading = async {
                let mut browser = pipes.join(&id("p"), End::Browser).unwrap();
                browser.read().await
            };
            let ((), output) = tokio::join!(writing, reading);
            assert_eq!(output.unwrap(), "out");
        });
    }

    #[test]
    fn the_last_words_before_a_close_arrive() {
        run(async {
            let pipes = Pipes::default();
            let probe = pipes.join(&id("p"), End::Probe).unwrap();
            let mut browser = pipes.join(&id("p"), End::Browser).unwrap();
            pipes.close(&id("p"));
            probe.pipe.write(End::Probe, Bytes::from_static(b"bye")).await;
            drop(probe);
            assert_eq!(browser.read().await.unwrap(), "bye");
            assert_eq!(browser.read().await, None);
        });
    }

    #[test]
    fn what_ended_before_anybody_looked_is_shown() {
        run(async {
            let pipes = Pipes::default();
            let probe = pipes.join(&id("p"), End::Probe).unwrap();
            pipes.close(&id("p"));
            assert!(!pipes.is_closed(&id("p")));
            let mut browser = pipes.join(&id("p"), End::Browser).unwrap();
            probe.pipe.write(End::Probe, Bytes::from_static(b"all")).await;
            drop(probe);
            assert_eq!(browser.read().await.unwrap(), "all");
            assert_eq!(browser.read().await, None);
            assert!(pipes.is_closed(&id("p")));
        });
    }

    #[test]
    fn what_ended_without_a_word_is_shown_as_ended() {
        run(async {
            let pipes = Pipes::default();
            drop(pipes.join(&id("p"), End::Probe).unwrap());
            pipes.close(&id("p"));
            let mut browser = pipes.join(&id("p"), End::Browser).unwrap();
            assert_eq!(browser.read().await, None);
            assert!(pipes.is_closed(&id("p")));
            // Nobody is waited for longer than for any missing end.
            drop(pipes.join(&id("q"), End::Probe).unwrap());
            pipes.close(&id("q"));
            pipes.sweep(Instant::now() + MISSING_MAX + Duration::from_secs(1));
            assert!(pipes.is_closed(&id("q")));
        });
    }

    #[test]
    fn a_pipe_without_an_end_is_closed_and_remembered() {
        let pipes = Pipes::default();
        let _probe = pipes.join(&id("p"), End::Probe).unwrap();
        let now = Instant::now();
        assert!(!pipes.sweep(now));
        assert!(!pipes.is_closed(&id("p")));
        assert!(pipes.sweep(now + MISSING_MAX + Duration::from_secs(1)));
        assert!(pipes.is_closed(&id("p")));
        assert_eq!(pipes.join(&id("p"), End::Browser).err(), Some(JoinError::Closed));
        pipes.sweep(now + MISSING_MAX + CLOSED_REMEMBERED + Duration::from_secs(2));
        assert!(!pipes.is_closed(&id("p")));
    }

    #[test]
    fn a_probe_that_reconnects_takes_its_own_place() {
        run(async {
            let pipes = Pipes::default();
            let mut half_open = pipes.join(&id("p"), End::Probe).unwrap();
            let mut probe = pipes.join(&id("p"), End::Probe).unwrap();
            assert_eq!(half_open.read().await, None);
            drop(half_open);
            probe.pipe.write(End::Browser, Bytes::from_static(b"in")).await;
            assert_eq!(probe.read().await.unwrap(), "in");
        });
    }

    #[test]
    fn pipes_are_bounded() {
        let pipes = Pipes::default();
        for number in 0..PIPES_MAX {
            pipes.join(&id(&format!("p{number}")), End::Probe).unwrap();
        }
        assert_eq!(pipes.join(&id("more"), End::Probe).err(), Some(JoinError::TooMany));
        drop(pipes.join(&id("p0"), End::Browser).unwrap());
        pipes.close(&id("p0"));
        assert!(pipes.join(&id("more"), End::Probe).is_ok());
    }
}
