//! Compiles the kernel programs where a clang is found, else takes the committed objects.
//!
//! The committed objects keep a machine without clang able to build; a test compares the hash of
//! the sources they were made of with the sources. Set `SCOPE_EBPF_UPDATE=1` to renew them. Nothing
//! is downloaded, and no header of the system is read.

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "src/source_hash.rs"]
mod source_hash;

/// The oldest clang that emits the relocations the programs need.
const CLANG_VERSION_MIN: u32 = 14;

/// The newest version whose own name is tried besides plain `clang`.
const CLANG_VERSION_MAX: u32 = 23;

/// The objects, each of the C file of its name.
const OBJECTS: [&str; 2] = ["programs", "http"];

fn main() {
    let sources = Path::new("bpf");
    println!("cargo:rerun-if-changed=bpf");
    println!("cargo:rerun-if-changed=src/source_hash.rs");
    println!("cargo:rerun-if-env-changed=SCOPE_EBPF_UPDATE");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(reason) = build(sources, &folder) {
        println!("cargo:warning=scope-ebpf: {reason}; taking the committed objects in bpf");
        if let Err(reason) = copy_all(sources, &folder) {
            println!("cargo:warning=scope-ebpf: {reason}");
            std::process::exit(1);
        }
    }
}

fn build(sources: &Path, folder: &Path) -> Result<(), String> {
    let clang = clang()?;
    for name in OBJECTS {
        compile(&clang, &sources.join(format!("{name}.c")), &folder.join(format!("{name}.o")))?;
    }
    if std::env::var_os("SCOPE_EBPF_UPDATE").is_none() {
        return Ok(());
    }
    copy_all(folder, sources)?;
    std::fs::write(sources.join("programs.hash"), source_hash::of(sources)?)
        .map_err(|error| format!("write programs.hash: {error}"))
}

fn copy_all(from: &Path, to: &Path) -> Result<(), String> {
    OBJECTS.iter().try_for_each(|name| {
        let name = format!("{name}.o");
        copy(&from.join(&name), &to.join(&name))
    })
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    std::fs::copy(from, to).map(drop).map_err(|error| format!("copy {}: {error}", from.display()))
}

fn compile(clang: &str, source: &Path, object: &Path) -> Result<(), String> {
    let here = std::env::current_dir().map_err(|error| format!("current folder: {error}"))?;
    let status = Command::new(clang)
        .args(["-O2", "-g", "-Wall", "-Wextra", "-Werror", "-target", "bpf", "-mcpu=v3"])
        .arg(format!("-ffile-prefix-map={}=.", here.display()))
        .arg("-c")
        .arg(source)
        .arg("-o")
        .arg(object)
        .status()
        .map_err(|error| format!("run {clang}: {error}"))?;
    if !status.success() {
        return Err(format!("{clang} refuses {}", source.display()));
    }
    strip(clang, object);
    Ok(())
}

/// Removes the debugger's sections, half of the object; it works as well with them.
fn strip(clang: &str, object: &Path) {
    let strip = clang.replace("clang", "llvm-strip");
    let done = Command::new(strip).arg("-g").arg(object).status();
    drop(done);
}

/// The name of a clang that is new enough.
fn clang() -> Result<String, String> {
    let named = (CLANG_VERSION_MIN..=CLANG_VERSION_MAX).map(|version| format!("clang-{version}"));
    std::iter::once("clang".to_owned())
        .chain(named)
        .find(|name| version(name).is_some_and(|version| version >= CLANG_VERSION_MIN))
        .ok_or_else(|| format!("no clang of version {CLANG_VERSION_MIN} or later"))
}

/// `… clang version 14.0.6 …` → 14.
fn version(name: &str) -> Option<u32> {
    let output = Command::new(name).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split("clang version ").nth(1)?;
    number.split('.').next()?.parse().ok()
}
