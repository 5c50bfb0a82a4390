//! Volumes of a cluster: who claims what, of which class, and its snapshots.

use crate::Lifted;
use crate::dense::Dense;
use crate::ops::draft::Draft;
use crate::stage::{ChildRef, Origin};
use scope_report::{Node, TopologyKind};
use std::collections::HashMap;

use TopologyKind as K;

/// How many claims of one pod are followed.
const CLAIMS_PER_POD_MAX: usize = 256;

/// How many references of one kind are followed in all.
///
/// Names are unique within a cluster; several clusters in one report multiply those they share.
const REFERENCES_MAX: usize = 1 << 18;

/// Rows of a topology by a name that others refer to them by.
struct ByName<'a> {
    kind: TopologyKind,
    rows: HashMap<(&'a str, &'a str), Vec<Dense>>,
}

/// Adds the storage of a cluster and connects it to the pods that use it.
pub(super) fn add(lifted: &Lifted, draft: &mut Draft<'_>) {
    let volumes =
        ByName::new(lifted, K::PersistentVolume, |row| ("", fact(row, "kubernetes_name")));
    let claims = ByName::new(lifted, K::PersistentVolumeClaim, |row| {
        (fact(row, "kubernetes_namespace"), fact(row, "kubernetes_name"))
    });
    let claims_by_class = ByName::new(lifted, K::PersistentVolumeClaim, |row| {
        ("", fact(row, "kubernetes_storage_class_name"))
    });
    let snapshots =
        ByName::new(lifted, K::VolumeSnapshot, |row| ("", fact(row, "kubernetes_volume_name")));
    let data = ByName::new(lifted, K::VolumeSnapshotData, |row| ("", fact(row, "kubernetes_name")));
    for kind in [K::PersistentVolume, K::StorageClass, K::VolumeSnapshot] {
        draft.add_table(kind);
    }
    if !lifted.table(K::VolumeSnapshot).is_empty() {
        draft.add_table(K::VolumeSnapshotData);
    }
    refer(lifted, draft, K::PersistentVolumeClaim, &volumes, |row| {
        vec![("", fact(row, "kubernetes_volume_name"))]
    });
    refer(lifted, draft, K::Pod, &claims, |row| {
        let namespace = fact(row, "kubernetes_namespace");
        let claimed = fact(row, "kubernetes_volume_claim").split(';');
        claimed.take(CLAIMS_PER_POD_MAX).map(|claim| (namespace, claim)).collect()
    });
    refer(lifted, draft, K::StorageClass, &claims_by_class, |row| {
        vec![("", fact(row, "kubernetes_name"))]
    });
    refer(lifted, draft, K::PersistentVolume, &snapshots, |row| {
        vec![("", fact(row, "kubernetes_name"))]
    });
    // The key is misspelt by the probes that report it.
    refer(lifted, draft, K::VolumeSnapshot, &data, |row| {
        vec![("", fact(row, "kuberneets_snapshot_data"))]
    });
}

/// Connects the rows of a topology to the rows they name, which become part of them.
fn refer(
    lifted: &Lifted,
    draft: &mut Draft<'_>,
    from: TopologyKind,
    to: &ByName<'_>,
    names: impl Fn(&Node) -> Vec<(&str, &str)>,
) {
    let targets = lifted.table(to.kind);
    let mut room = REFERENCES_MAX;
    for (_, id, row) in lifted.table(from).iter() {
        for (scope, name) in names(row) {
            let named = to.rows.get(&(scope, name)).filter(|_| !name.is_empty());
            for index in named.into_iter().flatten().take(room) {
                room = room.saturating_sub(1);
                let Some(target_id) = targets.ids.get(*index as usize) else { continue };
                let own = draft.add_of(from, id);
                let target = draft.add_of(to.kind, target_id);
                draft.connect(own, target);
                draft.adopt(own, ChildRef { origin: Origin::Table(to.kind), index: *index });
            }
        }
    }
}

impl<'a> ByName<'a> {
    fn new(
        lifted: &'a Lifted,
        kind: TopologyKind,
        name: impl Fn(&'a Node) -> (&'a str, &'a str),
    ) -> Self {
        let mut rows: HashMap<_, Vec<Dense>> = HashMap::new();
        for (index, _, row) in lifted.table(kind).iter() {
            rows.entry(name(row)).or_default().push(index);
        }
        Self { kind, rows }
    }
}

fn fact<'a>(row: &'a Node, key: &str) -> &'a str {
    row.fact(key).unwrap_or_default()
}
