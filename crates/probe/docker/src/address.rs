//! Where an engine may listen, and the sentence for the reader when none answers.

use std::fmt;

/// Docker's own place.
const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// The place of Podman's service for root.
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// The address of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EngineAddress {
    /// A socket of this host, by path.
    Unix(String),
    /// `host:port`, in the clear; the engine may be another host's.
    Tcp(String),
}

/// No attempt can be made at an address of this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no container engine can be reached at {address}: the probe speaks to unix:///path and \
     tcp://host:port"
)]
pub(crate) struct UnsupportedAddress {
    address: String,
}

impl EngineAddress {
    /// Where to look, in this order: what is configured, else what `DOCKER_HOST` says, else the
    /// usual places.
    pub(crate) fn candidates(
        configured: Option<&str>,
        docker_host: Option<&str>,
    ) -> Result<Vec<Self>, UnsupportedAddress> {
        let named = configured.or(docker_host).filter(|address| !address.is_empty());
        match named {
            Some(address) => Ok(vec![Self::parse(address)?]),
            None => Ok([DOCKER_SOCKET, PODMAN_SOCKET].map(|it| Self::Unix(it.to_owned())).into()),
        }
    }

    fn parse(address: &str) -> Result<Self, UnsupportedAddress> {
        let unsupported = || UnsupportedAddress { address: address.to_owned() };
        match address.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.to_owned())),
            Some(("tcp" | "http", place)) if !place.is_empty() => {
                Ok(Self::Tcp(place.trim_end_matches('/').to_owned()))
            }
            None if address.starts_with('/') => Ok(Self::Unix(address.to_owned())),
            _ => Err(unsupported()),
        }
    }

    /// Whether process ids and files it speaks of may be another host's.
    pub(crate) fn is_remote(&self) -> bool {
        match self {
            Self::Unix(_) => false,
            Self::Tcp(place) => {
                let host = place.rsplit_once(':').map_or(place.as_str(), |(host, _)| host);
                let bare = host.trim_start_matches('[').trim_end_matches(']');
                let ip = bare.parse::<std::net::IpAddr>();
                host != "localhost" && !ip.is_ok_and(|ip| ip.is_loopback())
            }
        }
    }
}

impl fmt::Display for EngineAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => formatter.write_str(path),
            Self::Tcp(place) => write!(formatter, "tcp://{place}"),
        }
    }
}

/// What the reader of the map is told when there is no engine at `address`.
pub(crate) fn absence(address: &EngineAddress) -> String {
    format!(
        "no container engine at {address}: containers will not be on the map; start Docker or \
         pass --probe.docker=false"
    )
}

/// What the reader of the map is told when the engine at `address` cannot be asked.
pub(crate) fn silence(address: &EngineAddress, reason: &str) -> String {
    format!(
        "the container engine at {address} does not answer ({reason}): containers will not be on \
         the map until it does"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(path: &str) -> EngineAddress {
        EngineAddress::Unix(path.to_owned())
    }

    #[track_caller]
    fn check(configured: Option<&str>, docker_host: Option<&str>, expect: &[EngineAddress]) {
        assert_eq!(EngineAddress::candidates(configured, docker_host).unwrap(), expect);
    }

    #[test]
    fn configured_goes_before_environment_before_usual_places() {
        check(None, None, &[unix(DOCKER_SOCKET), unix(PODMAN_SOCKET)]);
        check(None, Some(""), &[unix(DOCKER_SOCKET), unix(PODMAN_SOCKET)]);
        check(None, Some("unix:///a.sock"), &[unix("/a.sock")]);
        check(Some("/b.sock"), Some("unix:///a.sock"), &[unix("/b.sock")]);
        check(None, Some("tcp://[::1]:2375/"), &[EngineAddress::Tcp("[::1]:2375".to_owned())]);
        assert!(EngineAddress::candidates(None, Some("ssh://box")).is_err());
        assert!(EngineAddress::candidates(Some("unix://relative"), None).is_err());
    }

    #[test]
    fn only_loopback_is_this_host() {
        assert!(!EngineAddress::Tcp("[::1]:2375".to_owned()).is_remote());
        assert!(!EngineAddress::Tcp("localhost:2375".to_owned()).is_remote());
        assert!(EngineAddress::Tcp("10.0.0.7:2375".to_owned()).is_remote());
    }
}
