//! The last output of a pipe, for a page that was loaded again: its terminal is empty then.
//!
//! Kept as bytes, with a limit. It refuses to know what a terminal shows: what is given again is
//! what the program last said, from the beginning of a line where older lines were dropped.

use bytes::Bytes;
use std::collections::VecDeque;

/// Bytes that are kept of one pipe: several full screens, colours included.
const RECENT_BYTES_MAX: usize = 64 << 10;

/// Of what is kept so much may be left out, so that it begins with a line.
const LINE_BYTES_MAX: usize = 8 << 10;

/// The last bytes of an output.
#[derive(Debug, Default)]
pub(super) struct Recent {
    bytes: VecDeque<u8>,
    /// Older bytes were dropped.
    is_cut: bool,
}

impl Recent {
    /// Notes output.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let from = bytes.len().saturating_sub(RECENT_BYTES_MAX);
        let kept = bytes.get(from..).unwrap_or_default();
        let excess = (self.bytes.len() + kept.len()).saturating_sub(RECENT_BYTES_MAX);
        self.is_cut |= excess > 0 || from > 0;
        self.bytes.drain(..excess.min(self.bytes.len()));
        self.bytes.extend(kept);
    }

    /// What is kept, in whole lines and characters; nothing if there was no output.
    pub(super) fn again(&self) -> Option<Bytes> {
        let start = if self.is_cut { self.beginning() } else { 0 };
        let again: Bytes = self.bytes.iter().skip(start).copied().collect();
        Some(again).filter(|again| !again.is_empty())
    }

    /// Where the first whole line begins, or the first whole character.
    fn beginning(&self) -> usize {
        let line = self.bytes.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n');
        let character = || self.bytes.iter().position(|byte| *byte & 0xC0 != 0x80);
        line.map(|at| at + 1).or_else(character).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_output_is_kept() {
        let check = |pushed: &[&[u8]], expect: Option<&[u8]>| {
            let mut recent = Recent::default();
            pushed.iter().for_each(|bytes| recent.push(bytes));
            assert_eq!(recent.again().as_deref(), expect);
        };
        check(&[], None);
        check(&[b"", b""], None);
        check(&[b"one\n", b"two"], Some(b"one\ntwo"));
        let full = vec![b'x'; RECENT_BYTES_MAX];
        check(&[&full], Some(&full));
        // Of what was cut the beginning of a line is told, or at least of a character.
        let much: Vec<u8> = "line\n".repeat(RECENT_BYTES_MAX).into_bytes();
        let lines = RECENT_BYTES_MAX / 5;
        check(&[&much], Some(&much[..lines * 5]));
        let mut wide = "\u{20ac}".repeat(RECENT_BYTES_MAX).into_bytes();
        let whole = RECENT_BYTES_MAX / 3 * 3;
        check(&[&wide.clone()], Some(&wide.split_off(wide.len() - whole)));
        let end = [&full[1..], b"y"].concat();
        check(&[&full, b"y"], Some(&end));
    }

    #[test]
    fn it_takes_no_more_than_its_limit() {
        let mut recent = Recent::default();
        for _ in 0..100_000 {
            recent.push(b"0123456789");
        }
        assert_eq!(recent.bytes.len(), RECENT_BYTES_MAX);
        assert!(recent.bytes.capacity() <= 2 * RECENT_BYTES_MAX);
    }
}
