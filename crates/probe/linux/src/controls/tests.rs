//! Buttons on nodes, and signals to the very process that was reported.

use super::*;
use crate::proc_tree::ProcTree;
use crate::process_table::ProcessTable;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};

fn now() -> Timestamp {
    Timestamp::from_unix(1_000, 0).unwrap()
}

/// A report of `child`, tagged; and what acts on it.
fn tagged(child: &Child) -> (Report, HostHandler) {
    let tree = Arc::new(ProcTree::open(Path::new("/proc")).unwrap());
    let controls = HostControls::default();
    controls.follow(&Arc::new(Mutex::new(ProcessTable::new(tree, 1_000_000_000))));
    let mut report = Report::stamped(now());
    let node = Node::new(id::host("h"), TopologyKind::Host.name());
    report.topology_mut(TopologyKind::Host).add(node);
    for pid in [child.id(), 2] {
        let node = Node::new(id::process("h", pid), TopologyKind::Process.name());
        report.topology_mut(TopologyKind::Process).add(node);
    }
    controls.tagger("h", "p", Path::new("/proc")).tag(&mut report, now());
    let handler = HostHandler {
        shared: Arc::clone(&controls.0),
        host_id: "h".to_owned(),
        proc_root: "/proc".into(),
        shells: Arc::default(),
    };
    (report, handler)
}

fn sleeper() -> Child {
    Command::new("sleep").arg("1000").spawn().unwrap()
}

#[test]
fn buttons_are_on_hosts_and_processes() {
    let mut child = sleeper();
    let (report, _) = tagged(&child);
    let hosts = report.topology(TopologyKind::Host);
    assert_eq!(hosts.nodes["h;<host>"].fact(ACTIVE_CONTROLS), Some("host_exec"));
    assert_eq!(hosts.controls.get("host_exec").unwrap().human, "Exec shell");
    let processes = report.topology(TopologyKind::Process);
    let node = &processes.nodes[id::process("h", child.id()).as_str()];
    assert_eq!(node.fact("control_probe_id"), Some("p"));
    for control in node.fact(ACTIVE_CONTROLS).unwrap().split(';') {
        assert!(!processes.controls.get(control).unwrap().confirmation.is_empty());
        assert!(ProcessSignal::of_control(control).is_some());
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_reported_process_is_signalled() {
    for (signal, number) in [(ProcessSignal::Term, 15), (ProcessSignal::Kill, 9)] {
        let mut child = sleeper();
        let (_, handler) = tagged(&child);
        handler.signal(child.id(), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(number));
        let gone = handler.signal(child.id(), signal).unwrap_err().to_string();
        assert_eq!(gone, format!("process {} is gone", child.id()));
    }
}

#[test]
fn another_process_under_the_number_is_spared() {
    let mut child = sleeper();
    let (_, handler) = tagged(&child);
    let rows = handler.shared.reported();
    let mut row = *row(&rows, child.id()).unwrap();
    row.start_ticks -= 1;
    *handler.shared.reported.lock().unwrap() = [row].into();
    let sentence = handler.signal(child.id(), ProcessSignal::Kill).unwrap_err().to_string();
    assert!(sentence.contains("another by now"), "{sentence}");
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}
