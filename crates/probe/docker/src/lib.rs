//! Containers, images and networks of the host, as its Docker or Podman engine tells them.
//!
//! One background thread follows the engine's events and keeps a registry; the [`Reporter`] only
//! reads the registry and the kernel's accounting files, so a slow engine never delays a report.
//! The [`Tagger`] finds the container of each process. The [`ControlHandler`] acts on containers,
//! each time over connections of its own, as the engine allows it. The crate refuses to enter the
//! namespaces of containers.

mod bounded;

mod words;

mod keys;

mod templates;

mod address;

mod fib;

mod container;

mod image;

mod network;

mod node;

mod cgroup;

mod gauge;

mod engine;

mod registry;

mod watch;

mod reporter;

mod tagger;

mod controls;

use scope_agent::{ControlHandler, LocalNetworks, Reporter, Secrets, ShortcutSender, Tagger};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What the probe tells this crate.
#[derive(Clone, Debug)]
pub struct DockerConfig {
    /// Names the host in ids.
    pub host_id: String,
    /// Names the probe that can act on the containers.
    pub probe_id: String,
    /// Where the engine listens (`unix:///path`, `tcp://host:port`); `None` for `DOCKER_HOST`,
    /// then Docker's and Podman's own places.
    pub socket: Option<String>,
    /// Between two looks at all images, networks and container states, and the longest wait
    /// between two attempts to reach an engine.
    pub interval: Duration,
    /// `/proc` of the host.
    pub proc_root: PathBuf,
    /// Whether environment variables stay out of the report.
    pub omit_env_vars: bool,
    /// Whether the arguments of commands stay out of the report.
    pub omit_cmd_args: bool,
    /// Whether secrets in commands, labels and environment variables are masked.
    pub secrets: Secrets,
    /// Learns the subnets of bridge networks.
    pub local_networks: LocalNetworks,
    /// Takes the report of a container's change at once.
    pub shortcuts: ShortcutSender,
}

/// The parts of the probe that know containers.
pub struct Docker {
    /// Reports containers, images and networks.
    pub reporter: Box<dyn Reporter>,
    /// Ties processes to containers.
    pub tagger: Box<dyn Tagger>,
    /// Acts on containers; none where it could not be started.
    pub handler: Option<Arc<dyn ControlHandler>>,
}

/// Starts to follow the engine; dropping the reporter and the tagger ends that.
pub fn start(config: DockerConfig) -> Docker {
    let registry = Arc::new(registry::Registry::default());
    let config = Arc::new(config);
    let (alive, ended) = tokio::sync::watch::channel(());
    let alive = Arc::new(alive);
    watch::spawn(Arc::clone(&config), Arc::clone(&registry), ended);
    let reporter = reporter::DockerReporter::new(&config, &registry, Arc::clone(&alive));
    let handler: Option<Arc<dyn ControlHandler>> =
        match controls::DockerControls::start(Arc::clone(&registry)) {
            Ok(controls) => Some(Arc::new(controls)),
            Err(error) => {
                tracing::warn!("containers cannot be acted on: start a thread: {error}");
                None
            }
        };
    let tagger = tagger::DockerTagger::new(&config, registry, alive);
    Docker { reporter: Box::new(reporter), tagger: Box::new(tagger), handler }
}
