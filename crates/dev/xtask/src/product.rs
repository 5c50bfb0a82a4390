//! The one binary: build it, run it, remove it.

use crate::step::{command, run as run_line, step};
use crate::tree::target_directory;
use crate::web;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the client and the binary; says where the binary is.
pub fn build(root: &Path) -> Result<PathBuf> {
    web::build(root)?;
    step("scope: cargo build --release", || {
        run_line(root, "cargo build --release --package scope")
    })?;
    let binary = binary(root)?;
    println!("=> built {}", binary.strip_prefix(root).unwrap_or(&binary).display());
    Ok(binary)
}

/// Where the build puts the binary.
pub fn binary(root: &Path) -> Result<PathBuf> {
    Ok(target_directory(root)?.join("release/scope"))
}

/// Builds, then becomes `scope launch` with `flags`.
pub fn run(root: &Path, flags: &[String]) -> Result<()> {
    let binary = build(root)?;
    println!("=> scope launch {}", flags.join(" "));
    // The program takes our place, so Ctrl-C and the exit code are its own.
    let error = Command::new(&binary).arg("launch").args(flags).exec();
    Err(error).with_context(|| format!("start {}", binary.display()))
}

/// Removes what builds have made, the installed packages of the client included.
pub fn clean(root: &Path) -> Result<()> {
    for folder in ["web/dist", "web/src/generated", "web/node_modules"] {
        match std::fs::remove_dir_all(root.join(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove {folder}"));
            }
            _ => println!("=> removed {folder}"),
        }
    }
    crate::step::finish(command(root, "cargo clean"))
}
