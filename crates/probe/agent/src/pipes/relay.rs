//! One pipe: its connection, made again as often as it breaks, and what is under way in it.

use crate::app_client::AppClient;
use crate::backoff::Backoff;
use crate::local_end::{LocalEnd, whole_characters};
use crate::websocket::{DialError, PING_INTERVAL, Socket, dial, receive, send_life_signs};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use scope_control::PipeId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{Instant as Moment, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// The longest frame an app may send: a large paste.
const INPUT_BYTES_MAX: usize = 1 << 20;

/// Patience with an app that cannot be reached, first and last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// A connection that held so long was a good one: the next is tried at once.
const GOOD_CONNECTION: Duration = Duration::from_secs(5);

/// After so long without the app the pipe is given up; apps forget closed pipes then.
const RECONNECT_MAX: Duration = Duration::from_secs(600);

/// The rest of a character that was cut in two is waited for so long.
const CHARACTER_WAIT: Duration = Duration::from_millis(100);

/// After the last bytes the app may hold the connection so long, for a browser that reads slowly.
const FAREWELL_MAX: Duration = Duration::from_secs(90);

/// Attempts to tell the app that the pipe is closed, and the time between them.
const DELETE_ATTEMPTS_MAX: usize = 3;
const DELETE_PAUSE: Duration = Duration::from_secs(2);

/// A pipe and what is under way in it.
pub(super) struct Relay {
    id: PipeId,
    app: Arc<AppClient>,
    local: LocalEnd,
    outward: Outward,
    /// What the app sent and the local end has not taken yet.
    inward: Bytes,
    /// The local end takes nothing more.
    is_deaf: bool,
}

/// Bytes on their way to the app.
#[derive(Default)]
struct Outward {
    /// Read and not yet cut into a frame: at most a part of a character.
    part: BytesMut,
    /// A frame that the connection has not taken yet.
    frame: Bytes,
    /// Nothing more will be read.
    is_over: bool,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// The local end is over and all of it is sent.
    Local,
    /// The app closed it, or it broke.
    Connection,
}

impl Relay {
    pub(super) fn new(id: PipeId, app: Arc<AppClient>, local: LocalEnd) -> Self {
        let (outward, inward) = (Outward::default(), Bytes::new());
        Self { id, app, local, outward, inward, is_deaf: false }
    }

    /// Relays until either side is over.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::new(BACKOFF);
        let mut last_seen = Instant::now();
        let path = format!("/api/pipe/{}/probe", self.id);
        while last_seen.elapsed() < RECONNECT_MAX {
            match dial(&self.app, &path, INPUT_BYTES_MAX).await {
                Ok(socket) => {
                    let connected = Instant::now();
                    if self.converse(socket).await == Ended::Local {
                        self.delete().await;
                        return;
                    }
                    last_seen = Instant::now();
                    if connected.elapsed() >= GOOD_CONNECTION {
                        backoff.reset();
                        continue;
                    }
                }
                // Closed by a user.
                Err(DialError::Refused(404)) => return,
                Err(error) => {
                    tracing::debug!(pipe = %self.id, "cannot join: {}", error.in_words());
                }
            }
            sleep(backoff.next()).await;
        }
        tracing::info!(pipe = %self.id, "gave up a pipe: its app is gone");
    }

    /// Relays both ways over one connection, each independently of the other.
    async fn converse(&mut self, socket: Socket) -> Ended {
        let (mut sink, mut stream) = socket.split();
        let Self { local, outward, inward, is_deaf, .. } = self;
        let ended = tokio::select! {
            ended = outward.send_all(local, &mut sink) => ended,
            () = take_all(local, inward, is_deaf, &mut stream) => Ended::Connection,
        };
        if ended == Ended::Local {
            // The app closes its side once it has handed on what was sent.
            let farewell = async {
                let _ = sink.close().await;
                while receive(&mut stream).await.is_some() {}
            };
            let _ = timeout(FAREWELL_MAX, farewell).await;
        }
        ended
    }

    /// Tells the app that the pipe is closed, lest browsers wait for more.
    async fn delete(&self) {
        for _ in 0..DELETE_ATTEMPTS_MAX {
            let (app, id) = (Arc::clone(&self.app), self.id.clone());
            let deleting = tokio::task::spawn_blocking(move || app.delete_pipe(id.as_str()));
            match deleting.await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => {
                    let cause = error.cause();
                    tracing::debug!(pipe = %self.id, "cannot close: {error}{cause}");
                }
                Err(_) => return,
            }
            sleep(DELETE_PAUSE).await;
        }
    }
}

impl Outward {
    /// Sends what the local end says, and signs of life.
    async fn send_all(&mut self, local: &LocalEnd, sink: &mut SplitSink<Socket, Message>) -> Ended {
        let mut pings = interval_at(Moment::now() + PING_INTERVAL, PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if !self.frame.is_empty() {
                // Without a time limit: the app waits as long as a browser may take to come, and
                // a connection that broke is noticed by its silence.
                if sink.send(Message::Binary(self.frame.clone())).await.is_err() {
                    return Ended::Connection;
                }
                self.frame.clear();
            }
            if self.is_over {
                return Ended::Local;
            }
            tokio::select! {
                () = self.fill(local) => {}
                _ = pings.tick() => {
                    if !send_life_signs(sink).await {
                        return Ended::Connection;
                    }
                }
            }
        }
    }

    /// Reads a frame; nothing is lost when this is cancelled.
    async fn fill(&mut self, local: &LocalEnd) {
        let holds_part = !self.part.is_empty();
        let reading = local.read(&mut self.part);
        let read = if holds_part {
            timeout(CHARACTER_WAIT, reading).await.ok()
        } else {
            Some(reading.await)
        };
        let whole = match read {
            Some(Ok(count)) if count > 0 => whole_characters(&self.part),
            // The rest of the character does not come.
            None => self.part.len(),
            Some(_) => {
                self.is_over = true;
                self.part.len()
            }
        };
        self.frame = self.part.split_to(whole).freeze();
    }
}

/// Hands what the app sends to the local end, until the connection is over.
async fn take_all(
    local: &LocalEnd,
    inward: &mut Bytes,
    is_deaf: &mut bool,
    stream: &mut SplitStream<Socket>,
) {
    loop {
        if !*is_deaf && local.write(inward).await.is_err() {
            // It may still have something to say.
            *is_deaf = true;
        }
        match receive(stream).await {
            Some(bytes) => *inward = bytes,
            None => return,
        }
    }
}
