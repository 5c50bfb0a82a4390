//! Connections, datagrams and processes as the kernel itself tells them.
//!
//! Looking around every few seconds misses whatever is shorter than the interval, and pays for
//! everything that did not change. Here small programs inside the kernel (eBPF, `bpf/programs.c`)
//! write an event when a connection opens, fails or closes, with the process it belongs to; others
//! list every socket of every namespace in one pass.
//!
//! [`Kernel::open`] loads program by program, because kernels, their settings and our rights
//! differ: what does not load is told as a sentence by [`Kernel::capabilities`], and the rest runs.
//! Without any, [`Unavailable`] says why, and the caller reads `/proc` and netlink instead.
//!
//! Process ids are those of the reader's own namespace of processes. A process outside of it has
//! none: its connections are told without an owner, its start, end and datagrams not at all.
//!
//! A source and no more: nothing here knows what a report is, and nothing here changes the system.
//! The programs only read; they refuse no packet and no call.
//!
//! Licence: the kernel lends its tracing calls to programs whose licence it accepts. The object in
//! `bpf` declares "Dual MIT/GPL" for that reason; this crate has the licence of the repository.

mod kernel;

mod capability;

mod event;

mod snapshot;

mod datagrams;

mod http;

mod unavailable;

mod record;

mod loader;

mod tracepoint;

mod groups;

mod memory;

#[cfg(test)]
mod source_hash;

pub use capability::{Capability, Part, Tier};
pub use datagrams::{DatagramCounts, DatagramFlow, UDP_FLOWS_MAX};
pub use event::{
    Closing, Comm, Connection, Datagram, Event, EventKind, Owner, ProcessEvent, Side, SocketId,
};
pub use http::{HttpConfig, HttpCounts, HttpGlance, HttpServer, LATENCY_BUCKETS};
pub use kernel::{Config, Drained, Kernel};
pub use memory::{give_back, give_back_memory, save_memory};
pub use snapshot::{
    Change, Holder, InetSocket, OpenProcess, OpenSocket, SocketKind, TcpState, UnixSocket,
};
pub use unavailable::{SnapshotError, Unavailable};
