//! The laws of the wire: what is written is read back, a delta adds up, and no bytes can do harm.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generators;

use generators::report;
use proptest::prelude::*;
use scope_report::{Report, Timestamp};
use scope_wire::{
    CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK, Limits, decode, delta, drop_part_merged, encode_json,
    encode_msgpack, encode_msgpack_gzip, needs_upgrade, upgrade,
};
use std::sync::Arc;

fn small() -> Limits {
    Limits {
        decompressed_bytes_max: 1 << 20,
        decoded_bytes_max: 1 << 20,
        nodes_max: 1000,
        ..Limits::default()
    }
}

/// `report` with every fact at one instant, for what holds but for the age of facts.
fn ageless(mut report: Report) -> Report {
    for (_, topology) in report.topologies_mut() {
        for node in topology.nodes.values_mut().map(Arc::make_mut) {
            for (_, fact) in node.latest.iter_mut() {
                fact.timestamp = Timestamp::ZERO;
            }
        }
    }
    report
}

/// `report` with every measured value and bound cut to a few digits.
fn rounded(mut report: Report) -> Report {
    let round = |value: &mut f64| *value = format!("{value:.3e}").parse().unwrap();
    for (_, topology) in report.topologies_mut() {
        for node in topology.nodes.values_mut().map(Arc::make_mut) {
            let sides = node.edges.iter_mut().flat_map(|(_, edge)| edge.sides.iter_mut());
            let of_edges = sides.flat_map(|(_, side)| side.metrics.iter_mut());
            for (_, metric) in node.metrics.iter_mut().chain(of_edges) {
                round(&mut metric.min);
                round(&mut metric.max);
                metric.samples.iter_mut().for_each(|sample| round(&mut sample.value));
            }
        }
        topology.metadata_templates.iter_mut().for_each(|(_, row)| round(&mut row.priority));
        topology.metric_templates.iter_mut().for_each(|(_, row)| round(&mut row.priority));
    }
    report
}

fn merged(mut left: Report, right: &Report) -> Report {
    left.merge(right);
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn msgpack_is_read_back(report in report()) {
        let read = decode(&encode_msgpack(&report), CONTENT_TYPE_MSGPACK, "", &small());
        prop_assert_eq!(read.as_ref(), Ok(&report));
        let packed = encode_msgpack_gzip(&report, 1);
        let read = decode(&packed, CONTENT_TYPE_MSGPACK, "gzip", &small());
        prop_assert_eq!(read.as_ref(), Ok(&report));
    }

    #[test]
    fn json_is_read_back(report in report()) {
        let json = encode_json(&report);
        let read = decode(&json, CONTENT_TYPE_JSON, "", &small());
        prop_assert_eq!(read.as_ref(), Ok(&report));
        // Another writer's white space and order; its last digits of a float may differ.
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let spaced = serde_json::to_vec_pretty(&value).unwrap();
        let read = decode(&spaced, CONTENT_TYPE_JSON, "", &small()).unwrap();
        prop_assert_eq!(encode_json(&rounded(read)), encode_json(&rounded(report)));
        prop_assert!(!json.iter().any(|byte| b"<>&".contains(byte)));
    }

    #[test]
    fn full_and_delta_add_up(full in report(), current in report()) {
        let current = merged(current, &full);
        let by_delta = merged(full.clone(), &delta(&current, &full));
        let by_whole = merged(full, &current);
        prop_assert_eq!(ageless(by_delta), ageless(by_whole));
    }

    #[test]
    fn full_and_unrelated_delta_add_up(full in report(), current in report()) {
        let by_delta = merged(full.clone(), &delta(&current, &full));
        let by_whole = merged(full, &current);
        prop_assert_eq!(ageless(by_delta), ageless(by_whole));
    }

    #[test]
    fn delta_of_itself_has_no_nodes(report in report()) {
        prop_assert_eq!(delta(&report, &report).node_count(), 0);
        prop_assert_eq!(delta(&report, &ageless(report.clone())).node_count(), 0);
    }

    #[test]
    fn upgrade_is_idempotent(mut report in report()) {
        upgrade(&mut report);
        drop_part_merged(&mut report);
        let once = report.clone();
        upgrade(&mut report);
        drop_part_merged(&mut report);
        prop_assert_eq!(&report, &once);
        for (_, topology) in report.topologies() {
            for (id, node) in &topology.nodes {
                prop_assert!(*id == node.id && !node.topology.is_empty());
            }
        }
    }

    #[test]
    fn what_needs_no_upgrade_stays(report in report()) {
        if !needs_upgrade(&report) {
            let mut upgraded = report.clone();
            upgrade(&mut upgraded);
            drop_part_merged(&mut upgraded);
            prop_assert_eq!(upgraded, report);
        }
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for encoding in ["", "gzip"] {
            for content_type in [CONTENT_TYPE_MSGPACK, CONTENT_TYPE_JSON] {
                let _ = decode(&bytes, content_type, encoding, &small());
            }
        }
    }

    #[test]
    fn damaged_reports_do_no_harm(
        report in report(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for (content_type, mut bytes) in [
            (CONTENT_TYPE_MSGPACK, encode_msgpack(&report)),
            (CONTENT_TYPE_JSON, encode_json(&report)),
        ] {
            let short = &bytes[..cut.index(bytes.len())];
            prop_assert!(decode(short, content_type, "", &small()).is_err());
            for (index, byte) in &damage {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
            let read = decode(&bytes, content_type, "", &small());
            if let Ok(read) = read {
                let again = decode(&encode_msgpack(&read), CONTENT_TYPE_MSGPACK, "", &small());
                prop_assert_eq!(again, Ok(read));
            }
        }
    }
}
