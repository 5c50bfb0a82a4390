//! Where the probe answers `GET /metrics`, if `--probe.http.listen` says so.

use anyhow::Context;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

/// Connections answered at once; those beyond wait.
const CONNECTIONS_MAX: usize = 16;

/// How long a request, and all of a connection, may take.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait when no connection can be accepted.
const ACCEPT_RETRY: Duration = Duration::from_millis(500);

const NOT_HERE: &str = "the probe answers GET /metrics only: it keeps no Go profiles; SIGQUIT logs \
    what its threads do, and `perf record -g -p PID` profiles it\n";

/// Takes the address and answers for as long as the program runs; blank for no address.
pub(crate) fn start(address: &str) -> anyhow::Result<()> {
    if address.is_empty() {
        return Ok(());
    }
    let address = crate::app::resolve("probe.http.listen", address)?;
    let listener = std::net::TcpListener::bind(address)
        .with_context(|| format!("--probe.http.listen={address}"))?;
    listener.set_nonblocking(true).context("prepare the listener")?;
    let address = listener.local_addr().context("read the listener's address")?;
    let runtime =
        Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    std::thread::Builder::new()
        .name("metrics".to_owned())
        .spawn(move || runtime.block_on(listen(listener)))
        .context("start the thread for metrics")?;
    tracing::info!(%address, "the probe answers GET /metrics");
    Ok(())
}

async fn listen(listener: std::net::TcpListener) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!("cannot answer GET /metrics: {error}"),
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(CONNECTION_TIMEOUT, converse(stream)).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn converse(stream: TcpStream) {
    let service = service_fn(async |request| Ok::<_, Infallible>(answer(&request)));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(CONNECTION_TIMEOUT);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!("a connection ended: {error}");
    }
}

fn answer(request: &Request<Incoming>) -> Response<String> {
    let is_metrics = request.method() == Method::GET && request.uri().path() == "/metrics";
    let (status, media_type, text) = if is_metrics {
        (StatusCode::OK, scope_agent::FIGURES_MEDIA_TYPE, scope_agent::figures_text())
    } else {
        (StatusCode::NOT_FOUND, "text/plain; charset=utf-8", NOT_HERE.to_owned())
    };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    if let Ok(media_type) = media_type.parse() {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    response
}
