//! The addresses of a network namespace, from the files the kernel shows to anyone who reads.
//!
//! `/proc/<pid>/net/fib_trie` and `/proc/<pid>/net/if_inet6` are those of the process's namespace,
//! so a container's addresses can be read without entering it.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// Bytes read of one file; a router's table of a million routes is not worth more.
const FILE_BYTES_MAX: u64 = 1_048_576;

/// The link scope of `if_inet6` (`IPV6_ADDR_LINKLOCAL` in `include/net/ipv6.h`).
const SCOPE_LINK: &str = "20";

/// The addresses within the `net` directory of a process, without loopback and link-local ones.
pub(crate) fn addresses(net_dir: &Path) -> Vec<IpAddr> {
    let mut found = parse_v4(&read(&net_dir.join("fib_trie")));
    found.extend(parse_v6(&read(&net_dir.join("if_inet6"))));
    found.sort_unstable();
    found.dedup();
    found
}

/// `fib_trie`: an address of this host is a leaf with a `/32 host LOCAL` line under it.
fn parse_v4(trie: &str) -> Vec<IpAddr> {
    let mut leaf = None;
    let mut found = Vec::new();
    for line in trie.lines().map(str::trim_start) {
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.trim_end().parse::<Ipv4Addr>().ok();
        } else if line.starts_with("/32 host LOCAL") {
            found.extend(leaf.filter(|ip| !ip.is_loopback()).map(IpAddr::V4));
        }
    }
    found
}

/// `if_inet6`: 32 hex digits, interface, prefix length, scope, flags, name.
fn parse_v6(table: &str) -> Vec<IpAddr> {
    let parse = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let bits = u128::from_str_radix(fields.next()?, 16).ok()?;
        let scope = fields.nth(2)?;
        let ip = Ipv6Addr::from(bits);
        (scope != SCOPE_LINK && !ip.is_loopback()).then_some(IpAddr::V6(ip))
    };
    table.lines().filter_map(parse).collect()
}

fn read(path: &Path) -> String {
    let mut text = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // What was read before an error is still true; no file means no addresses.
        let _partial = file.take(FILE_BYTES_MAX).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Vec<IpAddr>, expect: &[&str]) {
        let expect: Vec<IpAddr> = expect.iter().map(|ip| ip.parse().unwrap()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn local_leaves_are_addresses() {
        let trie = include_str!("../../../../testdata/docker/fib_trie.txt");
        let recorded: std::collections::BTreeSet<IpAddr> = parse_v4(trie).into_iter().collect();
        check(recorded.into_iter().collect(), &["172.18.0.2", "172.30.0.2"]);
        check(parse_v4("|-- nonsense\n/32 host LOCAL\n"), &[]);
    }

    #[test]
    fn link_local_is_no_address() {
        let table = include_str!("../../../../testdata/docker/if_inet6.txt");
        check(parse_v6(table), &["fd00:5c::2"]);
        check(parse_v6("broken\n\nfd 01"), &[]);
    }
}
