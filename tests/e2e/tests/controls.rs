//! Controls on a real machine, driven as the client of Weave Scope drives them: a shell in a
//! container and on the host, logs, the states of a container.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::acting::{Actor, Terminal};
use scope_e2e::api::{Api, fact, text};
use scope_e2e::program::{Program, binary, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::host::Host;
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::time::Duration;

/// For what should come at once but may be late on a busy machine; a login shell also runs whatever
/// the profile of this machine's root holds (pyenv's may wait a minute for a lock).
const SOON: Duration = Duration::from_secs(90);

/// A machine with an engine, and what sees it.
struct Machine {
    engine: DockerEngine,
    scope: Program,
    api: Api,
}

impl Machine {
    fn start(extra: &[&str]) -> Self {
        let engine = DockerEngine::start().unwrap();
        namespace::enter(engine.namespace()).unwrap();
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let flag = format!("--app.http.address={address}");
        let arguments = [&["launch", "--hostname=acts", "--app.controls", &flag], extra].concat();
        let scope = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
        Self { engine, scope, api: Api::at(&address) }
    }

    fn run(&self, name: &str, arguments: &[&str]) -> String {
        let id = self.engine.run(&[&["--name", name], arguments].concat()).unwrap();
        format!("{id};<container>")
    }

    /// The node with its buttons, once it has that one.
    #[track_caller]
    fn actor(&self, view: &str, node: &str, control: &str) -> Actor {
        let look = || {
            let (actor, controls) = Actor::of(&self.api, view, node)?;
            controls.iter().any(|id| id == control).then_some(actor)
        };
        wait::until(&format!("{control} on {node}"), SOON, look).unwrap()
    }

    /// Waits until the map shows the state and exactly these buttons.
    #[track_caller]
    fn shows(&self, node: &str, state: &str, expect: &[&str]) {
        let look = || {
            let (_, controls) = Actor::of(&self.api, "containers", node)?;
            let details = self.api.details("containers", node).ok()?;
            let shown = fact(&details, "docker_container_state_human");
            (shown.contains(state) && controls == expect).then_some(())
        };
        wait::until(&format!("{state} with {expect:?}"), SOON, look).unwrap();
    }

    /// How many processes of this machine have `word` in their command line.
    fn processes(&self, word: &str) -> usize {
        let Ok(all) = std::fs::read_dir("/proc") else { return 0 };
        let lines = all.flatten().filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).replace('\0', " ").contains(word)).count()
    }

    /// The children of the program that nobody waited for.
    fn zombies(&self) -> usize {
        let children = format!("/proc/{0}/task/{0}/children", self.scope.pid());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        let is_zombie = |pid: &&str| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.contains(") Z ")
        };
        children.split_whitespace().filter(is_zombie).count()
    }
}

const RUNNING: [&str; 6] = [
    "docker_restart_container",
    "docker_stop_container",
    "docker_pause_container",
    "docker_attach_container",
    "docker_exec_container",
    "docker_container_logs",
];

const STOPPED: [&str; 3] =
    ["docker_start_container", "docker_remove_container", "docker_container_logs"];

#[test]
fn containers_change_their_state() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(&[]);
    let node =
        machine.run("web", &[IMAGE, "sh", "-c", "trap exit TERM; while :; do sleep 1; done"]);
    machine.shows(&node, "Up", &RUNNING);
    let actor = machine.actor("containers", &node, "docker_pause_container");
    let refusal = actor.run("docker_dance").unwrap_err();
    assert_eq!(refusal, r#""Control \"docker_dance\" not recognised""#);
    actor.run("docker_pause_container").unwrap();
    machine.shows(&node, "Paused", &["docker_unpause_container", "docker_container_logs"]);
    let refusal = actor.run("docker_attach_container").unwrap_err();
    assert!(refusal.contains("does not run"), "{refusal}");
    actor.run("docker_unpause_container").unwrap();
    machine.shows(&node, "Up", &RUNNING);
    actor.run("docker_restart_container").unwrap();
    machine.shows(&node, "Up", &RUNNING);
    let refusal = actor.run("docker_remove_container").unwrap_err();
    assert!(refusal.contains("running container"), "{refusal}");
    actor.run("docker_stop_container").unwrap();
    machine.shows(&node, "Exited", &STOPPED);
    let refusal = actor.run("docker_exec_container").unwrap_err();
    assert!(refusal.contains("is not running"), "{refusal}");
    actor.run("docker_start_container").unwrap();
    machine.shows(&node, "Up", &RUNNING);
    actor.run("docker_stop_container").unwrap();
    machine.shows(&node, "Exited", &STOPPED);
    let answer = actor.run("docker_remove_container").unwrap();
    assert_eq!(text(&answer, "removedNode"), node);
    let gone = || machine.api.details("containers", &node).is_err().then_some(());
    wait::until("it to vanish from the map", SOON, gone).unwrap();
    for control in ["start_container", "exec_container", "attach_container", "container_logs"] {
        let refusal = actor.run(&format!("docker_{control}")).unwrap_err();
        assert!(refusal.contains("the container is gone: No such container"), "{refusal}");
    }
}

#[test]
fn a_shell_in_a_container_is_a_terminal() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let mut machine = Machine::start(&[]);
    let node = machine.run("web", &[IMAGE, "sleep", "1000"]);
    let actor = machine.actor("containers", &node, "docker_exec_container");
    let (opened, mut terminal) = actor.open("docker_exec_container", "").unwrap();
    assert_eq!(opened.get("raw_tty"), Some(&Value::Bool(true)));
    assert_eq!(actor.check(&opened), 204);
    is_a_terminal(&actor, &opened, &mut terminal);
    terminal.write("exit\r").unwrap();
    terminal.wait_for_end(SOON).unwrap();
    assert_eq!(actor.check(&opened), 404);
    assert!(Terminal::join(machine.api.address(), &text(&opened, "pipe")).is_err());
    let refusal = actor.resize(&opened, (40, 120)).unwrap_err();
    assert!(refusal.contains("that terminal is closed"), "{refusal}");

    // What the user leaves running ends with the terminal, and with the probe.
    let shells = || machine.processes("sleep 4321");
    let (opened, mut terminal) = actor.open("docker_exec_container", "").unwrap();
    terminal.write("sleep 4321\r").unwrap();
    wait::until("a program in the shell", SOON, || (shells() == 1).then_some(())).unwrap();
    actor.close(&opened).unwrap();
    terminal.wait_for_end(SOON).unwrap();
    wait::until("that program's end", SOON, || (shells() == 0).then_some(())).unwrap();
    let (_, mut terminal) = actor.open("docker_exec_container", "").unwrap();
    terminal.write("sleep 4321\r").unwrap();
    wait::until("a program in the shell", SOON, || (shells() == 1).then_some(())).unwrap();
    let (status, took) = machine.scope.interrupt().unwrap();
    println!("Ctrl-C took {} ms", took.as_millis());
    assert!(status.success());
    let shells = || machine.processes("sleep 4321");
    wait::until("that program's end", SOON, || (shells() == 0).then_some(())).unwrap();
}

/// What both kinds of shell must do.
#[track_caller]
fn is_a_terminal(actor: &Actor, opened: &Value, terminal: &mut Terminal) {
    terminal.write("echo $((6*7))is\r").unwrap();
    terminal.wait_for("42is", SOON).unwrap();
    actor.resize(opened, (48, 130)).unwrap();
    terminal.write("stty size\r").unwrap();
    terminal.wait_for("48 130", SOON).unwrap();
    // What is typed comes back as it was, and what is printed comes whole.
    terminal.write("echo gr\u{f6}\u{df}e-\u{20ac}-\u{1f600} | cat\r").unwrap();
    terminal.wait_for("| cat", SOON).unwrap();
    terminal.wait_for("gr\u{f6}\u{df}e-\u{20ac}-\u{1f600}", SOON).unwrap();
    terminal.write("echo $TERM/$LANG/\r").unwrap();
    terminal.wait_for("xterm-256color/C.UTF-8/", SOON).unwrap();
    for size in [(0, 80), (24, 20_000)] {
        let refusal = actor.resize(opened, size).unwrap_err();
        assert!(refusal.contains("Bad parameter"), "{refusal}");
    }
}

#[test]
fn consoles_and_logs_are_shown() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(&[]);
    let echo = machine.run("echo", &["-i", IMAGE, "cat"]);
    let actor = machine.actor("containers", &echo, "docker_attach_container");
    let (opened, mut console) = actor.open("docker_attach_container", "").unwrap();
    assert!(opened.get("raw_tty").is_none());
    console.write("to be\n").unwrap();
    console.wait_for("to be\n", SOON).unwrap();
    actor.close(&opened).unwrap();
    machine.shows(&echo, "Up", &RUNNING);

    let screen = machine.run("screen", &["-it", IMAGE, "sh"]);
    let actor = machine.actor("containers", &screen, "docker_attach_container");
    let (opened, mut console) = actor.open("docker_attach_container", "").unwrap();
    assert_eq!(opened.get("raw_tty"), Some(&Value::Bool(true)));
    actor.resize(&opened, (33, 99)).unwrap();
    console.write("stty size\r").unwrap();
    console.wait_for("33 99", SOON).unwrap();
    actor.close(&opened).unwrap();
    machine.shows(&screen, "Up", &RUNNING);

    logs_are_shown(&machine);
}

fn logs_are_shown(machine: &Machine) {
    let script =
        "for i in 1 2 3 4 5; do echo line-$i; echo error-$i >&2; done; read x; echo $x-read";
    let node = machine.run("talker", &["-i", IMAGE, "sh", "-c", script]);
    let actor = machine.actor("containers", &node, "docker_container_logs");
    let (opened, mut log) = actor.open("docker_container_logs", "").unwrap();
    assert!(opened.get("raw_tty").is_none());
    log.wait_for("line-1\n", SOON).unwrap();
    log.wait_for("line-5\n", SOON).unwrap();
    let once = |arguments: &str| {
        let (_, mut log) = actor.open("docker_container_logs", arguments).unwrap();
        log.wait_for_end(SOON).unwrap()
    };
    let two = once(r#"{"follow":"false","tail":"2"}"#);
    assert_eq!(two.lines().count(), 2, "{two:?}");
    assert_eq!(once(r#"{"follow":"false","since":"2100-01-01T00:00:00Z"}"#), "");
    assert_eq!(once(r#"{"follow":"false","tail":"all"}"#).lines().count(), 10);
    let dated = once(r#"{"follow":"false","timestamps":"true","since":"1h"}"#);
    assert!(dated.starts_with("20") && dated.contains("Z line-1\n"), "{dated:?}");
    let refusal = actor.run_with("docker_container_logs", r#"{"tail":"-3"}"#).unwrap_err();
    assert!(refusal.contains("Bad parameter: tail"), "{refusal}");
    // Whoever follows sees what comes, and the end.
    let console = machine.actor("containers", &node, "docker_attach_container");
    let (_, mut console) = console.open("docker_attach_container", "").unwrap();
    console.write("word\n").unwrap();
    log.wait_for("word-read\n", SOON).unwrap();
    log.wait_for("its log ends here", SOON).unwrap();
    assert_eq!(actor.check(&opened), 204);
    actor.close(&opened).unwrap();
    log.wait_for_end(SOON).unwrap();
}

#[test]
fn the_host_and_its_processes_are_acted_on() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(&[]);
    let host = machine.actor("hosts", "acts;<host>", "host_exec");
    let (opened, mut terminal) = host.open("host_exec", "").unwrap();
    assert_eq!(text(&opened, "resize_tty_control"), "host_resize_exec_tty");
    is_a_terminal(&host, &opened, &mut terminal);
    terminal.write("sleep 8765 &\r").unwrap();
    terminal.write("echo $!-\"num\"ber\r").unwrap();
    let said = terminal.wait_for("-number", SOON).unwrap();
    let pid = said.trim_end_matches("-number").rsplit(|it: char| !it.is_ascii_digit()).next();
    let node = format!("acts;{}", pid.unwrap());
    let process = machine.actor("processes", &node, "process_signal_term");
    process.run("process_signal_term").unwrap();
    let end = || (machine.processes("sleep 8765") == 0).then_some(());
    wait::until("its end", SOON, end).unwrap();
    let refusal = process.run("process_signal_kill").unwrap_err();
    assert!(refusal.contains("is gone"), "{refusal}");
    terminal.write("exit\r").unwrap();
    terminal.wait_for_end(SOON).unwrap();
    let closed = || (host.check(&opened) == 404).then_some(());
    wait::until("the pipe's end", SOON, closed).unwrap();

    let (opened, mut terminal) = host.open("host_exec", "").unwrap();
    terminal.write("sleep 5432\r").unwrap();
    let runs = |count| (machine.processes("sleep 5432") == count).then_some(());
    wait::until("a program in the shell", SOON, || runs(1)).unwrap();
    host.close(&opened).unwrap();
    wait::until("that program's end", SOON, || runs(0)).unwrap();
    let reaped = || (machine.zombies() == 0).then_some(());
    wait::until("every shell to be waited for", SOON, reaped).unwrap();
}

#[test]
fn nobody_acts_where_controls_are_off() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let machine = Machine::start(&["--probe.no-controls"]);
    let node = machine.run("web", &[IMAGE, "sleep", "1000"]);
    let look = || machine.api.details("containers", &node).ok();
    let details = wait::until("the container", SOON, look).unwrap();
    assert_eq!(details.get("controls"), Some(&Value::Array(Vec::new())));
    let report = machine.api.get("/api/report").unwrap().to_string();
    assert!(!report.contains("active_controls") && !report.contains("docker_exec_container"));
}

/// The app is killed and comes back: the probe takes calls again, and a terminal goes on.
#[test]
fn terminals_outlive_the_app() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let flag = format!("--app.http.address={address}");
    let start_app = || Program::start(&["app", "--app.controls", &flag], &[]).unwrap();
    let app = start_app();
    let arguments = ["probe", "--hostname=acts", "--probe.docker=false", &address];
    let probe = Program::start(&arguments, &[]).unwrap();
    let api = Api::at(&address);
    let actor = || Actor::of(&api, "hosts", "acts;<host>").map(|(actor, _)| actor);
    let host = wait::until("the host", SOON, actor).unwrap();
    let (opened, mut terminal) = host.open("host_exec", "").unwrap();
    terminal.write("kept=treasure\r").unwrap();
    terminal.wait_for("kept=treasure", SOON).unwrap();
    drop(app);
    let _app = start_app();
    wait::until("the app", SOON, || api.get("/api").ok()).unwrap();
    let mut terminal = Terminal::join(&address, &text(&opened, "pipe")).unwrap();
    terminal.write("echo the-$kept\r").unwrap();
    terminal.wait_for("the-treasure", SOON).unwrap();
    let again = || host.resize(&opened, (50, 150)).ok();
    wait::until("the probe to take calls again", SOON, again).unwrap();
    terminal.write("stty size\r").unwrap();
    terminal.wait_for("50 150", SOON).unwrap();
    println!("the probe said:\n{}", probe.log());
}

/// A probe with mounts of its own, as in a container, opens the shell outside.
#[test]
fn a_shell_leads_out_of_the_probes_container() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut ship = Host::start("ship").unwrap();
    namespace::enter(ship.namespace()).unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let scope = binary().unwrap().display().to_string();
    let flags =
        format!("--hostname=ship --probe.docker=false --app.controls --app.http.address={address}");
    let inside = format!("mount -t tmpfs none /srv && exec {scope} launch {flags}");
    ship.order(&format!("unshare --mount sh -c '{inside}' &")).unwrap();
    let api = Api::at(&address);
    let actor = || Actor::of(&api, "hosts", "ship;<host>").map(|(actor, _)| actor);
    let host = wait::until("the host", SOON, actor);
    let host = host.unwrap_or_else(|failure| panic!("{failure}: {}", ship.log()));
    let (_, mut terminal) = host.open("host_exec", "").unwrap();
    terminal.write("echo $(grep -c ' /srv tmpfs' /proc/mounts)-\"moun\"ts\r").unwrap();
    let said = terminal.wait_for("-mounts", SOON).unwrap();
    assert!(said.ends_with("0-mounts"), "{said}");
    terminal.write("exit\r").unwrap();
    terminal.wait_for_end(SOON).unwrap();
}
