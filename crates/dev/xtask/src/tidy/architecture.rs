//! `ARCHITECTURE.md` against what exists: crates, files and the tests of the invariants.
//!
//! A map nobody checks drifts. A crate has its paragraph where a line begins with
//! `` **`name`** ``; an invariant names its tests as `` `path/of/file.rs::name_of_test` ``.

use super::Finding;
use crate::tree::Tree;

const PATH: &str = "ARCHITECTURE.md";

/// The section whose numbered items each name a test.
const INVARIANTS: &str = "## Invariants";

/// Each crate has a paragraph; each crate and path the map names exists.
pub fn crates_on_the_map(tree: &Tree) -> Vec<Finding> {
    if tree.packages.is_empty() {
        return Vec::new();
    }
    let Some(file) = tree.file(PATH) else {
        return vec![finding(0, "the map is missing".to_owned())];
    };
    let mut found = Vec::new();
    for package in &tree.packages {
        let head = format!("**`{}`**", package.name);
        let paragraph = file.text.lines().find(|line| line.starts_with(&head));
        let message = match paragraph {
            None => format!("`{}` has no paragraph: begin one with {head}", package.name),
            Some(line) if !line.contains(&package.directory) => {
                format!("the paragraph of `{}` does not say {}", package.name, package.directory)
            }
            Some(_) => continue,
        };
        found.push(finding(0, message));
    }
    for (line, span) in code_spans(&file.text) {
        let named_crate = span == "scope" || span == "xtask" || is_crate_name(&span);
        let known = tree.packages.iter().any(|package| package.name == span);
        if named_crate && !known {
            found.push(finding(line, format!("there is no crate `{span}`")));
        }
        if is_path(&span) && !exists(tree, &span) {
            found.push(finding(line, format!("there is no `{span}`")));
        }
    }
    found
}

/// Each invariant names a test, and each test named exists.
pub fn invariants_have_tests(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(PATH) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut item: Option<(usize, bool)> = None;
    let mut inside = false;
    for (index, line) in file.text.lines().chain(["## End"]).enumerate() {
        let number = line.split_once(". ").is_some_and(|(digits, _)| {
            !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit())
        });
        if (line.starts_with("## ") || number)
            && let Some((line, false)) = item.take()
        {
            found.push(finding(line, "this invariant names no test".to_owned()));
        }
        if line.starts_with("## ") {
            inside = line == INVARIANTS;
        }
        if inside && number {
            item = Some((index + 1, false));
        }
        for span in spans_of(line) {
            let Some((path, test)) = span.split_once("::").filter(|(path, _)| is_path(path)) else {
                continue;
            };
            if let Some((_, named)) = &mut item {
                *named = true;
            }
            if !has_test(tree, path, test) {
                found.push(finding(index + 1, format!("there is no test `{test}` in {path}")));
            }
        }
    }
    found
}

fn has_test(tree: &Tree, path: &str, test: &str) -> bool {
    let Some(file) = tree.file(path) else {
        return false;
    };
    match file.is_rust() {
        true => file.text.contains(&format!("fn {test}(")),
        false => file.text.contains(&format!("\"{test}\"")),
    }
}

fn is_crate_name(span: &str) -> bool {
    let rest = span.strip_prefix("scope-");
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
    })
}

fn is_path(span: &str) -> bool {
    let folders = ["crates/", "web/", "tests/", "testdata/", "docs/", "changelog.d/"];
    let plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    folders.iter().any(|folder| span.starts_with(folder)) && span.chars().all(plain)
}

fn exists(tree: &Tree, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    tree.files.iter().any(|file| {
        file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn code_spans(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut spans = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            spans.extend(spans_of(line).into_iter().map(|span| (index + 1, span)));
        }
    }
    spans
}

fn spans_of(line: &str) -> Vec<String> {
    line.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn finding(line: usize, message: String) -> Finding {
    Finding { rule: "architecture", path: PATH.to_owned(), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Package;

    const MAP: &str = "**`scope-a`** (`crates/model/a`): a.\n\n## Invariants\n\n\
                       1. It holds.\n   `crates/model/a/tests/laws.rs::it_holds`\n";

    fn check(map: &str, expect: &[&str]) {
        let mut tree = Tree::of(&[
            (PATH, map),
            ("crates/model/a/Cargo.toml", ""),
            ("crates/model/a/tests/laws.rs", "#[test]\nfn it_holds() {}\n"),
            ("web/tests/browser/map.test.ts", "test(\"a node is drawn\", () => {});\n"),
        ]);
        tree.packages = vec![Package {
            name: "scope-a".to_owned(),
            directory: "crates/model/a".to_owned(),
            dependencies: Vec::new(),
        }];
        let found = [crates_on_the_map(&tree), invariants_have_tests(&tree)].concat();
        let found: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(found, expect, "{map}");
    }

    #[test]
    fn a_true_map_passes() {
        check(MAP, &[]);
        check(&format!("{MAP}2. b `web/tests/browser/map.test.ts::a node is drawn`\n"), &[]);
    }

    #[test]
    fn crates_are_compared_both_ways() {
        check(
            &MAP.replace("**`scope-a`** (`crates/model/a`): a.", "It draws."),
            &["`scope-a` has no paragraph: begin one with **`scope-a`**"],
        );
        check(
            &MAP.replace("(`crates/model/a`)", ""),
            &["the paragraph of `scope-a` does not say crates/model/a"],
        );
        check(&format!("`scope-b`\n{MAP}"), &["there is no crate `scope-b`"]);
        check(&format!("`crates/model/b`\n{MAP}"), &["there is no `crates/model/b`"]);
    }

    #[test]
    fn invariants_need_tests_that_exist() {
        check(
            &MAP.replace("::it_holds", "::it_held"),
            &["there is no test `it_held` in crates/model/a/tests/laws.rs"],
        );
        check(&format!("{MAP}2. Another.\n\n## Next\n"), &["this invariant names no test"]);
    }
}
