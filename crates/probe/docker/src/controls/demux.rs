//! The frames in which an engine mixes the two outputs of a container without a terminal.
//!
//! A frame is a byte for the output, three of padding, four for the length (big endian), then the
//! text (Docker's API, "Attach to a container", stream format). Text goes on as it comes, whatever
//! the length says, so that no length from outside takes memory.

/// Bytes before the text of a frame.
const HEAD_BYTES: usize = 8;

/// Takes the text out of frames that come in pieces.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    head: Vec<u8>,
    /// Bytes of text left in the frame.
    left: usize,
}

impl Demux {
    /// Appends the text of `piece` to `text`.
    pub(crate) fn push(&mut self, mut piece: &[u8], text: &mut Vec<u8>) {
        while !piece.is_empty() {
            if self.left > 0 {
                let (now, rest) = piece.split_at(self.left.min(piece.len()));
                text.extend_from_slice(now);
                self.left -= now.len();
                piece = rest;
                continue;
            }
            let missing = HEAD_BYTES.saturating_sub(self.head.len());
            let (now, rest) = piece.split_at(missing.min(piece.len()));
            self.head.extend_from_slice(now);
            piece = rest;
            if let [_, _, _, _, a, b, c, d] = *self.head {
                let length = u32::from_be_bytes([a, b, c, d]);
                self.left = usize::try_from(length).unwrap_or(usize::MAX);
                self.head.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_the_same_however_it_is_cut() {
        let mut stream = Vec::new();
        for (output, text) in [(1, "one\n"), (2, ""), (2, "two"), (1, "three\n")] {
            stream.extend([output, 0, 0, 0, 0, 0, 0, u8::try_from(text.len()).unwrap()]);
            stream.extend(text.as_bytes());
        }
        for size in 1..stream.len() {
            let (mut demux, mut text) = (Demux::default(), Vec::new());
            stream.chunks(size).for_each(|piece| demux.push(piece, &mut text));
            assert_eq!(String::from_utf8(text).unwrap(), "one\ntwothree\n");
        }
    }

    #[test]
    fn no_length_takes_memory() {
        let (mut demux, mut text) = (Demux::default(), Vec::new());
        demux.push(&[1, 0, 0, 0, 255, 255, 255, 255, b'x'], &mut text);
        assert_eq!(text, b"x");
    }
}
