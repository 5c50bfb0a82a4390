//! A short run of every fuzz target, coverage-guided, on the stable compiler.
//!
//! `fuzz/` is built with the coverage counters of LLVM, which libFuzzer reads to tell an input
//! that reached something new. What is found new is kept under `target/fuzz/corpus` and begins
//! the next run; what is worth keeping for all goes to `fuzz/corpus` by hand.

use crate::step::{answer, command, finish, finish_quietly, shown, step, yielding};
use crate::tally::Tally;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// Seconds per target within `cargo xtask test`.
pub const TEST_SECS: u32 = 3;

/// Seconds one input may take, and megabytes the whole run.
const INPUT_SECS_MAX: u32 = 10;
const MEMORY_MB_MAX: u32 = 1024;

/// Bytes of one input; what is larger is only more of the same.
const INPUT_BYTES_MAX: u32 = 16 << 10;

/// Counters at every edge and the operands of comparisons, as libFuzzer wants them.
const COVERAGE_FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // The counters of several units in one crate are not joined reliably.
    "-Ccodegen-units=1",
];

/// Builds the targets while other things go on.
pub fn build_beside(root: &Path) -> Result<()> {
    let line = build_line(&host_triple(root)?);
    finish_quietly(instrumented(yielding(root, &line)))
}

/// Builds the targets and runs each for `secs`; a target counts as a test.
pub fn run(root: &Path, secs: u32) -> Result<Tally> {
    let triple = host_triple(root)?;
    let line = build_line(&triple);
    step(&format!("fuzz targets: {line}"), || finish(instrumented(command(root, &line))))?;
    let program = root.join("target/fuzz").join(triple).join("release/scope-fuzz");
    let mut tally = Tally::default();
    for target in targets(root)? {
        match run_target(root, &program, &target, secs) {
            Ok(figures) => {
                tally.passed += 1;
                println!("   fuzz {target}: {figures}");
            }
            Err(error) => {
                tally.failed += 1;
                eprintln!("fuzz {target}: {error:#}");
            }
        }
    }
    Ok(tally)
}

fn build_line(triple: &str) -> String {
    format!(
        "cargo build --release --locked --manifest-path fuzz/Cargo.toml --target {triple} \
         --target-dir target/fuzz"
    )
}

fn instrumented(mut command: Command) -> Command {
    command.env("RUSTFLAGS", COVERAGE_FLAGS.join(" "));
    command
}

fn run_target(root: &Path, program: &Path, target: &str, secs: u32) -> Result<String> {
    let found = format!("target/fuzz/corpus/{target}");
    let failures = format!("target/fuzz/failures/{target}/");
    for folder in [&found, &failures] {
        std::fs::create_dir_all(root.join(folder)).with_context(|| format!("make {folder}"))?;
    }
    // New inputs go to the first folder; the tracked one is only read.
    let line = format!(
        "{} -max_total_time={secs} -timeout={INPUT_SECS_MAX} -rss_limit_mb={MEMORY_MB_MAX} \
         -max_len={INPUT_BYTES_MAX} -artifact_prefix={failures} {found} fuzz/corpus/{target}",
        program.display()
    );
    let mut command = command(root, &line);
    command.env("SCOPE_FUZZ_TARGET", target).stdin(Stdio::null());
    let shown = shown(&command);
    let output = command.output().with_context(|| format!("start `{shown}`"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    match figures(&log) {
        Some(figures) if output.status.success() => Ok(figures),
        _ => {
            let skipped = log.lines().count().saturating_sub(40);
            let end: Vec<&str> = log.lines().skip(skipped).collect();
            bail!(
                "{}\nthe input is in {failures}: `{shown} <that file>` repeats it",
                end.join("\n")
            )
        }
    }
}

/// The names of the targets: each has a folder of bytes to begin with.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/corpus");
    let entries = std::fs::read_dir(&folder).context("list fuzz/corpus")?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.context("list fuzz/corpus")?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        bail!("fuzz/corpus names no target");
    }
    Ok(names)
}

/// What libFuzzer says at its end: `#9 DONE cov: 5 ft: 7 corp: 3/4b exec/s: 900 rss: 30Mb`.
fn figures(log: &str) -> Option<String> {
    let line = log.lines().find(|line| line.starts_with('#') && line.contains("\tDONE "))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1).copied()
    };
    let runs = words.first()?.trim_start_matches('#');
    let (speed, edges, corpus) = (after("exec/s:")?, after("cov:")?, after("corp:")?);
    Some(format!("{runs} executions, {speed}/s, {edges} edges covered, corpus {corpus}"))
}

fn host_triple(root: &Path) -> Result<String> {
    let version = answer(root, "rustc -vV").context("ask rustc for its host")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read() {
        let log = "INFO: Seed: 1\n#2\tINITED cov: 3 ft: 3 corp: 1/1b exec/s: 0 rss: 30Mb\n\
                   #291841\tDONE   cov: 1024 ft: 3412 corp: 400/12Kb exec/s: 48640 rss: 2Mb";
        let expect = "291841 executions, 48640/s, 1024 edges covered, corpus 400/12Kb";
        assert_eq!(figures(log).as_deref(), Some(expect));
        assert_eq!(figures("panicked at"), None);
    }
}
