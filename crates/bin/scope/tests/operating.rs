//! What an operator of Weave Scope relies on: passwords, logs, signals, figures of the probe.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "operating/running.rs"]
mod running;

#[path = "operating/plugins.rs"]
mod plugins;

use running::Running;
use scope_testkit::wait;
use std::process::{Command, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// `admin:sesame`.
const ACCOUNT: &str = "Basic YWRtaW46c2VzYW1l";

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scope")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_dry_run_only_reads_the_command_line() {
    let check = |arguments: &[&str], status: i32, word: &str| {
        let (code, text) = run(arguments);
        assert_eq!(code, Some(status), "{arguments:?}: {text}");
        assert!(text.contains(word), "{text}");
    };
    check(&["launch", "-dry-run", "--weave", "peer:1"], 0, "--weave has no effect: Weave Net");
    check(&["launch", "--dry-run", "--app.userid.header=X"], 0, "users are not told apart");
    check(&["launch", "--dry-run", "ftp://peer"], 1, "neither http nor https");
    check(&["app", "--dry-run", "--app.basicAuth"], 1, "needs a password");
    check(&["app", "--app.basicAuth"], 1, "needs a password");
    check(&["--mode=banana"], 1, "command 'banana' not recognized");
    let secret = ["app", "--debug", "--dry-run", "--probe.token=s3cr3t", "t0ken@peer"];
    check(&secret, 0, "command line: app --debug --dry-run --probe.token=<elided> <elided>@peer");
    assert!(!run(&secret).1.contains("s3cr3t"));
}

#[test]
fn a_password_guards_everything_and_the_own_probe_knows_it() {
    let scope = Running::start(&[
        "launch",
        "--hostname=web-1",
        "--probe.docker=false",
        "--probe.conntrack=false",
        "--probe.dns.snoop=false",
        "--app.basicAuth",
        "--app.basicAuth.password=sesame",
        "--app.log.http",
        "--app.log.httpHeaders",
    ]);
    for path in ["/", "/api", "/api/topology", "/metrics", "/admin/summary", "/api/control/ws"] {
        let (status, body) = scope.get(path);
        assert_eq!(status, 401, "{path}: {body}");
        assert!(body.to_lowercase().contains("sign in"), "{body}");
    }
    scope.authorize("Basic YWRtaW46YWRtaW4=");
    assert_eq!(scope.get("/api").0, 401, "admin:admin is nobody");
    scope.authorize(ACCOUNT);
    let hosts = "/api/topology/hosts";
    scope.until("its own host", LIMIT, hosts, |view| view["nodes"].get("web-1;<host>").map(|_| ()));
    let log = scope.log();
    assert!(log.contains("authorization: <elided>") && !log.contains("YWRtaW46"), "{log}");
    assert!(log.lines().any(|line| line.starts_with("<app> ") && line.contains("/api/report")));
    assert!(log.lines().any(|line| line.starts_with("<probe> ")), "{log}");
}

#[test]
fn signals_ask_and_end() {
    let scope = Running::start(&[
        "launch",
        "--probe.docker=false",
        "--probe.conntrack=false",
        "--probe.dns.snoop=false",
        "--probe.http.listen=127.0.0.1:0",
    ]);
    let says = |what: &str, words: &[&str]| {
        let found = || {
            let log = scope.log();
            words.iter().all(|word| log.contains(word)).then_some(())
        };
        scope.wait(what, LIMIT, found);
    };
    says("its first report", &["the probe answers GET /metrics", "publishing"]);
    scope.signal("QUIT");
    says("its threads", &["threads of this process", "\"report-process\"", "\"publish\""]);
    says("what they did last", &["reporter process: took "]);
    scope.signal("USR1");
    says("its figures", &["scope_app_watchers", "scope_probe_duration_seconds_count"]);
    let log = scope.log();
    let address = log.split_once("address=127.0.0.1:").unwrap().1;
    let port: u16 = address.split_whitespace().next().unwrap().parse().unwrap();
    let ask = |path: &str| {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder().http_status_as_error(false).build(),
        );
        let mut answer = agent.get(format!("http://127.0.0.1:{port}{path}")).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    scope.wait("a published report", LIMIT, || {
        ask("/metrics").1.contains("scope_probe_publishes_total").then_some(())
    });
    let (status, sentence) = ask("/debug/pprof/heap");
    assert_eq!((status, sentence.contains("perf record")), (404, true));
    scope.signal("TERM");
    let (status, log) = scope.ended(LIMIT);
    assert!(status.success(), "{log}");
    assert!(log.contains("app exiting") && log.contains("probe exiting"), "{log}");
}

/// What ignores hang-ups hands that on to the shells it opens, which then outlive their terminals.
#[test]
fn nothing_is_ignored_that_its_shells_need() {
    let mut child = Command::new("nohup")
        .args([env!("CARGO_BIN_EXE_scope"), "app", "--app.auth=reading"])
        .arg("--app.http.address=127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // nohup becomes the program.
    let status = format!("/proc/{}/status", child.id());
    let is_handled = || {
        let text = std::fs::read_to_string(&status).ok()?;
        let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let hangs_up = |mask: &str| u64::from_str_radix(mask, 16).is_ok_and(|mask| mask & 1 == 1);
        (!hangs_up(line("SigIgn:")?) && hangs_up(line("SigCgt:")?)).then_some(())
    };
    let handled = wait::until("hang-ups are handled", LIMIT, is_handled);
    child.kill().unwrap();
    child.wait().unwrap();
    handled.unwrap();
}

#[test]
fn reports_can_be_printed() {
    let output = Command::new("timeout")
        .args(["--signal=TERM", "5", env!("CARGO_BIN_EXE_scope"), "probe"])
        .args(["--probe.publish.stdout", "--probe.docker=false", "--hostname=web-1"])
        .args(["--probe.conntrack=false", "--probe.dns.snoop=false"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let first = text.lines().next().unwrap();
    let report: serde_json::Value = serde_json::from_str(first).unwrap();
    assert!(report["Host"]["nodes"].get("web-1;<host>").is_some());
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("probe exiting") && !log.contains("publishing"), "{log}");
}
