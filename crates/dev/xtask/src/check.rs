//! The fast part: what to run every few minutes.

use crate::step::{run as run_line, step};
use crate::suite::{cargo_tests, client_tests, report};
use crate::{tidy, web};
use anyhow::Result;
use std::path::Path;

/// Format, lints, house rules and unit tests of both languages.
pub fn run(root: &Path) -> Result<()> {
    // The client's tests use the layout, and the app embeds the built client.
    web::build(root)?;
    let faults = lints(root);
    let mut tally = client_tests(root, "test", &[])?;
    tally.add(cargo_tests(root, &["--workspace", "--lib", "--bins"], &[])?);
    tally.failed += faults.len();
    for fault in &faults {
        eprintln!("cargo xtask check: {fault:#}");
    }
    report(&tally)
}

/// What reads the source and runs none of it: every fault, not the first alone.
pub fn lints(root: &Path) -> Vec<anyhow::Error> {
    let web = root.join("web");
    let lints = [
        step("format: cargo fmt --check", || run_line(root, "cargo fmt --all --check")),
        step("lints: cargo clippy", || {
            run_line(root, "cargo clippy --quiet --workspace --all-targets -- -D warnings")
        }),
        step("lints of the web client: biome, tsc", || run_line(&web, "npm run --silent check")),
        step("house rules: tidy", || tidy::run(root)),
    ];
    lints.into_iter().filter_map(Result::err).collect()
}
