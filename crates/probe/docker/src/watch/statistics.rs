//! Asks the engine what containers use whose accounts cannot be read here (a remote engine, a
//! probe without a view of the control groups).
//!
//! It runs beside the following of events, so that an engine that ponders over statistics never
//! delays the news of a stop.

use super::follower::QUESTIONS_AT_ONCE_MAX;
use crate::engine::Engine;
use crate::registry::Registry;
use futures_util::{StreamExt, stream};
use scope_report::Text;
use std::time::{Duration, Instant};

/// Between two rounds.
const INTERVAL: Duration = Duration::from_secs(3);

/// Containers asked after in one round.
const CONTAINERS_MAX: usize = 128;

/// Never returns; a container that is not answered for has no metrics.
pub(crate) async fn collect(engine: &Engine, registry: &Registry) -> ! {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let wanted: Vec<Text> = {
            let known = registry.lock();
            known.unaccounted.iter().take(CONTAINERS_MAX).cloned().collect()
        };
        let ask = |id: Text| async move {
            let answer = engine.usage(&id).await;
            (id, answer)
        };
        let answers = stream::iter(wanted.into_iter().map(ask));
        let mut answers = std::pin::pin!(answers.buffer_unordered(QUESTIONS_AT_ONCE_MAX));
        while let Some((id, answer)) = answers.next().await {
            let mut known = registry.lock();
            if let Some(usage) = answer
                && known.containers.contains_key(&id)
            {
                known.usages.insert(id, (usage, Instant::now()));
            }
        }
    }
}
