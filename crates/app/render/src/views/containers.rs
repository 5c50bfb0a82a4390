//! `containers`: processes become part of their container, and endpoints too, by address.

use crate::dense::at;
use crate::ops::draft::{Carry, Draft};
use crate::ops::join::{AddressBook, canonical_image_name, container_addresses};
use crate::stage::Origin;
use crate::{Derived, GraphNode, Lifted, PseudoKind, Stage, ViewId};
use scope_report::{Node, SortedMap, StringSet, TopologyKind, id};
use std::collections::HashMap;
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
    let mut draft = Draft::new(lifted);
    let places = draft.add_table(TopologyKind::Container);
    let processes = lifted.stage(ViewId::Processes);
    draft.lift_stage(processes, Origin::View(ViewId::Processes), |draft, node, found| {
        if node.is_pseudo() {
            let place = draft.add(&node.id, || GraphNode::new(node.id.clone(), node.kind, None));
            found.push((place, Carry::Identity));
            return;
        }
        let place = match node.fact("docker_container_id") {
            Some(container_id) => {
                draft.add_of(TopologyKind::Container, &id::container(container_id))
            }
            None => {
                let host_id = id::parse_process(&node.id).map_or("", |(host_id, _)| host_id);
                draft.add_pseudo(PseudoKind::Uncontained, host_id)
            }
        };
        found.push((place, Carry::Family));
    });
    let book = AddressBook::new(lifted, TopologyKind::Container, container_addresses);
    draft.lift_endpoints(|_, endpoint| {
        let owner = lifted.endpoint_id(endpoint).map(|id| book.owner(id));
        owner.map_or(crate::dense::ABSENT, |owner| at(&places, owner))
    });
    name_images(lifted, &mut draft, &places);
    draft.finish(|node| node.fact("docker_container_state") != Some("deleted"))
}

/// Lets containers repeat what their image says; the same words are shared by all of one image.
fn name_images(lifted: &Lifted, draft: &mut Draft<'_>, places: &[u32]) {
    let mut images: HashMap<&str, Option<Arc<Derived>>> = HashMap::new();
    let table = lifted.table(TopologyKind::Container);
    for (place, row) in places.iter().zip(&table.rows) {
        let Some(image_id) = row.fact("docker_image_id") else { continue };
        let derived = images.entry(image_id).or_insert_with(|| {
            let image = lifted.row(TopologyKind::ContainerImage, &id::container_image(image_id))?;
            Some(Arc::new(of_image(image)))
        });
        if let Some(node) = draft.node_mut(*place) {
            node.derived.clone_from(derived);
        }
    }
}

fn of_image(image: &Node) -> Derived {
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
