//! Every decoder of outside bytes under libFuzzer; `cargo xtask fuzz` builds and runs it.
//!
//! One program for all targets, because linking is what takes time; `SCOPE_FUZZ_TARGET` names the
//! one to run, and `corpus/<target>` holds the bytes it begins with. A target ends with a panic
//! when a decoder panics or a law of its result does not hold. This crate refuses to say what the
//! decoders should answer: that is for their own tests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scope_agent::{MASK, Secrets, Target};
use scope_auth::{Htpasswd, Identity, Method, Rules};
use scope_control::{ControlKinds, JoinCode, PipeId};
use scope_report::Report;
use scope_wire::{CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK, Limits, decode, encode_msgpack};
use std::sync::LazyLock;

/// Names the target to run.
const TARGET_VARIABLE: &str = "SCOPE_FUZZ_TARGET";

/// Names and what to do with the bytes; each has a folder of `corpus`.
const TARGETS: &[(&str, fn(&[u8]))] = &[
    ("msgpack", msgpack),
    ("json", json),
    ("gzip", gzip),
    ("zstd", zstd),
    ("sniffed", sniffed),
    ("duration", duration),
    ("target_address", target_address),
    ("plugin_report", plugin_report),
    ("plugin_control", plugin_control),
    ("netlink", scope_linux::fuzzing::netlink),
    ("dns", scope_linux::fuzzing::dns),
    ("proc_files", scope_linux::fuzzing::proc_files),
    ("secrets", secrets),
    ("control_words", control_words),
    ("access_files", access_files),
];

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var(TARGET_VARIABLE).unwrap_or_default();
    match TARGETS.iter().find(|(known, _)| *known == name) {
        Some((_, run)) => *run,
        None => panic!("{TARGET_VARIABLE} names no target: {name:?}"),
    }
});

fuzz_target!(|bytes: &[u8]| RUN(bytes));

/// Small, so that the limits are reached too.
fn limits() -> Limits {
    Limits {
        decompressed_bytes_max: 1 << 20,
        decoded_bytes_max: 4 << 20,
        nodes_max: 1000,
        string_bytes_max: 4096,
        ..Limits::default()
    }
}

fn msgpack(bytes: &[u8]) {
    if let Ok(report) = decode(bytes, CONTENT_TYPE_MSGPACK, "", &limits()) {
        obey(report);
    }
}

fn json(bytes: &[u8]) {
    if let Ok(report) = decode(bytes, CONTENT_TYPE_JSON, "", &limits()) {
        obey(report);
    }
}

fn gzip(bytes: &[u8]) {
    let _ = decode(bytes, CONTENT_TYPE_MSGPACK, "gzip", &limits());
}

fn zstd(bytes: &[u8]) {
    let _ = decode(bytes, CONTENT_TYPE_MSGPACK, "zstd", &limits());
}

fn sniffed(bytes: &[u8]) {
    let _ = scope_wire::decode_sniffed(bytes, &limits());
}

/// A command line, its arguments apart as in /proc; the first is a name, too.
fn secrets(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut arguments = text.split('\0');
    let line = Secrets::Masked.line(arguments.clone());
    let told = Secrets::Told.line(arguments.clone());
    assert!(line == told || line.contains(MASK));
    let name = arguments.next().unwrap_or_default();
    let value = arguments.next().unwrap_or_default();
    let _ = Secrets::Masked.value(name, value);
}

/// What people and probes write of controls: join codes, ids of pipes, kinds, calls and answers.
fn control_words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(code) = text.parse::<JoinCode>() {
        assert_eq!(code.to_string(), text.trim());
    }
    if let Ok(id) = PipeId::parse(&text) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(kinds) = text.parse::<ControlKinds>() {
        assert_eq!(kinds.to_string().parse::<ControlKinds>().ok(), Some(kinds));
    }
    let (first, second) = text.split_once('\0').unwrap_or((&text, ""));
    let _ = scope_control::parse_call([first, second]);
    let _ = scope_control::parse_reply([first, second]);
}

/// The files that say who is known and what they may do, which an operator writes by hand.
fn access_files(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(users) = Htpasswd::parse(&text) {
        assert!(users.count() <= text.lines().count());
    }
    if let Ok(rules) = Rules::parse(&text) {
        let stranger = Identity::new("nobody", Method::OpenId);
        let _ = rules.access(&stranger).rights_somewhere();
    }
}

fn duration(bytes: &[u8]) {
    let _ = scope_api::parse_go_duration(&String::from_utf8_lossy(bytes));
}

fn target_address(bytes: &[u8]) {
    if let Ok(target) = String::from_utf8_lossy(bytes).parse::<Target>() {
        let again = target.base_url.parse::<Target>();
        assert!(again.is_ok(), "{:?} is no address any more", target.base_url);
    }
}

fn plugin_report(bytes: &[u8]) {
    if let Ok(named) = scope_plugin::parse_report(bytes, "iowait") {
        obey(named.report);
    }
}

fn plugin_control(bytes: &[u8]) {
    if let Ok((_, Some(report))) = scope_plugin::parse_control_answer(bytes, "iowait") {
        obey(report);
    }
}

/// What holds of every report that was taken from outside.
fn obey(report: Report) {
    // Bytes are compared, not reports: a number may be none, which equals nothing.
    let encoded = encode_msgpack(&report);
    match decode(&encoded, CONTENT_TYPE_MSGPACK, "", &Limits::default()) {
        Ok(again) => assert!(encode_msgpack(&again) == encoded, "it is read back otherwise"),
        Err(error) => panic!("what was written cannot be read: {error}"),
    }
    let _ = scope_wire::encode_json(&report);
    let mut changed = report.clone();
    scope_wire::upgrade(&mut changed);
    scope_wire::drop_part_merged(&mut changed);
    changed.merge(&report);
    let _ = scope_wire::delta(&changed, &report);
    let _ = scope_wire::text::write(&changed);
    assert_eq!(scope_wire::text::diff(&changed, &changed.clone()), "");
}
