//! Live views: one difference per view, options and tick, sent to every watcher as shared bytes.
//!
//! A feed is a task that lives while its view is watched. A watcher begins with a reset to what
//! the feed last sent and follows from there; one that falls behind is reset again.

use crate::App;
use crate::bounds::Defect;
use crate::request::Asked;
use axum::extract::ws::Utf8Bytes;
use scope_present::Censor;
use scope_push::Scene;
use scope_render::{ViewId, ViewOptions};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;

/// Views watched at once, counted by their options and periods.
const FEEDS_MAX: usize = 1024;

/// Frames a watcher may lie behind before it is reset.
const FRAMES_BEHIND_MAX: usize = 8;

/// The least time between two frames of a feed, whatever happens on the hosts.
const FRAME_SPACING: Duration = Duration::from_millis(50);

/// What makes two watchers see the same frames.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct FeedKey {
    pub(crate) asked: Asked,
    pub(crate) view: ViewId,
    pub(crate) options: ViewOptions,
    pub(crate) censor: Censor,
    /// Whether frames tell what edges carry.
    pub(crate) edges: bool,
    /// When a watcher of the past began, for whom time passes there.
    pub(crate) since: Option<Instant>,
    /// Zero for pushes only when something happens.
    pub(crate) period: Duration,
}

impl FeedKey {
    /// What is to be seen, and the version of the snapshot it was drawn from. Takes a while.
    fn scene(&self, app: &App) -> (Arc<Scene>, u64) {
        let asked = App::later(self.asked, self.since);
        let rendering = app.rendering(asked, self.view, &self.options, self.censor);
        let scene = if self.edges { rendering.edged_scene() } else { rendering.scene() };
        (scene, rendering.version)
    }
}

#[derive(Default)]
pub(crate) struct Feeds(Mutex<HashMap<FeedKey, Arc<Feed>>>);

/// A watched view.
pub(crate) struct Feed {
    state: Mutex<FeedState>,
    frames: broadcast::Sender<Utf8Bytes>,
}

struct FeedState {
    scene: Arc<Scene>,
    version: u64,
    /// The reset frame of `scene`, once somebody needed it.
    reset: Option<Utf8Bytes>,
}

/// A watcher cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JoinError {
    #[error("too many different views are watched")]
    TooManyFeeds,
    #[error("rendering the view failed by a defect")]
    Defect,
}

impl From<Defect> for JoinError {
    fn from(Defect: Defect) -> Self {
        Self::Defect
    }
}

impl Feeds {
    /// Joins the feed of `key`, starting it if nobody watches it yet.
    ///
    /// Gives the first frame and the frames that follow it.
    pub(crate) async fn join(app: &App, key: FeedKey) -> Result<Joined, JoinError> {
        let (feed, frames) = match app.feeds.find(&key) {
            Some(found) => found,
            None => {
                let wanted = key.clone();
                let render = move |app: &App| wanted.scene(app);
                let (scene, version) = app.compute(render).await?;
                let (feed, frames, started) = app.feeds.enter(&key, scene, version)?;
                if started {
                    tokio::spawn(run(app.clone(), key, Arc::clone(&feed)));
                }
                (feed, frames)
            }
        };
        let joined = feed.join(app).await;
        // Until here this kept the feed from ending.
        drop(frames);
        joined
    }

    /// The feed of `key`, already joined, so that it does not end meanwhile.
    fn find(&self, key: &FeedKey) -> Option<(Arc<Feed>, Frames)> {
        let feeds = self.lock();
        feeds.get(key).map(|feed| (Arc::clone(feed), feed.frames.subscribe()))
    }

    /// As [`Feeds::find`], with a feed made of `scene` if there is none; says whether it was made.
    fn enter(
        &self,
        key: &FeedKey,
        scene: Arc<Scene>,
        version: u64,
    ) -> Result<(Arc<Feed>, Frames, bool), JoinError> {
        let mut feeds = self.lock();
        let is_known = feeds.contains_key(key);
        if feeds.len() >= FEEDS_MAX && !is_known {
            return Err(JoinError::TooManyFeeds);
        }
        let start = || Arc::new(Feed::new(scene, version));
        let feed = Arc::clone(feeds.entry(key.clone()).or_insert_with(start));
        let frames = feed.frames.subscribe();
        Ok((feed, frames, !is_known))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<FeedKey, Arc<Feed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the feed of `key` if nobody is left; no watcher can join between look and removal.
    fn leave(&self, key: &FeedKey, feed: &Feed) -> bool {
        let mut feeds = self.lock();
        if feed.frames.receiver_count() > 0 {
            return false;
        }
        feeds.remove(key);
        true
    }
}

type Frames = broadcast::Receiver<Utf8Bytes>;

/// A watcher's place in a feed.
pub(crate) struct Joined {
    pub(crate) feed: Arc<Feed>,
    pub(crate) first: Utf8Bytes,
    pub(crate) frames: Frames,
}

impl Feed {
    fn new(scene: Arc<Scene>, version: u64) -> Self {
        let (frames, _) = broadcast::channel(FRAMES_BEHIND_MAX);
        let state = Mutex::new(FeedState { scene, version, reset: None });
        Self { state, frames }
    }

    /// The current reset frame and every frame after it.
    pub(crate) async fn join(self: Arc<Self>, app: &App) -> Result<Joined, JoinError> {
        // Writing the first frame of a large view takes a while.
        Ok(app.compute(move |_| self.joined()).await?)
    }

    fn joined(self: Arc<Self>) -> Joined {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let frames = self.frames.subscribe();
        let first = match &state.reset {
            Some(first) => first.clone(),
            None => {
                let first = encode(&scope_push::reset(&state.scene));
                state.reset = Some(first.clone());
                first
            }
        };
        drop(state);
        Joined { feed: self, first, frames }
    }

    /// Moves on to `scene` and tells every watcher what changed; an empty frame says "still here".
    fn advance(&self, scene: &Arc<Scene>, version: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.version == version || Arc::ptr_eq(&state.scene, scene) {
            drop(state);
            let _ = self.frames.send(Utf8Bytes::from_static(EMPTY_FRAME));
            return;
        }
        let frame = encode(&scope_push::diff(&state.scene, scene));
        *state = FeedState { scene: Arc::clone(scene), version, reset: None };
        // Nobody listening is no error; sending under the lock keeps joiners in step.
        let _ = self.frames.send(frame);
    }
}

const EMPTY_FRAME: &str = r#"{"add":null,"update":null,"remove":null}"#;

fn encode(frame: &scope_api::Diff) -> Utf8Bytes {
    Utf8Bytes::from(serde_json::to_string(frame).unwrap_or_else(|_| EMPTY_FRAME.to_owned()))
}

/// Ticks until nobody watches.
async fn run(app: App, key: FeedKey, feed: Arc<Feed>) {
    let mut news = app.store.subscribe();
    let mut shortcuts_seen = news.borrow_and_update().shortcut_version;
    let every = if key.period.is_zero() { Duration::from_secs(3600) } else { key.period };
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks.tick().await;
    loop {
        let due = tokio::select! {
            _ = ticks.tick() => true,
            // Whoever leaves last ends the feed, even one that ticks once in an hour.
            () = feed.frames.closed() => false,
            changed = news.changed() => {
                if changed.is_err() {
                    return;
                }
                let shortcuts = news.borrow_and_update().shortcut_version;
                std::mem::replace(&mut shortcuts_seen, shortcuts) != shortcuts
            }
        };
        if app.feeds.leave(&key, &feed) {
            return;
        }
        if due {
            let (key, feed) = (key.clone(), Arc::clone(&feed));
            let advance = move |app: &App| {
                let (scene, version) = key.scene(app);
                feed.advance(&scene, version);
            };
            if app.compute(advance).await.is_err() {
                tracing::error!("rendering a view failed by a defect");
            }
            tokio::time::sleep(FRAME_SPACING).await;
        }
    }
}
