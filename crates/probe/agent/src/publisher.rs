//! One app that reports go to: a queue of two, a thread, patience that grows.
//!
//! Losing a report is no disaster, because the next full one says everything; but a delta means
//! nothing to an app that missed the full report before it. So whenever one is lost, the next is
//! asked to be full.

use crate::Target;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Reports waiting for one app.
const QUEUE_REPORTS_MAX: usize = 2;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(12);
const BACKOFF_MIN: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// How often a second way to an app already served is looked at again.
const DUPLICATE_RECHECK: Duration = Duration::from_secs(60);

/// The answer of `GET /api` is read up to here.
const DETAILS_BYTES_MAX: u64 = 1 << 20;

/// An encoded report, shared by all publishers.
#[derive(Clone)]
pub(crate) struct Payload {
    /// gzip of msgpack.
    pub(crate) body: Arc<[u8]>,
    pub(crate) shortcut: bool,
    /// Whether it means something only to an app that has the last full report.
    pub(crate) delta: bool,
}

/// Who this probe is, on every request.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) probe_id: String,
    pub(crate) version: String,
}

/// Which target serves which app, so that an app with two addresses gets one copy.
pub(crate) type ServedApps = Arc<Mutex<HashMap<String, String>>>;

/// The sending end of a publisher.
pub(crate) struct Publisher {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<VecDeque<Payload>>,
    wake: Condvar,
    stopped: AtomicBool,
    /// Set while nothing is taken, because the app cannot be reached or is served already.
    paused: AtomicBool,
    /// Set when a report was lost on the way to this app.
    lost: AtomicBool,
}

/// Publishing failed, in words for the log.
#[derive(Debug, thiserror::Error)]
enum PublishError {
    #[error("reach the app")]
    Transport(#[source] ureq::Error),
    #[error("the app answered {status}: {text}")]
    Refused { status: u16, text: String },
}

impl Publisher {
    pub(crate) fn start(
        target: Target,
        identity: Identity,
        served: ServedApps,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(VecDeque::with_capacity(QUEUE_REPORTS_MAX)),
            wake: Condvar::new(),
            stopped: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        });
        let sender = Sender::new(target, identity, served, Arc::clone(&shared));
        std::thread::Builder::new().name("publish".to_owned()).spawn(move || sender.run())?;
        Ok(Self { shared })
    }

    /// Queues a report; a full queue loses its oldest regular one, or the new one if it is a
    /// shortcut. While the app is left alone nothing is queued: that one is lost is told once, when
    /// the pause ends, lest every report to the other apps be full until then.
    pub(crate) fn send(&self, payload: Payload) {
        if self.shared.paused.load(Ordering::Relaxed) {
            return;
        }
        let mut queue = self.shared.lock();
        if queue.len() >= QUEUE_REPORTS_MAX {
            if payload.shortcut {
                return;
            }
            let oldest = queue.iter().position(|waiting| !waiting.shortcut).unwrap_or(0);
            queue.remove(oldest);
            self.shared.lost.store(true, Ordering::Relaxed);
        }
        queue.push_back(payload);
        self.shared.wake.notify_one();
    }

    /// Whether a report was lost since the last time this was asked.
    pub(crate) fn take_lost(&self) -> bool {
        self.shared.lost.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Payload>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next report, or `None` when the publisher was dropped.
    fn next(&self) -> Option<Payload> {
        let mut queue = self.lock();
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return None;
            }
            match queue.pop_front() {
                Some(payload) => return Some(payload),
                None => {
                    queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Waits, losing what arrives meanwhile; says whether to go on.
    fn pause(&self, duration: Duration) -> bool {
        self.paused.store(true, Ordering::Relaxed);
        let queue = self.lock();
        let idle = |_: &mut VecDeque<Payload>| !self.stopped.load(Ordering::Relaxed);
        let waited = self.wake.wait_timeout_while(queue, duration, idle);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.clear();
        self.paused.store(false, Ordering::Relaxed);
        self.lost.store(true, Ordering::Relaxed);
        !self.stopped.load(Ordering::Relaxed)
    }
}

struct Sender {
    target: Target,
    identity: Identity,
    served: ServedApps,
    shared: Arc<Shared>,
    agent: ureq::Agent,
    /// The id of the app as last read; blank while not connected.
    app_id: String,
}

impl Sender {
    fn new(target: Target, identity: Identity, served: ServedApps, shared: Arc<Shared>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(REQUEST_TIMEOUT))
            .http_status_as_error(false)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        Self { target, identity, served, shared, agent, app_id: String::new() }
    }

    fn run(mut self) {
        let mut backoff = BACKOFF_MIN;
        while let Some(payload) = self.shared.next() {
            match self.publish(&payload) {
                Ok(true) => backoff = BACKOFF_MIN,
                Ok(false) => {
                    if !self.shared.pause(DUPLICATE_RECHECK) {
                        return;
                    }
                }
                Err(error) => {
                    self.release();
                    let cause = cause(&error);
                    let retry_secs = backoff.as_secs();
                    let target = &self.target;
                    tracing::warn!(%target, retry_secs, "cannot publish: {error}{cause}");
                    if !self.shared.pause(backoff) {
                        return;
                    }
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
        self.release();
    }

    /// Posts a report; `false` when the app is served through another target already.
    fn publish(&mut self, payload: &Payload) -> Result<bool, PublishError> {
        if self.app_id.is_empty() {
            let app_id = self.read_app_id()?;
            let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
            let by = served.entry(app_id.clone()).or_insert_with(|| self.target.to_string());
            if *by != self.target.base_url {
                tracing::info!(target = %self.target, other = %by, "the same app, served once");
                return Ok(false);
            }
            drop(served);
            tracing::info!(target = %self.target, "publishing");
            self.app_id = app_id;
        } else if payload.delta && self.read_app_id()? != self.app_id {
            // Restarted between two reports: it knows nothing, and a full report is asked for.
            self.shared.lost.store(true, Ordering::Relaxed);
            self.release();
            return Ok(true);
        }
        let url = format!("{}/api/report", self.target.base_url);
        let request = self
            .authorised(self.agent.post(&url))
            .header("Content-Type", "application/msgpack")
            .header("Content-Encoding", "gzip");
        let answer = request.send(&*payload.body).map_err(PublishError::Transport)?;
        accept(answer).map(|_| true)
    }

    fn read_app_id(&self) -> Result<String, PublishError> {
        let url = format!("{}/api", self.target.base_url);
        let answer = self.authorised(self.agent.get(&url)).call();
        let body = accept(answer.map_err(PublishError::Transport)?)?;
        let details: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        match details.get("id").and_then(serde_json::Value::as_str) {
            Some(app_id) if !app_id.is_empty() => Ok(app_id.to_owned()),
            _ => {
                let text = "what answers there is not a Scope app".to_owned();
                Err(PublishError::Refused { status: 200, text })
            }
        }
    }

    fn authorised<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let request = request
            .header("X-Scope-Probe-ID", &self.identity.probe_id)
            .header("X-Scope-Probe-Version", &self.identity.version)
            .header("User-Agent", format!("Scope_Probe/{}", self.identity.version));
        if self.target.token.is_empty() {
            request
        } else {
            request.header("Authorization", format!("Scope-Probe token={}", self.target.token))
        }
    }

    /// Lets another target serve the app.
    fn release(&mut self) {
        if !self.app_id.is_empty() {
            let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
            served.remove(&self.app_id);
            self.app_id.clear();
        }
    }
}

/// The body of a 200, or what the app said instead.
fn accept(mut answer: ureq::http::Response<ureq::Body>) -> Result<String, PublishError> {
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(DETAILS_BYTES_MAX).read_to_string();
    let body = body.map_err(PublishError::Transport)?;
    if status == 200 {
        return Ok(body);
    }
    let text = body.trim().chars().take(200).collect();
    Err(PublishError::Refused { status, text })
}

fn cause(error: &PublishError) -> String {
    std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};

    const SOON: Duration = Duration::from_secs(10);

    /// Answers as an app whose id the test changes at will; tells the path of each request.
    fn app(id: &Arc<Mutex<&'static str>>) -> (Target, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::local(listener.local_addr().unwrap().port());
        let (told, requests) = channel();
        let id = Arc::clone(id);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut bytes = Vec::new();
                let mut piece = [0; 4096];
                // The body of these tests ends with a letter that no header has.
                while !bytes.ends_with(b"\r\n\r\n") && !bytes.ends_with(b"~") {
                    let length = stream.read(&mut piece).unwrap_or_default();
                    bytes.extend_from_slice(&piece[..length]);
                    if length == 0 || bytes.starts_with(b"GET") && bytes.ends_with(b"\r\n\r\n") {
                        break;
                    }
                    if bytes.starts_with(b"POST") && bytes.ends_with(b"\r\n\r\n") {
                        bytes.push(b' ');
                    }
                }
                let first = String::from_utf8_lossy(&bytes);
                let path = first.split(' ').take(2).collect::<Vec<_>>().join(" ");
                let body = format!("{{\"id\":\"{}\"}}", id.lock().unwrap());
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
                let _ = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
                if told.send(path).is_err() {
                    return;
                }
            }
        });
        (target, requests)
    }

    fn publisher(target: Target) -> Publisher {
        let identity = Identity { probe_id: "p".to_owned(), version: "0".to_owned() };
        Publisher::start(target, identity, ServedApps::default()).unwrap()
    }

    fn payload(delta: bool) -> Payload {
        Payload { body: Arc::from(&b"~"[..]), shortcut: false, delta }
    }

    #[track_caller]
    fn check(requests: &Receiver<String>, expect: &[&str]) {
        let seen: Vec<String> =
            expect.iter().filter_map(|_| requests.recv_timeout(SOON).ok()).collect();
        assert_eq!(seen, expect);
    }

    #[test]
    fn an_app_that_restarted_is_told_everything() {
        let id = Arc::new(Mutex::new("one"));
        let (target, requests) = app(&id);
        let publisher = publisher(target);
        publisher.send(payload(false));
        check(&requests, &["GET /api", "POST /api/report"]);
        publisher.send(payload(true));
        check(&requests, &["GET /api", "POST /api/report"]);
        assert!(!publisher.take_lost());
        *id.lock().unwrap() = "two";
        publisher.send(payload(true));
        check(&requests, &["GET /api"]);
        publisher.send(payload(false));
        check(&requests, &["GET /api", "POST /api/report"]);
        assert!(publisher.take_lost());
    }

    #[test]
    fn an_app_that_is_left_alone_costs_the_others_no_full_reports() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::local(listener.local_addr().unwrap().port());
        drop(listener);
        let publisher = publisher(target);
        publisher.send(payload(false));
        let paused = || publisher.shared.paused.load(Ordering::Relaxed);
        let deadline = std::time::Instant::now() + SOON;
        while !paused() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(paused());
        (0..5).for_each(|_| publisher.send(payload(true)));
        let waiting = publisher.shared.lock().len();
        assert!(!paused() || (waiting == 0 && !publisher.take_lost()));
    }
}
