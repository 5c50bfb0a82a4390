//! Gives memory back. Loading the programs takes several megabytes for the kernel's description of
//! its types, and glibc keeps what is freed for the next time, which never comes.
//!
//! Refuses to do anything with another C library.

#![cfg_attr(
    target_env = "gnu",
    expect(unsafe_code, reason = "malloc_trim and mallopt have no safe wrapper")
)]

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether memory is dearer than time in this process.
static IS_SAVED: AtomicBool = AtomicBool::new(false);

/// Says that memory is dearer than time in this process: a probe alone on a host that has other
/// work. Its threads share one heap from now on, and large pieces go back when they are freed.
pub fn save_memory() {
    IS_SAVED.store(true, Ordering::Relaxed);
    share_heap();
}

/// Returns what is free to the system, where memory is to be saved: a millisecond or two of work.
pub fn give_back_memory() {
    if IS_SAVED.load(Ordering::Relaxed) {
        give_back();
    }
}

/// Returns freed memory to the system, whatever the process: some milliseconds of work where there
/// is much of it.
#[cfg(target_env = "gnu")]
pub fn give_back() {
    // SAFETY: it locks the allocator by itself and touches only memory that is free.
    unsafe { libc::malloc_trim(0) };
}

/// Threads that take turns need no heaps of their own, each with holes of its own.
#[cfg(target_env = "gnu")]
fn share_heap() {
    /// From this size on a piece is mapped on its own. Set, so that glibc does not raise it.
    const MAPPED_BYTES_MIN: libc::c_int = 256 << 10;
    // SAFETY: it locks the allocator by itself, and the values are within the limits of mallopt(3).
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES_MIN);
    }
}

/// Other C libraries return freed memory by themselves.
#[cfg(not(target_env = "gnu"))]
pub fn give_back() {}

#[cfg(not(target_env = "gnu"))]
fn share_heap() {}
