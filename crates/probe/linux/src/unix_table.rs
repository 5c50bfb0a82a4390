//! The Unix-domain sockets of one network namespace, as netlink tells them.
//!
//! A socket names its peer by inode, and inodes of sockets are unique on the machine: a client in a
//! container and the engine on the host join whatever namespace each is listed in. The name of a
//! socket that was accepted is the path its client asked for.
//! `/proc/net/unix` does not tell peers, so without netlink there are no such connections.

use crate::netlink::{Attributes, Message, NetlinkError, NetlinkSocket, u32_at};
use crate::socket_table::GET_SOCKETS;
use rustc_hash::FxHasher;
use scope_report::Text;
use std::hash::{Hash, Hasher};

/// `AF_UNIX`
const FAMILY: u8 = 1;
/// `TCP_LISTEN`, which Unix sockets use too.
const LISTEN: u8 = 10;
/// `UDIAG_SHOW_NAME | UDIAG_SHOW_PEER` of linux/unix_diag.h.
const WITH_NAME_AND_PEER: u32 = 1 | 4;
/// `UNIX_DIAG_NAME`
const ATTRIBUTE_NAME: u16 = 0;
/// `UNIX_DIAG_PEER`
const ATTRIBUTE_PEER: u16 = 2;
/// `sizeof(struct unix_diag_msg)`
const BODY_BYTES: usize = 16;

/// The most bytes of a name that are kept (`sizeof(sun_path)` of unix(7)).
const NAME_BYTES_MAX: usize = 108;

/// The most Unix sockets kept of one namespace.
pub const UNIX_SOCKETS_MAX: usize = 65_536;

/// One Unix-domain socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnixSocket {
    /// Its inode.
    pub inode: u64,
    /// The inode of the socket it is connected to, 0 for none (yet).
    pub peer: u64,
    /// Whether it waits for connections.
    pub listens: bool,
    /// Where it is bound: a path, or `@name` for an abstract name; blank for neither.
    pub path: Text,
}

/// Replaces `sockets` with those of the namespace of `netlink` that are bound or connected.
pub fn dump_unix(
    netlink: &mut NetlinkSocket,
    sockets: &mut Vec<UnixSocket>,
) -> Result<(), NetlinkError> {
    sockets.clear();
    netlink.dump(GET_SOCKETS, &request(), |message| {
        let socket = parse_unix(message);
        let telling = socket.filter(|one| one.peer != 0 || !one.path.is_empty());
        if sockets.len() < UNIX_SOCKETS_MAX {
            sockets.extend(telling);
        }
    })
}

/// Whether both lists hold the same sockets, whatever their order.
pub fn same_unix_sockets(one: &[UnixSocket], other: &[UnixSocket]) -> bool {
    let sum = |sockets: &[UnixSocket]| {
        sockets.iter().fold(0u64, |sum, socket| {
            let mut hasher = FxHasher::default();
            socket.hash(&mut hasher);
            sum.wrapping_add(hasher.finish())
        })
    };
    one.len() == other.len() && sum(one) == sum(other)
}

/// `struct unix_diag_req`: family, protocol, padding, states, inode, what to show, cookie.
fn request() -> [u8; 24] {
    let mut body = [0; 24];
    if let Some(family) = body.first_mut() {
        *family = FAMILY;
    }
    if let Some(states) = body.get_mut(4..8) {
        states.copy_from_slice(&u32::MAX.to_ne_bytes());
    }
    if let Some(show) = body.get_mut(12..16) {
        show.copy_from_slice(&WITH_NAME_AND_PEER.to_ne_bytes());
    }
    body
}

/// Reads `struct unix_diag_msg` and its attributes.
pub fn parse_unix(message: Message<'_>) -> Option<UnixSocket> {
    let body = message.body;
    if *body.first()? != FAMILY {
        return None;
    }
    let listens = *body.get(2)? == LISTEN;
    let inode = u64::from(u32_at(body, 4)?);
    let mut socket = UnixSocket { inode, peer: 0, listens, path: Text::default() };
    for (kind, value) in Attributes::new(body.get(BODY_BYTES..)?) {
        match kind {
            ATTRIBUTE_NAME => socket.path = name(value),
            ATTRIBUTE_PEER => socket.peer = u64::from(u32_at(value, 0)?),
            _ => {}
        }
    }
    Some(socket)
}

/// The name of a socket as `ss` and lsof(8) write it: `@` stands for the zero byte that an abstract
/// name begins with, and for any within.
fn name(bytes: &[u8]) -> Text {
    let bytes = bytes.get(..NAME_BYTES_MAX).unwrap_or(bytes);
    let is_abstract = bytes.first() == Some(&0);
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let text = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    if is_abstract { text.replace('\0', "@").into() } else { text.as_ref().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(state: u8, name: &[u8], peer: Option<u32>) -> Vec<u8> {
        let mut body = vec![FAMILY, 1, state, 0];
        body.extend(77u32.to_ne_bytes());
        body.extend([0; 8]);
        let mut attribute = |kind: u16, value: &[u8]| {
            body.extend(u16::try_from(4 + value.len()).unwrap().to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(value);
            body.resize(body.len().next_multiple_of(4), 0);
        };
        attribute(ATTRIBUTE_NAME, name);
        if let Some(peer) = peer {
            attribute(ATTRIBUTE_PEER, &peer.to_ne_bytes());
        }
        body
    }

    #[track_caller]
    fn check(body: &[u8], expect: Option<(&str, u64, bool)>) {
        let read =
            parse_unix(Message { kind: GET_SOCKETS, sequence: 1, is_interrupted: false, body });
        let read = read.as_ref().map(|one| (one.path.as_str(), one.peer, one.listens));
        assert_eq!(read, expect);
    }

    #[test]
    fn reads_names_and_peers() {
        let path = b"/run/docker.sock\0";
        check(&message(1, path, Some(9)), Some(("/run/docker.sock", 9, false)));
        check(&message(LISTEN, b"\0x11", None), Some(("@x11", 0, true)));
        check(&message(1, b"", Some(9)), Some(("", 9, false)));
        check(&message(7, b"\xff", None), Some(("\u{fffd}", 0, false)));
        check(&[2; 40], None);
        let whole = message(1, b"/run/docker.sock\0", Some(9));
        for cut in 0..BODY_BYTES {
            check(&whole[..cut], None);
        }
    }

    #[test]
    fn order_does_not_matter() {
        let read = |name| {
            parse_unix(Message {
                kind: 20,
                sequence: 1,
                is_interrupted: false,
                body: &message(1, name, None),
            })
            .unwrap()
        };
        let (a, b) = (read(b"/a"), read(b"/b"));
        assert!(same_unix_sockets(&[a.clone(), b.clone()], &[b.clone(), a.clone()]));
        assert!(!same_unix_sockets(&[a.clone(), b], &[a.clone(), a]));
    }
}
