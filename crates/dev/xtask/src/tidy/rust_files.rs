//! What every Rust file has, and what none may have.
//!
//! Most of the style is clippy's; these are the habits it has no lint for.

use super::Finding;
use crate::code::{Language, blank, has_word};
use crate::tree::{SourceFile, Tree};

/// A file begins by saying what it is for.
pub fn heads(tree: &Tree) -> Vec<Finding> {
    let missing = |file: &&SourceFile| file.is_rust() && !file.text.starts_with("//! ");
    tree.files
        .iter()
        .filter(missing)
        .map(|file| finding("head", file, 1, "begin with `//!`: what, why, what it refuses to do"))
        .collect()
}

/// `foo.rs` beside `foo/`, so that editor tabs tell files apart.
pub fn module_files(tree: &Tree) -> Vec<Finding> {
    let drawer = |file: &&SourceFile| file.name() == "mod.rs";
    tree.files
        .iter()
        .filter(drawer)
        .map(|file| finding("module-file", file, 0, "name the file after the module"))
        .collect()
}

/// `unsafe` stands only where `allow.toml` says why.
pub fn unsafe_code(tree: &Tree) -> Vec<Finding> {
    search(tree, "unsafe-code", |line, _| {
        has_word(line, "unsafe").then_some("`unsafe` has no place here")
    })
}

/// A lint is silenced by `#[expect]`, which speaks up once it is needless.
pub fn silenced_lints(tree: &Tree) -> Vec<Finding> {
    search(tree, "silenced-lint", |line, _| {
        let silenced = line.contains("#[allow(") || line.contains("#![allow(");
        silenced.then_some("write `#[expect(lint, reason = \"…\")]`")
    })
}

/// A test that is skipped, expected to panic or waits a fixed time proves too little.
pub fn dishonest_tests(tree: &Tree) -> Vec<Finding> {
    search(tree, "honest-test", |line, in_test| {
        if line.contains("#[ignore") {
            Some("a test runs or is not there; say `skipped: …` when the machine lacks something")
        } else if line.contains("#[should_panic") {
            Some("assert the error instead of a panic")
        } else if in_test && (line.contains("thread::sleep(") || line.contains("time::sleep(")) {
            Some("wait for a condition with a deadline, not for a time")
        } else {
            None
        }
    })
}

fn search(
    tree: &Tree,
    rule: &'static str,
    judge: impl Fn(&str, bool) -> Option<&'static str>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        let code = blank(&file.text, Language::Rust).code;
        // A benchmark measures time, so it may let some pass.
        let measures = ["/examples/", "/benches/"].iter().any(|part| file.path.contains(part));
        let mut in_test = file.is_test() && !measures;
        for (index, line) in code.lines().enumerate() {
            in_test |= line.contains("#[cfg(test)]");
            if let Some(message) = judge(line, in_test) {
                found.push(finding(rule, file, index + 1, message));
            }
        }
    }
    found
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
    fn a_head_is_required() {
        check(heads, "a.rs", "//! What.\n", 0);
        check(heads, "a.rs", "use std::fs;\n", 1);
        check(heads, "a.ts", "import", 0);
    }

    #[test]
    fn modules_have_named_files() {
        check(module_files, "crates/a/src/b/mod.rs", "", 1);
        check(module_files, "crates/a/src/b.rs", "", 0);
    }

    #[test]
    fn unsafe_is_found_in_code_only() {
        check(unsafe_code, "a.rs", "unsafe { x }", 1);
        check(unsafe_code, "a.rs", "// unsafe\n#![deny(unsafe_code)]", 0);
    }

    #[test]
    fn lints_are_expected_not_allowed() {
        check(silenced_lints, "a.rs", "#[allow(dead_code)]", 1);
        check(silenced_lints, "a.rs", "#[expect(dead_code, reason = \"why\")]", 0);
    }

    #[test]
    fn tests_are_honest() {
        check(dishonest_tests, "a.rs", "#[ignore]\nfn x() {}", 1);
        check(dishonest_tests, "a.rs", "#[should_panic(expected = \"x\")]", 1);
        check(dishonest_tests, "crates/a/tests/b.rs", "std::thread::sleep(x);", 1);
        check(dishonest_tests, "crates/a/examples/b.rs", "std::thread::sleep(x);", 0);
        check(dishonest_tests, "a.rs", "thread::sleep(x);\n#[cfg(test)]\nmod tests;", 0);
        check(dishonest_tests, "a.rs", "#[cfg(test)]\nmod tests { thread::sleep(x); }", 1);
    }
}
