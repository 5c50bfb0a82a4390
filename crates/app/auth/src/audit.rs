//! The audit log: who signed in, who did what to which node, who had a terminal.
//!
//! Lines of JSON in `audit.jsonl`, numbered without a gap; a file that is full is put aside and the
//! oldest is let go. Each line is written whole and at once, so that a loss of power costs at most
//! the last. A failing disk must not stop an operator from acting: the failure is returned, to be
//! logged, and the deed goes on.

use crate::data_dir::{DataDir, DataError};
use scope_api::AuditEntry;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a file before it is put aside.
pub const AUDIT_FILE_BYTES_MAX: u64 = 8 << 20;

/// Files, the current one included.
pub const AUDIT_FILES_MAX: usize = 8;

/// Bytes of one line; what is longer is cut down to who and what.
const LINE_BYTES_MAX: usize = 16 << 10;

const FILE: &str = "audit.jsonl";

/// The audit log of a data directory.
#[derive(Debug)]
pub struct AuditLog {
    data: DataDir,
    file_bytes_max: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    bytes: u64,
    next_number: u64,
}

impl AuditLog {
    /// Opens the log of `data`, numbering on where it ended.
    pub fn open(data: DataDir) -> Result<Self, DataError> {
        Self::with_files_of(data, AUDIT_FILE_BYTES_MAX)
    }

    fn with_files_of(data: DataDir, file_bytes_max: u64) -> Result<Self, DataError> {
        let file = data.append(FILE)?;
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let log =
            Self { data, file_bytes_max, state: Mutex::new(State { file, bytes, next_number: 1 }) };
        let last = log.newest(u64::MAX, 1)?;
        let next_number = last.first().map_or(1, |entry| entry.number.saturating_add(1));
        let mut state = log.lock();
        state.next_number = next_number;
        // A last line that was cut off must not swallow the next one.
        if state.bytes > 0 {
            let _unwritable = state.file.write_all(b"\n");
            state.bytes += 1;
        }
        drop(state);
        Ok(log)
    }

    /// Adds an entry, giving it its number.
    pub fn add(&self, mut entry: AuditEntry) -> Result<(), DataError> {
        let mut state = self.lock();
        entry.number = state.next_number;
        let mut line = serde_json::to_vec(&entry).unwrap_or_default();
        if line.len() > LINE_BYTES_MAX {
            let AuditEntry { number, time, event, who, method, from, outcome, .. } = entry;
            let outcome = outcome.chars().take(1024).collect();
            let short = AuditEntry {
                number,
                time,
                event,
                who,
                method,
                from,
                outcome,
                ..Default::default()
            };
            line = serde_json::to_vec(&short).unwrap_or_default();
        }
        line.push(b'\n');
        let length = line.len() as u64;
        if state.bytes > 0 && state.bytes.saturating_add(length) > self.file_bytes_max {
            self.put_aside(&mut state)?;
        }
        let written = state.file.write_all(&line);
        written.map_err(|source| self.data.failed("write", FILE, source))?;
        state.bytes = state.bytes.saturating_add(length);
        state.next_number = state.next_number.saturating_add(1);
        Ok(())
    }

    /// The newest entries whose number is below `before`, newest first, at most `count_max`. Reads
    /// whole files: not for an async task.
    pub fn newest(&self, before: u64, count_max: usize) -> Result<Vec<AuditEntry>, DataError> {
        let mut found = Vec::new();
        for index in 0..AUDIT_FILES_MAX {
            // Lines are whole but for those of a file that grows while it is read.
            let bytes_max = self.file_bytes_max.saturating_add(LINE_BYTES_MAX as u64 * 2);
            let Some(text) = self.data.read(&name(index), bytes_max)? else { break };
            let entries = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
            let wanted = entries.filter(|entry: &AuditEntry| entry.number < before);
            found.extend(wanted.take(count_max - found.len()));
            if found.len() >= count_max {
                break;
            }
        }
        Ok(found)
    }

    /// Makes the current file the first of the older ones, each of which moves on by one.
    fn put_aside(&self, state: &mut State) -> Result<(), DataError> {
        self.data.remove(&name(AUDIT_FILES_MAX - 1))?;
        for index in (0..AUDIT_FILES_MAX - 1).rev() {
            if self.data.file(&name(index)).exists() {
                self.data.rename(&name(index), &name(index + 1))?;
            }
        }
        state.file = self.data.append(FILE)?;
        state.bytes = 0;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the current file (0) or of an older one.
fn name(index: usize) -> String {
    if index == 0 { FILE.to_owned() } else { format!("{FILE}.{index}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn entry(node: &str) -> AuditEntry {
        AuditEntry {
            time: "2026-11-20T10:00:00Z".into(),
            event: "control".into(),
            who: "eve".into(),
            node: node.into(),
            outcome: "ok".into(),
            ..AuditEntry::default()
        }
    }

    fn numbers(entries: &[AuditEntry]) -> Vec<u64> {
        entries.iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn the_newest_come_first_page_by_page() {
        let folder = Folder::new("audit");
        let log = AuditLog::open(folder.data().clone()).unwrap();
        for number in 1..=5 {
            log.add(entry(&format!("n{number}"))).unwrap();
        }
        let page = log.newest(u64::MAX, 2).unwrap();
        assert_eq!((numbers(&page), page[0].node.as_str()), (vec![5, 4], "n5"));
        assert_eq!(numbers(&log.newest(4, 10).unwrap()), [3, 2, 1]);
        assert_eq!(numbers(&log.newest(1, 10).unwrap()), [0; 0]);
    }

    #[test]
    fn numbers_go_on_after_a_restart_and_a_torn_line() {
        let folder = Folder::new("audit-torn");
        let log = AuditLog::open(folder.data().clone()).unwrap();
        log.add(entry("a")).unwrap();
        drop(log);
        folder.data().append(FILE).unwrap().write_all(b"{\"number\":2,\"ti").unwrap();
        let log = AuditLog::open(folder.data().clone()).unwrap();
        log.add(entry("b")).unwrap();
        assert_eq!(numbers(&log.newest(u64::MAX, 10).unwrap()), [2, 1]);
    }

    #[test]
    fn files_are_bounded_in_size_and_number() {
        let folder = Folder::new("audit-bounds");
        let log = AuditLog::with_files_of(folder.data().clone(), 1000).unwrap();
        for number in 0..200 {
            log.add(entry(&format!("n{number}"))).unwrap();
        }
        log.add(entry(&"x".repeat(LINE_BYTES_MAX))).unwrap();
        let names = folder.data().names(100);
        assert_eq!(names.len(), AUDIT_FILES_MAX);
        for name in names {
            let length = std::fs::metadata(folder.data().file(&name)).unwrap().len();
            assert!(length <= 1000, "{name} has {length}");
        }
        let all = log.newest(u64::MAX, 1000).unwrap();
        assert_eq!((all[0].number, all[0].node.as_str()), (201, ""));
        let expected: Vec<u64> = (202 - all.len() as u64..=201).rev().collect();
        assert_eq!(numbers(&all), expected);
    }
}
