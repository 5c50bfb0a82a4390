//! The listener: accepts until told to stop, then lets open requests finish for a while.

use crate::{App, routes};
use axum::Router;
use std::future::Future;
use tokio::net::TcpListener;

/// The app stopped for a reason of its own.
#[derive(Debug, thiserror::Error)]
#[error("serve requests")]
pub struct ServeError(#[source] std::io::Error);

/// Serves `app` on `listener` until `stop` resolves.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let router = Router::new().fallback(routes::answer).with_state(app.clone());
    let (stopped, mut stopping) = tokio::sync::watch::channel(());
    let stop_timeout = app.config.stop_timeout;
    let graceful = async move {
        stop.await;
        app.stop();
        let _ = stopped.send(());
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(graceful);
    tokio::select! {
        ended = serving => ended.map_err(ServeError),
        () = async {
            let _ = stopping.changed().await;
            tokio::time::sleep(stop_timeout).await;
        } => Ok(()),
    }
}
