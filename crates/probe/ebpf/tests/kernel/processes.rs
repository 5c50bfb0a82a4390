//! Processes: their short lives as events, and the list of those there are.

use crate::bed::Watch;
use scope_ebpf::{Config, Event, EventKind, Owner};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;

/// A name as container runtimes give to a control group.
const CONTAINER: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn executed(events: &[Event], pid: u32, name: &str) -> Option<(Owner, u32, String)> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::Executed { process, path }
            if process.process.pid == pid && process.process.comm.text() == name =>
        {
            Some((process.process.clone(), process.parent_pid, path.to_string()))
        }
        _ => None,
    })
}

#[test]
fn a_short_process_is_named() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let mut child = Command::new("/bin/sh").args(["-c", "exit 3"]).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let status_of = |events: &[Event]| {
        events.iter().find_map(|event| match &event.kind {
            EventKind::Exited { process, status } if process.process.pid == pid => Some(*status),
            _ => None,
        })
    };
    watch.until("the end of the process", |events| status_of(events).is_some());
    assert_eq!(status_of(&watch.events), Some(3 << 8));
    let (_, parent, path) = executed(&watch.events, pid, "sh").unwrap();
    assert_eq!((parent, path.as_str()), (std::process::id(), "/bin/sh"));
    let is_fork = |event: &Event| {
        matches!(&event.kind, EventKind::Forked(one)
            if one.process.pid == pid && one.parent_pid == std::process::id())
    };
    assert!(watch.events.iter().any(is_fork));
}

/// A control group named like a container, below the root that programs are attached to.
struct Group(PathBuf);

impl Group {
    fn make() -> Option<Self> {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        let line = mounts.lines().find(|line| line.contains(" cgroup2 "))?;
        let path = PathBuf::from(line.split(' ').nth(1)?)
            .join(format!("ebpf{}", std::process::id()))
            .join(CONTAINER);
        std::fs::create_dir_all(&path).unwrap();
        Some(Self(path))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        std::fs::remove_dir(&self.0).unwrap();
        std::fs::remove_dir(self.0.parent().unwrap()).unwrap();
    }
}

#[test]
fn a_short_process_has_its_container() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let Some(group) = Group::make() else {
        println!("skipped (kernel): no control groups of version 2 are mounted");
        return;
    };
    let script = format!("echo $$ > {}/cgroup.procs && exec /bin/true", group.0.display());
    let mut child = Command::new("/bin/sh").args(["-c", &script]).spawn().unwrap();
    let pid = child.id();
    assert!(child.wait().unwrap().success());
    watch.until("the process", |events| executed(events, pid, "true").is_some());
    let (owner, _, _) = executed(&watch.events, pid, "true").unwrap();
    assert_eq!(owner.cgroup.as_deref(), Some(CONTAINER));
}

/// Set when the test runs in a process namespace of its own.
const INSIDE: &str = "SCOPE_EBPF_INSIDE";

#[test]
fn process_ids_are_those_of_the_reader() {
    if std::env::var_os(INSIDE).is_none() {
        if Watch::open(&Config::default()).is_none() {
            return;
        }
        let name = "processes::process_ids_are_those_of_the_reader";
        let status = Command::new("unshare")
            .args(["--pid", "--fork", "--mount-proc", "--kill-child", "--"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    assert!(std::process::id() < 10, "the namespace has just begun");
    let mut watch = Watch::open(&Config::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let served = listener.accept().unwrap();
    let end = client.local_addr().unwrap();
    let mut child = Command::new("/bin/true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    watch.until("the process", |events| executed(events, pid, "true").is_some());
    let (_, parent, _) = executed(&watch.events, pid, "true").unwrap();
    assert_eq!(parent, std::process::id());
    let owners: Vec<u32> = watch
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Connected(one) | EventKind::Accepted(one)
                if one.local == end || one.remote == end =>
            {
                one.owner.as_ref().map(|owner| owner.pid)
            }
            _ => None,
        })
        .collect();
    assert_eq!(owners, [std::process::id(); 2]);
    let sockets = watch.kernel.sockets().unwrap();
    assert!(sockets.len() >= 3 && sockets.iter().all(|one| one.pid == std::process::id()));
    let processes = watch.kernel.processes().unwrap();
    assert!(processes.iter().any(|one| one.pid == std::process::id()));
    drop(served);
}

#[test]
fn the_list_has_this_process() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let list = watch.kernel.processes().unwrap();
    let own = list.iter().find(|one| one.pid == std::process::id()).unwrap();
    let program = std::env::args().next().unwrap();
    assert!(own.args.starts_with(program.as_bytes()), "{own:?}");
    assert_eq!(own.uid, 0);
    assert!(own.threads >= 1 && own.resident_pages > 0 && own.start_nanos > 0, "{own:?}");
    let parent = list.iter().find(|one| one.pid == own.parent_pid);
    assert!(parent.is_some(), "{own:?}");
    let of_proc = std::fs::read_dir("/proc").unwrap().filter(|entry| {
        entry.as_ref().is_ok_and(|entry| {
            entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok())
        })
    });
    // Others start and end meanwhile.
    let difference = of_proc.count().abs_diff(list.len());
    assert!(difference < 20, "{difference} processes differ from /proc");
}
