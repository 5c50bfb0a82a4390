//! Signals to the very process that was reported.

use super::Refusal;
use crate::process_table::{ProcessRow, parse_stat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use scope_report::{Control, Text};
use std::io::Read;
use std::path::Path;

/// The controls of a process, joined as the wire wants them.
pub(super) const IDS: &str = "process_signal_term;process_signal_hup;process_signal_kill";

/// The part of `stat` that is read; its fields are far shorter.
const STAT_BYTES_MAX: u64 = 4 << 10;

/// A signal that a button sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcessSignal {
    Term,
    Hup,
    Kill,
}

impl ProcessSignal {
    pub(super) const ALL: [Self; 3] = [Self::Term, Self::Hup, Self::Kill];

    pub(super) fn of_control(control: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.id() == control)
    }

    /// The button, by its id.
    pub(super) fn control(self) -> (Text, Control) {
        let (human, icon, confirmation, rank) = match self {
            Self::Term => ("Terminate", "fa fa-stop", "Ask this process to end (SIGTERM)?", 1),
            Self::Hup => (
                "Hang up",
                "fa fa-redo",
                "Hang up on this process (SIGHUP)? Many servers read their settings again then, \
                 other programs end.",
                2,
            ),
            Self::Kill => (
                "Kill",
                "fa fa-times-circle",
                "Kill this process (SIGKILL)? It ends at once and saves nothing.",
                3,
            ),
        };
        let control = Control {
            id: self.id().into(),
            human: human.into(),
            icon: icon.into(),
            confirmation: confirmation.into(),
            rank,
            ..Control::default()
        };
        (self.id().into(), control)
    }

    /// Sends it to the process that `row` reported.
    ///
    /// The process is taken in hand first and compared then, so it cannot be exchanged between.
    pub(super) fn send(self, proc_root: &Path, row: &ProcessRow) -> Result<(), Refusal> {
        let pid = row.pid;
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Refusal::Gone(pid))?;
        let failed = |source| match source {
            Errno::SRCH => Refusal::Gone(pid),
            source => Refusal::Signal { pid, source },
        };
        let process = pidfd_open(number, PidfdFlags::empty()).map_err(failed)?;
        let mut stat = Vec::new();
        let read = std::fs::File::open(proc_root.join(pid.to_string()).join("stat"))
            .and_then(|file| file.take(STAT_BYTES_MAX).read_to_end(&mut stat));
        let now = read.ok().and_then(|_| parse_stat(&stat)).ok_or(Refusal::Gone(pid))?;
        if now.start_ticks != row.start_ticks {
            return Err(Refusal::Replaced(pid));
        }
        pidfd_send_signal(&process, self.signal()).map_err(failed)
    }

    fn id(self) -> &'static str {
        match self {
            Self::Term => "process_signal_term",
            Self::Hup => "process_signal_hup",
            Self::Kill => "process_signal_kill",
        }
    }

    fn signal(self) -> Signal {
        match self {
            Self::Term => Signal::TERM,
            Self::Hup => Signal::HUP,
            Self::Kill => Signal::KILL,
        }
    }
}
