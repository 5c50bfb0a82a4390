//! The background thread: finds an engine, follows it, and starts over when it is lost.

use crate::DockerConfig;
use crate::address::{self, EngineAddress};
use crate::engine::{Engine, EngineFailure};
use crate::registry::Registry;
use bollard::models::{EventMessage, EventMessageTypeEnum};
use futures_util::StreamExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch::Receiver;

mod follower;

mod statistics;

use follower::Follower;

/// The first wait before an engine is looked for again; it doubles up to the interval.
const RETRY_FIRST: Duration = Duration::from_secs(1);

/// Events taken at once, so that a burst about one container costs one question.
const EVENTS_AT_ONCE_MAX: usize = 256;

/// Events are asked for from this long ago, so that none falls between connecting and asking.
const EVENTS_OVERLAP_SECS: u64 = 1;

/// Runs until every sender of `ended` is gone.
pub(crate) fn spawn(config: Arc<DockerConfig>, registry: Arc<Registry>, ended: Receiver<()>) {
    let thread = std::thread::Builder::new().name("docker-watch".to_owned());
    let told = Arc::clone(&registry);
    let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(until_ended(config, registry, ended)),
        Err(error) => registry.lock().lose(no_thread(&error)),
    };
    if let Err(error) = thread.spawn(run) {
        told.lock().lose(no_thread(&error));
    }
}

fn no_thread(error: &std::io::Error) -> String {
    format!("containers will not be on the map: the probe could not start its watch: {error}")
}

async fn until_ended(config: Arc<DockerConfig>, registry: Arc<Registry>, mut ended: Receiver<()>) {
    let gone = async move { while ended.changed().await.is_ok() {} };
    tokio::select! {
        () = gone => {}
        () = watch(&config, &registry) => {}
    }
}

async fn watch(config: &DockerConfig, registry: &Registry) {
    let docker_host = std::env::var("DOCKER_HOST").ok();
    let candidates = EngineAddress::candidates(config.socket.as_deref(), docker_host.as_deref());
    let candidates = match candidates {
        Ok(candidates) => candidates,
        // No other attempt can end differently.
        Err(error) => return registry.lock().lose(error.to_string()),
    };
    let retry_max = config.interval.max(Duration::from_millis(100));
    let retry_first = RETRY_FIRST.min(retry_max);
    let mut retry = retry_first;
    loop {
        match Engine::connect(&candidates).await {
            Ok(engine) => {
                tracing::info!(address = %engine.address(), "following the container engine");
                registry.lock().engine = Some(engine.address().clone());
                let mut follower = Follower::new(config, registry, engine.clone());
                let failure = tokio::select! {
                    Err(failure) = follow(config, &mut follower) => failure,
                    _ = statistics::collect(&engine, registry) => return,
                };
                let reason = failure.in_words();
                tracing::warn!(address = %follower.address(), reason, "lost the container engine");
                if follower.has_listed() {
                    retry = retry_first;
                }
                registry.lock().lose(address::silence(follower.address(), &reason));
            }
            Err(sentence) => registry.lock().lose(sentence),
        }
        tokio::time::sleep(retry).await;
        retry = (retry * 2).min(retry_max);
    }
}

/// Returns only when the engine fails.
async fn follow(
    config: &DockerConfig,
    follower: &mut Follower<'_>,
) -> Result<std::convert::Infallible, EngineFailure> {
    let now_secs = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let since = now_secs.saturating_sub(EVENTS_OVERLAP_SECS);
    let events = follower.engine().events(since).ready_chunks(EVENTS_AT_ONCE_MAX);
    let mut events = std::pin::pin!(events);
    let mut relist = tokio::time::interval(config.interval.max(Duration::from_millis(100)));
    relist.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            chunk = events.next() => {
                let chunk = chunk.ok_or(EngineFailure::EventsEnded)?;
                let chunk = chunk.into_iter().collect::<Result<Vec<_>, _>>()?;
                if has_network_change(&chunk) {
                    follower.relist_networks().await?;
                }
                follower.refresh(changed_containers(&chunk)).await?;
            }
            _ = relist.tick() => follower.relist().await?,
        }
    }
}

/// Whether a network came or went; a container on it must not wait for the next look at all.
fn has_network_change(events: &[EventMessage]) -> bool {
    events.iter().any(|event| {
        let action = event.action.as_deref().unwrap_or_default();
        event.typ == Some(EventMessageTypeEnum::NETWORK)
            && matches!(action, "create" | "destroy" | "remove")
    })
}

/// The ids of the containers that something happened to that the map shows.
fn changed_containers(events: &[EventMessage]) -> BTreeSet<String> {
    let changed = |event: &EventMessage| {
        let actor = event.actor.as_ref()?;
        let action = event.action.as_deref().unwrap_or_default();
        // `health_status: healthy` carries the verdict after the colon.
        let action = action.split(':').next().unwrap_or_default();
        match event.typ {
            Some(EventMessageTypeEnum::CONTAINER) if is_shown(action) => actor.id.clone(),
            Some(EventMessageTypeEnum::NETWORK) if matches!(action, "connect" | "disconnect") => {
                actor.attributes.as_ref()?.get("container").cloned()
            }
            _ => None,
        }
    };
    events.iter().filter_map(changed).filter(|id| crate::container::is_id(id)).collect()
}

/// Docker's actions, and Podman's where they differ (`died`, `remove`).
fn is_shown(action: &str) -> bool {
    matches!(
        action,
        "create"
            | "destroy"
            | "remove"
            | "rename"
            | "start"
            | "die"
            | "died"
            | "stop"
            | "kill"
            | "pause"
            | "unpause"
            | "restart"
            | "update"
            | "oom"
            | "health_status"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_each_container_once() {
        let text = include_str!("../../../../testdata/docker/events.jsonl");
        let events: Vec<EventMessage> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(events.len() > 8);
        assert_eq!(changed_containers(&events).len(), 1);
        assert!(has_network_change(&events));
        let exec_only: Vec<EventMessage> = events
            .into_iter()
            .filter(|event| event.action.as_deref().unwrap_or_default().starts_with("exec"))
            .collect();
        assert!(!exec_only.is_empty());
        assert!(changed_containers(&exec_only).is_empty());
        assert!(!has_network_change(&exec_only));
    }
}
