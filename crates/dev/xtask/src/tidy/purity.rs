//! The pure core: crates that touch no file, socket, clock, environment or chance.
//!
//! What they compute follows from their arguments, so every test can repeat it. Tests, examples
//! and benches are free; `allow.toml` names exceptions.

use super::Finding;
use crate::code::{Language, blank, is_word};
use crate::tree::{SourceFile, Tree};

/// Packages of the pure core.
const PURE: &[&str] = &[
    "scope-api",
    "scope-layout",
    "scope-present",
    "scope-push",
    "scope-render",
    "scope-report",
    "scope-wire",
];

/// Paths that reach outside; what begins with one of them does too.
const EFFECTS: &[&str] = &[
    "getrandom",
    "rand",
    "std::env",
    "std::fs",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::os::unix::net",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

/// Calls that read a clock whatever they are imported as.
const CLOCKS: &[&str] = &["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now"];

/// Crates of the pure core name no effect.
pub fn pure_crates(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        let package = tree.package_of(&file.path);
        let Some(package) = package.filter(|package| PURE.contains(&package.name.as_str())) else {
            continue;
        };
        let code = blank(&file.text, Language::Rust).code;
        for (line, path) in mentioned_paths(production_part(&code)) {
            if is_effect(&path) {
                found.push(finding(file, line, format!("`{}` is pure: no `{path}`", package.name)));
            }
        }
    }
    for package in tree.packages.iter().filter(|package| PURE.contains(&package.name.as_str())) {
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.dev) {
            if is_effect(&dependency.name) {
                let file = SourceFile {
                    path: format!("{}/Cargo.toml", package.directory),
                    ..SourceFile::default()
                };
                let message = format!("`{}` is pure: no `{}`", package.name, dependency.name);
                found.push(finding(&file, 0, message));
            }
        }
    }
    found
}

fn is_effect(path: &str) -> bool {
    let below = |effect: &&str| {
        path.strip_prefix(*effect).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    EFFECTS.iter().any(below)
        || CLOCKS.iter().any(|clock| path == *clock || path.ends_with(&format!("::{clock}")))
}

/// Up to the module of unit tests, which stands at the bottom.
fn production_part(code: &str) -> &str {
    let mut from = 0;
    while let Some(at) = code.get(from..).and_then(|rest| rest.find("#[cfg(test)]")) {
        let start = from + at;
        let rest = code.get(start..).unwrap_or_default();
        let module = rest.lines().nth(1).unwrap_or_default();
        if module.trim_start().starts_with("mod ") && module.contains('{') {
            return code.get(..start).unwrap_or(code);
        }
        from = start + 1;
    }
    code
}

/// Every path of at least one name with the line it is on; `use a::{b, c}` gives `a::b`, `a::c`.
fn mentioned_paths(code: &str) -> Vec<(usize, String)> {
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = read_path(&tokens, at, "", &mut paths).max(at + 1);
    }
    paths
}

/// Reads one path (or tree of paths) at `at` and returns where it ends.
fn read_path(
    tokens: &[(usize, &str)],
    mut at: usize,
    prefix: &str,
    paths: &mut Vec<(usize, String)>,
) -> usize {
    let mut path = prefix.to_owned();
    let mut line = 0;
    while let Some((here, name)) = tokens.get(at).filter(|(_, name)| name.starts_with(is_word)) {
        line = *here;
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(name);
        at += 1;
        if tokens.get(at).map(|(_, token)| *token) != Some("::") {
            break;
        }
        at += 1;
        if tokens.get(at).map(|(_, token)| *token) == Some("{") {
            return read_group(tokens, at + 1, &path, paths);
        }
    }
    if line > 0 {
        paths.push((line, path));
    }
    at
}

fn read_group(
    tokens: &[(usize, &str)],
    mut at: usize,
    prefix: &str,
    paths: &mut Vec<(usize, String)>,
) -> usize {
    while let Some((_, token)) = tokens.get(at) {
        match *token {
            "}" => return at + 1,
            "," => at += 1,
            _ => at = read_path(tokens, at, prefix, paths).max(at + 1),
        }
    }
    at
}

/// Names, `::` and other single letters, each with its line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, left) = rest.split_at(length);
            if !token.trim().is_empty() {
                tokens.push((index + 1, token));
            }
            rest = left;
        }
    }
    tokens
}

fn finding(file: &SourceFile, line: usize, message: String) -> Finding {
    Finding { rule: "pure", path: file.path.clone(), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Dependency, Package};

    fn check(path: &str, text: &str, expect: &[&str]) {
        let mut tree = Tree::of(&[(path, text)]);
        tree.packages = vec![Package {
            name: "scope-report".to_owned(),
            directory: "crates/model/report".to_owned(),
            dependencies: vec![Dependency { name: "serde".to_owned(), dev: false }],
        }];
        let found: Vec<String> = pure_crates(&tree)
            .into_iter()
            .map(|found| found.message.replace("`scope-report` is pure: no ", ""))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn effects_are_found_however_they_are_written() {
        let path = "crates/model/report/src/a.rs";
        check(path, "use std::fs;", &["`std::fs`"]);
        check(path, "use std::{\n io,\n time::{Duration, Instant},\n};", &["`std::time::Instant`"]);
        check(path, "let x = std::env::var(y);", &["`std::env::var`"]);
        check(path, "let x = jiff::Timestamp::now();", &["`jiff::Timestamp::now`"]);
        check(path, "use tokio::sync::watch;", &["`tokio::sync::watch`"]);
    }

    #[test]
    fn pure_code_passes() {
        let path = "crates/model/report/src/a.rs";
        check(path, "use std::net::{IpAddr, SocketAddr};\nuse std::time::Duration;", &[]);
        check(path, "// std::fs\nlet operand = \"tokio\";", &[]);
        check(path, "fn a() {}\n#[cfg(test)]\nmod tests {\n use std::fs;\n}", &[]);
        check("crates/model/report/tests/a.rs", "use std::fs;", &[]);
        check("crates/probe/linux/src/a.rs", "use std::fs;", &[]);
    }

    #[test]
    fn pure_crates_depend_on_no_effect() {
        let package = Package {
            name: "scope-push".to_owned(),
            directory: "crates/app/push".to_owned(),
            dependencies: vec![Dependency { name: "tokio".to_owned(), dev: false }],
        };
        let tree = Tree { files: Vec::new(), packages: vec![package] };
        assert_eq!(pure_crates(&tree).len(), 1);
    }
}
