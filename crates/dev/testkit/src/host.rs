//! A pretended host: network, host name, process ids and mounts of its own.
//!
//! A probe inside sees what it would see on a machine of that name. A shell inside takes orders
//! from a pipe; when the host is dropped, or the test process dies in whatever way, the pipe
//! closes, every process inside ends with the shell, and the network namespace is removed. File
//! systems are the machine's.

use crate::wait;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Making a namespace and starting a shell.
const START_LIMIT: Duration = Duration::from_secs(20);

/// Ending every process inside and removing the namespace.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Tells apart the hosts of one process.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// Runs the shell inside and cleans up after it: `$1` namespace, `$2` host name, `$3` folder.
const SUPERVISE: &str = r#"
trap '' INT
ip netns exec "$1" unshare --uts --ipc --pid --fork --mount-proc --kill-child \
  sh -c 'hostname "$1" && touch "$2/ready" && exec sh' inside "$2" "$3" >"$3/log" 2>&1
ip netns del "$1"
rm -rf "$3"
"#;

/// A running host; dropping it ends all that runs inside.
#[derive(Debug)]
pub struct Host {
    namespace: String,
    folder: PathBuf,
    supervisor: Child,
}

impl Host {
    /// Why there can be none on this machine; a test prints it and passes.
    pub fn missing() -> Option<String> {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        if !status.contains("\nUid:\t0\t") {
            return Some("hosts of our own need root".to_owned());
        }
        let needs = [
            ("ip", "iproute2"),
            ("busybox", "busybox-static"),
            ("iptables", "iptables"),
            ("nft", "nftables"),
        ];
        let absent = needs.iter().find(|(program, _)| Command::new(program).output().is_err());
        absent.map(|(program, package)| format!("no {program} here: apt-get install {package}"))
    }

    /// Starts a host of that name; it has loopback and no other network yet.
    pub fn start(hostname: &str) -> Result<Self, String> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let namespace = format!("scope-host-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(&namespace);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{namespace}: {error}"))?;
        succeed("ip", &["netns", "add", &namespace])?;
        succeed("ip", &["-n", &namespace, "link", "set", "lo", "up"])?;
        let supervisor = Command::new("sh")
            .args(["-c", SUPERVISE, "supervise", &namespace, hostname])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt of the test must not reach it before its pipe closes.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let host = Self { namespace, folder, supervisor };
        let ready = || host.folder.join("ready").exists().then_some(());
        wait::until("a host to start", START_LIMIT, ready)
            .map_err(|failure| format!("{failure}; its log: {}", host.log()))?;
        Ok(host)
    }

    /// The name of its network namespace, as `ip netns` knows it.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// A folder that lives as long as the host.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the shell inside a line to run; end it with `&` to let it go on.
    pub fn order(&mut self, line: &str) -> Result<(), String> {
        let pipe = self.supervisor.stdin.as_mut().ok_or("the host has no pipe")?;
        writeln!(pipe, "{line}").map_err(|error| format!("order a host: {error}"))
    }

    /// What the programs inside have printed.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Runs `ip` in its network namespace.
    pub fn ip(&self, args: &[&str]) -> Result<(), String> {
        succeed("ip", &[&["-n", &self.namespace], args].concat())
    }

    /// Runs `iptables` in its network namespace.
    pub fn iptables(&self, args: &[&str]) -> Result<(), String> {
        succeed("ip", &[&["netns", "exec", &self.namespace, "iptables", "-w"], args].concat())
    }

    /// Runs a program in its network namespace.
    pub fn run(&self, program: &str, args: &[&str]) -> Result<(), String> {
        succeed("ip", &[&["netns", "exec", &self.namespace, program], args].concat())
    }

    /// Lays a cable to the network namespace `other`: `near` is our end of it, `far` the other.
    pub fn connect(&self, near: &str, other: &str, far: &str) -> Result<(), String> {
        let cable = ["link", "add", near, "type", "veth", "peer", "name", far, "netns", other];
        self.ip(&cable)?;
        self.ip(&["link", "set", near, "up"])?;
        succeed("ip", &["-n", other, "link", "set", far, "up"])
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let ended = || self.supervisor.try_wait().ok().flatten();
        let _late = wait::until("a host to end", END_LIMIT, ended);
    }
}

/// Runs a program that must succeed.
pub(crate) fn succeed(program: &str, args: &[&str]) -> Result<(), String> {
    let shown = || format!("{program} {}", args.join(" "));
    let output = Command::new(program)
        .args(args)
        .output()
        .map_err(|error| format!("{}: {error}", shown()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", shown(), String::from_utf8_lossy(&output.stderr).trim()))
}
