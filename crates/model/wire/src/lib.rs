//! A report as bytes and back, as Scope 1.13 speaks them, so that old and new probes and apps mix.
//!
//! Two encodings of one schema: the schema is stated once for reading (`read`) and once for
//! writing (`write`), each over a small interface that the msgpack and the JSON dialect
//! implement. Beside them stand what only travels: gzip and zstd, deltas against the last full
//! report, and the upgrades that older probes need. All is pure and works on memory. The crate
//! refuses to trust a length, a depth or a name from outside: every decode is bounded by
//! [`Limits`] and ends in a report or a [`DecodeError`], never in a panic.

mod codec;

mod format;

mod delta;

mod upgrade;

pub mod text;

mod error;

mod limits;

mod gzip;

mod zstd_packing;

mod read;

mod write;

mod source;

mod sink;

mod msgpack_source;

mod msgpack_sink;

mod json_source;

mod json_sink;

pub use codec::{ACCEPT_ENCODING, CONTENT_TYPE_JSON, CONTENT_TYPE_MSGPACK};
pub use codec::{decode, encode_json, encode_msgpack, encode_msgpack_gzip};
pub use codec::{gzip_packed, zstd_packed};
pub use delta::delta;
pub use error::DecodeError;
pub use format::{Format, decode_sniffed};
pub use limits::Limits;
pub use upgrade::{drop_part_merged, needs_upgrade, upgrade};
