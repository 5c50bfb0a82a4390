//! Sets the probe up: its reporters, its targets, its loops.

use crate::VERSION;
use crate::credentials::{self, Credentials};
use crate::enrolment::Admission;
use crate::flags::Flags;
use anyhow::Context;
use scope_agent::{AgentConfig, ControlHandler, Parts, Secrets, ShortcutSender, Tagger, Target};
use scope_auth::{Gate, Secret};
use scope_control::ControlKinds;
use scope_docker::{Docker, DockerConfig};
use scope_linux::{HttpTagger, LinuxConfig, NameTagger};
use scope_plugin::{PluginConfig, Plugins};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;

/// Shortcut reports waiting to be published.
const SHORTCUTS_MAX: usize = 1024;

/// Runs the probe on this thread until `stop` is set.
pub(crate) fn run(
    flags: &Flags,
    host_id: String,
    joined_as: Option<String>,
    targets: Vec<Target>,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let probe_id = joined_as.map_or_else(crate::launch::random_id, Ok)?;
    // Scripts that wait for a probe look for this line.
    tracing::info!("probe starting, version {VERSION}, ID {probe_id}");
    crate::listener::start(&flags.probe_http_listen)?;
    let (shortcut_sender, shortcuts) = sync_channel(SHORTCUTS_MAX);
    let shortcut_sender = ShortcutSender::new(shortcut_sender);
    let linux = linux_config(flags, &host_id, &probe_id);
    let (local_networks, names) = (linux.local_networks.clone(), linux.names.clone());
    let (http_book, host_controls) = (linux.http_book.clone(), linux.controls.clone());
    let mut reporters = scope_linux::reporters(linux);
    let mut taggers: Vec<Box<dyn Tagger>> = Vec::new();
    if *flags.dns_snoop || *flags.dns_reverse {
        let tagger = NameTagger::new(names, *flags.dns_reverse, flags.resolver);
        taggers.push(Box::new(tagger.context("start reverse lookups")?));
    }
    let mut handlers: Vec<Arc<dyn ControlHandler>> = Vec::new();
    let controls = if *flags.no_controls { ControlKinds::NONE } else { flags.probe_controls };
    if controls != ControlKinds::NONE {
        taggers.push(host_controls.tagger(&host_id, &probe_id, &flags.proc_root));
        handlers.push(host_controls.handler(&host_id, &flags.proc_root));
    }
    if *flags.docker {
        let Docker { reporter, tagger, handler } = scope_docker::start(DockerConfig {
            host_id: host_id.clone(),
            probe_id: probe_id.clone(),
            socket: None,
            interval: *flags.docker_interval,
            proc_root: flags.proc_root.clone(),
            omit_env_vars: *flags.omit_env_vars,
            omit_cmd_args: *flags.omit_cmd_args,
            secrets: secrets(flags),
            local_networks,
            shortcuts: shortcut_sender.clone(),
        });
        reporters.push(reporter);
        taggers.push(tagger);
        handlers.extend(handler);
    }
    if *flags.http_glance {
        // Behind the tagger that says which process is in which container.
        taggers.push(Box::new(HttpTagger::new(http_book)));
    }
    let mut parts = Parts { reporters, taggers, handlers };
    add_plugins(flags, &probe_id, shortcut_sender, &mut parts);
    let config = AgentConfig {
        host_id,
        probe_id,
        version: VERSION.to_owned(),
        spy_interval: *flags.spy_interval,
        publish_interval: *flags.publish_interval,
        // Nobody puts together what is printed.
        full_report_every: if *flags.publish_stdout { 1 } else { flags.full_report_every },
        print: *flags.publish_stdout,
        targets,
        controls,
    };
    scope_agent::run(&config, parts, &shortcuts, stop).context("run the probe")?;
    tracing::info!("probe exiting");
    Ok(())
}

/// What of this host is looked at.
fn linux_config(flags: &Flags, host_id: &str, probe_id: &str) -> LinuxConfig {
    if *flags.http_glance && !*flags.processes {
        tracing::warn!("--probe.http-glance has no effect: processes are not reported");
    }
    LinuxConfig {
        proc_root: flags.proc_root.clone(),
        processes: *flags.processes,
        proc_spy: *flags.proc_spy,
        conntrack: *flags.conntrack,
        conntrack_buffer_bytes: flags.conntrack_buffer_bytes,
        kernel_events: *flags.ebpf_connections,
        unix_sockets: *flags.unix,
        sweep_core_share: flags.connections_core_share,
        dns_snooping: *flags.dns_snoop,
        omit_cmd_args: *flags.omit_cmd_args,
        secrets: secrets(flags),
        spy_interval: *flags.spy_interval,
        http_glance: *flags.http_glance,
        http_sample_one_in: flags.http_glance_one_in,
        ..LinuxConfig::new(host_id, probe_id, VERSION)
    }
}

/// Whether secrets are masked.
fn secrets(flags: &Flags) -> Secrets {
    if *flags.mask_secrets { Secrets::Masked } else { Secrets::Told }
}

/// Looks for plugins, whose tagger adds to the controls that the others found.
fn add_plugins(flags: &Flags, probe_id: &str, shortcuts: ShortcutSender, parts: &mut Parts) {
    let Some(root) = flags.plugins_root() else { return };
    let config =
        PluginConfig { root, probe_id: probe_id.to_owned(), secrets: secrets(flags), shortcuts };
    let Plugins { reporter, tagger, controls } = scope_plugin::start(config);
    parts.reporters.push(reporter);
    parts.taggers.push(tagger);
    parts.handlers.push(Arc::new(controls));
}

/// What is shown to the apps, if anything.
pub(crate) fn account(flags: &Flags) -> anyhow::Result<Option<Credentials>> {
    credentials::read("probe", &flags.probe_auth(), |name| std::env::var(name).ok())
}

/// The apps the flags name, each with its token.
pub(crate) fn peers(flags: &Flags) -> anyhow::Result<Vec<Target>> {
    let account = account(flags)?;
    flags
        .peers()
        .iter()
        .map(|peer| {
            let mut target: Target = peer.parse()?;
            if *flags.insecure {
                target.believe_anyone();
            }
            if let Some(own) = &account {
                target.sign_in(&own.name, &own.password);
            }
            if target.token.is_empty() {
                target.token.clone_from(&flags.probe_token);
            }
            Ok(target)
        })
        .collect()
}

/// The app of this machine, and what the flags say that it is shown.
pub(crate) fn local(flags: &Flags, port: u16) -> anyhow::Result<Target> {
    let mut target = Target::local(port);
    match account(flags)? {
        Some(account) => target.sign_in(&account.name, &account.password),
        None => target.token.clone_from(&flags.probe_token),
    }
    Ok(target)
}

/// The app of this process, which knows its probe by a secret.
pub(crate) fn within(secret: &Secret, admission: &Admission, address: SocketAddr) -> Target {
    let mut target = Target::listening(address);
    let (name, password) = Gate::local_probe(secret);
    target.sign_in(&name, &password);
    admission.introduce(&mut target);
    target
}
