//! The frames in which an engine mixes the two outputs of a container without a terminal.
//!
//! A frame is a byte for the output, three of padding, four for the length (big endian), then the
//! text (Docker's API, "Attach to a container", stream format). Text goes on as it comes, whatever
//! the length says, so that no length from outside takes memory.

/// Bytes before the text of a frame.
const HEAD_BYTES: usize = 8;

/// The output that programs complain on.
const ERRORS: u8 = 2;

/// What stands before each line of that output where marks are asked for: the record separator,
/// which nothing draws.
const MARK: u8 = 0x1E;

/// Takes the text out of frames that come in pieces.
#[derive(Debug)]
pub(crate) struct Demux {
    head: Vec<u8>,
    /// Bytes of text left in the frame.
    left: usize,
    /// The frame is of the output for errors.
    is_error: bool,
    /// Lines of that output are marked.
    marks: bool,
    /// What comes next begins a line.
    at_beginning: bool,
}

impl Demux {
    /// One that marks the lines of the output for errors, or tells nothing of them.
    pub(crate) fn new(marks: bool) -> Self {
        Self { head: Vec::new(), left: 0, is_error: false, marks, at_beginning: true }
    }

    /// Appends the text of `piece` to `text`.
    pub(crate) fn push(&mut self, mut piece: &[u8], text: &mut Vec<u8>) {
        while !piece.is_empty() {
            if self.left > 0 {
                let (now, rest) = piece.split_at(self.left.min(piece.len()));
                self.take(now, text);
                self.left -= now.len();
                piece = rest;
                continue;
            }
            let missing = HEAD_BYTES.saturating_sub(self.head.len());
            let (now, rest) = piece.split_at(missing.min(piece.len()));
            self.head.extend_from_slice(now);
            piece = rest;
            if let [output, _, _, _, a, b, c, d] = *self.head {
                self.is_error = output == ERRORS;
                let length = u32::from_be_bytes([a, b, c, d]);
                self.left = usize::try_from(length).unwrap_or(usize::MAX);
                self.head.clear();
            }
        }
    }

    fn take(&mut self, came: &[u8], text: &mut Vec<u8>) {
        if !self.marks {
            return text.extend_from_slice(came);
        }
        for line in came.split_inclusive(|byte| *byte == b'\n') {
            if self.is_error && self.at_beginning {
                text.push(MARK);
            }
            text.extend_from_slice(line);
            self.at_beginning = line.ends_with(b"\n");
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
        for (marks, expect) in [(false, "one\ntwothree\n"), (true, "one\n\u{1e}twothree\n")] {
            for size in 1..stream.len() {
                let (mut demux, mut text) = (Demux::new(marks), Vec::new());
                stream.chunks(size).for_each(|piece| demux.push(piece, &mut text));
                assert_eq!(String::from_utf8(text).unwrap(), expect);
            }
        }
    }

    #[test]
    fn no_length_takes_memory() {
        let (mut demux, mut text) = (Demux::new(true), Vec::new());
        demux.push(&[1, 0, 0, 0, 255, 255, 255, 255, b'x'], &mut text);
        assert_eq!(text, b"x");
    }
}
