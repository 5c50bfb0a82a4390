//! The operator's own ways to group nodes, from a file that is read again when it changes.
//!
//! TOML; a word it does not know is an error, for a rule that is misread would group without
//! anybody noticing. At the start an error ends the program; later it keeps the ways as they were
//! and is told beside them. The app applies no rule itself: the client does, to what it shows.
//! `docs/use/groups.md` explains the file.

mod file;

use crate::App;
use scope_api::{GroupWay, GroupsAnswer};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Bytes of the file.
pub const GROUPS_BYTES_MAX: usize = 256 << 10;

/// How often the file is looked at, however many ask.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The file of groups cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GroupsError {
    /// It cannot be read.
    #[error("read the groups of {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It says what cannot be.
    #[error("the groups of {path}, {fault}")]
    Fault {
        /// The file.
        path: PathBuf,
        /// The line and what is wrong there.
        fault: String,
    },
}

/// The ways of a file.
#[derive(Debug)]
pub struct Groups {
    path: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    answer: Arc<GroupsAnswer>,
    /// When the file was changed that was read last; none where that is not told.
    changed: Option<SystemTime>,
    looked: Instant,
}

impl Groups {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, GroupsError> {
        let changed = changed(path);
        let answer = Arc::new(GroupsAnswer { ways: read(path)?, fault: "".into() });
        let kept = Mutex::new(Kept { answer, changed, looked: Instant::now() });
        Ok(Self { path: path.to_owned(), kept })
    }

    /// What it says, read again if it changed. Takes a while.
    fn now(&self) -> Arc<GroupsAnswer> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.looked.elapsed() >= LOOK_INTERVAL {
            kept.looked = Instant::now();
            let changed = changed(&self.path);
            if changed != kept.changed {
                kept.changed = changed;
                kept.answer = Arc::new(match read(&self.path) {
                    Ok(ways) => GroupsAnswer { ways, fault: "".into() },
                    Err(error) => {
                        tracing::warn!("the groups stay as they were: {}", sentence(&error));
                        let fault = sentence(&error).into();
                        GroupsAnswer { fault, ..GroupsAnswer::clone(&kept.answer) }
                    }
                });
            }
        }
        Arc::clone(&kept.answer)
    }
}

impl App {
    /// The same app, which offers these ways to group.
    pub fn grouping(mut self, groups: Groups) -> Self {
        self.groups = Some(Arc::new(groups));
        self
    }

    /// The answer of `GET /api/groups`. Takes a while.
    pub(crate) fn group_ways(&self) -> Arc<GroupsAnswer> {
        self.groups.as_ref().map(|groups| groups.now()).unwrap_or_default()
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}

fn read(path: &Path) -> Result<Vec<GroupWay>, GroupsError> {
    let mut text = String::new();
    let ceiling = GROUPS_BYTES_MAX as u64 + 1;
    std::fs::File::open(path)
        .and_then(|file| file.take(ceiling).read_to_string(&mut text))
        .map_err(|source| GroupsError::Read { path: path.to_owned(), source })?;
    file::ways(&text).map_err(|fault| GroupsError::Fault { path: path.to_owned(), fault })
}

fn sentence(error: &GroupsError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
