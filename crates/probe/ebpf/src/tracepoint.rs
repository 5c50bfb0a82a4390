//! Attaching a program to a system call's tracepoint, where nobody mounted tracefs.
//!
//! The kernel wants the tracepoint's number, which only tracefs tells. A host or a container
//! without a mounted one still has the file system: a mount that is attached to no folder is made,
//! read and dropped, so the system looks as before. Unsafe, because the two system calls that
//! attach have no safe wrapper. It refuses all other kinds of tracepoints.

#![expect(unsafe_code, reason = "perf_event_open and its ioctl have no safe wrapper")]

use rustix::fs::{Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Where tracefs usually is.
const MOUNTS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// Digits of a tracepoint's number, and a line end.
const ID_BYTES_MAX: u64 = 24;

/// `PERF_TYPE_TRACEPOINT` of include/uapi/linux/perf_event.h.
const PERF_TYPE_TRACEPOINT: u32 = 2;

/// `PERF_FLAG_FD_CLOEXEC` of the same.
const PERF_FLAG_FD_CLOEXEC: libc::c_ulong = 8;

/// `PERF_EVENT_IOC_ENABLE` and `PERF_EVENT_IOC_SET_BPF` of the same.
const IOCTL_ENABLE: libc::c_ulong = 0x2400;
const IOCTL_SET_BPF: libc::c_ulong = 0x4004_2408;

/// `perf_event_attr` as of its first version, of which only type, size and config matter here.
#[repr(C)]
#[derive(Default)]
struct PerfEventAttributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    breakpoint_address: u64,
}

/// Runs `program` at the tracepoint `name` of the system calls until the result is dropped.
pub(crate) fn attach(program: BorrowedFd<'_>, name: &str) -> io::Result<OwnedFd> {
    let config = number(name)?;
    let size = u32::try_from(size_of::<PerfEventAttributes>()).map_err(io::Error::other)?;
    let kind = PERF_TYPE_TRACEPOINT;
    let attributes = PerfEventAttributes { kind, size, config, ..Default::default() };
    let (any_process, first_cpu, no_group) = (-1, 0, -1);
    // SAFETY: the attributes live across the call, and `size` says how much of them there is.
    let opened = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            any_process,
            first_cpu,
            no_group,
            PERF_FLAG_FD_CLOEXEC,
        )
    };
    let descriptor = i32::try_from(opened).map_err(io::Error::other)?;
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just gave us this descriptor, and nothing else owns it.
    let event = unsafe { OwnedFd::from_raw_fd(descriptor) };
    // SAFETY: both requests take a number and no pointer, and both descriptors are open.
    let set = unsafe { libc::ioctl(event.as_raw_fd(), IOCTL_SET_BPF as _, program.as_raw_fd()) };
    if set < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above.
    let enabled = unsafe { libc::ioctl(event.as_raw_fd(), IOCTL_ENABLE as _, 0) };
    if enabled < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(event)
}

/// The number of a tracepoint of the system calls.
fn number(name: &str) -> io::Result<u64> {
    let path = format!("events/syscalls/{name}/id");
    for mount in MOUNTS {
        if let Ok(text) = std::fs::read_to_string(format!("{mount}/{path}")) {
            return parse(&text);
        }
    }
    let root = detached_tracefs().map_err(|error| {
        io::Error::other(format!("no tracefs at {}, and none to be had: {error}", MOUNTS[0]))
    })?;
    let file =
        rustix::fs::openat(root.as_fd(), path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut text = String::new();
    std::fs::File::from(file).take(ID_BYTES_MAX).read_to_string(&mut text)?;
    parse(&text)
}

fn parse(text: &str) -> io::Result<u64> {
    text.trim().parse().map_err(io::Error::other)
}

/// A tracefs that is in no folder and ends with its descriptor (Linux 5.2).
fn detached_tracefs() -> io::Result<OwnedFd> {
    let context = rustix::mount::fsopen("tracefs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    rustix::mount::fsconfig_create(context.as_fd())?;
    let flags = FsMountFlags::FSMOUNT_CLOEXEC;
    Ok(rustix::mount::fsmount(context.as_fd(), flags, MountAttrFlags::empty())?)
}
