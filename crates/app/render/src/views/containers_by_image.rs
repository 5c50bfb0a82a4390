//! `containers-by-image`: containers of one image as one, whatever its version.

use crate::ops::draft::{Draft, Finish, PARENTS_PER_KIND_MAX, Sources};
use crate::ops::join::canonical_image_name;
use crate::ops::lift::Carry;
use crate::stage::Origin;
use crate::{GraphNode, Lifted, NodeKind, Stage, ViewId};
use scope_report::{Node, Text, TopologyKind, id};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The versions of an image, and what is known of all of them together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Versions {
    ids: Arc<BTreeSet<Text>>,
    joined: Option<Arc<Node>>,
}

/// Images that have a container; a container whose image no one reports is left out.
pub(crate) fn stage(lifted: &Lifted) -> Stage {
    let from = ViewId::Containers;
    let sources = Sources { stages: &[from], tables: &[], has_endpoints: false, mark: 0 };
    let mut draft = Draft::new(lifted, ViewId::ContainersByImage, sources);
    draft.lift_stage(from, Origin::View(from), |node, found| {
        if node.is_pseudo() {
            found.push((node.id.clone(), node.kind, Carry::Identity));
            return;
        }
        // A container whose image comes or goes is another, for it repeats what its image says.
        let image_id = node.fact("docker_image_id").map(id::container_image);
        if image_id.and_then(|id| lifted.row(TopologyKind::ContainerImage, &id)).is_none() {
            return;
        }
        let images = node.parents(TopologyKind::ContainerImage).iter().take(PARENTS_PER_KIND_MAX);
        let kind = NodeKind::Of(TopologyKind::ContainerImage);
        found.extend(images.map(|image| (image.clone(), kind, Carry::Family)));
    });
    draft.follow_table(TopologyKind::ContainerImage);
    join_versions(&mut draft);
    draft.finish(&Finish { row: &joined, ..Finish::default() })
}

/// What is known of all versions of an image, by the id they share.
fn joined(stage: &Stage, node: &GraphNode) -> Option<Arc<Node>> {
    stage.upkeep.versions.get(&node.id)?.joined.clone()
}

/// Joins the versions of images where any of them changed.
fn join_versions(draft: &mut Draft<'_>) {
    let mut changed: BTreeMap<Text, Versions> = BTreeMap::new();
    for change in draft.row_changes(TopologyKind::ContainerImage) {
        for (row, is_in) in [(change.old, false), (change.new, true)] {
            let Some(name) = row.and_then(|row| row.fact("docker_image_name")) else { continue };
            let group = id::container_image(canonical_image_name(name));
            let known = || draft.stage.upkeep.versions.get(&group).cloned().unwrap_or_default();
            let ids = &mut changed.entry(group.clone()).or_insert_with(known).ids;
            let ids = Arc::make_mut(ids);
            if is_in {
                ids.insert(change.id.clone());
            } else {
                ids.remove(change.id);
            }
        }
    }
    for (group, mut versions) in changed {
        let joined = join(draft.lifted, &versions.ids);
        if versions.joined != joined {
            versions.joined = joined;
        }
        draft.stage.upkeep.versions.update(&group, |own| {
            *own = versions.joined.is_some().then_some(versions);
        });
        let place = draft.stage.places.get(&group).copied();
        place.into_iter().for_each(|place| draft.touch(place));
    }
}

fn join(lifted: &Lifted, ids: &BTreeSet<Text>) -> Option<Arc<Node>> {
    let mut rows = ids.iter().filter_map(|id| lifted.row(TopologyKind::ContainerImage, id));
    let mut joined = Arc::clone(rows.next()?);
    for row in rows {
        Arc::make_mut(&mut joined).merge(row);
    }
    Some(joined)
}
