//! The crate against a real engine: what appears, what it costs nobody to see, what changes.

#![expect(clippy::unwrap_used, reason = "every function of this file is part of a test")]

use scope_agent::{LocalNetworks, Reporter, ShortcutSender, Tagger};
use scope_docker::{Docker, DockerConfig};
use scope_report::{Node, Report, Timestamp, TopologyKind, id};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::wait;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// For what should come at once but may be late on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A change shows within 2 s, and within 0.1 s on a quiet machine; under a load of ten times the
/// processors the engine itself has been seen to need longer than 2 s.
const CHANGE_LIMIT: Duration = Duration::from_secs(6);

const HOST: &str = "test-host";

struct Probe {
    reporter: Box<dyn Reporter>,
    tagger: Box<dyn Tagger>,
    shortcuts: Receiver<Box<Report>>,
    local_networks: LocalNetworks,
}

impl Probe {
    fn new(socket: &str) -> Self {
        Self::with(socket, "/proc", Duration::from_secs(10))
    }

    fn with(socket: &str, proc_root: &str, interval: Duration) -> Self {
        let (sender, shortcuts) = sync_channel(1_024);
        let local_networks = LocalNetworks::default();
        let Docker { reporter, tagger, .. } = scope_docker::start(DockerConfig {
            host_id: HOST.to_owned(),
            probe_id: "probe-1".to_owned(),
            socket: Some(socket.to_owned()),
            interval,
            proc_root: proc_root.into(),
            omit_env_vars: true,
            omit_cmd_args: false,
            secrets: scope_agent::Secrets::Masked,
            local_networks: local_networks.clone(),
            shortcuts: ShortcutSender::new(sender),
        });
        Self { reporter, tagger, shortcuts, local_networks }
    }

    /// The container's node in a regular report, once `wanted` holds for it.
    #[track_caller]
    fn container(&mut self, id: &str, what: &str, wanted: impl Fn(&Node) -> bool) -> Arc<Node> {
        let look = || {
            let report = self.reporter.report(now()).ok()?.report;
            let nodes = &report.topology(TopologyKind::Container).nodes;
            nodes.get(id::container(id).as_str()).filter(|node| wanted(node)).cloned()
        };
        wait::until(what, SOON, look).unwrap()
    }

    /// The container's node in a shortcut, once it is in `state`; the change must have been quick.
    #[track_caller]
    fn shortcut(&self, id: &str, state: &str) -> Node {
        let look = || {
            let report = self.shortcuts.try_recv().ok()?;
            assert!(report.shortcut);
            let nodes = &report.topology(TopologyKind::Container).nodes;
            let node = nodes.get(id::container(id).as_str())?;
            (node.fact("docker_container_state") == Some(state)).then(|| Node::clone(node))
        };
        wait::until(state, CHANGE_LIMIT, look).unwrap()
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix(since.as_secs().cast_signed(), since.subsec_nanos()).unwrap()
}

fn members<'a>(node: &'a Node, set: &str) -> Vec<&'a str> {
    node.sets.get(set).map(|set| set.iter().map(|it| it.as_str()).collect()).unwrap_or_default()
}

/// A report of the processes of this machine, as far as a tagger needs them.
fn processes() -> Report {
    let mut report = Report::stamped(now());
    for dir in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = dir.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(status) = std::fs::read_to_string(dir.path().join("status")) else { continue };
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().to_owned())
        };
        let mut node = Node::new(id::process(HOST, pid), "process");
        node.set_fact("pid", now(), pid.to_string());
        node.set_fact("ppid", now(), field("PPid:").unwrap_or_default());
        node.set_fact("name", now(), field("Name:").unwrap_or_default());
        report.topology_mut(TopologyKind::Process).add(node);
    }
    report
}

#[test]
fn containers_are_drawn_measured_and_followed() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    let mut probe = Probe::new(engine.socket());
    let mut blind = Probe::with(engine.socket(), "/nowhere", Duration::from_secs(10));
    engine.cli(&["network", "create", "front"]).unwrap();
    let busy = ["sh", "-c", "while :; do :; done"];
    let published = ["-p", "8080:80", "-p", "127.0.0.1:8443:443", "--memory", "64m", "-l", "app=x"];
    let named = ["--name", "web", "--network", "front", "-e", "SECRET=1", IMAGE];
    let web = engine.run(&[&published[..], &named[..], &busy[..]].concat()).unwrap();

    let is_busy = |node: &Node| {
        let cpu = node.metrics.get("docker_cpu_total_usage");
        cpu.and_then(|metric| metric.last()).is_some_and(|sample| sample.value > 5.0)
    };
    let node = probe.container(&web, "the container's use of a processor", is_busy);
    check_facts(&engine, &node);
    check_metrics(&node);
    check_surroundings(&mut probe, &node);
    check_tagger(&engine, &mut probe, &web);
    let told = blind.container(&web, "the engine's word on that use", is_busy);
    assert_eq!(told.metrics.get("docker_memory_usage").unwrap().max, f64::from(64 << 20));

    engine.cli(&["pause", "web"]).unwrap();
    assert!(probe.shortcut(&web, "paused").fact("docker_container_uptime").is_none());
    engine.cli(&["unpause", "web"]).unwrap();
    probe.shortcut(&web, "running");
    engine.cli(&["rename", "web", "shop"]).unwrap();
    probe.container(&web, "the new name", |it| it.fact("docker_container_name") == Some("shop"));
    engine.cli(&["stop", "-t", "0", "shop"]).unwrap();
    let node = probe.shortcut(&web, "exited");
    assert!(node.fact("docker_container_state_human").unwrap().starts_with("Exited (137) "));
    let node = probe.container(&web, "it stopped", |node| node.metrics.is_empty());
    assert_eq!(members(&node, "docker_container_ips"), [""; 0]);
    engine.cli(&["rm", "shop"]).unwrap();
    probe.shortcut(&web, "deleted");
    let report = probe.reporter.report(now()).unwrap().report;
    assert!(report.topology(TopologyKind::Container).nodes.is_empty());
}

fn check_facts(engine: &DockerEngine, node: &Node) {
    assert_eq!(node.fact("docker_container_name"), Some("web"));
    assert_eq!(node.fact("docker_container_state"), Some("running"));
    assert!(node.fact("docker_container_state_human").unwrap().starts_with("Up "));
    assert_eq!(node.fact("docker_container_command"), Some("sh -c while :; do :; done"));
    assert_eq!(node.fact("docker_label_app"), Some("x"));
    assert_eq!(node.fact("docker_env_SECRET"), None);
    assert_eq!(node.fact("control_probe_id"), Some("probe-1"));
    let address = "{{.NetworkSettings.Networks.front.IPAddress}}";
    let ip = engine.cli(&["inspect", "-f", address, "web"]).unwrap();
    assert_eq!(members(node, "docker_container_networks"), ["front"]);
    assert_eq!(members(node, "docker_container_ips"), [&ip]);
    assert_eq!(members(node, "docker_container_ips_with_scopes"), [format!("{HOST};{ip}")]);
    let ports = members(node, "docker_container_ports");
    assert!(ports.contains(&"127.0.0.1:8443->443/tcp"), "{ports:?}");
    assert!(!ports.iter().any(|port| port.starts_with("0.0.0.0")), "{ports:?}");
}

fn check_metrics(node: &Node) {
    let processors = std::thread::available_parallelism().unwrap().get();
    let cpu = node.metrics.get("docker_cpu_total_usage").unwrap();
    assert_eq!(cpu.max, 100.0 * f64::from(u32::try_from(processors).unwrap()));
    let memory = node.metrics.get("docker_memory_usage").unwrap();
    assert_eq!(memory.max, f64::from(64 << 20));
    assert!(memory.last().unwrap().value > 0.0);
}

fn check_surroundings(probe: &mut Probe, container: &Node) {
    let observation = probe.reporter.report(now()).unwrap();
    assert_eq!(observation.warnings, [""; 0]);
    let report = observation.report;
    let images = &report.topology(TopologyKind::ContainerImage).nodes;
    let image = images.values().next().unwrap();
    assert!(container.parents.get("container_image").unwrap().contains(&image.id));
    assert_eq!(image.fact("docker_image_name"), Some("busybox"));
    assert_eq!(image.fact("docker_image_tag"), Some("local"));
    let overlay = &report.topology(TopologyKind::Overlay).nodes;
    let peer = overlay.get(id::docker_peer(HOST).as_str()).unwrap();
    assert_eq!(members(peer, "local_networks").len(), 2);
    let ip = members(container, "docker_container_ips").first().unwrap().parse().unwrap();
    assert!(probe.local_networks.contains(ip));
    let templates = report.topology(TopologyKind::Container);
    assert_eq!(templates.metadata_templates.len(), 12);
    assert_eq!(templates.metric_templates.len(), 2);
    assert_eq!(templates.table_templates.len(), 3);
}

/// The first process by descent, a process that `docker exec` puts beside it by control group.
fn check_tagger(engine: &DockerEngine, probe: &mut Probe, container_id: &str) {
    engine.cli(&["exec", "-d", "web", "sleep", "1000"]).unwrap();
    let look = || {
        let mut report = processes();
        probe.tagger.tag(&mut report, now());
        let nodes = report.topology(TopologyKind::Process).nodes.values();
        let own = |node: &&Arc<Node>| node.fact("docker_container_id") == Some(container_id);
        let mut names: Vec<_> = nodes.filter(own).filter_map(|node| node.fact("name")).collect();
        names.sort_unstable();
        (names == ["sh", "sleep"]).then_some(())
    };
    wait::until("both processes of the container", SOON, look).unwrap();
}

#[test]
fn engine_may_come_late_and_go() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let mut engine = DockerEngine::start().unwrap();
    let id = engine.cli(&["create", "--name", "kept", IMAGE, "sleep", "1000"]).unwrap();
    engine.stop().unwrap();
    let mut probe = Probe::with(engine.socket(), "/proc", Duration::from_millis(500));
    let path = engine.socket().trim_start_matches("unix://");
    let expect = format!(
        "no container engine at {path}: containers will not be on the map; start Docker or pass \
         --probe.docker=false"
    );
    let mut sentence = |what: &str, expect: &dyn Fn(&[String]) -> bool| {
        let look = || {
            let observation = probe.reporter.report(now()).unwrap();
            let count = observation.report.topology(TopologyKind::Container).nodes.len();
            expect(&observation.warnings).then_some(count)
        };
        wait::until(what, SOON, look).unwrap()
    };
    assert_eq!(sentence("the warning", &|warnings| warnings == [expect.clone()]), 0);
    engine.start_again().unwrap();
    sentence("the engine", &<[String]>::is_empty);
    engine.stop().unwrap();
    assert_eq!(sentence("the loss", &|warnings| warnings.len() == 1), 0);
    engine.start_again().unwrap();
    probe
        .container(&id, "the container", |it| it.fact("docker_container_state") == Some("created"));
    engine.cli(&["start", "kept"]).unwrap();
    probe.shortcut(&id, "running");
}

#[test]
fn running_containers_outlive_a_silent_engine() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let mut engine = DockerEngine::start().unwrap();
    let id = engine.run(&["--name", "kept", IMAGE, "sleep", "1000"]).unwrap();
    // The probe reaches the engine by a socket of ours, whose other side the test can cut off.
    let door = Door::open(engine.socket().trim_start_matches("unix://"));
    let mut probe = Probe::with(&door.address, "/proc", Duration::from_millis(200));
    probe.container(&id, "it to run", |it| it.fact("docker_container_state") == Some("running"));
    door.shut();
    let mut warned = |what: &str, start: &str| {
        let look = || {
            let observation = probe.reporter.report(now()).unwrap();
            let count = observation.report.topology(TopologyKind::Container).nodes.len();
            observation.warnings.iter().any(|it| it.starts_with(start)).then_some(count)
        };
        wait::until(what, SOON, look).unwrap()
    };
    assert_eq!(warned("the loss", "the container engine does not answer: running"), 1);
    engine.stop().unwrap();
    assert_eq!(warned("the end of the container", "no container engine at"), 0);
}

/// A way to an engine that can be shut.
struct Door {
    address: String,
    path: std::path::PathBuf,
    ways: Arc<std::sync::Mutex<Vec<std::os::unix::net::UnixStream>>>,
}

impl Door {
    fn open(engine: &str) -> Self {
        use std::os::unix::net::{UnixListener, UnixStream};
        let path = std::env::temp_dir().join(format!("scope-door-{}", std::process::id()));
        let listener = UnixListener::bind(&path).unwrap();
        let (engine, ways) = (engine.to_owned(), Arc::default());
        let door = Self { address: format!("unix://{}", path.display()), path, ways };
        let ways = Arc::clone(&door.ways);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let far = UnixStream::connect(&engine).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                }
                ways.lock().unwrap().extend([near, far]);
            }
        });
        door
    }

    /// Nobody answers any more: existing ways end, new ones find nothing.
    fn shut(&self) {
        std::fs::remove_file(&self.path).unwrap();
        for way in self.ways.lock().unwrap().drain(..) {
            let _closed = way.shutdown(std::net::Shutdown::Both);
        }
    }
}
