//! The binary: reads the command line, wires probe and app, waits for a signal. No logic.

mod flags;

mod go_style;

mod app;

mod probe;

mod launch;

mod collector;

mod credentials;

mod access;

mod access_command;

mod enrolment;

mod enrolment_command;

mod censor;

mod log;

mod inspect;

mod listener;

mod report_command;

use flags::{Command, Flags};
use std::process::ExitCode;

/// The version `scope version` prints and every report carries.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let words = go_style::normalise(std::env::args_os());
    if let [_, command, rest @ ..] = words.as_slice() {
        match command.to_str() {
            Some("report") => return report_command::run(rest),
            Some("sign-in") => return access_command::sign_in(rest),
            Some("join-code") => return enrolment_command::run_join_code(rest),
            Some("probes") => return enrolment_command::run_probes(rest),
            Some("token") => return access_command::token(rest),
            _ => {}
        }
    }
    let line = censor::censored(&words);
    let flags = Flags::read(words);
    let command = flags.command();
    log::start(&flags, matches!(command, Ok(Command::Probe)));
    tracing::debug!("command line: {line}");
    for sentence in flags.without_effect() {
        tracing::warn!("{sentence}");
    }
    let outcome = match command {
        Ok(_) if *flags.dry_run => launch::check(&flags),
        Ok(Command::Launch) => launch::run(&flags),
        Ok(Command::App) => launch::run_app(&flags),
        Ok(Command::Probe) => launch::run_probe(&flags),
        Ok(Command::Version) => {
            say(&format!("scope {VERSION}"));
            Ok(())
        }
        Ok(Command::Help) => {
            say(&Flags::help());
            Ok(())
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("scope: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A line for the reader on standard output; a closed pipe is no reason to fail.
fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A line on standard error.
fn complain(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
