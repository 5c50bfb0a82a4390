//! A door in the clear to an app that speaks TLS: what asks at the door is answered over TLS, by an
//! app that shows a certificate of the authority in a file, or not at all.
//!
//! The clients of these tests know no TLS; so what they see has gone through it all the same.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// An open door; it closes when dropped.
pub struct TlsDoor {
    address: String,
    close: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TlsDoor {
    /// Opens a door on loopback to the app at `address`, whose authority is in `certificate`.
    ///
    /// It is in the network namespace of this thread.
    pub fn open(address: &str, certificate: &Path) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("open a door: {error}");
        let authority =
            CertificateDer::from_pem_file(certificate).map_err(|error| failed(&error))?;
        let mut roots = RootCertStore::empty();
        roots.add(authority).map_err(|error| failed(&error))?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let listener =
            std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| failed(&error))?;
        listener.set_nonblocking(true).map_err(|error| failed(&error))?;
        let own = listener.local_addr().map_err(|error| failed(&error))?.to_string();
        let (close, closed) = tokio::sync::oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(&error))?;
        let address = address.to_owned();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = keep(listener, connector, address) => {}
                    _ = closed => {}
                }
            });
        });
        Ok(Self { address: own, close: Some(close), thread: Some(thread) })
    }

    /// Where the door is.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for TlsDoor {
    fn drop(&mut self) {
        if let Some(close) = self.close.take() {
            let _gone = close.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

async fn keep(listener: TcpListener, connector: TlsConnector, address: String) {
    while let Ok((mut near, _)) = listener.accept().await {
        let (connector, address) = (connector.clone(), address.clone());
        tokio::spawn(async move {
            let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
            let Ok(name) = ServerName::try_from(host.to_owned()) else { return };
            let Ok(far) = TcpStream::connect(&address).await else { return };
            let Ok(mut far) = connector.connect(name, far).await else { return };
            let _ended = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
    }
}
