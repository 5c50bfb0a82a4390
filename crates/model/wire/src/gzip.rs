//! Gzip in memory, with a ceiling on what comes out.

use crate::DecodeError;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Unpacks `packed`, every member of it, into at most `bytes_max` bytes.
pub(crate) fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
    let ceiling = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    // Reports shrink about ninefold; the guess follows what arrived, never what it claims.
    let mut bytes = Vec::with_capacity(packed.len().saturating_mul(8).min(bytes_max));
    MultiGzDecoder::new(packed)
        .take(ceiling)
        .read_to_end(&mut bytes)
        .map_err(|error| DecodeError::Gzip(error.to_string()))?;
    if bytes.len() > bytes_max {
        return Err(DecodeError::TooLarge { what: "bytes when decompressed", max: bytes_max });
    }
    Ok(bytes)
}

/// Packs `bytes` at `level` 0 to 9.
#[expect(clippy::expect_used, reason = "a vector never refuses a write")]
pub(crate) fn pack(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level.min(9)));
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing to a vector cannot fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused() {
        let bomb = pack(&vec![0; 1 << 20], 9);
        assert!(bomb.len() < 4096);
        assert_eq!(unpack(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        let expect = DecodeError::TooLarge { what: "bytes when decompressed", max: 1000 };
        assert_eq!(unpack(&bomb, 1000), Err(expect));
    }

    #[test]
    fn a_cut_stream_is_an_error() {
        let packed = pack(b"hello", 6);
        assert!(matches!(unpack(&packed[..packed.len() - 3], 100), Err(DecodeError::Gzip(_))));
        assert!(matches!(unpack(b"no gzip", 100), Err(DecodeError::Gzip(_))));
    }
}
