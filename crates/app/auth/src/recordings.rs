//! Recordings of terminals: what was shown, when, in asciicast (version 2).
//!
//! What is typed is not kept, for it may be a password; what the program echoes is shown. A
//! recording ends at its bound while the terminal goes on, and the oldest recordings make room.

use crate::data_dir::{DataDir, DataError};
use crate::secret::Digest;
use std::fs::File;
use std::io::Write;
use std::time::Duration;

/// Bytes of one recording.
pub const RECORDING_BYTES_MAX: u64 = 16 << 20;

/// Recordings that are kept.
pub const RECORDINGS_MAX: usize = 256;

/// The size of a terminal of which nobody has said it yet: columns and rows.
const SIZE: (u16, u16) = (80, 24);

/// What the name of a recording ends with.
const EXTENSION: &str = ".cast";

/// The recordings of a data directory.
#[derive(Clone, Debug)]
pub struct Recordings(DataDir);

/// A terminal being recorded.
#[derive(Debug)]
pub struct Recording {
    id: String,
    file: File,
    bytes_left: u64,
}

impl Recordings {
    /// The recordings kept in `data`.
    pub fn open(data: &DataDir) -> Result<Self, DataError> {
        Ok(Self(data.folder("recordings")?))
    }

    /// Begins a recording of a terminal of that size, columns and rows, if it is known; its id
    /// tells when it began, so that ids are in the order of time.
    pub fn begin(
        &self,
        title: &str,
        size: Option<(u16, u16)>,
        random: [u8; 32],
        now_secs: u64,
    ) -> Result<Recording, DataError> {
        let mut names = self.0.names(RECORDINGS_MAX * 4);
        names.sort();
        let surplus = (names.len() + 1).saturating_sub(RECORDINGS_MAX);
        for name in names.iter().take(surplus) {
            self.0.remove(name)?;
        }
        let secret = crate::secret::Secret::new("", random);
        let tail: String = Digest::of(secret.text()).hex().chars().take(16).collect();
        let id = format!("{now_secs:012}-{tail}");
        let name = format!("{id}{EXTENSION}");
        let (width, height) = size.unwrap_or(SIZE);
        let head = serde_json::json!({
            "version": 2, "width": width, "height": height, "timestamp": now_secs, "title": title,
            "env": {"TERM": "xterm-256color"},
        });
        let mut recording =
            Recording { id, file: self.0.append(&name)?, bytes_left: RECORDING_BYTES_MAX };
        recording.write(&head).map_err(|source| self.0.failed("write", &name, source))?;
        Ok(recording)
    }

    /// A whole recording, as far as it has come; `None` if there is none of that id.
    pub fn read(&self, id: &str) -> Result<Option<String>, DataError> {
        let is_id = !id.is_empty() && id.chars().all(|one| one.is_ascii_hexdigit() || one == '-');
        if !is_id {
            return Ok(None);
        }
        // A line that is being written may be counted beyond the bound.
        self.0.read(&format!("{id}{EXTENSION}"), RECORDING_BYTES_MAX * 2)
    }
}

impl Recording {
    /// By what it is read.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Notes what was shown so long after the beginning, while there is room.
    pub fn shown(&mut self, elapsed: Duration, bytes: &[u8]) -> std::io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.write(&serde_json::json!([secs(elapsed), "o", text]))
    }

    /// Notes another size: columns and rows.
    pub fn resized(
        &mut self,
        elapsed: Duration,
        (columns, rows): (u16, u16),
    ) -> std::io::Result<()> {
        self.write(&serde_json::json!([secs(elapsed), "r", format!("{columns}x{rows}")]))
    }

    fn write(&mut self, line: &serde_json::Value) -> std::io::Result<()> {
        let mut line = line.to_string();
        line.push('\n');
        let length = line.len() as u64;
        if length > self.bytes_left {
            self.bytes_left = 0;
            return Ok(());
        }
        self.bytes_left -= length;
        self.file.write_all(line.as_bytes())
    }
}

/// To the microsecond.
fn secs(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1_000_000.0).round() / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn what_was_shown_is_read_back() {
        let folder = Folder::new("recordings");
        let recordings = Recordings::open(folder.data()).unwrap();
        let mut recording =
            recordings.begin("eve on web-1", Some((132, 50)), [1; 32], 100).unwrap();
        recording.shown(Duration::from_millis(1500), "ls\r\nü".as_bytes()).unwrap();
        recording.resized(Duration::from_secs(2), (100, 30)).unwrap();
        let text = recordings.read(recording.id()).unwrap().unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let head: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!((&head["version"], &head["title"]), (&2.into(), &"eve on web-1".into()));
        assert_eq!((&head["width"], &head["height"]), (&132.into(), &50.into()));
        assert_eq!(lines[1..], ["[1.5,\"o\",\"ls\\r\\nü\"]", "[2.0,\"r\",\"100x30\"]"]);
        for id in ["", "..", "../audit", "0", "x/y"] {
            assert_eq!(recordings.read(id).unwrap(), None, "{id}");
        }
    }

    #[test]
    fn recordings_are_bounded() {
        let folder = Folder::new("recordings-bounds");
        let recordings = Recordings::open(folder.data()).unwrap();
        let mut first = recordings.begin("first", None, [0; 32], 1).unwrap();
        for _ in 0..40 {
            first.shown(Duration::ZERO, &[b'x'; 1 << 19]).unwrap();
        }
        let length = recordings.read(first.id()).unwrap().unwrap().len() as u64;
        assert!(length <= RECORDING_BYTES_MAX && length > RECORDING_BYTES_MAX / 2);
        for number in 0..RECORDINGS_MAX as u64 {
            recordings.begin("more", None, [2; 32], 100 + number).unwrap();
        }
        assert_eq!(recordings.read(first.id()).unwrap(), None, "the oldest makes room");
        assert_eq!(recordings.0.names(10_000).len(), RECORDINGS_MAX);
    }
}
