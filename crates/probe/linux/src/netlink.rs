//! Netlink framing: messages, attributes, and a socket that dumps and listens.
//!
//! Layout as in the kernel's include/uapi/linux/netlink.h and netlink(7), host byte order. Bytes
//! come from the kernel but are read as if they came from a stranger: what does not fit ends the
//! iteration. The module refuses to know any protocol above the framing.

use rustix::buffer::spare_capacity;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{
    Timeout, set_socket_recv_buffer_size, set_socket_recv_buffer_size_force, set_socket_timeout,
};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send,
    socket_with,
};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// `NLMSG_ERROR`
const ERROR: u16 = 2;
/// `NLMSG_DONE`
const DONE: u16 = 3;
/// `NLM_F_REQUEST`
const FLAG_REQUEST: u16 = 1;
/// `NLM_F_ROOT | NLM_F_MATCH`
const FLAG_DUMP: u16 = 0x300;
/// `NLM_F_DUMP_INTR`: what is dumped changed so much meanwhile that the answer may lack some of it.
const FLAG_INTERRUPTED: u16 = 0x10;
/// Bits of an attribute's type that are flags (`NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`).
const ATTRIBUTE_FLAGS: u16 = 0xc000;

const HEADER_BYTES: usize = 16;

/// The kernel fills at most 32 KiB per datagram of a dump.
const DATAGRAM_BYTES_MAX: usize = 64 * 1024;

/// A dump of the kernel is answered at once; a longer silence is a fault.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// One message, without its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is (`nlmsg_type`).
    pub kind: u16,
    /// The number of the request it answers, 0 for an event.
    pub sequence: u32,
    /// Whether the dump it is part of was interrupted.
    pub is_interrupted: bool,
    /// What follows the header.
    pub body: &'a [u8],
}

/// The messages of one datagram.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a>(&'a [u8]);

impl<'a> Messages<'a> {
    /// Reads `datagram`.
    pub fn new(datagram: &'a [u8]) -> Self {
        Self(datagram)
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let length = usize::try_from(u32_at(self.0, 0)?).ok()?;
        let message = Message {
            kind: u16_at(self.0, 4)?,
            sequence: u32_at(self.0, 8)?,
            is_interrupted: u16_at(self.0, 6)? & FLAG_INTERRUPTED != 0,
            body: self.0.get(HEADER_BYTES..length)?,
        };
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(message)
    }
}

/// The attributes of a message or of a nested attribute, as type and value.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Reads `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let length = usize::from(u16_at(self.0, 0)?);
        let kind = u16_at(self.0, 2)? & !ATTRIBUTE_FLAGS;
        let value = self.0.get(4..length)?;
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// A netlink socket of one protocol, bound in the network namespace of the thread that opened it.
#[derive(Debug)]
pub struct NetlinkSocket {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

/// What a dump or an event drain came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetlinkError {
    /// A system call on the socket failed.
    #[error("netlink socket")]
    Socket(#[source] Errno),
    /// The kernel refused the request.
    #[error("netlink request refused")]
    Refused(#[source] Errno),
    /// A dump lacks something: what it was of changed meanwhile, or there was no room for a part.
    #[error("netlink dump interrupted")]
    Interrupted,
}

impl NetlinkError {
    /// The code that the kernel gave.
    pub fn errno(self) -> Errno {
        match self {
            Self::Socket(errno) | Self::Refused(errno) => errno,
            Self::Interrupted => Errno::INTR,
        }
    }
}

impl NetlinkSocket {
    /// Opens a socket that hears the multicast `groups` (a bit mask); no protocol is `rtnetlink`,
    /// whose number is 0.
    pub fn open(protocol: Option<Protocol>, groups: u32) -> Result<Self, NetlinkError> {
        let open = || {
            let flags = SocketFlags::CLOEXEC;
            let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)?;
            set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_TIMEOUT))?;
            bind(&socket, &SocketAddrNetlink::new(0, groups))?;
            Ok(Self { socket, sequence: 0, buffer: Vec::new() })
        };
        open().map_err(NetlinkError::Socket)
    }

    /// Asks for `bytes` of receive buffer, beyond the system's limit where rights allow.
    pub fn set_receive_buffer(&self, bytes: usize) {
        // A smaller buffer only means an earlier overflow, which is counted and repaired.
        if set_socket_recv_buffer_size_force(&self.socket, bytes).is_err() {
            let _ = set_socket_recv_buffer_size(&self.socket, bytes);
        }
    }

    /// Sends a dump request and calls `each` with every answer. Where the kernel says that some are
    /// missing, that is told when the others have come: the next dump would be refused before.
    pub fn dump(
        &mut self,
        kind: u16,
        body: &[u8],
        mut each: impl FnMut(Message<'_>),
    ) -> Result<(), NetlinkError> {
        self.sequence = self.sequence.wrapping_add(1).max(1);
        let mut answer = Answer { sequence: self.sequence, is_interrupted: false };
        let bytes = request(kind, self.sequence, body);
        send(&self.socket, &bytes, SendFlags::empty()).map_err(NetlinkError::Socket)?;
        loop {
            let received = self.receive(RecvFlags::empty());
            if let Some(outcome) = answer.take(received.map(|()| &*self.buffer), &mut each) {
                return outcome;
            }
        }
    }

    /// Calls `each` with every event that waits, without blocking, at most `messages_max` of
    /// them; says whether there may be more.
    pub fn drain(
        &mut self,
        messages_max: usize,
        mut each: impl FnMut(Message<'_>),
    ) -> Result<bool, NetlinkError> {
        let mut seen = 0;
        while seen < messages_max {
            match self.receive(RecvFlags::DONTWAIT) {
                Ok(()) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(errno) => return Err(NetlinkError::Socket(errno)),
            }
            for message in Messages::new(&self.buffer) {
                seen += 1;
                each(message);
            }
        }
        Ok(true)
    }

    fn receive(&mut self, flags: RecvFlags) -> Result<(), Errno> {
        self.buffer.clear();
        self.buffer.reserve(DATAGRAM_BYTES_MAX);
        match recv(&self.socket, spare_capacity(&mut self.buffer), flags) {
            Ok((_, 0)) => Err(Errno::PIPE),
            Ok(_) => Ok(()),
            Err(Errno::INTR) => self.receive(flags),
            Err(errno) => Err(errno),
        }
    }
}

/// The answer to a dump request, while it comes in.
struct Answer {
    sequence: u32,
    is_interrupted: bool,
}

impl Answer {
    /// Takes in a datagram, or why there was none; answers how the dump ended, if it did.
    fn take(
        &mut self,
        received: Result<&[u8], Errno>,
        each: &mut impl FnMut(Message<'_>),
    ) -> Option<Result<(), NetlinkError>> {
        let datagram = match received {
            Ok(datagram) => datagram,
            // The kernel told more than there was room for, once; the end is still to come.
            Err(Errno::NOBUFS) if !self.is_interrupted => {
                self.is_interrupted = true;
                return None;
            }
            Err(errno) => return Some(Err(NetlinkError::Socket(errno))),
        };
        for message in Messages::new(datagram).filter(|one| one.sequence == self.sequence) {
            self.is_interrupted |= message.is_interrupted;
            match message.kind {
                DONE | ERROR => {
                    let whole = || match self.is_interrupted {
                        true => Err(NetlinkError::Interrupted),
                        false => Ok(()),
                    };
                    return Some(outcome(message.body).and_then(|()| whole()));
                }
                _ => each(message),
            }
        }
        None
    }
}

/// The bytes of a dump request.
pub fn request(kind: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_BYTES + body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(&length.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&(FLAG_REQUEST | FLAG_DUMP).to_ne_bytes());
    bytes.extend_from_slice(&sequence.to_ne_bytes());
    bytes.extend_from_slice(&0u32.to_ne_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The two bytes at `offset`, in host order.
pub fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The two bytes at `offset`, in network order.
pub fn be_u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The four bytes at `offset`, in host order.
pub fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The eight bytes at `offset`, in host order.
pub fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// What `NLMSG_DONE` and `NLMSG_ERROR` tell: a negative error number, or nothing.
fn outcome(body: &[u8]) -> Result<(), NetlinkError> {
    match u32_at(body, 0).map(u32::cast_signed) {
        Some(code) if code < 0 => {
            Err(NetlinkError::Refused(Errno::from_raw_os_error(code.saturating_neg())))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_round_trip() {
        let mut bytes = request(18, 7, b"abcde");
        bytes.extend_from_slice(&[0; 3]);
        bytes.extend(request(19, 8, b""));
        let read: Vec<_> = Messages::new(&bytes).map(|one| (one.kind, one.body)).collect();
        assert_eq!(read, [(18, &b"abcde"[..]), (19, &b""[..])]);
    }

    /// A message of a kind and with flags, as the kernel would answer request 7.
    fn answered(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = request(kind, 7, body);
        bytes[6..8].copy_from_slice(&flags.to_ne_bytes());
        bytes
    }

    /// How a dump ends of which these datagrams come, each a list of messages.
    #[track_caller]
    fn check_dump(
        datagrams: &[Result<Vec<u8>, Errno>],
        count: usize,
        expect: Result<(), NetlinkError>,
    ) {
        let mut answer = Answer { sequence: 7, is_interrupted: false };
        let mut seen = 0;
        let ended = datagrams.iter().find_map(|datagram| {
            let datagram = datagram.as_ref().map(Vec::as_slice).map_err(|errno| *errno);
            answer.take(datagram, &mut |_| seen += 1)
        });
        assert_eq!((seen, ended), (count, Some(expect)));
    }

    #[test]
    fn a_dump_says_when_it_lacks_something() {
        let row = || answered(20, 2, b"abcd");
        let done = || Ok(answered(DONE, 2, &[0; 4]));
        let interrupted = Err(NetlinkError::Interrupted);
        check_dump(&[Ok([row(), row()].concat()), done()], 2, Ok(()));
        let cut = answered(20, 2 | FLAG_INTERRUPTED, b"abcd");
        check_dump(&[Ok(cut), Ok(row()), done()], 2, interrupted);
        check_dump(&[Ok(row()), Ok(answered(DONE, 2 | FLAG_INTERRUPTED, &[0; 4]))], 1, interrupted);
        // The queue overflowed: the rest is taken, so that the next dump is not refused as busy.
        check_dump(&[Ok(row()), Err(Errno::NOBUFS), Ok(row()), done()], 2, interrupted);
        let overflown = Err(NetlinkError::Socket(Errno::NOBUFS));
        check_dump(&[Err(Errno::NOBUFS), Err(Errno::NOBUFS), done()], 0, overflown);
        let refused = answered(ERROR, 0, &(-i32::from(16i16)).to_ne_bytes());
        check_dump(&[Ok(refused)], 0, Err(NetlinkError::Refused(Errno::BUSY)));
    }

    #[test]
    fn broken_frames_end_the_iteration() {
        let bytes = request(18, 7, b"abcd");
        for cut in 0..bytes.len() {
            assert_eq!(Messages::new(&bytes[..cut]).count(), 0);
        }
        let mut zero = bytes.clone();
        zero[..4].copy_from_slice(&0u32.to_ne_bytes());
        assert_eq!(Messages::new(&zero).count(), 0);
        let mut long = bytes;
        long[..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(Messages::new(&long).count(), 0);
        assert_eq!(Attributes::new(&[3, 0, 1, 0]).count(), 0);
        assert_eq!(Attributes::new(&[0; 16]).count(), 0);
    }

    #[test]
    fn attributes_lose_their_flags() {
        let bytes = [6, 0, 1, 0x80, 9, 8, 0, 0, 4, 0, 2, 0];
        let read: Vec<_> = Attributes::new(&bytes).collect();
        assert_eq!(read, [(1, &[9, 8][..]), (2, &[][..])]);
    }
}
