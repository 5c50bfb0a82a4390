//! The fast part: what to run every few minutes.

use crate::step::{finish_quietly, run as run_line, step, yielding};
use crate::suite::{cargo_tests, client_tests, report};
use crate::{tidy, web};
use anyhow::Result;
use std::path::Path;

const CLIPPY: &str = "--quiet --workspace --all-targets -- -D warnings";

/// Format, lints, house rules and unit tests of both languages.
pub fn run(root: &Path) -> Result<()> {
    // The client's tests use the layout, and the app embeds the built client.
    web::build(root)?;
    let mut faults = lints(root);
    let clippy = || run_line(root, &format!("cargo clippy {CLIPPY}"));
    faults.extend(step("lints: cargo clippy", clippy).err());
    let mut tally = client_tests(root, "test", &[])?;
    tally.add(cargo_tests(root, &["--workspace", "--lib", "--bins"], &[])?);
    tally.failed += faults.len();
    for fault in &faults {
        eprintln!("cargo xtask check: {fault:#}");
    }
    report(&tally)
}

/// What reads the source and compiles none of it: every fault, not the first alone.
pub fn lints(root: &Path) -> Vec<anyhow::Error> {
    let web = root.join("web");
    let lints = [
        step("format: cargo fmt --check", || run_line(root, "cargo fmt --all --check")),
        step("lints of the web client: biome, tsc", || run_line(&web, "npm run --silent check")),
        step("house rules: tidy", || tidy::run(root)),
    ];
    lints.into_iter().filter_map(Result::err).collect()
}

/// The lints of the compiler while other things go on. They have a folder of their own, for cargo
/// lets nobody else build in the one it uses.
pub fn clippy_beside(root: &Path) -> Result<()> {
    let line = format!("cargo clippy --target-dir target/lints {CLIPPY}");
    finish_quietly(yielding(root, &line))
}
