//! Sets the probe up: its reporters, its targets, its loops.

use crate::VERSION;
use crate::flags::Flags;
use anyhow::Context;
use scope_agent::{AgentConfig, LocalNetworks, Parts, ShortcutSender, Tagger, Target};
use scope_docker::{Docker, DockerConfig};
use scope_linux::{HostControls, LinuxConfig, NameBook, NameTagger};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;

/// Shortcut reports waiting to be published.
const SHORTCUTS_MAX: usize = 1024;

/// Runs the probe on this thread until `stop` is set.
pub(crate) fn run(
    flags: &Flags,
    host_id: String,
    targets: Vec<Target>,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let probe_id = crate::launch::random_id()?;
    // Scripts that wait for a probe look for this line.
    tracing::info!("probe starting, version {VERSION}, ID {probe_id}");
    for sentence in scope_linux::missing_rights() {
        tracing::warn!("{sentence}");
    }
    let local_networks = LocalNetworks::default();
    let names = NameBook::default();
    let (shortcut_sender, shortcuts) = sync_channel(SHORTCUTS_MAX);
    let host_controls = HostControls::default();
    let mut reporters = scope_linux::reporters(LinuxConfig {
        controls: host_controls.clone(),
        proc_root: flags.proc_root.clone(),
        local_networks: local_networks.clone(),
        processes: *flags.processes,
        proc_spy: *flags.proc_spy,
        conntrack: *flags.conntrack,
        conntrack_buffer_bytes: flags.conntrack_buffer_bytes,
        dns_snooping: *flags.dns_snoop,
        names: names.clone(),
        omit_cmd_args: *flags.omit_cmd_args,
        spy_interval: *flags.spy_interval,
        ..LinuxConfig::new(host_id.as_str(), probe_id.as_str(), VERSION)
    });
    let mut taggers: Vec<Box<dyn Tagger>> = Vec::new();
    if *flags.dns_snoop || *flags.dns_reverse {
        let tagger = NameTagger::new(names, *flags.dns_reverse, flags.resolver);
        taggers.push(Box::new(tagger.context("start reverse lookups")?));
    }
    let mut handlers = Vec::new();
    if !*flags.no_controls {
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
            local_networks,
            shortcuts: ShortcutSender::new(shortcut_sender),
        });
        reporters.push(reporter);
        taggers.push(tagger);
        handlers.extend(handler);
    }
    let config = AgentConfig {
        host_id,
        probe_id,
        version: VERSION.to_owned(),
        spy_interval: *flags.spy_interval,
        publish_interval: *flags.publish_interval,
        full_report_every: flags.full_report_every,
        targets,
        controls: !*flags.no_controls,
    };
    let parts = Parts { reporters, taggers, handlers };
    scope_agent::run(&config, parts, &shortcuts, stop).context("run the probe")?;
    tracing::info!("probe exiting");
    Ok(())
}

/// The apps the flags name, each with its token.
pub(crate) fn peers(flags: &Flags) -> anyhow::Result<Vec<Target>> {
    flags
        .peers()
        .iter()
        .map(|peer| {
            let mut target: Target = peer.parse()?;
            if target.token.is_empty() {
                target.token.clone_from(&flags.probe_token);
            }
            Ok(target)
        })
        .collect()
}
