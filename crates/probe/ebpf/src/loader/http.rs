//! The door to the second object, `bpf/http.c`.

use super::{Hook, Table, attach, pid_namespace, reason, refused};
use crate::unavailable::Unavailable;
use aya::maps::MapError;
use aya::{Btf, Ebpf, EbpfLoader};
use std::os::fd::OwnedFd;

/// Bytes of `struct http_owner`, `struct http_server` and `struct http_counts`.
pub(crate) const OWNER_BYTES: usize = 12;
pub(crate) const SERVER_BYTES: usize = 12;
pub(crate) const COUNTS_BYTES: usize = 248;

/// The object, aligned as the loader wants it.
static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/http.o"));

/// All of them, for without one the others are of no use.
const PROGRAMS: [(&str, Hook); 5] = [
    ("http_states", Hook::Typed("inet_sock_set_state")),
    ("http_accept", Hook::Syscall("sys_exit_accept")),
    ("http_accept4", Hook::Syscall("sys_exit_accept4")),
    ("http_egress", Hook::Packets(false)),
    ("http_ingress", Hook::Packets(true)),
];

/// The loaded programs and their tables; dropping it ends them.
pub(crate) struct HttpLoader {
    /// Kept, because dropping the programs or their attachments ends them.
    _programs: (Ebpf, Vec<OwnedFd>),
    /// Whose socket it is, by the socket.
    pub(crate) owners: Table<u64, [u8; OWNER_BYTES]>,
    /// What each server did.
    pub(crate) servers: Table<[u8; SERVER_BYTES], [u8; COUNTS_BYTES]>,
}

impl HttpLoader {
    /// Loads and attaches everything.
    pub(crate) fn load(sample_one_in: u32) -> Result<Self, Unavailable> {
        let types = Btf::from_sys_fs().map_err(|source| Unavailable::NoBtf { source })?;
        let pid_namespace = pid_namespace();
        let mut all = EbpfLoader::new()
            .btf(Some(&types))
            .override_global("pid_namespace", &pid_namespace, true)
            .override_global("sample_one_in", &sample_one_in, true)
            .load(OBJECT)
            .map_err(refused)?;
        let mut tracepoints = Vec::new();
        for program in &PROGRAMS {
            attach(&mut all, &mut tracepoints, program, &types).map_err(|error| {
                let first = format!("HTTP at a glance: {}", reason(error.as_ref()));
                Unavailable::NothingRuns { first }
            })?;
        }
        let mut take = |name: &str| {
            let missing = || refused(MapError::InvalidName { name: name.to_owned() }.into());
            all.take_map(name).ok_or_else(missing)
        };
        let owners = take("http_owners")?;
        let servers = take("http_servers")?;
        Ok(Self {
            owners: owners.try_into().map_err(|error: MapError| refused(error.into()))?,
            servers: servers.try_into().map_err(|error: MapError| refused(error.into()))?,
            _programs: (all, tracepoints),
        })
    }
}
