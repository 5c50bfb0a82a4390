//! What is wrong, too much or from another age: refused by name, or put right.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use scope_report::{Node, Report, TopologyKind};
use scope_wire::{DecodeError, Limits, decode, encode_json};

fn read_json(json: &str) -> Result<Report, DecodeError> {
    decode(json.as_bytes(), "application/json; charset=utf-8", "", &Limits::default())
}

fn read_msgpack(bytes: &[u8], limits: &Limits) -> Result<Report, DecodeError> {
    decode(bytes, "application/msgpack", "", limits)
}

fn node(report: &Report, kind: TopologyKind, id: &str) -> Node {
    report.topology(kind).nodes[id].as_ref().clone()
}

#[track_caller]
fn check_error(result: Result<Report, DecodeError>, expect: &str) {
    assert_eq!(result.unwrap_err().to_string(), expect);
}

#[test]
fn content_types() {
    let result = decode(b"{}", "text/plain", "", &Limits::default());
    check_error(result, "Unsupported Content-Type: text/plain");
    assert_eq!(read_json("{}"), Ok(Report::empty()));
    assert_eq!(read_json("null"), Ok(Report::empty()));
    assert_eq!(read_msgpack(&[0xc0], &Limits::default()), Ok(Report::empty()));
}

#[test]
fn limits() {
    let tight = Limits { nodes_max: 1, ..Limits::default() };
    let two = br#"{"Host":{"nodes":{"a":{},"b":{}}}}"#;
    let result = decode(two, "application/json", "", &tight);
    check_error(result, "report too large: more than 1 nodes");
    let tight = Limits { body_bytes_max: 10, ..Limits::default() };
    let result = decode(two, "application/json", "", &tight);
    check_error(result, "report too large: more than 10 body bytes");
    let tight = Limits { string_bytes_max: 3, ..Limits::default() };
    let result = decode(br#"{"ID":"abcd"}"#, "application/json", "", &tight);
    check_error(result, "report too large: more than 3 bytes in one string");
    let deep = format!("{{\"unknown\":{}", "[".repeat(100_000));
    check_error(read_json(&deep), "report too large: more than 64 levels of maps and lists");
}

#[test]
fn small_input_cannot_take_much_memory() {
    // A list of empty strings: one byte each on the wire, 24 in memory.
    let tight = Limits { decoded_bytes_max: 100_000, ..Limits::default() };
    let set = format!("[{}\"\"]", "\"\",".repeat(10_000));
    let json = format!(r#"{{"Host":{{"nodes":{{"a":{{"adjacency":{set}}}}}}}}}"#);
    let result = decode(json.as_bytes(), "application/json", "", &tight);
    check_error(result, "report too large: more than 100000 bytes when decoded");
}

#[test]
fn lengths_that_lie() {
    let limits = Limits::default();
    // A map of 2^32-1 entries, a list within a skipped value, a string of 1 MiB: none is there.
    let too_early = "malformed report at byte 5: the bytes end too early";
    check_error(read_msgpack(&[0xdf, 255, 255, 255, 255], &limits), too_early);
    let skipped = [0x81, 0xa1, b'x', 0xdd, 255, 255, 255, 255];
    let expect = "malformed report at byte 8: the bytes end too early";
    check_error(read_msgpack(&skipped, &limits), expect);
    let string = [0x81, 0xdb, 0, 16, 0, 0, b'x'];
    let expect = "malformed report at byte 6: the bytes end too early";
    check_error(read_msgpack(&string, &limits), expect);
    let string = [0x81, 0xdb, 255, 255, 255, 255];
    let expect = "report too large: more than 1048576 bytes in one string";
    check_error(read_msgpack(&string, &limits), expect);
    let nested = vec![0x91; 1_000_000];
    let mut unknown = vec![0x81, 0xa1, b'x'];
    unknown.extend(nested);
    unknown.push(0xc0);
    assert_eq!(read_msgpack(&unknown, &limits), Ok(Report::empty()));
}

#[test]
fn forms_beyond_the_dialect() {
    let limits = Limits::default();
    // str8 and bin8 keys and values, a float where a whole number belongs, an extension skipped.
    let mut bytes = vec![0x84, 0xd9, 2, b'I', b'D', 0xc4, 2, b'7', 0xff];
    bytes.extend([0xa6, b'W', b'i', b'n', b'd', b'o', b'w', 0xca, 0x41, 0x20, 0, 0]);
    bytes.extend([0xa1, b'x', 0xd7, 0xff, 1, 2, 3, 4, 5, 6, 7, 8]);
    bytes.extend([0xa2, b'T', b'S', 0xb4]);
    bytes.extend(b"2026-11-20T06:10:58Z");
    let report = read_msgpack(&bytes, &limits).unwrap();
    assert_eq!(report.id, "7\u{fffd}");
    assert_eq!(report.window_nanos, 10);
    assert_eq!(report.ts.to_string(), "2026-11-20T06:10:58Z");
    bytes.push(0);
    let expect = "malformed report at byte 57: bytes after the end of the report";
    check_error(read_msgpack(&bytes, &limits), expect);
}

#[test]
fn json_strings() {
    let report = read_json(r#"{"ID":"\u003c\ud83d\ude00\ud83d\n\/\u0041"}"#).unwrap();
    assert_eq!(report.id, "<\u{1f600}\u{fffd}\n/A");
    let written = String::from_utf8(encode_json(&report)).unwrap();
    assert!(written.ends_with("\"ID\":\"\\u003c\u{1f600}\u{fffd}\\n/A\"}"), "{written}");
    check_error(
        read_json(r#"{"ID":"\x"}"#),
        "malformed report at byte 9: an unknown escape in a string",
    );
    check_error(read_json(r#"{"ID":"a"#), "malformed report at byte 7: a string does not end");
    check_error(
        read_json(r#"{"ID" 1}"#),
        "malformed report at byte 6: expected a colon after a key",
    );
    check_error(read_json(r#"{"ID":1}"#), "malformed report at byte 6: expected a string");
    check_error(read_json("{} x"), "malformed report at byte 3: bytes after the end of the report");
}

#[test]
fn json_numbers() {
    let json = r#"{"Window":3.0E+09,"Host":{"nodes":{"a":{"id":"a","metrics":{"m":
        {"samples":[{"date":"2026-11-20T06:10:58Z","value":1e999},
                    {"date":"2026-11-20T06:10:59Z","value":2},
                    {"date":"2026-11-20T06:10:57Z","value":1}],"min":null,"max":2.16E+09}}}}}}"#;
    let report = read_json(json).unwrap();
    assert_eq!(report.window_nanos, 3_000_000_000);
    let node = node(&report, TopologyKind::Host, "a");
    let metric = node.metrics.get("m").unwrap();
    let values: Vec<_> = metric.samples.iter().map(|sample| sample.value).collect();
    assert_eq!((values, metric.min, metric.max), (vec![1.0, 2.0], 0.0, 2.16e9));
    let written = String::from_utf8(encode_json(&report)).unwrap();
    assert!(written.contains(r#""min":0.0,"max":2160000000.0"#), "{written}");
}

#[test]
fn legacy_controls_and_counters() {
    let json = r#"{"TS":"2026-11-20T06:00:00Z","Container":{"nodes":{"a":{"id":"a",
        "latestControls":{"stop":{"timestamp":"2026-11-20T06:10:58Z","value":{"dead":false}},
                          "start":{"timestamp":"2026-11-20T06:10:59Z","value":{"dead":true}},
                          "exec":{"timestamp":"2026-11-20T06:10:57Z","value":{}}},
        "counters":{"process":3}}}}}"#;
    let node = node(&read_json(json).unwrap(), TopologyKind::Container, "a");
    let controls = node.latest.get("active_controls").unwrap();
    assert_eq!(controls.value, "exec;stop");
    assert_eq!(controls.timestamp.to_string(), "2026-11-20T06:10:59Z");
    let count = node.latest.get("count_process").unwrap();
    assert_eq!(count.value, "3");
    assert_eq!(count.timestamp.to_string(), "2026-11-20T06:00:00Z");
}

#[test]
fn misnamed_dns_replaces_dns() {
    let json = r#"{"nodes":{"10.0.0.1":{"forward":["b","a"]}},"DNS":{"10.0.0.2":{}}}"#;
    let report = read_json(json).unwrap();
    assert_eq!(report.dns.len(), 1);
    assert_eq!(report.dns["10.0.0.1"].forward.as_slice(), ["a", "b"]);
}

#[test]
fn upgrades() {
    let json = r#"{
        "Pod":{"nodes":{
            "p;<pod>":{"id":"p;<pod>","parents":{"replica_set":["r"],"host":["h"]},
                "latest":{"kubernetes_namespace":{"value":"shop"}}},
            "q;<pod>":{"id":"q;<pod>","latest":{"kubernetes_namespace":{"value":"gone"},
                "kubernetes_state":{"value":"deleted"}}}}},
        "ReplicaSet":{"nodes":{"r":{"id":"r","parents":{"deployment":["d"]}}}},
        "Endpoint":{"nodes":{";10.0.0.1;80":{"id":";10.0.0.1;80",
            "sets":{"snooped_dns_names":["shop.example"],"reverse_dns_names":["r.example"]}}}}}"#;
    let mut report = read_json(json).unwrap();
    scope_wire::upgrade(&mut report);
    scope_wire::drop_part_merged(&mut report);
    let pod = node(&report, TopologyKind::Pod, "p;<pod>");
    assert_eq!(pod.topology, "pod");
    assert!(!pod.parents.contains_key("replica_set"));
    assert_eq!(pod.parents.get("deployment").unwrap().as_slice(), ["d"]);
    let namespaces: Vec<_> = report.topology(TopologyKind::Namespace).nodes.keys().collect();
    assert_eq!(namespaces, ["shop;<namespace>"]);
    let namespace = node(&report, TopologyKind::Namespace, "shop;<namespace>");
    assert_eq!(namespace.topology, "namespace");
    assert_eq!(namespace.fact("kubernetes_name"), Some("shop"));
    assert!(report.dns["10.0.0.1"].forward.contains("shop.example"));
    assert!(report.dns["10.0.0.1"].reverse.contains("r.example"));
}

#[test]
fn an_id_unlike_its_key_takes_the_key() {
    let json = r#"{"Host":{"nodes":{"a":{"id":"b","topology":"host"},"c":{"topology":"host"}}}}"#;
    let report = read_json(json).unwrap();
    assert_eq!(node(&report, TopologyKind::Host, "a").id, "a");
    assert_eq!(node(&report, TopologyKind::Host, "c").id, "c");
}

#[test]
fn unknown_keys_are_passed_over_and_free_names_survive() {
    let json = r#"{"Weather":{"nodes":{}},"Process":{"mood":[1,{}],"nodes":{"h;1":{"id":"h;1",
        "topology":"process","colour":"red",
        "latest":{"my_fact":{"timestamp":"2026-11-20T06:17:12Z","value":"x","unit":"s"}},
        "sets":{"my_set":["a"]},"parents":{"my_kind":["b"]}}}}}"#;
    let report = read_json(json).unwrap();
    let node = node(&report, TopologyKind::Process, "h;1");
    assert_eq!(node.fact("my_fact"), Some("x"));
    assert!(node.sets.contains_key("my_set") && node.parents.contains_key("my_kind"));
}
