//! The house rules that a machine can check, each a function from the tree to findings.
//!
//! `cargo xtask tidy` prints what they find and `cargo test -p xtask` fails on it, so a broken rule
//! cannot pass unnoticed. What a rule lets pass for a reason stands in `allow.toml`; an entry there
//! that nothing needs any more is a finding too, so the list can only shrink. Rules that clippy,
//! rustc or biome can hold are left to them.

mod allowed;

mod architecture;

mod changelog;

mod decoders;

mod generated;

mod layers;

mod manifests;

mod names;

mod places;

mod purity;

mod rust_files;

mod scripts;

mod sizes;

mod typescript;

use crate::tree::Tree;
use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, as `allow.toml` uses it.
    pub rule: &'static str,
    /// Relative to the root.
    pub path: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what to do instead.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, path, line, message } = self;
        match line {
            0 => write!(formatter, "{path}: {message} [{rule}]"),
            _ => write!(formatter, "{path}:{line}: {message} [{rule}]"),
        }
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule, in the order their findings are printed.
const RULES: &[Rule] = &[
    sizes::file_lengths,
    sizes::line_widths,
    sizes::component_lengths,
    names::banned_words,
    names::unnumbered_tasks,
    rust_files::heads,
    rust_files::module_files,
    rust_files::unsafe_code,
    rust_files::silenced_lints,
    rust_files::dishonest_tests,
    manifests::members,
    manifests::sorted_dependencies,
    layers::arrows,
    architecture::crates_on_the_map,
    architecture::invariants_have_tests,
    purity::pure_crates,
    decoders::have_targets,
    scripts::short_scripts,
    scripts::names_only_makefile,
    changelog::shape,
    generated::fresh,
    places::machine_paths,
    places::registry_hosts,
    typescript::imports,
    typescript::loose_code,
    typescript::effects,
    typescript::colours,
];

/// What the rules find at `root`, less what `allow.toml` lets pass.
pub fn findings(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let found = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    allowed::filter(&tree, found)
}

/// Prints every finding; fails if there is one.
pub fn run(root: &Path) -> Result<()> {
    let found = findings(root)?;
    for finding in &found {
        println!("{finding}");
    }
    if !found.is_empty() {
        bail!("{} findings of the house rules", found.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let root = crate::tree::root().expect("the tests run inside the repository");
        let found = findings(&root).expect("the repository can be read");
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }

    #[test]
    fn a_finding_names_its_place_and_rule() {
        let message = "too long".to_owned();
        let finding = Finding { rule: "file-length", path: "a.rs".to_owned(), line: 0, message };
        assert_eq!(finding.to_string(), "a.rs: too long [file-length]");
    }
}
