//! Moving a test into a network namespace.
//!
//! The namespace of a thread is that of every socket it opens and every program it starts, so a
//! test that enters one can ask an app inside over plain loopback.

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::os::fd::AsFd;

/// Moves the calling thread, and no other, into the network namespace that `ip netns` calls `name`.
pub fn enter(name: &str) -> Result<(), String> {
    let path = format!("/run/netns/{name}");
    let file = File::open(&path).map_err(|error| format!("open {path}: {error}"))?;
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .map_err(|error| format!("enter {path}: {error}"))
}
