//! The flags of TLS, of probes that join, and of those that did not.

use super::{APP, PROBE};
use crate::go_style::{Period, Switch};
use std::path::PathBuf;
use std::str::FromStr;

/// Whose certificate the app shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsWord {
    Off,
    Own,
}

impl FromStr for TlsWord {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "self" => Ok(Self::Own),
            "off" | "false" => Ok(Self::Off),
            _ => Err("write self, or give --app.tls.cert and --app.tls.key"),
        }
    }
}

/// TLS and the enrolment of probes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EnrolmentFlags {
    /// Join an app by a code that `scope join-code` printed on its machine; PEERS is that app. The
    /// code is used once: with it or without, this host is known there from then on. The variable
    /// SCOPE_JOIN stands in for it.
    #[arg(
        long = "join",
        env = "SCOPE_JOIN",
        hide_env_values = true,
        value_name = "CODE",
        help_heading = PROBE,
    )]
    pub(crate) join: Option<String>,

    /// Where the probe keeps its id, its keys and the certificates of apps that it joined, closed
    /// to others; without it /var/lib/scope/probe for root, else scope/probe in $XDG_STATE_HOME or
    /// ~/.local/state.
    #[arg(long = "probe.data-dir", value_name = "PATH", help_heading = PROBE)]
    pub(crate) probe_data_dir: Option<PathBuf>,

    /// Speak TLS with a certificate that the app signs itself: self. Browsers have to be told to
    /// trust it; probes that join need not.
    #[arg(long = "app.tls", value_name = "self", help_heading = APP)]
    pub(crate) tls: Option<TlsWord>,

    /// Speak TLS with this certificate, in PEM with those that lead to its authority; it is read
    /// again when it changes.
    #[arg(long = "app.tls.cert", value_name = "PATH", help_heading = APP)]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// The key of that certificate, in PEM.
    #[arg(long = "app.tls.key", value_name = "PATH", help_heading = APP)]
    pub(crate) tls_key: Option<PathBuf>,

    /// Whether probes that have not joined may report, those of Weave Scope and scripts among them:
    /// true for all who may by --app.auth, false for none. Without this flag those may that show a
    /// token of the role probe (`scope token`) or the account of --app.basicAuth; all may with
    /// --app.auth=none, and with a `scope app` that listens on loopback without --app.auth.
    #[arg(long = "app.old-probes", help_heading = APP)]
    pub(crate) old_probes: Option<Switch>,

    /// How long the certificates of probes last; probes renew them by themselves.
    #[arg(long = "app.probe-certificates.lifetime", default_value = "720h", help_heading = APP)]
    pub(crate) certificate_lifetime: Period,
}
