//! Every flag, in the original's names, and what it means.

mod access;

mod enrolment;

mod original;

mod past;

pub(crate) use access::Ways;
pub(crate) use enrolment::{EnrolmentFlags, TlsWord};

use crate::collector::{Collector, parse_collector};
use crate::go_style::{Level, Period, Switch};
use access::AccessFlags;
use anyhow::bail;
use clap::{CommandFactory, FromArgMatches, Parser};
use past::PastFlags;
use scope_control::ControlKinds;
use scope_server::{ContainerLabel, MetricLinks};
use std::any::TypeId;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

const ABOUT: &str = "Draws, live, the map of what runs on your machines and who talks to whom.";

const AFTER_HELP: &str = "\
Examples:
  scope launch                       map this machine at http://localhost:4040
  scope launch host-b host-c         and send what is seen here to two more apps
  scope app                          only the app
  scope probe app-host:4040          only the probe, reporting to that app
  scope join-code                    a code by which another host joins this app over TLS
  scope launch --join CODE app-host:4040
                                     join it; the same with probe instead of launch
  scope probes list                  who joined (scope probes --help)
  scope report show http://localhost:4040
                                     what an app knows, as text (scope report --help)
  scope sign-in                      a link that signs a browser in, once
  scope token create ci              a token for a script (scope token --help)

Flags are written with one dash or two, as in Weave Scope: -probe.docker=false. Each part takes
the flags of the other. Flags of Weave Scope for what is not here are taken with a sentence in the
log; docs/use/flags.md lists them.
The app listens on this machine only unless --app.http.address says otherwise; --app.auth says who
may see and do what. Stop it with Ctrl-C.";

const PROBE: &str = "Probe";
const APP: &str = "App";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Launch,
    App,
    Probe,
    Version,
    Help,
}

/// What flags say of basic authentication.
#[derive(Clone, Debug, Default)]
pub(crate) struct BasicAuth {
    pub(crate) on: Option<Switch>,
    pub(crate) name: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) file: Option<PathBuf>,
}

/// The command line.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "scope",
    about = ABOUT,
    after_help = AFTER_HELP,
    disable_version_flag = true,
    args_override_self = true,
    override_usage = "scope <launch|app|probe|report|join-code|probes|sign-in|token|version|help> \
        [FLAGS] [PEERS…]",
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Flags {
    /// launch, app, probe, report, join-code, probes, sign-in, token, version or help, then apps to
    /// report to: [http://][token@]host[:port].
    #[arg(value_name = "COMMAND and PEERS")]
    words: Vec<String>,

    /// The command in the original's way: app, probe, version or help.
    #[arg(long)]
    mode: Option<String>,

    /// Log in detail.
    #[arg(long, default_value = "false")]
    pub(crate) debug: Switch,

    /// What to log: error, warn, info or debug.
    #[arg(long = "log.level", default_value = "info", value_name = "LEVEL")]
    pub(crate) log_level: Level,

    /// Only read the command line, and end with an error if it is wrong.
    #[arg(long = "dry-run", default_value = "false")]
    pub(crate) dry_run: Switch,

    /// Launch without the app: only report to PEERS.
    #[arg(long = "no-app", aliases = ["probe-only"], default_value = "false")]
    pub(crate) no_app: Switch,

    /// Launch without the probe: only show what others report.
    #[arg(long = "no-probe", aliases = ["app-only"], default_value = "false")]
    pub(crate) no_probe: Switch,

    /// The name of this host on the map; each host needs its own.
    #[arg(
        long = "hostname",
        env = "SCOPE_HOSTNAME",
        hide_env_values = true,
        value_name = "NAME",
        help_heading = PROBE,
    )]
    pub(crate) hostname: Option<String>,

    /// The token to show to apps that ask for one.
    #[arg(
        long = "probe.token",
        aliases = ["service-token"],
        default_value = "",
        hide_default_value = true,
        value_name = "TOKEN",
        help_heading = PROBE,
    )]
    pub(crate) probe_token: String,

    /// Show a name and a password to the apps. The variables ENABLE_BASIC_AUTH=true,
    /// BASIC_AUTH_USERNAME, BASIC_AUTH_PASSWORD and BASIC_AUTH_PASSWORD_FILENAME stand in for
    /// these flags and those of the app.
    #[arg(long = "probe.basicAuth", help_heading = PROBE)]
    probe_basic_auth: Option<Switch>,

    /// The name; without one, admin.
    #[arg(long = "probe.basicAuth.username", value_name = "NAME", help_heading = PROBE)]
    probe_basic_auth_name: Option<String>,

    /// The password; better in a file.
    #[arg(long = "probe.basicAuth.password", value_name = "PASSWORD", help_heading = PROBE)]
    probe_basic_auth_password: Option<String>,

    /// The file whose only line is the password.
    #[arg(long = "probe.basicAuth.password.filename", value_name = "PATH", help_heading = PROBE)]
    probe_basic_auth_file: Option<PathBuf>,

    /// What the probe logs, instead of --log.level.
    #[arg(long = "probe.log.level", value_name = "LEVEL", help_heading = PROBE)]
    pub(crate) probe_log_level: Option<Level>,

    /// What begins each line of the probe's log.
    #[arg(
        long = "probe.log.prefix",
        default_value = "<probe>",
        value_name = "TEXT",
        help_heading = PROBE,
    )]
    pub(crate) probe_log_prefix: String,

    /// Time between two reports to the apps.
    #[arg(long = "probe.publish.interval", default_value = "3s", help_heading = PROBE)]
    pub(crate) publish_interval: Period,

    /// Time between two looks at the host.
    #[arg(long = "probe.spy.interval", default_value = "1s", help_heading = PROBE)]
    pub(crate) spy_interval: Period,

    /// One report in so many says everything, the others what changed since.
    #[arg(
        long = "probe.full-report-every",
        default_value_t = 3,
        value_name = "N",
        help_heading = PROBE,
    )]
    pub(crate) full_report_every: u32,

    /// Let nobody act on this host and its containers from the browser.
    #[arg(long = "probe.no-controls", default_value = "false", help_heading = PROBE)]
    pub(crate) no_controls: Switch,

    /// Kinds of actions that are allowed on this host: some of logs, terminal (shells, consoles),
    /// start, stop, restart, pause, remove, signal, scale and other (those of plugins), or all or
    /// none.
    #[arg(
        long = "probe.controls",
        default_value = "all",
        value_name = "KINDS",
        help_heading = PROBE,
    )]
    pub(crate) probe_controls: ControlKinds,

    /// Leave command-line arguments out of reports, those of processes and of containers.
    #[arg(long = "probe.omit.cmd-args", default_value = "false", help_heading = PROBE)]
    pub(crate) omit_cmd_args: Switch,

    /// Leave the environment variables of containers out of reports.
    #[arg(long = "probe.omit.env-vars", default_value = "true", help_heading = PROBE)]
    pub(crate) omit_env_vars: Switch,

    /// Mask what looks like a password, a token or a key in command lines, labels and environment
    /// variables before it is reported; docs/use/secrets.md has the rules.
    #[arg(long = "probe.mask-secrets", default_value = "true", help_heading = PROBE)]
    pub(crate) mask_secrets: Switch,

    /// Report processes.
    #[arg(long = "probe.processes", default_value = "true", help_heading = PROBE)]
    pub(crate) processes: Switch,

    /// Look for the process behind each connection.
    #[arg(long = "probe.proc.spy", default_value = "true", help_heading = PROBE)]
    pub(crate) proc_spy: Switch,

    /// Where the process file system is mounted.
    #[arg(
        long = "probe.proc.root",
        default_value = "/proc",
        value_name = "PATH",
        help_heading = PROBE,
    )]
    pub(crate) proc_root: PathBuf,

    /// Follow address translation and short connections through the kernel's connection tracking.
    #[arg(long = "probe.conntrack", default_value = "true", help_heading = PROBE)]
    pub(crate) conntrack: Switch,

    /// Bytes the kernel may queue of connection tracking events.
    #[arg(
        long = "probe.conntrack.buffersize",
        default_value_t = 4 << 20,
        value_name = "BYTES",
        help_heading = PROBE,
    )]
    pub(crate) conntrack_buffer_bytes: usize,

    /// Let small programs in the kernel (eBPF) tell of sockets and short connections, where it
    /// and the probe's rights allow.
    #[arg(long = "probe.ebpf.connections", default_value = "true", help_heading = PROBE)]
    pub(crate) ebpf_connections: Switch,

    /// Report connections over Unix-domain sockets.
    #[arg(long = "probe.unix", default_value = "true", help_heading = PROBE)]
    pub(crate) unix: Switch,

    /// The share of one core that looking at connections may take, 0.01 being 1 %; where that is
    /// not enough, it is done more rarely.
    #[arg(
        long = "probe.connections.core-share",
        default_value_t = 0.01,
        value_name = "SHARE",
        help_heading = PROBE,
    )]
    pub(crate) connections_core_share: f64,

    /// The folder whose sockets are plugins; blank for none.
    #[arg(
        long = "probe.plugins.root",
        default_value = "/var/run/scope/plugins",
        value_name = "PATH",
        help_heading = PROBE,
    )]
    plugins_root: PathBuf,

    /// Learn the names of addresses outside from the DNS answers on this host.
    #[arg(long = "probe.dns.snoop", default_value = "true", help_heading = PROBE)]
    pub(crate) dns_snoop: Switch,

    /// Look up the names of addresses outside that no answer named.
    #[arg(long = "probe.dns.reverse", default_value = "true", help_heading = PROBE)]
    pub(crate) dns_reverse: Switch,

    /// The DNS server for such lookups, instead of the system's.
    #[arg(long = "probe.resolver", value_name = "IP:PORT", help_heading = PROBE)]
    pub(crate) resolver: Option<SocketAddr>,

    /// Tell how often each process that serves plain HTTP/1 or HTTP/2 is asked, how many answers
    /// are errors and how long they take, seen in the kernel. Needs root, BTF and control groups of
    /// version 2.
    #[arg(long = "probe.http-glance", default_value = "false", help_heading = PROBE)]
    pub(crate) http_glance: Switch,

    /// Look at one connection in so many for that, where to look at each costs too much; figures
    /// are rough where connections are few.
    #[arg(
        long = "probe.http-glance.one-in",
        default_value_t = 1,
        value_name = "N",
        help_heading = PROBE,
    )]
    pub(crate) http_glance_one_in: u32,

    /// Where the probe answers GET /metrics for Prometheus: [host]:port; blank for nowhere.
    #[arg(
        long = "probe.http.listen",
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS",
        help_heading = PROBE,
    )]
    pub(crate) probe_http_listen: String,

    /// Print reports as JSON on standard output, and send them nowhere.
    #[arg(long = "probe.publish.stdout", default_value = "false", help_heading = PROBE)]
    pub(crate) publish_stdout: Switch,

    /// Believe any app that is reached over https, whoever vouches for it.
    #[arg(long = "probe.insecure", default_value = "false", help_heading = PROBE)]
    pub(crate) insecure: Switch,

    /// Report containers of Docker or Podman.
    #[arg(long = "probe.docker", default_value = "true", help_heading = PROBE)]
    pub(crate) docker: Switch,

    /// Time between two full listings of images and networks.
    #[arg(long = "probe.docker.interval", default_value = "10s", help_heading = PROBE)]
    pub(crate) docker_interval: Period,

    /// Where the app listens: [host]:port. Without a host, on every interface.
    #[arg(
        long = "app.http.address",
        default_value = "127.0.0.1:4040",
        value_name = "ADDRESS",
        help_heading = APP,
    )]
    pub(crate) http_address: String,

    /// Ask for a name and a password; without TLS they travel readably.
    #[arg(long = "app.basicAuth", help_heading = APP)]
    app_basic_auth: Option<Switch>,

    /// The name; without one, admin.
    #[arg(long = "app.basicAuth.username", value_name = "NAME", help_heading = APP)]
    app_basic_auth_name: Option<String>,

    /// The password; better in a file.
    #[arg(long = "app.basicAuth.password", value_name = "PASSWORD", help_heading = APP)]
    app_basic_auth_password: Option<String>,

    /// The file whose only line is the password.
    #[arg(long = "app.basicAuth.password.filename", value_name = "PATH", help_heading = APP)]
    app_basic_auth_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) access: AccessFlags,

    #[command(flatten)]
    pub(crate) enrolment: EnrolmentFlags,

    /// What the app logs, instead of --log.level.
    #[arg(long = "app.log.level", value_name = "LEVEL", help_heading = APP)]
    pub(crate) app_log_level: Option<Level>,

    /// What begins each line of the app's log.
    #[arg(
        long = "app.log.prefix",
        default_value = "<app>",
        value_name = "TEXT",
        help_heading = APP,
    )]
    pub(crate) app_log_prefix: String,

    /// Log every request.
    #[arg(long = "app.log.http", default_value = "false", help_heading = APP)]
    pub(crate) log_http: Switch,

    /// Log the headers of every request too, but for those that sign somebody in.
    #[arg(long = "app.log.httpHeaders", default_value = "false", help_heading = APP)]
    pub(crate) log_http_headers: Switch,

    /// How long a report is on the map.
    #[arg(long = "app.window", default_value = "15s", help_heading = APP)]
    pub(crate) window: Period,

    #[command(flatten)]
    pub(crate) past: PastFlags,

    /// Where reports come from: local for probes, or file:PATH for saved ones. Files that are all
    /// named <unix nanoseconds>.<json|msgpack>[.gz] are replayed for ever, others shown as one.
    #[arg(
        long = "app.collector",
        default_value = "local",
        value_name = "local|file:PATH",
        value_parser = parse_collector,
        help_heading = APP,
    )]
    pub(crate) collector: Collector,

    /// Kinds of actions on nodes that the app passes on, as in --probe.controls; alone or with true
    /// it is all of them. Whoever reaches the app could act as root, so unless this says otherwise
    /// it takes a sign-in: see --app.auth.
    #[arg(
        long = "app.controls",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "all",
        value_name = "KINDS",
        help_heading = APP,
    )]
    pub(crate) controls: Option<ControlKinds>,

    /// How long a probe may take to answer a control.
    #[arg(long = "app.control.rpctimeout", default_value = "1m", help_heading = APP)]
    pub(crate) control_timeout: Period,

    /// How long open requests may take to finish after a stop.
    #[arg(long = "app.stopTimeout", default_value = "5s", help_heading = APP)]
    pub(crate) stop_timeout: Period,

    /// Offer to show only containers with a label, under a title; repeat for more. A colon that
    /// separates nothing is written \:.
    #[arg(
        long = "app.container-label-filter",
        value_name = "TITLE:KEY=VALUE",
        help_heading = APP,
    )]
    pub(crate) label_filters: Vec<ContainerLabel>,

    /// Offer to leave out containers with a label; repeat for more.
    #[arg(
        long = "app.container-label-filter-exclude",
        value_name = "TITLE:KEY=VALUE",
        help_heading = APP,
    )]
    pub(crate) label_filters_exclude: Vec<ContainerLabel>,

    /// Where graphs of metrics are, to be linked from nodes; :query in it becomes PromQL.
    #[arg(
        long = "app.metrics-graph",
        value_name = "URL",
        default_value = "",
        hide_default_value = true,
        help_heading = APP,
    )]
    pub(crate) metrics_graph: MetricLinks,

    /// What is to be told of flags without effect.
    #[arg(skip)]
    without_effect: Vec<String>,
}

impl Flags {
    /// Reads the normalised command line; help and errors are printed and end the program.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self::try_read(arguments).unwrap_or_else(|error| error.exit())
    }

    /// The command, from its word or from `--mode`.
    pub(crate) fn command(&self) -> anyhow::Result<Command> {
        let (word, by_flag) = match (&self.mode, self.words.first()) {
            (Some(mode), _) => (mode.as_str(), true),
            (None, Some(word)) => (word.as_str(), false),
            (None, None) => ("help", true),
        };
        Ok(match word {
            "launch" if !by_flag => Command::Launch,
            "app" => Command::App,
            "probe" => Command::Probe,
            "version" => Command::Version,
            "help" => Command::Help,
            _ => bail!(
                "command '{word}' not recognized: use launch, app, probe, report, join-code, \
                 probes, sign-in, token, version or help (`scope help` explains them)"
            ),
        })
    }

    /// Whether app and probe run in this process.
    pub(crate) fn runs_both(&self) -> bool {
        let is_launch = matches!(self.command(), Ok(Command::Launch));
        is_launch && !*self.no_app && !*self.no_probe && self.enrolment.join.is_none()
    }

    /// The apps named on the command line.
    pub(crate) fn peers(&self) -> &[String] {
        let command_words = usize::from(self.mode.is_none());
        self.words.get(command_words..).unwrap_or_default()
    }

    /// What the app's flags say of basic authentication.
    pub(crate) fn app_auth(&self) -> BasicAuth {
        BasicAuth {
            on: self.app_basic_auth,
            name: self.app_basic_auth_name.clone(),
            password: self.app_basic_auth_password.clone(),
            file: self.app_basic_auth_file.clone(),
        }
    }

    /// What the probe's flags say of it.
    pub(crate) fn probe_auth(&self) -> BasicAuth {
        BasicAuth {
            on: self.probe_basic_auth,
            name: self.probe_basic_auth_name.clone(),
            password: self.probe_basic_auth_password.clone(),
            file: self.probe_basic_auth_file.clone(),
        }
    }

    /// Where plugins are looked for, if at all.
    pub(crate) fn plugins_root(&self) -> Option<PathBuf> {
        Some(self.plugins_root.clone()).filter(|root| !root.as_os_str().is_empty())
    }

    /// The text of `scope help`.
    pub(crate) fn help() -> String {
        Self::definition().render_help().to_string()
    }

    fn try_read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = Self::definition().try_get_matches_from(arguments)?;
        let mut flags = Self::from_arg_matches(&matches)?;
        flags.without_effect = original::sentences(&matches);
        if let Collector::Elsewhere(kind) = &flags.collector {
            let sentence = format!("--app.collector={kind} has no effect: {}", original::ONE_APP);
            flags.without_effect.push(sentence);
        }
        Ok(flags)
    }

    /// The parser, its switches and durations written as Go writes them.
    fn definition() -> clap::Command {
        let all = <Self as CommandFactory>::command().args(original::arguments());
        all.mut_args(|argument| {
            let kind = argument.get_value_parser().type_id();
            if kind == TypeId::of::<Switch>() {
                let bare = argument.num_args(0..=1).require_equals(true);
                bare.default_missing_value("true").value_name("BOOL")
            } else if kind == TypeId::of::<Period>() {
                argument.value_name("DURATION")
            } else {
                argument
            }
        })
    }
}

#[cfg(test)]
mod tests;
