//! `allow.toml`: what the rules let pass, each entry with its reason.
//!
//! An entry names a rule, a path (a folder covers what is in it) and, if that is too wide, a part
//! of the message. It refuses entries without a reason and entries that nothing needs.

use super::Finding;
use crate::tree::Tree;
use anyhow::{Context, Result};
use serde::Deserialize;

/// Where the list is.
const PATH: &str = "crates/dev/xtask/allow.toml";

/// A reason shorter than this says nothing.
const REASON_LETTERS_MIN: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    #[serde(default)]
    message: String,
    reason: String,
}

/// Takes away what the list allows and adds what is wrong with the list.
pub fn filter(tree: &Tree, found: Vec<Finding>) -> Result<Vec<Finding>> {
    let text = tree.file(PATH).map_or("", |file| &file.text);
    let entries = toml::from_str::<File>(text).with_context(|| format!("read {PATH}"))?.allow;
    let mut used = vec![false; entries.len()];
    let mut left = Vec::new();
    for finding in found {
        let mut allowed = false;
        for (entry, used) in entries.iter().zip(&mut used) {
            if covers(entry, &finding) {
                *used = true;
                allowed = true;
            }
        }
        if !allowed {
            left.push(finding);
        }
    }
    for (entry, used) in entries.iter().zip(used) {
        let Entry { rule, path, .. } = entry;
        if !used {
            left.push(complaint(format!("nothing needs the entry `{rule}` of {path}: remove it")));
        }
        if entry.reason.len() < REASON_LETTERS_MIN {
            left.push(complaint(format!("the entry `{rule}` of {path} needs a reason")));
        }
    }
    Ok(left)
}

fn covers(entry: &Entry, finding: &Finding) -> bool {
    let inside = finding
        .path
        .strip_prefix(entry.path.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    inside && entry.rule == finding.rule && finding.message.contains(&entry.message)
}

fn complaint(message: String) -> Finding {
    Finding { rule: "allowed", path: PATH.to_owned(), line: 0, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[allow]]\nrule = \"unsafe-code\"\npath = \"crates/a\"\n\
                        reason = \"The C interface of the layout needs it.\"\n";

    fn check(path: &str, list: &str, expect: &[&str]) {
        let tree = Tree::of(&[(PATH, list)]);
        let message = "unsafe".to_owned();
        let finding = Finding { rule: "unsafe-code", path: path.to_owned(), line: 1, message };
        let left = filter(&tree, vec![finding]).expect("the list is valid");
        let left: Vec<&str> = left.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(left, expect);
    }

    #[test]
    fn an_entry_covers_its_folder_only() {
        check("crates/a/src/lib.rs", LIST, &[]);
        check(
            "crates/ab/src/lib.rs",
            LIST,
            &["unsafe", "nothing needs the entry `unsafe-code` of crates/a: remove it"],
        );
        check("crates/a/src/lib.rs", "", &["unsafe"]);
    }

    #[test]
    fn an_entry_needs_a_reason() {
        let hollow = LIST.replace("The C interface of the layout needs it.", "needed");
        check(
            "crates/a/src/lib.rs",
            &hollow,
            &["the entry `unsafe-code` of crates/a needs a reason"],
        );
    }
}
