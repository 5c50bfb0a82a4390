//! The rules of comparison.

use serde_json::Value;
use std::collections::BTreeSet;

/// How our answer departs from the recorded one, in words.
pub fn differences(want: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(want, got, String::new(), &mut found);
    found
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn compare(want: &Value, got: &Value, at: String, found: &mut Vec<String>) {
    if is_empty(want) && !at.ends_with("/nodes") {
        return;
    }
    let mut differ = || found.push(format!("{at}: want {} got {}", short(want), short(got)));
    match (want, got) {
        (Value::Object(_), Value::Object(_)) => compare_maps(want, got, &at, found),
        (Value::Array(a), Value::Array(b)) if a.len() != b.len() => {
            let ids = |list: &[Value]| {
                list.iter().map(|item| item["id"].to_string()).collect::<BTreeSet<_>>()
            };
            let (a_ids, b_ids) = (ids(a), ids(b));
            let only: Vec<_> = a_ids.symmetric_difference(&b_ids).take(4).collect();
            found.push(format!("{at}: want {} items got {}: {only:?}", a.len(), b.len()));
        }
        (Value::Array(a), Value::Array(b)) => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, format!("{at}[{index}]"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > 1e-6 * a.abs().max(1.0) {
                differ();
            }
        }
        _ if want != got => differ(),
        _ => {}
    }
}

fn compare_maps(want: &Value, got: &Value, at: &str, found: &mut Vec<String>) {
    for (key, value) in want.as_object().unwrap() {
        let at = format!("{at}/{key}");
        match got.get(key) {
            None if is_empty(value) => {}
            None => found.push(format!("{at}: want {} got nothing", short(value))),
            Some(ours) if key == "adjacency" => {
                if as_set(value) != as_set(ours) {
                    found.push(format!("{at}: want {} got {}", short(value), short(ours)));
                }
            }
            Some(ours) => compare(value, ours, at, found),
        }
    }
    if at.ends_with("/nodes") {
        let ours = got.as_object().unwrap().keys();
        for key in ours.filter(|key| want.get(key.as_str()).is_none()) {
            found.push(format!("{at}/{key}: an extra node"));
        }
    }
}

fn as_set(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(Value::to_string).collect()
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(160).collect()
}
