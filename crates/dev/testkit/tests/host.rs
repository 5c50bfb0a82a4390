//! A host has its own name, processes and network, and leaves nothing behind.

use scope_testkit::host::Host;
use scope_testkit::wait;
use std::time::Duration;

#[test]
fn a_host_is_apart_and_leaves_nothing() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let mut host = Host::start("web-1").unwrap();
    let other = Host::start("web-2").unwrap();
    host.connect("eth0", other.namespace(), "eth0").unwrap();
    host.ip(&["addr", "add", "10.77.0.1/24", "dev", "eth0"]).unwrap();
    host.order("hostname; echo me $$; ip -o -4 addr show dev eth0").unwrap();
    let said = || host.log().contains("10.77.0.1/24").then(|| host.log());
    let said = wait::until("the host to speak", Duration::from_secs(10), said).unwrap();
    assert!(said.starts_with("web-1\nme 1\n"), "{said}");
    host.order("busybox sleep 36000 &").unwrap();
    let (namespace, folder) = (host.namespace().to_owned(), host.folder().to_owned());
    drop(host);
    assert!(!std::path::Path::new("/run/netns").join(namespace).exists());
    assert!(!folder.exists());
}
