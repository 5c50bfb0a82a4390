//! Laws of presenting, over reports that no honest probe would send.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../render/tests/arbitrary/arbitrary.rs"]
mod arbitrary;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use proptest::strategy::Strategy;
use scope_present::{
    Censor, EVIDENCE_MAX, detail, edge_detail, summaries, topology_list, topology_stats, with_edges,
};
use scope_render::{LabelFilters, Lifted, ViewId, ViewOptions, render};
use scope_report::{
    Edge, EdgeSide, Metric, Report, Sample, SortedMap, Timestamp, TopologyKind, edge_metric,
};
use std::sync::Arc;

/// A side of an edge that no honest probe would tell of.
fn side() -> impl Strategy<Value = (&'static str, EdgeSide)> {
    let observer = select(vec!["h1;client", "h2;server", "h1;server", "", ";", "no;body"]);
    let time = || select(vec![Timestamp::ZERO, Timestamp::from_unix(1_800_000_000, 0).unwrap()]);
    let number = select(vec![0.0, 1.5, -1.0, f64::NAN, f64::INFINITY, f64::MAX]);
    let id = select(vec![
        edge_metric::OPENED,
        edge_metric::OPEN,
        edge_metric::SENT_BYTES,
        edge_metric::RTT_MS,
    ]);
    let sample = (time(), 0..40_i64, number).prop_map(|(date, secs, value)| {
        let date = date.checked_add_nanos(secs * 700_000_000).unwrap();
        Sample { date, value }
    });
    let metric = vec(sample, 0..6).prop_map(|samples| Metric::received(samples, 0.0, 0.0));
    let state = select(vec!["", "open", "closed", "failed", "é"]);
    (observer, state, time(), vec((id, metric), 0..4)).prop_map(
        |(observer, state, time, metrics)| {
            let metrics: SortedMap<Metric> = metrics.into_iter().collect();
            (
                observer,
                EdgeSide { state: state.into(), last_seen: time, metrics, ..EdgeSide::default() },
            )
        },
    )
}

/// The report with `sides` said of every second connection.
fn telling(mut report: Report, sides: &[(&str, EdgeSide)]) -> Report {
    let rows = report.topology_mut(TopologyKind::Endpoint).nodes.values_mut();
    for (index, row) in rows.enumerate() {
        let row = Arc::make_mut(row);
        for id in row.adjacency.iter().skip(index % 2) {
            row.edges.insert(id.clone(), Edge { sides: sides.iter().cloned().collect() });
        }
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_node_has_a_summary_and_a_detail(
        report in arbitrary::report(),
        query in arbitrary::query(),
        hide in any::<bool>(),
    ) {
        let lifted = Lifted::new(Arc::new(report));
        let options = ViewOptions::from_query(query);
        let censor =
            Censor { hide_command_line_arguments: hide, hide_environment_variables: hide };
        for view in ViewId::ALL {
            let graph = render(&lifted, view, &options);
            let nodes = summaries(&lifted, &graph, censor);
            prop_assert_eq!(nodes.len(), graph.stats().node_count);
            for summary in nodes.values() {
                prop_assert!(summary.adjacency.iter().all(|id| nodes.contains_key(id)));
            }
            prop_assert!(serde_json::to_string(&nodes).is_ok());
            for (_, node) in graph.stage().nodes() {
                let detail = detail(&lifted, &graph, view, &node.id, censor).unwrap();
                prop_assert_eq!(&detail.summary.id, &node.id);
                prop_assert_eq!(detail.connections.len(), 2);
                prop_assert!(serde_json::to_string(&detail).is_ok());
                let rows = &detail.summary.metadata;
                prop_assert!(!hide || rows.iter().all(|row| row.id != "docker_env_TOKEN"));
            }
            prop_assert!(detail(&lifted, &graph, view, "no such node", censor).is_none());
        }
        let mut stats = |view| topology_stats(&render(&lifted, view, &options));
        let list = topology_list(&lifted, &LabelFilters::default(), &mut stats);
        let views: usize = list.iter().map(|entry| 1 + entry.sub_topologies.len()).sum();
        prop_assert_eq!(views, ViewId::ALL.len());
    }

    #[test]
    fn edges_carry_at_most_what_is_drawn(
        report in arbitrary::report(),
        sides in vec(side(), 0..3),
        query in arbitrary::query(),
    ) {
        let lifted = Lifted::new(Arc::new(telling(report, &sides)));
        let options = ViewOptions::from_query(query);
        for view in ViewId::ALL {
            let graph = render(&lifted, view, &options);
            let plain = summaries(&lifted, &graph, Censor::default());
            let edged = with_edges(&lifted, &graph, &plain).unwrap_or_else(|| plain.clone());
            prop_assert!(edged.keys().eq(plain.keys()));
            for (from, node) in &edged {
                prop_assert!(node.edges.keys().all(|to| node.adjacency.contains(to)));
                for to in &node.adjacency {
                    let edge = edge_detail(&lifted, &graph, from, to).unwrap();
                    prop_assert_eq!(edge.summary.is_none(), edge.silence.is_some());
                    prop_assert!(edge.evidence.len() <= EVIDENCE_MAX.min(edge.evidence_count));
                    prop_assert!(node.edges.get(to).is_none_or(|_| edge.summary.is_some()));
                    prop_assert!(serde_json::to_string(&edge).is_ok());
                }
            }
        }
    }
}
