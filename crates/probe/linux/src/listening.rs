//! What each process listens on, told by the reporter that sees sockets to the one that tells of
//! processes.

use crate::owners::Owner;
use crate::socket_table::{Socket, Transport};
use scope_report::{StringSet, Text};
use smol_str::format_smolstr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The set of a process node that says what it listens on.
pub const LISTENING: &str = "listening";

/// The most addresses of one process that are told.
const ADDRESSES_MAX: usize = 32;

/// UDP ports from here on are taken to be clients' (`net.ipv4.ip_local_port_range` of tcp(7)):
/// a socket that asks a name server looks like one that serves.
const EPHEMERAL_PORT_MIN: u16 = 32_768;

/// What each process listens on, by its id; shared between the reporters of this crate.
#[derive(Clone, Debug, Default)]
pub struct ListeningNote(Arc<Mutex<Listening>>);

/// Sets such as `tcp 0.0.0.0:80`, by process id.
pub type Listening = Arc<BTreeMap<u32, StringSet>>;

impl ListeningNote {
    /// Replaces what is known.
    pub fn tell(&self, listening: BTreeMap<u32, StringSet>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(listening);
    }

    /// What is known now.
    pub fn now(&self) -> Listening {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Who listens on what, of all `sockets` and those of the Unix domain, `(inode, path)`.
pub fn listening<'a>(
    sockets: impl Iterator<Item = &'a Socket>,
    unix: impl Iterator<Item = (u64, &'a Text)>,
    holders: impl Fn(u64) -> &'a [Owner],
) -> BTreeMap<u32, StringSet> {
    let mut told: BTreeMap<u32, BTreeSet<Text>> = BTreeMap::new();
    let mut tell = |inode: u64, text: Text| {
        for owner in holders(inode) {
            let texts = told.entry(owner.pid).or_default();
            if texts.len() < ADDRESSES_MAX {
                texts.insert(text.clone());
            }
        }
    };
    for socket in sockets.filter(|socket| socket.listens() && socket.inode != 0) {
        match socket.transport {
            Transport::Tcp => tell(socket.inode, format_smolstr!("tcp {}", socket.local)),
            Transport::Udp if socket.local.port() < EPHEMERAL_PORT_MIN => {
                tell(socket.inode, format_smolstr!("udp {}", socket.local));
            }
            Transport::Udp => {}
        }
    }
    for (inode, path) in unix {
        tell(inode, format_smolstr!("unix {path}"));
    }
    told.into_iter().map(|(pid, texts)| (pid, texts.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket_table::SocketState;

    #[track_caller]
    fn check(transport: Transport, local: &str, state: SocketState, expect: &str) {
        let (local, remote) = (local.parse().unwrap(), "0.0.0.0:0".parse().unwrap());
        let socket = Socket { transport, local, remote, state, inode: 7 };
        let path = Text::from("/run/a.sock");
        let owner = [Owner { start_ticks: 1, pid: 42 }];
        let told = listening([&socket].into_iter(), [(7, &path)].into_iter(), |_| &owner);
        let texts: Vec<_> = told[&42].iter().map(Text::as_str).collect();
        assert_eq!(texts.join(", "), expect);
    }

    #[test]
    fn tells_addresses_and_paths() {
        use SocketState::{Listening, Open};
        check(Transport::Tcp, "0.0.0.0:80", Listening, "tcp 0.0.0.0:80, unix /run/a.sock");
        check(Transport::Tcp, "[::1]:60000", Listening, "tcp [::1]:60000, unix /run/a.sock");
        check(Transport::Udp, "10.0.0.1:53", Listening, "udp 10.0.0.1:53, unix /run/a.sock");
        check(Transport::Udp, "10.0.0.1:40000", Listening, "unix /run/a.sock");
        check(Transport::Tcp, "10.0.0.1:80", Open, "unix /run/a.sock");
    }
}
