//! Reports saved as files: one to read, a folder to replay or to show as one.
//!
//! Files that are all named `<unix nanoseconds>.<json|msgpack>[.gz]` are a recording: they come
//! again as they came, for ever. Any others are merged once. The module reads files and refuses
//! to wait: how long to wait is the caller's, who has the clock.

use crate::Limits;
use scope_report::Report;
use scope_wire::{DecodeError, Format};
use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Files of one folder and those below it.
const FILES_MAX: usize = 100_000;

/// Folders within each other; a link in a circle ends here.
const DEPTH_MAX: usize = 16;

/// The least time between two reports, so that equal names do not keep a processor busy.
const SPACING_MIN: Duration = Duration::from_millis(1);

/// The least time before a recording begins again.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Recording {
    /// The merge of all files.
    Fixed(Box<Report>),
    /// Files to read at their time.
    Replay(Replay),
}

/// A saved report cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The system refused.
    #[error("read {path}")]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{path} is no report")]
    Decode {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// The name does not say the format.
    #[error(
        "{path} does not say its format: end its name with .json or .msgpack, then .gz if packed"
    )]
    UnknownFormat {
        /// Which file.
        path: PathBuf,
    },
    /// The folder holds nothing to show.
    #[error("{path} holds no report: no file there ends with .json or .msgpack (and .gz)")]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
    /// The folder holds more than the app is set up for.
    #[error("{path} holds more than {max} {what}")]
    TooMany {
        /// Which folder.
        path: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        max: usize,
    },
}

impl Recording {
    /// Looks at `path`, a file or a folder with all that is below it. Of a folder, files of other
    /// names are passed over.
    pub fn open(
        path: &Path,
        wire_limits: &scope_wire::Limits,
        limits: &Limits,
    ) -> Result<Self, RecordingError> {
        let files = report_files(path)?;
        let stamped: Option<Vec<(u64, PathBuf)>> =
            files.iter().map(|file| Some((unix_nanos(file)?, file.clone()))).collect();
        if let Some(mut stamped) = stamped.filter(|files| files.len() > 1) {
            stamped.sort();
            // What is wrong with all of them is said at once, not file by file later.
            if let Some((_, first)) = stamped.first() {
                read_report(first, wire_limits)?;
            }
            return Ok(Self::Replay(Replay::new(stamped)));
        }
        let mut merged = Report::empty();
        for file in &files {
            merged.merge(&read_report(file, wire_limits)?);
            if merged.node_count() > limits.nodes_max {
                let (path, max) = (path.to_owned(), limits.nodes_max);
                return Err(RecordingError::TooMany { path, what: "nodes", max });
            }
        }
        Ok(Self::Fixed(Box::new(merged)))
    }
}

/// Which file comes next, and how long after the one before; it has no end.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Each with the time from it to the next.
    files: VecDeque<(PathBuf, Duration)>,
    wait: Duration,
}

impl Replay {
    /// `stamped` is sorted.
    fn new(stamped: Vec<(u64, PathBuf)>) -> Self {
        let stamp = |entry: Option<&(u64, PathBuf)>| entry.map_or(0, |(stamp, _)| *stamp);
        let span = stamp(stamped.last()).saturating_sub(stamp(stamped.first()));
        let count = u64::try_from(stamped.len()).unwrap_or(u64::MAX).max(1);
        // Nobody knows how long after the last the first would come again: as usual, we say.
        let pause = Duration::from_nanos(span / count).max(PAUSE_MIN);
        let next = stamped.iter().skip(1).map(|(stamp, _)| *stamp);
        let spacings: Vec<Duration> = stamped
            .iter()
            .zip(next)
            .map(|((stamp, _), next)| {
                Duration::from_nanos(next.saturating_sub(*stamp)).max(SPACING_MIN)
            })
            .chain([pause])
            .collect();
        let files = stamped.into_iter().map(|(_, path)| path).zip(spacings).collect();
        Self { files, wait: Duration::ZERO }
    }
}

impl Iterator for Replay {
    type Item = (Duration, PathBuf);

    /// How long to wait after the file before, and the file to read then.
    fn next(&mut self) -> Option<Self::Item> {
        let (path, spacing) = self.files.pop_front()?;
        self.files.push_back((path.clone(), spacing));
        Some((std::mem::replace(&mut self.wait, spacing), path))
    }
}

/// Reads the report in the file at `path`, whose name says the format.
pub fn read_report(path: &Path, limits: &scope_wire::Limits) -> Result<Report, RecordingError> {
    let Some(format) = format_of(path) else {
        return Err(RecordingError::UnknownFormat { path: path.to_owned() });
    };
    let failed = |source| RecordingError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for the decoder to refuse.
    let ceiling = u64::try_from(limits.body_bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let file = File::open(path).map_err(failed)?;
    file.take(ceiling).read_to_end(&mut bytes).map_err(failed)?;
    format
        .decode(&bytes, limits)
        .map_err(|source| RecordingError::Decode { path: path.to_owned(), source })
}

fn format_of(path: &Path) -> Option<Format> {
    Format::of_name(path.file_name()?.to_str()?)
}

/// The stamp of `1488557088545489008.msgpack.gz`.
fn unix_nanos(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok()
}

/// The file at `path`, or the reports in the folder and below, in the order of their names.
fn report_files(path: &Path) -> Result<Vec<PathBuf>, RecordingError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| RecordingError::Read { path, source }
    };
    if !std::fs::metadata(path).map_err(failed(path))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![(path.to_owned(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?.path();
            let metadata = std::fs::metadata(&entry).map_err(failed(&entry))?;
            if metadata.is_dir() && depth < DEPTH_MAX {
                folders.push((entry, depth + 1));
            } else if metadata.is_file() && format_of(&entry).is_some() {
                files.push(entry);
            }
            if files.len() + folders.len() > FILES_MAX {
                let path = path.to_owned();
                return Err(RecordingError::TooMany { path, what: "files", max: FILES_MAX });
            }
        }
    }
    if files.is_empty() {
        return Err(RecordingError::Empty { path: path.to_owned() });
    }
    files.sort();
    Ok(files)
}
