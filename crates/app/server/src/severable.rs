//! A connection that ends when something says so, in the middle of whatever is said over it.

use std::io::{ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection and what ends it.
pub(crate) struct Severable<C> {
    connection: C,
    /// `None` once it was severed.
    severing: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<C> Severable<C> {
    /// Ends `connection` when `severing` resolves.
    pub(crate) fn new(connection: C, severing: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { connection, severing: Some(Box::pin(severing)) }
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Severable<C> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        // Whoever has a connection reads it; so this alone is woken.
        let is_severed =
            self.severing.as_mut().is_none_or(|own| own.as_mut().poll(context).is_ready());
        if is_severed {
            self.severing = None;
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Severable<C> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if self.severing.is_none() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.connection).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        if self.severing.is_none() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.connection).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn a_connection_ends_when_it_is_told_to() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = tokio::io::duplex(64);
            let (sever, severed) = tokio::sync::oneshot::channel::<()>();
            let mut near = Severable::new(near, async {
                let _ = severed.await;
            });
            far.write_all(b"one").await.unwrap();
            let mut bytes = [0; 3];
            near.read_exact(&mut bytes).await.unwrap();
            near.write_all(b"two").await.unwrap();
            // It ends even while it waits.
            let reading = async { near.read(&mut bytes).await.map_err(|error| error.kind()) };
            let (read, ()) = tokio::join!(reading, async {
                tokio::task::yield_now().await;
                sever.send(()).unwrap();
            });
            assert_eq!(read, Err(ErrorKind::ConnectionAborted));
            assert!(near.write_all(b"three").await.is_err());
        });
    }
}
