//! The beginnings of TCP streams, put together until their messages are whole.
//!
//! A DNS message over TCP follows its length in two bytes (RFC 1035 §4.2.2). A stream is followed
//! from its first byte on, so long as its segments come in order: what came twice (every packet
//! over loopback or a bridge does) is passed over, after a gap the stream is given up. The module
//! refuses to know what the messages say.

use super::packet::Segment;
use crate::netlink::be_u16_at;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

/// The most streams that are followed at once; the eldest gives way.
pub const STREAMS_MAX: usize = 256;

/// A stream with a longer message is given up.
pub const STREAM_BYTES_MAX: usize = 16 * 1024;

/// One direction of a connection: its network namespace, who sends, who receives.
pub type StreamKey = (u64, SocketAddr, SocketAddr);

/// The streams that are followed.
#[derive(Debug, Default)]
pub struct Streams {
    known: HashMap<StreamKey, Stream>,
    /// All keys that were opened, eldest first, each with the number of its stream.
    order: VecDeque<(u64, StreamKey)>,
    opened: u64,
}

#[derive(Debug)]
struct Stream {
    number: u64,
    /// The sequence number of the byte to come.
    next: u32,
    bytes: Vec<u8>,
}

impl Streams {
    /// Takes a segment in and calls `each` with every message it completes.
    pub fn take(&mut self, key: StreamKey, segment: Segment<'_>, mut each: impl FnMut(&[u8])) {
        if segment.opens {
            self.open(key, segment.sequence.wrapping_add(1));
        }
        let Some(stream) = self.known.get_mut(&key) else { return };
        let whole = stream.append(segment) && stream.messages(&mut each);
        if segment.closes || !whole {
            self.known.remove(&key);
        }
    }

    /// How many streams are followed.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    fn open(&mut self, key: StreamKey, next: u32) {
        if self.known.get(&key).is_some_and(|known| known.next == next && known.bytes.is_empty()) {
            return;
        }
        self.opened += 1;
        self.known.insert(key, Stream { number: self.opened, next, bytes: Vec::new() });
        self.order.push_back((self.opened, key));
        while self.order.len() > STREAMS_MAX {
            let Some((number, eldest)) = self.order.pop_front() else { return };
            if self.known.get(&eldest).is_some_and(|stream| stream.number == number) {
                self.known.remove(&eldest);
            }
        }
    }
}

impl Stream {
    /// Says whether the stream is still whole.
    fn append(&mut self, segment: Segment<'_>) -> bool {
        let first = segment.sequence.wrapping_add(u32::from(segment.opens));
        let known_bytes = self.next.wrapping_sub(first);
        // A distance beyond half of the numbers is one backwards: the segment is ahead.
        if known_bytes > u32::MAX / 2 {
            return false;
        }
        let known_bytes = usize::try_from(known_bytes).unwrap_or(usize::MAX);
        let Some(fresh) = segment.payload.get(known_bytes..) else { return true };
        if self.bytes.len() + fresh.len() > STREAM_BYTES_MAX {
            return false;
        }
        self.bytes.extend_from_slice(fresh);
        let Ok(fresh_bytes) = u32::try_from(fresh.len()) else { return false };
        self.next = self.next.wrapping_add(fresh_bytes);
        true
    }

    /// Hands out and forgets the messages that are whole; says whether the next one may fit.
    fn messages(&mut self, each: &mut impl FnMut(&[u8])) -> bool {
        let mut done = 0;
        let mut fits = true;
        while let Some(length) = be_u16_at(&self.bytes, done).map(usize::from) {
            let Some(message) = self.bytes.get(done + 2..done + 2 + length) else {
                fits = length + 2 <= STREAM_BYTES_MAX;
                break;
            };
            each(message);
            done += 2 + length;
        }
        self.bytes.drain(..done);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16) -> StreamKey {
        (1, SocketAddr::from(([10, 0, 0, 1], port)), SocketAddr::from(([10, 0, 0, 2], 53)))
    }

    /// Segments as (sequence, opens, closes, payload).
    #[track_caller]
    fn check(segments: &[(u32, bool, bool, &[u8])], expect: &[&str], left: usize) {
        let mut streams = Streams::default();
        let mut seen = Vec::new();
        for (sequence, opens, closes, payload) in segments.iter().copied() {
            let segment = Segment { sequence, opens, closes, payload };
            streams.take(key(4000), segment, |message| {
                seen.push(String::from_utf8_lossy(message).into_owned());
            });
        }
        assert_eq!(seen, expect);
        assert_eq!(streams.len(), left);
    }

    #[test]
    fn puts_messages_together() {
        let open = (99, true, false, &b""[..]);
        check(&[open, (100, false, false, b"\0\x03abc")], &["abc"], 1);
        let parts = [open, (100, false, false, &b"\0"[..]), (101, false, true, b"\x02ab\0\x01c")];
        check(&parts, &["ab", "c"], 0);
        // Each packet twice, as over loopback; numbers that wrap.
        let open = (u32::MAX, true, false, &b""[..]);
        let (a, b) = ((0, false, false, &b"\0\x04ab"[..]), (4, false, false, &b"cd"[..]));
        check(&[open, open, a, a, b, b], &["abcd"], 1);
        check(
            &[(u32::MAX - 3, true, false, b""), (u32::MAX - 2, false, false, b"\0\x03abc")],
            &["abc"],
            1,
        );
    }

    #[test]
    fn gives_up_what_it_cannot_follow() {
        let open = (99, true, false, &b""[..]);
        check(&[(100, false, false, b"\0\x01a")], &[], 0);
        check(&[open, (101, false, false, b"\x01a")], &[], 0);
        check(&[open, (100, false, false, b"\xff\xffa")], &[], 0);
        check(&[open, (100, false, false, &[0; STREAM_BYTES_MAX + 1])], &[], 0);
        check(&[open, (100, false, true, b"")], &[], 0);
    }

    #[test]
    fn the_eldest_gives_way() {
        let mut streams = Streams::default();
        for port in 0..2 * u16::try_from(STREAMS_MAX).unwrap() {
            let segment = Segment { sequence: 0, opens: true, closes: false, payload: b"" };
            streams.take(key(port), segment, |_| {});
        }
        assert_eq!(streams.len(), STREAMS_MAX);
        assert!(!streams.known.contains_key(&key(0)));
    }
}
