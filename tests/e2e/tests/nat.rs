//! A real Docker engine's address translation: published ports, its proxy, hairpins, MASQUERADE.
//! Each connection is on the map once, between the right two, although it is older than the probe.
//!
//! The test runs in the network namespace of an engine of its own. The machine's other processes
//! are on the map too; edges that touch neither a container nor a caller of the test are theirs.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{Api, Edges, View, edges, is_pseudo, rows, text};
use scope_e2e::internet::{self, Internet};
use scope_e2e::program::{Program, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const MAP_LIMIT: Duration = Duration::from_secs(30);

/// Containers of the test, and the port of the host that the shop's is published at.
const CONTAINERS: &[&str] = &["shop", "guest"];
const PUBLISHED_PORT: u16 = 8081;

/// A probe sees the processes of the whole machine: those of two scenes would be in one picture.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const SERVE: &str = "nc -ll -p 8080 -e sleep 36000";

/// With the engine's proxy, what the host and its containers ask of a published port may pass
/// through that process: from the containers, and on loopback.
#[test]
fn published_ports_with_the_engines_proxy() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut scene = Scene::build("{}");
    scene.call("host-own", &format!("{}:{PUBLISHED_PORT}", internet::GATEWAY));
    scene.call("host-loopback", &format!("127.0.0.1:{PUBLISHED_PORT}"));
    scene.call("host-loopback6", &format!("[::1]:{PUBLISHED_PORT}"));
    scene.wait_for_connections(6);
    let wanted = [
        ("The Internet", "shop"),
        ("guest", "The Internet"),
        ("guest", "docker-proxy"),
        ("shop", "docker-proxy"),
        ("host-loopback", "docker-proxy"),
        ("host-loopback6", "docker-proxy"),
        ("docker-proxy", "shop"),
        ("host-own", "shop"),
    ];
    scene.check(&wanted);
}

/// Without the proxy, the kernel translates all of it: both ends of hairpins and of loopback.
#[test]
fn published_ports_without_the_engines_proxy() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let settings = r#"{"userland-proxy": false, "experimental": true, "ip6tables": true,
        "ipv6": true, "fixed-cidr-v6": "fd99:81::/64"}"#;
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut scene = Scene::build(settings);
    scene.call("host-own", &format!("{}:{PUBLISHED_PORT}", internet::GATEWAY));
    scene.call("host-loopback", &format!("127.0.0.1:{PUBLISHED_PORT}"));
    scene.call("host-own6", &format!("[fd99:81::1]:{PUBLISHED_PORT}"));
    scene.wait_for_connections(6);
    let wanted = [
        ("The Internet", "shop"),
        ("guest", "The Internet"),
        ("guest", "shop"),
        ("shop", "shop"),
        ("host-own", "shop"),
        ("host-own6", "shop"),
        ("host-loopback", "shop"),
    ];
    scene.check(&wanted);
}

/// The engine, its containers, and callers on its host; dropping it ends them.
struct Scene {
    engine: DockerEngine,
    callers: Vec<Child>,
    folder: PathBuf,
    _internet: Internet,
}

impl Scene {
    /// An engine with such settings. Outside, in one container and in the other somebody calls the
    /// published port; the guest calls abroad, too.
    fn build(settings: &str) -> Self {
        let engine = DockerEngine::start_with(settings).unwrap();
        namespace::enter(engine.namespace()).unwrap();
        let mut internet = Internet::connect(engine.namespace()).unwrap();
        let folder = std::env::temp_dir().join(format!("{}-callers", engine.namespace()));
        std::fs::create_dir_all(&folder).unwrap();
        let host = keep_open(internet::GATEWAY, PUBLISHED_PORT);
        let abroad = keep_open(internet::ADDRESS, internet::PORT);
        let port = format!("{PUBLISHED_PORT}:8080");
        let shop = format!("{SERVE} & {host}");
        engine.run(&["--name", "shop", "--publish", &port, IMAGE, "sh", "-c", &shop]).unwrap();
        let guest = format!("({abroad}) & {host}");
        engine.run(&["--name", "guest", IMAGE, "sh", "-c", &guest]).unwrap();
        internet.call(PUBLISHED_PORT).unwrap();
        Self { engine, callers: Vec::new(), folder, _internet: internet }
    }

    /// Lets a program of that name on the host hold a connection.
    fn call(&mut self, name: &str, address: &str) {
        let program = self.folder.join(name);
        std::fs::copy(env!("CARGO_BIN_EXE_actor"), &program).unwrap();
        let mut caller = self.engine.command(program.to_str().unwrap());
        caller.args(["call", "tcp", address]).stdout(Stdio::null());
        self.callers.push(caller.spawn().unwrap());
    }

    /// Until so many connections to the shop are open: then the probe finds them old.
    fn wait_for_connections(&self, count: usize) {
        let open = || {
            let table = self.engine.cli(&["exec", "shop", "netstat", "-tn"]).ok()?;
            let is_served = |row: &&str| row.contains(":8080 ") && row.contains("ESTABLISHED");
            (table.lines().filter(is_served).count() == count).then_some(())
        };
        if let Err(failure) = wait::until("the connections", MAP_LIMIT, open) {
            panic!("{failure}: {:?}", self.engine.cli(&["exec", "shop", "netstat", "-tn"]));
        }
    }

    /// Starts the program and waits for exactly these edges, and for one more caller's.
    #[track_caller]
    fn check(&mut self, wanted: &[(&str, &str)]) {
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let flag = format!("--app.http.address={address}");
        let variables = [("DOCKER_HOST", self.engine.socket())];
        let _scope = Program::start(&["launch", "--hostname=host", &flag], &variables).unwrap();
        let api = Api::at(&address);
        edges_become(&api, &edges(wanted));
        self.call("host-later", &format!("{}:{PUBLISHED_PORT}", internet::GATEWAY));
        edges_become(&api, &edges(&[wanted, &[("host-later", "shop")]].concat()));
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for caller in &mut self.callers {
            let _gone = caller.kill();
            let _reaped = caller.wait();
        }
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

#[track_caller]
fn edges_become(api: &Api, wanted: &Edges) {
    let joined = || found(api).filter(|found| found == wanted);
    if let Err(failure) = wait::until("the edges", MAP_LIMIT, joined) {
        let found = found(api).unwrap_or_default();
        let missing: Vec<_> = wanted.difference(&found).collect();
        let wrong: Vec<_> = found.difference(wanted).collect();
        panic!("{failure}: missing {missing:?}, wrong {wrong:?}");
    }
    println!("precision {0}/{0}, recall {0}/{0}", wanted.len());
}

/// The edges of the test's own, between containers, processes of the host, and outside.
fn found(api: &Api) -> Option<Edges> {
    let homes = homes(api)?;
    let view: View = api.view("processes").ok()?;
    let name = |node: &serde_json::Value| {
        let label = text(node, "label");
        let own = label.rsplit('/').next().unwrap_or_default();
        homes.get(&text(node, "id")).cloned().unwrap_or_else(|| own.to_owned())
    };
    let mut edges = view.edges_among(|node| !is_pseudo(node) || name(node) == "The Internet", name);
    let is_ours = |name: &str| CONTAINERS.contains(&name) || name.starts_with("host-");
    edges.retain(|(from, to)| is_ours(from) || is_ours(to));
    Some(edges)
}

/// The container of each process that is in one.
fn homes(api: &Api) -> Option<BTreeMap<String, String>> {
    let view = api.view("containers").ok()?;
    let mut homes = BTreeMap::new();
    for name in CONTAINERS {
        let details = api.details("containers", view.labelled(name)?.0).ok()?;
        let processes = rows(&details, "children").iter().flat_map(|group| rows(group, "nodes"));
        homes.extend(processes.map(|process| (text(process, "id"), (*name).to_owned())));
    }
    Some(homes)
}

/// A loop that holds one connection to a server, whenever that starts.
fn keep_open(address: &str, port: u16) -> String {
    format!("while :; do nc {address} {port} -e sleep 36000; sleep 0.2; done")
}
