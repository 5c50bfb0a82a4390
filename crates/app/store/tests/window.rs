//! What the store keeps, for how long, and what it makes of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use scope_report::{Node, Report, Timestamp, TopologyKind};
use scope_store::{AddError, Limits, Moment, News, Store, WINDOW_DEFAULT_SECS};
use scope_wire::delta;
use std::sync::Arc;

const WINDOW_NANOS: u64 = WINDOW_DEFAULT_SECS * 1_000_000_000;

fn store() -> Store {
    Store::new(WINDOW_NANOS, Limits::default())
}

fn at(secs: u64) -> Moment {
    Moment::from_secs(secs)
}

/// A report of host `name` at `secs` with one process for each of `pids`.
fn report(name: &str, secs: i64, pids: &[u32]) -> Report {
    let now = Timestamp::from_unix(secs, 0).unwrap();
    let mut report = Report::stamped(now);
    report.window_nanos = 3;
    report.id = format!("{name}-{secs}").into();
    let mut host = Node::new(scope_report::id::host(name), "host");
    host.set_fact("control_probe_id", now, format!("probe-{name}"));
    host.set_fact("host_name", now, name);
    host.set_fact("host_scope_version", now, "2.0.0");
    report.topology_mut(TopologyKind::Host).add(host);
    for pid in pids {
        let mut process = Node::new(scope_report::id::process(name, *pid), "process");
        process.set_fact("cmdline", now, "sleep 1");
        report.topology_mut(TopologyKind::Process).add(process);
    }
    report
}

/// The ids of the processes in the snapshot at `secs`, joined.
#[track_caller]
fn check(store: &Store, secs: u64, expect: &str) {
    let snapshot = store.snapshot(at(secs));
    let ids: Vec<&str> =
        snapshot.report.topology(TopologyKind::Process).nodes.keys().map(AsRef::as_ref).collect();
    assert_eq!(ids.join(" "), expect);
}

#[test]
fn reports_expire_after_the_window() {
    let store = store();
    check(&store, 0, "");
    store.add(Arc::new(report("a", 0, &[1])), "a", at(100)).unwrap();
    store.add(Arc::new(report("a", 5, &[2])), "a", at(105)).unwrap();
    store.add(Arc::new(report("b", 5, &[3])), "b", at(106)).unwrap();
    check(&store, 106, "a;1 a;2 b;3");
    check(&store, 115, "a;1 a;2 b;3");
    check(&store, 116, "a;2 b;3");
    check(&store, 121, "b;3");
    assert!(store.has_reports(at(121)));
    check(&store, 122, "");
    assert!(!store.has_reports(at(122)));
}

#[test]
fn one_answer_until_something_changes() {
    let store = store();
    store.add(Arc::new(report("a", 0, &[1])), "a", at(100)).unwrap();
    let first = store.snapshot(at(101));
    assert!(Arc::ptr_eq(&first, &store.snapshot(at(115))));
    assert!(Arc::ptr_eq(&first.report, &first.raw), "nothing to upgrade, nothing to copy");
    let expired = store.snapshot(at(116));
    assert!(expired.version > first.version);
    store.add(Arc::new(report("a", 1, &[1])), "a", at(116)).unwrap();
    assert!(store.snapshot(at(116)).version > expired.version);
}

#[test]
fn only_the_probe_that_spoke_is_merged_again() {
    let store = store();
    for name in ["a", "b"] {
        for secs in 0..3 {
            let report = Arc::new(report(name, secs, &[1]));
            store.add(report, name, at(100 + u64::try_from(secs).unwrap())).unwrap();
        }
    }
    let before = store.snapshot(at(102));
    store.add(Arc::new(report("b", 3, &[1])), "b", at(103)).unwrap();
    let after = store.snapshot(at(103));
    let node = |snapshot: &scope_store::Snapshot, id: &str| {
        Arc::clone(&snapshot.report.topology(TopologyKind::Process).nodes[id])
    };
    assert!(Arc::ptr_eq(&node(&before, "a;1"), &node(&after, "a;1")));
    assert!(!Arc::ptr_eq(&node(&before, "b;1"), &node(&after, "b;1")));
}

#[test]
fn a_delta_completes_its_full_and_is_nothing_without() {
    let store = store();
    let full = report("a", 0, &[1, 2]);
    let mut current = report("a", 3, &[1, 2, 3]);
    let process = current.topology_mut(TopologyKind::Process).nodes.get_mut("a;2").unwrap();
    Arc::make_mut(process).add_to_set("s", "new");
    let part = delta(&current, &full);
    assert_eq!(part.topology(TopologyKind::Process).nodes.len(), 2);

    store.add(Arc::new(full), "a", at(100)).unwrap();
    store.add(Arc::new(part), "a", at(103)).unwrap();
    check(&store, 103, "a;1 a;2 a;3");
    let snapshot = store.snapshot(at(103));
    let process = &snapshot.report.topology(TopologyKind::Process).nodes["a;2"];
    assert_eq!(process.fact("cmdline"), Some("sleep 1"));
    assert!(process.sets.get("s").unwrap().contains("new"));

    // The full is gone: what the delta says in part is seen in the raw report only.
    check(&store, 116, "a;3");
    let raw = &store.snapshot(at(116)).raw;
    assert!(raw.topology(TopologyKind::Process).nodes.contains_key("a;2"));
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let (late, early) = (report("a", 9, &[1]), report("a", 1, &[1, 2]));
    let forward = store();
    forward.add(Arc::new(early.clone()), "a", at(101)).unwrap();
    forward.add(Arc::new(late.clone()), "a", at(109)).unwrap();
    let backward = store();
    backward.add(Arc::new(late), "a", at(109)).unwrap();
    backward.add(Arc::new(early), "a", at(101)).unwrap();
    assert_eq!(forward.snapshot(at(109)).report, backward.snapshot(at(109)).report);
    check(&backward, 116, "a;1 a;2");
    check(&backward, 117, "a;1");
}

#[test]
fn a_duplicate_changes_nothing_but_the_window() {
    let store = store();
    let report = Arc::new(report("a", 1, &[1]));
    store.add(Arc::clone(&report), "a", at(100)).unwrap();
    let once = store.snapshot(at(100));
    store.add(report, "a", at(101)).unwrap();
    let twice = store.snapshot(at(101));
    assert_eq!((once.raw.window_nanos, twice.raw.window_nanos), (3, 6));
    let mut expect = Report::clone(&once.report);
    expect.window_nanos = 6;
    assert_eq!(*twice.report, expect);
}

#[test]
fn limits_are_kept_and_recover() {
    let limits = Limits { probes_max: 2, reports_per_probe_max: 2, nodes_max: 5 };
    let store = Store::new(WINDOW_NANOS, limits);
    let add = |name: &str, pids: &[u32], secs| {
        store.add(Arc::new(report(name, 0, pids)), name, at(secs)).map_err(|e| e.to_string())
    };
    add("a", &[], 100).unwrap();
    add("a", &[], 101).unwrap();
    assert_eq!(
        add("a", &[], 102).unwrap_err(),
        "cannot keep the report of probe \"a\": 2 of its reports are in the window already"
    );
    assert_eq!(
        add("b", &[1, 2, 3], 102).unwrap_err(),
        "cannot keep the report: with its 4 nodes there would be more than 5"
    );
    add("b", &[1], 102).unwrap();
    assert_eq!(
        add("c", &[], 102).unwrap_err(),
        "cannot keep the report of another probe: 2 probes report already"
    );
    add("a", &[], 116).unwrap();
    add("c", &[1, 2], 118).unwrap();
    let error = AddError::TooManyProbes { max: 2 }.to_string();
    assert_eq!(add("d", &[], 118).unwrap_err(), error);
}

#[test]
fn subscribers_learn_of_reports_and_shortcuts() {
    let store = store();
    let mut news = store.subscribe();
    assert!(!news.has_changed().unwrap());
    store.add(Arc::new(report("a", 0, &[1])), "a", at(100)).unwrap();
    assert!(news.has_changed().unwrap());
    let first = *news.borrow_and_update();
    assert_eq!(first, News { version: 1, shortcut_version: 0 });
    assert_eq!(store.snapshot(at(100)).version, first.version);
    let mut shortcut = report("a", 1, &[1]);
    shortcut.shortcut = true;
    store.add(Arc::new(shortcut), "a", at(101)).unwrap();
    store.add(Arc::new(report("a", 2, &[1])), "a", at(102)).unwrap();
    assert_eq!(*news.borrow_and_update(), News { version: 3, shortcut_version: 2 });
}

#[test]
fn probes_and_summary() {
    let store = store();
    let mut cluster = Report::stamped(Timestamp::from_unix(7, 0).unwrap());
    cluster.topology_mut(TopologyKind::Host).add(Node::new("k;<host>", "host"));
    store.add(Arc::new(report("b", 5, &[1, 2])), "b", at(100)).unwrap();
    store.add(Arc::new(report("a", 6, &[])), "a", at(101)).unwrap();
    store.add(Arc::new(cluster), "k", at(102)).unwrap();
    let probes = store.probes(at(102));
    let ids: Vec<&str> = probes.iter().map(|probe| probe.id.as_str()).collect();
    assert_eq!(ids, ["probe-a", "probe-b"]);
    assert_eq!(probes[0].last_seen, Timestamp::from_unix(6, 0).unwrap());
    assert_eq!((probes[0].hostname.as_str(), probes[0].version.as_str()), ("a", "2.0.0"));
    assert_eq!(
        store.summary_lines(at(102)),
        [
            "Jan  1 00:00:05.000: b;<host>: process:2, host:1",
            "Jan  1 00:00:06.000: a;<host>: host:1",
            "Jan  1 00:00:07.000: k;<host>: host:1",
        ]
    );
}

#[test]
fn many_at_once_lose_nothing() {
    let store = store();
    std::thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let store = &store;
            scope.spawn(move || {
                for pid in 0..50 {
                    store.add(Arc::new(report(name, 1, &[pid])), name, at(100)).unwrap();
                    let snapshot = store.snapshot(at(100));
                    let id = scope_report::id::process(name, pid);
                    let processes = &snapshot.report.topology(TopologyKind::Process).nodes;
                    assert!(processes.contains_key(&id), "{id} is in no snapshot after its report");
                }
            });
        }
    });
    assert_eq!(store.snapshot(at(100)).report.node_count(), 4 * 51);
}
