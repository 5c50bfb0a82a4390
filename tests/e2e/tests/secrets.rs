//! Secrets on command lines, in labels and in variables do not leave the host.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::Api;
use scope_e2e::program::{Program, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

/// A process of the host with a secret on its command line, ended with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// What the app tells once it knows the container and the process.
fn report(engine: &DockerEngine, flags: &[&str]) -> String {
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let flag = format!("--app.http.address={address}");
    let arguments = [&["launch", "--hostname=acts", &flag], flags].concat();
    let _scope = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
    let api = Api::at(&address);
    let look = || {
        // The command that starts the container of the other test is a process with that name too.
        let report = api.get("/api/report").ok()?;
        let knows =
            |topology: &str, name: &str| report[topology]["nodes"].to_string().contains(name);
        let is_whole =
            knows("Container", "e2e-secret-container") && knows("Process", "e2e-secret-process");
        is_whole.then(|| report.to_string())
    };
    wait::until("the container and the process", SOON, look).unwrap()
}

#[test]
fn secrets_stay_on_their_host() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let secrets = [
        ["-e", "POSTGRES_PASSWORD=hunter-env"],
        ["--label", "api.token=hunter-label"],
        ["--label", "database=postgres://joe:hunter-address@db/x"],
        ["--name", "e2e-secret-container"],
    ];
    let line =
        [IMAGE, "sh", "-c", "sleep 1000; : --token hunter-script", "x", "--password=hunter-c"];
    let arguments: Vec<&str> = secrets.iter().flatten().copied().chain(line).collect();
    engine.run(&arguments).unwrap();
    let script = "read x; : e2e-secret-process";
    let mut command = Command::new("sh");
    command.args(["-c", script, "e2e-secret-process", "--password", "hunter-process"]);
    let _process = Process(command.stdin(Stdio::piped()).spawn().unwrap());
    let env = "--probe.omit.env-vars=false";

    let masked = report(&engine, &[env]);
    assert!(!masked.contains("hunter-"), "{masked}");
    for shown in [
        "--password <masked>",
        "--token <masked>",
        "--password=<masked>",
        "postgres://joe:<masked>@db/x",
        "docker_label_api.token",
        "docker_env_POSTGRES_PASSWORD",
    ] {
        assert!(masked.contains(shown), "{shown}: {masked}");
    }
    let told = report(&engine, &[env, "--probe.mask-secrets=false"]);
    for secret in ["env", "label", "address", "script", "c", "process"] {
        assert!(told.contains(&format!("hunter-{secret}")), "{secret}: {told}");
    }
    let usual = report(&engine, &["--probe.mask-secrets=false"]);
    assert!(!usual.contains("hunter-env"), "{usual}");
}

/// One flag removes all arguments, of processes and of containers.
#[test]
fn no_argument_is_told() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let line = [IMAGE, "sh", "-c", "sleep 1000; : zq-1", "zq-2", "--zq-3"];
    engine.run(&[["--name", "e2e-secret-container"].as_slice(), &line].concat()).unwrap();
    let mut command = Command::new("sh");
    // The name of a process is its own first argument, and stays.
    std::os::unix::process::CommandExt::arg0(&mut command, "e2e-secret-process");
    command.args(["-c", "read x; : zq-4", "zq-5", "--zq-6"]);
    let _process = Process(command.stdin(Stdio::piped()).spawn().unwrap());
    let flags = ["--probe.omit.cmd-args", "--probe.mask-secrets=false"];
    let report = report(&engine, &flags);
    for argument in ["zq-1", "zq-2", "zq-3", "zq-4", "zq-5", "zq-6", "sleep 1000"] {
        assert!(!report.contains(argument), "{argument}: {report}");
    }
}
