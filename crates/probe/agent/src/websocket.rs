//! A websocket to an app: the dialling, the limits, the signs of life.

use crate::anyone::Anyone;
use crate::app_client::{AppClient, CONNECT_TIMEOUT};
use crate::app_tls;
use crate::target::Trust;
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::HeaderName;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Between two signs of life of ours; the app gives up after a minute without any.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long the app may say nothing at all, neither words nor answers to our pings.
const SILENCE_MAX: Duration = Duration::from_secs(75);

/// How long the app may take to take a frame into its connection.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The buffers of a connection, each way.
const BUFFER_BYTES: usize = 16 << 10;

/// What waits to be written at most: a frame and the answers to pings.
const UNWRITTEN_BYTES_MAX: usize = 1 << 20;

pub(crate) type Socket = WebSocketStream<Box<dyn Connection>>;

/// A connection in the clear or under TLS.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// The connection to an app could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("the app answered {0}")]
    Refused(u16),
    #[error("no connection within {} s", CONNECT_TIMEOUT.as_secs())]
    Late,
    #[error("{0} is no address of a websocket")]
    Address(String),
    #[error("set up TLS")]
    Tls(#[source] rustls::Error),
    #[error("connect")]
    Connect(#[source] std::io::Error),
    #[error("open a websocket")]
    Websocket(#[source] Box<Error>),
}

impl DialError {
    /// The failure with what lies behind it.
    pub(crate) fn in_words(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}

/// Opens the websocket at `path` of an app; frames from there are of `frame_bytes_max`.
pub(crate) async fn dial(
    app: &AppClient,
    path: &str,
    frame_bytes_max: usize,
) -> Result<Socket, DialError> {
    let dialling = dial_without_limit(app, path, frame_bytes_max);
    timeout(CONNECT_TIMEOUT, dialling).await.unwrap_or(Err(DialError::Late))
}

/// Sends a message; says whether the app took it in time.
pub(crate) async fn send(socket: &mut (impl Sink<Message> + Unpin), message: Message) -> bool {
    matches!(timeout(WRITE_TIMEOUT, socket.send(message)).await, Ok(Ok(())))
}

/// Sends both a question and an answer that nobody asked for: the former makes the app give a sign
/// of life, the latter is one of ours even while we read nothing.
pub(crate) async fn send_life_signs(socket: &mut (impl Sink<Message> + Unpin)) -> bool {
    send(socket, Message::Ping(Bytes::new())).await
        && send(socket, Message::Pong(Bytes::new())).await
}

/// The next words of the app; none once it closed, failed or fell silent.
pub(crate) async fn receive(
    socket: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> Option<Bytes> {
    loop {
        match timeout(SILENCE_MAX, socket.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => return Some(Bytes::from(text)),
            Ok(Some(Ok(Message::Binary(bytes)))) => return Some(bytes),
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return None,
            Ok(Some(Ok(_))) => {}
        }
    }
}

async fn dial_without_limit(
    app: &AppClient,
    path: &str,
    frame_bytes_max: usize,
) -> Result<Socket, DialError> {
    let websocket = |error| match error {
        Error::Http(response) => DialError::Refused(response.status().as_u16()),
        error => DialError::Websocket(Box::new(error)),
    };
    // `http` becomes `ws`, and `https` becomes `wss`.
    let url = format!("{}{path}", app.target().base_url).replacen("http", "ws", 1);
    let mut request = url.clone().into_client_request().map_err(websocket)?;
    for (name, value) in app.headers() {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            request.headers_mut().insert(name, value);
        }
    }
    let (host, port) = place(request.uri()).ok_or(DialError::Address(url))?;
    let is_tls = request.uri().scheme_str() == Some("wss");
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(DialError::Connect)?;
    stream.set_nodelay(true).map_err(DialError::Connect)?;
    let stream: Box<dyn Connection> =
        if is_tls { Box::new(handshake(app, &host, stream).await?) } else { Box::new(stream) };
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(UNWRITTEN_BYTES_MAX)
        .max_message_size(Some(frame_bytes_max))
        .max_frame_size(Some(frame_bytes_max));
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
    opened.await.map(|(socket, _)| socket).map_err(websocket)
}

/// Does the handshake as the target's trust asks.
async fn handshake(
    app: &AppClient,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, DialError> {
    let public = if app.target().trust == Trust::Anyone { &TLS_WITH_ANYONE } else { &TLS };
    let (name, config) = match app.own_tls() {
        Some(config) => (app_tls::server_name().map_err(DialError::Tls)?, config),
        None => {
            let name = ServerName::try_from(host.to_owned());
            (name.map_err(|_| DialError::Address(host.to_owned()))?, &**public)
        }
    };
    let config = config.as_ref().map_err(|error| DialError::Tls(error.clone()))?;
    let connecting = TlsConnector::from(Arc::clone(config)).connect(name, stream);
    connecting.await.map_err(DialError::Connect)
}

/// Host and port to connect to.
fn place(uri: &Uri) -> Option<(String, u16)> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
    let usual = if uri.scheme_str() == Some("wss") { 443 } else { 80 };
    Some((host, uri.port_u16().unwrap_or(usual)))
}

type Tls = Result<Arc<ClientConfig>, rustls::Error>;

/// Trusts whom the requests of the probe trust.
static TLS: LazyLock<Tls> = LazyLock::new(|| {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    config.map(|config| Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});

/// Trusts whoever answers, as `--probe.insecure` asks.
static TLS_WITH_ANYONE: LazyLock<Tls> = LazyLock::new(|| {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let anyone = Arc::new(Anyone(Arc::clone(&provider)));
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.dangerous().with_custom_certificate_verifier(anyone);
    Ok(Arc::new(config.with_no_client_auth()))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_dialled_where_they_listen() {
        let check = |uri: &str, expect: (&str, u16)| {
            let (host, port) = place(&uri.parse().unwrap()).unwrap();
            assert_eq!((host.as_str(), port), expect);
        };
        check("ws://app:4040/api", ("app", 4040));
        check("ws://[::1]:4040/api", ("::1", 4040));
        check("ws://app/api", ("app", 80));
        check("wss://app.example/scope/api", ("app.example", 443));
    }
}
