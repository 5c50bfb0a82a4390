//! Random secrets and what is kept of them.
//!
//! A secret is 256 random bits, shown once; only its digest is kept. With so many bits a plain
//! digest is enough: nobody tries them all, which is what slow hashes of passwords are against.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256, digest};
use std::fmt;
use subtle::ConstantTimeEq;

/// Random bytes of a secret.
pub const RANDOM_BYTES: usize = 32;

/// A secret as it is shown and sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret of these random bytes, its text beginning with `prefix`.
    pub fn new(prefix: &str, random: [u8; RANDOM_BYTES]) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// Its text: letters, digits, `-` and `_`.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// What is kept of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text that somebody sent.
    pub fn of(text: &str) -> Self {
        Self::taken(digest(&SHA256, text.as_bytes()))
    }

    /// The digest of several texts that cannot run into each other.
    pub(crate) fn of_all(texts: &[&str]) -> Self {
        let mut context = Context::new(&SHA256);
        for text in texts {
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
        Self::taken(context.finish())
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn taken(digest: ring::digest::Digest) -> Self {
        let mut bytes = [0; 32];
        for (own, byte) in bytes.iter_mut().zip(digest.as_ref()) {
            *own = *byte;
        }
        Self(bytes)
    }

    /// Whether both are the same, in a time that tells nothing.
    pub fn is(&self, other: &Self) -> bool {
        bool::from(self.0.ct_eq(&other.0))
    }

    /// In 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`Digest::hex`] writes.
    pub fn parse_hex(text: &str) -> Option<Self> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
            .collect();
        let digits = digits?;
        let (pairs, rest) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        let bytes = <[u8; 32]>::try_from(bytes).ok()?;
        rest.is_empty().then_some(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_back() {
        let secret = Secret::new("scope_", [7; RANDOM_BYTES]);
        assert_eq!(secret.text(), "scope_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        let digest = secret.digest();
        assert_eq!(Digest::parse_hex(&digest.hex()), Some(digest));
        assert!(digest.is(&Digest::of(secret.text())));
        assert!(!digest.is(&Digest::of("scope_")));
        for wrong in ["", "0", "zz", &digest.hex()[1..], &format!("{}00", digest.hex())] {
            assert_eq!(Digest::parse_hex(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        assert_ne!(Digest::of_all(&["ab", "c"]), Digest::of_all(&["a", "bc"]));
    }
}
