//! Zstandard in memory, with a ceiling on what comes out and on the memory it takes.

use crate::DecodeError;
use std::io::Read;
use zstd::stream::read::Decoder;

/// The fastest level that packs well: on recorded reports half the bytes and time of gzip's.
const LEVEL: i32 = 1;

/// The memory a stream may ask for, as a power of two: the 8 MiB every decoder must offer.
const WINDOW_LOG_MAX: u32 = 23;

/// Unpacks `packed`, every frame of it, into at most `bytes_max` bytes.
pub(crate) fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
    let failed = |error: std::io::Error| DecodeError::Zstd(error.to_string());
    let ceiling = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = Decoder::new(packed).map_err(failed)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(failed)?;
    // The guess follows what arrived, never what it claims.
    let mut bytes = Vec::with_capacity(packed.len().saturating_mul(8).min(bytes_max));
    decoder.take(ceiling).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > bytes_max {
        return Err(DecodeError::TooLarge { what: "bytes when decompressed", max: bytes_max });
    }
    Ok(bytes)
}

/// Packs `bytes`; `None` only when there is no memory left for it.
pub(crate) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused() {
        let bomb = pack(&vec![0; 1 << 20]).unwrap();
        assert!(bomb.len() < 4096);
        assert_eq!(unpack(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        let expect = DecodeError::TooLarge { what: "bytes when decompressed", max: 1000 };
        assert_eq!(unpack(&bomb, 1000), Err(expect));
    }

    #[test]
    fn a_cut_stream_is_an_error() {
        let packed = pack(b"hello").unwrap();
        assert!(matches!(unpack(&packed[..packed.len() - 3], 100), Err(DecodeError::Zstd(_))));
        assert!(matches!(unpack(b"no zstd", 100), Err(DecodeError::Zstd(_))));
    }
}
