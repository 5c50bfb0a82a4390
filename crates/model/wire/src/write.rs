//! The schema of a report for writing, stated once for both encodings.
//!
//! Keys stand in the order of Scope 1.13 and empty ones are left out where it leaves them out:
//! old apps do not care, but bytes that differ only by content compare and compress better.

use crate::sink::Sink;
use scope_report::{
    Column, Control, DnsMap, DnsNames, EdgeSide, Fact, MetadataTemplate, Metric, MetricTemplate,
    Node, NodeMap, PluginSpec, Report, SortedMap, StringSet, TableTemplate, TemplateSource, Text,
    Topology,
};

/// Top-level keys that are always there: `TS`, 23 topologies, `Sampling` to `ID`.
const REPORT_KEYS: usize = 1 + 23 + 5;

/// Writes a whole report.
pub(crate) fn report<K: Sink>(sink: &mut K, report: &Report) {
    sink.map(REPORT_KEYS + usize::from(!report.dns.is_empty()));
    sink.key("TS");
    sink.timestamp(report.ts);
    for (kind, section) in report.topologies() {
        sink.key(kind.section());
        topology(sink, section);
    }
    if !report.dns.is_empty() {
        sink.key("DNS");
        dns(sink, &report.dns);
    }
    sink.key("Sampling");
    sink.map(2);
    sink.key("Count");
    sink.unsigned(report.sampling.count);
    sink.key("Total");
    sink.unsigned(report.sampling.total);
    sink.map_end();
    sink.key("Window");
    sink.integer(report.window_nanos);
    sink.key("Shortcut");
    sink.flag(report.shortcut);
    sink.key("Plugins");
    sink.list(report.plugins.len());
    for spec in report.plugins.values() {
        plugin(sink, spec);
    }
    sink.list_end();
    text_field(sink, "ID", &report.id);
    sink.map_end();
}

fn topology<K: Sink>(sink: &mut K, topology: &Topology) {
    let names = [
        ("shape", &topology.shape),
        ("tag", &topology.tag),
        ("label", &topology.label),
        ("label_plural", &topology.label_plural),
    ];
    let filled = [
        !topology.nodes.is_empty(),
        !topology.controls.is_empty(),
        !topology.metadata_templates.is_empty(),
        !topology.metric_templates.is_empty(),
        !topology.table_templates.is_empty(),
    ];
    sink.map(filled_texts(&names) + count(&filled));
    optional_texts(sink, &names);
    if !topology.nodes.is_empty() {
        sink.key("nodes");
        nodes(sink, &topology.nodes);
    }
    optional_map(sink, "controls", &topology.controls, control);
    optional_map(sink, "metadata_templates", &topology.metadata_templates, metadata_template);
    optional_map(sink, "metric_templates", &topology.metric_templates, metric_template);
    optional_map(sink, "table_templates", &topology.table_templates, table_template);
    sink.map_end();
}

fn nodes<K: Sink>(sink: &mut K, nodes: &NodeMap) {
    sink.map(nodes.len());
    for (id, value) in nodes {
        sink.key(id);
        node(sink, value);
    }
    sink.map_end();
}

/// Keys of a node that are always there: `sets`, `parents`, `children`.
const NODE_KEYS: usize = 3;

fn node<K: Sink>(sink: &mut K, node: &Node) {
    let names = [("id", &node.id), ("topology", &node.topology)];
    let filled = [
        !node.adjacency.is_empty(),
        !node.latest.is_empty(),
        !node.metrics.is_empty(),
        !node.edges.is_empty(),
    ];
    sink.map(NODE_KEYS + filled_texts(&names) + count(&filled));
    optional_texts(sink, &names);
    sink.key("sets");
    sets_or_nil(sink, &node.sets);
    if !node.adjacency.is_empty() {
        sink.key("adjacency");
        texts(sink, node.adjacency.as_slice());
    }
    optional_map(sink, "latest", &node.latest, fact);
    optional_map(sink, "metrics", &node.metrics, metric);
    sink.key("parents");
    sets_or_nil(sink, &node.parents);
    sink.key("children");
    sink.nil();
    optional_map(sink, "edges", &node.edges, |sink, edge| map(sink, &edge.sides, edge_side));
    sink.map_end();
}

fn edge_side<K: Sink>(sink: &mut K, side: &EdgeSide) {
    let words = [("source", &side.source), ("state", &side.state)];
    let filled = [!side.nat.is_empty(), !side.metrics.is_empty()];
    sink.map(2 + filled_texts(&words) + count(&filled));
    optional_texts(sink, &words);
    sink.key("first_seen");
    sink.timestamp(side.first_seen);
    sink.key("last_seen");
    sink.timestamp(side.last_seen);
    if !side.nat.is_empty() {
        sink.key("nat");
        texts(sink, side.nat.as_slice());
    }
    optional_map(sink, "metrics", &side.metrics, metric);
    sink.map_end();
}

fn sets_or_nil<K: Sink>(sink: &mut K, sets: &SortedMap<StringSet>) {
    if sets.is_empty() {
        sink.nil();
    } else {
        map(sink, sets, |sink, set| texts(sink, set.as_slice()));
    }
}

fn fact<K: Sink>(sink: &mut K, fact: &Fact) {
    sink.map(2);
    sink.key("timestamp");
    sink.timestamp(fact.timestamp);
    text_field(sink, "value", &fact.value);
    sink.map_end();
}

fn metric<K: Sink>(sink: &mut K, metric: &Metric) {
    sink.map(2 + usize::from(!metric.samples.is_empty()));
    if !metric.samples.is_empty() {
        sink.key("samples");
        sink.list(metric.samples.len());
        for sample in &metric.samples {
            sink.map(2);
            sink.key("date");
            sink.timestamp(sample.date);
            sink.key("value");
            sink.float(sample.value);
            sink.map_end();
        }
        sink.list_end();
    }
    sink.key("min");
    sink.float(metric.min);
    sink.key("max");
    sink.float(metric.max);
    sink.map_end();
}

fn control<K: Sink>(sink: &mut K, control: &Control) {
    let confirmation = [("confirmation", &control.confirmation)];
    let probe = [("probeId", &control.probe_id)];
    sink.map(4 + filled_texts(&confirmation) + filled_texts(&probe));
    text_field(sink, "id", &control.id);
    text_field(sink, "human", &control.human);
    text_field(sink, "icon", &control.icon);
    optional_texts(sink, &confirmation);
    sink.key("rank");
    sink.integer(control.rank);
    optional_texts(sink, &probe);
    sink.map_end();
}

fn metadata_template<K: Sink>(sink: &mut K, template: &MetadataTemplate) {
    let from = match template.from {
        TemplateSource::Any => Text::default(),
        TemplateSource::Latest => Text::new_static("latest"),
        TemplateSource::Sets => Text::new_static("sets"),
        TemplateSource::Counters => Text::new_static("counters"),
    };
    let (label, data_type) = ([("label", &template.label)], [("dataType", &template.data_type)]);
    let from = [("from", &from)];
    let filled = [template.truncate != 0, template.priority != 0.0];
    let texts = filled_texts(&label) + filled_texts(&data_type) + filled_texts(&from);
    sink.map(1 + texts + count(&filled));
    text_field(sink, "id", &template.id);
    optional_texts(sink, &label);
    if template.truncate != 0 {
        sink.key("truncate");
        sink.integer(template.truncate);
    }
    optional_texts(sink, &data_type);
    optional_float(sink, "priority", template.priority);
    optional_texts(sink, &from);
    sink.map_end();
}

fn metric_template<K: Sink>(sink: &mut K, template: &MetricTemplate) {
    let names =
        [("label", &template.label), ("format", &template.format), ("group", &template.group)];
    sink.map(1 + filled_texts(&names) + usize::from(template.priority != 0.0));
    text_field(sink, "id", &template.id);
    optional_texts(sink, &names);
    optional_float(sink, "priority", template.priority);
    sink.map_end();
}

fn table_template<K: Sink>(sink: &mut K, template: &TableTemplate) {
    sink.map(6);
    text_field(sink, "id", &template.id);
    text_field(sink, "label", &template.label);
    text_field(sink, "prefix", &template.prefix);
    text_field(sink, "type", &template.kind);
    sink.key("columns");
    if template.columns.is_empty() {
        sink.nil();
    } else {
        sink.list(template.columns.len());
        for entry in &template.columns {
            column(sink, entry);
        }
        sink.list_end();
    }
    sink.key("fixedRows");
    map(sink, &template.fixed_rows, |sink, label| sink.text(label));
    sink.map_end();
}

fn column<K: Sink>(sink: &mut K, column: &Column) {
    sink.map(3);
    text_field(sink, "id", &column.id);
    text_field(sink, "label", &column.label);
    text_field(sink, "dataType", &column.data_type);
    sink.map_end();
}

fn dns<K: Sink>(sink: &mut K, names: &DnsMap) {
    sink.map(names.len());
    for (address, known) in names {
        let DnsNames { forward, reverse } = known.as_ref();
        sink.key(address);
        sink.map(count(&[!forward.is_empty(), !reverse.is_empty()]));
        for (key, set) in [("forward", forward), ("reverse", reverse)] {
            if !set.is_empty() {
                sink.key(key);
                texts(sink, set.as_slice());
            }
        }
        sink.map_end();
    }
    sink.map_end();
}

fn plugin<K: Sink>(sink: &mut K, plugin: &PluginSpec) {
    let description = [("description", &plugin.description)];
    let state = [("api_version", &plugin.api_version), ("status", &plugin.status)];
    sink.map(3 + filled_texts(&description) + filled_texts(&state));
    text_field(sink, "id", &plugin.id);
    text_field(sink, "label", &plugin.label);
    optional_texts(sink, &description);
    sink.key("interfaces");
    texts(sink, &plugin.interfaces);
    optional_texts(sink, &state);
    sink.map_end();
}

fn map<K: Sink, V>(sink: &mut K, entries: &SortedMap<V>, value: impl Fn(&mut K, &V)) {
    sink.map(entries.len());
    for (key, entry) in entries.iter() {
        sink.key(key);
        value(sink, entry);
    }
    sink.map_end();
}

fn optional_map<K: Sink, V>(
    sink: &mut K,
    key: &str,
    entries: &SortedMap<V>,
    value: impl Fn(&mut K, &V),
) {
    if !entries.is_empty() {
        sink.key(key);
        map(sink, entries, value);
    }
}

fn optional_float<K: Sink>(sink: &mut K, key: &str, value: f64) {
    if value != 0.0 {
        sink.key(key);
        sink.float(value);
    }
}

fn text_field<K: Sink>(sink: &mut K, key: &str, value: &str) {
    sink.key(key);
    sink.text(value);
}

fn texts<K: Sink>(sink: &mut K, values: &[Text]) {
    sink.list(values.len());
    for value in values {
        sink.text(value);
    }
    sink.list_end();
}

fn optional_texts<K: Sink>(sink: &mut K, fields: &[(&str, &Text)]) {
    for (key, value) in fields {
        if !value.is_empty() {
            text_field(sink, key, value);
        }
    }
}

fn filled_texts(fields: &[(&str, &Text)]) -> usize {
    fields.iter().filter(|(_, value)| !value.is_empty()).count()
}

fn count(filled: &[bool]) -> usize {
    filled.iter().filter(|filled| **filled).count()
}
