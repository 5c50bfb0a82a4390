//! Two network namespaces with a cable, and a kernel that is watched.

use crate::roles::Player;
use scope_ebpf::{Config, Event, Kernel, Part, Unavailable};
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::time::Duration;

/// How long anything may take to be seen; far longer than it does.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Two namespaces, `a` with 10.77.0.1 and fd77::1, `b` with 10.77.0.2 and fd77::2.
pub struct Bed {
    pub a: String,
    pub b: String,
}

impl Bed {
    /// `word` tells the tests of one process apart.
    pub fn build(word: &str) -> Self {
        let name = |side: &str| format!("ebpf{}{word}{side}", std::process::id());
        let bed = Self { a: name("a"), b: name("b") };
        for one in [&bed.a, &bed.b] {
            run(&format!("ip netns add {one}"));
            run(&format!("ip -n {one} link set lo up"));
        }
        run(&format!("ip -n {} link add v0 type veth peer name v0 netns {}", bed.a, bed.b));
        for (one, last) in [(&bed.a, 1), (&bed.b, 2)] {
            run(&format!("ip -n {one} addr add 10.77.0.{last}/24 dev v0"));
            run(&format!("ip -n {one} addr add fd77::{last}/64 dev v0 nodad"));
            run(&format!("ip -n {one} link set v0 up"));
        }
        bed
    }

    pub fn play(&self, netns: &str, role: &str) -> Player {
        Player::start(netns, role)
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        for one in [&self.a, &self.b] {
            run(&format!("ip netns del {one}"));
        }
    }
}

/// The inode by which the kernel knows a namespace.
pub fn inode(netns: &str) -> u32 {
    let metadata = std::fs::metadata(format!("/run/netns/{netns}")).unwrap();
    u32::try_from(metadata.ino()).unwrap()
}

/// Runs a command that must succeed.
pub fn run(line: &str) {
    let mut words = line.split(' ');
    let status = Command::new(words.next().unwrap()).args(words).status().unwrap();
    assert!(status.success(), "{line}");
}

/// What was opened; none, with the reason printed, when that is this machine's fault.
pub fn if_possible<T>(opened: Result<T, Unavailable>) -> Option<T> {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: not root");
        return None;
    }
    match opened {
        Ok(opened) => Some(opened),
        Err(
            reason @ (Unavailable::NoBtf { .. }
            | Unavailable::NoRights { .. }
            | Unavailable::Lockdown),
        ) => {
            println!("skipped (kernel): {reason}");
            None
        }
        Err(wrong) => panic!("{wrong}: {wrong:?}"),
    }
}

/// The kernel as it is opened by default, and what it told so far.
pub struct Watch {
    pub kernel: Kernel,
    pub events: Vec<Event>,
    pub lost: u64,
}

impl Watch {
    /// None, with the reason printed, when this machine cannot.
    pub fn open(config: &Config) -> Option<Self> {
        let kernel = if_possible(Kernel::open(config))?;
        for lacking in kernel.capabilities().iter().filter_map(|one| one.lack.as_deref()) {
            // Any other reason is a program that is wrong.
            let of_kernel = ["no control groups of version 2", "this kernel has no tracepoint"];
            assert!(of_kernel.iter().any(|lack| lacking.starts_with(lack)), "{lacking}");
        }
        Some(Self { kernel, events: Vec::new(), lost: 0 })
    }

    /// Whether the part runs; says so if not.
    pub fn has(&self, part: Part) -> bool {
        let lacking =
            self.kernel.capabilities().iter().find(|one| one.part == part && !one.is_on());
        if let Some(lacking) = lacking {
            println!("skipped (kernel): {lacking}");
        }
        lacking.is_none()
    }

    /// Takes what there is.
    pub fn drain(&mut self) {
        let Self { kernel, events, lost } = self;
        *lost += kernel.drain(&mut |event| events.push(event)).lost;
    }

    /// Drains until `condition` holds of all events so far.
    pub fn until(&mut self, what: &str, condition: impl Fn(&[Event]) -> bool) {
        let waited = scope_testkit::wait::until(what, PATIENCE, || {
            self.drain();
            condition(&self.events).then_some(())
        });
        assert_eq!(waited, Ok(()), "lost {}", self.lost);
    }
}
