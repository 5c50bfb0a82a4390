//! Gives memory back that loading took: the kernel's description of its types is several megabytes,
//! and glibc keeps what is freed for the next time, which never comes.
//!
//! Refuses to do anything with another C library.

#![cfg_attr(
    target_env = "gnu",
    expect(unsafe_code, reason = "malloc_trim has no safe wrapper and no argument to get wrong")
)]

/// Returns freed memory to the system.
#[cfg(target_env = "gnu")]
pub(crate) fn give_back() {
    // SAFETY: it locks the allocator by itself and touches only memory that is free.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries return freed memory by themselves.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn give_back() {}
