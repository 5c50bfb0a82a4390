//! The binary: reads the command line, wires probe and app, waits for a signal. No logic.

mod flags;

mod go_style;

mod app;

mod probe;

mod launch;

mod collector;

mod report_command;

use flags::{Command, Flags};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The version `scope version` prints and every report carries.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let words = go_style::normalise(std::env::args_os());
    if let [_, command, rest @ ..] = words.as_slice()
        && command == "report"
    {
        return report_command::run(rest);
    }
    let flags = Flags::read(words);
    start_log(&flags);
    let outcome = match flags.command() {
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

/// Logs go to standard error, so that what the program says stays apart.
fn start_log(flags: &Flags) {
    let level = if *flags.debug { "debug" } else { flags.log_level.as_str() };
    let filter = EnvFilter::try_new(format!("warn,scope={level},{}", scope_crates(level)))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = rustix::termios::isatty(std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(is_terminal)
        .with_writer(std::io::stderr)
        .init();
}

fn scope_crates(level: &str) -> String {
    ["agent", "linux", "docker", "plugin", "store", "render", "present", "push", "server"]
        .map(|name| format!("scope_{name}={level}"))
        .join(",")
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
