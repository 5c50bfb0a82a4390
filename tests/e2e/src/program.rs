//! The program under test as a process: started, read, interrupted.

use rustix::process::{Pid, Signal, kill_process};
use scope_testkit::wait;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long an interrupt is waited for before the test gives up.
const END_LIMIT: Duration = Duration::from_secs(30);

/// Tells apart the logs of one test process.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// The program, running; dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: PathBuf,
    started: Instant,
}

/// Where the program is: `SCOPE_BINARY`, else the release build of this work tree.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("SCOPE_BINARY") {
        let path = PathBuf::from(path);
        return match path.is_file() {
            true => Ok(path),
            false => Err(format!("SCOPE_BINARY={} is no file: run make build", path.display())),
        };
    }
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let path = folder.join("../../target/release/scope");
    match path.canonicalize() {
        Ok(path) => Ok(path),
        Err(_) => Err("there is no target/release/scope: run make build first, or set \
                       SCOPE_BINARY"
            .to_owned()),
    }
}

/// A port of 127.0.0.1, in the network namespace of this thread, that nobody has.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("bind: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// What lets a test that is about something else read and report without more, and leaves nothing
/// in the folder of an app that this machine may run.
fn open_to_read(arguments: &[&str]) -> &'static [&'static str] {
    let is_app = matches!(arguments.first(), Some(&("app" | "launch")));
    let decides = |argument: &&str| {
        ["--app.auth", "--app.basicAuth", "--app.data-dir", "--join", "--dry-run"]
            .iter()
            .any(|flag| argument.starts_with(flag))
    };
    match is_app && !arguments.iter().any(decides) {
        true => &["--app.auth=reading", "--app.old-probes"],
        false => &[],
    }
}

impl Program {
    /// Starts it with `arguments` and `variables` in the network namespace of this thread.
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Self, String> {
        let binary = binary()?;
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("scope-e2e-{}-{number}.log", std::process::id());
        let log = std::env::temp_dir().join(name);
        let output = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let started = Instant::now();
        let child = Command::new(binary)
            .args(arguments)
            .args(open_to_read(arguments))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("start scope: {error}"))?;
        Ok(Self { child, log, started })
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed, logs included.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Where its log is.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// Presses Ctrl-C; yields how it ended and how long that took.
    pub fn interrupt(&mut self) -> Result<(ExitStatus, Duration), String> {
        let pressed = Instant::now();
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let id = id.ok_or("the process has no id")?;
        kill_process(id, Signal::INT).map_err(|error| format!("interrupt scope: {error}"))?;
        let ended = || self.child.try_wait().ok().flatten();
        let status = wait::until("scope to end after Ctrl-C", END_LIMIT, ended)?;
        Ok((status, pressed.elapsed()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            // Captured with the rest of what the failing test says.
            report(&format!("scope said:\n{log}"));
        }
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
        let _removed = std::fs::remove_file(&self.log);
    }
}

#[expect(clippy::print_stdout, reason = "a failing test shows what the program said")]
fn report(text: &str) {
    println!("{text}");
}
