//! What the manifest of every member of the workspace says.
//!
//! One place for versions and lints, so that no crate drifts from the others.

use super::Finding;
use crate::tree::{SourceFile, Tree};
use toml::{Table, Value};

/// Keys of `[package]` that come from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];

const DEPENDENCY_TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// Members inherit lints, versions and the package's keys from the workspace.
pub fn members(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        if file.name() != "Cargo.toml" || file.path == "Cargo.toml" || file.is_recorded() {
            continue;
        }
        match file.text.parse::<Table>() {
            Ok(manifest) => judge_member(file, &manifest, &mut found),
            Err(error) => found.push(finding("manifest", file, format!("not TOML: {error}"))),
        }
    }
    found
}

fn judge_member(file: &SourceFile, manifest: &Table, found: &mut Vec<Finding>) {
    if !inherits(manifest.get("lints")) {
        let message = "write `[lints] workspace = true`".to_owned();
        found.push(finding("manifest-lints", file, message));
    }
    let package = manifest.get("package").and_then(Value::as_table);
    for key in INHERITED {
        if !inherits(package.and_then(|package| package.get(*key))) {
            found.push(finding("manifest", file, format!("write `{key}.workspace = true`")));
        }
    }
    if package.is_none_or(|package| !package.contains_key("description")) {
        found.push(finding("manifest", file, "say in `description` what it is".to_owned()));
    }
    let plain = DEPENDENCY_TABLES.iter().filter_map(|key| manifest.get(*key));
    let by_target = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(|targets| targets.values())
        .filter_map(Value::as_table)
        .flat_map(|target| DEPENDENCY_TABLES.iter().filter_map(|key| target.get(*key)));
    for table in plain.chain(by_target).filter_map(Value::as_table) {
        for (name, dependency) in table.iter().filter(|(_, value)| !inherits(Some(value))) {
            let wrong = dependency.as_str().map_or("a version of its own", |_| "a version");
            let message = format!("`{name}` has {wrong}: write `{name}.workspace = true`");
            found.push(finding("manifest", file, message));
        }
    }
}

/// The workspace's dependencies are in alphabetical order.
pub fn sorted_dependencies(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file("Cargo.toml") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut before = "";
    let lines = file.text.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        if name < before {
            found.push(finding("manifest", file, format!("`{name}` comes before `{before}`")));
        }
        before = name;
    }
    found
}

fn inherits(value: Option<&Value>) -> bool {
    let workspace = value.and_then(Value::as_table).and_then(|table| table.get("workspace"));
    workspace.and_then(Value::as_bool) == Some(true)
}

fn finding(rule: &'static str, file: &SourceFile, message: String) -> Finding {
    Finding { rule, path: file.path.clone(), line: 0, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\ndescription = \"A.\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        [dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n\
        [lints]\nworkspace = true\n";

    fn check(text: &str, expect: &[&str]) {
        let found = members(&Tree::of(&[("crates/a/b/Cargo.toml", text)]));
        let found: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn members_inherit() {
        check(GOOD, &[]);
        check(
            &GOOD.replace("[lints]\nworkspace = true\n", ""),
            &["write `[lints] workspace = true`"],
        );
        check(
            &GOOD.replace("license.workspace = true", "license = \"MIT\""),
            &["write `license.workspace = true`"],
        );
        check(
            &GOOD.replace("{ workspace = true, features = [\"rc\"] }", "\"1\""),
            &["`serde` has a version: write `serde.workspace = true`"],
        );
        check(
            &format!("{GOOD}[target.x.dev-dependencies]\nlibc = {{ version = \"1\" }}\n"),
            &["`libc` has a version of its own: write `libc.workspace = true`"],
        );
    }

    #[test]
    fn dependencies_are_sorted() {
        let tree = |text: &str| Tree::of(&[("Cargo.toml", text)]);
        let good =
            tree("[workspace.dependencies]\n# Why.\na = \"1\"\nb = { x = 1 }\n[lints]\na = 1");
        assert_eq!(sorted_dependencies(&good), &[]);
        let bad = tree("[workspace.dependencies]\nb = \"1\"\na = \"1\"\n");
        assert_eq!(sorted_dependencies(&bad).len(), 1);
    }
}
