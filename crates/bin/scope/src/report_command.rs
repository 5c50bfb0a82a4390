//! `scope report`: saved or live reports as text, compared, converted.

use crate::{VERSION, say};
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use scope_report::printable;
use scope_wire::{Format, Limits, decode, decode_sniffed, text};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const AFTER_HELP: &str = "\
A report is what a probe or app has seen: hosts, processes, containers, connections.
FILE is named after its format: .json or .msgpack, then .gz if it is packed; - is standard
input, whose format is told from its bytes. URL is that of an app; it is asked for the merge of
its window.

Examples:
  scope report show http://localhost:4040           what the app on this machine knows
  scope report convert http://localhost:4040 now.msgpack.gz
                                                    save it, to look at or replay later
  scope report diff before.json now.msgpack.gz      what changed; exit status 1 if anything did
  curl -s localhost:4040/api/report | scope report show -
  scope app --app.collector=file:///tmp/reports     look at saved reports in the browser";

/// Time to connect to an app, and to have its whole answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The variable with the token that is shown to an app.
const TOKEN: &str = "SCOPE_TOKEN";

/// Differences were found.
const DIFFERENT: u8 = 1;

/// It could not be said whether there are differences.
const TROUBLE: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "scope report",
    bin_name = "scope report",
    about = "Shows, compares and converts reports.",
    after_help = AFTER_HELP,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
struct ReportFlags {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a report as text: hosts, what runs on them, who talks to whom.
    #[command(after_help = AFTER_HELP)]
    Show {
        /// A file, `-`, or the URL of an app.
        #[arg(value_name = "FILE|URL")]
        report: String,
    },
    /// Print what changed from one report to another: - gone, + new, ~ changed.
    ///
    /// When something was seen is no difference, nor are the values of metrics. Exit status 0
    /// means no difference, 1 differences, 2 trouble.
    #[command(after_help = AFTER_HELP)]
    Diff {
        /// The earlier report: a file, `-`, or the URL of an app.
        #[arg(value_name = "BEFORE")]
        before: String,
        /// The later one.
        #[arg(value_name = "AFTER")]
        after: String,
    },
    /// Write a report in another format.
    #[command(after_help = AFTER_HELP)]
    Convert {
        /// A file, `-`, or the URL of an app.
        #[arg(value_name = "IN")]
        from: String,
        /// A file named after the format to write, or `-` for JSON on standard output.
        #[arg(value_name = "OUT")]
        to: String,
    },
}

/// Runs `scope report` with the words after it.
pub(crate) fn run(words: &[OsString]) -> ExitCode {
    let program = OsString::from("scope report");
    let flags = ReportFlags::parse_from(std::iter::once(&program).chain(words));
    let is_diff = matches!(flags.action, Action::Diff { .. });
    match act(&flags.action) {
        Ok(code) => code,
        Err(error) => {
            crate::complain(&printable(&format!("scope report: {error:#}")));
            if is_diff { ExitCode::from(TROUBLE) } else { ExitCode::FAILURE }
        }
    }
}

fn act(action: &Action) -> anyhow::Result<ExitCode> {
    match action {
        Action::Show { report } => {
            write_out(text::write(&read(report)?).as_bytes());
            Ok(ExitCode::SUCCESS)
        }
        Action::Diff { before, after } => {
            if before == "-" && after == "-" {
                bail!("only one of the two reports can come from standard input");
            }
            let difference = text::diff(&read(before)?, &read(after)?);
            write_out(difference.as_bytes());
            Ok(ExitCode::from(if difference.is_empty() { 0 } else { DIFFERENT }))
        }
        Action::Convert { from, to } => {
            // A name that cannot be written is told before anything is read.
            let format = if to == "-" { Some(Format::JSON) } else { Format::of_name(to) };
            let format = format.with_context(|| {
                format!("{to}: end the name with .json or .msgpack, then .gz to pack it")
            })?;
            let bytes = format.encode(&read(from)?);
            if to == "-" {
                write_out(&bytes);
                say("");
            } else {
                std::fs::write(to, bytes).with_context(|| format!("write {to}"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(from: &str) -> anyhow::Result<scope_report::Report> {
    let limits = Limits::default();
    if from == "-" {
        let mut bytes = Vec::new();
        let ceiling = u64::try_from(limits.body_bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        let input = std::io::stdin().lock();
        input.take(ceiling).read_to_end(&mut bytes).context("read standard input")?;
        return decode_sniffed(&bytes, &limits).context("standard input is no report");
    }
    if from.starts_with("http://") || from.starts_with("https://") {
        return fetch(from, &limits);
    }
    Ok(scope_store::read_report(Path::new(from), &limits)?)
}

/// Asks an app; a URL without a path is that of the app itself.
fn fetch(url: &str, limits: &Limits) -> anyhow::Result<scope_report::Report> {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let is_bare = rest.trim_end_matches('/').find('/').is_none();
    let address =
        if is_bare { format!("{}/api/report", url.trim_end_matches('/')) } else { url.to_owned() };
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(REQUEST_TIMEOUT))
        .http_status_as_error(false)
        .build();
    let mut request = ureq::Agent::new_with_config(config).get(&address);
    if let Ok(token) = std::env::var(TOKEN) {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut answer = request
        .header("Accept", scope_wire::CONTENT_TYPE_MSGPACK)
        .header("User-Agent", format!("scope/{VERSION}"))
        .call()
        .with_context(|| format!("ask {address}"))?;
    if matches!(answer.status().as_u16(), 401 | 403) {
        bail!(
            "{address} answered {}: this needs a token of the role operator in {TOKEN} (`scope \
             token create NAME --role=operator` on the app's machine)",
            answer.status()
        );
    }
    if answer.status() != 200 {
        bail!("{address} answered {}: is it the address of a Scope app?", answer.status());
    }
    let content_type = answer.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_owned();
    // An app may hold more than a probe may send.
    let bytes_max = limits.decompressed_bytes_max;
    let limits = Limits { body_bytes_max: bytes_max, ..limits.clone() };
    let ceiling = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let body = answer.body_mut().with_config().limit(ceiling).read_to_vec();
    let body = body.with_context(|| format!("read the answer of {address}"))?;
    decode(&body, &content_type, "", &limits)
        .with_context(|| format!("what {address} answered is no report"))
}

/// What was asked for, on standard output; a closed pipe is no reason to fail.
fn write_out(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}
