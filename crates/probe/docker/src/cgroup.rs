//! The kernel's accounts of a container, in control groups of version 1 and 2.
//!
//! Three or four small files are read per sample, which costs the probe a fifth of what the same
//! numbers cost through the engine, and the engine nothing. The kernel describes version 1 in
//! `Documentation/admin-guide/cgroup-v1/cpuacct.rst` and `memory.rst` beside it, version 2 in
//! `Documentation/admin-guide/cgroup-v2.rst`.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes read of one file; `memory.stat` has about 1,500.
pub(crate) const FILE_BYTES_MAX: usize = 16_384;

/// Engines within engines.
const NESTING_MAX: usize = 4;

/// Where the hierarchies are mounted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mounts {
    /// Of version 1, by controller.
    cpuacct: Option<PathBuf>,
    memory: Option<PathBuf>,
    unified: Option<PathBuf>,
}

/// The directories of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Accounts {
    /// Those of the controllers cpuacct and memory.
    V1 { cpuacct: PathBuf, memory: PathBuf },
    /// The one directory.
    V2(PathBuf),
}

/// The files of one container's accounts.
#[derive(Debug)]
pub(crate) struct Ledger {
    cpu: Account,
    memory: Account,
    stat: Account,
    /// Of version 2; version 1 tells the limit in `stat`.
    limit: Option<Account>,
    keeps_open: bool,
}

/// One file, and its descriptor while that is kept.
#[derive(Debug)]
struct Account {
    path: PathBuf,
    file: Option<File>,
}

/// What was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// On all processors, since the container started.
    pub cpu_nanos: u64,
    /// Without the page cache that can be dropped at once.
    pub memory_bytes: u64,
    /// `None` for no limit.
    pub memory_limit_bytes: Option<u64>,
}

impl Mounts {
    /// Reads `/proc/<pid>/mounts` (`man 5 fstab` for its form).
    pub(crate) fn parse(mounts: &str) -> Self {
        let mut found = Self::default();
        for line in mounts.lines() {
            let mut fields = line.split(' ');
            let (Some(_), Some(place), Some(kind), Some(options)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let has = |controller: &str| options.split(',').any(|option| option == controller);
            let place = || Some(PathBuf::from(place));
            match kind {
                "cgroup2" => found.unified = found.unified.or_else(place),
                "cgroup" if has("cpuacct") => found.cpuacct = found.cpuacct.or_else(place),
                "cgroup" if has("memory") => found.memory = found.memory.or_else(place),
                _ => {}
            }
        }
        found
    }

    /// The directories of the container, from `/proc/<init pid>/cgroup`.
    ///
    /// `None` when the file does not name the container: then the process is another host's, or
    /// its control group cannot be told apart.
    pub(crate) fn locate(&self, cgroups: &str, container_id: &str) -> Option<Accounts> {
        let of = |mount: &Option<PathBuf>, path: Option<&str>| {
            let path = path.filter(|path| path.contains(container_id))?;
            let inside = path.trim_start_matches('/');
            let leaves = Path::new(inside).components().any(|part| part.as_os_str() == "..");
            Some(mount.as_ref()?.join(inside)).filter(|_| !leaves)
        };
        let controller = |name: &str| controller_path(cgroups, name);
        let cpuacct = of(&self.cpuacct, controller("cpuacct"));
        let memory = of(&self.memory, controller("memory"));
        match (cpuacct, memory) {
            (Some(cpuacct), Some(memory)) => Some(Accounts::V1 { cpuacct, memory }),
            _ => of(&self.unified, controller("")).map(Accounts::V2),
        }
    }
}

impl Accounts {
    /// Prepares to read them. A kept file costs a descriptor and saves two thirds of the time.
    pub(crate) fn ledger(self, keeps_open: bool) -> Ledger {
        let account = |dir: &Path, name: &str| Account { path: dir.join(name), file: None };
        match self {
            Self::V1 { cpuacct, memory } => Ledger {
                cpu: account(&cpuacct, "cpuacct.usage"),
                memory: account(&memory, "memory.usage_in_bytes"),
                stat: account(&memory, "memory.stat"),
                limit: None,
                keeps_open,
            },
            Self::V2(dir) => Ledger {
                cpu: account(&dir, "cpu.stat"),
                memory: account(&dir, "memory.current"),
                stat: account(&dir, "memory.stat"),
                limit: Some(account(&dir, "memory.max")),
                keeps_open,
            },
        }
    }
}

impl Ledger {
    /// Reads them; `buffer` is only there to be reused. `None` if one cannot be read.
    pub(crate) fn usage(&mut self, buffer: &mut [u8; FILE_BYTES_MAX]) -> Option<Usage> {
        let keeps_open = self.keeps_open;
        let cpu = self.cpu.read(keeps_open, buffer)?;
        let cpu_nanos = match self.limit {
            None => number(cpu)?,
            Some(_) => field(cpu, "usage_usec")?.saturating_mul(1_000),
        };
        let used = number(self.memory.read(keeps_open, buffer)?)?;
        let stat = self.stat.read(keeps_open, buffer)?;
        let (inactive, memory_limit_bytes) = match &mut self.limit {
            None => stat_v1(stat),
            Some(limit) => {
                let inactive = field(stat, "inactive_file").unwrap_or_default();
                // `max` is no number, and the root group has no such file.
                (inactive, limit.read(keeps_open, buffer).and_then(number))
            }
        };
        let memory_bytes = used.saturating_sub(inactive);
        Some(Usage { cpu_nanos, memory_bytes, memory_limit_bytes })
    }
}

impl Account {
    /// The kernel hands such a file out in one piece, made at the moment of reading from its start.
    fn read<'b>(&mut self, keeps_open: bool, buffer: &'b mut [u8]) -> Option<&'b str> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path).ok()?,
        };
        let length = file.read_at(buffer, 0).ok()?;
        self.file = keeps_open.then_some(file);
        std::str::from_utf8(buffer.get(..length)?).ok()
    }
}

/// The container ids (64 hexadecimal digits) in `/proc/<pid>/cgroup`, the deepest first; a nested
/// engine's containers lie deeper than their host's.
pub(crate) fn container_ids(cgroups: &str) -> Vec<&str> {
    let paths = cgroups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let longest = paths.max_by_key(|path| path.len()).unwrap_or_default();
    let parts = longest.rsplit(|letter: char| !letter.is_ascii_hexdigit());
    parts.filter(|part| part.len() == 64).take(NESTING_MAX).collect()
}

/// The path within the hierarchy of `controller`; blank for version 2.
fn controller_path<'a>(cgroups: &'a str, controller: &str) -> Option<&'a str> {
    cgroups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        controllers.split(',').any(|own| own == controller).then_some(path)
    })
}

/// What can be dropped, and the lowest limit up the hierarchy.
fn stat_v1(stat: &str) -> (u64, Option<u64>) {
    // Unlimited is the largest multiple of the page size that a signed number holds.
    const UNLIMITED_FROM: u64 = 1 << 62;
    let limit = field(stat, "hierarchical_memory_limit").filter(|limit| *limit < UNLIMITED_FROM);
    (field(stat, "total_inactive_file").unwrap_or_default(), limit)
}

fn field(stat: &str, name: &str) -> Option<u64> {
    let mut lines = stat.lines();
    lines.find_map(|line| number(line.strip_prefix(name)?.strip_prefix(' ')?))
}

fn number(text: &str) -> Option<u64> {
    text.trim_end().parse().ok()
}

#[cfg(test)]
mod tests;
