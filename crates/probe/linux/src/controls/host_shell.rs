//! A login shell on a terminal of the host.
//!
//! A probe in a container with the host's process ids goes out through the namespaces of process 1.
//! The terminal's only holder is the pipe: when that is over the kernel hangs up, and what stays
//! nevertheless is killed. Every shell is waited for, so none is left as a zombie.

use super::Refusal;
use super::account::{self, Account};
use pty_process::blocking::{Command, Pts, open as open_terminal};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, getuid, pidfd_open, pidfd_send_signal};
use rustix::termios::{InputModes, OptionalActions, Winsize};
use rustix::termios::{tcgetattr, tcsetattr, tcsetwinsize};
use scope_agent::Pipes;
use scope_control::PipeId;
use std::collections::HashMap;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// The size until the browser tells its own.
const SIZE: (u16, u16) = (24, 80);

/// How long a shell that was hung up on may take to end.
const HANGUP_GRACE: Duration = Duration::from_millis(1_500);

/// How long all of them may take to end with the probe.
const FAREWELL_MAX: Duration = Duration::from_secs(3);

/// Of `/etc/passwd` so much is read.
const PASSWD_BYTES_MAX: u64 = 1 << 20;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The shells that run, as many as there are pipes.
#[derive(Debug, Default)]
pub(super) struct HostShells {
    table: Mutex<Table>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    /// Shells that were not waited for yet.
    running: usize,
    /// By pipe; held weakly, because the end of the last holder is what hangs up.
    terminals: HashMap<String, Weak<OwnedFd>>,
}

/// Opens a shell and a pipe to it.
pub(super) fn open(shells: &Arc<HostShells>, pipes: &Pipes) -> Result<PipeId, Refusal> {
    let (terminal, child) = {
        // One at a time: a terminal that is being made could be inherited by another shell.
        let mut table = shells.lock();
        let opened = spawn()?;
        table.running += 1;
        opened
    };
    let number = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let process = number.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let waiter = Arc::clone(shells);
    std::thread::Builder::new().name("host-shell".to_owned()).spawn(move || waiter.reap(child))?;
    let terminal = Arc::new(terminal);
    let weak = Arc::downgrade(&terminal);
    let closed = move || {
        let Some(process) = process else { return };
        // The pipe's runtime must not wait.
        let ending = std::thread::Builder::new().name("host-shell-end".to_owned());
        let _ = ending.spawn(move || end(&process));
    };
    let id = pipes.open(terminal, closed)?;
    let mut table = shells.lock();
    table.terminals.retain(|_, terminal| terminal.strong_count() > 0);
    table.terminals.insert(id.to_string(), weak);
    Ok(id)
}

impl HostShells {
    /// Tells the terminal of a pipe its size; says whether there is one.
    pub(super) fn resize(&self, pipe: &str, rows: u16, columns: u16) -> std::io::Result<bool> {
        let terminal = self.lock().terminals.get(pipe).and_then(Weak::upgrade);
        let Some(terminal) = terminal else { return Ok(false) };
        tcsetwinsize(&terminal, size(rows, columns))?;
        Ok(true)
    }

    /// Waits until no shell is left.
    pub(super) fn wait_for_all(&self) {
        let is_running = |table: &mut Table| table.running > 0;
        let waited = self.changed.wait_timeout_while(self.lock(), FAREWELL_MAX, is_running);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn reap(&self, mut child: Child) {
        if let Err(error) = child.wait() {
            tracing::warn!("cannot wait for a shell: {error}");
        }
        self.lock().running -= 1;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A shell on a terminal of its own.
fn spawn() -> Result<(OwnedFd, Child), Refusal> {
    let (terminal, inner) = open_terminal()?;
    prepare(&terminal, &inner)?;
    let is_apart = leads_elsewhere("mnt") || leads_elsewhere("pid");
    let root = Path::new(if is_apart { "/proc/1/root" } else { "/" });
    let account = Account::find(&read(&root.join("etc/passwd")), getuid().as_raw());
    let shell = account::shell(root);
    let command = if is_apart {
        let way_out = ["-t", "1", "-m", "-u", "-i", "-n", "-p", "-F"];
        Command::new("nsenter").args(way_out).arg(&shell)
    } else {
        let home = if Path::new(&account.home).is_dir() { account.home.as_str() } else { "/" };
        Command::new(&shell).current_dir(home)
    };
    let language = std::env::var("LANG").ok().filter(|it| !it.is_empty());
    let command = command.arg("-l").env_clear().envs([
        ("TERM", "xterm-256color"),
        ("LANG", language.as_deref().unwrap_or("C.UTF-8")),
        ("HOME", &account.home),
        ("USER", &account.name),
        ("LOGNAME", &account.name),
        ("SHELL", &shell),
        ("PATH", PATH),
    ]);
    match command.spawn(inner) {
        Ok(child) => Ok((terminal.into(), child)),
        Err(pty_process::Error::Io(error))
            if is_apart && error.kind() == std::io::ErrorKind::NotFound =>
        {
            Err(Refusal::NoWayOut)
        }
        Err(error) => Err(error.into()),
    }
}

/// A first size, and erasing by characters rather than bytes.
fn prepare(terminal: &pty_process::blocking::Pty, inner: &Pts) -> std::io::Result<()> {
    tcsetwinsize(terminal, size(SIZE.0, SIZE.1))?;
    let mut modes = tcgetattr(inner)?;
    modes.input_modes |= InputModes::IUTF8;
    Ok(tcsetattr(inner, OptionalActions::Now, &modes)?)
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// Whether process 1 is in another namespace; one that may not be looked at counts as ours.
fn leads_elsewhere(kind: &str) -> bool {
    let namespace = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/{kind}")).ok();
    match (namespace("1"), namespace("self")) {
        (Some(first), Some(own)) => first != own,
        _ => false,
    }
}

fn read(path: &Path) -> String {
    let mut text = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // What is read so far will do.
        let _ = file.take(PASSWD_BYTES_MAX).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Tells a shell that its terminal is gone, and kills it if it stays.
fn end(process: &OwnedFd) {
    let _ = pidfd_send_signal(process, Signal::HUP);
    let mut polled = [PollFd::new(process, PollFlags::IN)];
    let grace = HANGUP_GRACE.try_into().ok();
    // The file of a process becomes readable with its end.
    if !matches!(poll(&mut polled, grace.as_ref()), Ok(ready) if ready > 0) {
        let _ = pidfd_send_signal(process, Signal::KILL);
    }
}
