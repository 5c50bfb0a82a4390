//! What a program prints, cut so that a terminal can show each piece.
//!
//! The web client of Weave Scope decodes every frame of a pipe by itself: a frame that ends within
//! a character, or that is very long, is lost there. Bytes that are no text pass unchanged.

use bytes::Bytes;

/// The longest piece; that client loses frames from somewhere above 100 KiB on.
const PIECE_BYTES_MAX: usize = 64 << 10;

/// The longest character in UTF-8, less one byte (RFC 3629).
const BEGINNING_BYTES_MAX: usize = 3;

/// The bytes of one pipe on their way to a terminal.
#[derive(Default)]
pub(crate) struct Characters {
    /// The beginning of a character whose end has not come yet.
    beginning: Bytes,
}

impl Characters {
    /// The pieces of what has come; the beginning of a character waits for the rest.
    pub(crate) fn pieces(&mut self, bytes: Bytes) -> Vec<Bytes> {
        let mut rest = if self.beginning.is_empty() {
            bytes
        } else {
            Bytes::from([std::mem::take(&mut self.beginning), bytes].concat())
        };
        let mut pieces = Vec::new();
        while rest.len() > PIECE_BYTES_MAX {
            let cut = PIECE_BYTES_MAX - unfinished(rest.get(..PIECE_BYTES_MAX).unwrap_or_default());
            pieces.push(rest.split_to(cut));
        }
        self.beginning = rest.split_off(rest.len() - unfinished(&rest));
        if !rest.is_empty() {
            pieces.push(rest);
        }
        pieces
    }

    /// What waits in vain, once nothing comes any more.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        Some(std::mem::take(&mut self.beginning)).filter(|bytes| !bytes.is_empty())
    }
}

/// How many bytes at the end begin a character without ending it.
fn unfinished(bytes: &[u8]) -> usize {
    let is_first = |byte: &u8| byte & 0b1100_0000 != 0b1000_0000;
    let Some(back) = bytes.iter().rev().take(BEGINNING_BYTES_MAX).position(is_first) else {
        return 0;
    };
    let have = back + 1;
    let want = match bytes.iter().rev().nth(back).copied().unwrap_or_default() {
        0b1100_0000..=0b1101_1111 => 2,
        0b1110_0000..=0b1110_1111 => 3,
        0b1111_0000..=0b1111_0111 => 4,
        _ => 1,
    };
    if want > have { have } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &[&[u8]], expect: &[&[u8]]) {
        let mut characters = Characters::default();
        let mut pieces: Vec<Bytes> = Vec::new();
        for bytes in given {
            pieces.extend(characters.pieces(Bytes::copy_from_slice(bytes)));
        }
        pieces.extend(characters.rest());
        assert_eq!(pieces, expect);
    }

    #[test]
    fn a_character_stays_whole() {
        check(&[b"a", "ü".as_bytes()], &[b"a", "ü".as_bytes()]);
        check(&[b"a\xc3", b"\xbcb"], &[b"a", "üb".as_bytes()]);
        check(&[b"\xf0\x9f", b"\x98", b"\x80"], &["😀".as_bytes()]);
        check(&[b"a\xe2\x82"], &[b"a", b"\xe2\x82"]);
    }

    #[test]
    fn what_is_no_text_passes() {
        check(&[b"\0\xff", b"\x80\x80\x80\x80"], &[b"\0\xff", b"\x80\x80\x80\x80"]);
        check(&[b"\xff\xfe"], &[b"\xff\xfe"]);
    }

    #[test]
    fn long_output_is_cut_between_characters() {
        let text = "ü€😀".repeat(PIECE_BYTES_MAX);
        let mut characters = Characters::default();
        let pieces = characters.pieces(Bytes::from(text.clone()));
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES_MAX));
        assert!(pieces.iter().all(|piece| std::str::from_utf8(piece).is_ok()));
        assert_eq!(pieces.concat(), text.as_bytes());
        assert_eq!(characters.rest(), None);
    }
}
