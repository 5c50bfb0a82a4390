//! Volumes of a cluster: who claims what, of which class, and its snapshots.

use crate::Lifted;
use crate::ops::draft::Draft;
use crate::ops::references::{Name, Naming};
use scope_report::{Node, TopologyKind};

use TopologyKind as K;

/// How many claims of one pod are followed.
const CLAIMS_PER_POD_MAX: usize = 256;

/// The topologies whose rows refer to each other.
pub(super) const TABLES: [K; 6] = [
    K::Pod,
    K::PersistentVolume,
    K::PersistentVolumeClaim,
    K::StorageClass,
    K::VolumeSnapshot,
    K::VolumeSnapshotData,
];

/// Who names whom. The key of a snapshot's data is misspelt by the probes that report it.
const NAMINGS: [Naming; 5] = [
    Naming {
        from: K::PersistentVolumeClaim,
        names: |row| vec![("", fact(row, "kubernetes_volume_name"))],
        to: K::PersistentVolume,
        name: |row| ("", fact(row, "kubernetes_name")),
    },
    Naming {
        from: K::Pod,
        names: claims,
        to: K::PersistentVolumeClaim,
        name: |row| (fact(row, "kubernetes_namespace"), fact(row, "kubernetes_name")),
    },
    Naming {
        from: K::StorageClass,
        names: |row| vec![("", fact(row, "kubernetes_name"))],
        to: K::PersistentVolumeClaim,
        name: |row| ("", fact(row, "kubernetes_storage_class_name")),
    },
    Naming {
        from: K::PersistentVolume,
        names: |row| vec![("", fact(row, "kubernetes_name"))],
        to: K::VolumeSnapshot,
        name: |row| ("", fact(row, "kubernetes_volume_name")),
    },
    Naming {
        from: K::VolumeSnapshot,
        names: |row| vec![("", fact(row, "kuberneets_snapshot_data"))],
        to: K::VolumeSnapshotData,
        name: |row| ("", fact(row, "kubernetes_name")),
    },
];

/// Tells a cluster with snapshots from one without: only there is their data shown.
pub(super) fn mark(lifted: &Lifted) -> u8 {
    u8::from(!lifted.lacks(K::VolumeSnapshot))
}

/// Adds the storage of a cluster and connects it to the pods that use it.
pub(super) fn add(lifted: &Lifted, draft: &mut Draft<'_>) {
    for kind in [K::PersistentVolume, K::StorageClass, K::VolumeSnapshot] {
        draft.add_table(kind);
    }
    if mark(lifted) > 0 {
        draft.add_table(K::VolumeSnapshotData);
    }
    draft.follow_table(K::PersistentVolumeClaim);
    // The first book is that of the addresses of pods.
    for (index, naming) in NAMINGS.into_iter().enumerate() {
        draft.refer(index + 1, naming);
    }
}

fn claims(row: &Node) -> Vec<Name<'_>> {
    let namespace = fact(row, "kubernetes_namespace");
    let claimed = fact(row, "kubernetes_volume_claim").split(';').take(CLAIMS_PER_POD_MAX);
    claimed.map(|claim| (namespace, claim)).collect()
}

fn fact<'a>(row: &'a Node, key: &str) -> &'a str {
    row.fact(key).unwrap_or_default()
}
