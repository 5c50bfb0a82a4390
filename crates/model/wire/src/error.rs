//! Why bytes are no report.

/// The bytes could not be taken as a report; each kind is another HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// 400, in the words of Scope 1.13.
    #[error("Unsupported Content-Type: {0}")]
    UnsupportedContentType(String),
    /// 413: a limit of [`crate::Limits`] was passed.
    #[error("report too large: more than {max} {what}")]
    TooLarge {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How much is allowed.
        max: usize,
    },
    /// 400: the bytes are not what they claim to be.
    #[error("malformed report at byte {offset}: {problem}")]
    Malformed {
        /// Where, counted after decompression.
        offset: usize,
        /// What was found there.
        problem: &'static str,
    },
    /// 400: the gzip stream is damaged.
    #[error("malformed gzip: {0}")]
    Gzip(String),
    /// 400: the zstd stream is damaged.
    #[error("malformed zstd: {0}")]
    Zstd(String),
}
