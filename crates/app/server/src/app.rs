//! What every route shares: the store, the renderings, the feeds, the clock, the figures.

use crate::bounds::{self, Bounds, Defect, Room};
use crate::controls::Controls;
use crate::feeds::Feeds;
use crate::figures::Figures;
use crate::groups::Groups;
use crate::owners::Owners;
use crate::past::Past;
use crate::pipes::Pipes;
use crate::positions::PositionsKept;
use crate::probes::{ProbeSettings, Probes};
use crate::recent::Recent;
use crate::renderings::{Rendering, Renderings};
use crate::request::Asked;
use crate::request_log::RequestLog;
use crate::tls::Tls;
use scope_auth::{AuditLog, Gate, OpenId, Recordings};
use scope_control::ControlKinds;
use scope_present::{Censor, Manner, MetricLinks};
use scope_render::{LabelFilters, ViewId, ViewOptions};
use scope_report::{Report, Timestamp};
use scope_store::{Moment, Snapshot, Store};
use scope_wire::Limits;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

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
    /// The operator's choices among containers.
    pub label_filters: LabelFilters,
    /// Graphs elsewhere that metrics link to.
    pub metric_links: MetricLinks,
    /// How browsers and scripts may act on nodes.
    pub controls: ControlKinds,
    /// The controls that nodes offer. One that is offered and not allowed is refused with a
    /// sentence that tells how to allow it.
    pub controls_offered: ControlKinds,
    /// How long a probe may take to answer a control.
    pub control_timeout: Duration,
    /// Who may do what.
    pub gate: Arc<Gate>,
    /// The provider at which people sign in, if any.
    pub open_id: Option<Arc<OpenId>>,
    /// Where it is written down who did what, if anywhere.
    pub audit: Option<Arc<AuditLog>>,
    /// Where terminals are recorded, if they are.
    pub recordings: Option<Arc<Recordings>>,
    /// The names by which browsers may call the app, addresses and names without a dot aside.
    pub host_names: Vec<String>,
    /// Whether browsers come by TLS.
    pub is_secure: bool,
    /// The port the app listens on: browsers do not keep the cookies of two ports apart.
    pub port: u16,
    /// What is logged of requests.
    pub request_log: RequestLog,
    /// Returns freed memory to the system; called beside the async tasks after terminals were
    /// closed, for allocators keep what fifty of them took.
    pub give_back: Option<fn()>,
}

impl AppConfig {
    /// The name of the cookie of a session. The prefix has browsers take it over TLS only, and
    /// from this very name of the app only.
    pub(crate) fn cookie_name(&self) -> String {
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}scope-{}", self.port)
    }
}

/// The running app; a clone is another handle to it.
#[derive(Clone)]
pub struct App {
    pub(crate) config: Arc<AppConfig>,
    pub(crate) store: Arc<Store>,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) figures: Arc<Figures>,
    pub(crate) room: Arc<Room>,
    pub(crate) controls: Arc<Controls>,
    pub(crate) pipes: Arc<Pipes>,
    pub(crate) probes: Arc<Probes>,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) positions: Arc<PositionsKept>,
    pub(crate) owners: Arc<Owners>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) past: Option<Arc<Past>>,
    pub(crate) groups: Option<Arc<Groups>>,
    live: Arc<Renderings>,
    /// Of the empty snapshot, apart so that they do not push the live ones out.
    never: Arc<Renderings>,
    stop: Arc<tokio::sync::watch::Sender<bool>>,
    /// Counts the changes of who is let in.
    let_in: Arc<tokio::sync::watch::Sender<u64>>,
    started: Instant,
}

impl App {
    /// An app over `store`.
    pub fn new(config: AppConfig, store: Store) -> Self {
        let figures = Figures::default();
        let recent = Arc::new(Recent::default());
        let drawn = || Renderings::new(figures.renderings.clone(), Arc::clone(&recent));
        Self {
            room: Arc::new(Room::new(&config.bounds)),
            config: Arc::new(config),
            store: Arc::new(store),
            feeds: Arc::default(),
            controls: Arc::default(),
            pipes: Arc::default(),
            probes: Arc::new(Probes::new(ProbeSettings::default())),
            tls: None,
            positions: Arc::default(),
            owners: Arc::default(),
            live: Arc::new(drawn()),
            never: Arc::new(drawn()),
            recent,
            past: None,
            groups: None,
            figures: Arc::new(figures),
            stop: Arc::new(tokio::sync::watch::channel(false).0),
            let_in: Arc::new(tokio::sync::watch::channel(0).0),
            started: Instant::now(),
        }
    }

    /// The same app, which tells probes apart as `settings` say.
    pub fn admitting(self, settings: ProbeSettings) -> Self {
        Self { probes: Arc::new(Probes::new(settings)), ..self }
    }

    /// The same app, which speaks TLS.
    pub fn over(self, tls: Tls) -> Self {
        Self { tls: Some(Arc::new(tls)), ..self }
    }

    /// What `GET /metrics` tells, for other ways to ask.
    pub fn figures_text(&self) -> String {
        self.figures.text()
    }

    /// The time since the app started: the clock of the store.
    pub(crate) fn now(&self) -> Moment {
        Moment::from_nanos(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// The time by the clock on the wall, Unix time: what outlives the process is dated by it.
    pub(crate) fn now_secs(&self) -> u64 {
        SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs())
    }

    /// The same as text, RFC 3339 with milliseconds.
    pub(crate) fn time_text(&self) -> String {
        let elapsed = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let secs = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        let nanos = elapsed.subsec_millis() * 1_000_000;
        Timestamp::from_unix(secs, nanos).map_or_else(|_| String::new(), |time| time.to_string())
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

    /// Has every connection that lasts look whether whoever is at it is let in still.
    pub(crate) fn look_again(&self) {
        self.let_in.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells when to look again.
    pub(crate) fn let_in_changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.let_in.subscribe()
    }

    /// Computes an answer beside the async tasks, as soon as not too many others are computed.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Defect> {
        let app = self.clone();
        bounds::compute(&self.room.answers, move || work(&app)).await
    }

    /// What the reports of the window say now; of the past see [`App::look`].
    pub(crate) fn snapshot(&self, asked: Asked) -> Arc<Snapshot> {
        match asked {
            Asked::Now | Asked::At(_) | Asked::Still(_) => self.store.snapshot(self.now()),
            Asked::Never => {
                let report = Arc::new(Report::empty());
                Arc::new(Snapshot { raw: Arc::clone(&report), report, version: 0 })
            }
        }
    }

    /// The renderings of such snapshots.
    pub(crate) fn renderings(&self, asked: Asked) -> &Arc<Renderings> {
        match asked {
            Asked::Now | Asked::At(_) | Asked::Still(_) => &self.live,
            Asked::Never => &self.never,
        }
    }

    /// The rendering of a view, shared with whoever else asks. Takes a while: not for an async
    /// task.
    pub(crate) fn rendering(
        &self,
        asked: Asked,
        view: ViewId,
        options: &ViewOptions,
        censor: Censor,
    ) -> Arc<Rendering> {
        let looked = self.look(asked);
        looked.renderings.get(&looked.snapshot, view, options, self.manner(censor))
    }

    /// How nodes are worded for a reader.
    pub(crate) fn manner(&self, censor: Censor) -> Manner<'_> {
        Manner { censor, links: Some(&self.config.metric_links) }
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
