//! The plugins as they fare now, shared by those who ask them and those who act for them.

use crate::client::Client;
use crate::prefix::ActiveControls;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the controls of a plugin that fails are still offered; as long as a report is on the
/// map by default.
const OFFERED_AFTER_FAILURE: Duration = Duration::from_secs(15);

/// A controller, as last heard of.
#[derive(Clone, Debug)]
struct Controller {
    client: Client,
    active: ActiveControls,
    answered: Instant,
}

/// The plugins that offer controls, by id.
#[derive(Debug, Default)]
pub(crate) struct Roster(Mutex<BTreeMap<String, Controller>>);

impl Roster {
    /// Notes what a plugin offers now, on every node.
    pub(crate) fn offers(&self, id: &str, client: &Client, active: ActiveControls) {
        let answered = Instant::now();
        let controller = Controller { client: client.clone(), active, answered };
        self.lock().insert(id.to_owned(), controller);
    }

    /// Notes what a plugin offers now on the nodes it spoke of.
    pub(crate) fn offers_here(&self, id: &str, active: ActiveControls) {
        if let Some(controller) = self.lock().get_mut(id) {
            controller.active.extend(active);
        }
    }

    /// The way to a plugin that takes controls.
    pub(crate) fn client(&self, id: &str) -> Option<Client> {
        self.lock().get(id).map(|controller| controller.client.clone())
    }

    /// Forgets every plugin but these.
    pub(crate) fn keep(&self, ids: &BTreeSet<&String>) {
        self.lock().retain(|id, _| ids.contains(id));
    }

    /// What every plugin offers that answered not long ago.
    pub(crate) fn for_each_active(&self, mut tell: impl FnMut(&ActiveControls)) {
        for controller in self.lock().values() {
            if controller.answered.elapsed() <= OFFERED_AFTER_FAILURE {
                tell(&controller.active);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Controller>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
