//! A real Docker engine of a test's own: data, socket and network apart from any other.
//!
//! Each engine lives in a network namespace of its own, because two dockerds in one namespace wipe
//! each other's iptables chains; a published port is reachable there only
//! ([`DockerEngine::command`] runs programs there). A shell supervises dockerd and reads orders
//! from a pipe: when the engine is dropped, or the test process dies in whatever way, the pipe
//! closes, and the shell ends the containers, dockerd (by its process id), the namespace and the
//! directory.
//! It refuses to pull images; there is one, [`IMAGE`], made of the machine's static busybox.

use crate::wait;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The one image of an engine: busybox with links for all of its applets.
pub const IMAGE: &str = "busybox:local";

/// A cold dockerd is up in 2 s on a quiet machine; eight at once need longer.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// Removing containers and ending dockerd.
const END_LIMIT: Duration = Duration::from_secs(30);

/// Bytes of dockerd's log that a failure quotes.
const LOG_QUOTE_BYTES_MAX: usize = 2_000;

/// Tells apart the engines of one process.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running dockerd; dropping it ends it with all of its containers.
#[derive(Debug)]
pub struct DockerEngine {
    dir: PathBuf,
    address: String,
    namespace: String,
    supervisor: Child,
}

impl DockerEngine {
    /// Why there can be none on this machine, and how to mend that; a test prints it and passes.
    pub fn missing() -> Option<String> {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        if !status.contains("\nUid:\t0\t") {
            return Some("a container engine of our own needs root".to_owned());
        }
        let needs = [
            ("dockerd", "docker.io"),
            ("docker", "docker.io"),
            ("busybox", "busybox-static"),
            ("nsenter", "util-linux"),
            ("ip", "iproute2"),
        ];
        let absent = needs.iter().find(|(program, _)| find_program(program).is_none());
        absent.map(|(program, package)| format!("no {program} here: apt-get install {package}"))
    }

    /// Starts an engine, waits until it answers and imports [`IMAGE`].
    pub fn start() -> Result<Self, String> {
        Self::start_with("{}")
    }

    /// As [`DockerEngine::start`], with settings as `daemon.json` has them.
    pub fn start_with(settings: &str) -> Result<Self, String> {
        if let Some(reason) = Self::missing() {
            return Err(reason);
        }
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("scope-engine-{}-{number}", std::process::id());
        let dir = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&dir)
            .and_then(|()| std::fs::write(dir.join("daemon.json"), settings))
            .map_err(|error| format!("{}: {error}", dir.display()))?;
        succeed(Command::new("ip").args(["netns", "add", &name]))?;
        succeed(Command::new("ip").args(["-n", &name, "link", "set", "lo", "up"]))?;
        let address = format!("unix://{}", dir.join("docker.sock").display());
        let subnet = 100 + (std::process::id() * 7 + number) % 100;
        let supervisor = supervise(&dir, &address, &name, subnet)?;
        let mut engine = Self { dir, address, namespace: name, supervisor };
        engine.start_again()?;
        engine.import_image()?;
        Ok(engine)
    }

    /// Its address, as `DOCKER_HOST` wants it (`unix:///tmp/…/docker.sock`).
    pub fn socket(&self) -> &str {
        &self.address
    }

    /// The name of the network namespace it and its published ports are in.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// A program to run in the engine's network namespace (everything else is the machine's).
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", self.namespace)).arg(program);
        command
    }

    /// Runs `docker args…` against it; yields its trimmed output, or what it complained of.
    pub fn cli(&self, args: &[&str]) -> Result<String, String> {
        succeed(Command::new("docker").args(["-H", &self.address]).args(args))
    }

    /// `docker run -d args…`, with a second to stop in; yields the container's id.
    pub fn run(&self, args: &[&str]) -> Result<String, String> {
        self.cli(&[["run", "-d", "--stop-timeout", "1"].as_slice(), args].concat())
    }

    /// Ends dockerd and with it the containers; [`Self::start_again`] brings it back.
    pub fn stop(&mut self) -> Result<(), String> {
        self.order("stop\n")?;
        let gone = || (!answers(&self.dir.join("docker.sock"))).then_some(());
        wait::until("dockerd to end", END_LIMIT, gone)
    }

    /// Starts dockerd over the same data and waits until it answers.
    pub fn start_again(&mut self) -> Result<(), String> {
        self.order("start\n")?;
        let ready = || answers(&self.dir.join("docker.sock")).then_some(());
        wait::until("dockerd to answer", READY_LIMIT, ready)
            .map_err(|failure| format!("{failure}; its log ends: {}", self.log_end()))
    }

    fn order(&mut self, order: &str) -> Result<(), String> {
        let pipe = self.supervisor.stdin.as_mut().ok_or("the supervisor has no stdin")?;
        pipe.write_all(order.as_bytes()).map_err(|error| format!("supervisor: {error}"))
    }

    fn import_image(&self) -> Result<(), String> {
        let root = self.dir.join("rootfs");
        let layout = || -> std::io::Result<()> {
            let bin = root.join("bin");
            for dir in ["bin", "etc", "proc", "tmp", "var/run", "www"] {
                std::fs::create_dir_all(root.join(dir))?;
            }
            let busybox = find_program("busybox").unwrap_or_default();
            std::fs::copy(&busybox, bin.join("busybox"))?;
            let applets = Command::new(&busybox).arg("--list").output()?.stdout;
            for applet in String::from_utf8_lossy(&applets).lines().filter(|it| *it != "busybox") {
                std::os::unix::fs::symlink("busybox", bin.join(applet))?;
            }
            Ok(())
        };
        layout().map_err(|error| format!("{}: {error}", root.display()))?;
        let archive = self.dir.join("rootfs.tar").display().to_string();
        succeed(Command::new("tar").arg("-C").arg(&root).args(["-cf", &archive, "."]))?;
        self.cli(&["import", &archive, IMAGE]).map(|_| ())
    }

    fn log_end(&self) -> String {
        let log = std::fs::read(self.dir.join("dockerd.log")).unwrap_or_default();
        let from = log.len().saturating_sub(LOG_QUOTE_BYTES_MAX);
        String::from_utf8_lossy(log.get(from..).unwrap_or_default()).into_owned()
    }
}

impl Drop for DockerEngine {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let ended = || self.supervisor.try_wait().ok().flatten();
        let _late = wait::until("the engine's supervisor to end", END_LIMIT, ended);
    }
}

fn supervise(dir: &Path, address: &str, namespace: &str, subnet: u32) -> Result<Child, String> {
    let place = |name: &str| dir.join(name).display().to_string();
    Command::new("sh")
        .args(["-c", include_str!("docker_engine/supervise.sh"), "supervise"])
        .args([namespace, address, &dir.display().to_string()])
        .args(["nsenter", &format!("--net=/run/netns/{namespace}"), "dockerd"])
        .args(["--host", address, "--data-root", &place("data"), "--exec-root", &place("exec")])
        .args(["--pidfile", &place("docker.pid"), "--bip", &format!("10.{subnet}.0.1/24")])
        .args(["--default-address-pool", &format!("base=10.{subnet}.128.0/17,size=24")])
        .args(["--iptables=true", "--config-file", &place("daemon.json")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Its own process group: an interrupt of the test must not reach it before its pipe closes.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("sh: {error}"))
}

fn answers(socket: &Path) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /_ping HTTP/1.0\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    };
    ask().is_ok_and(|status| status.ends_with("200"))
}

fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

fn succeed(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}: {}", output.status, complaint.trim()))
}
