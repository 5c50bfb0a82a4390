//! The listener: accepts until told to stop, then lets open requests finish for a while.
//!
//! A connection has a time limit for each head of a request, so that half a request holds its
//! place for that long at most, and one for what it is sent, kept by the kernel. One of a probe
//! that joined ends as soon as its certificate is good no longer; what an operator changes on disk
//! is looked for twice a second.

use crate::bounds::try_take;
use crate::probes::{Peer, REFRESH_INTERVAL};
use crate::severable::Severable;
use crate::tls::{Accepted, Tls};
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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::MissedTickBehavior;

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
    let refreshing = tokio::spawn(refresh(app.clone()));
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
            _ = sweeps.tick() => {
                let has_ended = app.pipes.sweep(Instant::now());
                if let Some(give_back) = app.config.give_back.filter(|_| has_ended) {
                    drop(tokio::task::spawn_blocking(give_back));
                }
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
    refreshing.abort();
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

/// Looks for what an operator changed on disk: certificates, the book of probes, passwords, rules
/// and tokens.
async fn refresh(app: App) {
    let mut ticks = tokio::time::interval(REFRESH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let own = app.clone();
        let looking = move || {
            own.tls.as_deref().map(Tls::refresh);
            if own.probes.refresh() {
                own.pipes.close_those_of(|probe| own.probes.is_revoked(probe));
            }
            let refreshed = own.config.gate.refresh(own.now_secs());
            for problem in refreshed.problems {
                tracing::warn!("{problem}");
            }
            if refreshed.is_new {
                own.look_again();
            }
        };
        if tokio::task::spawn_blocking(looking).await.is_err() {
            tracing::warn!("looking for what changed on disk failed by a defect; please report it");
        }
    }
}

/// Why the requests of a connection are not answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    TooMany,
    Plain,
}

/// Takes a connection, by a handshake if TLS is on, and answers its requests.
async fn converse(app: App, stream: TcpStream, from: From, refused: bool) {
    let millis = u32::try_from(app.config.bounds.request_timeout.as_millis()).unwrap_or(u32::MAX);
    // Both only make it faster to send and to give up; without them the connection works too.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, millis);
    let refused = refused.then_some(Refused::TooMany);
    let Some(tls) = app.tls.clone() else {
        return answer_all(app, stream, (from, None), refused).await;
    };
    let mut stopping = app.stopping();
    let accepted = tokio::select! {
        accepted = tls.accept(stream) => accepted,
        () = stopping.begun() => return,
    };
    drop(stopping);
    match accepted {
        Ok(Accepted::Tls(stream, peer)) => {
            let shown = peer.as_ref().and_then(|peer| peer.shown.clone());
            match shown.filter(|shown| app.probes.check(shown).is_ok()) {
                Some(shown) => {
                    let probes = Arc::clone(&app.probes);
                    let severing = async move { probes.severed(&shown).await };
                    let stream = Severable::new(stream, severing);
                    answer_all(app, stream, (from, peer), refused).await;
                }
                // One that is good no longer is told why, as often as it asks.
                None => answer_all(app, stream, (from, peer), refused).await,
            }
        }
        Ok(Accepted::Plain(stream)) => {
            let refused = refused.or(Some(Refused::Plain));
            answer_all(app, stream, (from, None), refused).await;
        }
        Err(error) => tracing::debug!("a connection ended in its handshake: {error}"),
    }
}

/// Answers the requests of a connection until either end leaves.
async fn answer_all(
    app: App,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    (from, peer): (From, Option<Peer>),
    refused: Option<Refused>,
) {
    let mut stopping = app.stopping();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(app.config.bounds.request_timeout);
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let (app, peer) = (app.clone(), peer.clone());
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(from);
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            let response = match refused {
                Some(refused) => refusal(refused),
                None => entrance::answer(app, request).await,
            };
            Ok::<_, Infallible>(response)
        }
    });
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

/// What is said instead of an answer.
fn refusal(refused: Refused) -> Response {
    let (status, sentence) = match refused {
        Refused::TooMany => {
            (StatusCode::SERVICE_UNAVAILABLE, "too many connections are open; try again later")
        }
        Refused::Plain => (
            StatusCode::BAD_REQUEST,
            "this app speaks TLS: write https:// before its address, or let the probe join by a \
             code of `scope join-code`",
        ),
    };
    let mut response = answer::failure(status, sentence);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
