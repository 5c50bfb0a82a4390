//! Terminals go on: over a broken connection of the probe, and when the page is loaded again; and
//! which shell opens.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::acting::{Actor, Terminal};
use scope_e2e::api::{Api, text};
use scope_e2e::broken_road::Road;
use scope_e2e::program::{Program, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::time::Duration;

/// For what should come at once but may be late on a busy machine; a login shell also runs whatever
/// the profile of this machine's root holds.
const SOON: Duration = Duration::from_secs(90);

/// After so long without an answer a line is typed again.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often the connections are broken.
const CUTS: usize = 3;

/// An engine, an app, and a probe that reaches it over a road that can be broken.
struct Machine {
    engine: DockerEngine,
    road: Road,
    api: Api,
    _programs: [Program; 2],
}

impl Machine {
    fn start() -> Self {
        let engine = DockerEngine::start().unwrap();
        namespace::enter(engine.namespace()).unwrap();
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let flag = format!("--app.http.address={address}");
        let app = Program::start(&["app", "--app.controls", &flag], &[]).unwrap();
        let api = Api::at(&address);
        wait::until("the app", SOON, || api.get("/api").ok()).unwrap();
        let road = Road::to(&address).unwrap();
        let arguments = ["probe", "--hostname=acts", road.address()];
        let probe = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
        Self { engine, road, api, _programs: [app, probe] }
    }

    #[track_caller]
    fn actor(&self, view: &str, node: &str) -> Actor {
        let look = || Actor::of(&self.api, view, node).map(|(actor, _)| actor);
        wait::until("a node to act on", SOON, look).unwrap()
    }

    fn container(&self, arguments: &[&str]) -> Actor {
        let id = self.engine.run(arguments).unwrap();
        self.actor("containers", &format!("{id};<container>"))
    }
}

#[test]
fn terminals_outlive_broken_connections_and_loaded_pages() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start();
    let container = machine.container(&[IMAGE, "sleep", "1000"]);
    let host = machine.actor("hosts", "acts;<host>");
    let mut sessions = Vec::new();
    for (actor, control) in [(&container, "docker_exec_container"), (&host, "host_exec")] {
        let (opened, mut terminal) = actor.open(control, "").unwrap();
        terminal.write("kept=treasure\r").unwrap();
        terminal.write("echo go-$((1+1))\r").unwrap();
        terminal.wait_for("go-2", SOON).unwrap();
        sessions.push((actor, opened, terminal));
    }
    for round in 0..CUTS {
        assert!(machine.road.cut() > 0);
        for (_, _, terminal) in &mut sessions {
            let answer = || {
                // What is typed before the app notices the break is lost with the connection.
                terminal.write(&format!("echo {round}-the-$kept\r")).unwrap();
                terminal.wait_for(&format!("{round}-the-treasure"), PATIENCE).ok()
            };
            wait::until("the terminal to go on", SOON, answer).unwrap();
        }
    }
    for (actor, opened, terminal) in sessions {
        // The line for controls is back, too.
        let resized = || actor.resize(&opened, (51, 151)).ok();
        wait::until("the probe to take controls", SOON, resized).unwrap();
        drop(terminal);
        is_seen_again(&machine, actor, &opened);
    }
}

/// A page that is loaded again sees what was said last, and goes on.
#[track_caller]
fn is_seen_again(machine: &Machine, actor: &Actor, opened: &serde_json::Value) {
    let pipe = text(opened, "pipe");
    let address = machine.api.address();
    let mut terminal = Terminal::join(address, &format!("{pipe}?replay=true")).unwrap();
    terminal.wait_for("2-the-treasure", SOON).unwrap();
    terminal.write("stty size\r").unwrap();
    terminal.wait_for("51 151", SOON).unwrap();
    drop(terminal);
    // A client of Weave Scope joins again and gets what comes from then on.
    let mut terminal = Terminal::join(address, &pipe).unwrap();
    terminal.write("echo $((40+2))-is-new\r").unwrap();
    let said = terminal.wait_for("42-is-new", SOON).unwrap();
    assert!(!said.contains("treasure"), "{said}");
    actor.close(opened).unwrap();
}

#[test]
fn the_best_shell_opens() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start();
    let check = |arguments: &[&str], expect: &str| {
        let container = machine.container(arguments);
        let (_, mut terminal) = container.open("docker_exec_container", "").unwrap();
        terminal.write("echo I am ${0##*/} $((6*7)); exit\r").unwrap();
        let said = terminal.wait_for_end(SOON).unwrap();
        assert!(said.contains(&format!("I am {expect} 42")), "{said}");
    };
    check(&[IMAGE, "sleep", "1000"], "ash");
    // As in images of Debian: bash beside the others, which is not root's login shell.
    let debian = ["/usr", "/lib", "/lib64"].map(|folder| format!("{folder}:{folder}:ro"));
    let mounts = debian.iter().flat_map(|mount| ["-v", mount.as_str()]);
    let arguments: Vec<&str> = mounts.chain([IMAGE, "sleep", "1000"]).collect();
    check(&arguments, "bash");
    // Where there is none at all, that is said.
    let nothing = std::env::temp_dir().join(format!("scope-nothing-{}.tar", std::process::id()));
    std::fs::write(&nothing, [0; 1024]).unwrap();
    machine.engine.cli(&["import", nothing.to_str().unwrap(), "nothing:local"]).unwrap();
    std::fs::remove_file(&nothing).unwrap();
    let bare = ["-v", "/bin/busybox:/sleep:ro", "nothing:local", "/sleep", "1000"];
    let refusal = machine.container(&bare).run("docker_exec_container").unwrap_err();
    assert!(refusal.contains("the container has no shell"), "{refusal}");
}
