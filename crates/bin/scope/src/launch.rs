//! The three ways to run: both parts, the app alone, the probe alone; each until a signal.

use crate::access::{self, Access};
use crate::enrolment::Admission;
use crate::flags::Flags;
use crate::{app, enrolment, inspect, probe, say};
use anyhow::{Context, bail};
use scope_auth::Openness;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// `scope launch`: app and probe in one process, in the foreground.
pub(crate) fn run(flags: &Flags) -> anyhow::Result<()> {
    if *flags.no_app && *flags.no_probe {
        bail!("nothing to launch: --no-app and --no-probe exclude each other");
    }
    // To join is to show this host on another app's map, not on one of its own.
    if *flags.no_app || flags.enrolment.join.is_some() {
        return run_probe(flags);
    }
    if *flags.no_probe {
        return run_app(flags);
    }
    let listening = app::listen(flags)?;
    let access = access::open(flags, listening.address)?;
    let hostname = hostname(flags)?;
    let admission = Admission::open(flags, listening.address, &hostname)?;
    let mut peers = probe::peers(flags)?;
    let probe_id = enrolment::join(flags, &hostname, &mut peers)?;
    let mut targets = vec![probe::within(&access.local_probe, &admission, listening.address)];
    targets.extend(peers);
    let stop = Arc::new(AtomicBool::new(false));
    let probe = {
        let (flags, hostname, stop) = (flags.clone(), hostname.clone(), Arc::clone(&stop));
        std::thread::Builder::new()
            .name("probe".to_owned())
            .spawn(move || probe::run(&flags, hostname, probe_id, targets, &stop))
            .context("start the probe's thread")?
    };
    greet(&access, listening.address)?;
    let runtime = app_runtime()?;
    let outcome = runtime.block_on(async {
        let signal = stop_signal()?;
        app::serve(flags, listening, hostname, (access, admission), signal).await
    });
    stop.store(true, Ordering::Relaxed);
    let probed = probe.join();
    runtime.shutdown_timeout(app::SHUTDOWN_TIMEOUT);
    outcome?;
    probed.map_err(|_| anyhow::anyhow!("the probe stopped by a defect; please report it"))?
}

/// `--dry-run`: what can be wrong with the command line, without taking or asking anything.
pub(crate) fn check(flags: &Flags) -> anyhow::Result<()> {
    probe::peers(flags)?;
    access::check(flags)?;
    probe::account(flags)?;
    enrolment::check(flags)?;
    local_port(flags).map(drop)
}

/// `scope app`: only the app.
pub(crate) fn run_app(flags: &Flags) -> anyhow::Result<()> {
    let listening = app::listen(flags)?;
    let access = access::open(flags, listening.address)?;
    let hostname = hostname(flags)?;
    let admission = Admission::open(flags, listening.address, &hostname)?;
    greet(&access, listening.address)?;
    let runtime = app_runtime()?;
    let outcome = runtime.block_on(async {
        let signal = stop_signal()?;
        app::serve(flags, listening, hostname, (access, admission), signal).await
    });
    runtime.shutdown_timeout(app::SHUTDOWN_TIMEOUT);
    outcome
}

/// `scope probe`: only the probe; without peers it reports to the app of this machine.
pub(crate) fn run_probe(flags: &Flags) -> anyhow::Result<()> {
    scope_linux::save_memory();
    let mut targets = probe::peers(flags)?;
    if targets.is_empty() {
        if *flags.no_app || flags.enrolment.join.is_some() {
            bail!("nowhere to report to: name an app, for example `scope probe app-host:4040`");
        }
        targets.push(probe::local(flags, local_port(flags)?)?);
    }
    let hostname = hostname(flags)?;
    let probe_id = enrolment::join(flags, &hostname, &mut targets)?;
    for target in targets.iter().filter(|_| !*flags.publish_stdout) {
        say(&format!("Scope reports to {target}. Stop with Ctrl-C."));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let runtime =
        Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    inspect::start(vec![Box::new(scope_agent::figures_text)])?;
    let waiter = {
        let stop = Arc::clone(&stop);
        let signal = runtime.block_on(async { stop_signal() })?;
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                runtime.block_on(signal);
                stop.store(true, Ordering::Relaxed);
            })
            .context("start the signal thread")?
    };
    let outcome = probe::run(flags, hostname, probe_id, targets, &stop);
    if outcome.is_ok() {
        let _ = waiter.join();
    }
    outcome
}

/// 64 random bits in hex.
pub(crate) fn random_id() -> anyhow::Result<String> {
    let mut bytes = [0; 8];
    let count = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .context("read random bytes")?;
    if count < bytes.len() {
        bail!("read random bytes: too few");
    }
    Ok(format!("{:016x}", u64::from_be_bytes(bytes) >> 1))
}

fn greet(access: &Access, address: SocketAddr) -> anyhow::Result<()> {
    let url = &access.url;
    say(&format!("Scope is at {url}. Stop it with Ctrl-C."));
    if let Some(link) = access::link(access)? {
        say(&format!("Sign in, once and within 15 minutes: {link}"));
    }
    if access.ways.openness == Openness::Everything {
        tracing::warn!(
            %address,
            "--app.auth=none: whoever reaches this address may do everything, open shells included"
        );
    }
    Ok(())
}

fn local_port(flags: &Flags) -> anyhow::Result<u16> {
    let port = flags.http_address.rsplit_once(':').map_or("4040", |(_, port)| port);
    port.parse().with_context(|| format!("--app.http.address={}", flags.http_address))
}

fn hostname(flags: &Flags) -> anyhow::Result<String> {
    if let Some(hostname) = flags.hostname.as_ref().filter(|name| !name.is_empty()) {
        return Ok(hostname.clone());
    }
    let uname = rustix::system::uname();
    Ok(uname.nodename().to_string_lossy().into_owned())
}

fn app_runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the app's runtime")
}

/// Has the shells that the probe opens begin with no signal ignored. What a program ignores, its
/// children do too, and under `nohup` that is the hang-up by which a closed terminal ends them;
/// what it handles, if only by doing nothing, is theirs to decide.
fn handle_ignored_signals() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for number in ignored_signals(&status) {
        // Signals that nobody may handle stay as they are.
        let _handled = signal(SignalKind::from_raw(number));
    }
}

/// The signals that a process ignores, of the text of `/proc/PID/status` (proc(5)); that of a
/// broken pipe aside, which Rust ignores by itself and gives back to children.
fn ignored_signals(status: &str) -> Vec<i32> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let numbers = (1..=31).filter(|number| mask & (1 << (number - 1)) != 0);
    numbers.filter(|number| *number != SignalKind::pipe().as_raw_value()).collect()
}

/// Resolves on SIGINT or SIGTERM.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    handle_ignored_signals();
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read() {
        let check = |mask: &str, expect: &[i32]| {
            let status = format!("Name:\tscope\nSigIgn:\t{mask}\nSigCgt:\t0000000000000001\n");
            assert_eq!(ignored_signals(&status), expect, "{mask}");
        };
        check("0000000000000000", &[]);
        check("0000000000001000", &[]);
        check("0000000000001001", &[1]);
        check("0000000000000006", &[2, 3]);
        check("x", &[]);
        assert_eq!(ignored_signals(""), [0; 0]);
    }
}
