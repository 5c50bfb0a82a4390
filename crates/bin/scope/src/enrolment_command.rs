//! `scope join-code` and `scope probes`: what an operator does on the app's machine. Both change
//! the app's folder, and the app sees it at once; it need not run.

use crate::enrolment::{app_data_dir, now_secs};
use crate::go_style::Period;
use crate::{complain, say};
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use scope_auth::{CodeTerms, EnrolledProbe, Enrolment, Lifetimes, Listening};
use scope_report::Timestamp;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// A code may wait so long.
const TTL_MAX: Duration = Duration::from_secs(30 * 86_400);

/// Hosts that may join by one code.
const USES_MAX: u32 = 10_000;

const JOIN_CODE_HELP: &str = "\
The code names this app's certificate authority, so that the host that joins knows whom it speaks
to, and holds a secret of which only a hash is kept here. It is good for one host and a quarter of
an hour unless you say otherwise. See docs/use/enrolment.md.

Examples:
  scope join-code
  scope join-code --ttl 24h --uses 50        for many hosts that are set up at once
  scope join-code --address scope.example:443";

const PROBES_HELP: &str = "\
Examples:
  scope probes list
  scope probes revoke 5a1f93cc01d6e2b7       by the id of the probe
  scope probes revoke web-1                  by the name of its host";

#[derive(Debug, Parser)]
#[command(
    name = "scope join-code",
    bin_name = "scope join-code",
    about = "Makes a code by which a host joins this app, and prints the command to run there.",
    after_help = JOIN_CODE_HELP,
    max_term_width = 100
)]
struct JoinCodeFlags {
    /// How long the code is good.
    #[arg(long, default_value = "15m", value_name = "DURATION")]
    ttl: Period,

    /// For how many hosts.
    #[arg(long, default_value_t = 1, value_name = "N")]
    uses: u32,

    /// How hosts reach this app: host[:port]; without it as the app last listened.
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,

    /// The folder of the app.
    #[arg(long = "app.data-dir", value_name = "PATH")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Parser)]
#[command(
    name = "scope probes",
    bin_name = "scope probes",
    about = "Lists and revokes the probes that joined this app.",
    after_help = PROBES_HELP,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
struct ProbesFlags {
    #[command(subcommand)]
    action: ProbesAction,

    /// The folder of the app.
    #[arg(long = "app.data-dir", value_name = "PATH", global = true)]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ProbesAction {
    /// Print the probes that joined, by host.
    List,
    /// Let a probe in no longer: its connections end at once.
    Revoke {
        /// The id of the probe, or the name of its host.
        #[arg(value_name = "ID|HOST")]
        name: String,
    },
}

/// Runs `scope join-code` with the words after it.
pub(crate) fn run_join_code(words: &[OsString]) -> ExitCode {
    let program = OsString::from("scope join-code");
    let flags = JoinCodeFlags::parse_from(std::iter::once(&program).chain(words));
    told("scope join-code", join_code(&flags))
}

/// Runs `scope probes` with the words after it.
pub(crate) fn run_probes(words: &[OsString]) -> ExitCode {
    let program = OsString::from("scope probes");
    let flags = ProbesFlags::parse_from(std::iter::once(&program).chain(words));
    told("scope probes", probes(&flags))
}

fn told(command: &str, outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{command}: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn join_code(flags: &JoinCodeFlags) -> anyhow::Result<()> {
    if *flags.ttl > TTL_MAX {
        bail!("--ttl: a code is good for at most {} days", TTL_MAX.as_secs() / 86_400);
    }
    if !(1..=USES_MAX).contains(&flags.uses) {
        bail!("--uses: write a number from 1 to {USES_MAX}");
    }
    let enrolment = open(flags.data_dir.as_deref())?;
    let listening = enrolment.listening().unwrap_or_default();
    if !listening.tls {
        complain(
            "scope join-code: no app has listened with TLS from this folder yet: start it with \
             --app.tls=self, or name its folder with --app.data-dir",
        );
    } else if flags.address.is_none() && is_local(&listening) {
        complain(&format!(
            "scope join-code: the app listens on {}, which other hosts do not reach: start it with \
             --app.http.address=:4040",
            listening.address
        ));
    }
    let ttl_secs = i64::try_from(flags.ttl.as_secs()).unwrap_or(i64::MAX);
    let terms = CodeTerms { ttl_secs, uses: flags.uses };
    let code = enrolment.new_code(terms, now_secs()).context("make a code")?;
    let address = flags.address.clone().unwrap_or_else(|| address(&listening));
    let hosts = match flags.uses {
        1 => "a host".to_owned(),
        uses => format!("up to {uses} hosts"),
    };
    let ends = time(now_secs().saturating_add(ttl_secs));
    say(&format!("To let {hosts} join this app until {ends}, run there:\n"));
    say(&format!("  scope launch --join {code} {address}"));
    Ok(())
}

fn probes(flags: &ProbesFlags) -> anyhow::Result<()> {
    let enrolment = open(flags.data_dir.as_deref())?;
    match &flags.action {
        ProbesAction::List => {
            let probes = enrolment.probes();
            if probes.is_empty() {
                say("No probe has joined yet; `scope join-code` makes a code to join by.");
                return Ok(());
            }
            say(&row("HOST", "PROBE", "JOINED", "CERTIFICATE"));
            for probe in probes {
                say(&described(&probe, now_secs()));
            }
        }
        ProbesAction::Revoke { name } => {
            let revoked = enrolment.revoke(name, now_secs())?;
            if revoked.is_empty() {
                bail!("no probe of the id or host {name:?} is let in; see `scope probes list`");
            }
            for identity in revoked {
                let (probe, host) = (identity.probe_id, identity.host_id);
                say(&format!("Probe {probe} of host {host} is let in no longer."));
            }
        }
    }
    Ok(())
}

fn open(data_dir: Option<&Path>) -> anyhow::Result<Enrolment> {
    let folder = app_data_dir(data_dir)?;
    // Only what the app does with certificates depends on their lifetime.
    let lifetimes = Lifetimes { probe_secs: 0 };
    Enrolment::open(&folder, lifetimes, now_secs())
        .with_context(|| format!("use the app's folder {}", folder.display()))
}

fn described(probe: &EnrolledProbe, now_secs: i64) -> String {
    let state = match probe.revoked_secs {
        Some(secs) => format!("revoked {}", time(secs)),
        None if probe.not_after_secs <= now_secs => format!("ended {}", time(probe.not_after_secs)),
        None => format!("until {}", time(probe.not_after_secs)),
    };
    let identity = &probe.identity;
    row(&identity.host_id, &identity.probe_id, &time(probe.joined_secs), &state)
}

fn row(host: &str, probe: &str, joined: &str, state: &str) -> String {
    format!("{host:<24} {probe:<17} {joined:<21} {state}")
}

fn time(secs: i64) -> String {
    Timestamp::from_unix(secs, 0).map(|own| own.to_string()).unwrap_or_default()
}

fn is_local(listening: &Listening) -> bool {
    listening.address.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
}

/// How other hosts may reach the app.
fn address(listening: &Listening) -> String {
    let Ok(address) = listening.address.parse::<SocketAddr>() else {
        return "APP-HOST:4040".to_owned();
    };
    match listening.names.first() {
        Some(name) if address.ip().is_unspecified() => format!("{name}:{}", address.port()),
        _ => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_hosts_are_told_how_to_reach_the_app() {
        let check = |own: &str, names: &[&str], expect: &str| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let listening = Listening { address: own.to_owned(), tls: true, names };
            assert_eq!(address(&listening), expect);
        };
        check("0.0.0.0:4040", &["scope.example", "web-1"], "scope.example:4040");
        check("[::]:4040", &["web-1"], "web-1:4040");
        check("10.0.0.1:4040", &["web-1"], "10.0.0.1:4040");
        check("", &[], "APP-HOST:4040");
    }
}
