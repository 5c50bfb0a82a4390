//! Who is known and what they may do: the file of passwords and the file of rules.
//!
//! Both are read again when they change, so that whoever is taken out of them is out at once. One
//! that cannot be read any more is told of, and what was read before stays in force: a slip of the
//! pen must neither lock everybody out nor let anybody in.

use crate::htpasswd::{HTPASSWD_BYTES_MAX, Htpasswd};
use crate::rules::{RULES_BYTES_MAX, Rules};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

/// Where the two files are; none where the flags name none.
#[derive(Clone, Debug, Default)]
pub struct DecidingFiles {
    /// Names and passwords.
    pub users: Option<PathBuf>,
    /// Who has which role.
    pub rules: Option<PathBuf>,
}

/// What the two files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) users: Option<Htpasswd>,
    pub(crate) rules: Rules,
}

/// The files and what they say now.
pub(crate) struct Deciding {
    files: DecidingFiles,
    current: RwLock<Arc<Decided>>,
    seen: Mutex<[Option<State>; 2]>,
}

/// What tells two states of a file apart: its time, its size, its number.
type State = (SystemTime, u64, u64);

impl Deciding {
    pub(crate) fn new(files: DecidingFiles, decided: Decided) -> Self {
        Self { files, current: RwLock::new(Arc::new(decided)), seen: Mutex::default() }
    }

    pub(crate) fn current(&self) -> Arc<Decided> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what was written since; says whether it says something else, and what is wrong.
    pub(crate) fn refresh(&self) -> (bool, Vec<String>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let [users_seen, rules_seen] = &mut *seen;
        let before = self.current();
        let mut decided = Decided::clone(&before);
        let mut problems = Vec::new();
        let users = written(self.files.users.as_deref(), users_seen, HTPASSWD_BYTES_MAX);
        match users.map(|text| Htpasswd::parse(&text?).map_err(|error| error.to_string())) {
            Some(Ok(users)) => decided.users = Some(users),
            Some(Err(error)) => problems.push(format!("the passwords stay as they were: {error}")),
            None => {}
        }
        let rules = written(self.files.rules.as_deref(), rules_seen, RULES_BYTES_MAX);
        match rules.map(|text| Rules::parse(&text?).map_err(|error| error.to_string())) {
            Some(Ok(rules)) => decided.rules = rules,
            Some(Err(error)) => problems.push(format!("the rules stay as they were: {error}")),
            None => {}
        }
        let is_new = decided != *before;
        if is_new {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(decided);
        }
        (is_new, problems)
    }
}

/// The text of a file that was written since it was last seen.
fn written(
    path: Option<&Path>,
    seen: &mut Option<State>,
    bytes_max: usize,
) -> Option<Result<String, String>> {
    let path = path?;
    let metadata = std::fs::metadata(path).ok();
    let state = metadata.and_then(|own| Some((own.modified().ok()?, own.len(), own.ino())));
    if *seen == state {
        return None;
    }
    *seen = state;
    let failed = |error: std::io::Error| format!("read {}: {error}", path.display());
    let read = || {
        let mut text = String::new();
        let bytes_max = (bytes_max as u64).saturating_add(1);
        File::open(path)?.take(bytes_max).read_to_string(&mut text)?;
        Ok(text)
    };
    Some(read().map_err(failed))
}
