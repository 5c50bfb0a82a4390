//! The door to the library that loads the object, so that another one could replace it.
//!
//! All of aya that is used is used here and in `loader/http.rs`. Programs are loaded one at a
//! time, because whether a kernel takes one is known only by trying; one that is refused takes its
//! part down and no other. What the programs tell is not understood here.

mod http;

pub(crate) use http::HttpLoader;

use crate::capability::{Capability, Part};
use crate::datagrams::UDP_FLOWS_MAX;
use crate::groups;
use crate::record::{KNOWN_HOLDER_BYTES, PASS_BYTES, UDP_COUNTS_BYTES, UDP_KEY_BYTES};
use crate::tracepoint;
use crate::unavailable::{SnapshotError, Unavailable};
use aya::maps::{Array, HashMap, MapData, MapError, PerCpuArray, RingBuf};
use aya::programs::{
    BtfTracePoint, CgroupAttachMode, CgroupSkb, CgroupSkbAttachType, CgroupSockAddr, Iter,
    ProgramError, TracePoint,
};
use aya::util::KernelVersion;
use aya::{Btf, Ebpf, EbpfError, EbpfLoader};
use std::error::Error;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

/// Letters of a reason that are shown, at most.
const REASON_CHARS_MAX: usize = 160;

/// The kernel that has `sock_send_length` and `sock_recv_length`.
const LENGTHS_TOLD_SINCE: KernelVersion = KernelVersion::new(6, 3, 0);

/// Inode of the host's namespace of processes, `PROC_PID_INIT_INO` of the kernel.
const HOST_PID_NAMESPACE: u32 = 0xefff_fffc;

/// What is told of a tracepoint that is newer than the kernel; its name follows.
const NO_TRACEPOINT: &str = "this kernel has no tracepoint";

/// What the verifier's lines after the one with the reason begin with.
const STATISTICS: [&str; 3] = ["processed ", "stack depth ", "verification time "];

/// Bytes of a control group's name, `CGROUP_NAME_BYTES` of the programs.
pub(crate) const GROUP_NAME_BYTES: usize = 128;

/// The object, aligned as the loader wants it.
static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/programs.o"));

/// The programs that are lists.
pub(crate) const ALL_SOCKETS: &str = "all_sockets";
pub(crate) const CHANGED_SOCKETS: &str = "changed_sockets";
pub(crate) const ALL_PROCESSES: &str = "all_processes";

/// A table of the kernel, by the bytes of its keys and values.
type Table<Key, Value> = HashMap<MapData, Key, Value>;

/// The loaded programs and their tables; dropping it ends them.
pub(crate) struct Loader {
    programs: Ebpf,
    tracepoints: Vec<OwnedFd>,
    /// Where events arrive.
    pub(crate) ring: RingBuf<MapData>,
    /// Events by kind and CPU; 0 are the lost ones.
    pub(crate) counts: PerCpuArray<MapData, u64>,
    /// Names of control groups by id.
    pub(crate) group_names: Table<u64, [u8; GROUP_NAME_BYTES]>,
    /// What flowed by UDP.
    pub(crate) udp_flows: Table<[u8; UDP_KEY_BYTES], [u8; UDP_COUNTS_BYTES]>,
    /// How far the pass over what changed got.
    pub(crate) pass: Array<MapData, [u8; PASS_BYTES]>,
    /// The processes that it told.
    pub(crate) known_holders: Table<u32, [u8; KNOWN_HOLDER_BYTES]>,
}

/// How a program is attached.
pub(crate) enum Hook {
    /// A tracepoint whose arguments have types.
    Typed(&'static str),
    /// A tracepoint of a system call.
    Syscall(&'static str),
    /// The root of the control groups.
    Group,
    /// The same, for packets that come in (true) or go out.
    Packets(bool),
    /// Nothing yet: a pass over a list of the kernel, started by reading.
    List(&'static str),
}

/// The programs of a part.
fn programs(part: Part) -> &'static [(&'static str, Hook)] {
    match part {
        Part::Connections => &[("tcp_states", Hook::Typed("inet_sock_set_state"))],
        Part::Accepts => &[
            ("tcp_accept", Hook::Syscall("sys_exit_accept")),
            ("tcp_accept4", Hook::Syscall("sys_exit_accept4")),
        ],
        Part::ProcessEvents => &[
            ("process_fork", Hook::Typed("sched_process_fork")),
            ("process_exec", Hook::Typed("sched_process_exec")),
            ("process_exit", Hook::Typed("sched_process_exit")),
        ],
        Part::Datagrams => &[
            ("udp_sent", Hook::Typed("sock_send_length")),
            ("udp_received", Hook::Typed("sock_recv_length")),
        ],
        Part::DatagramAddresses => &[
            ("udp_sendmsg4", Hook::Group),
            ("udp_sendmsg6", Hook::Group),
            ("udp_recvmsg4", Hook::Group),
            ("udp_recvmsg6", Hook::Group),
        ],
        Part::Sockets => {
            &[(ALL_SOCKETS, Hook::List("task_file")), (CHANGED_SOCKETS, Hook::List("task_file"))]
        }
        Part::Processes => &[(ALL_PROCESSES, Hook::List("task"))],
    }
}

impl Loader {
    /// Loads the object and then each of `parts`; the second answer says how each fared.
    pub(crate) fn load(
        ring_bytes: u32,
        parts: &[Part],
    ) -> Result<(Self, Vec<Capability>), Unavailable> {
        let types = Btf::from_sys_fs().map_err(|source| Unavailable::NoBtf { source })?;
        let pid_namespace = pid_namespace();
        let is_told = KernelVersion::current().is_ok_and(|own| own >= LENGTHS_TOLD_SINCE);
        let lengths_are_told = u8::from(is_told && parts.contains(&Part::Datagrams));
        let mut loaded = EbpfLoader::new()
            .btf(Some(&types))
            .override_global("pid_namespace", &pid_namespace, true)
            .override_global("lengths_are_told", &lengths_are_told, true)
            .map_max_entries("ring", ring_bytes)
            .map_max_entries("udp_flows", UDP_FLOWS_MAX)
            .load(OBJECT)
            .map_err(refused)?;
        let mut take = |name: &str| {
            let missing = || refused(MapError::InvalidName { name: name.to_owned() }.into());
            loaded.take_map(name).ok_or_else(missing)
        };
        let ring = RingBuf::try_from(take("ring")?).map_err(|error| refused(error.into()))?;
        let counts = take("counts")?.try_into().map_err(|error: MapError| refused(error.into()))?;
        let names = take("cgroup_names")?;
        let flows = take("udp_flows")?;
        let (pass, holders) = (take("pass")?, take("known_holders")?);
        let mut loader = Self {
            programs: loaded,
            tracepoints: Vec::new(),
            ring,
            counts,
            group_names: names.try_into().map_err(|error: MapError| refused(error.into()))?,
            udp_flows: flows.try_into().map_err(|error: MapError| refused(error.into()))?,
            pass: pass.try_into().map_err(|error: MapError| refused(error.into()))?,
            known_holders: holders.try_into().map_err(|error: MapError| refused(error.into()))?,
        };
        let capability = |part: &Part| {
            let Self { programs: all, tracepoints, .. } = &mut loader;
            let mut each = programs(*part).iter();
            let attached = each.try_for_each(|program| attach(all, tracepoints, program, &types));
            Capability { part: *part, lack: attached.err().map(|error| reason(error.as_ref())) }
        };
        let capabilities = parts.iter().map(capability).collect();
        Ok((loader, capabilities))
    }

    /// A file whose bytes are the records of a list, as they are when it is read.
    pub(crate) fn list(&mut self, name: &str) -> Result<File, SnapshotError> {
        let Some(program) = self.programs.program_mut(name) else {
            return Err(SnapshotError::Off);
        };
        let started = |error: ProgramError| SnapshotError::Start { source: Box::new(error) };
        let program: &mut Iter = program.try_into().map_err(started)?;
        let link = program.attach().map_err(started)?;
        let link = program.take_link(link).map_err(started)?;
        link.into_file().map_err(|error| started(io::Error::other(error).into()))
    }
}

/// Loads one program and attaches it; what must stay open for that goes to `tracepoints`.
fn attach(
    all: &mut Ebpf,
    tracepoints: &mut Vec<OwnedFd>,
    (name, hook): &(&str, Hook),
    types: &Btf,
) -> Result<(), Box<dyn Error>> {
    let program = all.program_mut(name).ok_or("no such program")?;
    match hook {
        Hook::Typed(tracepoint) => {
            let program: &mut BtfTracePoint = program.try_into()?;
            program.load(tracepoint, types).map_err(|error| tracepoint_lack(error, tracepoint))?;
            program.attach()?;
        }
        Hook::Syscall(tracepoint) => {
            let program: &mut TracePoint = program.try_into()?;
            program.load()?;
            tracepoints.push(tracepoint::attach(program.fd()?.as_fd(), tracepoint)?);
        }
        Hook::Group => {
            let program: &mut CgroupSockAddr = program.try_into()?;
            program.load().map_err(group_right)?;
            program.attach(groups::root()?, CgroupAttachMode::Single)?;
        }
        Hook::Packets(is_in) => {
            let program: &mut CgroupSkb = program.try_into()?;
            program.load().map_err(group_right)?;
            let direction =
                if *is_in { CgroupSkbAttachType::Ingress } else { CgroupSkbAttachType::Egress };
            program.attach(groups::root()?, direction, CgroupAttachMode::Single)?;
        }
        Hook::List(list) => {
            let program: &mut Iter = program.try_into()?;
            program.load(list, types)?;
        }
    }
    Ok(())
}

/// Says that an older kernel does not have the tracepoint.
fn tracepoint_lack(error: ProgramError, tracepoint: &str) -> Box<dyn Error> {
    match error {
        ProgramError::Btf(_) => format!("{NO_TRACEPOINT} {tracepoint}").into(),
        _ => error.into(),
    }
}

/// Says which right is missing when the kernel refuses a program of control groups.
fn group_right(error: ProgramError) -> Box<dyn Error> {
    match system_error(&error) {
        Some(libc::EPERM) => "the probe lacks the right to watch packets (CAP_NET_ADMIN)".into(),
        _ => error.into(),
    }
}

/// Inode of this process's namespace of processes. When it cannot be told, it is the host's.
fn pid_namespace() -> u32 {
    let inode = std::fs::metadata("/proc/self/ns/pid").map(|found| found.ino()).unwrap_or_default();
    u32::try_from(inode).ok().filter(|inode| *inode != 0).unwrap_or(HOST_PID_NAMESPACE)
}

/// Why the object as a whole was refused.
fn refused(error: EbpfError) -> Unavailable {
    match system_error(&error) {
        Some(number) if [libc::EPERM, libc::EACCES].contains(&number) => {
            Unavailable::NoRights { source: io::Error::from_raw_os_error(number) }
        }
        _ => Unavailable::Refused { source: Box::new(error) },
    }
}

/// The number of the kernel's error at the bottom.
fn system_error(error: &(dyn Error + 'static)) -> Option<i32> {
    innermost(error).downcast_ref::<io::Error>().and_then(io::Error::raw_os_error)
}

/// The error at the bottom, which is the kernel's.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut bottom = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    bottom
}

/// An error in a few words: what the kernel says, and the verifier's last line if it has one.
fn reason(error: &(dyn Error + 'static)) -> String {
    let said = innermost(error).to_string();
    let verifier = error.downcast_ref::<ProgramError>().and_then(|error| match error {
        ProgramError::LoadError { verifier_log, .. } => {
            let log = verifier_log.to_string();
            let is_told = |line: &&str| {
                !line.is_empty() && !STATISTICS.iter().any(|word| line.starts_with(word))
            };
            let line = log.lines().rfind(is_told);
            line.map(str::to_owned)
        }
        _ => None,
    });
    let whole = match verifier {
        Some(line) => format!("{said}: {line}"),
        None => said,
    };
    whole.chars().take(REASON_CHARS_MAX).collect()
}
