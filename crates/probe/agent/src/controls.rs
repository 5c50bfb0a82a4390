//! The road back: a connection to each app over which it asks this probe to act.
//!
//! One thread drives the connections and all pipes; each call runs on a thread of its own, so a
//! slow one holds up nobody. An app that can be reached in several ways asks over one of them.

use crate::app_client::{AppClient, Identity, ServedApps};
use crate::backoff::Backoff;
use crate::handler::Handlers;
use crate::pipes::PipeRoom;
use crate::websocket::{PING_INTERVAL, Socket, dial, receive, send, send_life_signs};
use crate::{ControlHandler, Pipes, Target};
use bytes::Bytes;
use futures_util::StreamExt;
use scope_control::{
    CONTROL_BYTES_MAX, Called, ControlKinds, Invocation, Outcome, parse_call, reply_frames,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant as Moment, MissedTickBehavior, interval_at, sleep};
use tokio_tungstenite::tungstenite::Message;

/// Calls under way at once.
const CALLS_MAX: usize = 64;

/// Threads for calls and for the closing of pipes.
const THREADS_MAX: usize = CALLS_MAX + 16;

/// Patience with an app that cannot be reached, first and last.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A connection that held so long was a good one.
const GOOD_CONNECTION: Duration = Duration::from_secs(10);

/// How often a second way to an app already served is looked at again.
const DUPLICATE_RECHECK: Duration = Duration::from_secs(60);

/// How long calls under way may take to end with the probe.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// The connections of all apps; dropped, all of them and all pipes end.
pub(crate) struct ControlClient {
    runtime: Option<Runtime>,
}

/// The connection to one app.
struct Line {
    app: Arc<AppClient>,
    served: ServedApps,
    handlers: Handlers,
    room: PipeRoom,
    calls: Arc<Semaphore>,
}

impl ControlClient {
    /// Starts to connect to every target.
    pub(crate) fn start(
        targets: &[Target],
        identity: &Identity,
        handlers: Vec<Arc<dyn ControlHandler>>,
        kinds: ControlKinds,
    ) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(THREADS_MAX)
            .thread_name("controls")
            .enable_all()
            .build()?;
        let handlers = Handlers::new(handlers, kinds);
        let room = PipeRoom::new(runtime.handle().clone());
        let (served, calls) = (ServedApps::default(), Arc::new(Semaphore::new(CALLS_MAX)));
        for target in targets {
            let line = Line {
                app: Arc::new(AppClient::new(target.clone(), identity.clone())),
                served: served.clone(),
                handlers: handlers.clone(),
                room: room.clone(),
                calls: Arc::clone(&calls),
            };
            runtime.spawn(line.run());
        }
        Ok(Self { runtime: Some(runtime) })
    }
}

impl Drop for ControlClient {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(SHUTDOWN_MAX);
        }
    }
}

impl Line {
    async fn run(self) {
        let mut backoff = Backoff::new(BACKOFF);
        loop {
            let wait = match self.app_id().await {
                Ok(app_id) => match self.served.claim(&app_id, self.app.target()) {
                    Ok(()) => {
                        let held = self.connect(&app_id).await;
                        self.served.release(&app_id);
                        if held >= GOOD_CONNECTION {
                            backoff.reset();
                        }
                        backoff.next()
                    }
                    Err(_) => DUPLICATE_RECHECK,
                },
                Err(error) => {
                    tracing::debug!(target = %self.app.target(), "cannot take controls: {error}");
                    backoff.next()
                }
            };
            sleep(wait).await;
        }
    }

    async fn app_id(&self) -> Result<String, String> {
        let app = Arc::clone(&self.app);
        match tokio::task::spawn_blocking(move || app.details()).await {
            Ok(Ok(details)) => Ok(details.app_id),
            Ok(Err(error)) => Err(format!("{error}{}", error.cause())),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Takes calls until the connection ends; says how long it held.
    async fn connect(&self, app_id: &str) -> Duration {
        let target = self.app.target();
        match dial(&self.app, "/api/control/ws", CONTROL_BYTES_MAX).await {
            Ok(socket) => {
                tracing::info!(%target, "taking controls");
                let connected = Instant::now();
                self.converse(socket, app_id).await;
                tracing::info!(%target, "the connection for controls ended");
                connected.elapsed()
            }
            Err(error) => {
                tracing::warn!(%target, "cannot take controls: {}", error.in_words());
                Duration::ZERO
            }
        }
    }

    /// The two directions go on independently: what is sent must not restart the clock by which the
    /// silence of the app is noticed.
    async fn converse(&self, socket: Socket, app_id: &str) {
        let (mut sink, mut stream) = socket.split();
        let (replies, mut replied) = mpsc::channel::<(u64, Outcome)>(CALLS_MAX);
        let reading = async {
            // The first frame of a call, until its second arrives.
            let mut first: Option<Bytes> = None;
            while let Some(frame) = receive(&mut stream).await {
                match first.take() {
                    None => first = Some(frame),
                    Some(first) if self.take(&first, &frame, app_id, &replies) => {}
                    Some(_) => return,
                }
            }
        };
        let writing = async {
            let mut pings = interval_at(Moment::now() + PING_INTERVAL, PING_INTERVAL);
            pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let is_sent = tokio::select! {
                    Some((number, outcome)) = replied.recv() => {
                        let [first, second] = reply_frames(number, &outcome);
                        send(&mut sink, Message::text(first)).await
                            && send(&mut sink, Message::text(second)).await
                    }
                    _ = pings.tick() => send_life_signs(&mut sink).await,
                };
                if !is_sent {
                    return;
                }
            }
        };
        tokio::select! {
            () = reading => {}
            () = writing => {}
        }
    }

    /// Begins a call; says whether the connection goes on.
    fn take(
        &self,
        first: &[u8],
        second: &[u8],
        app_id: &str,
        replies: &mpsc::Sender<(u64, Outcome)>,
    ) -> bool {
        let text = |frame| std::str::from_utf8(frame).unwrap_or_default();
        let Called { number, mut invocation } = match parse_call([text(first), text(second)]) {
            Ok(called) => called,
            Err(error) => {
                // Nobody knows any more which frame belongs to which call.
                let target = self.app.target();
                tracing::warn!(%target, "closed the connection for controls: {error}");
                return false;
            }
        };
        app_id.clone_into(&mut invocation.app_id);
        let replies = replies.clone();
        match Arc::clone(&self.calls).try_acquire_owned() {
            Ok(place) => {
                let handlers = self.handlers.clone();
                let pipes = Pipes::new(Arc::clone(&self.app), self.room.clone());
                tokio::spawn(async move {
                    let outcome = run(handlers, invocation, pipes).await;
                    drop(place);
                    // An app that left meanwhile needs no answer.
                    let _ = replies.send((number, outcome)).await;
                });
            }
            Err(_) => {
                let sentence = "too many controls are under way on this host; try again later";
                tokio::spawn(async move {
                    let _ = replies.send((number, Outcome::failed(sentence))).await;
                });
            }
        }
        true
    }
}

/// Runs a control on a thread of its own.
async fn run(handlers: Handlers, invocation: Invocation, pipes: Pipes) -> Outcome {
    let (node, control) = (invocation.node_id.clone(), invocation.control.clone());
    let running = tokio::task::spawn_blocking(move || handlers.handle(&invocation, &pipes));
    let outcome = running.await.unwrap_or_else(|_| {
        Outcome::failed("the probe failed at this by a defect; please report it")
    });
    if outcome.error.is_empty() {
        tracing::info!(node, control, "ran a control");
    } else {
        tracing::info!(node, control, error = outcome.error, "did not run a control");
    }
    outcome
}
