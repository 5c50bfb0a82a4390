//! What a Scope 1.13.2 probe really sent is read in full and written back in the same form.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rmp::Marker;
use scope_report::{Report, TopologyKind};
use scope_wire::{CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK, Limits, decode};
use scope_wire::{encode_json, encode_msgpack};
use std::collections::BTreeSet;
use std::io::Read;

const FULL_SMALL: &[u8] = include_bytes!("../testdata/full-small.msgpack.gz");
const FULL_LARGE: &[u8] = include_bytes!("../testdata/full-large.msgpack.gz");
const DELTA: &[u8] = include_bytes!("../testdata/delta.msgpack.gz");
const SHORTCUT: &[u8] = include_bytes!("../testdata/shortcut.msgpack.gz");
const MULTIHOST: &[u8] = include_bytes!("../testdata/multihost.json.gz");

fn read(post: &[u8]) -> Report {
    decode(post, CONTENT_TYPE_MSGPACK, "gzip", &Limits::default()).unwrap()
}

fn unpacked(post: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(post).read_to_end(&mut bytes).unwrap();
    bytes
}

#[track_caller]
fn check(post: &[u8], expect: &[(TopologyKind, usize)]) {
    let report = read(post);
    let counts: Vec<_> = report
        .topologies()
        .map(|(kind, topology)| (kind, topology.nodes.len()))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(counts, expect);

    let written = encode_msgpack(&report);
    let again = decode(&written, CONTENT_TYPE_MSGPACK, "", &Limits::default()).unwrap();
    assert!(again == report, "msgpack is not read back");
    let json = encode_json(&report);
    let again = decode(&json, CONTENT_TYPE_JSON, "", &Limits::default()).unwrap();
    assert!(again == report, "json is not read back");

    let recorded = unpacked(post);
    assert_eq!(struct_shapes(&written), struct_shapes(&recorded));
}

#[test]
fn full_small() {
    use TopologyKind as K;
    check(
        FULL_SMALL,
        &[
            (K::Endpoint, 210),
            (K::Process, 461),
            (K::Container, 49),
            (K::ContainerImage, 3),
            (K::Host, 1),
            (K::Overlay, 1),
        ],
    );
}

#[test]
fn full_large() {
    use TopologyKind as K;
    check(
        FULL_LARGE,
        &[
            (K::Endpoint, 14_569),
            (K::Process, 2_430),
            (K::Container, 17),
            (K::ContainerImage, 1),
            (K::Host, 1),
            (K::Overlay, 1),
        ],
    );
}

#[test]
fn delta() {
    use TopologyKind as K;
    check(DELTA, &[(K::Endpoint, 8), (K::Process, 469), (K::Container, 39), (K::Host, 1)]);
}

#[test]
fn shortcut() {
    check(SHORTCUT, &[(TopologyKind::Container, 1)]);
    assert!(read(SHORTCUT).shortcut);
}

#[test]
fn the_details_arrive() {
    let report = read(FULL_SMALL);
    assert_eq!(report.ts.to_string(), "2026-11-20T06:39:51.440897071Z");
    assert_eq!(report.window_nanos, 3_012_747_481);
    assert_eq!(report.id, "2013214721090266418");
    let hosts = report.topology(TopologyKind::Host);
    assert_eq!(hosts.shape, "circle");
    assert_eq!(hosts.label_plural, "hosts");
    assert_eq!(hosts.controls.get("host_exec").unwrap().human, "Exec shell");
    let host = &hosts.nodes["vm;<host>"];
    assert_eq!(host.fact("kernel_version"), Some("6.12.0 #1 SMP"));
    assert_eq!(host.metrics.get("load1").unwrap().last().unwrap().value, 27.87);
    assert_eq!(host.sets.get("local_networks").unwrap().len(), 10);
    let containers = report.topology(TopologyKind::Container);
    let table = containers.table_templates.get("image_table").unwrap();
    assert_eq!(table.fixed_rows.get("docker_image_size").unwrap(), "Size");
    assert!(read(DELTA).dns["127.0.0.1"].reverse.contains("localhost"));
}

#[test]
fn delta_parts_are_told_from_whole_nodes() {
    let mut report = read(DELTA);
    let count = |report: &Report, kind| report.topology(kind).nodes.len();
    scope_wire::upgrade(&mut report);
    scope_wire::drop_part_merged(&mut report);
    assert_eq!(count(&report, TopologyKind::Endpoint), 8);
    assert_eq!(count(&report, TopologyKind::Host), 0);

    let mut merged = read(FULL_SMALL);
    merged.merge(&read(DELTA));
    scope_wire::upgrade(&mut merged);
    scope_wire::drop_part_merged(&mut merged);
    assert_eq!(count(&merged, TopologyKind::Host), 1);
}

#[test]
fn json_of_an_app_is_read() {
    let report = decode(MULTIHOST, CONTENT_TYPE_JSON, "gzip", &Limits::default()).unwrap();
    assert_eq!(report.topology(TopologyKind::Host).nodes.len(), 4);
    let again = decode(&encode_json(&report), CONTENT_TYPE_JSON, "", &Limits::default());
    assert!(again.unwrap() == report);
}

#[test]
fn a_damaged_post_does_no_harm() {
    let limits = Limits::default();
    let whole = unpacked(SHORTCUT);
    for len in (0..whole.len()).step_by(5) {
        let cut = decode(&whole[..len], CONTENT_TYPE_MSGPACK, "", &limits);
        assert!(cut.is_err(), "the first {len} bytes pass for a report");
    }
    for at in (0..whole.len()).step_by(3) {
        // Nil, a map and a string of four gigabytes, a wrong letter.
        for byte in [0xc0, 0xdf, 0xdb, whole[at] ^ 1] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let _ = decode(&damaged, CONTENT_TYPE_MSGPACK, "", &limits);
        }
    }
}

/// The key sequences of all maps that stand for a struct: what is left out and in which order.
fn struct_shapes(bytes: &[u8]) -> BTreeSet<Vec<String>> {
    let mut walk = Walk { bytes, at: 0, shapes: BTreeSet::new() };
    walk.value();
    assert_eq!(walk.at, bytes.len());
    walk.shapes
}

const STRUCT_KEYS: &str = " TS Endpoint Process Container Pod Service Deployment ReplicaSet \
    DaemonSet StatefulSet CronJob Namespace ContainerImage Host ECSTask ECSService SwarmService \
    Overlay PersistentVolume PersistentVolumeClaim StorageClass VolumeSnapshot \
    VolumeSnapshotData Job DNS Sampling Window Shortcut Plugins ID Count Total shape tag label \
    label_plural nodes controls metadata_templates metric_templates table_templates id topology \
    sets adjacency latest metrics parents children timestamp value samples date min max truncate \
    dataType priority from format group prefix type columns fixedRows human icon confirmation \
    rank probeId forward reverse ";

/// Walks msgpack as the recorded posts use it; old-spec strings only, anything else fails.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    shapes: BTreeSet<Vec<String>>,
}

impl Walk<'_> {
    fn take(&mut self, len: usize) -> &[u8] {
        self.at += len;
        &self.bytes[self.at - len..self.at]
    }

    fn number(&mut self, len: usize) -> usize {
        self.take(len).iter().fold(0, |number, byte| (number << 8) | usize::from(*byte))
    }

    fn value(&mut self) -> Option<String> {
        let marker = Marker::from_u8(self.take(1)[0]);
        let text = match marker {
            Marker::FixStr(len) => usize::from(len),
            Marker::Str16 => self.number(2),
            Marker::FixMap(len) => return self.map(usize::from(len)),
            Marker::Map16 => {
                let len = self.number(2);
                return self.map(len);
            }
            Marker::FixArray(len) => return self.list(usize::from(len)),
            Marker::Array16 => {
                let len = self.number(2);
                return self.list(len);
            }
            Marker::F64 | Marker::U64 => 8,
            Marker::U32 => 4,
            Marker::U16 => 2,
            Marker::Null | Marker::True | Marker::False | Marker::FixPos(_) => 0,
            other => panic!("{other:?} at {}", self.at),
        };
        Some(String::from_utf8_lossy(self.take(text)).into_owned())
    }

    fn map(&mut self, len: usize) -> Option<String> {
        let mut keys = Vec::new();
        for _ in 0..len {
            keys.extend(self.value());
            self.value();
        }
        if keys.iter().all(|key| STRUCT_KEYS.contains(&format!(" {key} "))) {
            self.shapes.insert(keys);
        }
        None
    }

    fn list(&mut self, len: usize) -> Option<String> {
        for _ in 0..len {
            self.value();
        }
        None
    }
}
