//! What a saved report is called, and how it is told from its bytes where it has no name.
//!
//! The names are those of Scope 1.13 (`report.msgpack.gz`); the `.gz` is optional.

use crate::{CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK, DecodeError, Limits};
use crate::{codec, decode, encode_json, encode_msgpack, gzip};
use scope_report::Report;

/// The encoding of a saved report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    is_json: bool,
    is_gzip: bool,
}

/// gzip level of a saved report: written once, read often.
const GZIP_LEVEL: u32 = 6;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

impl Format {
    /// JSON, not packed.
    pub const JSON: Self = Self { is_json: true, is_gzip: false };

    /// The format that a file name ends with: `.json` or `.msgpack`, then `.gz` if it is packed.
    pub fn of_name(name: &str) -> Option<Self> {
        let (rest, is_gzip) = match name.strip_suffix(".gz") {
            Some(rest) => (rest, true),
            None => (name, false),
        };
        let is_json = rest.ends_with(".json");
        (is_json || rest.ends_with(".msgpack")).then_some(Self { is_json, is_gzip })
    }

    /// Reads a report of this format.
    pub fn decode(self, bytes: &[u8], limits: &Limits) -> Result<Report, DecodeError> {
        let content_type = if self.is_json { CONTENT_TYPE_JSON } else { CONTENT_TYPE_MSGPACK };
        decode(bytes, content_type, if self.is_gzip { "gzip" } else { "" }, limits)
    }

    /// The bytes of `report` in this format.
    pub fn encode(self, report: &Report) -> Vec<u8> {
        let plain = if self.is_json { encode_json(report) } else { encode_msgpack(report) };
        if self.is_gzip { gzip::pack(&plain, GZIP_LEVEL) } else { plain }
    }
}

/// Reads a report of any format, told from its first bytes.
pub fn decode_sniffed(bytes: &[u8], limits: &Limits) -> Result<Report, DecodeError> {
    if bytes.len() > limits.body_bytes_max {
        return Err(DecodeError::TooLarge { what: "body bytes", max: limits.body_bytes_max });
    }
    if bytes.starts_with(&GZIP_MAGIC) {
        let plain = gzip::unpack(bytes, limits.decompressed_bytes_max)?;
        codec::decode_plain(&plain, is_json(&plain), limits)
    } else {
        codec::decode_plain(bytes, is_json(bytes), limits)
    }
}

/// No map of msgpack begins with white space or a brace.
fn is_json(plain: &[u8]) -> bool {
    plain.trim_ascii_start().starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        let check = |name: &str, expect: Option<(bool, bool)>| {
            let expect = expect.map(|(is_json, is_gzip)| Format { is_json, is_gzip });
            assert_eq!(Format::of_name(name), expect, "{name}");
        };
        check("a.json", Some((true, false)));
        check("1488557088545489008.msgpack.gz", Some((false, true)));
        check("a.json.gz", Some((true, true)));
        for name in ["a.gz", "json", "a.txt", "a.json.bz2", ""] {
            check(name, None);
        }
    }

    #[test]
    fn every_format_is_read_back_and_sniffed() {
        let mut report = Report::empty();
        report.id = "7".into();
        for name in ["a.json", "a.json.gz", "a.msgpack", "a.msgpack.gz"] {
            let format = Format::of_name(name).unwrap();
            let bytes = format.encode(&report);
            let limits = Limits::default();
            assert_eq!(format.decode(&bytes, &limits).as_ref(), Ok(&report), "{name}");
            assert_eq!(decode_sniffed(&bytes, &limits).as_ref(), Ok(&report), "{name}");
        }
        let small = Limits { body_bytes_max: 2, ..Limits::default() };
        assert!(matches!(decode_sniffed(b"{ }", &small), Err(DecodeError::TooLarge { .. })));
        assert!(decode_sniffed(b"", &Limits::default()).is_err());
    }
}
