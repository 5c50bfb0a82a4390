//! The shape of `CHANGELOG.md` and of the fragments in `changelog.d/`.
//!
//! Fragments are written with the change, in the user's words, one file each, so that two branches
//! never fight over one file; a release gathers them.

use super::Finding;
use crate::tree::{SourceFile, Tree};

const CHANGELOG: &str = "CHANGELOG.md";
const FOLDER: &str = "changelog.d/";

/// The last part of a fragment's name, `12.added.md`.
const KINDS: &[&str] = &["added", "breaking", "changed", "fixed", "removed", "security"];

/// A fragment longer than this is documentation.
const FRAGMENT_LETTERS_MAX: usize = 1200;

/// Every fragment and the changelog have their shape.
pub fn shape(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        if file.path == CHANGELOG {
            if let Some(message) = changelog_fault(&file.text) {
                found.push(finding(file, message));
            }
        } else if let Some(name) = file.path.strip_prefix(FOLDER)
            && name != "README.md"
        {
            let faults = fragment_faults(name, &file.text);
            found.extend(faults.into_iter().map(|message| finding(file, message)));
        }
    }
    found
}

fn changelog_fault(text: &str) -> Option<&'static str> {
    if !text.starts_with("# Changelog\n") {
        return Some("begin with `# Changelog`");
    }
    let versions = text.lines().filter_map(|line| line.strip_prefix("## "));
    let dated = |version: &str| {
        let (number, date) = version.split_once(" – ").unwrap_or((version, ""));
        number.split('.').count() == 3 && date.split('-').count() == 3
    };
    let wrong = versions.into_iter().any(|version| !dated(version));
    wrong.then_some("a release is headed `## 1.2.3 – 2026-01-31`")
}

fn fragment_faults(name: &str, text: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut parts = name.split('.');
    let issue = parts.next().unwrap_or_default();
    let kind = parts.next().unwrap_or_default();
    let numbered = !issue.is_empty()
        && issue.split('-').next().is_some_and(|number| number.parse::<u32>().is_ok());
    if !numbered || !KINDS.contains(&kind) || parts.next() != Some("md") || parts.next().is_some() {
        faults.push(
            "name it `<issue>.<kind>.md` or `<issue>-<word>.<kind>.md`; kinds are added, \
             breaking, changed, fixed, removed, security",
        );
    }
    let text = text.trim();
    // A sentence may begin with the name of a flag or command.
    let begins = text.starts_with(|first: char| first.is_uppercase() || first == '`');
    if !begins || !text.ends_with('.') {
        faults.push("write sentences");
    }
    if text.chars().count() > FRAGMENT_LETTERS_MAX {
        faults.push("say it in 1200 letters");
    }
    if kind == "breaking" && !text.contains("*Migration*") {
        faults.push("a breaking change has a paragraph that begins with *Migration*");
    }
    faults
}

fn finding(file: &SourceFile, message: &str) -> Finding {
    Finding { rule: "changelog", path: file.path.clone(), line: 0, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, faults: usize) {
        assert_eq!(shape(&Tree::of(&[(path, text)])).len(), faults, "{path}: {text}");
    }

    #[test]
    fn fragments_have_a_shape() {
        check("changelog.d/2.added.md", "The map is drawn.\n", 0);
        check("changelog.d/2-map.added.md", "The map is drawn.\n", 0);
        check("changelog.d/map.added.md", "The map is drawn.\n", 1);
        check("changelog.d/2.new.md", "The map is drawn.\n", 1);
        check("changelog.d/2.fixed.md", "map\n", 1);
        check("changelog.d/2.breaking.md", "The flag is gone.", 1);
        check("changelog.d/2.breaking.md", "It is gone.\n\n*Migration*: use the other.", 0);
        check("changelog.d/README.md", "# fragments", 0);
    }

    #[test]
    fn releases_are_dated() {
        check("CHANGELOG.md", "# Changelog\n\n## 0.1.0 – 2026-11-20\n", 0);
        check("CHANGELOG.md", "# Changelog\n\n## 0.1.0\n", 1);
        check("CHANGELOG.md", "# News\n", 1);
    }
}
