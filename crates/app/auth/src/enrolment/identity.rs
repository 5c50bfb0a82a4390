//! Who a probe is, and how its certificate says so.

use super::EnrolmentError;
use super::authority::hex;
use scope_control::{HOST_ID_BYTES_MAX, PROBE_ID_BYTES_MAX};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::AttributeTypeAndValue;

/// A probe and the host it speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProbeIdentity {
    /// The probe's id, in the header of each of its requests.
    pub probe_id: String,
    /// The host's id, in the ids of its nodes.
    pub host_id: String,
}

/// What a certificate says, once TLS has established that our authority signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whom it was signed for.
    pub identity: ProbeIdentity,
    /// When it ends, in seconds since 1970.
    pub not_after_secs: i64,
    /// The serial number in hex.
    pub(super) serial: String,
}

impl ProbeIdentity {
    /// Takes ids that can stand in node ids and in logs.
    pub fn new(probe_id: &str, host_id: &str) -> Result<Self, EnrolmentError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_probe = (1..=PROBE_ID_BYTES_MAX).contains(&probe_id.len());
        if !is_probe || !probe_id.bytes().all(is_plain) {
            return Err(EnrolmentError::ProbeId);
        }
        let is_host = (1..=HOST_ID_BYTES_MAX).contains(&host_id.len());
        // A semicolon ends the host's id within the id of a node.
        let is_odd = |letter: char| letter.is_control() || letter == ';';
        if !is_host || host_id.chars().any(is_odd) {
            return Err(EnrolmentError::HostId);
        }
        Ok(Self { probe_id: probe_id.to_owned(), host_id: host_id.to_owned() })
    }
}

impl Shown {
    /// Reads the certificate of a probe, as DER.
    pub fn read(der: &[u8]) -> Result<Self, EnrolmentError> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| EnrolmentError::Certificate)?;
        let subject = certificate.subject();
        let probe_id = text(subject.iter_common_name().next());
        let host_id = text(subject.iter_organizational_unit().next());
        Ok(Self {
            identity: ProbeIdentity::new(probe_id, host_id)?,
            serial: hex(certificate.raw_serial()),
            not_after_secs: certificate.validity().not_after.timestamp(),
        })
    }
}

fn text<'a>(value: Option<&AttributeTypeAndValue<'a>>) -> &'a str {
    value.and_then(|value| std::str::from_utf8(value.attr_value().data).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_ids_are_refused() {
        let check = |probe: &str, host: &str, expect: bool| {
            assert_eq!(ProbeIdentity::new(probe, host).is_ok(), expect, "{probe} {host}");
        };
        check("1f-b", "web-1", true);
        check("1f", "Büro 3", true);
        check("", "web-1", false);
        check("1f/../x", "web-1", false);
        check(&"1".repeat(65), "web-1", false);
        check("1f", "", false);
        check("1f", "web;1", false);
        check("1f", "web\n1", false);
        check("1f", &"w".repeat(254), false);
    }

    #[test]
    fn strange_bytes_are_no_certificate() {
        for bytes in [&b""[..], b"\x30\x82\xff\xff", &[0x30; 4000]] {
            assert!(matches!(Shown::read(bytes), Err(EnrolmentError::Certificate)));
        }
    }
}
