//! The fast part: what to run every few minutes.

use crate::step::{run as run_line, step};
use crate::suite::{cargo_tests, client_tests, report};
use crate::{setup, tidy, web};
use anyhow::Result;
use std::path::Path;

/// Format, lints, house rules and unit tests of both languages.
pub fn run(root: &Path) -> Result<()> {
    setup::run(root, false)?;
    // The client's tests use the layout, and the app embeds the built client.
    web::build(root)?;
    lints(root)?;
    step("house rules: tidy", || tidy::run(root))?;
    let mut tally = client_tests(root, "test", &[])?;
    tally.add(cargo_tests(root, &["--workspace", "--lib", "--bins"], &[])?);
    report(&tally)
}

/// What reads the source and runs none of it.
pub fn lints(root: &Path) -> Result<()> {
    step("format: cargo fmt --check", || run_line(root, "cargo fmt --all --check"))?;
    step("lints: cargo clippy", || {
        run_line(root, "cargo clippy --quiet --workspace --all-targets -- -D warnings")
    })?;
    step("lints of the web client: biome, tsc", || {
        run_line(&root.join("web"), "npm run --silent check")
    })
}
