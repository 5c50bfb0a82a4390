//! Machines that lack something: the lack is told as a sentence, and the rest runs.

use crate::bed::if_possible;
use crate::roles::{Player, say};
use scope_ebpf::{Config, Kernel};

/// What opening the kernel says to a process that is started by `words`.
fn told(words: &[&str]) -> Option<String> {
    if_possible(Kernel::open(&Config::default()))?;
    let mut player = Player::start_by(words, "", "open-kernel");
    Some(player.hear("told"))
}

/// The role: all that is to be told, in a line.
pub fn open_kernel() {
    match Kernel::open(&Config::default()) {
        Err(reason) => say("told", reason),
        Ok(mut kernel) => {
            let lacks = kernel.capabilities().iter().filter(|one| !one.is_on());
            let lacks: Vec<String> = lacks.map(ToString::to_string).collect();
            let sockets = kernel.sockets().map_or(0, |list| list.len().min(1));
            say("told", format!("{:?}, {sockets}; {}", kernel.tier(), lacks.join("; ")));
        }
    }
}

#[test]
fn a_probe_without_rights() {
    let Some(told) = told(&["setpriv", "--bounding-set=-all", "--inh-caps=-all"]) else { return };
    let expect = "kernel events are off: the probe lacks the right to load programs (CAP_BPF, \
                  CAP_PERFMON)";
    assert_eq!(told, expect);
}

#[test]
fn a_probe_with_few_rights() {
    let rights = "--bounding-set=-all,+bpf,+perfmon";
    let Some(told) = told(&["setpriv", rights, "--inh-caps=-all"]) else { return };
    assert!(!told.contains("kernel connection events"), "{told}");
    let expect = "kernel counts of unconnected UDP sockets: off: the probe lacks the right to \
                  watch packets (CAP_NET_ADMIN)";
    assert!(told.contains(expect), "{told}");
}

#[test]
fn a_kernel_without_types() {
    let script = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
    let Some(told) = told(&["unshare", "--mount", "sh", "-c", script, "sh"]) else { return };
    assert_eq!(told, "kernel events are off: no BTF at /sys/kernel/btf/vmlinux");
}

#[test]
fn a_mounted_tracefs_is_used() {
    let script = "mount -t tracefs none /sys/kernel/tracing && exec \"$@\"";
    let Some(told) = told(&["unshare", "--mount", "sh", "-c", script, "sh"]) else { return };
    assert!(!told.contains("accepted"), "{told}");
}
