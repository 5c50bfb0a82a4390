//! The programs in this machine's kernel, against what other processes really do.
//!
//! Each test has network namespaces of its own and looks only at what happens inside, because the
//! kernel tells about the whole machine. The other processes are this program again, each in a role
//! (`roles.rs`). Needs root, `ip` and a kernel with BTF; without, a test says so and passes.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may fail; the lint knows only the bodies of test functions"
)]

mod connections;

mod datagrams;

mod http;

mod processes;

mod changes;

mod sockets;

mod refusals;

mod roles;

mod http_roles;

mod bed;
