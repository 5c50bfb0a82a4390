//! One request at a time over TLS, with a name and a certificate of the test's choice.

use rcgen::{CertificateParams, KeyPair};
use std::io::{Error, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type Stream = StreamOwned<ClientConnection, TcpStream>;

const LIMIT: Duration = Duration::from_secs(20);

/// A folder of the test's own, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scope-server-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A certificate that nobody signed but its own key.
pub struct SelfMade {
    pub certificate: String,
    pub key: String,
    pub der: Vec<u8>,
}

pub fn own_authority(name: &str) -> SelfMade {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    SelfMade {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        der: certificate.der().to_vec(),
    }
}

/// A request for a certificate as PEM, and the key behind it.
pub fn certificate_request() -> (String, Vec<u8>) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(Vec::new()).unwrap();
    (params.serialize_request(&key).unwrap().pem().unwrap(), key.serialize_der())
}

/// Somebody who asks the app.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    name: String,
    authority: Vec<u8>,
    shown: Option<(CertificateDer<'static>, Vec<u8>)>,
}

/// An open websocket.
pub struct Open(Stream);

impl Client {
    /// Believes `authority`, and asks for the app by `name`.
    pub fn new(address: SocketAddr, name: &str, authority: &[u8]) -> Self {
        Self { address, name: name.to_owned(), authority: authority.to_vec(), shown: None }
    }

    /// The same, showing a certificate.
    pub fn showing(self, certificate: &str, key: Vec<u8>) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        Self { shown: Some((certificate, key)), ..self }
    }

    /// The same at another app.
    pub fn at(self, address: SocketAddr, authority: &[u8]) -> Self {
        Self { address, authority: authority.to_vec(), ..self }
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        self.try_get(path).unwrap()
    }

    pub fn try_get(&self, path: &str) -> Result<(u16, String), Error> {
        self.ask("GET", path, &[("Connection", "close")], b"")
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let headers = [headers, &[("Connection", "close")]].concat();
        self.ask("POST", path, &headers, body).unwrap()
    }

    /// Asks for a websocket as a probe.
    pub fn upgrade(&self, path: &str, probe: &str) -> (u16, String) {
        let mut stream = self.connect().unwrap();
        self.write_upgrade(&mut stream, path, probe);
        let head = head(&mut stream);
        let status = status(&head);
        let body = if status == 101 { String::new() } else { rest(&mut stream) };
        (status, body)
    }

    /// Opens a websocket as a probe.
    pub fn open(&self, path: &str, probe: &str) -> Open {
        let mut stream = self.connect().unwrap();
        self.write_upgrade(&mut stream, path, probe);
        assert_eq!(status(&head(&mut stream)), 101);
        Open(stream)
    }

    fn write_upgrade(&self, stream: &mut Stream, path: &str, probe: &str) {
        let upgrade = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("X-Scope-Probe-ID", probe),
        ];
        self.write(stream, "GET", path, &upgrade, b"").unwrap();
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(u16, String), Error> {
        let mut stream = self.connect()?;
        self.write(&mut stream, method, path, headers, body)?;
        let head = head(&mut stream);
        if head.is_empty() {
            return Err(Error::other("no answer"));
        }
        Ok((status(&head), rest(&mut stream)))
    }

    fn write(
        &self,
        stream: &mut Stream,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), Error> {
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let host = &self.name;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{lines}\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        stream.flush()
    }

    fn connect(&self) -> Result<Stream, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone().into()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match &self.shown {
            Some((certificate, key)) => {
                let key = PrivateKeyDer::Pkcs8(key.clone().into());
                config.with_client_auth_cert(vec![certificate.clone()], key).unwrap()
            }
            None => config.with_no_client_auth(),
        };
        let name = ServerName::try_from(self.name.clone()).unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(Error::other)?;
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(StreamOwned::new(connection, stream))
    }
}

impl Open {
    /// Waits until the app ends the connection.
    pub fn wait_for_the_end(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        self.0.sock.set_read_timeout(Some(limit)).unwrap();
        let mut bytes = [0; 1024];
        while Instant::now() < deadline {
            match self.0.read(&mut bytes) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(_) => return,
            }
        }
        panic!("the connection is still open");
    }
}

/// Reads up to the blank line; blank if the other end left before.
fn head(stream: &mut Stream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

fn rest(stream: &mut Stream) -> String {
    let mut body = Vec::new();
    let _ = stream.read_to_end(&mut body);
    String::from_utf8_lossy(&body).into_owned()
}
