//! The local end of a pipe: any file that can be polled, a socket or the master of a terminal.

use bytes::{Buf, Bytes, BytesMut};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The longest frame to the app: browsers of Scope 1.13 lose those beyond about 100 KiB.
pub(crate) const FRAME_BYTES_MAX: usize = 32 << 10;

/// Bytes of a character in UTF-8 that may lie before a frame's end while the rest is missing.
const PART_BYTES_MAX: usize = 3;

/// A file that is read and written without waiting.
pub(crate) struct LocalEnd(AsyncFd<Arc<OwnedFd>>);

impl LocalEnd {
    /// Takes a file; to be called within a runtime.
    pub(crate) fn new(file: Arc<OwnedFd>) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&file, true)?;
        #[expect(
            deprecated,
            reason = "its unsafe successor asks that the descriptor stays; an `OwnedFd` sees to it"
        )]
        Ok(Self(AsyncFd::new(file)?))
    }

    /// Appends what is there to `buffer`, until it holds [`FRAME_BYTES_MAX`]; says how many bytes
    /// that was, none at the end.
    pub(crate) async fn read(&self, buffer: &mut BytesMut) -> io::Result<usize> {
        self.0.async_io(Interest::READABLE, |file| fill(file, buffer)).await
    }

    /// Writes all of `bytes`, and takes from it what is written: a cancelled write can go on.
    pub(crate) async fn write(&self, bytes: &mut Bytes) -> io::Result<()> {
        while !bytes.is_empty() {
            let write = |file: &Arc<OwnedFd>| Ok(rustix::io::write(file, bytes)?);
            let count = self.0.async_io(Interest::WRITABLE, write).await?;
            bytes.advance(count);
        }
        Ok(())
    }
}

/// Reads until nothing more is there: a terminal gives at most 4 KiB at a time.
fn fill(file: &OwnedFd, buffer: &mut BytesMut) -> io::Result<usize> {
    let start = buffer.len();
    let mut end = start;
    buffer.resize(start.max(FRAME_BYTES_MAX), 0);
    let outcome = loop {
        let room = buffer.get_mut(end..).unwrap_or_default();
        if room.is_empty() {
            break Ok(());
        }
        match rustix::io::read(file, room) {
            // Terminals say so when the last program on them is gone.
            Ok(0) | Err(Errno::IO) => break Ok(()),
            Ok(count) => end += count,
            Err(Errno::INTR) => {}
            Err(error) => break Err(error),
        }
    };
    buffer.truncate(end);
    match outcome {
        // An end or a failure that follows bytes is met again by the next read.
        Err(error) if end == start => Err(error.into()),
        _ => Ok(end - start),
    }
}

/// How many bytes of `text` can go out without cutting a character of UTF-8 in two: browsers of
/// Scope 1.13 read each frame on its own. What is no UTF-8 is not held back.
pub(crate) fn whole_characters(text: &[u8]) -> usize {
    let tail_from = text.len().saturating_sub(PART_BYTES_MAX);
    let tail = text.get(tail_from..).unwrap_or_default();
    let Some(start) = tail.iter().rposition(|byte| *byte & 0xC0 != 0x80) else { return text.len() };
    let width = match tail.get(start).copied().unwrap_or_default() {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    if width > tail.len() - start { tail_from + start } else { text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_cut() {
        let check = |text: &[u8], expect: usize| assert_eq!(whole_characters(text), expect);
        check(b"", 0);
        check(b"abc", 3);
        check("grö".as_bytes(), 4);
        check(b"gr\xC3", 2);
        check(b"\xE2\x82", 0);
        check("x€".as_bytes(), 4);
        check(b"x\xF0\x9F\x98", 1);
        check("😀".as_bytes(), 4);
        check(b"\x80\x80\x80\x80", 4);
        check(b"a\xFF", 2);
        check(b"a\xC3\x28", 3);
    }
}
