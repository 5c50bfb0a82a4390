//! Carries an engine's stream of lines to a pipe, frames taken out, and what is typed back.

use super::demux::Demux;
use crate::engine::wire::Wire;
use std::io;
use std::os::unix::net::UnixStream as BlockingUnixStream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Bytes carried at once, each way.
const PIECE_BYTES: usize = 32 << 10;

/// What kind of stream it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// The text is in frames, for want of a terminal.
    pub(super) is_framed: bool,
    /// Lines of the output for errors are marked, where there are frames to tell it by.
    pub(super) marks_errors: bool,
    /// What comes over the pipe goes to the engine; else it is thrown away.
    pub(super) takes_input: bool,
    /// Said at the end of the stream, after which the pipe stays open until a user closes it.
    pub(super) epitaph: Option<&'static str>,
}

impl Stream {
    /// Carries until the stream ends or the pipe closes.
    pub(super) async fn carry(self, wire: Wire, pipe: BlockingUnixStream) {
        if let Err(error) = self.try_carry(wire, pipe).await {
            tracing::debug!("a stream of a container broke: {error}");
        }
    }

    async fn try_carry(self, wire: Wire, pipe: BlockingUnixStream) -> io::Result<()> {
        pipe.set_nonblocking(true)?;
        let pipe = UnixStream::from_std(pipe)?;
        match wire {
            Wire::Unix(stream) => {
                stream.set_nonblocking(true)?;
                self.both_ways(UnixStream::from_std(stream)?, pipe).await
            }
            Wire::Tcp(stream) => {
                stream.set_nonblocking(true)?;
                self.both_ways(TcpStream::from_std(stream)?, pipe).await
            }
        }
    }

    async fn both_ways(
        self,
        engine: impl AsyncRead + AsyncWrite,
        pipe: UnixStream,
    ) -> io::Result<()> {
        let (engine_out, engine_in) = tokio::io::split(engine);
        let (pipe_out, pipe_in) = pipe.into_split();
        tokio::select! {
            ended = self.output(engine_out, pipe_in) => ended,
            ended = self.input(pipe_out, engine_in) => ended,
        }
    }

    async fn output(
        self,
        mut engine: impl AsyncRead + Unpin,
        mut pipe: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let (mut piece, mut text) = (vec![0; PIECE_BYTES], Vec::new());
        let mut demux = Demux::new(self.marks_errors);
        loop {
            let count = engine.read(&mut piece).await?;
            let came = piece.get(..count).unwrap_or_default();
            if came.is_empty() {
                break;
            }
            if self.is_framed {
                text.clear();
                demux.push(came, &mut text);
                pipe.write_all(&text).await?;
            } else {
                pipe.write_all(came).await?;
            }
        }
        if let Some(epitaph) = self.epitaph {
            pipe.write_all(epitaph.as_bytes()).await?;
            // The other direction ends with the pipe.
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn input(
        self,
        mut pipe: impl AsyncRead + Unpin,
        mut engine: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = pipe.read(&mut piece).await?;
            let came = piece.get(..count).unwrap_or_default();
            if came.is_empty() {
                return Ok(());
            }
            if self.takes_input {
                engine.write_all(came).await?;
            }
        }
    }
}
