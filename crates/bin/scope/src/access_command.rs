//! `scope sign-in` and `scope token`: a way in, for people and for scripts.

use crate::{access, complain, say};
use anyhow::bail;
use clap::{Parser, Subcommand, ValueEnum};
use scope_auth::{Links, Role, Tokens};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const TOKEN_HELP: &str = "\
Scripts show a token with each request:
  curl -H \"Authorization: Bearer $TOKEN\" http://localhost:4040/api/topology
A probe that has not joined shows one of the role probe:
  scope probe --probe.token=$TOKEN app-host:4040
A running app knows of a new token, and of a revoked one, at once.";

#[derive(Debug, Parser)]
#[command(
    name = "scope sign-in",
    bin_name = "scope sign-in",
    about = "Prints a link that signs a browser in to the app of this machine, once.",
    max_term_width = 100
)]
struct SignInFlags {
    /// The folder of the app, if not the customary one.
    #[arg(long = "app.data-dir", value_name = "PATH")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Parser)]
#[command(
    name = "scope token",
    bin_name = "scope token",
    about = "Makes, lists and revokes the tokens of scripts and probes.",
    after_help = TOKEN_HELP,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
struct TokenFlags {
    #[command(subcommand)]
    action: Action,
    /// The folder of the app, if not the customary one.
    #[arg(long = "app.data-dir", value_name = "PATH", global = true)]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token and print it; it is not kept and cannot be shown again.
    Create {
        /// What to call it in lists and in the audit log.
        #[arg(value_name = "NAME")]
        name: String,
        /// What it may do.
        #[arg(long, default_value = "viewer")]
        role: RoleWord,
    },
    /// List the tokens by name, role and the time they were made.
    List,
    /// End a token.
    Revoke {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleWord {
    Viewer,
    Operator,
    Admin,
    Probe,
}

impl RoleWord {
    fn role(self) -> Role {
        match self {
            Self::Viewer => Role::Viewer,
            Self::Operator => Role::Operator,
            Self::Admin => Role::Admin,
            Self::Probe => Role::Probe,
        }
    }
}

/// Runs `scope sign-in` with the words after it.
pub(crate) fn sign_in(words: &[OsString]) -> ExitCode {
    let program = OsString::from("scope sign-in");
    let flags = SignInFlags::parse_from(std::iter::once(&program).chain(words));
    outcome(print_link(&flags))
}

/// Runs `scope token` with the words after it.
pub(crate) fn token(words: &[OsString]) -> ExitCode {
    let program = OsString::from("scope token");
    let flags = TokenFlags::parse_from(std::iter::once(&program).chain(words));
    outcome(act(&flags))
}

fn print_link(flags: &SignInFlags) -> anyhow::Result<()> {
    let (data, url) = access::running(flags.data_dir.as_deref())?;
    let Some(url) = url else {
        bail!("no app runs that keeps its sessions in {}", data.path().display());
    };
    let token = Links::open(Some(&data))?.issue(access::random()?, access::now_secs())?;
    say(&access::link_of(&url, &token));
    Ok(())
}

fn act(flags: &TokenFlags) -> anyhow::Result<()> {
    let (data, _) = access::running(flags.data_dir.as_deref())?;
    let tokens = Tokens::new(data);
    match &flags.action {
        Action::Create { name, role } => {
            let (random, now_secs) = (access::random()?, access::now_secs());
            say(tokens.create(name, role.role(), random, now_secs)?.text());
        }
        Action::List => {
            for token in tokens.list()? {
                let made = i64::try_from(token.made_secs).unwrap_or(i64::MAX);
                let made = scope_report::Timestamp::from_unix(made, 0)?;
                say(&format!("{}\t{}\t{made}", token.name, token.role));
            }
        }
        Action::Revoke { name } => tokens.revoke(name)?,
    }
    Ok(())
}

fn outcome(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("scope: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
