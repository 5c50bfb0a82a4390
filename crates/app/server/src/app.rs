//! What every route shares: the store, the renderings, the feeds, the clock.

use crate::bounds::{self, Bounds, Defect, Room};
use crate::feeds::Feeds;
use crate::renderings::Renderings;
use scope_present::Censor;
use scope_render::{ViewId, ViewOptions};
use scope_store::{Moment, Snapshot, Store};
use scope_wire::Limits;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How the app is set up.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// The version of this program.
    pub version: String,
    /// The name of the host the app runs on.
    pub hostname: String,
    /// Random per process; probes tell apps apart by it.
    pub app_id: String,
    /// What a posted report may weigh.
    pub limits: Limits,
    /// How much is taken on at once.
    pub bounds: Bounds,
    /// How long open requests may take to finish after a stop.
    pub stop_timeout: Duration,
}

/// The running app; a clone is another handle to it.
#[derive(Clone)]
pub struct App {
    pub(crate) config: Arc<AppConfig>,
    pub(crate) store: Arc<Store>,
    pub(crate) renderings: Arc<Renderings>,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) room: Arc<Room>,
    stop: Arc<tokio::sync::watch::Sender<bool>>,
    started: Instant,
}

impl App {
    /// An app over `store`.
    pub fn new(config: AppConfig, store: Store) -> Self {
        Self {
            room: Arc::new(Room::new(&config.bounds)),
            config: Arc::new(config),
            store: Arc::new(store),
            renderings: Arc::default(),
            feeds: Arc::default(),
            stop: Arc::new(tokio::sync::watch::channel(false).0),
            started: Instant::now(),
        }
    }

    /// The time since the app started: the clock of the store.
    pub(crate) fn now(&self) -> Moment {
        Moment::from_nanos(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// Tells every connection and watcher to say goodbye, and waits until they have.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }

    /// Tells when the app stops; it stops no sooner than the last of these is dropped.
    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.stop.subscribe())
    }

    /// Computes an answer beside the async tasks, as soon as not too many others are computed.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Defect> {
        let app = self.clone();
        bounds::compute(&self.room.answers, move || work(&app)).await
    }

    /// What the reports of the window say now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.store.snapshot(self.now())
    }

    /// The rendering of a view now, shared with whoever else asks. Takes a while: not for an
    /// async task.
    pub(crate) fn rendering(
        &self,
        view: ViewId,
        options: &ViewOptions,
        censor: Censor,
    ) -> Arc<crate::renderings::Rendering> {
        self.renderings.get(&self.snapshot(), view, options, censor)
    }
}

/// A share in the running app.
pub(crate) struct Stopping(tokio::sync::watch::Receiver<bool>);

impl Stopping {
    /// Resolves once the app stops, at once if it has begun to.
    pub(crate) async fn begun(&mut self) {
        let _ = self.0.wait_for(|stops| *stops).await;
    }
}
