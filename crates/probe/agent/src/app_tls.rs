//! TLS with an app that is known by its own authority, whatever its address.
//!
//! Who vouches for the app is the authority whose fingerprint the join code gave, and nobody else:
//! no public authority is asked, and the name under which the app is reached says nothing. The
//! module refuses to resume sessions, lest a certificate outlive its renewal in them.

use crate::anyone::Anyone;
use crate::membership::Membership;
use ring::digest::{SHA256, digest};
use scope_control::{APP_TLS_NAME, FINGERPRINT_BYTES};
use std::io::{Read, Write};
use std::sync::Arc;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{ResolvesClientCert, Resumption, WebPkiServerVerifier};
use tokio_rustls::rustls::crypto::ring as provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    self, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned,
};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

/// SHA-256 of the certificate of an app's authority.
pub(crate) type Fingerprint = [u8; FINGERPRINT_BYTES];

/// What is said of an app that another vouches for.
const NOT_VOUCHED_FOR: &str = "the app shows a certificate that is not of the authority it had \
    when this host was invited: somebody may be in between, or it is another app";

/// What a probe asks of an app's TLS: that this authority vouches for it. Shows the certificate of
/// the membership, if there is one.
pub(crate) fn config(
    authority: Fingerprint,
    membership: Option<Membership>,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(provider::default_provider());
    let signatures = Anyone(Arc::clone(&provider));
    let verifier = Arc::new(Authority { fingerprint: authority, signatures });
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match membership {
        Some(membership) => builder.with_client_cert_resolver(Arc::new(Shown(membership))),
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The name by which such an app is asked for.
pub(crate) fn server_name() -> Result<ServerName<'static>, rustls::Error> {
    ServerName::try_from(APP_TLS_NAME).map_err(|error| rustls::Error::General(error.to_string()))
}

pub(crate) fn sha256(bytes: &[u8]) -> Fingerprint {
    let mut hash = [0; FINGERPRINT_BYTES];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// Shows the certificate of a membership, as it is at the time.
#[derive(Debug)]
struct Shown(Membership);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.certified())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Believes what the authority of this fingerprint signed for apps.
#[derive(Debug)]
struct Authority {
    fingerprint: Fingerprint,
    /// How its holder signs.
    signatures: Anyone,
}

impl ServerCertVerifier for Authority {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let not_vouched_for = || rustls::Error::General(NOT_VOUCHED_FOR.to_owned());
        let is_authority = |other: &&CertificateDer<'_>| sha256(other) == self.fingerprint;
        let authority = others.iter().find(is_authority).ok_or_else(not_vouched_for)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let provider = Arc::clone(&self.signatures.0);
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        verifier.verify_server_cert(own, others, &server_name()?, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signatures.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signatures.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_verify_schemes()
    }
}

/// Puts such TLS on the connections of the HTTP client, whose own TLS knows public names only.
#[derive(Debug)]
pub(crate) struct AppConnector(pub(crate) Arc<ClientConfig>);

impl<In: Transport> Connector<In> for AppConnector {
    type Out = Either<In, AppTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let name = server_name()?;
        let mut connection = ClientConnection::new(Arc::clone(&self.0), name)?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        let stream = StreamOwned::new(connection, socket);
        Ok(Some(Either::B(AppTransport { buffers, stream })))
    }
}

/// A connection of the HTTP client under such TLS.
pub(crate) struct AppTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Transport for AppTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl std::fmt::Debug for AppTransport {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AppTransport(…)")
    }
}
