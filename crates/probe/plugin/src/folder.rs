//! The plugins' folder: which sockets are below it, and what each plugin is called by its file.

use scope_agent::Warning;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Plugins asked by one probe.
pub(crate) const PLUGINS_MAX: usize = 64;

/// Folders within each other that are looked into.
const DEPTH_MAX: usize = 8;

/// Files and folders that are looked at.
const ENTRIES_MAX: usize = 4096;

/// Letters of a plugin's id.
const ID_BYTES_MAX: usize = 128;

/// The sockets below `root` by the id of their plugin, and what is wrong with the others.
///
/// A root that does not exist holds no plugins; that is how most machines are.
pub(crate) fn sockets(root: &Path) -> (BTreeMap<String, PathBuf>, Vec<Warning>) {
    let mut found = Found::default();
    found.look_into(root, DEPTH_MAX);
    let Found { sockets, mut warnings, entries } = found;
    if entries >= ENTRIES_MAX {
        warnings.push(format!(
            "{} holds more than {ENTRIES_MAX} files: plugins beyond them are not found",
            root.display()
        ));
    }
    (sockets, warnings)
}

#[derive(Default)]
struct Found {
    sockets: BTreeMap<String, PathBuf>,
    warnings: Vec<Warning>,
    entries: usize,
}

impl Found {
    fn look_into(&mut self, folder: &Path, depth: usize) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                self.warnings.push(format!("cannot look into {}: {error}", folder.display()));
                return;
            }
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in entries {
            if self.entries >= ENTRIES_MAX {
                break;
            }
            self.entries += 1;
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => {
                    self.warnings.push(format!("cannot look into {}: {error}", folder.display()));
                }
            }
        }
        // The order of a folder is none; that of names makes the choice between equals lasting.
        paths.sort();
        for path in paths {
            self.look_at(path, depth);
        }
    }

    fn look_at(&mut self, path: PathBuf, depth: usize) {
        let is_link = path.is_symlink();
        let kind = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            // Gone since the folder was read.
            Err(error) if error.kind() == ErrorKind::NotFound && !is_link => return,
            Err(error) => {
                self.warnings.push(format!("cannot look at {}: {error}", path.display()));
                return;
            }
        };
        if kind.is_dir() {
            // A link to a folder may lead in a circle.
            if depth > 0 && !is_link {
                self.look_into(&path, depth - 1);
            }
        } else if kind.is_socket() {
            self.take(path);
        }
    }

    fn take(&mut self, path: PathBuf) {
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if !is_plugin_id(id) {
            self.warnings.push(format!(
                "{} is no plugin: call it by letters and digits, with single dashes between",
                path.display()
            ));
        } else if let Some(other) = self.sockets.get(id) {
            self.warnings.push(format!(
                "{} is not asked: {} has the same name",
                path.display(),
                other.display()
            ));
        } else if self.sockets.len() >= PLUGINS_MAX {
            self.warnings
                .push(format!("{} is not asked: {PLUGINS_MAX} plugins are", path.display()));
        } else {
            self.sockets.insert(id.to_owned(), path);
        }
    }
}

/// Whether `text` is letters and digits with single dashes between.
pub(crate) fn is_plugin_id(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= ID_BYTES_MAX && text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_with_dashes() {
        let check = |text: &str, expect: bool| assert_eq!(is_plugin_id(text), expect, "{text}");
        check("iowait", true);
        check("traffic-control2", true);
        check("", false);
        check("-a", false);
        check("a--b", false);
        check("a_b", false);
        check("a~b", false);
        check(&"a".repeat(ID_BYTES_MAX + 1), false);
    }
}
