//! `containers-by-image`: containers of one image as one, whatever its version.

use crate::ops::draft::{Carry, Draft, PARENTS_PER_KIND_MAX};
use crate::ops::join::canonical_image_name;
use crate::stage::Origin;
use crate::{GraphNode, Lifted, Stage, ViewId};
use scope_report::{Node, Text, TopologyKind, id};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Images that have a container; a container whose image no one reports is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let mut draft = Draft::new(lifted);
    let origin = Origin::View(ViewId::Containers);
    draft.lift_stage(lifted.stage(ViewId::Containers), origin, |draft, node, found| {
        if node.is_pseudo() {
            let place = draft.add(&node.id, || GraphNode::new(node.id.clone(), node.kind, None));
            found.push((place, Carry::Identity));
            return;
        }
        let image_id = node.fact("docker_image_id").map(id::container_image);
        if image_id.and_then(|id| lifted.row(TopologyKind::ContainerImage, &id)).is_none() {
            return;
        }
        let images = node.parents(TopologyKind::ContainerImage);
        for image in images.iter().take(PARENTS_PER_KIND_MAX) {
            found.push((draft.add_of(TopologyKind::ContainerImage, image), Carry::Family));
        }
    });
    for (id, row) in versions_joined(lifted) {
        if let Some(node) = draft.find(&id).and_then(|place| draft.node_mut(place)) {
            node.row = Some(row);
        }
    }
    draft.finish(|_| true)
}

/// What is known of all versions of an image, by the id they share.
fn versions_joined(lifted: &Lifted) -> BTreeMap<Text, Arc<Node>> {
    let mut joined: BTreeMap<Text, Arc<Node>> = BTreeMap::new();
    for row in &lifted.table(TopologyKind::ContainerImage).rows {
        let Some(name) = row.fact("docker_image_name") else { continue };
        let group = id::container_image(canonical_image_name(name));
        match joined.get_mut(&group) {
            Some(ours) => Arc::make_mut(ours).merge(row),
            None => {
                joined.insert(group, Arc::clone(row));
            }
        }
    }
    joined
}
