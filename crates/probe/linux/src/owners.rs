//! Which processes hold which sockets, kept up to date without walking every descriptor each tick.
//!
//! Descriptors are read only while some socket has no known holder: first of processes whose
//! number of open files changed, in the namespace of the socket, then of the others there, in the
//! end of all. What one tick may read is capped; the search goes on in the next. A socket that
//! nobody readable holds is looked for again ever more rarely.

use crate::proc_tree::{ProcTree, is_forbidden};
use crate::process_table::ProcessRow;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The most descriptors read in one tick, about 10 ms of CPU; one process may exceed it.
const DESCRIPTORS_PER_TICK_MAX: usize = 8_192;

/// The most sockets whose holders are remembered, of all kinds (Unix sockets included).
const SOCKETS_MAX: usize = 1_048_576;

/// A fruitless search is repeated after at most two to the power of this many ticks.
const BACKOFF_EXPONENT_MAX: u32 = 6;

/// A process that holds a socket.
///
/// Ordered by age, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// When it started, in clock ticks since boot.
    pub start_ticks: u64,
    /// Its id.
    pub pid: u32,
}

/// What a search came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Whether any socket got or lost a holder.
    pub changed: bool,
    /// Sockets whose search goes on in the next tick.
    pub unfinished: usize,
    /// Processes whose descriptors may not be read.
    pub unreadable: usize,
}

/// The holders of sockets.
#[derive(Debug)]
pub struct Owners {
    tree: Arc<ProcTree>,
    tick: u64,
    processes: FxHashMap<u32, Known>,
    holders: FxHashMap<u64, Vec<Owner>>,
    sought: FxHashMap<u64, Sought>,
}

#[derive(Debug)]
struct Known {
    start_ticks: u64,
    descriptors: Option<u64>,
    walked: u64,
    readable: bool,
    sockets: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Sought {
    since: u64,
    due: u64,
    failures: u32,
}

/// What is sought in one namespace: how many sockets, and since when the newest of them.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    newest: u64,
}

impl Owners {
    /// Holders among the processes of `tree`.
    pub fn new(tree: Arc<ProcTree>) -> Self {
        let (processes, holders) = (FxHashMap::default(), FxHashMap::default());
        Self { tree, tick: 0, processes, holders, sought: FxHashMap::default() }
    }

    /// The processes that hold the socket `inode`, in no order.
    pub fn holders(&self, inode: u64) -> &[Owner] {
        self.holders.get(&inode).map_or(&[], Vec::as_slice)
    }

    /// Looks for the holders of `needed` sockets (inode → namespace) among `rows`.
    pub fn search(&mut self, rows: &[ProcessRow], needed: &FxHashMap<u64, u64>) -> Search {
        self.tick += 1;
        let mut search = Search { changed: self.forget(rows), ..Search::default() };
        let mut unknown = self.unknown(needed);
        let candidates = self.candidates(rows, needed, &unknown);
        let mut read = 0;
        let mut finished = true;
        for (rank, row) in candidates {
            if rank > 0 && unknown.is_empty() {
                break;
            }
            if read >= DESCRIPTORS_PER_TICK_MAX {
                finished = false;
                break;
            }
            let (count, changed) = self.walk(row);
            read += count.max(1);
            search.changed |= changed;
            if let Some(known) = self.processes.get(&row.pid) {
                known.sockets.iter().for_each(|inode| {
                    unknown.remove(inode);
                });
            }
        }
        if finished {
            unknown.keys().for_each(|inode| self.back_off(*inode));
        } else {
            search.unfinished = unknown.len();
        }
        search.unreadable = self.processes.values().filter(|known| !known.readable).count();
        search
    }

    /// Drops processes that ended; says whether any of them held a socket.
    fn forget(&mut self, rows: &[ProcessRow]) -> bool {
        let alive: FxHashSet<Owner> = rows.iter().map(owner).collect();
        let gone: Vec<u32> = self
            .processes
            .iter()
            .filter(|(pid, known)| {
                !alive.contains(&Owner { start_ticks: known.start_ticks, pid: **pid })
            })
            .map(|(pid, _)| *pid)
            .collect();
        let mut changed = false;
        for pid in gone {
            if let Some(known) = self.processes.remove(&pid) {
                changed |= !known.sockets.is_empty();
                self.release(pid, &known.sockets);
            }
        }
        changed
    }

    fn release(&mut self, pid: u32, sockets: &[u64]) {
        for inode in sockets {
            if let Some(holders) = self.holders.get_mut(inode) {
                holders.retain(|holder| holder.pid != pid);
                if holders.is_empty() {
                    self.holders.remove(inode);
                }
            }
        }
    }

    /// The needed sockets without a holder whose search is due, with their namespace.
    fn unknown(&mut self, needed: &FxHashMap<u64, u64>) -> FxHashMap<u64, u64> {
        self.sought.retain(|inode, _| needed.contains_key(inode));
        let tick = self.tick;
        let mut unknown = FxHashMap::default();
        for (inode, namespace) in needed {
            if self.holders.contains_key(inode) {
                self.sought.remove(inode);
                continue;
            }
            let fresh = Sought { since: tick, due: tick, failures: 0 };
            let sought = self.sought.entry(*inode).or_insert(fresh);
            if sought.due <= tick {
                unknown.insert(*inode, *namespace);
            }
        }
        unknown
    }

    /// The processes worth reading, best first: rank 0 those that changed, 1 those that hold
    /// connections, 2 those that hold any socket, 3 the others of the namespace, 4 those of other
    /// namespaces after a failure.
    fn candidates<'a>(
        &self,
        rows: &'a [ProcessRow],
        needed: &FxHashMap<u64, u64>,
        unknown: &FxHashMap<u64, u64>,
    ) -> Vec<(u8, &'a ProcessRow)> {
        let mut wanted: FxHashMap<u64, Wanted> = FxHashMap::default();
        let mut anywhere: Option<Wanted> = None;
        for (inode, namespace) in unknown {
            let Some(sought) = self.sought.get(inode) else { continue };
            let entry = wanted.entry(*namespace).or_default();
            entry.newest = entry.newest.max(sought.since);
            if sought.failures > 0 {
                let newest = anywhere.map_or(0, |wanted| wanted.newest).max(sought.since);
                anywhere = Some(Wanted { newest });
            }
        }
        let mut candidates: Vec<(u8, u64, &ProcessRow)> = rows
            .iter()
            .filter_map(|row| {
                let here = row.namespace.and_then(|inode| wanted.get(&inode));
                let known = self.processes.get(&row.pid);
                let walked = known.map_or(0, |known| known.walked);
                let rank = rank(row, known, needed, here, anywhere.as_ref())?;
                Some((rank, walked, row))
            })
            .collect();
        candidates.sort_unstable_by_key(|(rank, walked, row)| (*rank, *walked, row.pid));
        candidates.into_iter().map(|(rank, _, row)| (rank, row)).collect()
    }

    /// Reads the descriptors of a process; says how many, and whether its sockets changed.
    fn walk(&mut self, row: &ProcessRow) -> (usize, bool) {
        let mut sockets = Vec::new();
        let result = self.tree.each_socket(row.pid, |inode| sockets.push(inode));
        sockets.sort_unstable();
        sockets.dedup();
        let before = self.processes.remove(&row.pid).map(|known| known.sockets).unwrap_or_default();
        let changed = before != sockets;
        if changed {
            self.release(row.pid, &before);
            let room = SOCKETS_MAX.saturating_sub(self.holders.len());
            for inode in sockets.iter().take(room) {
                self.holders.entry(*inode).or_default().push(owner(row));
            }
        }
        let known = Known {
            start_ticks: row.start_ticks,
            descriptors: row.descriptors,
            walked: self.tick,
            readable: !result.is_err_and(is_forbidden),
            sockets,
        };
        self.processes.insert(row.pid, known);
        (result.unwrap_or_default(), changed)
    }

    fn back_off(&mut self, inode: u64) {
        let tick = self.tick;
        if let Some(sought) = self.sought.get_mut(&inode) {
            sought.due = tick + (1 << sought.failures.min(BACKOFF_EXPONENT_MAX));
            sought.since = sought.due;
            sought.failures = sought.failures.saturating_add(1);
        }
    }
}

fn owner(row: &ProcessRow) -> Owner {
    Owner { start_ticks: row.start_ticks, pid: row.pid }
}

/// How promising a process is; `None` when there is nothing to find in it.
fn rank(
    row: &ProcessRow,
    known: Option<&Known>,
    needed: &FxHashMap<u64, u64>,
    here: Option<&Wanted>,
    anywhere: Option<&Wanted>,
) -> Option<u8> {
    let Some(known) = known else {
        return if here.is_some() { Some(0) } else { anywhere.map(|_| 4) };
    };
    let changed = known.descriptors != row.descriptors;
    let connected = || known.sockets.iter().any(|one| needed.contains_key(one));
    if changed && (here.is_some() || connected()) {
        return Some(0);
    }
    let unread = |wanted: &Wanted| known.walked < wanted.newest;
    if here.is_some_and(unread) {
        return Some(match known.sockets.is_empty() {
            true => 3,
            false if connected() => 1,
            false => 2,
        });
    }
    anywhere.is_some_and(unread).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn fixture() -> (Owners, Vec<ProcessRow>) {
        let tree = Arc::new(ProcTree::open(Path::new("testdata/proc")).unwrap());
        let row = |pid, start_ticks, descriptors| ProcessRow {
            pid,
            start_ticks,
            descriptors: Some(descriptors),
            namespace: Some(7),
            ..ProcessRow::default()
        };
        (Owners::new(tree), vec![row(42, 100, 3), row(43, 200, 2)])
    }

    fn needed(inodes: &[u64]) -> FxHashMap<u64, u64> {
        inodes.iter().map(|inode| (*inode, 7)).collect()
    }

    #[test]
    fn finds_all_holders_once() {
        let (mut owners, rows) = fixture();
        let search = owners.search(&rows, &needed(&[1002, 1005]));
        assert!(search.changed && search.unfinished == 0);
        assert_eq!(owners.holders(1002), [Owner { start_ticks: 100, pid: 42 }]);
        let mut shared = owners.holders(1005).to_vec();
        shared.sort_unstable();
        assert_eq!(shared.iter().map(|one| one.pid).collect::<Vec<_>>(), [42, 43]);
        assert!(!owners.search(&rows, &needed(&[1002, 1005])).changed);
    }

    #[test]
    fn forgets_the_dead() {
        let (mut owners, mut rows) = fixture();
        owners.search(&rows, &needed(&[1002]));
        rows.remove(0);
        assert!(owners.search(&rows, &needed(&[1002])).changed);
        assert!(owners.holders(1002).is_empty());
    }

    #[test]
    fn looks_ever_more_rarely_for_what_nobody_holds() {
        let (mut owners, rows) = fixture();
        let searched: Vec<u64> = (1..=20)
            .filter(|_| {
                owners.search(&rows, &needed(&[999]));
                owners.processes.values().any(|known| known.walked == owners.tick)
            })
            .collect();
        assert_eq!(searched, [1, 2, 4, 8, 16]);
    }

    #[test]
    fn a_process_that_ended_meanwhile_is_no_gap() {
        let (mut owners, mut rows) = fixture();
        rows.push(ProcessRow { pid: 44, namespace: Some(7), ..ProcessRow::default() });
        assert_eq!(owners.search(&rows, &needed(&[999])).unreadable, 0);
    }
}
