//! Prints how long the largest recorded report takes to read and write: the best and the median
//! of `ROUNDS`, in milliseconds. Run with `--release`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a developer")]

use scope_wire::{CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK, Limits, decode, delta};
use scope_wire::{encode_json, encode_msgpack, encode_msgpack_gzip};
use std::time::Instant;

const ROUNDS: usize = 21;

const POST: &[u8] = include_bytes!("../testdata/full-large.msgpack.gz");

fn main() {
    let limits = Limits::default();
    let report = decode(POST, CONTENT_TYPE_MSGPACK, "gzip", &limits).unwrap();
    let msgpack = encode_msgpack(&report);
    let json = encode_json(&report);
    println!("{} nodes, {} bytes of msgpack", report.node_count(), msgpack.len());
    time("gunzip and decode msgpack", || decode(POST, CONTENT_TYPE_MSGPACK, "gzip", &limits));
    time("decode msgpack", || decode(&msgpack, CONTENT_TYPE_MSGPACK, "", &limits));
    time("encode msgpack", || encode_msgpack(&report));
    time("encode msgpack and gzip at 1", || encode_msgpack_gzip(&report, 1));
    time("encode msgpack and gzip at 6", || encode_msgpack_gzip(&report, 6));
    time("decode json", || decode(&json, CONTENT_TYPE_JSON, "", &limits));
    time("encode json", || encode_json(&report));
    let again = decode(&msgpack, CONTENT_TYPE_MSGPACK, "", &limits).unwrap();
    time("delta, nothing shared", || delta(&again, &report));
    time("delta, all shared", || delta(&report.clone(), &report));
    time("merge of two", || {
        let mut merged = report.clone();
        merged.merge(&again);
        merged
    });
}

fn time<T>(name: &str, mut work: impl FnMut() -> T) {
    let mut millis: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let made = work();
            let spent = start.elapsed().as_secs_f64() * 1e3;
            drop(made);
            spent
        })
        .collect();
    millis.sort_by(f64::total_cmp);
    println!("{name:32} best {:7.2} median {:7.2}", millis[0], millis[ROUNDS / 2]);
}
