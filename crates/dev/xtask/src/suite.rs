//! The whole suite, as CI runs it: everything is built once and every test is counted.
//!
//! The binary that the whole-system tests start is the release build; everything else is tested in
//! the dev profile, so no crate is built three times.

use crate::check::{clippy_beside, lints};
use crate::step::{command, finish, seconds, shown, step};
use crate::tally::{CargoReader, Tally, of_vitest};
use crate::{fuzz, product, setup};
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// Tells the whole-system tests which program to start.
const BINARY_VARIABLE: &str = "SCOPE_BINARY";

/// Tells the browser tests where pictures go.
const PICTURES_VARIABLE: &str = "SCOPE_PICTURES";

type Variable<'a> = (&'a str, &'a OsStr);

/// Runs everything; ends with the sum.
pub fn run(root: &Path) -> Result<()> {
    let start = Instant::now();
    let mut tally = Tally::default();
    let result = run_all(root, &mut tally);
    println!("=> the suite took {}", seconds(start.elapsed()));
    if let Err(error) = result {
        tally.failed += 1;
        eprintln!("cargo xtask test: {error:#}");
    }
    report(&tally)
}

fn run_all(root: &Path, tally: &mut Tally) -> Result<()> {
    setup::run(root, true)?;
    let binary = product::build(root)?;
    // A lint that fails is told at the end; the tests run all the same.
    let mut faults = lints(root);
    tally.add(client_tests(root, "test", &[])?);
    let binary = (BINARY_VARIABLE, binary.as_os_str());
    // Many tests wait for other programs: time enough to lint, and to build the fuzz targets.
    let (tested, linted) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            // Should it fail, the step below builds them again and tells.
            drop(fuzz::build_beside(root));
            clippy_beside(root)
        });
        let tested = cargo_tests(root, &["--workspace"], &[binary]);
        let linted = step("lints: cargo clippy, beside the tests", || match beside.join() {
            Ok(linted) => linted,
            Err(_) => bail!("a defect of cargo xtask"),
        });
        (tested, linted)
    });
    tally.add(tested?);
    faults.extend(linted.err());
    tally.add(fuzz::run(root, fuzz::TEST_SECS)?);
    let pictures = root.join("target/pictures");
    let pictures = (PICTURES_VARIABLE, pictures.as_os_str());
    tally.add(client_tests(root, "test:browser", &[binary, pictures])?);
    for fault in &faults {
        eprintln!("cargo xtask test: {fault:#}");
    }
    tally.failed += faults.len();
    Ok(())
}

/// Draws the pictures of the documents.
pub fn screenshots(root: &Path) -> Result<()> {
    setup::run(root, true)?;
    let binary = product::build(root)?;
    let docs = root.join("docs");
    step("pictures: docs/*.png", || {
        let mut command =
            command(&root.join("web"), "npm run --silent test:browser -- pictures.test.ts");
        command.env(BINARY_VARIABLE, &binary).env(PICTURES_VARIABLE, &docs);
        finish(command)
    })
}

/// A named scenario that prints figures.
pub fn bench(root: &Path, arguments: &[String]) -> Result<()> {
    let names = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    match names.as_slice() {
        [name @ ("probe-cost" | "probe-load")] => {
            setup::run(root, true)?;
            let binary = product::build(root)?;
            let example = name.replace('-', "_");
            let line = format!("cargo run --quiet --package scope-e2e --example {example}");
            let mut command = command(root, &line);
            command.env(BINARY_VARIABLE, &binary);
            step(&format!("bench {name}"), || finish(command))
        }
        ["sweep-cost"] => step("bench sweep-cost", || {
            finish(command(root, "cargo bench --quiet --package scope-linux --bench sweep_cost"))
        }),
        ["render-site"] => step("bench render-site", || {
            let line = "cargo bench --quiet --package scope-render --bench render_site";
            finish(command(root, line))
        }),
        _ => bail!("name the scenario: probe-cost, probe-load, render-site or sweep-cost"),
    }
}

/// Prints the sum; fails if a test failed or, in CI, was skipped without need.
pub fn report(tally: &Tally) -> Result<()> {
    for skip in &tally.skips {
        let kernel = if skip.kernel { " (kernel)" } else { "" };
        println!("skipped{kernel}: {}", skip.reason);
    }
    println!("{}", tally.sum());
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    if tally.failed > 0 {
        bail!("tests failed");
    }
    if in_ci && tally.avoidable_skips().next().is_some() {
        bail!("CI has all that the tests need: a skip is a failure here");
    }
    Ok(())
}

/// Runs `cargo test` and counts; output of passing tests is left out.
pub fn cargo_tests(root: &Path, selection: &[&str], variables: &[Variable<'_>]) -> Result<Tally> {
    let mut command = command(root, "cargo test --no-fail-fast");
    command.args(selection).args(["--", "--show-output"]).stdout(Stdio::piped());
    command.envs(variables.iter().copied());
    let shown = shown(&command);
    step(&shown, || {
        let mut child = command.spawn().with_context(|| format!("start `{shown}`"))?;
        let mut reader = CargoReader::default();
        let output = child.stdout.take().context("read what cargo test prints")?;
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("read what cargo test prints")?;
            let line = String::from_utf8_lossy(&line);
            if reader.line(&line) {
                println!("{line}");
            }
        }
        let status = child.wait().context("wait for cargo test")?;
        let mut tally = reader.tally;
        if !status.success() && tally.failed == 0 {
            // It did not compile, or a test ended the process.
            tally.failed = 1;
        }
        Ok(tally)
    })
}

/// Runs a test script of the web client and counts.
pub fn client_tests(root: &Path, script: &str, variables: &[Variable<'_>]) -> Result<Tally> {
    let folder = root.join("web");
    let report = root.join("target").join(format!("vitest-{}.json", script.replace(':', "-")));
    // A report of an earlier run must not be counted.
    drop(std::fs::remove_file(&report));
    let mut command = command(&folder, "npm run --silent");
    command.arg(script).args(["--", "--reporter=default", "--reporter=json"]);
    command.arg(format!("--outputFile.json={}", report.display()));
    command.envs(variables.iter().copied());
    step(&format!("web client: npm run {script}"), || {
        let result = finish(command);
        let json = match std::fs::read(&report) {
            Ok(json) => json,
            Err(_) => {
                result?;
                bail!("vitest wrote no report");
            }
        };
        let mut tally = of_vitest(&json).context("read the report of vitest")?;
        if result.is_err() && tally.failed == 0 {
            tally.failed = 1;
        }
        Ok(tally)
    })
}
