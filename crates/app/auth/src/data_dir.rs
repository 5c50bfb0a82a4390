//! The folder of what the app keeps: sessions, tokens, the audit log.
//!
//! Only its owner may read it. A file is written beside and moved into place, so that whoever reads
//! it meanwhile, and whoever starts after a loss of power, finds the old or the new one whole.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Who may enter the folder.
const FOLDER_MODE: u32 = 0o700;

/// Who may read its files.
const FILE_MODE: u32 = 0o600;

/// Tells apart the files that one process writes at once.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{deed} {}", path.display())]
pub struct DataError {
    deed: &'static str,
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// The folder, or a folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Makes the folder if need be, and closes it to others.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let failed = |deed| move |source| DataError { deed, path: path.to_owned(), source };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(FOLDER_MODE);
        builder.create(path).map_err(failed("make the folder"))?;
        let metadata = std::fs::metadata(path).map_err(failed("look at the folder"))?;
        if metadata.mode() & 0o077 != 0 {
            let closed = Permissions::from_mode(FOLDER_MODE);
            std::fs::set_permissions(path, closed).map_err(failed("close to others the folder"))?;
        }
        Ok(Self(path.to_owned()))
    }

    /// A folder in it.
    pub fn folder(&self, name: &str) -> Result<Self, DataError> {
        Self::open(&self.0.join(name))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The whole text of a file of at most `bytes_max`; `None` if there is none.
    pub fn read(&self, name: &str, bytes_max: u64) -> Result<Option<String>, DataError> {
        let path = self.file(name);
        let failed = |source| DataError { deed: "read", path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut text = String::new();
        file.take(bytes_max.saturating_add(1)).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > bytes_max {
            return Err(failed(std::io::Error::other(format!("more than {bytes_max} bytes"))));
        }
        Ok(Some(text))
    }

    /// Writes a file whole.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DataError> {
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = self.file(&format!(".{name}.{}.{number}", std::process::id()));
        let path = self.file(name);
        let failed = |source| DataError { deed: "write", path: path.clone(), source };
        let write = || -> std::io::Result<()> {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&beside)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            std::fs::rename(&beside, &path)
        };
        write().map_err(|error| {
            let _half = std::fs::remove_file(&beside);
            failed(error)
        })
    }

    /// Opens a file to add to its end, making it if need be.
    pub fn append(&self, name: &str) -> Result<File, DataError> {
        let path = self.file(name);
        let options = OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(&path);
        options.map_err(|source| DataError { deed: "open", path, source })
    }

    /// Removes a file; says whether it was there.
    pub fn remove(&self, name: &str) -> Result<bool, DataError> {
        let path = self.file(name);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(DataError { deed: "remove", path, source }),
        }
    }

    /// Renames a file within it.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), DataError> {
        let path = self.file(from);
        std::fs::rename(&path, self.file(to)).map_err(|source| DataError {
            deed: "rename",
            path,
            source,
        })
    }

    /// The failure of a deed upon a file in it.
    pub(crate) fn failed(
        &self,
        deed: &'static str,
        name: &str,
        source: std::io::Error,
    ) -> DataError {
        DataError { deed, path: self.file(name), source }
    }

    /// The names of its files, at most so many, in no order; none if it cannot be read.
    pub fn names(&self, count_max: usize) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.0) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| !name.starts_with('.')).take(count_max).collect()
    }
}
