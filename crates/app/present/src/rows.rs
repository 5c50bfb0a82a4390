//! Metadata and metrics of a node, as the templates of its topology say.

use crate::Censor;
use scope_api::{MetadataRow, MetricRow, MetricSample};
use scope_render::GraphNode;
use scope_report::{
    MetadataTemplate, Metric, MetricTemplate, TemplateSource, Text, Topology, TopologyKind,
};
use smol_str::{ToSmolStr, format_smolstr};

/// How many metadata rows, and how many metric rows, a node may have.
const ROWS_PER_NODE_MAX: usize = 256;

/// The templates of one topology in the order of their rows.
pub(crate) struct RowTemplates<'a> {
    metadata: Vec<&'a MetadataTemplate>,
    metrics: Vec<&'a MetricTemplate>,
}

impl<'a> RowTemplates<'a> {
    pub(crate) fn new(topology: &'a Topology) -> Self {
        let mut metadata: Vec<_> =
            topology.metadata_templates.iter().map(|(_, template)| template).collect();
        metadata.sort_by(|a, b| a.priority.total_cmp(&b.priority).then_with(|| a.id.cmp(&b.id)));
        metadata.truncate(ROWS_PER_NODE_MAX);
        let mut metrics: Vec<_> =
            topology.metric_templates.iter().map(|(_, template)| template).collect();
        metrics.sort_by(|a, b| a.priority.total_cmp(&b.priority).then_with(|| a.id.cmp(&b.id)));
        metrics.truncate(ROWS_PER_NODE_MAX);
        Self { metadata, metrics }
    }

    /// The metadata rows of a node: every template that finds a value.
    pub(crate) fn metadata(&self, node: &GraphNode, censor: Censor) -> Vec<MetadataRow> {
        let rows = self.metadata.iter().filter(|template| censor.allows(&template.id));
        rows.filter_map(|template| {
            Some(MetadataRow {
                id: template.id.clone(),
                label: template.label.clone(),
                value: value(node, template, censor)?,
                priority: finite(template.priority),
                data_type: template.data_type.clone(),
                truncate: template.truncate,
            })
        })
        .collect()
    }

    /// The metric rows of a node, with their samples only in a detail.
    pub(crate) fn metrics(&self, node: &GraphNode, with_samples: bool) -> Vec<MetricRow> {
        let rows = self.metrics.iter().filter_map(|template| {
            node.metric(&template.id).map(|metric| metric_row(template, metric, with_samples))
        });
        rows.collect()
    }
}

fn value(node: &GraphNode, template: &MetadataTemplate, censor: Censor) -> Option<Text> {
    let key = template.id.as_str();
    let latest = || {
        let fact = node.fact_text(key)?;
        match censor.value(key, fact) {
            shown if shown.len() == fact.len() => Some(fact.clone()),
            shown => Some(Text::from(shown)),
        }
    };
    let set = || {
        let members = node.set(key).filter(|set| !set.is_empty())?;
        let members: Vec<&str> = members.iter().map(Text::as_str).collect();
        Some(Text::from(members.join(", ")))
    };
    let counter = || {
        let counted = TopologyKind::from_name(key).and_then(|kind| node.count(kind));
        let stated = || node.fact_text(&format_smolstr!("count_{key}")).cloned();
        counted.map(|count| count.to_smolstr()).or_else(stated)
    };
    match template.from {
        TemplateSource::Any => latest().or_else(set).or_else(counter),
        TemplateSource::Latest => latest(),
        TemplateSource::Sets => set(),
        TemplateSource::Counters => counter(),
    }
}

fn metric_row(template: &MetricTemplate, metric: &Metric, with_samples: bool) -> MetricRow {
    let samples = with_samples.then(|| {
        let samples = metric.samples.iter();
        samples
            .map(|sample| MetricSample {
                date: sample.date.to_smolstr(),
                value: finite(sample.value),
            })
            .collect()
    });
    MetricRow {
        id: template.id.clone(),
        label: template.label.clone(),
        format: template.format.clone(),
        group: template.group.clone(),
        value: metric.last().map_or(0.0, |sample| two_decimals(finite(sample.value))),
        value_empty: false,
        priority: finite(template.priority),
        samples,
        min: finite(metric.min),
        max: finite(metric.max),
        first: None,
        last: None,
        url: Text::default(),
    }
}

/// Cut, not rounded, as the original shows it.
fn two_decimals(value: f64) -> f64 {
    let hundredths = value * 100.0;
    if hundredths.is_finite() { hundredths.trunc() / 100.0 } else { value }
}

/// JSON has no infinity; what is none of the numbers shows as zero.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut() {
        let check = |value: f64, expect: f64| {
            assert!((two_decimals(value) - expect).abs() < f64::EPSILON, "{value}");
        };
        check(7.317_073, 7.31);
        check(-7.319, -7.31);
        check(32.36, 32.36);
        check(f64::MAX, f64::MAX);
        check(finite(f64::NAN), 0.0);
    }
}
