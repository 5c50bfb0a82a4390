//! The terminals that are open, and the end of the programs on them.

use crate::address::EngineAddress;
use crate::engine::Engine;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a shell that was told that its terminal is gone may take to end.
const HANGUP_GRACE: Duration = Duration::from_millis(1_500);

/// How often it is looked at meanwhile.
const HANGUP_POLL: Duration = Duration::from_millis(50);

/// A terminal in a container.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) container_id: String,
    /// The program that was started for it, by engine and id; none for the container's own.
    pub(super) exec: Option<(EngineAddress, String)>,
}

/// Names a session before its pipe does.
pub(super) type Ticket = u64;

/// All terminals; as many as there are pipes.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    table: Mutex<Table>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    next: Ticket,
    open: HashMap<Ticket, (Option<String>, Session)>,
}

impl Sessions {
    /// Notes a terminal whose pipe is about to open.
    pub(super) fn prepare(&self, session: Session) -> Ticket {
        let mut table = self.lock();
        table.next += 1;
        let ticket = table.next;
        table.open.insert(ticket, (None, session));
        ticket
    }

    /// Tells a terminal its pipe.
    pub(super) fn name(&self, ticket: Ticket, pipe: &str) {
        if let Some((name, _)) = self.lock().open.get_mut(&ticket) {
            *name = Some(pipe.to_owned());
        }
    }

    /// The terminal behind a pipe.
    pub(super) fn find(&self, pipe: &str) -> Option<Session> {
        let table = self.lock();
        let found = table.open.values().find(|(name, _)| name.as_deref() == Some(pipe));
        found.map(|(_, session)| session.clone())
    }

    /// Ends what was started for a terminal whose pipe is over, and forgets it.
    pub(super) async fn end(&self, ticket: Ticket) {
        let session = self.lock().open.get(&ticket).map(|(_, session)| session.clone());
        if let Some(Session { container_id, exec: Some((address, exec)) }) = session {
            end_exec(&address, &container_id, &exec).await;
        }
        self.lock().open.remove(&ticket);
        self.changed.notify_all();
    }

    /// Waits until no terminal is left.
    pub(super) fn wait_for_all(&self, limit: Duration) {
        let is_open = |table: &mut Table| !table.open.is_empty();
        let waited = self.changed.wait_timeout_while(self.lock(), limit, is_open);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a program that its terminal is gone, as the kernel would, and ends it if it stays.
///
/// Engines offer no way to end what they have started in a container. So it is signalled here, if
/// the engine is of this host and its process can be seen: a probe that shares no process ids with
/// the engine leaves it alone.
async fn end_exec(address: &EngineAddress, container_id: &str, exec: &str) {
    if address.is_remote() {
        return;
    }
    let Ok(engine) = Engine::connect(std::slice::from_ref(address)).await else { return };
    let Ok(Some(number)) = engine.exec_pid(exec).await else { return };
    let Some(pid) = Pid::from_raw(number) else { return };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    // Asked again with the process in hand: as long as it runs, its number is not another's.
    let is_same = matches!(engine.exec_pid(exec).await, Ok(Some(again)) if again == number);
    if !is_same || !is_within(number, container_id) {
        return;
    }
    let _ = pidfd_send_signal(&process, Signal::HUP);
    let polls = HANGUP_GRACE.as_millis() / HANGUP_POLL.as_millis();
    for _ in 0..polls {
        tokio::time::sleep(HANGUP_POLL).await;
        if !matches!(engine.exec_pid(exec).await, Ok(Some(_))) {
            return;
        }
    }
    let _ = pidfd_send_signal(&process, Signal::KILL);
}

/// Whether a process of ours is one of the container's: with process ids of its own this probe
/// would find another process, or none, under the engine's number.
fn is_within(pid: i32, container_id: &str) -> bool {
    let cgroups = std::fs::read_to_string(format!("/proc/{pid}/cgroup"));
    cgroups.is_ok_and(|cgroups| cgroups.contains(container_id))
}
