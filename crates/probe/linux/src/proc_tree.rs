//! Reads of a `/proc` tree, lean: one directory descriptor, `openat`, one `read`, reused buffers.
//!
//! Every effect on `/proc` goes through here, so that tests run on recorded trees. The module knows
//! paths and limits and refuses to know what the files mean.

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, Mode, OFlags, RawDir, openat, readlinkat_raw, statat};
use rustix::io::Errno;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The most bytes taken from a file of one record (`stat`, `cmdline`): longer ones are cut.
pub const RECORD_BYTES_MAX: usize = 16 * 1024;

/// The most bytes taken from a file of many records (`net/tcp`).
pub const TABLE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The most file descriptors of one process that are looked at.
pub const DESCRIPTORS_MAX: usize = 65_536;

/// The most processes that are looked at.
pub const PROCESSES_MAX: usize = 65_536;

const OPEN: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

/// A `/proc` tree, the machine's own or a recorded one.
#[derive(Debug)]
pub struct ProcTree {
    root: OwnedFd,
    path: PathBuf,
    counts_descriptors: bool,
}

impl ProcTree {
    /// Opens the tree at `path`.
    pub fn open(path: &Path) -> Result<Self, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = openat(rustix::fs::CWD, path, flags, Mode::empty())?;
        let mut tree = Self { root, path: path.to_owned(), counts_descriptors: false };
        tree.counts_descriptors = tree.sizes_are_counts();
        Ok(tree)
    }

    /// Where the tree is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file of the tree to read.
    pub fn open_file(&self, path: &str) -> Result<OwnedFd, Errno> {
        openat(&self.root, path, OPEN, Mode::empty())
    }

    /// Replaces `buffer` with the start of a file of one record, with a single `read`.
    pub fn read_record(&self, path: &str, buffer: &mut Vec<u8>) -> Result<(), Errno> {
        self.open_record(path, buffer).map(drop)
    }

    /// Like [`Self::read_record`], and returns the file to [`read_again`].
    pub fn open_record(&self, path: &str, buffer: &mut Vec<u8>) -> Result<OwnedFd, Errno> {
        let file = self.open_file(path)?;
        read_again(&file, buffer)?;
        Ok(file)
    }

    /// Replaces `buffer` with a file of many records, at most [`TABLE_BYTES_MAX`] of it.
    pub fn read_table(&self, path: &str, buffer: &mut Vec<u8>) -> Result<(), Errno> {
        let file = self.open_file(path)?;
        buffer.clear();
        while buffer.len() < TABLE_BYTES_MAX {
            buffer.reserve(RECORD_BYTES_MAX);
            if rustix::io::read(&file, spare_capacity(buffer))? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Replaces `pids` with the processes of the tree, ascending.
    pub fn pids(&self, pids: &mut Vec<u32>) -> Result<(), Errno> {
        pids.clear();
        self.each_entry(".", PROCESSES_MAX, |name| pids.extend(decimal::<u32>(name.to_bytes())))?;
        pids.sort_unstable();
        Ok(())
    }

    /// How many files `pid` has open.
    ///
    /// Since Linux 6.2 the size of `/proc/PID/fd` says so (fs/proc/fd.c, `proc_fd_getattr`); on
    /// older kernels the entries are counted.
    pub fn descriptor_count(&self, pid: u32) -> Result<u64, Errno> {
        let path = format!("{pid}/fd");
        if self.counts_descriptors {
            let stat = statat(&self.root, &path, AtFlags::empty())?;
            return Ok(u64::try_from(stat.st_size).unwrap_or_default());
        }
        self.count_descriptors(&path)
    }

    /// Calls `found` with the inode of every socket that `pid` has open; returns how many
    /// descriptors were looked at.
    pub fn each_socket(&self, pid: u32, mut found: impl FnMut(u64)) -> Result<usize, Errno> {
        let directory = self.open_directory(&format!("{pid}/fd"))?;
        let mut link = [MaybeUninit::uninit(); 64];
        let mut seen = 0;
        each_entry_of(&directory, DESCRIPTORS_MAX, |name| {
            seen += 1;
            // A descriptor that was closed since the listing is no error.
            if let Ok((target, _)) = readlinkat_raw(&directory, name, &mut link) {
                found_inode(target, b"socket:[").into_iter().for_each(&mut found);
            }
        })?;
        Ok(seen)
    }

    /// The inode of the network namespace of `pid`.
    pub fn network_namespace(&self, pid: u32) -> Result<u64, Errno> {
        let mut link = [MaybeUninit::uninit(); 64];
        let (target, _) = readlinkat_raw(&self.root, format!("{pid}/ns/net"), &mut link)?;
        found_inode(target, b"net:[").ok_or(Errno::INVAL)
    }

    /// Whether its process ids are those that this process knows: it may be that of another
    /// namespace of processes, as `/proc` of the host is within a container.
    pub fn is_own(&self) -> bool {
        let mut link = [MaybeUninit::uninit(); 64];
        readlinkat_raw(&self.root, "self", &mut link)
            .is_ok_and(|(target, _)| decimal(target) == Some(std::process::id()))
    }

    /// Whether the size of `fd` directories is the number of open files.
    fn sizes_are_counts(&self) -> bool {
        let size = statat(&self.root, "self/fd", AtFlags::empty()).map(|stat| stat.st_size);
        // The listing itself holds one descriptor more than the size told.
        let counted = self.count_descriptors("self/fd").unwrap_or_default().saturating_sub(1);
        counted > 0 && size.is_ok_and(|size| u64::try_from(size) == Ok(counted))
    }

    fn count_descriptors(&self, path: &str) -> Result<u64, Errno> {
        let mut count = 0;
        self.each_entry(path, DESCRIPTORS_MAX, |_| count += 1)?;
        Ok(count)
    }

    fn open_directory(&self, path: &str) -> Result<OwnedFd, Errno> {
        openat(&self.root, path, OPEN | OFlags::DIRECTORY, Mode::empty())
    }

    fn each_entry(&self, path: &str, max: usize, each: impl FnMut(&CStr)) -> Result<(), Errno> {
        each_entry_of(&self.open_directory(path)?, max, each)
    }
}

/// Replaces `buffer` with what a file of one record says now.
pub fn read_again(file: &OwnedFd, buffer: &mut Vec<u8>) -> Result<(), Errno> {
    buffer.clear();
    buffer.reserve(RECORD_BYTES_MAX);
    rustix::io::pread(file, spare_capacity(buffer), 0)?;
    Ok(())
}

/// Calls `each` with the names in a directory but `.` and `..`, at most `max` of them.
fn each_entry_of(
    directory: &OwnedFd,
    max: usize,
    mut each: impl FnMut(&CStr),
) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); 8192];
    let mut entries = RawDir::new(directory, &mut buffer);
    let mut seen = 0;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if entry.file_name().to_bytes().starts_with(b".") {
            continue;
        }
        if seen == max {
            break;
        }
        seen += 1;
        each(entry.file_name());
    }
    Ok(())
}

/// Whether rights are missing, rather than the process: one may end while it is looked at.
pub fn is_forbidden(errno: Errno) -> bool {
    matches!(errno, Errno::ACCESS | Errno::PERM)
}

/// The number `N` of a link `<prefix>N]`.
fn found_inode(target: &[u8], prefix: &[u8]) -> Option<u64> {
    decimal(target.strip_prefix(prefix)?.strip_suffix(b"]")?)
}

/// The number that `digits` spell.
pub fn decimal<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_this_machine() {
        let tree = ProcTree::open(Path::new("/proc")).unwrap();
        let mut pids = Vec::new();
        tree.pids(&mut pids).unwrap();
        let own = std::process::id();
        assert!(pids.contains(&own));
        assert!(tree.network_namespace(own).unwrap() > 0);
        let listed = tree.count_descriptors(&format!("{own}/fd")).unwrap();
        let told = tree.descriptor_count(own).unwrap();
        assert!(told > 0 && told.abs_diff(listed) < 16, "{told} {listed}");
    }

    #[test]
    fn finds_inodes_in_links() {
        assert_eq!(found_inode(b"socket:[42]", b"socket:["), Some(42));
        assert_eq!(found_inode(b"socket:[4x]", b"socket:["), None);
        assert_eq!(found_inode(b"/dev/null", b"socket:["), None);
        assert!(is_forbidden(Errno::ACCESS) && !is_forbidden(Errno::NOENT));
        assert_eq!(found_inode(b"net:[99999999999999999999]", b"net:["), None);
    }
}
