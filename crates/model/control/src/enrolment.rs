//! How a probe enrols: the code that an operator hands over, and what probe and app say with it.
//!
//! The code names the app's certificate authority, so that the probe knows at first contact whom
//! it speaks with, and holds a secret by which the app knows that the probe was invited. The module
//! refuses to know certificates: they are text to it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The path to which a probe posts a [`JoinRequest`].
pub const JOIN_PATH: &str = "/api/enrolment/join";

/// The path to which a probe with a certificate posts a [`RenewRequest`].
pub const RENEW_PATH: &str = "/api/enrolment/renew";

/// The name under which an app shows probes the certificate of its own authority. It is no name of
/// a network: any address may be the app's, and the authority alone says whose it is.
pub const APP_TLS_NAME: &str = "app.scope.internal";

/// The length of a request to enrol, and of its answer, in bytes.
pub const ENROLMENT_BYTES_MAX: usize = 16 << 10;

/// The length of a probe's id in bytes; ours and the original's have 16.
pub const PROBE_ID_BYTES_MAX: usize = 64;

/// The length of a host's id in bytes: that of a name in the DNS.
pub const HOST_ID_BYTES_MAX: usize = 253;

/// Bytes of the secret.
pub const SECRET_BYTES: usize = 16;

/// Bytes of a fingerprint: SHA-256.
pub const FINGERPRINT_BYTES: usize = 32;

/// What codes of this form begin with; a code is never mistaken for a flag.
const PREFIX: &str = "J1";

/// Characters of a code.
const CODE_CHARS: usize = PREFIX.len() + (SECRET_BYTES + FINGERPRINT_BYTES) * 4 / 3;

/// An invitation to one app.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode {
    /// What the app knows by its hash.
    pub secret: [u8; SECRET_BYTES],
    /// SHA-256 of the certificate of the app's authority, as DER.
    pub authority: [u8; FINGERPRINT_BYTES],
}

/// The text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJoinCode {
    /// It looks like nothing that this program makes.
    #[error("this is no join code: one begins with {PREFIX}; `scope join-code` makes one")]
    Form,
    /// A part of it is missing.
    #[error("the join code is cut off: it has {0} characters instead of {CODE_CHARS}")]
    Length(usize),
}

/// What a probe sends to enrol.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// The secret of the code, in URL-safe base64.
    pub secret: String,
    /// The id under which the probe reports.
    pub probe_id: String,
    /// The name of its host on the map.
    pub host_id: String,
    /// A request for a certificate (PKCS #10) as PEM; the key behind it never leaves the host.
    pub request: String,
}

/// What a probe with a certificate sends to get the next.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// A request for a certificate (PKCS #10) as PEM.
    pub request: String,
}

/// What the app answers to both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// The probe's certificate as PEM.
    pub certificate: String,
    /// The certificate of the app's authority as PEM.
    pub authority: String,
    /// When the probe's certificate was made, in seconds since 1970.
    pub made_secs: i64,
    /// When it ends.
    pub not_after_secs: i64,
}

impl JoinCode {
    /// The secret as a request carries it.
    pub fn secret_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret)
    }
}

impl JoinRequest {
    /// The secret, if the text is one.
    pub fn secret_bytes(&self) -> Option<[u8; SECRET_BYTES]> {
        URL_SAFE_NO_PAD.decode(&self.secret).ok()?.try_into().ok()
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.secret.as_slice(), &self.authority].concat();
        write!(out, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for JoinCode {
    type Err = InvalidJoinCode;

    fn from_str(text: &str) -> Result<Self, InvalidJoinCode> {
        let text = text.trim();
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidJoinCode::Form)?;
        if text.len() != CODE_CHARS {
            return Err(InvalidJoinCode::Length(text.chars().count()));
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| InvalidJoinCode::Form)?;
        let (secret, authority) =
            bytes.split_first_chunk::<SECRET_BYTES>().ok_or(InvalidJoinCode::Form)?;
        let authority = authority.try_into().map_err(|_| InvalidJoinCode::Form)?;
        Ok(Self { secret: *secret, authority })
    }
}

impl fmt::Debug for JoinCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JoinCode(…)")
    }
}

impl fmt::Debug for JoinRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "JoinRequest({} on {}, …)", self.probe_id, self.host_id)
    }
}

impl fmt::Debug for RenewRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RenewRequest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back() {
        let code = JoinCode { secret: [0xFB; SECRET_BYTES], authority: [7; FINGERPRINT_BYTES] };
        let text = code.to_string();
        assert_eq!(text.len(), CODE_CHARS);
        assert_eq!(format!(" {text}\n").parse(), Ok(code.clone()));
        let request = JoinRequest {
            secret: code.secret_text(),
            probe_id: "1f".to_owned(),
            host_id: "web-1".to_owned(),
            request: String::new(),
        };
        assert_eq!(request.secret_bytes(), Some(code.secret));
        assert_eq!(format!("{code:?} {request:?}"), "JoinCode(…) JoinRequest(1f on web-1, …)");
    }

    #[test]
    fn says_what_is_wrong_with_a_code() {
        let check = |text: &str, expect: InvalidJoinCode| {
            assert_eq!(text.parse::<JoinCode>(), Err(expect), "{text}");
        };
        check("", InvalidJoinCode::Form);
        check("app:4040", InvalidJoinCode::Form);
        check("J1abc", InvalidJoinCode::Length(5));
        check(&format!("J1{}", "?".repeat(64)), InvalidJoinCode::Form);
        check(&format!("J1{}ü", "A".repeat(62)), InvalidJoinCode::Form);
    }
}
