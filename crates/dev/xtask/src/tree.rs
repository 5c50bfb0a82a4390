//! The repository as the house rules see it: tracked text files and the workspace's packages.
//!
//! Files that are new and not ignored count too, so a rule speaks before the commit. Nothing here
//! judges; the rules in `tidy` do.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files larger than this are data, not text to judge.
const FILE_BYTES_MAX: u64 = 2 << 20;

/// A tracked file; the text of a binary or huge one is blank.
#[derive(Clone, Debug, Default)]
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// A package of the workspace and the packages it names.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// As in its manifest.
    pub name: String,
    /// Relative to the root.
    pub directory: String,
    /// In manifest order.
    pub dependencies: Vec<Dependency>,
}

/// An arrow out of a package.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// The package it points at.
    pub name: String,
    /// Only tests, examples and benches need it.
    pub dev: bool,
}

/// All a rule may look at.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Ascending by path.
    pub files: Vec<SourceFile>,
    /// Members of the workspace.
    pub packages: Vec<Package>,
}

impl SourceFile {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Ends with `.rs`.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Ends with `.ts` or `.tsx`.
    pub fn is_typescript(&self) -> bool {
        self.path.ends_with(".ts") || self.path.ends_with(".tsx")
    }

    /// Recorded from real systems: it says what they said.
    pub fn is_recorded(&self) -> bool {
        self.path.split('/').any(|part| part == "testdata")
    }

    /// A file of tests, examples or benches.
    pub fn is_test(&self) -> bool {
        let folders = ["tests/", "examples/", "benches/"];
        folders.iter().any(|folder| {
            self.path.starts_with(folder) || self.path.contains(&format!("/{folder}"))
        }) || self.path.ends_with("/tests.rs")
            || self.path.ends_with(".test.ts")
            || self.path.ends_with(".test.tsx")
    }
}

impl Tree {
    /// Reads the work tree at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for path in tracked_paths(root)? {
            let full = root.join(&path);
            let Ok(metadata) = std::fs::metadata(&full) else {
                continue;
            };
            if !metadata.is_file() {
                continue;
            }
            let mut text = String::new();
            if metadata.len() <= FILE_BYTES_MAX {
                let bytes = std::fs::read(&full).with_context(|| format!("read {path}"))?;
                text = String::from_utf8(bytes).unwrap_or_default();
            }
            files.push(SourceFile { path, text });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files, packages: packages(root)? })
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The package whose folder holds `path`.
    pub fn package_of(&self, path: &str) -> Option<&Package> {
        self.packages.iter().find(|package| {
            path.strip_prefix(&package.directory).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// A tree of one file, for the tests of a rule.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| SourceFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self { files: files.iter().map(file).collect(), packages: Vec::new() }
    }
}

/// The folder that holds the workspace.
pub fn root() -> Result<PathBuf> {
    let start = std::env::current_dir().context("find the current folder")?;
    start
        .ancestors()
        .find(|folder| folder.join("crates/layers.toml").is_file())
        .map(Path::to_path_buf)
        .context("this is not inside the Scope repository: no crates/layers.toml above")
}

fn tracked_paths(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("run git ls-files")?;
    if !output.status.success() {
        bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8(output.stdout).context("read file names as UTF-8")?;
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<MetadataDependency>,
}

#[derive(Deserialize)]
struct MetadataDependency {
    name: String,
    kind: Option<String>,
}

fn metadata(root: &Path) -> Result<Metadata> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root)
        .output()
        .context("run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("read the answer of cargo metadata")
}

/// Where cargo puts what it builds.
pub fn target_directory(root: &Path) -> Result<PathBuf> {
    Ok(metadata(root)?.target_directory)
}

fn packages(root: &Path) -> Result<Vec<Package>> {
    let metadata = metadata(root)?;
    let mut packages = Vec::new();
    for package in metadata.packages {
        let folder = package.manifest_path.parent().unwrap_or(Path::new(""));
        let directory = folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder);
        let dependency = |found: MetadataDependency| Dependency {
            name: found.name,
            dev: found.kind.as_deref() == Some("dev"),
        };
        packages.push(Package {
            name: package.name,
            directory: directory.to_string_lossy().into_owned(),
            dependencies: package.dependencies.into_iter().map(dependency).collect(),
        });
    }
    Ok(packages)
}
