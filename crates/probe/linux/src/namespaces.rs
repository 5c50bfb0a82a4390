//! The network namespaces of the machine, each with its TCP sockets as of the last sweep.
//!
//! A namespace gets one netlink socket, opened inside it by a scratch thread and kept while the
//! namespace lives: no `setns` per tick. A dump walks the kernel's table of all connections, so a
//! namespace whose cheap signature did not move is not dumped again. Where netlink fails, the
//! table of one process (`/proc/PID/net/tcp`) is read instead.
//! The module refuses to know who holds a socket.

use crate::addresses::{parse_fib_trie, parse_if_inet6};
use crate::netlink::{NetlinkError, NetlinkSocket};
use crate::proc_tree::{ProcTree, read_again};
use crate::process_table::ProcessRow;
use crate::socket_table::{
    Signature, TcpSocket, dump, parse_proc_table, parse_snmp, parse_sockstat,
};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most namespaces that are swept.
pub const NAMESPACES_MAX: usize = 2048;

/// The most namespaces whose signature files are kept open, three descriptors each.
const GAUGES_MAX: usize = 64;

/// A namespace is swept once in this many ticks although its signature did not move.
const UNMOVED_TICKS_MAX: u64 = 30;

/// Where netlink failed it is tried again after this many ticks.
const RETRY_TICKS: u64 = 64;

/// So many sockets without an inode are looked at one by one.
const ORPHANS_ASKED_MAX: usize = 16;

/// The addresses of a namespace are read anew in so many ticks after it was found.
const YOUNG_TICKS: u64 = 8;

/// The files that make a [`Signature`].
const GAUGE_FILES: [&str; 3] = ["sockstat", "sockstat6", "snmp"];

const OPEN: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

/// One network namespace.
#[derive(Debug)]
pub struct Namespace {
    source: Source,
    gauge: Option<Gauge>,
    /// Any process within, 0 when it is only named in `/run/netns`.
    pid: u32,
    signature: Option<Signature>,
    /// A connection waits to be accepted: it will get its inode without any counter moving.
    pending: bool,
    sockets: Vec<TcpSocket>,
    /// Its own addresses, while a listener on any of them needs them.
    addresses: Vec<IpAddr>,
    first_tick: u64,
}

#[derive(Debug)]
enum Source {
    Netlink(NetlinkSocket),
    ProcTable,
}

/// The open files of a [`Signature`]; without IPv6 there is no `sockstat6`.
type Gauge = [Option<OwnedFd>; 3];

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
}

/// All namespaces, by inode.
#[derive(Debug)]
pub struct Namespaces {
    tree: Arc<ProcTree>,
    named_root: PathBuf,
    known: BTreeMap<u64, Namespace>,
    tick: u64,
    next: Vec<TcpSocket>,
    buffer: Vec<u8>,
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
        let (next, buffer) = (Vec::new(), Vec::new());
        Self { tree, named_root, known: BTreeMap::new(), tick: 0, next, buffer }
    }

    /// The sockets of every namespace, by its inode.
    pub fn sockets(&self) -> impl Iterator<Item = (u64, &[TcpSocket])> {
        self.known.iter().map(|(inode, namespace)| (*inode, namespace.sockets.as_slice()))
    }

    /// Addresses of namespaces in which something listens on all of them, by inode.
    pub fn addresses(&self) -> impl Iterator<Item = (u64, &[IpAddr])> {
        self.known.iter().map(|(inode, namespace)| (*inode, namespace.addresses.as_slice()))
    }

    /// Finds the namespaces of `rows`, forgets those that are gone, reads what moved.
    pub fn sweep(&mut self, rows: &[ProcessRow]) -> Sweep {
        self.tick += 1;
        let mut sweep = self.update(rows);
        let mut known = std::mem::take(&mut self.known);
        for (inode, namespace) in &mut known {
            match self.read(*inode, namespace) {
                Ok(changed) => sweep.changed |= changed,
                Err(_) => sweep.unread += 1,
            }
            self.read_addresses(*inode, namespace);
            sweep.by_proc_table += usize::from(matches!(namespace.source, Source::ProcTable));
        }
        self.known = known;
        sweep
    }

    fn update(&mut self, rows: &[ProcessRow]) -> Sweep {
        let mut present: BTreeMap<u64, u32> = BTreeMap::new();
        for row in rows {
            if let Some(inode) = row.namespace {
                present.entry(inode).or_insert(row.pid);
            }
        }
        let named = self.named();
        for inode in named.keys() {
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
                found.push(self.found(inode, pid, named.get(&inode)));
            }
        }
        self.enter(found);
        sweep
    }

    fn found(&self, inode: u64, pid: u32, named: Option<&PathBuf>) -> Found {
        let entrance = match named {
            Some(path) if pid == 0 => openat(CWD, path, OPEN, Mode::empty()),
            _ => self.tree.open_file(&format!("{pid}/ns/net")),
        };
        Found { inode, pid, entrance }
    }

    /// The namespaces with a name, by inode.
    fn named(&self) -> BTreeMap<u64, PathBuf> {
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
            let namespace = Namespace {
                source,
                gauge,
                pid: one.pid,
                signature: None,
                pending: false,
                sockets: Vec::new(),
                addresses: Vec::new(),
                first_tick: self.tick,
            };
            self.known.insert(one.inode, namespace);
        }
    }

    /// Reads which addresses a listener on all of them has, now and then: they rarely change.
    fn read_addresses(&mut self, inode: u64, namespace: &mut Namespace) {
        let young = self.tick - namespace.first_tick < YOUNG_TICKS;
        let due = young || (self.tick + inode).is_multiple_of(UNMOVED_TICKS_MAX);
        let any = |one: &TcpSocket| one.listens && one.local.ip().is_unspecified();
        if !due || namespace.pid == 0 || !namespace.sockets.iter().any(any) {
            return;
        }
        namespace.addresses.clear();
        let (pid, buffer) = (namespace.pid, &mut self.buffer);
        // Without one of the files the addresses of that family are not known.
        if self.tree.read_table(&format!("{pid}/net/fib_trie"), buffer).is_ok() {
            parse_fib_trie(buffer, &mut namespace.addresses);
        }
        if self.tree.read_table(&format!("{pid}/net/if_inet6"), buffer).is_ok() {
            parse_if_inet6(buffer, &mut namespace.addresses);
        }
        namespace.addresses.sort_unstable();
        namespace.addresses.dedup();
    }

    /// Reads the sockets of a namespace if they may have changed; says whether they did.
    fn read(&mut self, inode: u64, namespace: &mut Namespace) -> Result<bool, NetlinkError> {
        let signature = self.signature(namespace);
        let due = (self.tick + inode).is_multiple_of(UNMOVED_TICKS_MAX) || namespace.pending;
        let moved = signature.is_none() || signature != namespace.signature;
        if !moved && !due {
            return Ok(false);
        }
        self.next.clear();
        if !signature.is_some_and(|signature| signature.is_idle()) {
            self.dump(namespace)?;
            if self.is_blind(namespace) {
                namespace.source = Source::ProcTable;
                self.dump(namespace)?;
            }
        }
        namespace.signature = signature;
        self.next.sort_unstable();
        self.next.dedup();
        namespace.pending = any_pending(&self.next);
        let changed = self.next != namespace.sockets;
        std::mem::swap(&mut self.next, &mut namespace.sockets);
        Ok(changed)
    }

    /// Whether netlink told of no socket although there are established ones.
    ///
    /// So answers a kernel whose `tcp_diag` is a module that is not loaded.
    fn is_blind(&mut self, namespace: &Namespace) -> bool {
        self.next.is_empty()
            && matches!(namespace.source, Source::Netlink(_))
            && namespace.pid != 0
            && self.signature(namespace).is_some_and(|signature| signature.has_established())
    }

    fn dump(&mut self, namespace: &mut Namespace) -> Result<(), NetlinkError> {
        if let Source::Netlink(netlink) = &mut namespace.source {
            match dump(netlink, &mut self.next) {
                Ok(()) => return Ok(()),
                Err(error) if namespace.pid == 0 => return Err(error),
                // No inet_diag in this kernel, or it was taken away: /proc tells the same.
                Err(_) => namespace.source = Source::ProcTable,
            }
        }
        self.next.clear();
        let mut unread = Errno::NOENT;
        let mut any = false;
        for table in ["tcp", "tcp6"] {
            let path = format!("{}/net/{table}", namespace.pid);
            match self.tree.read_table(&path, &mut self.buffer) {
                Ok(()) => {
                    any = true;
                    parse_proc_table(&self.buffer, &mut self.next);
                }
                Err(errno) => unread = errno,
            }
        }
        if any { Ok(()) } else { Err(NetlinkError::Socket(unread)) }
    }

    fn signature(&mut self, namespace: &Namespace) -> Option<Signature> {
        let v4 = self.gauge(namespace, 0).and_then(parse_sockstat)?;
        let v6 = self.gauge(namespace, 1).and_then(parse_sockstat).unwrap_or_default();
        let opens = self.gauge(namespace, 2).and_then(parse_snmp)?;
        Some(Signature { used: [v4, v6], opens })
    }

    /// The text of one of [`GAUGE_FILES`].
    fn gauge(&mut self, namespace: &Namespace, at: usize) -> Option<&[u8]> {
        match &namespace.gauge {
            Some(files) => read_again(files.get(at)?.as_ref()?, &mut self.buffer).ok()?,
            None if namespace.pid != 0 => {
                let path = format!("{}/net/{}", namespace.pid, GAUGE_FILES.get(at)?);
                self.tree.read_record(&path, &mut self.buffer).ok()?;
            }
            None => return None,
        }
        Some(&self.buffer)
    }
}

/// Whether a connection waits to be accepted: it has no inode yet, and its port a listener.
fn any_pending(sockets: &[TcpSocket]) -> bool {
    let listening = |port| sockets.iter().any(|one| one.listens && one.local.port() == port);
    let mut orphans = sockets.iter().filter(|one| !one.listens && one.inode == 0);
    // Orphans on their way out look alike; a few are enough to tell.
    orphans.by_ref().take(ORPHANS_ASKED_MAX).any(|one| listening(one.local.port()))
        || orphans.next().is_some()
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
