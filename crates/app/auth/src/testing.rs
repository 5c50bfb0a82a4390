//! A folder of a test, removed with it.

use crate::data_dir::DataDir;
use std::path::PathBuf;

/// The folder.
pub(crate) struct Folder(DataDir);

impl Folder {
    /// A new one; `name` is the test's own.
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("scope-auth-{name}-{}", std::process::id());
        let path: PathBuf = std::env::temp_dir().join(name);
        let _left_over = std::fs::remove_dir_all(&path);
        Self(DataDir::open(&path).unwrap())
    }

    /// As the app uses it.
    pub(crate) fn data(&self) -> &DataDir {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(self.0.path());
    }
}
