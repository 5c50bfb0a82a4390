//! Sets the app up: its address, its store, its server.

use crate::VERSION;
use crate::access::{self, Access};
use crate::collector::Collector;
use crate::enrolment::Admission;
use crate::flags::Flags;
use crate::inspect;
use anyhow::Context;
use scope_control::ControlKinds;
use scope_server::{App, AppConfig, Bounds, Groups, LabelFilters, RequestLog};
use scope_store::{Limits, Recording, Replay, Store};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

/// The app's address, taken.
pub(crate) struct Listening {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Takes the address, or says who else has it.
pub(crate) fn listen(flags: &Flags) -> anyhow::Result<Listening> {
    allow_descriptors();
    let address = resolve("app.http.address", &flags.http_address)?;
    access::check_reach(flags, address)?;
    let listener = TcpListener::bind(address).map_err(|error| explain(error, address))?;
    listener.set_nonblocking(true).context("prepare the listener")?;
    let address = listener.local_addr().context("read the listener's address")?;
    Ok(Listening { listener, address })
}

/// Raises the soft limit of open files to the hard one: every connection is a file, and the
/// customary 1024 are few for probes and watchers. Where that is refused, fewer can connect.
fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::debug!("cannot raise the limit of open files: {error}");
    }
}

/// Runs the app until `stop` resolves.
pub(crate) async fn serve(
    flags: &Flags,
    listening: Listening,
    hostname: String,
    (access, admission): (Access, Admission),
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let host_names = access::host_names(flags, &hostname);
    let config = AppConfig {
        version: VERSION.to_owned(),
        hostname,
        app_id: crate::launch::random_id()?,
        limits: scope_wire::Limits::default(),
        bounds: Bounds::default(),
        stop_timeout: *flags.stop_timeout,
        label_filters: LabelFilters::new(
            flags.label_filters.iter().cloned(),
            flags.label_filters_exclude.iter().cloned(),
        ),
        metric_links: flags.metrics_graph.clone(),
        controls: access::acts(flags, listening.address)?,
        // Where only the sign-in is missing, the button says so.
        controls_offered: flags.controls.unwrap_or(ControlKinds::ALL),
        control_timeout: *flags.control_timeout,
        gate: Arc::clone(&access.gate),
        open_id: access.open_id.clone(),
        audit: access.audit.clone(),
        recordings: access.recordings.clone(),
        host_names,
        is_secure: admission.tls.is_some(),
        port: listening.address.port(),
        request_log: match (*flags.log_http, *flags.log_http_headers) {
            (false, _) => RequestLog::Off,
            (true, false) => RequestLog::Lines,
            (true, true) => RequestLog::Headers,
        },
        give_back: Some(scope_linux::give_back),
    };
    let (store, replay) = store(flags, &config.limits)?;
    let mut app = App::new(config, store).admitting(admission.settings);
    if let Some(tls) = admission.tls {
        app = app.over(tls);
    }
    if let Some(plan) = flags.past.plan() {
        app = app.keeping(plan);
    }
    if let Some(path) = &flags.past.groups {
        app = app.grouping(Groups::open(path).context("--app.groups")?);
    }
    let figures = app.clone();
    inspect::start(vec![
        Box::new(move || figures.figures_text()),
        Box::new(scope_agent::figures_text),
    ])?;
    if let Some(replay) = replay {
        tokio::spawn(app.clone().replay(replay));
    }
    let listener = tokio::net::TcpListener::from_std(listening.listener)?;
    tokio::spawn(app.clone().keep_history());
    scope_server::serve(app, listener, stop).await?;
    tracing::info!("app exiting");
    Ok(())
}

/// The store that the collector asks for, and what is to be replayed into it.
fn store(
    flags: &Flags,
    wire_limits: &scope_wire::Limits,
) -> anyhow::Result<(Store, Option<Replay>)> {
    let limits = Limits::default();
    let window_nanos = u64::try_from(flags.window.as_nanos()).unwrap_or(u64::MAX);
    // From elsewhere there is nothing; that was said.
    let Collector::File(path) = &flags.collector else {
        return Ok((Store::new(window_nanos, limits), None));
    };
    let recording = Recording::open(path, wire_limits, &limits).context("--app.collector")?;
    Ok(match recording {
        Recording::Fixed(report) => (Store::fixed(Arc::from(report)), None),
        Recording::Replay(replay) => (Store::new(window_nanos, limits), Some(replay)),
    })
}

/// Where a browser on this machine finds the app.
pub(crate) fn local_url(address: SocketAddr, is_secure: bool) -> String {
    let scheme = if is_secure { "https" } else { "http" };
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// The address that the flag of this name gives.
pub(crate) fn resolve(flag: &str, text: &str) -> anyhow::Result<SocketAddr> {
    let full = if text.starts_with(':') { format!("0.0.0.0{text}") } else { text.to_owned() };
    let hint = "write [host]:port, for example 127.0.0.1:4040 or :4040";
    full.to_socket_addrs()
        .with_context(|| format!("--{flag}={text}: {hint}"))?
        .next()
        .with_context(|| format!("--{flag}={text} names no address: {hint}"))
}

fn explain(error: std::io::Error, address: SocketAddr) -> anyhow::Error {
    let port = address.port();
    let next = port.checked_add(1).unwrap_or(port - 1);
    match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} on {} is taken: another Scope may be running there; stop it, or choose \
             another port with --app.http.address={}:{next}",
            address.ip(),
            address.ip(),
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "port {port} needs more rights: run as root or choose a port from 1024 on with \
             --app.http.address"
        ),
        ErrorKind::AddrNotAvailable => anyhow::anyhow!(
            "{} is no address of this machine: choose another with --app.http.address",
            address.ip(),
        ),
        _ => anyhow::Error::new(error).context(format!("listen on {address}")),
    }
}

/// The time an idle runtime may take to wind down.
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);
