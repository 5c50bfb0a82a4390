//! Laws of rendering, over reports that no honest probe would send.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "arbitrary/arbitrary.rs"]
mod arbitrary;

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use scope_render::{Graph, LabelFilters, Lifted, ViewId, ViewOptions, choice_groups, render};
use std::sync::Arc;

fn nodes_and_edges(graph: &Graph) -> (Vec<String>, Vec<(u32, u32)>) {
    let ids = graph.nodes().map(|(_, node)| node.id.to_string()).collect();
    (ids, graph.edges().collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_view_of_every_report_is_a_graph(
        report in arbitrary::report(),
        query in arbitrary::query(),
    ) {
        let report = Arc::new(report);
        let lifted = Lifted::new(Arc::clone(&report));
        let options = ViewOptions::from_query(query);
        for view in ViewId::ALL {
            let graph = render(&lifted, view, &options);
            let (ids, edges) = nodes_and_edges(&graph);
            prop_assert!(ids.is_sorted_by(|a, b| a < b), "ids are distinct and ascending");
            for (from, to) in &edges {
                prop_assert!(graph.is_shown(*from) && graph.is_shown(*to));
            }
            let stats = graph.stats();
            prop_assert_eq!(stats.node_count, ids.len());
            prop_assert_eq!(stats.edge_count, edges.len());
            let left_out = graph.stage().nodes().count() - ids.len();
            prop_assert!(stats.filtered_nodes >= left_out);
            for (index, node) in graph.stage().nodes() {
                prop_assert_eq!(graph.find(&node.id), Some(index));
                for child in graph.stage().children(index) {
                    prop_assert!(lifted.child(*child).is_some());
                }
            }
            choice_groups(&lifted, view, &LabelFilters::default());
        }
    }

    #[test]
    fn the_order_of_asking_does_not_matter(
        report in arbitrary::report(),
        query in arbitrary::query(),
    ) {
        let report = Arc::new(report);
        let options = ViewOptions::from_query(query);
        let (forward, backward) =
            (Lifted::new(Arc::clone(&report)), Lifted::new(Arc::clone(&report)));
        let mut views = ViewId::ALL;
        let ask = |lifted: &Lifted, view| nodes_and_edges(&render(lifted, view, &options));
        let first: Vec<_> = views.iter().map(|view| ask(&forward, *view)).collect();
        views.reverse();
        let mut second: Vec<_> = views.iter().map(|view| ask(&backward, *view)).collect();
        second.reverse();
        prop_assert_eq!(first, second);
    }
}
