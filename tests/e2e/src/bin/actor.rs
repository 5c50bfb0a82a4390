//! A program that plays one part in a situation: it listens, calls, or keeps trying.
//!
//! Copied under the name of its part, it is on the map by that name. It retries until whoever it
//! calls is there, so that the parts may be started in any order, and it ends with its host.

use scope_e2e::actor;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match actor::play(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{}: {error}", arguments.join(" ")));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the log of the host is read when a test fails")]
fn say(text: &str) {
    eprintln!("actor {text}");
}
