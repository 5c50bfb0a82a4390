//! Installs what is missing, and only that.
//!
//! Debian packages come through apt-get, Rust's parts through rustup, the client's packages through
//! npm, each from where the machine is configured to get them. Without root it installs nothing
//! into the system; it says which command to run.

use crate::step::{self, answer, command, finish, has_program, step};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// A Debian package and a program that tells it is there.
struct Needed {
    package: &'static str,
    program: &'static str,
}

const TO_BUILD: &[Needed] = &[
    Needed { package: "gcc", program: "cc" },
    Needed { package: "nodejs", program: "node" },
    Needed { package: "npm", program: "npm" },
];

const TO_TEST: &[Needed] = &[
    Needed { package: "busybox-static", program: "busybox" },
    Needed { package: "chromium", program: "chromium" },
    Needed { package: "clang-14", program: "clang-14" },
    Needed { package: "conntrack", program: "conntrack" },
    Needed { package: "curl", program: "curl" },
    Needed { package: "docker.io", program: "dockerd" },
    Needed { package: "g++", program: "c++" },
    Needed { package: "iproute2", program: "ip" },
    Needed { package: "iptables", program: "iptables" },
    Needed { package: "jq", program: "jq" },
    Needed { package: "nftables", program: "nft" },
    Needed { package: "python3", program: "python3" },
];

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const NODE_MAJOR_MIN: u32 = 20;
const NPM_MAJOR_MIN: u32 = 11;

/// The folders with packages of npm: the client's, and those of tests.
const CLIENT: &str = "web";
const PROVIDER: &str = "tests/provider";

/// Where npm's packages are, and a copy of the lock they were installed from.
const MODULES: &str = "node_modules";
const INSTALLED_LOCK: &str = "node_modules/.installed-lock.json";

/// Installs what building needs and, if `tests`, what testing needs.
fn install(root: &Path, tests: bool) -> Result<()> {
    debian_packages(root, tests)?;
    rust_parts(root)?;
    npm(root)?;
    packages(root, CLIENT)?;
    if tests { packages(root, PROVIDER) } else { Ok(()) }
}

/// The command: all of it, as one step.
pub fn run(root: &Path, tests: bool) -> Result<()> {
    step("set up: install what is missing", || install(root, tests))
}

fn debian_packages(root: &Path, tests: bool) -> Result<()> {
    let needed = TO_BUILD.iter().chain(if tests { TO_TEST } else { &[] });
    let missing: Vec<&str> =
        needed.filter(|needed| !has_program(needed.program)).map(|needed| needed.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let install = format!("apt-get install --yes --no-install-recommends {}", missing.join(" "));
    if !has_program("apt-get") {
        bail!("install {} with this system's package tool", missing.join(", "));
    }
    if !is_root(root) {
        bail!("missing: {}; run as root: apt-get update && {install}", missing.join(", "));
    }
    println!("   {install}");
    step::run(root, "apt-get update --quiet")?;
    let mut command = command(root, &install);
    // Services of the packages stay down: the tests start their own.
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    finish(command)
}

fn rust_parts(root: &Path) -> Result<()> {
    if !has_program("rustup") {
        let folder = answer(root, &format!("rustc --print target-libdir --target {WASM_TARGET}"));
        if !folder.is_some_and(|folder| Path::new(&folder).is_dir()) {
            bail!("install Rust's target {WASM_TARGET}, or rustup, which does");
        }
        return Ok(());
    }
    let targets = answer(root, "rustup target list --installed").unwrap_or_default();
    if !targets.lines().any(|target| target == WASM_TARGET) {
        step::run(root, &format!("rustup target add {WASM_TARGET}"))?;
    }
    let components = answer(root, "rustup component list --installed").unwrap_or_default();
    for component in ["clippy", "rustfmt"] {
        if !components.lines().any(|installed| installed.starts_with(component)) {
            step::run(root, &format!("rustup component add {component}"))?;
        }
    }
    Ok(())
}

fn npm(root: &Path) -> Result<()> {
    let node = answer(root, "node --version").unwrap_or_default();
    if major(&node) < Some(NODE_MAJOR_MIN) {
        bail!("node {node} is too old: the web client needs {NODE_MAJOR_MIN}");
    }
    let npm = answer(root, "npm --version").unwrap_or_default();
    if major(&npm) >= Some(NPM_MAJOR_MIN) {
        return Ok(());
    }
    let install = format!("npm install --global npm@{NPM_MAJOR_MIN}");
    if !is_root(root) {
        bail!("npm {npm} is too old; run as root: {install}");
    }
    println!("   {install}");
    step::run(root, &install)
}

/// `npm ci` when the lock is another than the one installed.
fn packages(root: &Path, name: &str) -> Result<()> {
    let folder = root.join(name);
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("read {}", lock.display()))?;
    let installed = std::fs::read(folder.join(INSTALLED_LOCK)).unwrap_or_default();
    if wanted == installed && folder.join(MODULES).is_dir() {
        return Ok(());
    }
    println!("   npm ci in {name}");
    step::run(&folder, "npm ci --no-audit --no-fund --loglevel=error")?;
    std::fs::write(folder.join(INSTALLED_LOCK), wanted).context("note the installed lock")
}

fn is_root(root: &Path) -> bool {
    answer(root, "id -u").as_deref() == Some("0")
}

/// `v20.1.2` → 20.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_versions_are_read() {
        assert_eq!(major("v20.19.2"), Some(20));
        assert_eq!(major("11.0.1"), Some(11));
        assert_eq!(major(""), None);
    }
}
