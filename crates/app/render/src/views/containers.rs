//! `containers`: processes become part of their container, and endpoints too, by address.

use crate::ops::draft::{Draft, Finish, Sources};
use crate::ops::join::{canonical_image_name, container_addresses};
use crate::ops::lift::{Carry, Spot};
use crate::stage::Origin;
use crate::{Derived, GraphNode, Lifted, NodeKind, PseudoKind, Stage, ViewId};
use scope_report::{Node, SortedMap, StringSet, Text, TopologyKind, id};
use std::collections::HashSet;
use std::sync::Arc;

/// The facts of an image that its containers repeat.
const IMAGE_FACTS: [&str; 5] = [
    "docker_image_label_works.weave.role",
    "docker_image_name",
    "docker_image_size",
    "docker_image_tag",
    "docker_image_virtual_size",
];

/// Containers with their processes and image, each host's uncontained processes as one.
///
/// Endpoints are lifted twice and the edges joined: through the process that holds them, and by
/// the container's address, which catches connections too short for their process to be seen.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let from = ViewId::Processes;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: true, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::Containers, sources);
    let container = NodeKind::Of(TopologyKind::Container);
    draft.add_table(TopologyKind::Container);
    draft.lift_stage(from, Origin::View(from), |node, found| {
        if node.is_pseudo() {
            found.push((node.id.clone(), node.kind, Carry::Identity));
            return;
        }
        let (id, kind) = match node.fact("docker_container_id") {
            Some(container_id) => (id::container(container_id), container),
            None => {
                let host_id = id::parse_process(&node.id).map_or("", |(host_id, _)| host_id);
                PseudoKind::Uncontained.of_host(host_id)
            }
        };
        found.push((id, kind, Carry::Family));
    });
    let (book, also) = draft.list_addresses(TopologyKind::Container, container_addresses);
    let owner = |id: &Text| Some(Spot::At(book.owner(id)?, container));
    draft.lift_endpoints(&also, |id, _| owner(id));
    read_images(&mut draft);
    draft.finish(&Finish {
        keep: &|node| node.fact("docker_container_state") != Some("deleted"),
        derive: &of_image,
        ..Finish::default()
    })
}

/// Notes what images say of their containers; the same words are shared by all of one image.
fn read_images(draft: &mut Draft<'_>) {
    let mut changed = HashSet::new();
    for change in draft.row_changes(TopologyKind::ContainerImage) {
        let new = change.new.map(|image| words_of(image));
        draft.stage.upkeep.images.update(change.id, |own| {
            let is_same = match (own.as_ref().and_then(Option::as_ref), &new) {
                (Some(own), Some(new)) => own.is(new),
                (own, new) => own.is_none() && new.is_none(),
            };
            if !is_same {
                *own = new.map(|new| Some(Arc::new(new)));
                changed.insert(change.id);
            }
        });
    }
    if draft.is_from_nothing() || changed.is_empty() {
        return;
    }
    let older = draft.lifted.older_stage(ViewId::Containers);
    for (place, node) in older.into_iter().flat_map(Stage::nodes) {
        if image_of(node).is_some_and(|image| changed.contains(&image)) {
            draft.touch(place);
        }
    }
}

/// What a container repeats of its image.
fn of_image(stage: &Stage, _: u32, node: &GraphNode) -> Option<Arc<Derived>> {
    stage.upkeep.images.get(&image_of(node)?)?.clone()
}

/// The id of the image that the row of a container names.
fn image_of(node: &GraphNode) -> Option<Text> {
    if !node.is_of(TopologyKind::Container) {
        return None;
    }
    Some(id::container_image(node.row.as_ref()?.fact("docker_image_id")?))
}

fn words_of(image: &Node) -> Derived {
    let facts = IMAGE_FACTS
        .iter()
        .filter_map(|key| image.latest.get(key).map(|fact| (*key, fact.value.clone())));
    let mut parents = SortedMap::new();
    if let Some(name) = image.fact("docker_image_name") {
        let group = id::container_image(canonical_image_name(name));
        parents.insert(TopologyKind::ContainerImage.name(), StringSet::from_iter([group]));
    }
    Derived { facts: facts.collect(), parents, metrics_of: None }
}
