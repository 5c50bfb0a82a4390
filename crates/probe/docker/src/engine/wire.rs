//! Connections to an engine whose answer is a stream of bytes: terminals and logs.
//!
//! Spoken by hand, because the client's decoder takes a terminal's bytes for a frame when the first
//! of them is small. Only the head of an answer is read here, and it is bounded; what follows goes
//! on unread. Each connection ends with its stream.

use crate::address::EngineAddress;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// The longest wait for the head of an answer.
const HEAD_LIMIT: Duration = Duration::from_secs(20);

/// The length of the head of an answer.
const HEAD_BYTES_MAX: usize = 8 << 10;

/// The length of a refusal.
const REFUSAL_BYTES_MAX: u64 = 4 << 10;

/// A stream could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("the container engine does not answer: {0}")]
    Io(#[from] io::Error),
    #[error("the container engine answered what is no HTTP")]
    Head,
    #[error("{0}")]
    Refused(String),
}

/// A connection whose stream begins.
#[derive(Debug)]
pub(crate) enum Wire {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Wire {
    /// Asks for a stream both ways (`POST`, with an upgrade).
    pub(crate) fn both_ways(
        address: &EngineAddress,
        path: &str,
        body: &str,
    ) -> Result<Self, WireError> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Self::ask(address, &head)
    }

    /// Asks for a stream from the engine (`GET`).
    pub(crate) fn one_way(address: &EngineAddress, path: &str) -> Result<Self, WireError> {
        // The old version of the protocol has no frames within the stream.
        Self::ask(address, &format!("GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n"))
    }

    /// The file behind it.
    pub(crate) fn into_file(self) -> OwnedFd {
        match self {
            Self::Unix(stream) => stream.into(),
            Self::Tcp(stream) => stream.into(),
        }
    }

    fn ask(address: &EngineAddress, request: &str) -> Result<Self, WireError> {
        let wire = match address {
            EngineAddress::Unix(path) => Self::Unix(UnixStream::connect(path)?),
            EngineAddress::Tcp(place) => Self::Tcp(TcpStream::connect(place)?),
        };
        wire.limit(Some(HEAD_LIMIT))?;
        match &wire {
            Self::Unix(stream) => exchange(&mut &*stream, request)?,
            Self::Tcp(stream) => exchange(&mut &*stream, request)?,
        }
        wire.limit(None)?;
        Ok(wire)
    }

    fn limit(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => {
                stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(limit))
            }
            Self::Tcp(stream) => {
                stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(limit))
            }
        }
    }
}

/// Sends a request and reads the head of its answer, to the byte.
fn exchange(stream: &mut (impl Read + Write), request: &str) -> Result<(), WireError> {
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_BYTES_MAX {
            return Err(WireError::Head);
        }
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    let status = parse_status(&head).ok_or(WireError::Head)?;
    if matches!(status, 101 | 200) {
        return Ok(());
    }
    let mut body = Vec::new();
    // A refusal is short; what of it does not come in time is not waited for.
    let _ = stream.take(content_length(&head).min(REFUSAL_BYTES_MAX)).read_to_end(&mut body);
    Err(WireError::Refused(refusal(status, &body)))
}

/// The status of an answer's head.
fn parse_status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

fn content_length(head: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.and_then(|length| length.trim().parse().ok()).unwrap_or(REFUSAL_BYTES_MAX)
}

/// The engine's sentence: `{"message":"…"}`, or whatever it is.
fn refusal(status: u16, body: &[u8]) -> String {
    let message = serde_json::from_slice::<serde_json::Value>(body).ok();
    let message = message.as_ref().and_then(|body| body.get("message")?.as_str());
    match message {
        Some(message) => message.to_owned(),
        None => format!("the container engine answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Answer(io::Cursor<Vec<u8>>);

    impl Read for Answer {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Answer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn heads_are_read_to_the_byte() {
        let head = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n";
        let mut answer = Answer(io::Cursor::new(format!("{head}\x01rest").into_bytes()));
        exchange(&mut answer, "").unwrap();
        let mut rest = String::new();
        answer.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "\x01rest");
    }

    #[test]
    fn refusals_are_sentences() {
        let check = |answer: &str, expect: &str| {
            let mut answer = Answer(io::Cursor::new(answer.as_bytes().to_vec()));
            let error = exchange(&mut answer, "").unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        let body = "{\"message\":\"No such container: x\"}";
        let head = "HTTP/1.1 404 Not Found\r\nContent-Length: ";
        check(&format!("{head}{}\r\n\r\n{body}", body.len()), "No such container: x");
        check("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n[]", "answered 500");
        check("SMTP ready\r\n\r\n", "no HTTP");
        check("HTTP/1.1 x\r\n\r\n", "no HTTP");
        check("HTTP/1.1 200 OK\r\n", "does not answer");
        check(&"x".repeat(HEAD_BYTES_MAX + 10), "no HTTP");
    }
}
