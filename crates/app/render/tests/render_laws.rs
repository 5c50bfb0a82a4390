//! Laws of rendering, over reports that no honest probe would send.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "arbitrary/arbitrary.rs"]
mod arbitrary;

#[path = "fixture/fixture.rs"]
mod fixture;

#[path = "picture/picture.rs"]
mod picture;

use proptest::collection::vec;
use proptest::prelude::{
    ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::Index;
use scope_render::{Graph, LabelFilters, Lifted, ViewId, ViewOptions, choice_groups, render};
use scope_report::{Report, TopologyKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A site whose lines come and go one by one.
const SITE: &str = include_str!("fixture/site.txt");

/// Steps from one report to the next; and of each which views are asked for, a bit for each.
type Steps<S> = Vec<(S, u16)>;

/// What changes between two reports that nobody sane would send.
#[derive(Clone, Debug)]
struct Step {
    /// Rows to join in, or to put in place of what is there.
    patch: Report,
    patch_rows: usize,
    joins: bool,
    /// Rows to take out.
    removed: Vec<Index>,
    /// A topology to empty.
    emptied: Option<Index>,
}

fn steps() -> impl Strategy<Value = Steps<Step>> {
    let patch_rows = prop_oneof![0..3_usize, 0..60_usize];
    let emptied = proptest::option::weighted(0.1, any::<Index>());
    let removed = vec(any::<Index>(), 0..4);
    let step = (arbitrary::report(), patch_rows, any::<bool>(), removed, emptied);
    let step = step.prop_map(|(patch, patch_rows, joins, removed, emptied)| Step {
        patch,
        patch_rows,
        joins,
        removed,
        emptied,
    });
    vec((step, any::<u16>()), 10..14)
}

impl Step {
    fn apply(&self, report: &Report) -> Report {
        let mut next = report.clone();
        let all = TopologyKind::ALL.into_iter();
        let patch = all.clone().flat_map(|kind| {
            self.patch.topology(kind).nodes.iter().map(move |(id, row)| (kind, id, row))
        });
        for (kind, id, row) in patch.take(self.patch_rows) {
            let topology = next.topology_mut(kind);
            if self.joins {
                topology.add((**row).clone());
            } else {
                topology.nodes.insert(id.clone(), Arc::clone(row));
            }
        }
        for index in &self.removed {
            let ids = all.clone().flat_map(|kind| {
                next.topology(kind).nodes.keys().map(move |id| (kind, id.clone()))
            });
            let ids: Vec<_> = ids.collect();
            if !ids.is_empty() {
                let (kind, id) = index.get(&ids);
                next.topology_mut(*kind).nodes.remove(id);
            }
        }
        if let Some(emptied) = &self.emptied {
            let kind = *emptied.get(&TopologyKind::ALL);
            next.topology_mut(kind).nodes.retain(|_, _| false);
        }
        if self.patch_rows.is_multiple_of(3) {
            next.dns = self.patch.dns.clone();
        }
        picture::share(report, &mut next);
        next
    }
}

/// What one rendering after another says, against what the last alone says.
fn follow(
    reports: Vec<(Report, u16)>,
    options: &[ViewOptions],
) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut previous: Option<Lifted> = None;
    for (report, asked) in reports {
        let report = Arc::new(report);
        let own = match &previous {
            Some(previous) => Lifted::after(previous, Arc::clone(&report)),
            None => Lifted::new(Arc::clone(&report)),
        };
        let alone = Lifted::new(Arc::clone(&report));
        let views = ViewId::ALL.into_iter().filter(|view| asked & (1 << *view as u16) != 0);
        for view in views {
            for options in options {
                let own = picture::picture(&own, view, options);
                prop_assert_eq!(own, picture::picture(&alone, view, options));
            }
        }
        prop_assert_eq!(picture::connections(&own), picture::connections(&alone));
        if let Some(previous) = &previous {
            // Who still reads the older rendering sees what it saw.
            let alone = Lifted::new(Arc::new(previous.report().clone()));
            for view in [ViewId::Containers, ViewId::Hosts] {
                let older = picture::picture(previous, view, &options[0]);
                prop_assert_eq!(older, picture::picture(&alone, view, &options[0]));
            }
        }
        previous = Some(own);
    }
    Ok(())
}

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

proptest! {
    // 16 cases of a dozen steps unless PROPTEST_CASES says otherwise: each draws all views twice.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(16),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn after_a_report_is_as_from_nothing(
        first in arbitrary::report(),
        steps in steps(),
        query in arbitrary::query(),
    ) {
        let mut reports = vec![(first, u16::MAX)];
        for (step, asked) in steps {
            let next = step.apply(&reports[reports.len() - 1].0);
            reports.push((next, asked | asked.rotate_left(3)));
        }
        follow(reports, &[ViewOptions::default(), ViewOptions::from_query(query)])?;
    }

    #[test]
    fn lines_come_and_go(
        first in vec(any::<bool>(), SITE.lines().count()),
        steps in vec((vec(any::<Index>(), 1..5), any::<u16>()), 10..24),
        query in arbitrary::query(),
    ) {
        let lines: Vec<&str> = SITE.lines().collect();
        let mut here: BTreeSet<usize> = (0..lines.len()).filter(|line| first[*line]).collect();
        let report = |here: &BTreeSet<usize>| {
            fixture::report(&here.iter().map(|line| lines[*line]).collect::<Vec<_>>().join("\n"))
        };
        let mut reports = vec![(report(&here), u16::MAX)];
        for (toggled, asked) in steps {
            for index in toggled {
                let line = index.index(lines.len());
                if !here.remove(&line) {
                    here.insert(line);
                }
            }
            let mut next = report(&here);
            picture::share(&reports[reports.len() - 1].0, &mut next);
            reports.push((next, asked | asked.rotate_left(3)));
        }
        let pairs = [("t", "5s")].into_iter().chain(query);
        follow(reports, &[ViewOptions::default(), ViewOptions::from_query(pairs)])?;
    }
}
