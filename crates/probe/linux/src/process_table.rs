//! One cheap walk of all processes each tick, shared by the reporters of this crate.
//!
//! A row holds what changes (`stat`, open files) and the network namespace, which is looked up
//! again only now and then. Command lines belong to the process reporter. A process that vanishes
//! while it is read, or that may not be read, has no row: that is no error.

use crate::proc_tree::{PROCESSES_MAX, ProcTree, decimal, is_forbidden, read_again};
use rustc_hash::{FxHashMap, FxHasher};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use scope_agent::ReporterFailure;
use scope_report::Timestamp;
use std::hash::Hasher;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

/// A young process may still be on its way into a container: its namespace is read on this many
/// walks before it is believed.
const YOUNG_WALKS: u64 = 8;

/// Afterwards the namespace is read again once in this many walks (a process may `setns`).
const NAMESPACE_WALKS: u64 = 32;

/// The open files of a process that used no CPU since the last walk are counted once in this many.
const IDLE_WALKS: u64 = 4;

/// A process that used no CPU in so many walks is idle: its `stat` is read once in [`IDLE_WALKS`].
/// What it does next is noticed that much later; that it ended is noticed at once.
const IDLE_AFTER_WALKS: u64 = 8;

/// One that used none for so many walks is read once in [`ASLEEP_WALKS`].
const ASLEEP_AFTER_WALKS: u64 = 60;

/// See [`ASLEEP_AFTER_WALKS`]; a multiple of [`IDLE_WALKS`].
const ASLEEP_WALKS: u64 = 8;

/// `PF_KTHREAD` of linux/sched.h: a kernel thread has no files and no memory of its own.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// Of the descriptors this process may open, one in so many may be kept on `stat` files.
const KEPT_FILES_SHARE: u64 = 2;

/// What one walk saw of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessRow {
    /// Its id.
    pub pid: u32,
    /// Its parent's id, 0 for none.
    pub ppid: u32,
    /// When it started, in clock ticks since boot; with `pid` it names the process for ever.
    pub start_ticks: u64,
    /// User and system time so far, in clock ticks.
    pub cpu_ticks: u64,
    /// Resident memory, in pages.
    pub resident_pages: u64,
    /// The soft limit of resident memory in bytes, `u64::MAX` for none.
    pub resident_bytes_limit: u64,
    /// How many threads it has.
    pub threads: u64,
    /// How many files it has open, where that may be read.
    pub descriptors: Option<u64>,
    /// The inode of its network namespace, where that may be read.
    pub namespace: Option<u64>,
    /// Whether it has more rights than this process, so that its namespace may not be read.
    pub hidden: bool,
    /// Whether it is a thread of the kernel.
    pub in_kernel: bool,
    /// A hash of its short name, which changes when it runs another program.
    pub name_hash: u64,
}

/// The walk, with what it keeps to make the next one cheap.
#[derive(Debug)]
pub struct ProcessTable {
    tree: Arc<ProcTree>,
    reuse_nanos: i128,
    walks: u64,
    walked: Option<(Timestamp, Arc<[ProcessRow]>)>,
    known: FxHashMap<u32, Known>,
    kept_files: usize,
    kept_files_max: usize,
    pids: Vec<u32>,
    buffer: Vec<u8>,
}

/// A table that several reporters ask.
pub type SharedTable = Arc<Mutex<ProcessTable>>;

/// What is kept of a process between walks.
#[derive(Debug)]
struct Known {
    start_ticks: u64,
    first_walk: u64,
    last_walk: u64,
    cpu_ticks: u64,
    /// The walk that saw it use CPU last.
    active_walk: u64,
    /// What the last reading told.
    row: ProcessRow,
    descriptors: Option<u64>,
    namespace: Option<u64>,
    hidden: bool,
    /// Its open `stat`: one `pread` each walk instead of open, read and close. The file belongs to
    /// this very process; it does not read as another one that got the same id.
    file: Option<OwnedFd>,
}

/// The processes at `now`; a walk at (nearly) the same instant is not done twice.
pub fn walk(table: &SharedTable, now: Timestamp) -> Result<Arc<[ProcessRow]>, ReporterFailure> {
    let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
    table.walk(now).map_err(|errno| ReporterFailure {
        operation: format!("list the processes in {}", table.tree.path().display()),
        source: Some(Box::new(errno)),
    })
}

impl ProcessTable {
    /// A table over `tree`, whose walk stays good for half of `interval_nanos`.
    pub fn new(tree: Arc<ProcTree>, interval_nanos: i128) -> Self {
        Self {
            tree,
            reuse_nanos: interval_nanos / 2,
            walks: 0,
            walked: None,
            known: FxHashMap::default(),
            kept_files: 0,
            kept_files_max: kept_files_max(),
            pids: Vec::new(),
            buffer: Vec::new(),
        }
    }

    fn walk(&mut self, now: Timestamp) -> Result<Arc<[ProcessRow]>, Errno> {
        if let Some((at, rows)) = &self.walked
            && (now.unix_nanos() - at.unix_nanos()).abs() < self.reuse_nanos
        {
            return Ok(Arc::clone(rows));
        }
        self.walks += 1;
        let mut pids = std::mem::take(&mut self.pids);
        self.tree.pids(&mut pids)?;
        let rows: Arc<[ProcessRow]> = pids.iter().filter_map(|pid| self.row(*pid)).collect();
        self.pids = pids;
        let walks = self.walks;
        self.known.retain(|_, known| known.last_walk == walks);
        self.kept_files = self.known.values().filter(|known| known.file.is_some()).count();
        self.walked = Some((now, Arc::clone(&rows)));
        Ok(rows)
    }

    fn row(&mut self, pid: u32) -> Option<ProcessRow> {
        if let Some(known) = self.known.get_mut(&pid)
            && known.is_idle(self.walks, pid)
        {
            known.last_walk = self.walks;
            return Some(known.row);
        }
        let known = self.known.remove(&pid);
        let mut file = known.as_ref().and_then(|known| known.file.as_ref());
        if let Some(open) = file
            && read_again(open, &mut self.buffer).is_err()
        {
            file = None;
        }
        let opened = match file {
            Some(_) => None,
            None => Some(self.tree.open_record(&format!("{pid}/stat"), &mut self.buffer).ok()?),
        };
        let mut row = parse_stat(&self.buffer)?;
        row.pid = pid;
        let same = known.filter(|known| known.start_ticks == row.start_ticks);
        let mut known = same.unwrap_or_else(|| Known::new(&row, self.walks));
        if let Some(opened) = opened
            && self.kept_files < self.kept_files_max
        {
            self.kept_files += 1;
            known.file = Some(opened);
        }
        self.complete(&mut row, &mut known);
        self.known.insert(pid, known);
        Some(row)
    }

    /// Adds what `stat` does not tell.
    fn complete(&self, row: &mut ProcessRow, known: &mut Known) {
        let walks = self.walks;
        let turn = walks + u64::from(row.pid);
        let new = known.first_walk == walks;
        let active = row.cpu_ticks != known.cpu_ticks;
        if new || (!row.in_kernel && (active || turn.is_multiple_of(IDLE_WALKS))) {
            known.descriptors = self.tree.descriptor_count(row.pid).ok();
        }
        let young = walks - known.first_walk < YOUNG_WALKS;
        if new || (!row.in_kernel && (young || turn.is_multiple_of(NAMESPACE_WALKS))) {
            let namespace = self.tree.network_namespace(row.pid);
            known.hidden = namespace.is_err_and(is_forbidden);
            known.namespace = namespace.ok();
        }
        if new || active {
            known.active_walk = walks;
        }
        known.last_walk = walks;
        known.cpu_ticks = row.cpu_ticks;
        (row.descriptors, row.namespace) = (known.descriptors, known.namespace);
        row.hidden = known.hidden;
        known.row = *row;
    }
}

impl Known {
    /// Whether there is no need to read it in this walk.
    fn is_idle(&self, walks: u64, pid: u32) -> bool {
        let since = walks - self.active_walk;
        let turns = if since > ASLEEP_AFTER_WALKS { ASLEEP_WALKS } else { IDLE_WALKS };
        since > IDLE_AFTER_WALKS && !(walks + u64::from(pid)).is_multiple_of(turns)
    }

    fn new(row: &ProcessRow, walks: u64) -> Self {
        Self {
            start_ticks: row.start_ticks,
            first_walk: walks,
            last_walk: walks,
            cpu_ticks: row.cpu_ticks,
            active_walk: walks,
            row: *row,
            descriptors: None,
            namespace: None,
            hidden: false,
            file: None,
        }
    }
}

/// How many `stat` files may be kept open.
fn kept_files_max() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(limit / KEPT_FILES_SHARE).unwrap_or(PROCESSES_MAX).min(PROCESSES_MAX)
}

/// Reads `/proc/PID/stat` (proc(5)); `None` for zombies, dead processes and malformed text.
///
/// The command name may hold spaces and parentheses, so fields are counted from the last `)`.
pub fn parse_stat(text: &[u8]) -> Option<ProcessRow> {
    let end = text.iter().rposition(|byte| *byte == b')')?;
    let mut fields = text.get(end + 1..)?.trim_ascii().split(|byte| *byte == b' ');
    // Fields are numbered as in proc(5): the state, right after the name, is field 3.
    let state = fields.next()?;
    if matches!(state, b"Z" | b"X" | b"x") {
        return None;
    }
    let mut hasher = FxHasher::default();
    hasher.write(text.get(..end)?);
    let mut row = ProcessRow { name_hash: hasher.finish(), ..ProcessRow::default() };
    let mut number = 3;
    for field in fields {
        number += 1;
        match number {
            4 => row.ppid = decimal(field)?,
            9 => row.in_kernel = decimal::<u64>(field)? & KERNEL_THREAD != 0,
            14 | 15 => row.cpu_ticks = row.cpu_ticks.saturating_add(decimal(field)?),
            20 => row.threads = decimal(field)?,
            22 => row.start_ticks = decimal(field)?,
            24 => row.resident_pages = decimal::<i64>(field)?.try_into().unwrap_or_default(),
            25 => {
                row.resident_bytes_limit = decimal(field)?;
                return Some(row);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: Option<(u32, u64, u64, u64)>) {
        let row = parse_stat(input.as_bytes());
        assert_eq!(row.map(|row| (row.ppid, row.cpu_ticks, row.threads, row.start_ticks)), expect);
    }

    const TAIL: &str = "1 12 12 0 -1 4194304 9 0 0 0 30 12 0 0 20 0 4 0 777 1000 55 \
                        18446744073709551615 1 1";

    #[test]
    fn reads_stat_from_the_last_parenthesis() {
        check(&format!("12 (sh) S {TAIL}"), Some((1, 42, 4, 777)));
        check(&format!("12 (a) R (b c) S {TAIL}"), Some((1, 42, 4, 777)));
        check(&format!("12 ((sd-pam)) S {TAIL}\n"), Some((1, 42, 4, 777)));
    }

    #[test]
    fn skips_the_dead_and_the_broken() {
        check(&format!("12 (sh) Z {TAIL}"), None);
        check(&format!("12 (sh) X {TAIL}"), None);
        check("12 (sh) S 1 12", None);
        check("", None);
        check("12 (sh)", None);
        check("12 (sh) S -9 x", None);
    }
}
