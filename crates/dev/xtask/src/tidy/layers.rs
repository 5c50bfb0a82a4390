//! Who may depend on whom: `cargo metadata` against `crates/layers.toml`.
//!
//! The file is the law for single crates; above it stands one that no edit of the file can bend:
//! probe and app meet only in the model.

use super::Finding;
use crate::tree::{Package, Tree};
use serde::Deserialize;
use std::collections::BTreeMap;

const PATH: &str = "crates/layers.toml";

/// The crate of fakes and generators that every test may use.
const TESTKIT: &str = "scope-testkit";

/// Folders of crates, and those whose crates a crate inside may use.
const FOLDERS: &[(&str, &[&str])] = &[
    ("crates/model/", &["crates/model/"]),
    ("crates/probe/", &["crates/probe/", "crates/model/"]),
    ("crates/app/", &["crates/app/", "crates/model/"]),
    ("crates/bin/", &["crates/app/", "crates/probe/", "crates/model/"]),
    ("crates/dev/", &["crates/"]),
    ("tests/", &["crates/"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Law {
    layers: BTreeMap<String, Vec<String>>,
    /// What tests, examples and benches of a crate may use beyond its layers.
    #[serde(default)]
    tests: BTreeMap<String, Vec<String>>,
}

/// Every crate is listed and every arrow between crates is allowed.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    if tree.packages.is_empty() {
        return Vec::new();
    }
    let text = tree.file(PATH).map_or("", |file| &file.text);
    let law = match toml::from_str::<Law>(text) {
        Ok(law) => law,
        Err(error) => return vec![finding(PATH, format!("cannot be read: {error}"))],
    };
    let exists = |name: &str| tree.packages.iter().any(|package| package.name == name);
    let mut found = Vec::new();
    for name in law.layers.keys().chain(law.tests.keys()).filter(|name| !exists(name)) {
        found.push(finding(PATH, format!("`{name}` is listed and does not exist")));
    }
    for package in &tree.packages {
        let manifest = format!("{}/Cargo.toml", package.directory);
        let Some(allowed) = law.layers.get(&package.name) else {
            let message = format!("`{}` is not in {PATH}: say what it may use", package.name);
            found.push(finding(&manifest, message));
            continue;
        };
        let in_tests = law.tests.get(&package.name).map_or(&[][..], Vec::as_slice);
        judge(tree, package, allowed, in_tests, &mut found);
    }
    found
}

fn judge(
    tree: &Tree,
    package: &Package,
    allowed: &[String],
    in_tests: &[String],
    found: &mut Vec<Finding>,
) {
    let manifest = format!("{}/Cargo.toml", package.directory);
    for dependency in &package.dependencies {
        let target = tree.packages.iter().find(|package| package.name == dependency.name);
        let Some(target) = target.filter(|target| target.name != package.name) else {
            continue;
        };
        let mut listed = allowed.contains(&target.name);
        if dependency.dev {
            listed |= target.name == TESTKIT || in_tests.contains(&target.name);
        }
        if !listed {
            let message = format!(
                "`{}` may not use `{}`: {PATH} has no such arrow",
                package.name, target.name
            );
            found.push(finding(&manifest, message));
        }
        if !dependency.dev && !folder_allows(&package.directory, &target.directory) {
            let message = format!(
                "no crate of {} may use `{}`: the two sides meet only in crates/model",
                package.directory, target.name
            );
            found.push(finding(&manifest, message));
        }
    }
}

fn folder_allows(from: &str, to: &str) -> bool {
    let allowed = FOLDERS.iter().find(|(folder, _)| from.starts_with(folder));
    allowed.is_none_or(|(_, targets)| targets.iter().any(|target| to.starts_with(target)))
}

fn finding(path: &str, message: String) -> Finding {
    Finding { rule: "layers", path: path.to_owned(), line: 0, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Dependency;

    const LAW: &str = "[layers]\nreport = []\nrender = [\"report\"]\nagent = [\"report\"]\n\
                       scope-testkit = []\n[tests]\nrender = [\"agent\"]\n";

    fn package(name: &str, directory: &str, uses: &[(&str, bool)]) -> Package {
        let arrow = |(name, dev): &(&str, bool)| Dependency { name: (*name).to_owned(), dev: *dev };
        Package {
            name: name.to_owned(),
            directory: directory.to_owned(),
            dependencies: uses.iter().map(arrow).collect(),
        }
    }

    fn check(law: &str, render_uses: &[(&str, bool)], expect: &[&str]) {
        let mut tree = Tree::of(&[(PATH, law)]);
        tree.packages = vec![
            package("report", "crates/model/report", &[("serde", false)]),
            package("agent", "crates/probe/agent", &[("report", false)]),
            package("scope-testkit", "crates/dev/testkit", &[]),
            package("render", "crates/app/render", render_uses),
        ];
        let found: Vec<String> = arrows(&tree).into_iter().map(|found| found.message).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn listed_arrows_pass() {
        check(LAW, &[("report", false)], &[]);
        check(LAW, &[("scope-testkit", true), ("agent", true)], &[]);
    }

    #[test]
    fn other_arrows_fail() {
        check(
            LAW,
            &[("scope-testkit", false)],
            &[
                "`render` may not use `scope-testkit`: crates/layers.toml has no such arrow",
                "no crate of crates/app/render may use `scope-testkit`: the two sides meet only \
                 in crates/model",
            ],
        );
    }

    #[test]
    fn the_list_cannot_join_probe_and_app() {
        check(
            &LAW.replace("render = [\"report\"]", "render = [\"agent\"]"),
            &[("agent", false)],
            &["no crate of crates/app/render may use `agent`: the two sides meet only in \
               crates/model"],
        );
    }

    #[test]
    fn the_list_is_complete_and_true() {
        check(
            &LAW.replace("agent = [\"report\"]\n", "gone = []\n"),
            &[],
            &[
                "`gone` is listed and does not exist",
                "`agent` is not in crates/layers.toml: say what it may use",
            ],
        );
    }
}
