//! The network namespaces of the machine, each with its sockets as of the last sweep.
//!
//! A namespace gets one netlink socket, opened inside it by a scratch thread and kept while the
//! namespace lives: no `setns` per tick. A sweep goes on as long as its caller lets it, and the
//! next one begins where it ended, so that no namespace starves.
//! The module refuses to know who holds a socket.

use crate::namespace::{GAUGE_FILES, Gauge, Look, Namespace, Reader, Source};
use crate::netlink::{NetlinkError, NetlinkSocket};
use crate::proc_tree::ProcTree;
use crate::process_table::ProcessRow;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most namespaces that are swept.
pub const NAMESPACES_MAX: usize = 2048;

/// The most namespaces whose signature files are kept open, three descriptors each.
const GAUGES_MAX: usize = 64;

/// Where netlink failed it is tried again after this many ticks.
const RETRY_TICKS: u64 = 64;

/// Names of namespaces are listed anew after this many ticks.
const NAMED_TICKS: u64 = 4;

const OPEN: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

/// What a sweep came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Whether any socket came or went.
    pub changed: bool,
    /// Namespaces read from `/proc` because netlink failed.
    pub by_proc_table: usize,
    /// Namespaces that could not be read at all.
    pub unread: usize,
    /// Namespaces beyond [`NAMESPACES_MAX`].
    pub left_out: usize,
    /// Whether every namespace has been looked at since the last time this was said.
    pub completed: bool,
}

/// All namespaces, by inode.
#[derive(Debug)]
pub struct Namespaces {
    tree: Arc<ProcTree>,
    named_root: PathBuf,
    named: BTreeMap<u64, PathBuf>,
    known: BTreeMap<u64, Namespace>,
    tick: u64,
    /// Those still to be looked at before the sweep is complete.
    waiting: Vec<u64>,
    reader: Reader,
}

/// A namespace that was just found, and how to enter it.
struct Found {
    inode: u64,
    pid: u32,
    entrance: Result<OwnedFd, Errno>,
}

/// What a scratch thread brings back from within a namespace.
type Opened = Result<(NetlinkSocket, Option<Gauge>), NetlinkError>;

impl Namespaces {
    /// Namespaces of the processes of `tree` and those named in `named_root` (`/run/netns`).
    pub fn new(tree: Arc<ProcTree>, named_root: PathBuf) -> Self {
        Self {
            tree,
            named_root,
            named: BTreeMap::new(),
            known: BTreeMap::new(),
            tick: 0,
            waiting: Vec::new(),
            reader: Reader::default(),
        }
    }

    /// Every namespace, by its inode.
    pub fn all(&self) -> impl Iterator<Item = (u64, &Namespace)> + Clone {
        self.known.iter().map(|(inode, namespace)| (*inode, namespace))
    }

    /// Any process of each namespace, 0 where there is none.
    pub fn pids(&self) -> impl Iterator<Item = (u64, u32)> {
        self.known.iter().map(|(inode, namespace)| (*inode, namespace.pid))
    }

    /// Whether a namespace is there.
    pub fn contains(&self, inode: u64) -> bool {
        self.known.contains_key(&inode)
    }

    /// Whether a namespace was found in the last tick.
    pub fn is_new(&self, inode: u64) -> bool {
        self.known.get(&inode).is_some_and(|one| one.first_tick == self.tick)
    }

    /// Lets the next sweep read everything, whatever the signatures say.
    pub fn resync(&mut self) {
        self.known.values_mut().for_each(Namespace::forget_signature);
    }

    /// How many namespaces there are.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// Finds the namespaces of `rows`, forgets those that are gone, reads what moved as long as
    /// `goes_on` says so, at least one.
    pub fn sweep(
        &mut self,
        rows: &[ProcessRow],
        look: Look,
        mut goes_on: impl FnMut() -> bool,
    ) -> Sweep {
        let mut sweep = self.update(rows, look.tick);
        if self.waiting.is_empty() {
            self.waiting.extend(self.known.keys().rev());
        }
        while let Some(inode) = self.waiting.pop() {
            let Some(namespace) = self.known.get_mut(&inode) else { continue };
            match self.reader.read(&self.tree, inode, namespace, look) {
                Ok(changed) => sweep.changed |= changed,
                Err(_) => sweep.unread += 1,
            }
            if !goes_on() {
                break;
            }
        }
        sweep.completed = self.waiting.is_empty();
        let by_proc_table = |one: &&Namespace| matches!(one.source, Source::ProcTable);
        sweep.by_proc_table = self.known.values().filter(by_proc_table).count();
        sweep
    }

    /// Finds the namespaces of `rows` and forgets those that are gone.
    pub fn update(&mut self, rows: &[ProcessRow], tick: u64) -> Sweep {
        self.tick = tick;
        let mut present: BTreeMap<u64, u32> = BTreeMap::new();
        for row in rows {
            if let Some(inode) = row.namespace {
                present.entry(inode).or_insert(row.pid);
            }
        }
        if self.tick % NAMED_TICKS == 1 || self.known.is_empty() {
            self.named = self.list_named();
        }
        for inode in self.named.keys() {
            present.entry(*inode).or_insert(0);
        }
        let before = self.known.len();
        self.known.retain(|inode, _| present.contains_key(inode));
        if self.tick.is_multiple_of(RETRY_TICKS) {
            self.known.retain(|_, namespace| !matches!(namespace.source, Source::ProcTable));
        }
        let mut sweep = Sweep { changed: self.known.len() != before, ..Sweep::default() };
        let mut found = Vec::new();
        for (inode, pid) in present {
            if let Some(namespace) = self.known.get_mut(&inode) {
                namespace.pid = pid;
            } else if self.known.len() + found.len() >= NAMESPACES_MAX {
                sweep.left_out += 1;
            } else {
                let entrance = self.entrance(inode, pid);
                found.push(Found { inode, pid, entrance });
            }
        }
        self.enter(found);
        sweep
    }

    /// Whether sockets of any kind came or went since this was asked last, as far as their numbers
    /// tell.
    pub fn have_moved(&mut self) -> bool {
        let mut any = false;
        for namespace in self.known.values_mut() {
            any |= self.reader.has_moved(&self.tree, namespace);
        }
        any
    }

    /// Every namespace, by its inode, to change.
    pub fn all_mut(&mut self) -> impl Iterator<Item = (u64, &mut Namespace)> {
        self.known.iter_mut().map(|(inode, namespace)| (*inode, namespace))
    }

    /// Forgets all sockets: from now on others tell them, or not any more.
    pub fn forget_sockets(&mut self) {
        self.known.values_mut().for_each(Namespace::forget_sockets);
    }

    /// Reads the connections that wait to be accepted in the namespaces `inodes`, and forgets those
    /// of all others: no list has them.
    pub fn read_unaccepted(&mut self, inodes: &[u64]) {
        for (inode, namespace) in &mut self.known {
            namespace.unaccepted.clear();
            if inodes.contains(inode) {
                self.reader.read_unaccepted(namespace);
            }
        }
    }

    /// Reads the addresses of namespaces whose turn it is.
    pub fn read_addresses(&mut self) {
        for (inode, namespace) in &mut self.known {
            self.reader.read_addresses(&self.tree, *inode, namespace, self.tick);
        }
    }

    /// A file to enter a namespace by.
    fn entrance(&self, inode: u64, pid: u32) -> Result<OwnedFd, Errno> {
        match self.named.get(&inode) {
            Some(path) if pid == 0 => openat(CWD, path, OPEN, Mode::empty()),
            _ => self.tree.open_file(&format!("{pid}/ns/net")),
        }
    }

    /// Runs `open` on a scratch thread within the namespace `inode`; `None` when it cannot be
    /// entered.
    pub fn within<T: Send>(&self, inode: u64, open: impl FnOnce() -> T + Send) -> Option<T> {
        let namespace = self.known.get(&inode)?;
        let entrance = self.entrance(inode, namespace.pid).ok()?;
        let run = move || enter_namespace(&entrance).ok().map(|()| open());
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("netns".to_owned());
            thread.spawn_scoped(scope, run).ok()?.join().ok()?
        })
    }

    /// The namespaces with a name, by inode.
    fn list_named(&self) -> BTreeMap<u64, PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.named_root) else { return BTreeMap::new() };
        entries
            .take(NAMESPACES_MAX)
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let stat = statat(CWD, &path, AtFlags::empty()).ok()?;
                // Before `ip netns` mounts the namespace on it, the file is an ordinary one.
                is_namespace(&path).then_some((stat.st_ino, path))
            })
            .collect()
    }

    fn enter(&mut self, found: Vec<Found>) {
        if found.is_empty() {
            return;
        }
        let room = GAUGES_MAX.saturating_sub(self.known.len());
        let enter_all = || -> Vec<(Found, Opened)> {
            let open = |(at, one): (usize, Found)| {
                let opened = open_within(&one.entrance, at < room);
                (one, opened)
            };
            found.into_iter().enumerate().map(open).collect()
        };
        // The thread ends in whatever namespace it saw last; no other thread is touched.
        let opened = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("netns".to_owned());
            thread.spawn_scoped(scope, enter_all).ok().and_then(|thread| thread.join().ok())
        });
        for (one, opened) in opened.unwrap_or_default() {
            let (source, gauge) = match opened {
                Ok((netlink, gauge)) => (Source::Netlink(netlink), gauge),
                // The process is gone; if its namespace is not, the next tick finds another.
                Err(error) if matches!(error.errno(), Errno::NOENT | Errno::SRCH) => continue,
                Err(_) if one.pid == 0 => continue,
                Err(_) => (Source::ProcTable, None),
            };
            let namespace = Namespace::new(source, gauge, one.pid, self.tick);
            self.known.insert(one.inode, namespace);
            self.waiting.push(one.inode);
        }
    }
}

/// Whether `path` is a mounted network namespace: its file system is `nsfs`.
fn is_namespace(path: &Path) -> bool {
    /// `NSFS_MAGIC` of linux/magic.h.
    const NSFS_MAGIC: u64 = 0x6e73_6673;
    rustix::fs::statfs(path).is_ok_and(|stat| u64::try_from(stat.f_type) == Ok(NSFS_MAGIC))
}

/// Runs on a scratch thread: enters a namespace and opens there what is kept of it.
fn open_within(entrance: &Result<OwnedFd, Errno>, with_gauge: bool) -> Opened {
    enter_namespace(entrance.as_ref().map_err(|errno| NetlinkError::Socket(*errno))?)?;
    let netlink = NetlinkSocket::open(Some(rustix::net::netlink::SOCK_DIAG), 0)?;
    let open =
        |name| openat(CWD, format!("/proc/thread-self/net/{name}"), OPEN, Mode::empty()).ok();
    Ok((netlink, with_gauge.then(|| GAUGE_FILES.map(open))))
}

/// Moves the calling thread into the network namespace of `entrance`, unless it is there already.
fn enter_namespace(entrance: &OwnedFd) -> Result<(), NetlinkError> {
    let inode = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let here = statat(CWD, "/proc/thread-self/ns/net", AtFlags::empty()).map(inode);
    let there = rustix::fs::fstat(entrance).map(inode);
    if here.is_ok() && here == there {
        return Ok(());
    }
    let kind = Some(LinkNameSpaceType::Network);
    move_into_link_name_space(entrance.as_fd(), kind).map_err(NetlinkError::Socket)
}

/// Runs `open` within the network namespace of `pid`, or in the caller's own where that may not
/// be entered; the scratch thread it runs on ends with it. Also tells the namespace's inode.
pub fn within_process<T: Send>(
    tree: &ProcTree,
    pid: u32,
    open: impl FnOnce() -> T + Send,
) -> Option<(u64, T)> {
    let entrance = tree.open_file(&format!("{pid}/ns/net")).ok();
    let run = move || {
        if let Some(entrance) = &entrance {
            // Staying in the own namespace is the documented fallback.
            let _ = enter_namespace(entrance);
        }
        let here = statat(CWD, "/proc/thread-self/ns/net", AtFlags::empty());
        (here.map(|stat| stat.st_ino).unwrap_or_default(), open())
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("netns".to_owned());
        thread.spawn_scoped(scope, run).ok().and_then(|thread| thread.join().ok())
    })
}
