//! The tagger on small process trees.

use super::*;
use crate::container::{Container, Privacy};
use crate::node::Surroundings;
use scope_agent::LocalNetworks;
use scope_agent::Secrets;
use std::sync::atomic::{AtomicU32, Ordering};

/// Starts the name of the fixture's container.
const WEB: &str = "fb452fc5c738";

fn registry() -> Arc<Registry> {
    let registry = Registry::default();
    let around = Surroundings {
        host_id: "web-1",
        probe_id: "p",
        host_ips: &[],
        local_networks: &LocalNetworks::default(),
    };
    let privacy = Privacy { omit_env_vars: true, omit_cmd_args: false, secrets: Secrets::Masked };
    let mut known = registry.lock();
    for (text, init_pid) in [
        (include_str!("../../../../../testdata/docker/inspect-web.json"), 100),
        (include_str!("../../../../../testdata/docker/inspect-side.json"), 1),
        (include_str!("../../../../../testdata/docker/inspect-done.json"), 300),
    ] {
        let answer = serde_json::from_str(text).unwrap();
        let mut container = Container::read(answer, privacy).unwrap();
        container.init_pid = Some(init_pid);
        known.put(container, Vec::new(), &around, Timestamp::ZERO);
    }
    let text = include_str!("../../../../../testdata/docker/images.json");
    let images: Vec<bollard::models::ImageSummary> = serde_json::from_str(text).unwrap();
    let image = |answer| crate::image::Image::read(answer, Secrets::Masked);
    known.put_images(images.into_iter().filter_map(image), Timestamp::ZERO);
    drop(known);
    Arc::new(registry)
}

/// A tagger over a tree of files that end with the test.
fn tagger() -> (DockerTagger, PathBuf) {
    static TREES: AtomicU32 = AtomicU32::new(0);
    let name = (std::process::id(), TREES.fetch_add(1, Ordering::Relaxed));
    let proc_root = std::env::temp_dir().join(format!("scope-tagger-{}-{}", name.0, name.1));
    std::fs::create_dir_all(&proc_root).unwrap();
    let (alive, _) = tokio::sync::watch::channel(());
    let (root, rows) = (proc_root.clone(), Vec::new());
    (DockerTagger { registry: registry(), proc_root, rows, _alive: Arc::new(alive) }, root)
}

/// A report of processes, each a pid, its parent and a name.
fn report(processes: &[(u32, u32, &str)]) -> Report {
    let mut report = Report::stamped(Timestamp::ZERO);
    for (pid, ppid, name) in processes {
        let mut node = Node::new(id::process("web-1", *pid), "process");
        node.set_fact(PID, Timestamp::ZERO, pid.to_string());
        node.set_fact(NAME, Timestamp::ZERO, *name);
        if *ppid > 0 {
            node.set_fact(PPID, Timestamp::ZERO, ppid.to_string());
        }
        report.topology_mut(TopologyKind::Process).add(node);
    }
    report
}

/// The pids that were found to belong to a container, each with the start of its id.
fn owned(report: &Report) -> Vec<(u32, String)> {
    let processes = report.topology(TopologyKind::Process).nodes.values();
    let owned = processes.filter_map(|node| {
        let id: String = node.fact(keys::CONTAINER_ID)?.chars().take(12).collect();
        Some((number(node, PID)?, id))
    });
    let mut owned: Vec<_> = owned.collect();
    owned.sort();
    owned
}

#[track_caller]
fn check(processes: &[(u32, u32, &str)], expect: &[u32]) {
    let (mut tagger, root) = tagger();
    let mut report = report(processes);
    tagger.tag(&mut report, Timestamp::ZERO);
    let expect: Vec<_> = expect.iter().map(|pid| (*pid, WEB.to_owned())).collect();
    assert_eq!(owned(&report), expect);
    std::fs::remove_dir_all(root).unwrap();
}

#[test]
fn descendants_belong_to_the_container() {
    check(&[(1, 0, "init"), (50, 1, "shim"), (100, 50, "sh"), (101, 100, "nc")], &[100, 101]);
    let deep = [(1, 0, "init"), (105, 104, "c"), (104, 103, "b"), (103, 100, "a"), (100, 1, "sh")];
    check(&deep, &[100, 103, 104, 105]);
}

#[test]
fn stopped_containers_and_process_1_own_nothing() {
    check(&[(1, 0, "init"), (300, 1, "sh"), (301, 300, "nc")], &[]);
}

#[test]
fn circles_and_missing_parents_end() {
    check(&[(7, 8, "a"), (8, 7, "b"), (9, 9, "c"), (10, 4_000, "d"), (2, 0, "[kthreadd]")], &[]);
}

#[test]
fn tag_names_container_and_image() {
    let (mut tagger, root) = tagger();
    let mut report = report(&[(100, 50, "sh")]);
    tagger.tag(&mut report, Timestamp::ZERO);
    let node = report.topology(TopologyKind::Process).nodes.values().next().unwrap();
    let container = node.fact(keys::CONTAINER_ID).unwrap();
    assert_eq!(node.parents.get("container").unwrap().as_slice(), [id::container(container)]);
    let image = node.parents.get("container_image").unwrap();
    assert_eq!(image.as_slice(), ["busybox;<container_image>"]);
    std::fs::remove_dir_all(root).unwrap();
}

#[test]
fn what_did_not_change_is_not_copied_again() {
    let (mut tagger, root) = tagger();
    let mut tell = |report: &Report, secs| {
        let mut report = report.clone();
        tagger.tag(&mut report, Timestamp::from_unix(secs, 0).unwrap());
        let nodes = &report.topology(TopologyKind::Process).nodes;
        [100, 101].map(|pid| Arc::clone(&nodes[id::process("web-1", pid).as_str()]))
    };
    let mut raw = report(&[(100, 50, "sh"), (101, 100, "nc")]);
    let [shell, cat] = tell(&raw, 1);
    let process = id::process("web-1", 101);
    let node = raw.topology_mut(TopologyKind::Process).nodes.get_mut(&process).unwrap();
    Arc::make_mut(node).set_fact(NAME, Timestamp::ZERO, "cat");
    let [same, other] = tell(&raw, 2);
    assert!(Arc::ptr_eq(&shell, &same) && !Arc::ptr_eq(&cat, &other));
    assert_eq!(other.fact(NAME), Some("cat"));
    assert!(other.fact(keys::CONTAINER_ID).is_some_and(|id| id.starts_with(WEB)));
    std::fs::remove_dir_all(root).unwrap();
}

#[test]
fn exec_is_found_by_control_group_once() {
    let (mut tagger, root) = tagger();
    let file = root.join("200").join("cgroup");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, include_str!("../../../../../testdata/docker/cgroup-v1.txt")).unwrap();
    let tree = [(50, 1, "shim"), (200, 50, "sh")];
    let expect = [(200, WEB.to_owned())];
    let mut first = report(&tree);
    tagger.tag(&mut first, Timestamp::ZERO);
    assert_eq!(owned(&first), expect);
    // The file is not read again while the process stays the same …
    std::fs::write(&file, "0::/user.slice\n").unwrap();
    tagger.tag(&mut Report::stamped(Timestamp::ZERO), Timestamp::ZERO);
    let mut second = report(&tree);
    tagger.tag(&mut second, Timestamp::ZERO);
    assert_eq!(owned(&second), expect);
    // … and is when another one has its number.
    let mut third = report(&[(50, 1, "shim"), (200, 1, "cron")]);
    tagger.tag(&mut third, Timestamp::ZERO);
    assert_eq!(owned(&third), []);
    std::fs::remove_dir_all(root).unwrap();
}
