//! `cargo xtask`: what developers and CI run, each command in one place.
//!
//! Make only names these commands. Everything a command does is printed in a line before it is
//! done, with the time it took after. Nothing here ships; this crate alone of the workspace may
//! run other programs to build and test.
#![expect(clippy::print_stdout, reason = "the commands tell what they do on standard output")]
#![expect(clippy::print_stderr, reason = "errors of the commands go to standard error")]

mod check;

mod code;

mod codegen;

mod fuzz;

mod product;

mod setup;

mod step;

mod suite;

mod tally;

mod tidy;

mod tree;

mod web;

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::ExitCode;

struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&Path, &[String]) -> Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "setup",
        arguments: "[--tests]",
        about: "install what is missing to build (with --tests: to test) on Debian",
        run: |root, arguments| setup::run(root, flag(arguments, "--tests")?),
    },
    Task {
        name: "web",
        arguments: "",
        about: "build the web client into web/dist, the layout as wasm inside",
        run: |root, arguments| none(arguments).and_then(|()| web::build(root)),
    },
    Task {
        name: "build",
        arguments: "",
        about: "build the one binary, target/release/scope",
        run: |root, arguments| none(arguments).and_then(|()| product::build(root).map(drop)),
    },
    Task {
        name: "run",
        arguments: "[flags of scope launch]",
        about: "build, then draw this machine at http://localhost:4040 until Ctrl-C",
        run: product::run,
    },
    Task {
        name: "check",
        arguments: "",
        about: "the fast part of test: format, lints, house rules, unit tests",
        run: |root, arguments| none(arguments).and_then(|()| check::run(root)),
    },
    Task {
        name: "test",
        arguments: "",
        about: "everything CI runs; ends with `N passed, N failed, N skipped`",
        run: |root, arguments| none(arguments).and_then(|()| suite::run(root)),
    },
    Task {
        name: "tidy",
        arguments: "",
        about: "the house rules alone (CONTRIBUTING.md lists them)",
        run: |root, arguments| none(arguments).and_then(|()| tidy::run(root)),
    },
    Task {
        name: "fuzz",
        arguments: "[seconds per target]",
        about: "every decoder under a coverage-guided fuzzer, 60 seconds each unless told",
        run: run_fuzz,
    },
    Task {
        name: "codegen",
        arguments: "[--check]",
        about: "write docs/api/openapi.json and the client's types from crates/model/api",
        run: |root, arguments| codegen::run(root, flag(arguments, "--check")?),
    },
    Task {
        name: "screenshots",
        arguments: "",
        about: "draw docs/*.png anew from a recorded report",
        run: |root, arguments| none(arguments).and_then(|()| suite::screenshots(root)),
    },
    Task {
        name: "bench",
        arguments: "probe-cost | probe-load | render-site | sweep-cost",
        about: "what the probe takes of a small and of a busy host; sweeps; views, as ratios",
        run: suite::bench,
    },
    Task {
        name: "clean",
        arguments: "",
        about: "remove what was built",
        run: |root, arguments| none(arguments).and_then(|()| product::clean(root)),
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "--help".to_owned());
    let rest: Vec<String> = arguments.collect();
    if ["--help", "-h", "help"].contains(&name.as_str()) || rest.iter().any(|word| word == "--help")
    {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("there is no command `{name}`\n\n{}", help());
        return ExitCode::from(2);
    };
    match tree::root().and_then(|root| (task.run)(&root, &rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let mut text = "Usage: cargo xtask <command>\n\n".to_owned();
    for Task { name, arguments, about, .. } in TASKS {
        let call = format!("{name} {arguments}");
        text.push_str(&format!("  {call:<32} {about}\n"));
    }
    text.push_str("\nBegin with `cargo xtask run`; before a commit, `cargo xtask check`.\n");
    text
}

/// Whether the one flag a command knows is given.
fn flag(arguments: &[String], name: &str) -> Result<bool> {
    match arguments {
        [] => Ok(false),
        [word] if word == name => Ok(true),
        _ => bail!("the only flag is {name}"),
    }
}

fn run_fuzz(root: &Path, arguments: &[String]) -> Result<()> {
    let secs = match arguments {
        [] => 60,
        [secs] => secs.parse().context("seconds per target are a whole number")?,
        _ => bail!("the only argument is the seconds per target"),
    };
    suite::report(&fuzz::run(root, secs)?)
}

fn none(arguments: &[String]) -> Result<()> {
    if let Some(word) = arguments.first() {
        bail!("this command takes no `{word}`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_command() {
        let help = help();
        for task in TASKS {
            assert!(help.contains(&format!("\n  {} ", task.name)), "{help}");
        }
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert!(flag(&["--tests".to_owned()], "--tests").expect("it is known"));
        assert!(flag(&["--test".to_owned()], "--tests").is_err());
        assert!(none(&["x".to_owned()]).is_err());
    }
}
