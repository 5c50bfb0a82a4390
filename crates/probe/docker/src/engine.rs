//! The questions asked of an engine, each with a limit on the time of its answer.
//!
//! The only file that speaks the engine's protocol; it keeps nothing.

pub(crate) mod acts;

pub(crate) mod wire;

use crate::address::{self, EngineAddress};
use crate::cgroup::Usage;
use bollard::Docker;
use bollard::errors::Error;
use bollard::models::{ContainerInspectResponse, ContainerStatsResponse, ContainerSummary};
use bollard::models::{EventMessage, ImageSummary, Network};
use bollard::query_parameters as query;
use futures_util::{Stream, StreamExt};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// The longest wait for one answer to a question.
const CALL_LIMIT: Duration = Duration::from_secs(20);

/// The longest wait for the client below, which counts whole seconds: that of the slowest act.
const CLIENT_LIMIT_SECS: u64 = acts::ACT_LIMIT.as_secs();

/// An engine that has answered.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    docker: Docker,
    address: EngineAddress,
}

/// Why the engine cannot be followed any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineFailure {
    #[error("{operation}")]
    Call {
        operation: &'static str,
        #[source]
        source: Error,
    },
    #[error("{operation}: no answer within {} s", limit.as_secs())]
    Late { operation: &'static str, limit: Duration },
    #[error("its stream of events ended")]
    EventsEnded,
}

/// The answer to a question about one container.
pub(crate) enum Inspected {
    Found(Box<ContainerInspectResponse>),
    Gone,
    /// The answer is none that can be understood; says why.
    Unreadable(String),
}

impl Engine {
    /// The first of the candidates that answers, or the sentence for the reader if none does.
    pub(crate) async fn connect(candidates: &[EngineAddress]) -> Result<Self, String> {
        let mut first_reason = None;
        for address in candidates {
            match Self::connect_to(address).await {
                Ok(engine) => return Ok(engine),
                Err(reason) => first_reason = first_reason.or(Some(reason)),
            }
        }
        Err(first_reason.unwrap_or_default())
    }

    async fn connect_to(address: &EngineAddress) -> Result<Self, String> {
        let docker = match address {
            EngineAddress::Unix(path) => {
                // Asked first because the client's own error does not tell nobody from not allowed.
                UnixStream::connect(path).map_err(|error| match error.kind() {
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused => address::absence(address),
                    _ => address::silence(address, &error.to_string()),
                })?;
                Docker::connect_with_unix(path, CLIENT_LIMIT_SECS, bollard::API_DEFAULT_VERSION)
            }
            EngineAddress::Tcp(place) => {
                Docker::connect_with_http(place, CLIENT_LIMIT_SECS, bollard::API_DEFAULT_VERSION)
            }
        };
        let silence = |failure: EngineFailure| address::silence(address, &failure.in_words());
        let operation = "finding a common version";
        let docker = docker
            .map_err(|source| silence(EngineFailure::Call { operation: "connecting", source }))?;
        let docker = call(operation, docker.negotiate_version()).await.map_err(silence)?;
        Ok(Self { docker, address: address.clone() })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &EngineAddress {
        &self.address
    }

    /// What happens to containers and networks from `since_unix_secs` on.
    pub(crate) fn events(
        &self,
        since_unix_secs: u64,
    ) -> impl Stream<Item = Result<EventMessage, EngineFailure>> + use<> {
        let kinds = vec!["container".to_owned(), "network".to_owned()];
        let options = query::EventsOptions {
            since: Some(since_unix_secs.to_string()),
            filters: Some([("type".to_owned(), kinds)].into()),
            ..query::EventsOptions::default()
        };
        let operation = "reading events";
        self.docker
            .events(Some(options))
            .map(move |event| event.map_err(|source| EngineFailure::Call { operation, source }))
    }

    /// All containers, running or not.
    pub(crate) async fn containers(&self) -> Result<Vec<ContainerSummary>, EngineFailure> {
        let options = query::ListContainersOptions { all: true, ..Default::default() };
        call("listing containers", self.docker.list_containers(Some(options))).await
    }

    /// All there is to know of one container.
    pub(crate) async fn inspect(&self, container_id: &str) -> Result<Inspected, EngineFailure> {
        let none = None::<query::InspectContainerOptions>;
        let answer = self.docker.inspect_container(container_id, none);
        match call("inspecting a container", answer).await {
            Ok(answer) => Ok(Inspected::Found(Box::new(answer))),
            Err(EngineFailure::Call {
                source: Error::DockerResponseServerError { status_code: 404, .. },
                ..
            }) => Ok(Inspected::Gone),
            Err(EngineFailure::Call { source: source @ Error::JsonDataError { .. }, .. }) => {
                Ok(Inspected::Unreadable(source.to_string()))
            }
            Err(failure) => Err(failure),
        }
    }

    /// All images that have a name or are used.
    pub(crate) async fn images(&self) -> Result<Vec<ImageSummary>, EngineFailure> {
        let none = None::<query::ListImagesOptions>;
        call("listing images", self.docker.list_images(none)).await
    }

    /// All networks.
    pub(crate) async fn networks(&self) -> Result<Vec<Network>, EngineFailure> {
        let none = None::<query::ListNetworksOptions>;
        call("listing networks", self.docker.list_networks(none)).await
    }

    /// What a container used so far, as the engine accounts for it; `None` if it does not say.
    pub(crate) async fn usage(&self, container_id: &str) -> Option<Usage> {
        let options = query::StatsOptions { stream: false, one_shot: true };
        let mut stats = Box::pin(self.docker.stats(container_id, Some(options)));
        // The container may have gone meanwhile; if the engine has, the events say so.
        usage(&tokio::time::timeout(CALL_LIMIT, stats.next()).await.ok()??.ok()?)
    }
}

impl EngineFailure {
    /// The failure with all of its causes.
    pub(crate) fn in_words(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }
}

async fn call<T>(
    operation: &'static str,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, EngineFailure> {
    limited(operation, CALL_LIMIT, answer).await
}

async fn limited<T>(
    operation: &'static str,
    limit: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, EngineFailure> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|source| EngineFailure::Call { operation, source }),
        Err(_) => Err(EngineFailure::Late { operation, limit }),
    }
}

fn usage(answer: &ContainerStatsResponse) -> Option<Usage> {
    let memory = answer.memory_stats.as_ref()?;
    let stat = |key: &str| memory.stats.as_ref().and_then(|stats| stats.get(key)).copied();
    let inactive = stat("total_inactive_file").or_else(|| stat("inactive_file"));
    Some(Usage {
        cpu_nanos: answer.cpu_stats.as_ref()?.cpu_usage.as_ref()?.total_usage?,
        memory_bytes: memory.usage?.saturating_sub(inactive.unwrap_or_default()),
        memory_limit_bytes: memory.limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_leave_droppable_cache_out() {
        let text = include_str!("../../../../testdata/docker/stats.json");
        let usage = usage(&serde_json::from_str(text).unwrap()).unwrap();
        assert!(usage.cpu_nanos > 0);
        assert!(usage.memory_bytes > 0);
        assert_eq!(usage.memory_limit_bytes, Some(67_108_864));
    }
}
