//! Links from metrics to graphs elsewhere, as PromQL over the series of cAdvisor.
//!
//! The operator gives an address with `:query` in it, which becomes the query; without, the query
//! goes behind the address in the form that a notebook of Weave Cloud reads. A query without a
//! metric of the node gets a row of its own, without a value.

use crate::kinds::untagged;
use scope_api::{MetricRow, NodeSummary};
use scope_render::{GraphNode, Lifted, NodeKind};
use scope_report::{Text, TopologyKind};
use std::borrow::Cow;
use std::fmt::Write;

/// The part of the address that becomes the query.
const QUERY_PLACE: &str = ":query";

/// The length of the address.
const ADDRESS_BYTES_MAX: usize = 4096;

/// Ids of metrics that have a graph, what the reader sees, and the query around the selector.
const QUERIES: [(&str, &str, &str, &str); 2] = [
    ("docker_cpu_total_usage", "CPU", "sum(rate(container_cpu_usage_seconds_total{", "}[5m]))"),
    ("docker_memory_usage", "Memory", "sum(container_memory_usage_bytes{", "})"),
];

/// Where graphs are found; blank for nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricLinks {
    address: Text,
}

/// The address of graphs is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of graphs is longer than {ADDRESS_BYTES_MAX} bytes")]
pub struct InvalidMetricLinks;

impl std::str::FromStr for MetricLinks {
    type Err = InvalidMetricLinks;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        if address.len() > ADDRESS_BYTES_MAX {
            return Err(InvalidMetricLinks);
        }
        Ok(Self { address: address.into() })
    }
}

impl MetricLinks {
    /// Gives the metrics of a node their links, and queries without a metric their rows.
    pub(crate) fn add(&self, lifted: &Lifted, node: &GraphNode, summary: &mut NodeSummary) {
        if self.address.is_empty() {
            return;
        }
        let Some(selector) = selector(lifted, node, &summary.label) else { return };
        for (id, label, before, after) in QUERIES {
            let url = self.url(&format!("{before}{selector}{after}"));
            match summary.metrics.iter_mut().find(|row| row.id == id) {
                Some(row) => row.url = url,
                None => summary.metrics.push(MetricRow {
                    id: id.into(),
                    label: label.into(),
                    value_empty: true,
                    url,
                    ..MetricRow::default()
                }),
            }
        }
    }

    fn url(&self, query: &str) -> Text {
        if self.address.contains(QUERY_PLACE) {
            return self.address.replace(QUERY_PLACE, &escaped(query)).into();
        }
        let cells = serde_json::json!({"cells": [{"queries": [query]}]}).to_string();
        let address = self.address.trim_end_matches('/');
        // The page behind the address unescapes its path once more than a browser does.
        format!("{address}/{}", escaped(&escaped(&cells))).into()
    }
}

/// The labels of cAdvisor's series that mean this node, for the kinds that have any.
fn selector(lifted: &Lifted, node: &GraphNode, label: &str) -> Option<String> {
    use TopologyKind as K;
    let NodeKind::Of(kind) = node.kind else { return None };
    let exact = quoted(label);
    let pattern = quoted(&literal(label));
    let pods = match kind {
        K::Container => {
            return Some(format!("name={}", quoted(node.fact("docker_container_name")?)));
        }
        K::ContainerImage => return Some(format!("image={exact}")),
        K::Pod => {
            let namespace = quoted(node.fact("kubernetes_namespace").unwrap_or_default());
            format!("pod_name={exact},namespace={namespace}")
        }
        K::DaemonSet => format!("pod_name=~\"^{}-[^-]+$\"", inside(&pattern)),
        K::Deployment | K::StatefulSet | K::CronJob => {
            format!("pod_name=~\"^{}-[^-]+-[^-]+$\"", inside(&pattern))
        }
        K::Service => {
            let name = deployment_of(lifted, node).unwrap_or_else(|| label.into());
            return Some(format!(
                "_weave_pod_name={},job=\"cadvisor\",container_name!=\"POD\"",
                quoted(&name)
            ));
        }
        _ => return None,
    };
    Some(pods)
}

/// The name of the deployment behind a service, where it is the only one.
fn deployment_of<'a>(lifted: &'a Lifted, service: &GraphNode) -> Option<Cow<'a, str>> {
    let pods = &lifted.report().topology(TopologyKind::Pod).nodes;
    let mut deployments = pods
        .values()
        .filter(|pod| has_parent(pod, TopologyKind::Service, &service.id))
        .flat_map(|pod| pod.parents.get(TopologyKind::Deployment.name()))
        .flat_map(|ids| ids.as_slice());
    let first = deployments.next()?;
    if deployments.any(|other| other != first) {
        return None;
    }
    let name = lifted.row(TopologyKind::Deployment, first)?.fact("kubernetes_name");
    Some(name.unwrap_or_else(|| untagged(first)).into())
}

fn has_parent(node: &scope_report::Node, kind: TopologyKind, id: &Text) -> bool {
    node.parents.get(kind.name()).is_some_and(|ids| ids.as_slice().contains(id))
}

/// A string of PromQL: what a stranger named cannot leave its quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// What is between the quotes.
fn inside(quoted: &str) -> &str {
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted)
}

/// A pattern that only the text itself fits.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// Percent-escaped, all but the letters that RFC 3986 leaves unreserved.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            // Writing into a string does not fail.
            _ => drop(write!(escaped, "%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::{Node, Report, Timestamp};
    use std::sync::Arc;

    #[track_caller]
    fn check(kind: TopologyKind, facts: &[(&str, &str)], label: &str, expect: Option<&str>) {
        let mut row = Node::new("n", kind.name());
        for (key, value) in facts {
            row.set_fact(*key, Timestamp::ZERO, *value);
        }
        let node = GraphNode::new("n".into(), NodeKind::Of(kind), Some(Arc::new(row)));
        let lifted = Lifted::new(Arc::new(Report::empty()));
        assert_eq!(selector(&lifted, &node, label).as_deref(), expect, "{label}");
    }

    #[test]
    fn nodes_are_selected_by_kind() {
        use TopologyKind as K;
        let named = [("docker_container_name", "front")];
        check(K::Container, &named, "x", Some("name=\"front\""));
        check(K::ContainerImage, &[], "app\"}", Some("image=\"app\\\"}\""));
        let pod = [("kubernetes_namespace", "shop")];
        check(K::Pod, &pod, "p", Some("pod_name=\"p\",namespace=\"shop\""));
        check(K::DaemonSet, &[], "a.b", Some("pod_name=~\"^a\\\\.b-[^-]+$\""));
        check(K::Deployment, &[], "a", Some("pod_name=~\"^a-[^-]+-[^-]+$\""));
        let service = "_weave_pod_name=\"s\",job=\"cadvisor\",container_name!=\"POD\"";
        check(K::Service, &[], "s", Some(service));
        check(K::Host, &[], "h", None);
    }

    #[test]
    fn addresses_hold_the_query() {
        let check = |address: &str, expect: &str| {
            let links: MetricLinks = address.parse().unwrap();
            assert_eq!(links.url("a{b=\"c d\"}"), expect, "{address}");
        };
        check("http://p/graph?g=:query&x", "http://p/graph?g=a%7Bb%3D%22c%20d%22%7D&x");
        check(
            "http://p/:instanceID/",
            "http://p/:instanceID/%257B%2522cells%2522%253A%255B%257B%2522queries%2522%253A%255B\
             %2522a%257Bb%253D%255C%2522c%2520d%255C%2522%257D%2522%255D%257D%255D%257D",
        );
        assert!("x".repeat(ADDRESS_BYTES_MAX + 1).parse::<MetricLinks>().is_err());
    }

    #[test]
    fn queries_without_a_metric_have_rows() {
        let links: MetricLinks = "http://p/?:query".parse().unwrap();
        let lifted = Lifted::new(Arc::new(Report::empty()));
        let node = GraphNode::new("i".into(), NodeKind::Of(TopologyKind::ContainerImage), None);
        let cpu =
            MetricRow { id: "docker_cpu_total_usage".into(), value: 7.0, ..Default::default() };
        let mut summary = NodeSummary { metrics: vec![cpu], ..Default::default() };
        links.add(&lifted, &node, &mut summary);
        let rows: Vec<_> =
            summary.metrics.iter().map(|row| (row.id.as_str(), row.value_empty)).collect();
        assert_eq!(rows, [("docker_cpu_total_usage", false), ("docker_memory_usage", true)]);
        assert!(summary.metrics.iter().all(|row| row.url.starts_with("http://p/?sum%28")));
        let before = summary.clone();
        MetricLinks::default().add(&lifted, &node, &mut summary);
        assert_eq!(summary, before);
    }
}
