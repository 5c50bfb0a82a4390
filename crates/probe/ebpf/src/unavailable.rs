//! Why there are no kernel events here, or no list this time.

use std::io;

/// Why nothing of this crate works on this host. The text is a sentence for the map.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The kernel does not describe its own types.
    #[error("kernel events are off: no BTF at /sys/kernel/btf/vmlinux")]
    NoBtf {
        /// What the loader says.
        #[source]
        source: aya::BtfError,
    },
    /// The probe may not load programs.
    #[error(
        "kernel events are off: the probe lacks the right to load programs (CAP_BPF, CAP_PERFMON)"
    )]
    NoRights {
        /// What the kernel says.
        #[source]
        source: io::Error,
    },
    /// The kernel is locked down so far that programs may not read it.
    #[error("kernel events are off: the kernel is in lockdown (confidentiality)")]
    Lockdown,
    /// The kernel, or the loader, refuses the object as a whole.
    #[error("kernel events are off: the kernel refuses the programs")]
    Refused {
        /// What the loader says.
        #[source]
        source: Box<aya::EbpfError>,
    },
    /// Each part was refused on its own.
    #[error("kernel events are off: {first}")]
    NothingRuns {
        /// Why the first part does not run.
        first: String,
    },
}

/// Why a list could not be had, this time.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The part does not run here; `capabilities` says why.
    #[error("the kernel's list is not available")]
    Off,
    /// The kernel does not start the pass.
    #[error("start the pass over the kernel's list")]
    Start {
        /// What the loader says.
        #[source]
        source: Box<aya::programs::ProgramError>,
    },
    /// The pass broke off.
    #[error("read the kernel's list")]
    Read {
        /// What the kernel says.
        #[source]
        source: io::Error,
    },
    /// The list is longer than any that is believed.
    #[error("the kernel's list has more than {records_max} records, or one that never ends")]
    TooLong {
        /// The limit.
        records_max: u64,
    },
}
