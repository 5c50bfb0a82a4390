//! The list of views with their choices and sizes.

use scope_api::{OptionGroup, OptionValue, TopologyEntry, TopologyStats};
use scope_render::{ChoiceGroup, Graph, LabelFilters, Lifted, ViewId, choice_groups};
use scope_report::Text;
use smol_str::format_smolstr;

/// Every view, those with a parent under it, sorted by name; `stats` says how large each is.
///
/// `filters` are the operator's choices among containers.
pub fn topology_list(
    lifted: &Lifted,
    filters: &LabelFilters,
    stats: &mut dyn FnMut(ViewId) -> TopologyStats,
) -> Vec<TopologyEntry> {
    entries(lifted, filters, None, stats)
}

/// How large a graph is, in the words of the contract.
pub fn topology_stats(graph: &Graph) -> TopologyStats {
    let stats = graph.stats();
    TopologyStats {
        node_count: stats.node_count,
        nonpseudo_node_count: stats.nonpseudo_node_count,
        edge_count: stats.edge_count,
        filtered_nodes: stats.filtered_nodes,
    }
}

fn entries(
    lifted: &Lifted,
    filters: &LabelFilters,
    parent: Option<ViewId>,
    stats: &mut dyn FnMut(ViewId) -> TopologyStats,
) -> Vec<TopologyEntry> {
    let mut views: Vec<ViewId> =
        ViewId::ALL.into_iter().filter(|view| view.parent() == parent).collect();
    views.sort_by_key(|view| view.name());
    let entry = |view: ViewId| {
        let options: Vec<OptionGroup> =
            choice_groups(lifted, view, filters).into_iter().map(option_group).collect();
        TopologyEntry {
            name: view.name().into(),
            rank: view.rank(),
            hide_if_empty: view.hide_if_empty(),
            url: format_smolstr!("/api/topology/{}", view.as_str()),
            options: (!options.is_empty()).then_some(options),
            sub_topologies: entries(lifted, filters, Some(view), stats),
            stats: stats(view),
        }
    };
    views.into_iter().map(entry).collect()
}

fn option_group(group: ChoiceGroup) -> OptionGroup {
    let values = group.values.into_iter();
    OptionGroup {
        id: group.id.into(),
        default_value: group.default_value.into(),
        options: values.map(|own| OptionValue { value: own.value, label: own.label }).collect(),
        select_type: if group.none_label.is_some() { "union".into() } else { Text::default() },
        none_label: group.none_label.unwrap_or_default().into(),
    }
}
