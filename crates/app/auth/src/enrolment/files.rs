//! The files of the authority: whole or not there, readable by nobody else, changed by one at a
//! time though the app and the commands of an operator both do.

use super::EnrolmentError;
use rustix::fs::{FlockOperation, flock};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The length of any of the files in bytes: a full book is a few megabytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The folder of the authority.
#[derive(Clone, Debug)]
pub(super) struct Files(PathBuf);

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(u64, i64, i64, u64);

impl Files {
    /// The folder `enrolment` within the app's folder, both made if they are missing.
    pub(super) fn open(data_dir: &Path) -> Result<Self, EnrolmentError> {
        let folder = data_dir.join("enrolment");
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(&folder).map_err(|source| failed("make the folder", &folder, source))?;
        Ok(Self(folder))
    }

    /// Waits until nobody else changes the files; so long as the lock is kept, nobody does.
    pub(super) fn lock(&self) -> Result<File, EnrolmentError> {
        let path = self.0.join("lock");
        let lock = |source| failed("lock", &path, source);
        let mut options = OpenOptions::new();
        let options = options.create(true).write(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(lock)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|errno| lock(errno.into()))?;
        Ok(file)
    }

    /// What a file holds; `None` if it is not there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, EnrolmentError> {
        let path = self.0.join(name);
        let read = |source| failed("read", &path, source);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(read(error)),
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(read)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(read(ErrorKind::FileTooLarge.into()));
        }
        Ok(Some(bytes))
    }

    /// Puts a file in the place of what was there; a crash leaves the one or the other.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), EnrolmentError> {
        let path = self.0.join(name);
        let write = |source| failed("write", &path, source);
        let next = self.0.join(format!("{name}.next"));
        let mut options = OpenOptions::new();
        let options = options.create(true).write(true).truncate(true).mode(0o600);
        let mut file = options.open(&next).map_err(write)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(write)?;
        std::fs::rename(&next, &path).map_err(write)
    }

    /// The state a file is in; nothing of it is read.
    pub(super) fn stamp(&self, name: &str) -> Stamp {
        let metadata = std::fs::metadata(self.0.join(name));
        let stamp =
            |own: std::fs::Metadata| Stamp(own.ino(), own.mtime(), own.mtime_nsec(), own.size());
        metadata.map(stamp).unwrap_or_default()
    }
}

fn failed(operation: &'static str, path: &Path, source: std::io::Error) -> EnrolmentError {
    EnrolmentError::File { operation, path: path.to_owned(), source }
}
