//! Hosts join an app by codes, speak to it over mutual TLS, and are shown the door.
//!
//! Each host is a set of namespaces of its own; the app stands on the street between them.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::acting::Actor;
use scope_e2e::api::Api;
use scope_e2e::program::{Program, binary};
use scope_e2e::tls_door::TlsDoor;
use scope_testkit::host::Host;
use scope_testkit::{namespace, wait};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

const APP: &str = "10.78.0.254:4040";

/// Another app on the same street.
const OTHER: &str = "10.78.0.253:4040";

/// What keeps a probe from looking at all of this machine.
const FLAGS: &str = "--probe.docker=false --probe.conntrack=false --probe.ebpf.connections=false \
    --probe.dns.snoop=false --probe.publish.interval=1s";

#[test]
fn a_host_joins_is_acted_on_and_is_revoked() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut town = Town::build(&["web-1"]);
    let app = App::start(&town, "app", APP, &[]);
    town.order("web-1", &app.join_command(&[]));
    app.sees(&["app-1", "web-1"], &town);

    let mut terminal = app.terminal("web-1");
    terminal.write("echo I am $(hostname)\n").unwrap();
    terminal.wait_for("I am web-1", LIMIT).unwrap();

    // After a restart it needs no code, and is the same probe.
    let before = app.command(&["probes", "list"]).unwrap();
    town.stop("web-1");
    town.order("web-1", &format!("scope probe {APP}"));
    let mut terminal = app.terminal("web-1");
    assert_eq!(app.command(&["probes", "list"]).unwrap(), before);

    assert!(app.command(&["probes", "revoke", "web-1"]).unwrap().contains("of host web-1"));
    town.says("web-1", "this probe was revoked; to let it in again, run `scope join-code`");
    terminal.wait_for_end(Duration::from_secs(10)).unwrap();
    let failure = app.command(&["probes", "revoke", "web-1"]).unwrap_err();
    assert!(failure.contains("scope probes list"), "{failure}");

    // The operator changes their mind.
    town.stop("web-1");
    town.order("web-1", &app.join_command(&[]));
    let mut terminal = app.terminal("web-1");
    terminal.write("echo I am $(hostname)\n").unwrap();
    terminal.wait_for("I am web-1", LIMIT).unwrap();
}

#[test]
fn codes_that_are_no_good_are_told_apart() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut town = Town::build(&["web-1", "db-1"]);
    let app = App::start(&town, "app", APP, &[]);
    let other = App::start(&town, "other", OTHER, &[]);

    let join = app.join_command(&[]);
    town.order("web-1", &join);
    app.sees(&["app-1", "web-1"], &town);
    town.order("db-1", &join);
    town.says("db-1", "this join code was used already");

    town.order("db-1", &app.join_command(&["--ttl=1ms"]));
    town.says("db-1", "this join code has expired");

    let code = join.split(' ').nth(3).unwrap();
    let (known, secret) = (&code[..2], &code[2..]);
    let wrong =
        format!("{known}{}{}", if secret.starts_with('A') { 'B' } else { 'A' }, &secret[1..]);
    town.order("db-1", &join.replace(code, &wrong));
    town.says("db-1", "the app does not know this join code");
    town.order("db-1", &join.replace(code, &code[..40]));
    town.says("db-1", "the join code is cut off");

    // Somebody in between has an authority of their own; they learn no code by it.
    let good = app.join_command(&[]);
    town.order("db-1", &good.replace(APP, OTHER));
    town.says("db-1", "somebody may be in between");
    assert!(other.command(&["probes", "list"]).unwrap().contains("No probe has joined yet"));
    town.stop("db-1");
    town.order("db-1", &good);
    app.sees(&["app-1", "web-1", "db-1"], &town);

    // A host of the same name is another host.
    town.order(
        "db-1",
        &format!("{} --hostname=web-1 --probe.data-dir=/tmp/nowhere-else", app.join_command(&[])),
    );
    town.says("db-1", "speaks for host web-1 already");
}

#[test]
fn certificates_are_renewed_while_terminals_go_on() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut town = Town::build(&["web-1"]);
    let app = App::start(&town, "app", APP, &["--app.probe-certificates.lifetime=12s"]);
    town.order("web-1", &app.join_command(&[]));
    let mut terminal = app.terminal("web-1");
    terminal.write("echo before\n").unwrap();
    terminal.wait_for("before", LIMIT).unwrap();
    let renewed = || town.log("web-1").matches("renewed the certificate").count() >= 2;
    wait::until("two renewals", LIMIT, || renewed().then_some(())).unwrap();
    // The first certificate is over, and with it the connections it was shown on.
    terminal.write("echo I am $(hostname)\n").unwrap();
    terminal.wait_for("I am web-1", LIMIT).unwrap();
    app.sees(&["app-1", "web-1"], &town);
}

/// Hosts on a street.
struct Town {
    hosts: Vec<(String, Host)>,
    street: Host,
}

impl Town {
    /// Builds it and moves this thread onto the street.
    fn build(names: &[&str]) -> Self {
        let street = Host::start("street").unwrap();
        street.ip(&["link", "add", "street", "type", "bridge"]).unwrap();
        for app in [APP, OTHER] {
            let address = app.replace(":4040", "/24");
            street.ip(&["addr", "add", &address, "dev", "street"]).unwrap();
        }
        street.ip(&["link", "set", "street", "up"]).unwrap();
        let mut hosts = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let host = Host::start(name).unwrap();
            let port = format!("door{index}");
            host.connect("eth0", street.namespace(), &port).unwrap();
            street.ip(&["link", "set", &port, "master", "street"]).unwrap();
            let address = format!("10.78.0.{}/24", 11 + index);
            host.ip(&["addr", "add", &address, "dev", "eth0"]).unwrap();
            hosts.push(((*name).to_owned(), host));
        }
        namespace::enter(street.namespace()).unwrap();
        Self { hosts, street }
    }

    /// Runs a command line of ours on a host, which goes on there.
    fn order(&mut self, name: &str, line: &str) {
        let binary = binary().unwrap();
        let host = self.host(name);
        let data_dir = host.folder().join("probe");
        let line = line.trim().replacen("scope", &binary.display().to_string(), 1);
        let line = if line.contains("--probe.data-dir") {
            line
        } else {
            format!("{line} --probe.data-dir={}", data_dir.display())
        };
        host.order(&format!("{line} {FLAGS} &")).unwrap();
    }

    /// Ends all that runs on a host, as a crash would.
    fn stop(&mut self, name: &str) {
        let host = self.host(name);
        let done = host.folder().join("stopped");
        host.order(&format!("kill -9 -1; wait; touch {}", done.display())).unwrap();
        wait::until("the probe's end", LIMIT, || done.exists().then_some(())).unwrap();
        std::fs::remove_file(done).unwrap();
    }

    fn says(&self, name: &str, words: &str) {
        let said = || self.log(name).contains(words).then_some(());
        let said = wait::until("what the probe says", LIMIT, said);
        said.unwrap_or_else(|failure| panic!("{failure}: {words:?} in {}", self.log(name)));
    }

    fn log(&self, name: &str) -> String {
        let found = self.hosts.iter().find(|(own, _)| own == name);
        found.map(|(_, host)| host.log()).unwrap()
    }

    fn host(&mut self, name: &str) -> &mut Host {
        let found = self.hosts.iter_mut().find(|(own, _)| own == name);
        found.map(|(_, host)| host).unwrap()
    }
}

/// An app with a folder of its own, and a probe beside it.
struct App {
    door: TlsDoor,
    data_dir: PathBuf,
    _program: Program,
}

impl App {
    fn start(town: &Town, name: &str, address: &str, flags: &[&str]) -> Self {
        let data_dir = town.street.folder().join(name);
        let own = [
            format!("--app.http.address={address}"),
            format!("--app.data-dir={}", data_dir.display()),
            format!("--probe.data-dir={}", data_dir.join("probe").display()),
        ];
        let mut arguments = vec![
            "launch",
            "--hostname=app-1",
            "--app.tls=self",
            "--app.old-probes=false",
            "--app.auth=none",
        ];
        arguments.extend(own.iter().map(String::as_str));
        arguments.extend(FLAGS.split_whitespace());
        arguments.extend(flags);
        let program = Program::start(&arguments, &[]).unwrap();
        let authority = data_dir.join("enrolment/authority.crt");
        let open = || TlsDoor::open(address, &authority).ok();
        let door = wait::until("the app's authority", LIMIT, open).unwrap();
        let app = Self { door, data_dir, _program: program };
        wait::until("the app", LIMIT, || app.api().get("/api").ok()).unwrap();
        app
    }

    fn api(&self) -> Api {
        Api::at(self.door.address())
    }

    /// Runs a command of the operator.
    fn command(&self, words: &[&str]) -> Result<String, String> {
        let output = Command::new(binary()?)
            .args(words)
            .arg(data_dir_flag(&self.data_dir))
            .output()
            .map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// The command line that an operator is told for a host that shall join.
    fn join_command(&self, flags: &[&str]) -> String {
        let told = self.command(&[&["join-code"], flags].concat()).unwrap();
        told.lines().last().unwrap().trim().to_owned()
    }

    fn sees(&self, hosts: &[&str], town: &Town) {
        let wanted = hosts.iter().map(|host| (*host).to_owned()).collect();
        let seen = || {
            let labels = self.api().view("hosts").ok()?.labels();
            (labels == wanted).then_some(())
        };
        wait::until("the hosts on the map", LIMIT, seen).unwrap_or_else(|failure| {
            let logs: Vec<String> = town.hosts.iter().map(|(_, host)| host.log()).collect();
            panic!("{failure}: {:?}\n{}", self.api().view("hosts"), logs.join("\n"));
        });
    }

    /// A shell on a host.
    fn terminal(&self, host: &str) -> scope_e2e::acting::Terminal {
        let id = format!("{host};<host>");
        let open = || {
            let (actor, _) = Actor::of(&self.api(), "hosts", &id)?;
            Some(actor.open("host_exec", "").ok()?.1)
        };
        wait::until("a terminal", LIMIT, open).unwrap()
    }
}

fn data_dir_flag(path: &Path) -> String {
    format!("--app.data-dir={}", path.display())
}
