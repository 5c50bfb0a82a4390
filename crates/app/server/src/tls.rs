//! TLS of the listener: which certificate is shown, who is let in, what is said to plain HTTP.
//!
//! Browsers see the operator's certificate, or one of the app's own authority. Probes that joined
//! ask for the app under a name of its own, and are shown that authority's certificate and asked
//! for theirs, whatever browsers see; no browser is ever asked for one. Certificate files are read
//! again when they change, and what cannot be read changes nothing.

use crate::probes::Peer;
use scope_auth::{Enrolment, EnrolmentError, Shown};
use scope_control::APP_TLS_NAME;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{
    Acceptor, ClientHello, ResolvesServerCert, VerifierBuilderError, WebPkiClientVerifier,
};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How long a handshake may take, from the first byte to the last.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a certificate lasts that the app signs for itself: 90 days. It is made anew after half
/// of that.
const OWN_SECS: i64 = 90 * 86_400;

/// The length of a certificate or key file in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Certificates of a chain.
const CHAIN_MAX: usize = 16;

/// What a TLS connection begins with (RFC 8446 §5.1: a record of a handshake).
const HANDSHAKE_RECORD: u8 = 0x16;

/// Which certificate browsers are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSource {
    /// One that the app's own authority signs.
    Own,
    /// That of the operator, as PEM files.
    Files {
        /// The certificate and what leads to an authority that browsers know.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// How the app is seen over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Which certificate browsers are shown.
    pub source: TlsSource,
    /// By what names and addresses the app is reached.
    pub names: Vec<String>,
}

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} as PEM", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// Certificate and key do not go together, or cannot be used.
    #[error("use the certificate")]
    Certificate(#[source] rustls::Error),
    /// The app's authority cannot sign.
    #[error("sign a certificate for the app")]
    Own(#[source] EnrolmentError),
    /// The certificates of probes cannot be verified.
    #[error("verify the certificates of probes")]
    Verifier(#[source] VerifierBuilderError),
}

/// TLS, set up.
pub struct Tls {
    settings: TlsSettings,
    enrolment: Arc<Enrolment>,
    browsers: Arc<ServerConfig>,
    probes: Arc<ServerConfig>,
    shown_to_browsers: Arc<Current>,
    shown_to_probes: Arc<Current>,
    made: Mutex<Made>,
}

/// The certificate shown now.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

/// Of what the certificates shown were made.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    /// The states of the files.
    stamps: [Option<(u64, i64, i64)>; 2],
    /// When the app signed its own, in seconds since 1970.
    own_secs: i64,
}

/// What came of a connection.
pub(crate) enum Accepted {
    /// TLS, and what a probe showed, where the app was asked for under the name they know.
    Tls(Box<TlsStream<TcpStream>>, Option<Peer>),
    /// Something that speaks no TLS, HTTP most likely.
    Plain(TcpStream),
}

impl Tls {
    /// Sets TLS up, as the settings say.
    pub fn new(settings: TlsSettings, enrolment: Arc<Enrolment>) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let now_secs = now_secs();
        let stamps = settings.stamps();
        let own = own_certificate(&settings, &enrolment, &provider, now_secs)?;
        let browser = match settings.files() {
            Some(files) => read_certificate(files, &provider)?,
            None => Arc::clone(&own),
        };
        let shown_to_browsers = Arc::new(Current(RwLock::new(browser)));
        let shown_to_probes = Arc::new(Current(RwLock::new(own)));
        let builder = || {
            let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
            builder.with_safe_default_protocol_versions().map_err(TlsError::Certificate)
        };
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from(enrolment.authority().der().to_vec());
        roots.add(authority).map_err(TlsError::Certificate)?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .allow_unauthenticated()
                .build()
                .map_err(TlsError::Verifier)?;
        let browsers = with_http(
            builder()?
                .with_no_client_auth()
                .with_cert_resolver(Arc::clone(&shown_to_browsers) as _),
        );
        let probes = with_http(
            builder()?
                .with_client_cert_verifier(verifier)
                .with_cert_resolver(Arc::clone(&shown_to_probes) as _),
        );
        let made = Mutex::new(Made { stamps, own_secs: now_secs });
        let (settings, enrolment) = (settings, Arc::clone(&enrolment));
        Ok(Self { settings, enrolment, browsers, probes, shown_to_browsers, shown_to_probes, made })
    }

    /// Reads files that changed again, and signs anew what ends. Takes a while: not for an async
    /// task.
    pub(crate) fn refresh(&self) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let provider = ring::default_provider();
        let now_secs = now_secs();
        if now_secs >= made.own_secs.saturating_add(OWN_SECS / 2) {
            match own_certificate(&self.settings, &self.enrolment, &provider, now_secs) {
                Ok(own) => {
                    if self.settings.source == TlsSource::Own {
                        self.shown_to_browsers.show(Arc::clone(&own));
                    }
                    self.shown_to_probes.show(own);
                    made.own_secs = now_secs;
                }
                Err(error) => tracing::warn!("cannot renew the app's certificate: {error}"),
            }
        }
        let Some(files) = self.settings.files() else { return };
        let stamps = self.settings.stamps();
        if stamps == made.stamps {
            return;
        }
        made.stamps = stamps;
        match read_certificate(files, &provider) {
            Ok(certificate) => {
                self.shown_to_browsers.show(certificate);
                tracing::info!("the certificate was read again");
            }
            // Files are replaced one after the other: the next look finds both.
            Err(error) => {
                let error = with_cause(&error);
                tracing::warn!("the certificate stays as it was: {error}");
            }
        }
    }

    /// Does the handshake of a connection, in good time.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<Accepted> {
        let accepting = self.accept_without_limit(stream);
        match tokio::time::timeout(HANDSHAKE_TIMEOUT, accepting).await {
            Ok(accepted) => accepted,
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }

    async fn accept_without_limit(&self, stream: TcpStream) -> std::io::Result<Accepted> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if first != [HANDSHAKE_RECORD] {
            return Ok(Accepted::Plain(stream));
        }
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let is_probe = start.client_hello().server_name() == Some(APP_TLS_NAME);
        let config = if is_probe { &self.probes } else { &self.browsers };
        let stream = start.into_stream(Arc::clone(config)).await?;
        let shown = match stream.get_ref().1.peer_certificates() {
            Some([first, ..]) => Some(Shown::read(first).map_err(std::io::Error::other)?),
            _ => None,
        };
        let peer = is_probe.then_some(Peer { shown });
        Ok(Accepted::Tls(Box::new(stream), peer))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Tls({:?})", self.settings)
    }
}

impl TlsSettings {
    fn files(&self) -> Option<(&Path, &Path)> {
        match &self.source {
            TlsSource::Own => None,
            TlsSource::Files { certificate, key } => Some((certificate, key)),
        }
    }

    fn stamps(&self) -> [Option<(u64, i64, i64)>; 2] {
        let stamp = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.ino(), metadata.mtime(), metadata.mtime_nsec()))
        };
        match self.files() {
            Some((certificate, key)) => [stamp(certificate), stamp(key)],
            None => [None, None],
        }
    }
}

impl Current {
    fn show(&self, certificate: Arc<CertifiedKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Seconds since 1970, as certificates count.
pub(crate) fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn with_http(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

fn own_certificate(
    settings: &TlsSettings,
    enrolment: &Enrolment,
    provider: &CryptoProvider,
    now_secs: i64,
) -> Result<Arc<CertifiedKey>, TlsError> {
    let signed = enrolment.authority().server_certificate(&settings.names, now_secs, OWN_SECS);
    let signed = signed.map_err(TlsError::Own)?;
    let chain = signed.chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::Pkcs8(signed.key.into());
    let certified = CertifiedKey::from_der(chain, key, provider).map_err(TlsError::Certificate)?;
    Ok(Arc::new(certified))
}

fn read_certificate(
    (certificate, key): (&Path, &Path),
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&read(certificate)?).take(CHAIN_MAX).collect();
    let chain = chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::Pem { path: certificate.to_owned(), what: "certificate" })?;
    let private = PrivateKeyDer::from_pem_slice(&read(key)?);
    let private =
        private.map_err(|_| TlsError::Pem { path: key.to_owned(), what: "private key" })?;
    let certified = CertifiedKey::from_der(chain, private, provider);
    Ok(Arc::new(certified.map_err(TlsError::Certificate)?))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    use std::io::Read;
    let failed = |source| TlsError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// An error and what lies behind it.
fn with_cause(error: &TlsError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
