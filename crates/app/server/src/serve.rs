//! The listener: accepts until told to stop, then lets open requests finish for a while.
//!
//! A connection has a time limit for each head of a request, so that half a request holds its
//! place for that long at most, and one for what it is sent, kept by the kernel.

use crate::bounds::try_take;
use crate::visitor::From;
use crate::{App, answer, entrance, pipes};
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

/// The app stopped for a reason of its own.
#[derive(Debug, thiserror::Error)]
#[error("serve requests")]
pub struct ServeError(#[source] std::io::Error);

/// How long to wait when no connection can be accepted, for example for want of descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(500);

/// Serves `app` on `listener` until `stop` resolves.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    listener.local_addr().map_err(ServeError)?;
    let mut stop = pin!(stop);
    let mut sweeps = tokio::time::interval(pipes::SWEEP_INTERVAL);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
            _ = sweeps.tick() => {
                app.pipes.sweep(Instant::now());
                continue;
            }
        };
        match accepted {
            Ok((stream, address)) => take(&app, stream, From(address.ip())),
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept connections: {error}");
                tokio::select! {
                    () = &mut stop => break,
                    () = tokio::time::sleep(ACCEPT_RETRY) => {}
                }
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(app.config.stop_timeout, app.stop()).await;
    Ok(())
}

/// Whether only the one connection failed, before it was ours.
fn is_of_the_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves a connection, or tells it that there are too many; beyond that it is closed.
fn take(app: &App, stream: TcpStream, from: From) {
    let own = (Some(from.0), app.config.bounds.connections_max);
    let seat = app.room.connected.try_take(&app.room.connections, own);
    let refused = seat.is_none();
    let place = if refused { try_take(&app.room.refusals) } else { None };
    if refused && place.is_none() {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        converse(app, stream, from, refused).await;
        drop((seat, place));
    });
}

/// Answers the requests of a connection until either end leaves.
async fn converse(app: App, stream: TcpStream, from: From, refused: bool) {
    let timeout = app.config.bounds.request_timeout;
    let millis = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    // Both only make it faster to send and to give up; without them the connection works too.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, millis);
    let mut stopping = app.stopping();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let app = app.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(from);
            let response = if refused { too_many() } else { entrance::answer(app, request).await };
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(timeout);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.begun() => {
            // What has not asked for anything yet is not waited for.
            if !asked.load(Ordering::Relaxed) {
                return;
            }
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended: {error}");
    }
}

fn too_many() -> Response {
    let sentence = "too many connections are open; try again later";
    let mut response = answer::failure(StatusCode::SERVICE_UNAVAILABLE, sentence);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
