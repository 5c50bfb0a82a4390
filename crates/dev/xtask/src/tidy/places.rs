//! No tracked file knows the machine it was written on.
//!
//! Paths into somebody's home and the hosts of package registries differ from machine to machine;
//! the tools' own configuration holds them. Recorded data is exempt: it says what a system said.

use super::Finding;
use crate::tree::{SourceFile, Tree};

/// Folders of people and build machines, split so that this file does not contain them.
const FOLDERS: &[&str] =
    &[concat!("/", "work"), concat!("/", "root"), concat!("/", "home"), concat!("/", "Users")];

/// Hosts that serve packages; a mirror is a matter of the machine too.
const REGISTRIES: &[&str] = &[
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("deb.", "debian.org"),
    concat!("pythonhosted", ".org"),
    concat!("proxy.", "golang.org"),
];

/// No path begins in a folder of people or build machines.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    search(tree, "machine-path", |line| {
        let folder = FOLDERS.iter().find(|folder| begins_path(line, folder))?;
        Some(format!("`{folder}` is a path of one machine"))
    })
}

/// No file names the host of a package registry.
pub fn registry_hosts(tree: &Tree) -> Vec<Finding> {
    search(tree, "registry-host", |line| {
        let host = REGISTRIES.iter().find(|host| line.contains(**host));
        let locked = line.trim_start().starts_with("\"resolved\": \"http");
        match host {
            Some(host) => Some(format!("`{host}` belongs into the machine's configuration")),
            None if locked => {
                Some("lock without hosts: omit-lockfile-registry-resolved".to_owned())
            }
            None => None,
        }
    })
}

/// `folder` stands in `line` where a path begins, and goes on below it or ends.
fn begins_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|part| part.chars().next_back());
        let after = line.get(at + folder.len()..).and_then(|part| part.chars().next());
        let starts = before.is_none_or(|letter| " \t\"'`=:(,;<>[".contains(letter));
        let goes_on = after == Some('/');
        let ends = after.is_none_or(|letter| "\"'`".contains(letter));
        starts && (goes_on || ends)
    })
}

fn search(tree: &Tree, rule: &'static str, judge: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| !file.is_recorded()) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(message) = judge(line) {
                found.push(finding(rule, file, index + 1, message));
            }
        }
    }
    found
}

fn finding(rule: &'static str, file: &SourceFile, line: usize, message: String) -> Finding {
    Finding { rule, path: file.path.clone(), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, line: &str, count: usize) {
        assert_eq!(rule(&Tree::of(&[("docs/a.md", line)])).len(), count, "{line}");
    }

    #[test]
    fn machine_paths_are_found() {
        let (work, root, home) = (FOLDERS[0], FOLDERS[1], FOLDERS[2]);
        check(machine_paths, &format!("cd {work}/scope"), 1);
        check(machine_paths, &format!("\"{root}\""), 1);
        check(machine_paths, &format!("PATH=x:{home}/me/bin"), 1);
        check(machine_paths, &format!("/proc/1{root}/etc"), 0);
        check(machine_paths, &format!("the frame{work}s"), 0);
    }

    #[test]
    fn registry_hosts_are_found() {
        check(registry_hosts, &format!("https://{}/x", REGISTRIES[0]), 1);
        check(registry_hosts, "  \"resolved\": \"https://mirror/x.tgz\",", 1);
        check(registry_hosts, "source = \"registry+https://github.com/rust-lang/crates\"", 0);
    }

    #[test]
    fn recordings_are_exempt() {
        let line = format!("{}/x", FOLDERS[0]);
        assert_eq!(machine_paths(&Tree::of(&[("testdata/a.txt", &line)])), &[]);
    }
}
