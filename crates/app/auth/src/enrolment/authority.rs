//! The app's certificate authority: one key, its certificate, and what it signs.
//!
//! It signs for two ends only: probes, whose certificates name probe and host and are good for
//! nothing but to sign in, and the app itself. It refuses to sign what a request asks for beyond
//! its key.

use super::{EnrolmentError, ProbeIdentity};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
    SerialNumber,
};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use scope_control::{APP_TLS_NAME, FINGERPRINT_BYTES};
use std::ops::Range;
use time::OffsetDateTime;
use x509_parser::pem::Pem;

/// How long the authority itself lasts: ten years.
const AUTHORITY_SECS: i64 = 10 * 365 * 86_400;

/// Clocks of hosts differ by so much: a certificate begins that long before it was made.
const CLOCKS_DIFFER_SECS: i64 = 3600;

/// Bytes of a serial number.
const SERIAL_BYTES: usize = 16;

/// What the authority is called where certificates are shown.
const AUTHORITY_NAME: &str = "Scope certificate authority";

/// The authority, able to sign.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    pem: String,
}

/// A new authority in the form in which it is kept.
pub(super) struct Written {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A certificate for the app, and its key.
pub struct ServerCertificate {
    /// The certificate and that of the authority, as DER.
    pub chain: Vec<Vec<u8>>,
    /// The key, as PKCS #8.
    pub key: Vec<u8>,
}

/// A certificate for a probe.
pub(super) struct ProbeCertificate {
    pub(super) pem: String,
    pub(super) serial: String,
    /// Seconds since 1970.
    pub(super) validity: Range<i64>,
}

impl Authority {
    /// Makes a new authority.
    pub(super) fn generate(now_secs: i64) -> Result<Written, EnrolmentError> {
        let key = KeyPair::generate().map_err(EnrolmentError::Sign)?;
        let lasts = now_secs - CLOCKS_DIFFER_SECS..now_secs.saturating_add(AUTHORITY_SECS);
        let mut params = params(&[(DnType::CommonName, AUTHORITY_NAME)], &lasts)?.0;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let certificate = params.self_signed(&key).map_err(EnrolmentError::Sign)?;
        Ok(Written { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// Reads an authority that was kept.
    pub(super) fn read(written: &Written) -> Result<Self, EnrolmentError> {
        let key = KeyPair::from_pem(&written.key).map_err(EnrolmentError::Sign)?;
        let (_, pem) = x509_parser::pem::parse_x509_pem(written.certificate.as_bytes())
            .map_err(|_| EnrolmentError::Certificate)?;
        let Pem { contents: der, .. } = pem;
        let issuer = Issuer::from_ca_cert_der(&der.as_slice().into(), key);
        let issuer = issuer.map_err(EnrolmentError::Sign)?;
        Ok(Self { issuer, der, pem: written.certificate.clone() })
    }

    /// The authority's certificate, as DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The authority's certificate, as PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// By what probes know the authority.
    pub fn fingerprint(&self) -> [u8; FINGERPRINT_BYTES] {
        sha256(&self.der)
    }

    /// Makes a certificate for the app under these names and addresses, and under the one name by
    /// which probes ask; `secs` is how long it lasts.
    pub fn server_certificate(
        &self,
        names: &[String],
        now_secs: i64,
        secs: i64,
    ) -> Result<ServerCertificate, EnrolmentError> {
        let key = KeyPair::generate().map_err(EnrolmentError::Sign)?;
        let lasts = now_secs - CLOCKS_DIFFER_SECS..now_secs.saturating_add(secs);
        let mut params = params(&[(DnType::CommonName, "Scope app")], &lasts)?.0;
        let all = names.iter().map(String::as_str).chain([APP_TLS_NAME]);
        params.subject_alt_names = all.map(alternative).collect::<Result<_, _>>()?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let signed = params.signed_by(&key, &self.issuer).map_err(EnrolmentError::Sign)?;
        let chain = vec![signed.der().to_vec(), self.der.clone()];
        Ok(ServerCertificate { chain, key: key.serialize_der() })
    }

    /// Signs the key of a request for this probe; all else that the request says is ignored.
    pub(super) fn probe_certificate(
        &self,
        request: &str,
        identity: &ProbeIdentity,
        now_secs: i64,
        secs: i64,
    ) -> Result<ProbeCertificate, EnrolmentError> {
        let mut request = CertificateSigningRequestParams::from_pem(request)
            .map_err(|_| EnrolmentError::Request)?;
        let validity = now_secs - CLOCKS_DIFFER_SECS..now_secs.saturating_add(secs);
        let names = [
            (DnType::CommonName, identity.probe_id.as_str()),
            (DnType::OrganizationalUnitName, identity.host_id.as_str()),
        ];
        let serial;
        (request.params, serial) = params(&names, &validity)?;
        request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        request.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let signed = request.signed_by(&self.issuer).map_err(EnrolmentError::Sign)?;
        Ok(ProbeCertificate { pem: signed.pem(), serial, validity })
    }
}

/// What all certificates have in common, and the serial number in hex.
fn params(
    names: &[(DnType, &str)],
    validity: &Range<i64>,
) -> Result<(CertificateParams, String), EnrolmentError> {
    let date = |secs| OffsetDateTime::from_unix_timestamp(secs).map_err(|_| EnrolmentError::Date);
    let mut params = CertificateParams::default();
    params.not_before = date(validity.start)?;
    params.not_after = date(validity.end)?;
    params.distinguished_name = DistinguishedName::new();
    for (kind, name) in names {
        let name = DnValue::Utf8String((*name).to_owned());
        params.distinguished_name.push(kind.clone(), name);
    }
    let mut serial = random::<SERIAL_BYTES>()?;
    // Positive, and as long as it looks (RFC 5280 §4.1.2.2).
    serial[0] = serial[0] & 0x7F | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.use_authority_key_identifier_extension = true;
    Ok((params, hex(&serial)))
}

/// A name or an address under which the app is reached.
fn alternative(name: &str) -> Result<SanType, EnrolmentError> {
    if let Ok(address) = name.parse() {
        return Ok(SanType::IpAddress(address));
    }
    let invalid = |_| EnrolmentError::Name(name.to_owned());
    Ok(SanType::DnsName(name.try_into().map_err(invalid)?))
}

/// Bytes that nobody can guess.
pub(super) fn random<const COUNT: usize>() -> Result<[u8; COUNT], EnrolmentError> {
    let mut bytes = [0; COUNT];
    SystemRandom::new().fill(&mut bytes).map_err(|_| EnrolmentError::Random)?;
    Ok(bytes)
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; FINGERPRINT_BYTES] {
    let mut hash = [0; FINGERPRINT_BYTES];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
