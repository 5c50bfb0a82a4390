//! A browser's view of one view: the websocket of differences.

use serde_json::Value;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket};

/// How long one read may block, so that a deadline is noticed.
const READ_LIMIT: Duration = Duration::from_millis(200);

/// A websocket that differences arrive on.
pub struct Watcher {
    socket: WebSocket<TcpStream>,
}

impl Watcher {
    /// Subscribes to `view` (options after a `?`) of the app at `address`.
    pub fn subscribe(address: &str, view: &str) -> Result<Self, String> {
        let (name, options) = view.split_once('?').unwrap_or((view, "t=1s"));
        let url = format!("ws://{address}/api/topology/{name}/ws?{options}");
        let stream = TcpStream::connect(address).map_err(|error| format!("{url}: {error}"))?;
        let limited = stream.set_read_timeout(Some(Duration::from_secs(10)));
        limited.map_err(|error| format!("{url}: {error}"))?;
        let (socket, _) =
            tungstenite::client(&url, stream).map_err(|error| format!("{url}: {error}"))?;
        let limited = socket.get_ref().set_read_timeout(Some(READ_LIMIT));
        limited.map_err(|error| format!("{url}: {error}"))?;
        Ok(Self { socket })
    }

    /// The first difference within `limit` that `wanted` accepts.
    pub fn wait_for(
        &mut self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, String> {
        let started = Instant::now();
        while started.elapsed() < limit {
            let Some(difference) = self.next()? else {
                continue;
            };
            if wanted(&difference) {
                return Ok(difference);
            }
        }
        Err(format!("no difference within {} ms said: {what}", limit.as_millis()))
    }

    fn next(&mut self) -> Result<Option<Value>, String> {
        match self.socket.read() {
            Ok(Message::Text(text)) => serde_json::from_str(text.as_str())
                .map(Some)
                .map_err(|error| format!("a difference: {error}")),
            Ok(_) => Ok(None),
            Err(tungstenite::Error::Io(error)) if is_timeout(&error) => Ok(None),
            Err(error) => Err(format!("the websocket ended: {error}")),
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock)
}
