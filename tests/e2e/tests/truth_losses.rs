//! What is lost is told, and repaired: every queue of the kernel overflows, sources fail.
//!
//! A probe that stands still for a moment reads none of its queues, and a flood fills all of them:
//! the ring of the kernel's events, the events of connection tracking, the DNS packets.

use scope_e2e::scene::{MAP_LIMIT, Scene};
use scope_testkit::host::Host;
use scope_testkit::wait;
use std::path::Path;

/// More datagrams to more addresses than any queue has room for: 8 MiB of events of 100 bytes.
const FLOOD: u32 = 120_000;

/// Short connections, each some events of connection tracking of 1 KiB; there is room for 4 MiB.
const SHORT: u32 = 3000;

/// What the host says when it overflowed, source by source.
const LOSSES: &[&str] = &["kernel events lost", "conntrack lost events", "DNS packets lost"];

/// Nobody in particular, with the right to hear packets and with none.
const WITH_NET_RAW: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups \
    --bounding-set=-all,+net_raw --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw";
const WITHOUT: &str =
    "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all";

#[test]
fn a_probe_says_what_it_may_not_see() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build(Path::new(env!("CARGO_BIN_EXE_actor"))).unwrap();
    scene.start_probe_as(1, WITH_NET_RAW, "").unwrap();
    scene.start_probe_as(2, WITHOUT, "").unwrap();
    scene.start_probe(3, "").unwrap();
    scene.start_probe(4, "--probe.ebpf.connections=false").unwrap();
    let unheard = "CAP_NET_RAW is missing";
    let lacks = [
        "not running as root",
        "CAP_SYS_PTRACE is missing",
        "CAP_SYS_ADMIN is missing",
        "CAP_NET_ADMIN is missing",
        "CAP_BPF and CAP_PERFMON are missing",
        "without kernel events, connections shorter than a look",
    ];
    scene.host_says("h1", &lacks).unwrap();
    scene.host_says("h2", &[&lacks[..], &[unheard]].concat()).unwrap();
    scene.host_is_silent("h1", &[unheard]).unwrap();
    scene.wait_for_observation("h1", "own processes only (not root)").unwrap();
    scene.wait_for_observation("h3", "kernel events · kernel socket list").unwrap();
    let is_said = |sentence: &&str| !sentence.contains("kernel events");
    let rights: Vec<&str> = lacks.iter().copied().filter(is_said).collect();
    scene.host_is_silent("h3", &lacks).unwrap();
    // It was told not to follow events, and says what that costs.
    scene.host_says("h4", &lacks[5..]).unwrap();
    scene.host_is_silent("h4", &rights).unwrap();
}

#[test]
fn every_queue_that_overflows_is_told_and_healed() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut scene = Scene::build_with(Path::new(env!("CARGO_BIN_EXE_actor")), "15s").unwrap();
    // Else tracking would overflow again when it forgets the datagrams, half a minute later.
    let untracked = ["-t", "raw", "-A", "OUTPUT", "-d", "127.16.0.0/12", "-j", "NOTRACK"];
    scene.street.host(1).unwrap().iptables(&untracked).unwrap();
    scene.start_probes("").unwrap();
    scene.wait_for_events().unwrap();
    scene.street.play(3, "server", "listen tcp 10.77.0.13:6000").unwrap();
    scene.host_is_silent("h1", LOSSES).unwrap();
    scene.street.order(1, "kill -STOP $(busybox pidof scope)").unwrap();
    let done = scene.street.host(1).unwrap().folder().join("done");
    let part = format!("scatter udp 127.16.0.0:53 {FLOOD} {}", done.display());
    scene.street.play(1, "flood", &part).unwrap();
    let over = scene.street.host(1).unwrap().folder().join("over");
    let part = format!("burst tcp 10.77.0.13:6000 {SHORT} 0 {}", over.display());
    scene.street.play(1, "hasty", &part).unwrap();
    let ended = || (done.exists() && over.exists()).then_some(());
    wait::until("the flood", MAP_LIMIT, ended).unwrap();
    // While nobody looked, a connection came about.
    scene.street.play(1, "caller", "call tcp 10.77.0.13:6000").unwrap();
    scene.street.order(1, "kill -CONT $(busybox pidof scope)").unwrap();
    for loss in LOSSES {
        scene.host_says("h1", &[loss]).unwrap();
    }
    println!("lost and told: {:?}", scene.sentences("h1").unwrap());
    let edge = ("h1 caller".to_owned(), "h3 server".to_owned());
    let found = || scene.edges()?.contains(&edge).then_some(());
    wait::until("the connection of that moment", MAP_LIMIT, found).unwrap();
    scene.host_is_silent("h1", LOSSES).unwrap();
}
