//! One app that reports go to: a queue of two, a thread, patience that grows.
//!
//! Losing a report is no disaster, because the next full one says everything; but a delta means
//! nothing to an app that missed the full report before it. So whenever one is lost, the next is
//! asked to be full.

use crate::Target;
use crate::app_client::{AppClient, ClientError, Identity, ServedApps};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Reports waiting for one app.
const QUEUE_REPORTS_MAX: usize = 2;

const BACKOFF_MIN: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// How often a second way to an app already served is looked at again.
const DUPLICATE_RECHECK: Duration = Duration::from_secs(60);

/// gzip level of a report; 1 costs a tenth of 6 and sends half as much again.
const GZIP_LEVEL: u32 = 1;

/// An encoded report, shared by all publishers.
#[derive(Clone)]
pub(crate) struct Payload {
    pub(crate) body: Arc<Body>,
    pub(crate) shortcut: bool,
    /// Whether it means something only to an app that has the last full report.
    pub(crate) delta: bool,
}

/// A report in msgpack, packed once in each way that an app asks for.
pub(crate) struct Body {
    msgpack: Vec<u8>,
    gzip: OnceLock<Vec<u8>>,
    zstd: OnceLock<Option<Vec<u8>>>,
}

impl Body {
    pub(crate) fn new(msgpack: Vec<u8>) -> Self {
        Self { msgpack, gzip: OnceLock::new(), zstd: OnceLock::new() }
    }

    /// The bytes to send and their `Content-Encoding`.
    fn packed(&self, takes_zstd: bool) -> (&[u8], &'static str) {
        let zstd = || self.zstd.get_or_init(|| scope_wire::zstd_packed(&self.msgpack)).as_ref();
        match takes_zstd.then(zstd).flatten() {
            Some(body) => (body, "zstd"),
            None => {
                let pack = || scope_wire::gzip_packed(&self.msgpack, GZIP_LEVEL);
                (self.gzip.get_or_init(pack), "gzip")
            }
        }
    }
}

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
    client: AppClient,
    served: ServedApps,
    shared: Arc<Shared>,
    /// The id of the app as last read; blank while not connected.
    app_id: String,
    /// Whether that app said that it reads zstd; those of Scope 1.13 do not.
    takes_zstd: bool,
}

impl Sender {
    fn new(target: Target, identity: Identity, served: ServedApps, shared: Arc<Shared>) -> Self {
        let client = AppClient::new(target, identity);
        Self { client, served, shared, app_id: String::new(), takes_zstd: false }
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
                    let cause = error.cause();
                    let retry_secs = backoff.as_secs();
                    let target = self.client.target();
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
    fn publish(&mut self, payload: &Payload) -> Result<bool, ClientError> {
        if self.app_id.is_empty() {
            let app_id = self.read_app_id()?;
            let target = self.client.target();
            if let Err(other) = self.served.claim(&app_id, target) {
                tracing::info!(%target, %other, "the same app, served once");
                return Ok(false);
            }
            tracing::info!(%target, "publishing");
            self.app_id = app_id;
        } else if payload.delta && self.read_app_id()? != self.app_id {
            // Restarted between two reports: it knows nothing, and a full report is asked for.
            self.shared.lost.store(true, Ordering::Relaxed);
            self.release();
            return Ok(true);
        }
        let (body, encoding) = payload.body.packed(self.takes_zstd);
        let takes_zstd = self.client.post_report(body, encoding)?;
        if encoding == "zstd" && !takes_zstd {
            // An older app took its place since, and says 200 to what it cannot read.
            self.takes_zstd = false;
            self.shared.lost.store(true, Ordering::Relaxed);
        }
        Ok(true)
    }

    fn read_app_id(&mut self) -> Result<String, ClientError> {
        let details = self.client.details()?;
        self.takes_zstd = details.takes_zstd;
        Ok(details.app_id)
    }

    /// Lets another target serve the app.
    fn release(&mut self) {
        self.served.release(&self.app_id);
        self.app_id.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::Report;
    use scope_wire::{CONTENT_TYPE_MSGPACK, Limits, decode};
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
                let first = request(&mut stream);
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

    /// Reads one request; gives its head.
    fn request(stream: &mut impl Read) -> String {
        let mut head = Vec::new();
        let mut letter = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut letter).is_ok() {
            head.push(letter[0].to_ascii_lowercase());
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        stream.read_exact(&mut vec![0; length]).unwrap();
        head
    }

    fn publisher(target: Target) -> Publisher {
        let identity = Identity { probe_id: "p".to_owned(), version: "0".to_owned() };
        Publisher::start(target, identity, ServedApps::default()).unwrap()
    }

    fn payload(delta: bool) -> Payload {
        Payload { body: Arc::new(Body::new(b"~".to_vec())), shortcut: false, delta }
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
        check(&requests, &["get /api", "post /api/report"]);
        publisher.send(payload(true));
        check(&requests, &["get /api", "post /api/report"]);
        assert!(!publisher.take_lost());
        *id.lock().unwrap() = "two";
        publisher.send(payload(true));
        check(&requests, &["get /api"]);
        publisher.send(payload(false));
        check(&requests, &["get /api", "post /api/report"]);
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

    #[test]
    fn a_report_is_packed_as_the_app_takes_it() {
        let body = Body::new(scope_wire::encode_msgpack(&Report::empty()));
        for (takes_zstd, expect) in [(true, "zstd"), (false, "gzip")] {
            let (packed, encoding) = body.packed(takes_zstd);
            assert_eq!(encoding, expect);
            let read = decode(packed, CONTENT_TYPE_MSGPACK, encoding, &Limits::default());
            assert_eq!(read, Ok(Report::empty()));
        }
    }
}
