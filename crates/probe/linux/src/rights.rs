//! What this process may see, and what the map lacks without it.

use crate::proc_tree::decimal;
use std::path::Path;

/// `CAP_NET_ADMIN`, `CAP_NET_RAW`, `CAP_SYS_PTRACE`, `CAP_SYS_ADMIN`, `CAP_PERFMON`, `CAP_BPF` of
/// linux/capability.h, as bits.
const NET_ADMIN: u64 = 1 << 12;
const NET_RAW: u64 = 1 << 13;
const SYS_PTRACE: u64 = 1 << 19;
const SYS_ADMIN: u64 = 1 << 21;
const PERFMON: u64 = 1 << 38;
const BPF: u64 = 1 << 39;

/// The effective rights of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Whether its effective user is root.
    pub is_root: bool,
    capabilities: u64,
}

impl Rights {
    /// Of the calling process.
    pub fn of_this_process() -> Self {
        let text = std::fs::read(Path::new("/proc/self/status")).unwrap_or_default();
        Self::parse(&text)
    }

    /// Whether the sockets of other users' processes can be read.
    pub fn reads_all_processes(self) -> bool {
        self.is_root && self.capabilities & SYS_PTRACE != 0
    }

    /// Reads `/proc/PID/status` (proc(5)).
    fn parse(text: &[u8]) -> Self {
        let row = |key: &[u8]| {
            let row = text.split(|byte| *byte == b'\n').find_map(|row| row.strip_prefix(key));
            row.unwrap_or_default().trim_ascii()
        };
        // Real, effective, saved and file system user.
        let user = row(b"Uid:").split(|byte| *byte == b'\t').nth(1).and_then(decimal::<u32>);
        let capabilities = std::str::from_utf8(row(b"CapEff:")).unwrap_or_default();
        Self {
            is_root: user == Some(0),
            capabilities: u64::from_str_radix(capabilities, 16).unwrap_or_default(),
        }
    }

    /// What the map will lack because of missing rights, as sentences; empty for full rights.
    pub fn missing(self) -> Vec<String> {
        let mut missing = Vec::new();
        if !self.is_root {
            missing.push(
                "not running as root: open files and connections of other users' processes have \
                 no process on the map",
            );
        }
        let losses = [
            (
                SYS_PTRACE,
                "CAP_SYS_PTRACE is missing: sockets and network namespaces of other users' \
                 processes cannot be read, so their connections have no process",
            ),
            (
                SYS_ADMIN,
                "CAP_SYS_ADMIN is missing: other network namespaces cannot be entered, so \
                 connections within containers come from /proc or not at all",
            ),
            (
                NET_ADMIN,
                "CAP_NET_ADMIN is missing: no connection tracking, so short connections and \
                 address translation are not seen",
            ),
            (
                NET_RAW,
                "CAP_NET_RAW is missing: DNS answers are not heard, so addresses outside have \
                 only the names that they are looked up by",
            ),
        ];
        missing.extend(
            losses.iter().filter(|(bit, _)| self.capabilities & bit == 0).map(|(_, loss)| *loss),
        );
        // The kernel takes the older right for both.
        if self.capabilities & SYS_ADMIN == 0
            && self.capabilities & (BPF | PERFMON) != BPF | PERFMON
        {
            missing.push(
                "CAP_BPF and CAP_PERFMON are missing: no kernel events, so connections shorter \
                 than a look have no process, and UDP has no bytes",
            );
        }
        missing.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: &str, expect: &[&str]) {
        let missing = Rights::parse(status.as_bytes()).missing();
        assert_eq!(missing.len(), expect.len(), "{missing:?}");
        for (loss, start) in missing.iter().zip(expect) {
            assert!(loss.starts_with(start), "{loss}");
        }
    }

    #[test]
    fn names_each_missing_right() {
        check("Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n", &[]);
        check("Uid:\t0\t0\t0\t0\nCapEff:\t0000000000283000\n", &[]);
        let some = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF and CAP_PERFMON"];
        check("Uid:\t0\t0\t0\t0\nCapEff:\t0000000000080000\n", &some);
        check("Uid:\t0\t0\t0\t0\nCapEff:\t000000c000080000\n", &some[..3]);
        let root = ["not running as root", "CAP_SYS_PTRACE"];
        let all = [&root[..], &some].concat();
        check("Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\n", &all);
        check("", &all);
    }
}
