//! A reader of reports in JSON, until `scope-wire` is there to do it.

use scope_report::{
    Column, Control, DnsNames, Fact, MetadataTemplate, Metric, MetricTemplate, Node, Report,
    Sample, SortedMap, StringSet, TableTemplate, TemplateSource, Text, Timestamp, Topology,
    TopologyKind,
};
use serde_json::Value;
use std::sync::Arc;

/// The report that the value holds.
pub fn report(value: &Value) -> Report {
    let mut report = Report::empty();
    report.ts = time(&value["TS"]);
    for kind in TopologyKind::ALL {
        *report.topology_mut(kind) = topology(&value[kind.section()]);
    }
    for (address, names) in entries(&value["DNS"]) {
        let names = DnsNames { forward: set(&names["forward"]), reverse: set(&names["reverse"]) };
        report.dns.insert(address.into(), names);
    }
    report
}

fn topology(value: &Value) -> Topology {
    Topology {
        shape: text(&value["shape"]),
        tag: text(&value["tag"]),
        label: text(&value["label"]),
        label_plural: text(&value["label_plural"]),
        nodes: entries(&value["nodes"])
            .map(|(id, value)| (Text::from(id), Arc::new(node(value))))
            .collect(),
        controls: map(&value["controls"], control),
        metadata_templates: map(&value["metadata_templates"], metadata_template),
        metric_templates: map(&value["metric_templates"], metric_template),
        table_templates: map(&value["table_templates"], table_template),
    }
}

fn node(value: &Value) -> Node {
    Node {
        id: text(&value["id"]),
        topology: text(&value["topology"]),
        sets: map(&value["sets"], set),
        adjacency: set(&value["adjacency"]),
        latest: map(&value["latest"], |fact| Fact {
            timestamp: time(&fact["timestamp"]),
            value: text(&fact["value"]),
        }),
        metrics: map(&value["metrics"], metric),
        parents: map(&value["parents"], set),
        ..Node::default()
    }
}

fn metric(value: &Value) -> Metric {
    let sample =
        |value: &Value| Sample { date: time(&value["date"]), value: number(&value["value"]) };
    Metric {
        samples: list(&value["samples"]).map(sample).collect(),
        min: number(&value["min"]),
        max: number(&value["max"]),
    }
}

fn control(value: &Value) -> Control {
    Control {
        id: text(&value["id"]),
        human: text(&value["human"]),
        icon: text(&value["icon"]),
        confirmation: text(&value["confirmation"]),
        rank: value["rank"].as_i64().unwrap_or_default(),
        probe_id: text(&value["probeId"]),
    }
}

fn metadata_template(value: &Value) -> MetadataTemplate {
    MetadataTemplate {
        id: text(&value["id"]),
        label: text(&value["label"]),
        truncate: value["truncate"].as_i64().unwrap_or_default(),
        data_type: text(&value["dataType"]),
        priority: number(&value["priority"]),
        from: match value["from"].as_str() {
            Some("latest") => TemplateSource::Latest,
            Some("sets") => TemplateSource::Sets,
            Some("counters") => TemplateSource::Counters,
            _ => TemplateSource::Any,
        },
    }
}

fn metric_template(value: &Value) -> MetricTemplate {
    MetricTemplate {
        id: text(&value["id"]),
        label: text(&value["label"]),
        format: text(&value["format"]),
        group: text(&value["group"]),
        priority: number(&value["priority"]),
    }
}

fn table_template(value: &Value) -> TableTemplate {
    let column = |value: &Value| Column {
        id: text(&value["id"]),
        label: text(&value["label"]),
        data_type: text(&value["dataType"]),
    };
    TableTemplate {
        id: text(&value["id"]),
        label: text(&value["label"]),
        prefix: text(&value["prefix"]),
        kind: text(&value["type"]),
        columns: list(&value["columns"]).map(column).collect(),
        fixed_rows: map(&value["fixedRows"], text),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn map<V>(value: &Value, read: impl Fn(&Value) -> V) -> SortedMap<V> {
    entries(value).map(|(key, value)| (key, read(value))).collect()
}

fn set(value: &Value) -> StringSet {
    list(value).map(text).collect()
}

fn text(value: &Value) -> Text {
    value.as_str().unwrap_or_default().into()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}
