//! `scope report` and `--app.collector` by the program itself, over real files and a real app.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use scope_testkit::wait;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

const BEFORE: &str = r#"{"Process":{"nodes":{
    "web-1;101":{"id":"web-1;101","topology":"process",
        "latest":{"name":{"timestamp":"2026-11-20T06:17:12Z","value":"nginx"}},
        "parents":{"host":["web-1;<host>"]}}}},
    "Host":{"nodes":{"web-1;<host>":{"id":"web-1;<host>","topology":"host"}}}}"#;

const AFTER: &str = r#"{"Endpoint":{"nodes":{";10.0.0.1;51000":{"id":";10.0.0.1;51000",
        "topology":"endpoint","adjacency":[";10.0.0.2;5432"]}}},
    "Process":{"nodes":{
    "web-1;101":{"id":"web-1;101","topology":"process",
        "latest":{"name":{"timestamp":"2026-11-20T06:17:15Z","value":"nginx: worker"}},
        "parents":{"host":["web-1;<host>"]}}}},
    "Host":{"nodes":{"web-2;<host>":{"id":"web-2;<host>","topology":"host"}}}}"#;

/// A folder of its own, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("scope-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            std::fs::write(path.join(file), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scope() -> Command {
    Command::new(env!("CARGO_BIN_EXE_scope"))
}

/// Runs `scope report` with `words` in `folder`, `input` on its standard input.
fn run(folder: &Folder, words: &[&str], input: &[u8]) -> Output {
    let mut child = scope()
        .arg("report")
        .args(words)
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn check(output: &Output, status: i32, expect: &Expect) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{errors}");
    expect.assert_eq(&format!("{}{errors}", String::from_utf8_lossy(&output.stdout)));
}

#[test]
fn a_report_is_shown_as_text() {
    let folder = Folder::new("show", &[("a.json", AFTER)]);
    let text = expect![[r#"
        host web-1
          process 101 "nginx: worker"
        host web-2
        connect 10.0.0.1:51000 -> 10.0.0.2:5432
    "#]];
    check(&run(&folder, &["show", "a.json"], b""), 0, &text);
    check(&run(&folder, &["show", "-"], AFTER.as_bytes()), 0, &text);
}

#[test]
fn two_reports_are_compared() {
    let folder = Folder::new("diff", &[("a.json", BEFORE), ("b.json", AFTER)]);
    check(
        &run(&folder, &["diff", "a.json", "b.json"], b""),
        1,
        &expect![[r#"
            + endpoint 10.0.0.1:51000 -> 10.0.0.2:5432
            ~ process 101 "nginx: worker"
                fact name: "nginx" -> "nginx: worker"
            - host web-1
            + host web-2
        "#]],
    );
    check(&run(&folder, &["diff", "a.json", "-"], BEFORE.as_bytes()), 0, &expect![""]);
    check(
        &run(&folder, &["diff", "a.json", "missing.json"], b""),
        2,
        &expect![[r#"
            scope report: read missing.json: No such file or directory (os error 2)
        "#]],
    );
}

#[test]
fn formats_are_converted_without_loss() {
    let folder = Folder::new("convert", &[("a.json", AFTER)]);
    for (from, to) in [("a.json", "b.msgpack.gz"), ("b.msgpack.gz", "c.json.gz")] {
        check(&run(&folder, &["convert", from, to], b""), 0, &expect![""]);
    }
    check(&run(&folder, &["diff", "a.json", "c.json.gz"], b""), 0, &expect![""]);
    let json = run(&folder, &["convert", "b.msgpack.gz", "-"], b"").stdout;
    check(&run(&folder, &["diff", "-", "a.json"], &json), 0, &expect![""]);
    check(
        &run(&folder, &["convert", "a.json", "b.yaml"], b""),
        1,
        &expect![[r#"
            scope report: b.yaml: end the name with .json or .msgpack, then .gz to pack it
        "#]],
    );
    check(
        &run(&folder, &["show", "-"], b"{\"TS\":"),
        1,
        &expect![[r#"
            scope report: standard input is no report: malformed report at byte 6: expected a string
        "#]],
    );
}

#[test]
fn help_teaches() {
    let folder = Folder::new("help", &[]);
    for words in [&["--help"][..], &["diff", "--help"]] {
        let help = String::from_utf8(run(&folder, words, b"").stdout).unwrap();
        assert!(help.contains("scope report show http://localhost:4040"), "{help}");
    }
}

/// An app on a port of its own, killed with the test.
struct App {
    child: Child,
    url: String,
}

impl App {
    fn start(folder: &Folder) -> Self {
        let mut child = scope()
            .args(["app", "--app.http.address=127.0.0.1:0", "--app.old-probes"])
            .arg(format!("--app.collector=file://{}", folder.0.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        Self { child, url: url.trim_end_matches('.').replace("localhost", "127.0.0.1") }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_app_shows_saved_reports_as_one() {
    let folder = Folder::new("fixed", &[("a.json", BEFORE), ("b.json", AFTER)]);
    let app = App::start(&folder);
    check(
        &run(&folder, &["show", &app.url], b""),
        0,
        &expect![[r#"
            host web-1
              process 101 "nginx: worker"
            host web-2
            connect 10.0.0.1:51000 -> 10.0.0.2:5432
        "#]],
    );
    let wrong = run(&folder, &["show", &format!("{}/api/nothing", app.url)], b"");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("404"), "{wrong:?}");
}

#[test]
fn the_app_replays_a_recording() {
    let files = [("1000000000.json", BEFORE), ("1200000000.json", AFTER)];
    let folder = Folder::new("replay", &files);
    let app = App::start(&folder);
    let both_came = || {
        let text = String::from_utf8(run(&folder, &["show", &app.url], b"").stdout).unwrap();
        (text.contains("host web-1") && text.contains("host web-2")).then_some(())
    };
    wait::until("both reports of the recording", LIMIT, both_came).unwrap();
}
