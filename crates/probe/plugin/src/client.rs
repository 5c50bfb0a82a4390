//! Asks one plugin, in the words of the plugin protocol (§6 of the description of Scope 1.13).

use crate::unix_socket::{NoResolver, UnixConnector};
use scope_control::Invocation;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;
use ureq::http::StatusCode;

/// How long a plugin may take to report.
pub(crate) const REPORT_TIMEOUT: Duration = Duration::from_millis(500);

/// How long a plugin may take to do what a control asks; the app waits a minute.
pub(crate) const CONTROL_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest answer of a plugin.
pub(crate) const ANSWER_BYTES_MAX: usize = 50 << 20;

/// The longest head of an answer.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// The version of the plugin protocol.
pub(crate) const API_VERSION: &str = "1";

/// A plugin gave no answer; the text stands in the list of plugins.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("nothing listens on its socket; start the plugin, or remove {}", .0.display())]
    NobodyListens(PathBuf),
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    #[error("it answered {path} with status {status} instead of 200")]
    Status { path: &'static str, status: StatusCode },
    #[error("its answer has more than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
    #[error("cannot ask it over {}: {cause}", .socket.display())]
    Broken { socket: PathBuf, cause: ureq::Error },
    #[error("cannot write down the control: {0}")]
    Unwritable(serde_json::Error),
}

/// The way to one plugin.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    socket: PathBuf,
    probe_id: String,
}

impl Client {
    pub(crate) fn new(socket: PathBuf, probe_id: String) -> Self {
        Self { socket, probe_id }
    }

    /// What it reports, in JSON.
    pub(crate) fn report(&self) -> Result<Vec<u8>, CallError> {
        let timeout = REPORT_TIMEOUT;
        let request = self.agent(timeout).get(self.url("/report")).header("Connection", "close");
        self.take("/report", timeout, request.call())
    }

    /// What it answers to a control, in JSON.
    pub(crate) fn control(&self, invocation: &Invocation) -> Result<Vec<u8>, CallError> {
        let timeout = CONTROL_TIMEOUT;
        let body = serde_json::to_vec(invocation).map_err(CallError::Unwritable)?;
        let request = self.agent(timeout).post(self.url("/control"));
        let request = request
            .header("Connection", "close")
            .header("Content-Type", "application/json")
            .send(&body);
        self.take("/control", timeout, request)
    }

    fn url(&self, path: &str) -> String {
        format!("http://plugin{path}?api_version={API_VERSION}&probe_id={}", self.probe_id)
    }

    /// Each question has a connection of its own.
    fn agent(&self, timeout: Duration) -> ureq::Agent {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_response_header_size(HEAD_BYTES_MAX)
            .max_idle_connections(0)
            // The proxy of the environment knows nothing of our sockets.
            .proxy(None)
            .user_agent("Scope_Probe")
            .build();
        ureq::Agent::with_parts(config, UnixConnector(self.socket.clone()), NoResolver)
    }

    fn take(
        &self,
        path: &'static str,
        timeout: Duration,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Vec<u8>, CallError> {
        let explain = |error| self.explain(error, timeout);
        let mut answer = answer.map_err(explain)?;
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(CallError::Status { path, status });
        }
        let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
        answer.body_mut().with_config().limit(limit).read_to_vec().map_err(explain)
    }

    fn explain(&self, error: ureq::Error, timeout: Duration) -> CallError {
        match error {
            ureq::Error::Timeout(_) => CallError::TimedOut(timeout),
            ureq::Error::BodyExceedsLimit(_) => CallError::TooLarge,
            ureq::Error::Io(error)
                if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) =>
            {
                CallError::NobodyListens(self.socket.clone())
            }
            cause => CallError::Broken { socket: self.socket.clone(), cause },
        }
    }
}
