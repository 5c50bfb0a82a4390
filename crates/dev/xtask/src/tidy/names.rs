//! Names that say nothing, and tasks nobody can find again.
//!
//! Only names we give are judged (files, folders, types), not those of other people's crates.

use super::Finding;
use crate::code::{Language, blank, is_word};
use crate::tree::{SourceFile, Tree};

/// Drawers: whatever they hold has a better name.
const BANNED: &[&str] =
    &["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];

/// Marks of work left over, each written so that this file does not contain it.
const LEFTOVERS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];

/// The mark of work that an issue is open for.
const TASK: &str = concat!("TO", "DO");

/// No file, folder or type is called a drawer; no type ends with `Info`.
pub fn banned_words(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| !file.is_recorded()) {
        let parts = file.path.split('/').flat_map(words);
        for word in parts.filter(|word| BANNED.contains(&word.as_str())) {
            found.push(finding("banned-word", file, 0, &format!("`{word}` names nothing")));
        }
        for (line, name) in type_names(file) {
            let words = words(&name);
            if words.iter().any(|word| BANNED.contains(&word.as_str())) {
                found.push(finding("banned-word", file, line, &format!("`{name}` names nothing")));
            }
            if words.len() > 1 && words.last().is_some_and(|word| word == "info") {
                let message = format!("`{name}`: every type is information, say of which kind");
                found.push(finding("banned-word", file, line, &message));
            }
        }
    }
    found
}

/// A task names its issue; other marks of unfinished work are refused.
pub fn unnumbered_tasks(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let judged = [".rs", ".ts", ".tsx", ".css", ".toml", ".md", ".yml", ".sh", "Makefile"];
    for file in &tree.files {
        if file.is_recorded() || !judged.iter().any(|end| file.path.ends_with(end)) {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            for mark in LEFTOVERS.iter().filter(|mark| crate::code::has_word(line, mark)) {
                let message = format!("{mark}: finish it, or open an issue and write {TASK}(#n)");
                found.push(finding("task", file, index + 1, &message));
            }
            if has_unnumbered_task(line) {
                let message = format!("write {TASK}(#n) with the number of the issue");
                found.push(finding("task", file, index + 1, &message));
            }
        }
    }
    found
}

fn has_unnumbered_task(line: &str) -> bool {
    let Some(at) = crate::code::word_at(line, TASK) else {
        return false;
    };
    let rest = line.get(at + TASK.len()..).unwrap_or_default();
    let number = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    let named_in_prose = rest.starts_with('`') || rest.starts_with("(#n)");
    !named_in_prose
        && !number.is_some_and(|(digits, _)| {
            !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit())
        })
}

fn type_names(file: &SourceFile) -> Vec<(usize, String)> {
    let (language, keywords): (_, &[&str]) = if file.is_rust() {
        (Language::Rust, &["struct", "enum", "trait", "type", "mod", "union"])
    } else if file.is_typescript() {
        (Language::TypeScript, &["class", "interface", "type", "enum"])
    } else {
        return Vec::new();
    };
    let code = blank(&file.text, language).code;
    let mut names = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut before = "";
        for word in line.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()) {
            if keywords.contains(&before) {
                names.push((index + 1, word.to_owned()));
            }
            before = word;
        }
    }
    names
}

/// `node_boxes-ofHTTPServer.rs` → node, boxes, of, httpserver, rs.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase() || letter.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn finding(rule: &'static str, file: &SourceFile, line: usize, message: &str) -> Finding {
    Finding { rule, path: file.path.clone(), line, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, count: usize) {
        assert_eq!(rule(&Tree::of(&[(path, text)])).len(), count, "{path}: {text}");
    }

    #[test]
    fn drawers_are_found() {
        check(banned_words, "crates/a/src/string_utils.rs", "", 1);
        check(banned_words, "web/src/common/x.ts", "", 1);
        check(banned_words, "testdata/proc/common/x", "", 0);
        check(banned_words, "crates/a/src/communal.rs", "struct Commoner;", 0);
        check(banned_words, "a.rs", "pub struct PipeManager { }", 1);
        check(banned_words, "a.rs", "// struct PipeManager", 0);
        check(banned_words, "a.ts", "export interface NodeInfo {", 1);
        check(banned_words, "a.ts", "export type Info = string", 0);
    }

    #[test]
    fn tasks_need_a_number() {
        check(unnumbered_tasks, "a.rs", &format!("// {TASK}(#12): more"), 0);
        check(unnumbered_tasks, "a.rs", &format!("// {TASK}: more"), 1);
        check(unnumbered_tasks, "a.rs", &format!("// {TASK}(me): more"), 1);
        check(unnumbered_tasks, "a.ts", &format!("// {} later", LEFTOVERS[0]), 1);
        check(unnumbered_tasks, "a.rs", "// METODO", 0);
    }
}
