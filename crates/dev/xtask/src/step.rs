//! A step of a command: said in a line, timed, and its failure named.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Variables that `cargo run` sets for the program it runs.
const OWN_VARIABLES: [&str; 3] = ["CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_PKG_"];

/// Does `work`, printing `name` before and the time it took after.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("=> {name}");
    let start = Instant::now();
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "FAILED" };
    println!("   {verdict} in {}: {name}", seconds(start.elapsed()));
    result
}

/// `12.3 s`.
pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// A command that runs in `folder`, its words given as one line without quoting.
pub fn command(folder: &Path, line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(folder);
    // What cargo told this program of itself would make it build some dependencies again.
    let own = |name: &str| OWN_VARIABLES.iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(own) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `line` in `folder`; fails unless it succeeds.
pub fn run(folder: &Path, line: &str) -> Result<()> {
    finish(command(folder, line))
}

/// Runs `command` with our own input and output; fails unless it succeeds.
pub fn finish(mut command: Command) -> Result<()> {
    let shown = shown(&command);
    let status = command.status().with_context(|| format!("start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// A command that takes only the processor time that nobody else wants.
pub fn yielding(folder: &Path, line: &str) -> Command {
    command(folder, &format!("nice -n 19 {line}"))
}

/// Runs `command` without a word; what it said is in the error unless it succeeds.
pub fn finish_quietly(mut command: Command) -> Result<()> {
    let shown = shown(&command);
    let output = command.output().with_context(|| format!("start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// What `line` prints, when it can be run and succeeds.
pub fn answer(folder: &Path, line: &str) -> Option<String> {
    let output = command(folder, line).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of that name can be started.
pub fn has_program(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps system programs out of the path of plain users.
    let system = ["/usr/sbin", "/sbin"].map(Into::into);
    std::env::split_paths(&paths).chain(system).any(|folder| folder.join(name).is_file())
}

/// The command as it would be typed.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Path::new("."), "false").expect_err("it fails");
        assert!(error.to_string().contains("`false` failed"), "{error}");
        let error =
            finish_quietly(yielding(Path::new("."), "ls no-such-file")).expect_err("so too");
        let said = error.to_string();
        assert!(said.contains("`nice -n 19 ls no-such-file` failed"), "{said}");
        assert!(said.contains("No such file"), "{said}");
    }

    #[test]
    fn programs_are_found_by_name() {
        assert!(has_program("cargo"));
        assert!(!has_program("no-such-program-of-ours"));
    }
}
