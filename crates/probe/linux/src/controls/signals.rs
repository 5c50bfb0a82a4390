//! Signals to the very process that was reported.

use super::Refusal;
use crate::process_table::{ProcessRow, parse_stat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use scope_report::{Control, Text};
use std::io::Read;
use std::path::Path;

/// The controls of a process, joined as the wire wants them.
pub(super) const IDS: &str = "process_signal_term;process_signal_hup;process_signal_int;\
    process_signal_quit;process_signal_usr1;process_signal_usr2;process_signal_stop;\
    process_signal_cont;process_signal_kill";

/// The part of `stat` that is read; its fields are far shorter.
const STAT_BYTES_MAX: u64 = 4 << 10;

/// A signal that a button sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcessSignal {
    Term,
    Hup,
    Int,
    Quit,
    User1,
    User2,
    Stop,
    Continue,
    Kill,
}

/// What a signal is called, and what it does, as a question.
struct Words {
    id: &'static str,
    human: &'static str,
    icon: &'static str,
    confirmation: &'static str,
}

impl ProcessSignal {
    /// In the order of the buttons.
    pub(super) const ALL: [Self; 9] = [
        Self::Term,
        Self::Hup,
        Self::Int,
        Self::Quit,
        Self::User1,
        Self::User2,
        Self::Stop,
        Self::Continue,
        Self::Kill,
    ];

    pub(super) fn of_control(control: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.id() == control)
    }

    /// The button, by its id.
    pub(super) fn control(self) -> (Text, Control) {
        let Words { id, human, icon, confirmation } = self.words();
        let place = Self::ALL.iter().position(|signal| *signal == self).unwrap_or_default();
        let control = Control {
            id: id.into(),
            human: human.into(),
            icon: icon.into(),
            confirmation: confirmation.into(),
            rank: i64::try_from(place).unwrap_or_default() + 1,
            ..Control::default()
        };
        (id.into(), control)
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
        self.words().id
    }

    fn words(self) -> Words {
        let (id, human, icon, confirmation) = match self {
            Self::Term => (
                "process_signal_term",
                "Terminate",
                "fa fa-stop",
                "Ask this process to end (SIGTERM)?",
            ),
            Self::Hup => (
                "process_signal_hup",
                "Hang up",
                "fa fa-redo",
                "Hang up on this process (SIGHUP)? Many servers read their settings again then, \
                 other programs end.",
            ),
            Self::Int => (
                "process_signal_int",
                "Interrupt",
                "fa fa-hand-paper",
                "Interrupt this process (SIGINT), as Ctrl-C in its terminal does?",
            ),
            Self::Quit => (
                "process_signal_quit",
                "Quit",
                "fa fa-sign-out-alt",
                "Have this process quit (SIGQUIT)? It may write what it held in memory to disk; \
                 some programs only say how they fare.",
            ),
            Self::User1 => (
                "process_signal_usr1",
                "User signal 1",
                "fa fa-bell",
                "Send SIGUSR1? What it does is the program's own; it may end by it.",
            ),
            Self::User2 => (
                "process_signal_usr2",
                "User signal 2",
                "fa fa-bell",
                "Send SIGUSR2? What it does is the program's own; it may end by it.",
            ),
            Self::Stop => (
                "process_signal_stop",
                "Stop",
                "fa fa-pause",
                "Stop this process (SIGSTOP)? It stands still until it is continued; its clients \
                 wait, then give up.",
            ),
            Self::Continue => (
                "process_signal_cont",
                "Continue",
                "fa fa-play",
                "Continue this process (SIGCONT), if it was stopped?",
            ),
            Self::Kill => (
                "process_signal_kill",
                "Kill",
                "fa fa-times-circle",
                "Kill this process (SIGKILL)? It ends at once and saves nothing.",
            ),
        };
        Words { id, human, icon, confirmation }
    }

    fn signal(self) -> Signal {
        match self {
            Self::Term => Signal::TERM,
            Self::Hup => Signal::HUP,
            Self::Int => Signal::INT,
            Self::Quit => Signal::QUIT,
            Self::User1 => Signal::USR1,
            Self::User2 => Signal::USR2,
            Self::Stop => Signal::STOP,
            Self::Continue => Signal::CONT,
            Self::Kill => Signal::KILL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_is_offered() {
        let ids = ProcessSignal::ALL.map(ProcessSignal::id);
        assert_eq!(IDS, ids.join(";"));
        assert!(ids.iter().all(|id| ProcessSignal::of_control(id).is_some()));
    }
}
