//! The root of the control groups of version 2, where programs see the packets of all processes.
//!
//! Within a container the mounted tree is often that of the container alone, or there is none:
//! then it is mounted once more, from the first process's view of control groups, in no folder of
//! the system, and ends with its descriptor. Nothing is written to any group.

use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::error::Error;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Inode of the root of all control groups (`cgroup_setup_root` of the kernel gives it id 1).
const ROOT_INODE: u64 = 1;

/// The control groups that the process with this id sees are those of the host, if its processes
/// are.
const HOST_VIEW: &str = "/proc/1/ns/cgroup";

/// Opens the root, wherever it is mounted, or mounts it.
pub(crate) fn root() -> Result<OwnedFd, Box<dyn Error>> {
    let mounted = mounted()?;
    if let Some(root) = mounted.filter(is_root) {
        return Ok(root);
    }
    let detached = std::thread::scope(|scope| {
        // The thread ends with its view; no other thread is touched.
        let thread = std::thread::Builder::new().name("cgroup".to_owned());
        thread.spawn_scoped(scope, detached).ok().and_then(|thread| thread.join().ok()?)
    });
    detached
        .filter(is_root)
        .ok_or_else(|| "the root of the control groups of version 2 is not visible here".into())
}

/// The first mounted tree of control groups of version 2.
fn mounted() -> Result<Option<OwnedFd>, Box<dyn Error>> {
    let mounts = std::fs::read_to_string("/proc/self/mounts")?;
    let path = mounts.lines().find_map(|line| {
        let mut words = line.split(' ').skip(1);
        let path = words.next()?;
        (words.next()? == "cgroup2").then_some(path)
    });
    Ok(path.and_then(|path| File::open(Path::new(path)).ok()).map(OwnedFd::from))
}

/// A tree that is in no folder (Linux 5.2), as the host sees it where that may be looked at.
fn detached() -> Option<OwnedFd> {
    if let Ok(view) = File::open(HOST_VIEW) {
        // The own view is the host's where nobody made another.
        let _ = move_into_link_name_space(view.as_fd(), Some(LinkNameSpaceType::ControlGroup));
    }
    let context = rustix::mount::fsopen("cgroup2", FsOpenFlags::FSOPEN_CLOEXEC).ok()?;
    rustix::mount::fsconfig_create(context.as_fd()).ok()?;
    let flags = FsMountFlags::FSMOUNT_CLOEXEC;
    rustix::mount::fsmount(context.as_fd(), flags, MountAttrFlags::empty()).ok()
}

fn is_root(group: &OwnedFd) -> bool {
    rustix::fs::fstat(group).is_ok_and(|stat| stat.st_ino == ROOT_INODE)
}
