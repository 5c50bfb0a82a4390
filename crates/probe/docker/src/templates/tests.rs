//! The templates against those of a Scope 1.13.2 probe.

use super::*;
use serde_json::{Value, json};

fn recorded(section: &str, part: &str) -> Vec<(String, Value)> {
    let text = include_str!("../../../../../testdata/docker/scope-1.13.2.json");
    let all: Value = serde_json::from_str(text).unwrap();
    let part = all[section][part].as_object().cloned().unwrap_or_default();
    part.into_iter().collect()
}

/// A map as the wire has it: blank, zero and empty members left out.
fn object(members: &[(&str, Value)]) -> Value {
    let blank = [json!(""), json!(0), json!(0.0)];
    let kept = members.iter().filter(|(_, value)| !blank.contains(value));
    kept.map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

#[track_caller]
fn check(section: &str, part: &str, ours: Vec<(String, Value)>) {
    let ours = ours.into_iter().filter(|(id, _)| id != keys::CONTAINER_HEALTH);
    assert_eq!(ours.collect::<Vec<_>>(), recorded(section, part), "{section} {part}");
}

fn metadata_of(topology: &Topology) -> Vec<(String, Value)> {
    let from = |from| match from {
        Latest => "latest",
        Sets => "sets",
        Counters => "counters",
        TemplateSource::Any => "",
    };
    let row = |(id, it): (&Text, &MetadataTemplate)| {
        let members = [
            ("id", json!(it.id.as_str())),
            ("label", json!(it.label.as_str())),
            ("truncate", json!(it.truncate)),
            ("dataType", json!(it.data_type.as_str())),
            ("priority", json!(it.priority)),
            ("from", json!(from(it.from))),
        ];
        (id.to_string(), object(&members))
    };
    topology.metadata_templates.iter().map(row).collect()
}

fn tables_of(topology: &Topology) -> Vec<(String, Value)> {
    let row = |(id, it): (&Text, &TableTemplate)| {
        let fixed =
            it.fixed_rows.iter().map(|(key, label)| (key.to_string(), json!(label.as_str())));
        let table = json!({
            "id": it.id.as_str(),
            "label": it.label.as_str(),
            "prefix": it.prefix.as_str(),
            "type": it.kind.as_str(),
            "columns": null,
            "fixedRows": Value::Object(fixed.collect()),
        });
        (id.to_string(), table)
    };
    topology.table_templates.iter().map(row).collect()
}

#[test]
fn metadata_is_that_of_scope_1_13() {
    check("Container", "metadata_templates", metadata_of(&containers()));
    check("ContainerImage", "metadata_templates", metadata_of(&images()));
}

#[test]
fn metrics_are_those_of_scope_1_13() {
    let row = |(id, it): (&Text, &MetricTemplate)| {
        let members = [
            ("id", json!(it.id.as_str())),
            ("label", json!(it.label.as_str())),
            ("format", json!(it.format.as_str())),
            ("group", json!(it.group.as_str())),
            ("priority", json!(it.priority)),
        ];
        (id.to_string(), object(&members))
    };
    let ours = containers().metric_templates.iter().map(row).collect();
    check("Container", "metric_templates", ours);
}

#[test]
fn tables_are_those_of_scope_1_13() {
    check("Container", "table_templates", tables_of(&containers()));
    check("ContainerImage", "table_templates", tables_of(&images()));
}
