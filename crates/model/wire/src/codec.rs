//! The entrance: bytes with their HTTP headers in, a report out, and the reverse.

use crate::json_sink::JsonSink;
use crate::json_source::JsonSource;
use crate::msgpack_sink::MsgpackSink;
use crate::msgpack_source::MsgpackSource;
use crate::{DecodeError, Limits, gzip, read, write, zstd_packing};
use scope_report::Report;

/// The `Content-Type` of a report in msgpack, what probes send.
pub const CONTENT_TYPE_MSGPACK: &str = "application/msgpack";

/// The `Content-Type` of a report in JSON.
pub const CONTENT_TYPE_JSON: &str = "application/json";

/// What an app says in its `Accept-Encoding` (RFC 9110 section 12.5.3 allows it in answers): how
/// reports may be packed. Apps of Scope 1.13 say nothing and take gzip.
pub const ACCEPT_ENCODING: &str = "zstd, gzip";

/// Reads the body of a posted report.
///
/// `content_type` must start with one of the two known types, parameters after it are ignored; a
/// `content_encoding` that contains `gzip` or `zstd` is unpacked first; pass `""` for an absent
/// header.
pub fn decode(
    body: &[u8],
    content_type: &str,
    content_encoding: &str,
    limits: &Limits,
) -> Result<Report, DecodeError> {
    let dialect = dialect(content_type)?;
    if body.len() > limits.body_bytes_max {
        return Err(DecodeError::TooLarge { what: "body bytes", max: limits.body_bytes_max });
    }
    if content_encoding.contains("gzip") {
        dialect(&gzip::unpack(body, limits.decompressed_bytes_max)?, limits)
    } else if content_encoding.contains("zstd") {
        dialect(&zstd_packing::unpack(body, limits.decompressed_bytes_max)?, limits)
    } else {
        dialect(body, limits)
    }
}

/// The report in msgpack, in the dialect every Scope since 1.0 reads.
pub fn encode_msgpack(report: &Report) -> Vec<u8> {
    let mut sink = MsgpackSink::default();
    write::report(&mut sink, report);
    sink.into_bytes()
}

/// The report as probes post it: msgpack in gzip at `level` 0 (stored) to 9 (smallest).
pub fn encode_msgpack_gzip(report: &Report, level: u32) -> Vec<u8> {
    gzip::pack(&encode_msgpack(report), level)
}

/// An encoded report in gzip at `level` 0 (stored) to 9 (smallest).
pub fn gzip_packed(encoded: &[u8], level: u32) -> Vec<u8> {
    gzip::pack(encoded, level)
}

/// An encoded report in zstd at its fastest level; `None` when there is no memory for it.
pub fn zstd_packed(encoded: &[u8]) -> Option<Vec<u8>> {
    zstd_packing::pack(encoded)
}

/// The report in JSON, with `<`, `>` and `&` escaped.
pub fn encode_json(report: &Report) -> Vec<u8> {
    let mut sink = JsonSink::default();
    write::report(&mut sink, report);
    sink.into_bytes()
}

/// Reads what is not packed.
pub(crate) fn decode_plain(
    plain: &[u8],
    is_json: bool,
    limits: &Limits,
) -> Result<Report, DecodeError> {
    if is_json { decode_json(plain, limits) } else { decode_msgpack(plain, limits) }
}

type Dialect = fn(&[u8], &Limits) -> Result<Report, DecodeError>;

fn dialect(content_type: &str) -> Result<Dialect, DecodeError> {
    if content_type.starts_with(CONTENT_TYPE_MSGPACK) {
        Ok(decode_msgpack)
    } else if content_type.starts_with(CONTENT_TYPE_JSON) {
        Ok(decode_json)
    } else {
        Err(DecodeError::UnsupportedContentType(content_type.to_owned()))
    }
}

fn decode_msgpack(bytes: &[u8], limits: &Limits) -> Result<Report, DecodeError> {
    let mut source = MsgpackSource::new(bytes, limits);
    let report = read::report(&mut source)?;
    source.finish()?;
    Ok(report)
}

fn decode_json(bytes: &[u8], limits: &Limits) -> Result<Report, DecodeError> {
    let mut source = JsonSource::new(bytes, limits);
    let report = read::report(&mut source)?;
    source.finish()?;
    Ok(report)
}
