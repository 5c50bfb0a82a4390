//! An Internet of one address, 198.51.100.10 (TEST-NET-2, RFC 5737), for a network namespace.
//!
//! Its programs run on this machine, where a probe finds every process, so the address is put on
//! inside the Internet's own namespace, packet by packet and without connection tracking: nothing
//! the probe can read ties the address to a process, just as with the real one.

use scope_testkit::host::Host;
use std::process::Command;

/// The one address there is out there.
pub const ADDRESS: &str = "198.51.100.10";

/// The port a server out there listens on.
pub const PORT: u16 = 443;

/// The address of the connected namespace as seen from out there.
pub const GATEWAY: &str = "10.9.8.1";

const INSIDE: &str = "10.9.8.2";

/// A network beyond the local ones.
#[derive(Debug)]
pub struct Internet {
    host: Host,
}

impl Internet {
    /// Connects an Internet to the network namespace `namespace`; a server listens there.
    pub fn connect(namespace: &str) -> Result<Self, String> {
        let mut host = Host::start("internet")?;
        host.connect("eth0", namespace, "uplink")?;
        host.ip(&["addr", "add", &format!("{INSIDE}/30"), "dev", "eth0"])?;
        ip(namespace, &["addr", "add", &format!("{GATEWAY}/30"), "dev", "uplink"])?;
        ip(namespace, &["route", "add", ADDRESS, "via", INSIDE])?;
        host.ip(&["route", "add", "default", "via", GATEWAY])?;
        // Without connection tracking: what that knows, the probe knows.
        for rule in [
            "add table ip abroad".to_owned(),
            "add chain ip abroad in { type filter hook prerouting priority -300 ; }".to_owned(),
            "add chain ip abroad out { type filter hook output priority -300 ; }".to_owned(),
            "add chain ip abroad last { type filter hook postrouting priority 300 ; }".to_owned(),
            format!("add rule ip abroad in ip daddr {ADDRESS} notrack ip daddr set {INSIDE}"),
            "add rule ip abroad out notrack".to_owned(),
            format!("add rule ip abroad last ip saddr {INSIDE} ip saddr set {ADDRESS}"),
        ] {
            host.run("nft", &[&rule])?;
        }
        host.order(&format!("busybox nc -ll -p {PORT} -e busybox sleep 36000 &"))?;
        Ok(Self { host })
    }

    /// Keeps a connection open from out there to `port` of the gateway.
    pub fn call(&mut self, port: u16) -> Result<(), String> {
        let call = format!("busybox nc {GATEWAY} {port} -e busybox sleep 36000");
        self.host.order(&format!("(while :; do {call}; busybox sleep 0.2; done) &"))
    }
}

fn ip(namespace: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new("ip")
        .args(["-n", namespace])
        .args(args)
        .output()
        .map_err(|error| format!("ip: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("ip {args:?}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
