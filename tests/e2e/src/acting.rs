//! Acting on nodes as the browser of Weave Scope does: controls, pipes, terminals.

use crate::api::{Api, encoded, rows, text};
use serde_json::Value;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::{Error, Message, WebSocket};

/// A control may take as long as the app waits for a probe.
const CONTROL_LIMIT: Duration = Duration::from_secs(70);

/// How long one read may block, so that a deadline is noticed.
const READ_LIMIT: Duration = Duration::from_millis(200);

/// How long a write may take: the program at the far end may be busy.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// A node that can be acted on, in a view.
#[derive(Clone, Debug)]
pub struct Actor {
    address: String,
    probe: String,
    node: String,
    agent: ureq::Agent,
}

/// A browser's end of a pipe.
pub struct Terminal {
    socket: WebSocket<TcpStream>,
    output: Vec<u8>,
    is_over: bool,
}

impl Actor {
    /// The node of that id, once it offers controls; the ids of those come along.
    pub fn of(api: &Api, view: &str, node: &str) -> Option<(Self, Vec<String>)> {
        let details = api.details(view, node).ok()?;
        let controls = rows(&details, "controls");
        let first = controls.first()?;
        let actor = Self {
            address: api.address().to_owned(),
            probe: text(first, "probeId"),
            node: text(first, "nodeId"),
            agent: agent(),
        };
        Some((actor, controls.iter().map(|control| text(control, "id")).collect()))
    }

    /// Runs a control without arguments.
    pub fn run(&self, control: &str) -> Result<Value, String> {
        self.run_with(control, "")
    }

    /// Runs a control; a refusal is the body of the answer.
    pub fn run_with(&self, control: &str, arguments: &str) -> Result<Value, String> {
        let Self { address, probe, node, agent } = self;
        let node = encoded(node);
        let url = format!("http://{address}/api/control/{probe}/{node}/{control}");
        let mut answer = agent.post(&url).send(arguments).map_err(|error| error.to_string())?;
        let body = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        match answer.status().as_u16() {
            200 if body.is_empty() => Ok(Value::Null),
            200 => serde_json::from_str(&body).map_err(|error| format!("{error}: {body}")),
            _ => Err(body),
        }
    }

    /// Runs a control that opens a pipe, and joins it; the answer comes along.
    pub fn open(&self, control: &str, arguments: &str) -> Result<(Value, Terminal), String> {
        let answer = self.run_with(control, arguments)?;
        let terminal = Terminal::join(&self.address, &text(&answer, "pipe"))?;
        Ok((answer, terminal))
    }

    /// Tells a terminal its size.
    pub fn resize(&self, opened: &Value, (rows, columns): (u16, u16)) -> Result<Value, String> {
        let pipe = text(opened, "pipe");
        let size = format!(r#"{{"height":"{rows}","pipeID":"{pipe}","width":"{columns}"}}"#);
        self.run_with(&text(opened, "resize_tty_control"), &size)
    }

    /// The status that `GET /api/pipe/{id}/check` answers: 204, or 404 once it is closed.
    pub fn check(&self, opened: &Value) -> u16 {
        let url = format!("http://{}/api/pipe/{}/check", self.address, text(opened, "pipe"));
        self.agent.get(&url).call().map(|answer| answer.status().as_u16()).unwrap_or_default()
    }

    /// Closes a pipe, as the cross of the terminal does.
    pub fn close(&self, opened: &Value) -> Result<(), String> {
        let url = format!("http://{}/api/pipe/{}", self.address, text(opened, "pipe"));
        self.agent.delete(&url).call().map(drop).map_err(|error| error.to_string())
    }
}

impl Terminal {
    /// Joins the browser's end of a pipe.
    pub fn join(address: &str, pipe: &str) -> Result<Self, String> {
        let url = format!("ws://{address}/api/pipe/{pipe}");
        let stream = TcpStream::connect(address).map_err(|error| format!("{url}: {error}"))?;
        let (socket, _) =
            tungstenite::client(&url, stream).map_err(|error| format!("{url}: {error}"))?;
        let stream = socket.get_ref();
        stream
            .set_read_timeout(Some(READ_LIMIT))
            .and_then(|()| stream.set_write_timeout(Some(WRITE_LIMIT)))
            .map_err(|error| format!("{url}: {error}"))?;
        Ok(Self { socket, output: Vec::new(), is_over: false })
    }

    /// Types, in one text frame as the browser sends it.
    pub fn write(&mut self, text: &str) -> Result<(), String> {
        self.socket.send(Message::text(text)).map_err(|error| format!("type {text:?}: {error}"))
    }

    /// Sends bytes.
    pub fn write_bytes(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        self.socket.send(Message::binary(bytes)).map_err(|error| format!("paste: {error}"))
    }

    /// Waits until the output holds `expect`, and takes it with all before.
    pub fn wait_for(&mut self, expect: &str, limit: Duration) -> Result<String, String> {
        let started = Instant::now();
        loop {
            let output = String::from_utf8_lossy(&self.output).into_owned();
            if let Some(at) = output.find(expect) {
                let end = at + expect.len();
                self.output = output.get(end..).unwrap_or_default().as_bytes().to_vec();
                return Ok(output.get(..end).unwrap_or_default().to_owned());
            }
            if self.is_over || started.elapsed() > limit {
                return Err(format!("no {expect:?} in {output:?} (over: {})", self.is_over));
            }
            if let Some(bytes) = self.read()? {
                self.output.extend(bytes);
            }
        }
    }

    /// Waits until the app closes the pipe; gives what was said until then.
    pub fn wait_for_end(&mut self, limit: Duration) -> Result<String, String> {
        let started = Instant::now();
        while !self.is_over {
            if started.elapsed() > limit {
                return Err("the pipe stays open".to_owned());
            }
            if let Some(bytes) = self.read()? {
                self.output.extend(bytes);
            }
        }
        Ok(String::from_utf8_lossy(&std::mem::take(&mut self.output)).into_owned())
    }

    /// The next frame, if one comes before long; browsers of Weave Scope read binary ones only.
    pub fn read(&mut self) -> Result<Option<Vec<u8>>, String> {
        if !self.output.is_empty() && self.is_over {
            return Ok(None);
        }
        match self.socket.read() {
            Ok(Message::Binary(bytes)) => Ok(Some(bytes.to_vec())),
            Ok(Message::Text(text)) => Err(format!("a text frame: {text}")),
            Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                self.is_over = true;
                Ok(None)
            }
            Ok(_) => Ok(None),
            Err(Error::Io(error)) if is_late(&error) => Ok(None),
            Err(Error::Protocol(_) | Error::Io(_)) => {
                self.is_over = true;
                Ok(None)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// What was read and not waited for.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }
}

fn is_late(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(CONTROL_LIMIT))
        .http_status_as_error(false);
    config.build().new_agent()
}
