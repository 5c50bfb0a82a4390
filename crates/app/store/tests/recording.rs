//! Saved reports from real folders.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use scope_report::{Node, Report, TopologyKind};
use scope_store::{Limits, Moment, Recording, RecordingError, Replay, Store};
use scope_wire::Format;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A folder of its own, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[&str]) -> Self {
        let path = std::env::temp_dir().join(format!("scope-{name}-{}", std::process::id()));
        let folder = Self(path);
        std::fs::create_dir_all(&folder.0).unwrap();
        for file in files {
            folder.write(file, &Format::of_name(file).unwrap().encode(&report(file)));
        }
        folder
    }

    fn write(&self, file: &str, bytes: &[u8]) {
        let path = self.0.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn open(&self) -> Result<Recording, RecordingError> {
        Recording::open(&self.0, &scope_wire::Limits::default(), &Limits::default())
    }

    fn replay(&self) -> Replay {
        match self.open().unwrap() {
            Recording::Replay(replay) => replay,
            Recording::Fixed(_) => unreachable!("all names are stamps"),
        }
    }

    fn fixed(&self) -> Report {
        match self.open().unwrap() {
            Recording::Fixed(report) => *report,
            Recording::Replay(_) => unreachable!("not all names are stamps"),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A report of one host, named after the file.
fn report(name: &str) -> Report {
    let mut report = Report::empty();
    report.topology_mut(TopologyKind::Host).add(Node::new(format!("{name};<host>"), "host"));
    report
}

#[test]
fn stamped_files_come_again_as_they_came() {
    let files = ["4000000000.json", "sub/1000000000.msgpack", "1500000000.msgpack.gz"];
    let folder = Folder::new("replay", &files);
    folder.write("README.md", b"not a report");
    let come: Vec<(u128, String)> = folder
        .replay()
        .take(5)
        .map(|(wait, path)| {
            (wait.as_millis(), path.file_name().unwrap().to_string_lossy().into_owned())
        })
        .collect();
    let expect = [
        (0, "1000000000.msgpack"),
        (500, "1500000000.msgpack.gz"),
        (2500, "4000000000.json"),
        // The mean spacing of a recording of three seconds and three files.
        (1000, "1000000000.msgpack"),
        (500, "1500000000.msgpack.gz"),
    ];
    assert_eq!(come, expect.map(|(wait, name)| (wait, name.to_owned())));
}

#[test]
fn equal_stamps_do_not_spin() {
    let folder = Folder::new("equal", &["1.json", "sub/1.json"]);
    let waits: Vec<Duration> = folder.replay().skip(1).take(2).map(|(wait, _)| wait).collect();
    assert_eq!(waits, [Duration::from_millis(1), Duration::from_millis(100)]);
}

#[test]
fn other_names_are_merged_once() {
    let folder = Folder::new("fixed", &["1000000000.json", "web.msgpack.gz", "a/b/db.json"]);
    assert_eq!(folder.fixed().topology(TopologyKind::Host).nodes.len(), 3);
}

#[test]
fn one_stamped_file_is_no_recording() {
    let folder = Folder::new("single", &["1000000000.json"]);
    assert_eq!(folder.fixed().node_count(), 1);
}

#[test]
fn a_fixed_store_takes_nothing_and_forgets_nothing() {
    let store = Store::fixed(Arc::new(report("saved")));
    let late = Moment::from_secs(3600);
    assert_eq!(store.add(Arc::new(report("posted")), "p", late), Ok(()));
    let snapshot = store.snapshot(late);
    let hosts = &snapshot.report.topology(TopologyKind::Host).nodes;
    assert_eq!(hosts.keys().map(AsRef::as_ref).collect::<Vec<&str>>(), ["saved;<host>"]);
    assert_eq!(store.summary_lines(late), ["not implemented"]);
    assert!(store.has_reports(late));
}

#[test]
fn what_is_wrong_names_the_file() {
    let folder = Folder::new("wrong", &[]);
    let check = |expect: &str| {
        let error = folder.open().unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    check("holds no report");
    folder.write("1.json", b"{");
    check("1.json is no report");
    folder.write("2.json", b"{}");
    check("1.json is no report");
    let missing = folder.0.join("missing.json");
    let limits = scope_wire::Limits { body_bytes_max: 1, ..scope_wire::Limits::default() };
    let error = Recording::open(&missing, &limits, &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("missing.json"), "{error}");
    let large = Recording::open(&folder.0.join("2.json"), &limits, &Limits::default());
    assert!(matches!(large, Err(RecordingError::Decode { .. })), "{large:?}");
    folder.write("notes.txt", b"x");
    let other = Recording::open(&folder.0.join("notes.txt"), &limits, &Limits::default());
    assert!(matches!(other, Err(RecordingError::UnknownFormat { .. })), "{other:?}");
}
