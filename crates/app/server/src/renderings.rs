//! One rendering per view, options and snapshot, shared by everyone who asks.
//!
//! A view nobody asks for is not rendered; a view ten ask for at once is rendered once, the other
//! nine wait for it.

use crate::recent::Recent;
use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use scope_api::{LastAction, Nodes};
use scope_present::{Censor, Manner, MetricLinks};
use scope_push::Scene;
use scope_render::{Graph, Lifted, ViewId, ViewOptions};
use scope_store::Snapshot;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// Renderings kept of one snapshot; options beyond that are rendered anew each time.
const RENDERINGS_MAX: usize = 256;

/// A view of one snapshot, in every form it is asked for.
pub(crate) struct Rendering {
    pub(crate) lifted: Arc<Lifted>,
    pub(crate) graph: Graph,
    pub(crate) version: u64,
    censor: Censor,
    links: Option<MetricLinks>,
    /// What was done lately, by node.
    deeds: HashMap<String, Arc<LastAction>>,
    scene: OnceLock<Arc<Scene>>,
    edged_scene: OnceLock<Arc<Scene>>,
    body: OnceLock<Bytes>,
}

pub(crate) struct Renderings {
    current: Mutex<Current>,
    drawn: Counter,
    recent: Arc<Recent>,
}

#[derive(Default)]
struct Current {
    version: Option<u64>,
    lifting: Arc<Lifting>,
    entries: HashMap<Key, Arc<OnceLock<Arc<Rendering>>>>,
}

type Key = (ViewId, ViewOptions, Censor);

/// A report being lifted, by whoever needs it first; others wait.
#[derive(Default)]
struct Lifting {
    lifted: OnceLock<Arc<Lifted>>,
    /// The report lifted before, from which this one is; none once it is.
    previous: Mutex<Option<Arc<Lifted>>>,
}

impl Renderings {
    /// None yet; each that is drawn counts in `drawn`, and is marked with what is `recent`.
    pub(crate) fn new(drawn: Counter, recent: Arc<Recent>) -> Self {
        Self { current: Mutex::default(), drawn, recent }
    }

    pub(crate) fn get(
        &self,
        snapshot: &Snapshot,
        view: ViewId,
        options: &ViewOptions,
        manner: Manner<'_>,
    ) -> Arc<Rendering> {
        let (lifting, entry) = self.entry(snapshot, (view, options.clone(), manner.censor));
        let rendering = entry.get_or_init(|| {
            self.drawn.inc();
            let lifted = lifting.lift(snapshot);
            let graph = scope_render::render(&lifted, view, options);
            Arc::new(Rendering {
                lifted,
                graph,
                version: snapshot.version,
                censor: manner.censor,
                links: manner.links.cloned(),
                deeds: self.recent.told(Instant::now()),
                scene: OnceLock::new(),
                edged_scene: OnceLock::new(),
                body: OnceLock::new(),
            })
        });
        Arc::clone(rendering)
    }

    /// The report of `snapshot`, lifted once.
    pub(crate) fn lifted(&self, snapshot: &Snapshot) -> Arc<Lifted> {
        let lifting = Arc::clone(&self.at(snapshot).lifting);
        lifting.lift(snapshot)
    }

    fn entry(&self, snapshot: &Snapshot, key: Key) -> (Arc<Lifting>, Slot<Rendering>) {
        let mut current = self.at(snapshot);
        let lifting = Arc::clone(&current.lifting);
        let full = current.entries.len() >= RENDERINGS_MAX;
        match current.entries.get(&key) {
            Some(entry) => (lifting, Arc::clone(entry)),
            None if full => (lifting, Slot::default()),
            None => {
                let entry = Slot::default();
                current.entries.insert(key, Arc::clone(&entry));
                (lifting, entry)
            }
        }
    }

    /// The current entries, emptied when `snapshot` is another than before.
    fn at(&self, snapshot: &Snapshot) -> MutexGuard<'_, Current> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.version != Some(snapshot.version) {
            let previous = Mutex::new(current.lifting.latest());
            let lifting = Arc::new(Lifting { lifted: OnceLock::new(), previous });
            *current = Current { version: Some(snapshot.version), lifting, ..Current::default() };
        }
        current
    }
}

type Slot<T> = Arc<OnceLock<Arc<T>>>;

impl Rendering {
    /// The summaries, made once; who only counts nodes does not need them.
    pub(crate) fn scene(&self) -> Arc<Scene> {
        let manner = Manner { censor: self.censor, links: self.links.as_ref() };
        let present = || {
            let mut scene = scope_present::summaries(&self.lifted, &self.graph, manner);
            for (node, deed) in &self.deeds {
                if let Some(summary) = scene.get_mut(node.as_str()) {
                    Arc::make_mut(summary).last_action = Some(Arc::clone(deed));
                }
            }
            scene
        };
        Arc::clone(self.scene.get_or_init(|| Arc::new(present())))
    }

    /// What was done to a node lately.
    pub(crate) fn deed(&self, node: &str) -> Option<Arc<LastAction>> {
        self.deeds.get(node).cloned()
    }

    /// The summaries with what edges carry; the same scene where no report says it.
    pub(crate) fn edged_scene(&self) -> Arc<Scene> {
        let plain = self.scene();
        let add = || {
            let edged = scope_present::with_edges(&self.lifted, &self.graph, &plain);
            edged.map_or_else(|| Arc::clone(&plain), Arc::new)
        };
        Arc::clone(self.edged_scene.get_or_init(add))
    }

    /// The answer to `GET /api/topology/{view}`, serialised once.
    pub(crate) fn body(&self) -> Bytes {
        let encode = || {
            let nodes = Nodes { nodes: (*self.edged_scene()).clone() };
            Bytes::from(serde_json::to_vec(&nodes).unwrap_or_default())
        };
        self.body.get_or_init(encode).clone()
    }
}

impl Lifting {
    fn lift(&self, snapshot: &Snapshot) -> Arc<Lifted> {
        let lift = || {
            let report = Arc::clone(&snapshot.report);
            let previous = self.previous().clone();
            Arc::new(match previous {
                Some(previous) => Lifted::after(&previous, report),
                None => Lifted::new(report),
            })
        };
        let lifted = Arc::clone(self.lifted.get_or_init(lift));
        *self.previous() = None;
        lifted
    }

    /// What the next report is lifted from: this one, or until it is there the one before.
    fn latest(&self) -> Option<Arc<Lifted>> {
        self.lifted.get().cloned().or_else(|| self.previous().clone())
    }

    fn previous(&self) -> MutexGuard<'_, Option<Arc<Lifted>>> {
        self.previous.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
