//! What a plugin may say, and what it may not.

use super::*;
use scope_report::TopologyKind;

const SPEC: &str = r#"{"id":"iowait","label":"IOWait","interfaces":["reporter","controller"],
    "api_version":"1","description":"shows waiting"}"#;

fn report(specs: &str) -> String {
    format!(
        r#"{{"ID":"7","Shortcut":true,"Window":9,"Host":{{"shape":"square","nodes":{{"web-1;<host>":
        {{"id":"web-1;<host>","topology":"host"}}}}}},"Plugins":[{specs}]}}"#
    )
}

#[track_caller]
fn refused(text: &str, word: &str) {
    let error = parse_report(text.as_bytes(), "iowait").unwrap_err().to_string();
    assert!(error.contains(word), "{error}");
}

#[test]
fn a_plugin_says_who_it_is() {
    let named = parse_report(report(SPEC).as_bytes(), "iowait").unwrap();
    assert!(named.is_controller());
    assert_eq!((named.spec.label.as_str(), named.spec.status.as_str()), ("IOWait", "ok"));
    let host = named.report.topology(TopologyKind::Host);
    assert_eq!(host.nodes.len(), 1);
    assert_eq!(host.shape, "", "the looks of hosts are not its to say");
    assert!(!named.report.shortcut && named.report.plugins.is_empty());
}

#[test]
fn what_is_wrong_is_said() {
    refused("", "unreadable");
    refused("[]", "unreadable");
    refused(&report(""), "lists 0 plugins");
    let other = SPEC.replace("iowait", "other");
    refused(&report(&format!("{SPEC},{other}")), "lists 2 plugins");
    refused(&report(&other), "\"other\"");
    refused(&report(&SPEC.replace("\"1\"", "\"2\"")), "version \"2\"");
    refused(&report(&SPEC.replace("IOWait", " ")), "no label");
    refused(&report(&SPEC.replace("\"reporter\",", "")), "without \"reporter\"");
}

#[test]
fn answers_to_controls_may_bring_a_report() {
    let read = |text: &str| parse_control_answer(text.as_bytes(), "iowait");
    assert_eq!(read("").unwrap().0, Outcome::default());
    assert_eq!(read(r#"{"error":"no"}"#).unwrap().0, Outcome::failed("no"));
    for key in ["shortcutReport", "ShortcutReport"] {
        for specs in [SPEC, ""] {
            let text = format!(r#"{{"value":{{"a":[1]}},"{key}":{}}}"#, report(specs));
            let (outcome, report) = read(&text).unwrap();
            assert_eq!(outcome.value, Some(serde_json::json!({"a": [1]})));
            assert_eq!(report.unwrap().topology(TopologyKind::Host).nodes.len(), 1);
        }
    }
    assert!(read(r#"{"shortcutReport":null}"#).unwrap().1.is_none());
    assert!(read("[").is_err());
    assert!(read(r#"{"shortcutReport":3}"#).is_err());
    let other = report(&SPEC.replace("iowait", "other"));
    assert!(read(&format!(r#"{{"shortcutReport":{other}}}"#)).is_err());
    let long = format!(r#"{{"value":"{}"}}"#, "x".repeat(CONTROL_BYTES_MAX));
    assert!(matches!(read(&long), Err(AnswerError::TooLong)));
}
