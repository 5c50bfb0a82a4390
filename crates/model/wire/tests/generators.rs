//! Arbitrary reports for the laws of merge, wire and delta.
//!
//! Names come from small pools, so that two reports often speak of the same node and key; some
//! are long, hold markup or are not ASCII, because those take other paths on the wire.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use scope_report::{
    Column, Control, DnsNames, Edge, EdgeSide, Fact, MetadataTemplate, Metric, MetricTemplate,
    Node, PluginSpec, Report, Sample, Sampling, SortedMap, StringSet, TableTemplate,
    TemplateSource, Text, Timestamp, Topology, TopologyKind,
};
use std::sync::Arc;

/// Any report that a probe or an app could hold, whole nodes and parts of deltas mixed.
pub fn report() -> impl Strategy<Value = Report> {
    let kind = prop::sample::select(&TopologyKind::ALL[..]);
    let dns = btree_map(name(), (string_set(), string_set()), 0..3);
    let plugins = vec(plugin(), 0..3);
    let rest = (any::<bool>(), any::<(u32, u32)>(), 0..i64::from(u32::MAX) * 8, name());
    (timestamp(), vec((kind, any::<u8>()), 0..4), vec(topology(), 4), dns, plugins, rest).prop_map(
        |(ts, kinds, sections, dns, plugins, (shortcut, (count, total), window_nanos, id))| {
            let mut report = Report::empty();
            for ((kind, _), mut section) in kinds.into_iter().zip(sections) {
                for node in section.nodes.values_mut().filter(|node| !node.id.is_empty()) {
                    Arc::make_mut(node).topology = kind.name().into();
                }
                *report.topology_mut(kind) = section;
            }
            report.ts = ts;
            report.dns = dns
                .into_iter()
                .map(|(address, (forward, reverse))| (address, DnsNames { forward, reverse }))
                .collect();
            report.plugins =
                plugins.into_iter().map(|plugin| (plugin.id.clone(), plugin)).collect();
            report.sampling = Sampling { count: count.into(), total: total.into() };
            report.shortcut = shortcut;
            report.window_nanos = window_nanos;
            report.id = id;
            report
        },
    )
}

fn topology() -> impl Strategy<Value = Topology> {
    let names = (name(), name(), name(), name());
    let nodes = vec(node(), 0..5);
    let templates = (
        sorted_map(metadata_template()),
        sorted_map(metric_template()),
        sorted_map(table_template()),
    );
    (names, nodes, sorted_map(control()), templates).prop_map(
        |((shape, tag, label, label_plural), nodes, controls, templates)| Topology {
            shape,
            tag,
            label,
            label_plural,
            nodes: nodes.into_iter().map(|(id, node)| (id, Arc::new(node))).collect(),
            controls,
            metadata_templates: templates.0,
            metric_templates: templates.1,
            table_templates: templates.2,
        },
    )
}

/// A node under its key; one in five is a delta's part.
fn node() -> impl Strategy<Value = (Text, Node)> {
    let sets = (sorted_map(string_set()), string_set(), sorted_map(string_set()));
    let edges = prop_oneof![3 => Just(SortedMap::new()), 1 => sorted_map(edge())];
    (name(), 0..5u8, sets, sorted_map(fact()), sorted_map(metric()), edges).prop_map(
        |(key, whole, (sets, adjacency, parents), latest, metrics, edges)| {
            let id = if whole > 0 { key.clone() } else { Text::default() };
            let topology = Text::default();
            (key, Node { id, topology, sets, adjacency, latest, metrics, parents, edges })
        },
    )
}

fn edge() -> impl Strategy<Value = Edge> {
    let words = (value(), value());
    let side = (words, timestamp(), timestamp(), string_set(), sorted_map(metric())).prop_map(
        |((source, state), first_seen, last_seen, nat, metrics)| EdgeSide {
            source,
            state,
            first_seen,
            last_seen,
            nat,
            metrics,
        },
    );
    sorted_map(side).prop_map(|sides| Edge { sides })
}

fn name() -> impl Strategy<Value = Text> {
    prop::sample::select(&["a", "b", "c;<host>", "e & ü", "docker_container_network_mode_x"][..])
        .prop_map(Text::from)
}

fn value() -> impl Strategy<Value = Text> {
    let any_string = "\\PC{0,40}".prop_map(Text::from);
    prop_oneof![4 => name(), 1 => Just(Text::default()), 1 => any_string]
}

/// Mostly of a few instants; else any between the years 1 and 9999.
fn timestamp() -> impl Strategy<Value = Timestamp> {
    let near = (0..4i64).prop_map(|secs| Timestamp::from_unix(secs, 5).unwrap());
    let far = (0..250_000_000_000i64, 0..1_000_000_000u32)
        .prop_map(|(secs, nanos)| Timestamp::from_year_one(secs, nanos).unwrap());
    prop_oneof![6 => near, 1 => Just(Timestamp::ZERO), 1 => far]
}

fn float() -> impl Strategy<Value = f64> {
    let few = prop::sample::select(&[0.0, 1.0, 2.5, 100.0, 1.8446744073709552e19][..]);
    prop_oneof![4 => few, 1 => prop::num::f64::NORMAL]
}

fn sorted_map<V: Clone + std::fmt::Debug>(
    entry: impl Strategy<Value = V>,
) -> impl Strategy<Value = SortedMap<V>> {
    vec((name(), entry), 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn string_set() -> impl Strategy<Value = StringSet> {
    vec(value(), 0..4).prop_map(|members| members.into_iter().collect())
}

fn fact() -> impl Strategy<Value = Fact> {
    (timestamp(), value()).prop_map(|(timestamp, value)| Fact { timestamp, value })
}

fn metric() -> impl Strategy<Value = Metric> {
    let sample = (timestamp(), float()).prop_map(|(date, value)| Sample { date, value });
    (vec(sample, 0..5), float(), float())
        .prop_map(|(samples, min, max)| Metric::new(samples, min, max))
}

fn control() -> impl Strategy<Value = Control> {
    (name(), value(), value(), value(), any::<i64>(), value()).prop_map(
        |(id, human, icon, confirmation, rank, probe_id)| Control {
            id,
            human,
            icon,
            confirmation,
            rank,
            probe_id,
        },
    )
}

fn metadata_template() -> impl Strategy<Value = MetadataTemplate> {
    let from = prop::sample::select(
        &[
            TemplateSource::Any,
            TemplateSource::Latest,
            TemplateSource::Sets,
            TemplateSource::Counters,
        ][..],
    );
    (name(), value(), any::<i16>(), value(), float(), from).prop_map(
        |(id, label, truncate, data_type, priority, from)| MetadataTemplate {
            id,
            label,
            truncate: truncate.into(),
            data_type,
            priority,
            from,
        },
    )
}

fn metric_template() -> impl Strategy<Value = MetricTemplate> {
    (name(), value(), value(), value(), float()).prop_map(|(id, label, format, group, priority)| {
        MetricTemplate { id, label, format, group, priority }
    })
}

fn table_template() -> impl Strategy<Value = TableTemplate> {
    let column = (name(), value(), value()).prop_map(|(id, label, data_type)| Column {
        id,
        label,
        data_type,
    });
    (name(), value(), value(), value(), vec(column, 0..3), sorted_map(value())).prop_map(
        |(id, label, prefix, kind, columns, fixed_rows)| TableTemplate {
            id,
            label,
            prefix,
            kind,
            columns,
            fixed_rows,
        },
    )
}

fn plugin() -> impl Strategy<Value = PluginSpec> {
    let failure = prop::sample::select(&["ok", "error: no answer", "error: too slow"][..]);
    let status = prop_oneof![failure.prop_map(Text::from), value()];
    (name(), value(), value(), vec(value(), 0..3), value(), status).prop_map(
        |(id, label, description, interfaces, api_version, status)| PluginSpec {
            id,
            label,
            description,
            interfaces,
            api_version,
            status,
        },
    )
}
