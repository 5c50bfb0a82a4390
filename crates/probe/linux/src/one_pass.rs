//! Every socket of the machine with who holds it, from passes over the kernel's own list.
//!
//! The kernel walks the open files of all processes, so no descriptor is read and no namespace is
//! asked on its own. It tells only the sockets that are not as it told them before, and how many
//! each process holds in all; what is kept here is changed by that, and nothing is read twice.
//! Where the count of a process does not say which of its sockets are gone, the next pass tells
//! that process whole: [`OnePass::is_incomplete`] says so until then.
//!
//! Refuses to know what has no descriptor: a connection that was not accepted yet, or is on its
//! way out. Where a listener has such, [`OnePass::backlogged`] names the namespace to ask.

mod process;

mod shown;

mod moved;

mod rows;

use crate::meter::{Counters, Rates};
use crate::namespaces::Namespaces;
use crate::owners::Owner;
use crate::socket_table::{Socket, Traffic};
use crate::unix_table::{UNIX_SOCKETS_MAX, UnixSocket};
use moved::Moved;
use process::{Missing, Process};
use rows::Rows;
use rustc_hash::{FxHashMap, FxHashSet};
use scope_ebpf::{Change, Holder, OpenSocket, SnapshotError, SocketId};
use scope_report::Timestamp;
use shown::Shown;
use std::collections::BTreeSet;

/// The most sockets that are kept, of all kinds.
const SOCKETS_MAX: usize = 524_288;

/// The most namespaces whose connections that wait to be accepted are asked for in one pass.
const BACKLOGGED_MAX: usize = 8;

/// Nobody, in the place of an owner.
const NOBODY: Owner = Owner { start_ticks: 0, pid: 0 };

/// All sockets as of the last pass.
#[derive(Debug, Default)]
pub struct OnePass {
    /// Whether the kernel told everything once.
    is_begun: bool,
    pass: u32,
    rows: Rows,
    /// Sockets that several processes hold, with all of them.
    shared: FxHashMap<u64, Vec<Owner>>,
    processes: FxHashMap<u32, Process>,
    listed: FxHashMap<u64, Listed>,
    /// Listeners from which connections wait to be accepted, with their namespaces.
    backlogged: FxHashMap<u64, u64>,
    moved: Moved,
    unix_count: usize,
    has_changed: bool,
    is_incomplete: bool,
    is_full: bool,
}

/// The sockets of one namespace.
#[derive(Debug, Default)]
struct Listed {
    tcp: Vec<Socket>,
    udp: Vec<Socket>,
    unix: Vec<UnixSocket>,
    is_lent: bool,
}

impl Listed {
    fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.udp.is_empty() && self.unix.is_empty()
    }
}

/// What is kept of a socket, by its inode.
#[derive(Clone, Copy, Debug)]
struct Row {
    id: SocketId,
    /// Any process that holds it.
    owner: Owner,
    traffic: Traffic,
    namespace: u32,
    /// The table it is in, where it is told.
    table: Option<Table>,
    /// Where it is in there.
    place: u32,
    /// How many processes hold it, those without a number counted as one.
    holders: u32,
}

/// Which table a socket is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// Of TCP, with traffic.
    Counted,
    Tcp,
    Udp,
    Unix,
}

/// What a pass needs from elsewhere.
pub struct Aids<'a> {
    /// When it is.
    pub now: Timestamp,
    /// Whether Unix sockets are wanted.
    pub with_unix: bool,
    /// When a process started, in clock ticks since boot.
    pub start_of: &'a dyn Fn(u32) -> Option<u64>,
    /// Sockets that closed since the last pass, as far as events tell.
    pub closed: &'a FxHashSet<SocketId>,
}

/// The kernel, as a pass asks it.
pub trait SocketLister {
    /// Tells what changed; with `anew`, everything.
    ///
    /// # Errors
    ///
    /// When the list breaks off.
    fn list(&mut self, anew: bool, each: &mut dyn FnMut(Change)) -> Result<u64, SnapshotError>;

    /// Lets the next list tell all sockets of a process.
    fn forget(&mut self, pid: u32);
}

impl OnePass {
    /// Takes in what `lister` tells; says whether any socket or holder changed. The tables must not
    /// be [lent](Self::lend).
    ///
    /// # Errors
    ///
    /// Those of the list: then nothing is known any more.
    pub fn read(
        &mut self,
        aids: &Aids<'_>,
        lister: &mut impl SocketLister,
    ) -> Result<bool, SnapshotError> {
        self.pass = self.pass.wrapping_add(1);
        (self.has_changed, self.is_incomplete) = (false, false);
        self.recognise(aids, lister);
        let anew = !std::mem::replace(&mut self.is_begun, true);
        let done = lister.list(anew, &mut |change| match change {
            Change::Socket(open) => self.take(open, aids),
            Change::Holder(holder) => self.count(&holder, aids),
        });
        if let Err(error) = done {
            *self = Self { pass: self.pass, ..Self::default() };
            return Err(error);
        }
        self.find_missing(aids.closed, lister);
        self.listed.retain(|_, one| !one.is_empty());
        self.moved.passed(aids.now, |namespace| self.listed.contains_key(&u64::from(namespace)));
        Ok(self.has_changed)
    }

    /// The processes that hold the socket `inode`, in no order.
    pub fn holders(&self, inode: u64) -> &[Owner] {
        if let Some(all) = self.shared.get(&inode) {
            return all;
        }
        let owner = self.rows.get(inode).map(|row| &row.owner).filter(|one| **one != NOBODY);
        owner.map_or(&[], std::slice::from_ref)
    }

    /// Whether the next pass will know better, although nothing moves.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// Whether sockets were left out for want of room.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Namespaces in which connections wait to be accepted, [`BACKLOGGED_MAX`] at most.
    pub fn backlogged(&self) -> Vec<u64> {
        let all: BTreeSet<u64> = self.backlogged.values().copied().collect();
        all.into_iter().take(BACKLOGGED_MAX).collect()
    }

    /// Lends the tables to the namespaces they are of.
    pub fn lend(&mut self, namespaces: &mut Namespaces) {
        for (inode, namespace) in namespaces.all_mut() {
            if let Some(listed) = self.listed.get_mut(&inode).filter(|one| !one.is_lent) {
                listed.is_lent = true;
                namespace.exchange(&mut listed.tcp, &mut listed.udp, &mut listed.unix);
            }
        }
    }

    /// Takes the tables back, before namespaces go and the next pass is read.
    pub fn take_back(&mut self, namespaces: &mut Namespaces) {
        for (inode, namespace) in namespaces.all_mut() {
            if let Some(listed) = self.listed.get_mut(&inode).filter(|one| one.is_lent) {
                listed.is_lent = false;
                namespace.exchange(&mut listed.tcp, &mut listed.udp, &mut listed.unix);
            }
        }
    }

    fn counted(&self, inode: u64) -> Option<&Row> {
        self.rows.get(inode).filter(|row| row.table == Some(Table::Counted))
    }

    /// Learns when processes started, and drops those whose number another one has by now.
    fn recognise(&mut self, aids: &Aids<'_>, lister: &mut impl SocketLister) {
        let mut replaced = Vec::new();
        for (pid, process) in &mut self.processes {
            let Some(start_ticks) = (aids.start_of)(*pid) else { continue };
            if process.start_ticks == start_ticks {
                continue;
            }
            if process.start_ticks != u64::MAX {
                replaced.push(*pid);
                continue;
            }
            process.start_ticks = start_ticks;
            self.has_changed = true;
            for inode in &process.sockets {
                let shared = self.shared.get_mut(inode).into_iter().flatten();
                let row = self.rows.get_mut(*inode).map(|row| &mut row.owner);
                let own = shared.chain(row).filter(|owner| owner.pid == *pid);
                own.for_each(|owner| owner.start_ticks = start_ticks);
            }
        }
        for pid in replaced {
            self.drop_process(pid);
            lister.forget(pid);
        }
    }

    /// Takes in a socket of a process.
    fn take(&mut self, open: OpenSocket, aids: &Aids<'_>) {
        let OpenSocket { pid, inode, socket: id, netns: namespace, kind, .. } = open;
        if self.rows.get(inode).is_some_and(|row| row.id != id) {
            // Another socket with a number that was used up once.
            self.drop_socket(inode);
        }
        if self.rows.len() >= SOCKETS_MAX && !self.rows.contains(inode) {
            self.is_full = true;
            self.process(pid, aids).is_cut = true;
            return;
        }
        let shown = Shown::of(inode, kind, aids.with_unix);
        let fresh = Row {
            id,
            owner: NOBODY,
            traffic: Traffic::default(),
            namespace,
            table: None,
            place: 0,
            holders: 0,
        };
        self.rows.add(inode, fresh);
        self.show(inode, shown);
        let process = self.process(pid, aids);
        process.told.push(inode);
        if process.sockets.insert(inode) {
            process.sum = process.sum.wrapping_add(Holder::share_of(inode));
            let owner = Owner { start_ticks: process.start_ticks, pid };
            self.add_holder(inode, owner);
        }
    }

    /// Takes in what a process holds in all.
    fn count(&mut self, holder: &Holder, aids: &Aids<'_>) {
        let process = self.process(holder.pid, aids);
        process.is_whole |= holder.is_whole;
        process.counted += holder.sockets;
        process.counted_sum = process.counted_sum.wrapping_add(holder.sum);
    }

    /// A process that is met in this pass.
    fn process(&mut self, pid: u32, aids: &Aids<'_>) -> &mut Process {
        let fresh = || Process::new((aids.start_of)(pid).unwrap_or(u64::MAX));
        let process = self.processes.entry(pid).or_insert_with(fresh);
        process.meet(self.pass);
        process
    }

    /// Finds what processes do not hold any more.
    fn find_missing(&mut self, closed: &FxHashSet<SocketId>, lister: &mut impl SocketLister) {
        let mut gone = Vec::new();
        let mut missing = Vec::new();
        for (pid, process) in &mut self.processes {
            if process.pass != self.pass {
                gone.push(*pid);
                continue;
            }
            let is_closed =
                |inode: u64| self.rows.get(inode).is_some_and(|row| closed.contains(&row.id));
            match process.missing(is_closed) {
                Missing::None => {}
                Missing::These(inodes) => missing.push((*pid, inodes)),
                Missing::Unknown => {
                    self.is_incomplete = true;
                    lister.forget(*pid);
                }
            }
            process.told.clear();
        }
        for pid in gone {
            self.drop_process(pid);
            lister.forget(pid);
        }
        for (pid, inodes) in missing {
            for inode in inodes {
                self.release(inode, pid);
            }
        }
    }

    fn drop_process(&mut self, pid: u32) {
        let Some(process) = self.processes.get(&pid) else { return };
        let sockets: Vec<u64> = process.sockets.iter().copied().collect();
        sockets.into_iter().for_each(|inode| self.release(inode, pid));
        self.processes.remove(&pid);
    }

    /// Forgets a socket, whoever held it.
    fn drop_socket(&mut self, inode: u64) {
        let holds =
            |(pid, process): (&u32, &Process)| process.sockets.contains(&inode).then_some(*pid);
        let holders: Vec<u32> = self.processes.iter().filter_map(holds).collect();
        holders.into_iter().for_each(|pid| self.release(inode, pid));
    }

    /// A process does not hold a socket any more; without holders it is gone.
    fn release(&mut self, inode: u64, pid: u32) {
        let Some(row) = self.rows.get_mut(inode) else { return };
        let Some(process) = self.processes.get_mut(&pid) else { return };
        if !process.sockets.remove(&inode) {
            return;
        }
        process.sum = process.sum.wrapping_sub(Holder::share_of(inode));
        self.has_changed = true;
        row.holders -= 1;
        if row.holders == 0 {
            self.show(inode, Shown::Nothing);
            self.rows.remove(inode);
            return;
        }
        if let Some(all) = self.shared.get_mut(&inode) {
            all.retain(|owner| owner.pid != pid);
            row.owner = all.first().copied().unwrap_or(NOBODY);
            if all.len() < 2 {
                self.shared.remove(&inode);
            }
        } else if row.owner.pid == pid {
            row.owner = NOBODY;
        }
    }

    fn add_holder(&mut self, inode: u64, owner: Owner) {
        let Some(row) = self.rows.get_mut(inode) else { return };
        row.holders += 1;
        self.has_changed = true;
        if owner.pid == 0 {
            return;
        }
        if row.owner == NOBODY {
            row.owner = owner;
        } else {
            self.shared.entry(inode).or_insert_with(|| vec![row.owner]).push(owner);
        }
    }

    /// Puts a socket into the table it belongs to, and takes it out of any other.
    fn show(&mut self, inode: u64, shown: Shown) {
        let Some(row) = self.rows.get_mut(inode) else { return };
        let namespace = u64::from(row.namespace);
        if matches!(shown, Shown::Nothing) && row.table.is_none() {
            return;
        }
        let listed = self.listed.entry(namespace).or_default();
        if shown.is_backlogged() {
            self.backlogged.insert(inode, namespace);
        } else if !self.backlogged.is_empty() {
            self.backlogged.remove(&inode);
        }
        let traffic = shown.traffic();
        if row.table == shown.table() && shown.is_in(listed, row.place) {
            if let Some(traffic) = traffic {
                self.moved.counted(inode, row.traffic, traffic);
                row.traffic = traffic;
            }
            return;
        }
        self.has_changed = true;
        let was_counted = row.table == Some(Table::Counted);
        let (table, place) = (row.table.take(), row.place);
        if was_counted && traffic.is_none() {
            self.moved.forget(inode, row.traffic);
        }
        self.unplace(namespace, table, place);
        self.place(inode, shown, was_counted);
    }

    fn place(&mut self, inode: u64, shown: Shown, was_counted: bool) {
        if matches!(shown, Shown::Unix(_)) && self.unix_count >= UNIX_SOCKETS_MAX {
            self.is_full = true;
            return;
        }
        let Some(row) = self.rows.get_mut(inode) else { return };
        let Some(listed) = self.listed.get_mut(&u64::from(row.namespace)) else { return };
        row.table = shown.table();
        let traffic = shown.traffic().unwrap_or_default();
        match row.table {
            Some(Table::Counted) if was_counted => self.moved.counted(inode, row.traffic, traffic),
            Some(Table::Counted) => self.moved.opened(inode, row.namespace, traffic),
            _ => {}
        }
        row.traffic = traffic;
        self.unix_count += usize::from(matches!(shown, Shown::Unix(_)));
        row.place = shown.put(listed);
    }

    /// Takes out what is at a place of a table; the last of it comes there.
    fn unplace(&mut self, namespace: u64, table: Option<Table>, place: u32) {
        let Some(listed) = self.listed.get_mut(&namespace) else { return };
        let at = place as usize;
        let moved = match table {
            None => return,
            Some(Table::Counted | Table::Tcp) => take_out(&mut listed.tcp, at, |one| one.inode),
            Some(Table::Udp) => take_out(&mut listed.udp, at, |one| one.inode),
            Some(Table::Unix) => {
                self.unix_count -= 1;
                take_out(&mut listed.unix, at, |one| one.inode)
            }
        };
        if let Some(row) = moved.and_then(|inode| self.rows.get_mut(inode)) {
            row.place = place;
        }
    }
}

impl Counters for OnePass {
    fn rates(&self, inode: u64) -> Option<Rates> {
        let row = self.counted(inode)?;
        self.moved.rates(inode, row.namespace, row.traffic)
    }

    fn told_of(&self, inode: u64) -> Option<Traffic> {
        self.counted(inode).map(|row| self.moved.told_of(inode, row.traffic))
    }

    fn take_gone(&mut self) -> FxHashMap<u64, Traffic> {
        self.moved.take_gone()
    }

    fn told(&mut self) {
        self.moved.told();
    }
}

/// Takes an item out; the inode of the one that took its place, if any.
fn take_out<T>(all: &mut Vec<T>, at: usize, inode: impl Fn(&T) -> u64) -> Option<u64> {
    if at < all.len() {
        all.swap_remove(at);
    }
    all.get(at).map(inode)
}

#[cfg(test)]
mod tests;
