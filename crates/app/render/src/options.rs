//! The choices a reader has in a view, and the choices made.
//!
//! Two rules of the original that its clients rely on: without any query parameter no choice
//! applies, not even the defaults; with any, even an unknown one, every group has its default. And
//! a value a group does not have switches the group off.

use crate::label_filter::{LabelFilter, LabelFilters};
use crate::lifted::Lifted;
use crate::ops::predicates::is_in_namespace;
use crate::traits::Traits;
use crate::{GraphNode, ViewId};
use scope_report::{Text, TopologyKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many namespaces may be chosen at once.
const NAMESPACES_MAX: usize = 128;

/// The length of a chosen namespace; Kubernetes allows 63, Swarm stacks a few more.
const NAMESPACE_BYTES_MAX: usize = 256;

/// A choice among fixed values that a request made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
enum Choice {
    /// Whatever the group's default is.
    #[default]
    Unstated,
    /// A value of the group by its place.
    Value(u8),
    /// No value of the group: it sifts nothing.
    Unknown,
}

/// The choices of a request, in a form where equal effects are equal values.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct ViewOptions {
    /// Whether there was any query parameter at all.
    stated: bool,
    choices: [Choice; FixedGroup::ALL.len()],
    namespaces: BTreeSet<Text>,
    /// The operator's choice in the group `system`, which then counts as unknown.
    label_filter: Option<Arc<LabelFilter>>,
}

/// A choice a reader has in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceGroup {
    /// The query parameter.
    pub id: &'static str,
    /// Chosen unless the reader chooses.
    pub default_value: &'static str,
    /// The values in the order to show them.
    pub values: Vec<ChoiceValue>,
    /// Shown while none of several is chosen; absent where exactly one is.
    pub none_label: Option<&'static str>,
}

/// A value of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceValue {
    /// Sent in the query.
    pub value: Text,
    /// What the reader sees.
    pub label: Text,
}

/// The groups whose values do not depend on the report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FixedGroup {
    Unconnected,
    System,
    Stopped,
    Uncontained,
    Unmanaged,
    Snapshot,
    Storage,
}

/// Query parameter, place of the default among the values, values with labels.
type Row = (&'static str, u8, &'static [(&'static str, &'static str)]);

impl FixedGroup {
    const ALL: [Self; 7] = [
        Self::Unconnected,
        Self::System,
        Self::Stopped,
        Self::Uncontained,
        Self::Unmanaged,
        Self::Snapshot,
        Self::Storage,
    ];

    fn row(self) -> Row {
        match self {
            Self::Unconnected => {
                ("unconnected", 1, &[("show", "Show unconnected"), ("hide", "Hide unconnected")])
            }
            Self::System => (
                "system",
                2,
                &[
                    ("all", "All"),
                    ("system", "System containers"),
                    ("application", "Application containers"),
                ],
            ),
            Self::Stopped => (
                "stopped",
                1,
                &[
                    ("stopped", "Stopped containers"),
                    ("running", "Running containers"),
                    ("both", "Both"),
                ],
            ),
            Self::Uncontained => {
                ("pseudo", 1, &[("show", "Show uncontained"), ("hide", "Hide uncontained")])
            }
            Self::Unmanaged => {
                ("pseudo", 1, &[("show", "Show unmanaged"), ("hide", "Hide unmanaged")])
            }
            Self::Snapshot => {
                ("snapshot", 1, &[("show", "Show snapshots"), ("hide", "Hide snapshots")])
            }
            Self::Storage => ("storage", 1, &[("show", "Show storage"), ("hide", "Hide storage")]),
        }
    }

    /// The groups of a view, in the order to show them.
    fn of(view: ViewId) -> &'static [Self] {
        match view {
            ViewId::Processes | ViewId::ProcessesByName => &[Self::Unconnected],
            ViewId::Containers | ViewId::ContainersByHostname | ViewId::ContainersByImage => {
                &[Self::System, Self::Stopped, Self::Uncontained]
            }
            ViewId::Pods => &[Self::Snapshot, Self::Storage, Self::Unmanaged],
            ViewId::KubeControllers
            | ViewId::Services
            | ViewId::EcsTasks
            | ViewId::EcsServices
            | ViewId::SwarmServices => &[Self::Unmanaged],
            ViewId::Hosts | ViewId::Weave => &[],
        }
    }
}

/// Whether a view tells system containers, and stopped ones, from others.
pub(crate) fn tells_containers_apart(view: ViewId) -> bool {
    FixedGroup::of(view).contains(&FixedGroup::System)
}

impl ViewOptions {
    /// The choices of a query; of a repeated parameter the first counts.
    pub fn from_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::from_query_filtered(&LabelFilters::default(), pairs)
    }

    /// As [`Self::from_query`], where the operator has added `filters`.
    pub fn from_query_filtered<'a>(
        filters: &LabelFilters,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut options = Self::default();
        let mut namespaces_stated = false;
        for (key, value) in pairs {
            options.stated = true;
            if key == "namespace" && !namespaces_stated {
                namespaces_stated = true;
                let names = value.split(',').filter(|name| name.len() <= NAMESPACE_BYTES_MAX);
                let names = names.filter(|name| !name.is_empty());
                options.namespaces = names.take(NAMESPACES_MAX).map(Text::from).collect();
            }
            for (group, choice) in FixedGroup::ALL.iter().zip(&mut options.choices) {
                let (id, _, values) = group.row();
                if id == key && *choice == Choice::Unstated {
                    if *group == FixedGroup::System {
                        options.label_filter = filters.find(value).map(Arc::clone);
                    }
                    let place = values.iter().position(|(own, _)| *own == value);
                    let place = place.and_then(|place| u8::try_from(place).ok());
                    *choice = place.map_or(Choice::Unknown, Choice::Value);
                }
            }
        }
        options.drop_defaults();
        options
    }

    /// Whether a node passes the choices that concern this view.
    ///
    /// `namespaces` are those chosen that the view offers; `passes` says whether a filter of the
    /// operator keeps the node.
    pub(crate) fn keeps<'a>(
        &self,
        view: ViewId,
        namespaces: &[&str],
        traits: Traits,
        node: impl Fn() -> Option<&'a GraphNode>,
        passes: impl Fn(&LabelFilter) -> bool,
    ) -> bool {
        if !self.stated {
            return true;
        }
        let fixed = FixedGroup::of(view).iter().all(|group| {
            let (_, default, _) = group.row();
            let value = match self.choice(*group) {
                Choice::Unknown => return true,
                Choice::Unstated => default,
                Choice::Value(value) => value,
            };
            group_keeps(*group, value, traits)
        });
        let is_in = |name: &&str| node().is_some_and(|node| is_in_namespace(node, name));
        fixed
            && (namespaces.is_empty() || traits.is_pseudo || namespaces.iter().any(is_in))
            && (traits.is_pseudo || self.label_filter_of(view).is_none_or(passes))
    }

    /// The operator's filter chosen, where the view has it among its choices.
    fn label_filter_of(&self, view: ViewId) -> Option<&LabelFilter> {
        let filter = self.label_filter.as_deref()?;
        FixedGroup::of(view).contains(&FixedGroup::System).then_some(filter)
    }

    /// The namespaces and stacks chosen that this view can be sifted by; others are no choice.
    ///
    /// The groupings of containers have no namespace of their own: they list the choice, because
    /// their parent has it, and it does not concern them.
    pub(crate) fn namespaces_chosen(&self, lifted: &Lifted, view: ViewId) -> Vec<&str> {
        let is_grouping = matches!(view, ViewId::ContainersByHostname | ViewId::ContainersByImage);
        if self.namespaces.is_empty() || is_grouping {
            return Vec::new();
        }
        let offered = namespaces_offered(lifted, view);
        let known = |name: &&Text| offered.contains(name.as_str());
        self.namespaces.iter().filter(known).map(Text::as_str).collect()
    }

    /// A choice of the default is no choice: it must not make another cache key.
    fn drop_defaults(&mut self) {
        for (group, choice) in FixedGroup::ALL.into_iter().zip(&mut self.choices) {
            if *choice == Choice::Value(group.row().1) {
                *choice = Choice::Unstated;
            }
        }
    }

    fn choice(&self, group: FixedGroup) -> Choice {
        let mut all = FixedGroup::ALL.into_iter().zip(self.choices);
        all.find(|(own, _)| *own == group).map(|(_, choice)| choice).unwrap_or_default()
    }
}

fn group_keeps(group: FixedGroup, value: u8, traits: Traits) -> bool {
    match (group, value, traits.is_pseudo) {
        (FixedGroup::Uncontained | FixedGroup::Unmanaged, 1, true) => traits.is_outside,
        (_, _, true) => true,
        (FixedGroup::Unconnected, 1, false) => traits.is_connected,
        (FixedGroup::System, 1, false) => traits.is_system,
        (FixedGroup::System, 2, false) => !traits.is_system,
        (FixedGroup::Stopped, 0, false) => !traits.is_running,
        (FixedGroup::Stopped, 1, false) => traits.is_running,
        (FixedGroup::Snapshot, 1, false) => !traits.is_snapshot,
        (FixedGroup::Storage, 1, false) => !traits.is_storage,
        _ => true,
    }
}

/// The choices a view offers of this report, in the order to show them.
///
/// The operator's `filters` are values of the group `system`.
pub fn choice_groups(lifted: &Lifted, view: ViewId, filters: &LabelFilters) -> Vec<ChoiceGroup> {
    let fixed = FixedGroup::of(view).iter().map(|group| {
        let (id, default, values) = group.row();
        let default_value = values.get(usize::from(default)).map_or("", |(value, _)| value);
        let values = values
            .iter()
            .map(|(value, label)| ChoiceValue { value: (*value).into(), label: (*label).into() });
        let filters = filters.iter().filter(|_| *group == FixedGroup::System);
        let filters = filters.map(|filter| ChoiceValue {
            value: filter.id.clone(),
            label: filter.label.title.clone(),
        });
        let values = values.chain(filters).collect();
        ChoiceGroup { id, default_value, values, none_label: None }
    });
    fixed.chain(namespace_group(lifted, view)).collect()
}

fn namespace_group(lifted: &Lifted, view: ViewId) -> Option<ChoiceGroup> {
    let listed_like = view.parent().unwrap_or(view);
    let namespaces = namespaces_offered(lifted, listed_like);
    if namespaces.is_empty() {
        return None;
    }
    let is_kubernetes =
        listed_like != ViewId::SwarmServices && !lifted.lacks(TopologyKind::Namespace);
    let values =
        namespaces.into_iter().map(|name| ChoiceValue { label: name.clone(), value: name });
    Some(ChoiceGroup {
        id: "namespace",
        default_value: "",
        values: values.collect(),
        none_label: Some(if is_kubernetes { "All Namespaces" } else { "All Stacks" }),
    })
}

fn namespaces_offered(lifted: &Lifted, view: ViewId) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    let takes_namespaces = matches!(
        view,
        ViewId::Containers | ViewId::Pods | ViewId::Services | ViewId::KubeControllers
    );
    if takes_namespaces {
        for (_, row) in lifted.rows(TopologyKind::Namespace) {
            if row.fact("kubernetes_state") != Some("deleted")
                && let Some(name) = row.latest.get("kubernetes_name")
            {
                found.insert(name.value.clone());
            }
        }
    }
    if matches!(view, ViewId::Containers | ViewId::SwarmServices) {
        let services = lifted.rows(TopologyKind::SwarmService);
        let stacks = services.filter_map(|(_, row)| row.latest.get("stack_namespace"));
        found.extend(stacks.map(|stack| stack.value.clone()));
    }
    found
}
