//! What was done to which node lately, for the map to mark.

use scope_api::LastAction;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a deed is told.
const TOLD: Duration = Duration::from_secs(600);

/// Nodes whose last deed is remembered; the oldest makes room.
const NODES_MAX: usize = 1024;

/// The last deed of each node.
#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<String, Deed>>);

struct Deed {
    at: Instant,
    action: Arc<LastAction>,
}

impl Recent {
    /// Notes a deed.
    pub(crate) fn note(&self, node: &str, action: LastAction, now: Instant) {
        let mut deeds = self.lock();
        deeds.retain(|_, deed| now.saturating_duration_since(deed.at) < TOLD);
        if deeds.len() >= NODES_MAX {
            let oldest = deeds.iter().min_by_key(|(_, deed)| deed.at).map(|(node, _)| node.clone());
            if let Some(oldest) = oldest {
                deeds.remove(&oldest);
            }
        }
        deeds.insert(node.to_owned(), Deed { at: now, action: Arc::new(action) });
    }

    /// The deeds that are still told, by node.
    pub(crate) fn told(&self, now: Instant) -> HashMap<String, Arc<LastAction>> {
        let deeds = self.lock();
        let told = deeds.iter().filter(|(_, deed)| now.saturating_duration_since(deed.at) < TOLD);
        told.map(|(node, deed)| (node.clone(), Arc::clone(&deed.action))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Deed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(who: &str) -> LastAction {
        LastAction { who: who.into(), ..LastAction::default() }
    }

    #[test]
    fn the_last_deed_is_told_for_a_while() {
        let (recent, now) = (Recent::default(), Instant::now());
        recent.note("a", action("eve"), now);
        recent.note("a", action("bob"), now + Duration::from_secs(1));
        assert_eq!(recent.told(now)["a"].who, "bob");
        assert!(recent.told(now + TOLD + Duration::from_secs(1)).is_empty());
    }

    #[test]
    fn deeds_are_bounded() {
        let (recent, now) = (Recent::default(), Instant::now());
        for number in 0..NODES_MAX + 10 {
            let at = now + Duration::from_millis(number as u64);
            recent.note(&number.to_string(), action("eve"), at);
        }
        let told = recent.told(now);
        assert_eq!(told.len(), NODES_MAX);
        assert!(!told.contains_key("0") && told.contains_key("1033"));
    }
}
