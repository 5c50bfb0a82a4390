//! The loaded programs as one source: events to drain, lists to read.

use crate::capability::{Capability, Part, Tier};
use crate::datagrams::{DatagramFlow, UDP_FLOWS_MAX};
use crate::event::{Event, text_until_nul};
use crate::loader::{self, Loader};
use crate::memory;
use crate::record;
use crate::snapshot::{Change, OpenProcess, OpenSocket};
use crate::unavailable::{SnapshotError, Unavailable};
use rustc_hash::FxHashMap;
use rustix::process::{Resource, Rlimit};
use std::io::Read;
use std::sync::Arc;

/// Least and most bytes of the ring; the kernel wants a power of two and whole pages.
const RING_BYTES_MIN: u32 = 4096;
const RING_BYTES_MAX: u32 = 64 << 20;

/// Events of one call of `drain`, at most: a host that makes them faster than they are read must
/// not hold the caller for ever. What is left is there at the next call.
const DRAIN_EVENTS_MAX: u64 = 1 << 18;

/// Names of control groups that are remembered; when there are more, it begins anew.
const GROUP_NAMES_MAX: usize = 8192;

/// Records of one list that are believed.
const LIST_RECORDS_MAX: u64 = 1 << 22;

/// Bytes that are asked for at once; the kernel's own buffer for a list has 32 KiB.
const READ_BYTES: usize = 64 << 10;

/// `CGROUP_VERSION_1` and no group, in the ids of control groups.
const NO_GROUP: u64 = 0;

/// What is wanted of the kernel.
#[derive(Clone, Debug)]
pub struct Config {
    /// Bytes for events between two calls of `drain`, rounded up to a power of two between 4 KiB
    /// and 64 MiB. A connection with both ends here writes some 600.
    pub ring_bytes: u32,
    /// The parts to load.
    pub parts: Vec<Part>,
}

impl Default for Config {
    fn default() -> Self {
        Self { ring_bytes: 2 << 20, parts: Part::ALL.to_vec() }
    }
}

/// The programs inside the kernel. Dropping it ends them.
pub struct Kernel {
    loader: Loader,
    capabilities: Vec<Capability>,
    lost_before: u64,
    names: GroupNames,
    /// Of the passes over what changed: what was told in another generation is forgotten.
    generation: u32,
    pass: u32,
}

/// What one call of `drain` brought.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Drained {
    /// Events handed over.
    pub events: u64,
    /// Events lost since the last call because the ring was full: what they would have told is
    /// known only by looking again.
    pub lost: u64,
}

impl Kernel {
    /// Loads the parts, each on its own.
    ///
    /// # Errors
    ///
    /// When none runs here, with the reason as a sentence.
    pub fn open(config: &Config) -> Result<Self, Unavailable> {
        if is_locked_down() {
            return Err(Unavailable::Lockdown);
        }
        unlimit_locked_memory();
        let ring_bytes = config.ring_bytes.clamp(RING_BYTES_MIN, RING_BYTES_MAX);
        let loaded = Loader::load(ring_bytes.next_power_of_two(), &config.parts);
        memory::give_back();
        let (loader, capabilities) = loaded?;
        if !capabilities.iter().any(Capability::is_on) {
            let first = capabilities.first().map(ToString::to_string).unwrap_or_default();
            return Err(Unavailable::NothingRuns { first });
        }
        let names = GroupNames::default();
        Ok(Self { loader, capabilities, lost_before: 0, names, generation: 1, pass: 0 })
    }

    /// How much of it runs.
    pub fn tier(&self) -> Tier {
        Tier::of(&self.capabilities)
    }

    /// Each part, and why it does not run if it does not.
    pub fn capabilities(&self) -> &[Capability] {
        &self.capabilities
    }

    /// Hands over the events since the last call, in the order they were written.
    ///
    /// The programs wake nobody: call it every 100 ms or so.
    pub fn drain(&mut self, each: &mut impl FnMut(Event)) -> Drained {
        let Self { loader, names, .. } = self;
        let Loader { ring, group_names, .. } = loader;
        let mut events = 0;
        while events < DRAIN_EVENTS_MAX {
            let Some(record) = ring.next() else { break };
            let mut name = |id| names.get(id, || group_names.get(&id, 0).ok());
            if let Some(event) = record::event(&record, &mut name) {
                each(event);
                events += 1;
            }
        }
        let lost_ever = self.lost_ever();
        let lost = lost_ever.saturating_sub(self.lost_before);
        self.lost_before = lost_ever;
        Drained { events, lost }
    }

    /// The datagram flows, with their counts so far. Those whose last datagram is older than
    /// `forget_before_nanos` (`CLOCK_MONOTONIC`) are told a last time and forgotten.
    pub fn datagram_flows(&mut self, forget_before_nanos: u64) -> Vec<DatagramFlow> {
        let Self { loader, names, .. } = self;
        let Loader { udp_flows, group_names, .. } = loader;
        let mut name = |id| names.get(id, || group_names.get(&id, 0).ok());
        let mut found = Vec::new();
        let mut old = Vec::new();
        // The table may change while it is walked, so the walk itself is bounded.
        let entries_max = usize::try_from(UDP_FLOWS_MAX).unwrap_or(usize::MAX);
        for (key, counts) in udp_flows.iter().take(entries_max).flatten() {
            if let Some(flow) = record::flow(&key, &counts, &mut name) {
                if flow.counts.last_nanos < forget_before_nanos {
                    old.push(key);
                }
                found.push(flow);
            }
        }
        for key in old {
            // A flow that the kernel dropped meanwhile is forgotten all the same.
            drop(udp_flows.remove(&key));
        }
        found
    }

    /// Hands over every socket that a process has open, in every network namespace, as the pass
    /// over them goes; answers how many there were.
    ///
    /// # Errors
    ///
    /// When the part is off or the kernel breaks the pass off.
    pub fn each_socket(&mut self, each: &mut impl FnMut(OpenSocket)) -> Result<u64, SnapshotError> {
        self.list(Part::Sockets, loader::ALL_SOCKETS, &mut |_, bytes| {
            record::next_socket(bytes, each)
        })
    }

    /// Hands over every socket that is not as it was handed over last, each time followed by what
    /// its process holds in all: whoever keeps what was told finds out by that what is gone. A
    /// socket's counters are part of it. With `anew`, nothing counts as told.
    ///
    /// The kernel remembers what it told with each socket, in some 200 bytes.
    ///
    /// # Errors
    ///
    /// As `each_socket`; then the next pass must be `anew`.
    pub fn changed_sockets(
        &mut self,
        anew: bool,
        each: &mut impl FnMut(Change),
    ) -> Result<u64, SnapshotError> {
        if !self.has(Part::Sockets) {
            return Err(SnapshotError::Off);
        }
        self.generation = self.generation.wrapping_add(u32::from(anew));
        self.pass = self.pass.wrapping_add(1);
        let state = record::pass_state(self.generation, self.pass);
        self.loader
            .pass
            .set(0, state, 0)
            .map_err(|error| SnapshotError::Read { source: std::io::Error::other(error) })?;
        self.list(Part::Sockets, loader::CHANGED_SOCKETS, &mut |_, bytes| {
            record::next_change(bytes, each)
        })
    }

    /// Lets the next pass over what changed tell all sockets of a process; also to be called when a
    /// process is gone, so that it takes no room.
    pub fn forget_holder(&mut self, pid: u32) {
        // One that is not known will be told whole.
        let _ = self.loader.known_holders.remove(&pid);
    }

    /// All that `each_socket` hands over.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn sockets(&mut self) -> Result<Vec<OpenSocket>, SnapshotError> {
        let mut found = Vec::new();
        self.each_socket(&mut |socket| found.push(socket))?;
        Ok(found)
    }

    /// Every process, threads not counted.
    ///
    /// # Errors
    ///
    /// When the part is off or the kernel breaks the pass off.
    pub fn processes(&mut self) -> Result<Vec<OpenProcess>, SnapshotError> {
        let mut found = Vec::new();
        self.list(Part::Processes, loader::ALL_PROCESSES, &mut |names, bytes| {
            record::next_process(bytes, names, &mut |process| found.push(process))
        })?;
        Ok(found)
    }

    /// Reads a list to its end; `next` takes one record off the front and answers the rest, or
    /// nothing when the record is not all there yet.
    fn list(
        &mut self,
        part: Part,
        program: &str,
        next: &mut impl for<'a> FnMut(&mut record::GroupName<'_>, &'a [u8]) -> Option<&'a [u8]>,
    ) -> Result<u64, SnapshotError> {
        if !self.has(part) {
            return Err(SnapshotError::Off);
        }
        let mut file = self.loader.list(program)?;
        let Self { loader, names, .. } = self;
        let mut name = |id| names.get(id, || loader.group_names.get(&id, 0).ok());
        let mut buffer = vec![0; READ_BYTES];
        let (mut filled, mut count) = (0, 0);
        loop {
            let room = buffer.get_mut(filled..).unwrap_or_default();
            let read = file.read(room).map_err(|source| SnapshotError::Read { source })?;
            if read == 0 {
                return Ok(count);
            }
            filled += read;
            let mut rest = buffer.get(..filled).unwrap_or_default();
            while let Some(behind) = next(&mut name, rest) {
                rest = behind;
                count += 1;
            }
            let kept = rest.len();
            if count > LIST_RECORDS_MAX || kept == READ_BYTES {
                return Err(SnapshotError::TooLong { records_max: LIST_RECORDS_MAX });
            }
            buffer.copy_within(filled - kept..filled, 0);
            filled = kept;
        }
    }

    fn has(&self, part: Part) -> bool {
        self.capabilities.iter().any(|one| one.part == part && one.is_on())
    }

    fn lost_ever(&self) -> u64 {
        let lost = self.loader.counts.get(&0, 0);
        lost.map_or(self.lost_before, |by_cpu| by_cpu.iter().sum())
    }
}

/// Names of control groups, asked of the kernel once.
#[derive(Default)]
struct GroupNames {
    known: FxHashMap<u64, Arc<str>>,
}

impl GroupNames {
    fn get<const BYTES: usize>(
        &mut self,
        id: u64,
        ask: impl FnOnce() -> Option<[u8; BYTES]>,
    ) -> Option<Arc<str>> {
        if id == NO_GROUP {
            return None;
        }
        if let Some(name) = self.known.get(&id) {
            return Some(Arc::clone(name));
        }
        let name: Arc<str> = text_until_nul(&ask()?).into();
        if self.known.len() >= GROUP_NAMES_MAX {
            self.known.clear();
        }
        self.known.insert(id, Arc::clone(&name));
        Some(name)
    }
}

/// Whether the kernel keeps its memory from programs. A host without the file has no lockdown.
fn is_locked_down() -> bool {
    std::fs::read_to_string("/sys/kernel/security/lockdown")
        .is_ok_and(|text| text.contains("[confidentiality]"))
}

/// Kernels before 5.11 count tables as locked memory. Without the right to raise the limit the
/// tables may still fit; if not, loading says so.
fn unlimit_locked_memory() {
    let unlimited = Rlimit { current: None, maximum: None };
    let _ = rustix::process::setrlimit(Resource::Memlock, unlimited);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_may_be_handed_to_a_thread() {
        fn check<T: Send>() {}
        check::<Kernel>();
    }

    #[test]
    fn names_are_asked_for_once() {
        let mut names = GroupNames::default();
        assert_eq!(names.get(7, || None::<[u8; 4]>), None);
        assert_eq!(names.get(7, || Some(*b"ab\0c")).as_deref(), Some("ab"));
        assert_eq!(names.get(7, || Some(*b"cd\0c")).as_deref(), Some("ab"));
        assert_eq!(names.get(NO_GROUP, || Some(*b"ab\0c")), None);
    }
}
