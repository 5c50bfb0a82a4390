//! One network namespace: the open files and sockets that are kept of it, and how it is read.
//!
//! A dump walks the kernel's table of all connections, so a namespace whose cheap signature did not
//! move is not dumped again. Where netlink fails, the tables of one process (`/proc/PID/net/tcp`)
//! are read instead; they lack traffic and Unix sockets.
//! The module refuses to know other namespaces, and who holds a socket.

use crate::addresses::{parse_fib_trie, parse_if_inet6};
use crate::netlink::{NetlinkError, NetlinkSocket};
use crate::proc_tree::{ProcTree, read_again};
use crate::socket_table::{
    Signature, Socket, SocketState, Swept, Transport, Usage, dump_tcp, dump_udp, parse_proc_table,
    parse_snmp, parse_sockstat,
};
use crate::unix_table::{UnixSocket, dump_unix, same_unix_sockets};
use rustix::io::Errno;
use scope_report::Timestamp;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::time::Instant;

/// A namespace is swept once in this many ticks although its signature did not move.
const UNMOVED_TICKS_MAX: u64 = 30;

/// Unix sockets are listed again after this many ticks although their number did not move.
const UNIX_TICKS: u64 = 8;

/// So many sockets without an inode are looked at one by one.
const ORPHANS_ASKED_MAX: usize = 16;

/// The addresses of a namespace are read anew in so many ticks after it was found.
const YOUNG_TICKS: u64 = 8;

/// The files that make a [`Signature`].
pub const GAUGE_FILES: [&str; 3] = ["sockstat", "sockstat6", "snmp"];

/// The open files of a [`Signature`]; without IPv6 there is no `sockstat6`.
pub type Gauge = [Option<OwnedFd>; 3];

/// Where sockets are read from.
#[derive(Debug)]
pub enum Source {
    /// A socket of `NETLINK_SOCK_DIAG`, opened inside the namespace.
    Netlink(NetlinkSocket),
    /// The tables of one of its processes.
    ProcTable,
}

/// One network namespace, with its sockets as of the last sweep.
#[derive(Debug)]
pub struct Namespace {
    /// Where sockets are read from.
    pub source: Source,
    /// The signature's open files.
    pub gauge: Option<Gauge>,
    /// Any process within, 0 when it is only named in `/run/netns`.
    pub pid: u32,
    signature: Option<Signature>,
    /// How many sockets were in use when that was asked last.
    usage: Option<[Usage; 2]>,
    /// A connection waits to be accepted: it will get its inode without any counter moving.
    pending: bool,
    /// TCP sockets.
    pub tcp: Swept,
    /// UDP sockets.
    pub udp: Swept,
    /// Unix sockets.
    pub unix: Vec<UnixSocket>,
    /// Connections that wait to be accepted, where others tell the sockets.
    pub unaccepted: Vec<Socket>,
    /// When the traffic was as told; `None` before the first dump over netlink.
    pub sampled: Option<Timestamp>,
    /// The segments that had gone through when the traffic was dumped.
    dumped_segments: Option<[u64; 2]>,
    /// Its own addresses, while a listener on any of them needs them.
    pub addresses: Vec<IpAddr>,
    /// The tick it was found in.
    pub first_tick: u64,
    unix_tick: u64,
    unix_used: u64,
}

/// What a look at one namespace is about.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The number of the tick.
    pub tick: u64,
    /// When it is.
    pub now: Timestamp,
    /// The instant that `now` is.
    pub begun: Instant,
    /// How old traffic may be, in nanoseconds.
    pub load_nanos_max: i128,
    /// Whether Unix sockets are wanted.
    pub with_unix: bool,
}

impl Namespace {
    /// Lets the next look read everything.
    pub fn forget_signature(&mut self) {
        self.signature = None;
    }

    /// Forgets its sockets; the next look reads everything.
    pub fn forget_sockets(&mut self) {
        (self.tcp, self.udp) = (Swept::default(), Swept::default());
        (self.unix, self.unaccepted) = (Vec::new(), Vec::new());
        (self.signature, self.sampled, self.unix_used) = (None, None, 0);
    }

    /// Exchanges its sockets for those of another table.
    pub fn exchange(
        &mut self,
        tcp: &mut Vec<Socket>,
        udp: &mut Vec<Socket>,
        unix: &mut Vec<UnixSocket>,
    ) {
        std::mem::swap(&mut self.tcp.sockets, tcp);
        std::mem::swap(&mut self.udp.sockets, udp);
        std::mem::swap(&mut self.unix, unix);
    }
}

impl Look {
    /// The time now, which in a long sweep is later than when it began.
    fn moment(&self) -> Timestamp {
        let since = i128::try_from(self.begun.elapsed().as_nanos()).unwrap_or_default();
        Timestamp::from_unix_nanos(self.now.unix_nanos() + since).unwrap_or(self.now)
    }
}

/// Reads namespaces, with buffers that all of them share.
#[derive(Debug, Default)]
pub struct Reader {
    next: Swept,
    next_unix: Vec<UnixSocket>,
    buffer: Vec<u8>,
}

impl Namespace {
    /// A namespace that was found in `tick` and not read yet.
    pub fn new(source: Source, gauge: Option<Gauge>, pid: u32, tick: u64) -> Self {
        Self {
            source,
            gauge,
            pid,
            signature: None,
            usage: None,
            pending: false,
            tcp: Swept::default(),
            udp: Swept::default(),
            unix: Vec::new(),
            unaccepted: Vec::new(),
            sampled: None,
            dumped_segments: None,
            addresses: Vec::new(),
            first_tick: tick,
            unix_tick: 0,
            unix_used: 0,
        }
    }
}

impl Reader {
    /// Reads what may have changed of the namespace `inode`; says whether it did.
    pub fn read(
        &mut self,
        tree: &ProcTree,
        inode: u64,
        namespace: &mut Namespace,
        look: Look,
    ) -> Result<bool, NetlinkError> {
        let signature = self.signature(tree, namespace);
        let before = namespace.signature;
        let due = (look.tick + inode).is_multiple_of(UNMOVED_TICKS_MAX) || signature.is_none();
        let moved = |of: fn(&Signature) -> ([u64; 2], [u64; 4])| {
            signature.as_ref().map(of) != before.as_ref().map(of)
        };
        let mut changed = false;
        let carried = Self::has_carried(namespace, signature, look);
        if due || namespace.pending || carried || moved(Signature::tcp) {
            changed |= self.read_tcp(tree, namespace, signature, look)?;
        }
        let udp_moved = signature.map(|one| one.udp()) != before.map(|one| one.udp());
        if due || udp_moved {
            changed |= self.read_udp(tree, namespace, signature)?;
        }
        namespace.signature = signature;
        if look.with_unix {
            changed |= self.read_unix(namespace, signature, look);
        }
        self.read_addresses(tree, inode, namespace, look.tick);
        Ok(changed)
    }

    /// Whether the known traffic is too old; it is as good as new when no segment went through.
    fn has_carried(namespace: &mut Namespace, signature: Option<Signature>, look: Look) -> bool {
        let Some(sampled) = namespace.sampled else { return false };
        if look.now.unix_nanos() - sampled.unix_nanos() < look.load_nanos_max {
            return false;
        }
        let segments = signature.map(|one| one.counters.segments);
        if segments.is_some() && segments == namespace.dumped_segments {
            namespace.sampled = Some(look.moment());
            return false;
        }
        true
    }

    fn read_tcp(
        &mut self,
        tree: &ProcTree,
        namespace: &mut Namespace,
        signature: Option<Signature>,
        look: Look,
    ) -> Result<bool, NetlinkError> {
        self.next.clear();
        let idle = signature.is_some_and(|one| one.tcp().0 == [0, 0]);
        if !idle {
            self.dump(tree, namespace, Transport::Tcp)?;
            if self.is_blind(tree, namespace) {
                namespace.source = Source::ProcTable;
                self.dump(tree, namespace, Transport::Tcp)?;
            }
        }
        let by_netlink = matches!(namespace.source, Source::Netlink(_));
        namespace.sampled = by_netlink.then(|| look.moment());
        namespace.dumped_segments = signature.map(|one| one.counters.segments);
        namespace.pending = any_pending(&self.next.sockets);
        let changed = !self.next.same_sockets(&namespace.tcp);
        std::mem::swap(&mut self.next, &mut namespace.tcp);
        Ok(changed)
    }

    fn read_udp(
        &mut self,
        tree: &ProcTree,
        namespace: &mut Namespace,
        signature: Option<Signature>,
    ) -> Result<bool, NetlinkError> {
        self.next.clear();
        let idle = signature.is_some_and(|one| one.udp().0 == [0, 0]);
        if !idle {
            self.dump(tree, namespace, Transport::Udp)?;
        }
        let changed = !self.next.same_sockets(&namespace.udp);
        std::mem::swap(&mut self.next, &mut namespace.udp);
        Ok(changed)
    }

    /// Lists the Unix sockets when their number moved, and now and then; says whether they changed.
    fn read_unix(
        &mut self,
        namespace: &mut Namespace,
        signature: Option<Signature>,
        look: Look,
    ) -> bool {
        let used = signature.map_or(look.tick, |one| one.all());
        let due = look.tick >= namespace.unix_tick + UNIX_TICKS;
        let Source::Netlink(netlink) = &mut namespace.source else { return false };
        if used == namespace.unix_used && !due {
            return false;
        }
        (namespace.unix_tick, namespace.unix_used) = (look.tick, used);
        match dump_unix(netlink, &mut self.next_unix) {
            Ok(()) => {}
            Err(NetlinkError::Interrupted) => {
                namespace.unix_tick = 0;
                return false;
            }
            // A kernel without `unix_diag` answers with an error each time: then there are none.
            Err(_) => self.next_unix.clear(),
        }
        let changed = !same_unix_sockets(&self.next_unix, &namespace.unix);
        std::mem::swap(&mut self.next_unix, &mut namespace.unix);
        changed
    }

    /// Whether other numbers of sockets are in use than when this was asked last; cheap, for
    /// namespaces whose files are open.
    pub fn has_moved(&mut self, tree: &ProcTree, namespace: &mut Namespace) -> bool {
        if namespace.gauge.is_none() {
            return false;
        }
        let v4 = self.gauge(tree, namespace, 0).and_then(parse_sockstat).unwrap_or_default();
        let v6 = self.gauge(tree, namespace, 1).and_then(parse_sockstat).unwrap_or_default();
        namespace.usage.replace([v4, v6]) != Some([v4, v6])
    }

    /// Reads the connections that wait to be accepted, where netlink tells them.
    pub fn read_unaccepted(&mut self, namespace: &mut Namespace) {
        let Source::Netlink(netlink) = &mut namespace.source else { return };
        if dump_tcp(netlink, &mut self.next).is_err() {
            return;
        }
        let orphan = |one: &&Socket| one.inode == 0 && one.state == SocketState::Open;
        namespace.unaccepted.extend(self.next.sockets.iter().filter(orphan));
        self.next = Swept::default();
    }

    /// Reads which addresses a listener on all of them has, now and then: they rarely change.
    pub fn read_addresses(
        &mut self,
        tree: &ProcTree,
        inode: u64,
        namespace: &mut Namespace,
        tick: u64,
    ) {
        let young = tick - namespace.first_tick < YOUNG_TICKS;
        let due = young || (tick + inode).is_multiple_of(UNMOVED_TICKS_MAX);
        let any = |one: &Socket| one.listens() && one.local.ip().is_unspecified();
        let mut sockets = namespace.tcp.sockets.iter().chain(&namespace.udp.sockets);
        if !due || namespace.pid == 0 || !sockets.any(any) {
            return;
        }
        namespace.addresses.clear();
        let (pid, buffer) = (namespace.pid, &mut self.buffer);
        // Without one of the files the addresses of that family are not known.
        if tree.read_table(&format!("{pid}/net/fib_trie"), buffer).is_ok() {
            parse_fib_trie(buffer, &mut namespace.addresses);
        }
        if tree.read_table(&format!("{pid}/net/if_inet6"), buffer).is_ok() {
            parse_if_inet6(buffer, &mut namespace.addresses);
        }
        namespace.addresses.sort_unstable();
        namespace.addresses.dedup();
    }

    /// Whether netlink told of no socket although there are established ones.
    ///
    /// So answers a kernel whose `tcp_diag` is a module that is not loaded.
    fn is_blind(&mut self, tree: &ProcTree, namespace: &Namespace) -> bool {
        self.next.sockets.is_empty()
            && matches!(namespace.source, Source::Netlink(_))
            && namespace.pid != 0
            && self.signature(tree, namespace).is_some_and(|one| one.has_established())
    }

    fn dump(
        &mut self,
        tree: &ProcTree,
        namespace: &mut Namespace,
        transport: Transport,
    ) -> Result<(), NetlinkError> {
        let (dump, tables): (fn(&mut _, &mut _) -> _, _) = match transport {
            Transport::Tcp => (dump_tcp, ["tcp", "tcp6"]),
            Transport::Udp => (dump_udp, ["udp", "udp6"]),
        };
        if let Source::Netlink(netlink) = &mut namespace.source {
            let mut told = dump(netlink, &mut self.next);
            if told == Err(NetlinkError::Interrupted) {
                self.next.clear();
                told = dump(netlink, &mut self.next);
            }
            match told {
                Ok(()) => return Ok(()),
                // What was known stays, and the next look asks again.
                Err(NetlinkError::Interrupted) => return Err(NetlinkError::Interrupted),
                Err(error) if namespace.pid == 0 => return Err(error),
                // A kernel may have `tcp_diag` and lack `udp_diag`.
                Err(_) if transport == Transport::Udp => {}
                // No inet_diag in this kernel, or it was taken away: /proc tells the same.
                Err(_) => namespace.source = Source::ProcTable,
            }
        }
        self.next.clear();
        let mut unread = Errno::NOENT;
        let mut any = false;
        for table in tables {
            let path = format!("{}/net/{table}", namespace.pid);
            match tree.read_table(&path, &mut self.buffer) {
                Ok(()) => {
                    any = true;
                    parse_proc_table(&self.buffer, transport, &mut self.next);
                }
                Err(errno) => unread = errno,
            }
        }
        if any { Ok(()) } else { Err(NetlinkError::Socket(unread)) }
    }

    fn signature(&mut self, tree: &ProcTree, namespace: &Namespace) -> Option<Signature> {
        let v4 = self.gauge(tree, namespace, 0).and_then(parse_sockstat)?;
        let v6 = self.gauge(tree, namespace, 1).and_then(parse_sockstat).unwrap_or_default();
        let counters = self.gauge(tree, namespace, 2).and_then(parse_snmp)?;
        Some(Signature { used: [v4, v6], counters })
    }

    /// The text of one of [`GAUGE_FILES`].
    fn gauge(&mut self, tree: &ProcTree, namespace: &Namespace, at: usize) -> Option<&[u8]> {
        match &namespace.gauge {
            Some(files) => read_again(files.get(at)?.as_ref()?, &mut self.buffer).ok()?,
            None if namespace.pid != 0 => {
                let path = format!("{}/net/{}", namespace.pid, GAUGE_FILES.get(at)?);
                tree.read_record(&path, &mut self.buffer).ok()?;
            }
            None => return None,
        }
        Some(&self.buffer)
    }
}

/// Whether a connection waits to be accepted: it has no inode yet, and its port a listener.
fn any_pending(sockets: &[Socket]) -> bool {
    let listening = |port| sockets.iter().any(|one| one.listens() && one.local.port() == port);
    let mut orphans = sockets.iter().filter(|one| one.state == SocketState::Open && one.inode == 0);
    // Orphans on their way out look alike; a few are enough to tell.
    orphans.by_ref().take(ORPHANS_ASKED_MAX).any(|one| listening(one.local.port()))
        || orphans.next().is_some()
}
