//! One container as its engine describes it, reduced to what the report tells and bounded.

use crate::{bounded, keys, words};
use bollard::models::{ContainerInspectResponse, ContainerState, HealthStatusEnum};
use bollard::models::{NetworkSettings, PortMap};
use scope_agent::Secrets;
use scope_report::{Text, Timestamp};
use smol_str::format_smolstr;
use std::net::IpAddr;

/// The words of `docker_container_state`, but for `deleted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Running,
    Paused,
    Restarting,
    Exited,
    Created,
    Dead,
}

/// Whose network a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NetworkMode {
    /// The host's.
    Host,
    /// That of another container, by id or name.
    Container(Text),
    /// Its own.
    Own,
}

/// A port of the container and where it is published, if at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    /// `80/tcp`
    pub inner: Text,
    /// Host address and port; blank address for any.
    pub outer: Option<(Text, Text)>,
}

/// What the report needs to know of a container.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Container {
    pub id: Text,
    /// Without the leading slash.
    pub name: Text,
    pub created: Text,
    pub command: Text,
    /// `host[.domain]`
    pub hostname: Text,
    /// Without `sha256:`.
    pub image_id: Text,
    pub phase: Phase,
    pub exit_code: i64,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// `starting`, `healthy` or `unhealthy`, where it has a health check.
    pub health: Option<Text>,
    /// Of its first process, in the engine's process namespace, while it lives.
    pub init_pid: Option<u32>,
    pub restart_count: i64,
    /// As the engine words it (`default`, `net2`, `container:…`).
    pub network_words: Text,
    pub network_mode: NetworkMode,
    pub networks: Vec<Text>,
    /// Those the engine gave it.
    pub ips: Vec<IpAddr>,
    pub ports: Vec<Port>,
    pub labels: Vec<(Text, Text)>,
    /// Empty when the environment is to be omitted.
    pub env: Vec<(Text, Text)>,
}

/// What stays out of the report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Privacy {
    pub omit_env_vars: bool,
    pub omit_cmd_args: bool,
    pub secrets: Secrets,
}

impl Container {
    /// Reads an engine's answer; `None` if it names no container.
    pub(crate) fn read(answer: ContainerInspectResponse, privacy: Privacy) -> Option<Self> {
        let id = answer.id.filter(|id| is_id(id))?;
        let state = answer.state.unwrap_or_default();
        let config = answer.config.unwrap_or_default();
        let network = answer.network_settings.unwrap_or_default();
        let mode = answer.host_config.and_then(|host| host.network_mode).unwrap_or_default();
        let name = answer.name.unwrap_or_default();
        let image = answer.image.unwrap_or_default();
        let env = if privacy.omit_env_vars { Vec::new() } else { config.env.unwrap_or_default() };
        let env = Some(env.iter().filter_map(|line| variable(line)).collect());
        let args = answer.args.unwrap_or_default();
        let args = if privacy.omit_cmd_args { Vec::new() } else { args };
        let (hostname, domain) = (config.hostname.unwrap_or_default(), config.domainname);
        let (networks, ips) = endpoints(&network);
        Some(Self {
            id: id.into(),
            name: bounded::fact(name.trim_start_matches('/')),
            created: bounded::fact(&answer.created.unwrap_or_default()),
            command: command(answer.path.as_deref().unwrap_or_default(), &args, privacy.secrets),
            hostname: match domain.filter(|domain| !domain.is_empty()) {
                Some(domain) => bounded::fact(&format!("{hostname}.{domain}")),
                None => bounded::fact(&hostname),
            },
            image_id: bounded::fact(image.trim_start_matches("sha256:")),
            phase: phase(&state),
            exit_code: state.exit_code.unwrap_or_default(),
            started: instant(state.started_at.as_deref()),
            finished: instant(state.finished_at.as_deref()),
            health: state.health.as_ref().and_then(|health| health.status).and_then(verdict),
            init_pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
            restart_count: answer.restart_count.unwrap_or_default(),
            network_mode: NetworkMode::read(&mode),
            network_words: bounded::fact(&mode),
            networks,
            ips,
            ports: ports(network.ports.unwrap_or_default()),
            labels: bounded::pairs(config.labels, privacy.secrets),
            env: bounded::pairs(env, privacy.secrets),
        })
    }

    /// Whether processes of it exist.
    pub(crate) fn is_alive(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Paused)
    }

    /// Seconds since it started.
    pub(crate) fn uptime_secs(&self, now: Timestamp) -> u64 {
        secs_since(self.started, now)
    }

    /// `Up 3 minutes`, `Exited (0) 2 hours ago`.
    pub(crate) fn state_in_words(&self, now: Timestamp) -> String {
        let up = || words::duration(self.uptime_secs(now));
        let ago = || words::duration(secs_since(self.finished, now));
        match self.phase {
            Phase::Running => format!("Up {}", up()),
            Phase::Paused => format!("Up {} (Paused)", up()),
            Phase::Restarting => format!("Restarting ({}) {} ago", self.exit_code, ago()),
            Phase::Dead => "Dead".to_owned(),
            Phase::Created => "Created".to_owned(),
            Phase::Exited if self.finished.is_none() => "Exited".to_owned(),
            Phase::Exited => format!("Exited ({}) {} ago", self.exit_code, ago()),
        }
    }
}

impl Phase {
    /// The word on the wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Exited => "exited",
            Self::Created => "created",
            Self::Dead => "dead",
        }
    }
}

impl Phase {
    /// The controls that make sense, joined as the wire wants them.
    pub(crate) fn active_controls(self) -> String {
        let controls: &[&str] = match self {
            Self::Paused => &[keys::UNPAUSE, keys::LOGS],
            // The engine counts one that it is about to start anew among those that run.
            Self::Running | Self::Restarting => {
                &[keys::RESTART, keys::STOP, keys::PAUSE, keys::ATTACH, keys::EXEC, keys::LOGS]
            }
            Self::Created => &[keys::START, keys::REMOVE],
            Self::Exited | Self::Dead => &[keys::START, keys::REMOVE, keys::LOGS],
        };
        controls.join(";")
    }
}

impl NetworkMode {
    fn read(mode: &str) -> Self {
        match mode.split_once(':') {
            Some(("container", other)) => Self::Container(bounded::fact(other)),
            _ if mode == "host" => Self::Host,
            _ => Self::Own,
        }
    }
}

/// Whether `id` can stand in ids, paths and addresses: hexadecimal, as every engine makes them.
pub(crate) fn is_id(id: &str) -> bool {
    (12..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads the flags rather than the engine's own word, which Podman extends.
fn phase(state: &ContainerState) -> Phase {
    let flag = |flag: Option<bool>| flag.unwrap_or_default();
    match () {
        () if flag(state.restarting) => Phase::Restarting,
        () if flag(state.running) && flag(state.paused) => Phase::Paused,
        () if flag(state.paused) => Phase::Paused,
        () if flag(state.running) => Phase::Running,
        () if flag(state.dead) => Phase::Dead,
        () if instant(state.started_at.as_deref()).is_none() => Phase::Created,
        () => Phase::Exited,
    }
}

fn verdict(health: HealthStatusEnum) -> Option<Text> {
    let has_check = !matches!(health, HealthStatusEnum::EMPTY | HealthStatusEnum::NONE);
    has_check.then(|| format_smolstr!("{health}"))
}

/// Year 1 is how engines say "never".
fn instant(text: Option<&str>) -> Option<Timestamp> {
    text?.parse::<Timestamp>().ok().filter(|instant| !instant.is_zero())
}

fn secs_since(instant: Option<Timestamp>, now: Timestamp) -> u64 {
    let nanos = instant.map_or(0, |then| now.unix_nanos().saturating_sub(then.unix_nanos()));
    u64::try_from(nanos / 1_000_000_000).unwrap_or_default()
}

fn command(path: &str, args: &[String], secrets: Secrets) -> Text {
    let words = std::iter::once(path).chain(args.iter().map(String::as_str));
    bounded::fact(&secrets.line(words))
}

/// `none` is the engine's word for no network at all.
fn endpoints(network: &NetworkSettings) -> (Vec<Text>, Vec<IpAddr>) {
    let mut names = Vec::new();
    let mut ips = Vec::new();
    for (name, endpoint) in network.networks.iter().flatten() {
        if name == "none" || names.len() >= bounded::SET_MEMBERS_MAX {
            continue;
        }
        names.push(bounded::fact(name));
        let given = [&endpoint.ip_address, &endpoint.global_ipv6_address];
        ips.extend(given.into_iter().flatten().filter_map(|ip| ip.parse::<IpAddr>().ok()));
    }
    names.sort_unstable();
    ips.sort_unstable();
    (names, ips)
}

fn ports(map: PortMap) -> Vec<Port> {
    let mut ports = Vec::new();
    let mut map: Vec<_> = map.into_iter().collect();
    map.sort_by(|a, b| a.0.cmp(&b.0));
    for (inner, bindings) in map {
        let inner = bounded::fact(&inner);
        let bindings = bindings.unwrap_or_default();
        if bindings.is_empty() {
            ports.push(Port { inner, outer: None });
            continue;
        }
        ports.extend(bindings.into_iter().map(|binding| {
            let field = |field: Option<String>| bounded::fact(&field.unwrap_or_default());
            let outer = Some((field(binding.host_ip), field(binding.host_port)));
            Port { inner: inner.clone(), outer }
        }));
    }
    ports.truncate(bounded::SET_MEMBERS_MAX);
    ports
}

fn variable(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once('=')?;
    Some((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests;
