//! The name of a pipe.

use std::fmt;

/// The length of a pipe's id in bytes; those of 1.13 have up to 24.
const PIPE_ID_BYTES_MAX: usize = 128;

/// Names a pipe; made by the probe that opened it.
///
/// Whoever knows it can join the pipe, so ours are drawn from 128 random bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PipeId(Box<str>);

/// The text names no pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pipe's id has 1 to {PIPE_ID_BYTES_MAX} letters, digits and dashes")]
pub struct InvalidPipeId;

impl PipeId {
    /// An id of `random` bits.
    pub fn of_random(random: u128) -> Self {
        Self(format!("pipe-{random:032x}").into())
    }

    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, InvalidPipeId> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_right = (1..=PIPE_ID_BYTES_MAX).contains(&text.len());
        if is_right && text.bytes().all(is_plain) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidPipeId)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PipeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_short() {
        let check = |text: &str, expect: bool| {
            assert_eq!(PipeId::parse(text).is_ok(), expect, "{text}");
        };
        check("pipe-6301724891236417680", true);
        check(PipeId::of_random(7).as_str(), true);
        check("", false);
        check("../x", false);
        check("a b", false);
        check(&"x".repeat(129), false);
    }
}
