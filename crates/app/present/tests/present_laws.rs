//! Laws of presenting, over reports that no honest probe would send.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../render/tests/arbitrary/arbitrary.rs"]
mod arbitrary;

use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use scope_present::{Censor, detail, summaries, topology_list, topology_stats};
use scope_render::{LabelFilters, Lifted, ViewId, ViewOptions, render};
use std::sync::Arc;

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
                let detail = detail(&lifted, &graph, view, &options, &node.id, censor).unwrap();
                prop_assert_eq!(&detail.summary.id, &node.id);
                prop_assert_eq!(detail.connections.len(), 2);
                prop_assert!(serde_json::to_string(&detail).is_ok());
                let rows = &detail.summary.metadata;
                prop_assert!(!hide || rows.iter().all(|row| row.id != "docker_env_TOKEN"));
            }
            prop_assert!(detail(&lifted, &graph, view, &options, "no such node", censor).is_none());
        }
        let mut stats = |view| topology_stats(&render(&lifted, view, &options));
        let list = topology_list(&lifted, &LabelFilters::default(), &mut stats);
        let views: usize = list.iter().map(|entry| 1 + entry.sub_topologies.len()).sum();
        prop_assert_eq!(views, ViewId::ALL.len());
    }
}
