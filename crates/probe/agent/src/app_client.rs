//! Requests to one app: who the probe is on each of them, and what the app answers.
//!
//! Each request waits for its answer, within limits of time and size; whoever asks decides whether
//! to ask again. The module refuses to know what reports and pipes are for.

use crate::Target;
use crate::app_tls::{self, AppConnector};
use crate::target::Trust;
use scope_control::{Certified, JOIN_PATH, JoinRequest, RENEW_PATH, RenewRequest};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_rustls::rustls::{self, ClientConfig};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, TcpConnector};

/// How long connecting to an app may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

const REQUEST_TIMEOUT: Duration = Duration::from_secs(12);

/// An answer is read up to here.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Characters of an app's refusal that reach the log.
const REFUSAL_CHARS_MAX: usize = 400;

/// Who this probe is, on every request.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) probe_id: String,
    pub(crate) version: String,
}

/// Which target serves which app, so that an app with two addresses is served once.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServedApps(Arc<Mutex<HashMap<String, String>>>);

/// One app, as one target names it.
#[derive(Clone, Debug)]
pub(crate) struct AppClient {
    target: Target,
    identity: Identity,
    agent: ureq::Agent,
    /// How the app is known by an authority of its own, where it is.
    own_tls: Option<Result<Arc<ClientConfig>, rustls::Error>>,
}

/// What an app tells of itself.
pub(crate) struct AppDetails {
    pub(crate) app_id: String,
    /// Whether it reads reports that are packed with zstd.
    pub(crate) takes_zstd: bool,
}

/// A request failed, in words for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("reach the app")]
    Transport(#[source] ureq::Error),
    #[error("the app answered {status}: {text}")]
    Refused { status: u16, text: String },
}

/// What an app answered with 200.
struct Accepted {
    body: String,
    takes_zstd: bool,
}

impl AppClient {
    pub(crate) fn new(target: Target, identity: Identity) -> Self {
        let is_anyone_believed = target.trust == Trust::Anyone;
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(REQUEST_TIMEOUT))
            .http_status_as_error(false)
            .tls_config(TlsConfig::builder().disable_verification(is_anyone_believed).build());
        let own_tls = match &target.trust {
            Trust::Own(authority, membership) => {
                Some(app_tls::config(*authority, membership.clone()))
            }
            Trust::Public | Trust::Anyone => None,
        };
        let agent = match &own_tls {
            // Without a proxy, which could not show the certificate of this probe.
            Some(Ok(tls)) => ureq::Agent::with_parts(
                config.proxy(None).build(),
                TcpConnector::default().chain(AppConnector(Arc::clone(tls))),
                DefaultResolver::default(),
            ),
            // Public authorities know nothing of it: every request fails.
            Some(Err(_)) | None => ureq::Agent::new_with_config(config.build()),
        };
        Self { target, identity, agent, own_tls }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// How the app is known by an authority of its own, where it is.
    pub(crate) fn own_tls(&self) -> Option<&Result<Arc<ClientConfig>, rustls::Error>> {
        self.own_tls.as_ref()
    }

    /// The headers of every request, websockets included.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let Identity { probe_id, version } = &self.identity;
        let mut headers = vec![
            ("X-Scope-Probe-ID", probe_id.clone()),
            ("X-Scope-Probe-Version", version.clone()),
            ("User-Agent", format!("Scope_Probe/{version}")),
        ];
        headers.extend(self.target.authorization().map(|value| ("Authorization", value)));
        headers
    }

    /// `GET /api`: which app this is.
    pub(crate) fn details(&self) -> Result<AppDetails, ClientError> {
        let answer = self.authorised(self.agent.get(self.url("/api"))).call();
        let answer = accept(answer.map_err(ClientError::Transport)?)?;
        let details: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match details.get("id").and_then(serde_json::Value::as_str) {
            Some(app_id) if !app_id.is_empty() => {
                Ok(AppDetails { app_id: app_id.to_owned(), takes_zstd: answer.takes_zstd })
            }
            _ => {
                let text = "what answers there is not a Scope app".to_owned();
                Err(ClientError::Refused { status: 200, text })
            }
        }
    }

    /// `POST /api/report`; whether the app reads zstd comes back.
    pub(crate) fn post_report(&self, body: &[u8], encoding: &str) -> Result<bool, ClientError> {
        let request = self
            .authorised(self.agent.post(self.url("/api/report")))
            .header("Content-Type", "application/msgpack")
            .header("Content-Encoding", encoding);
        let answer = request.send(body).map_err(ClientError::Transport)?;
        Ok(accept(answer)?.takes_zstd)
    }

    /// `DELETE /api/pipe/{id}`: no end may join the pipe any more.
    pub(crate) fn delete_pipe(&self, id: &str) -> Result<(), ClientError> {
        let request = self.agent.delete(self.url(&format!("/api/pipe/{id}")));
        accept(self.authorised(request).call().map_err(ClientError::Transport)?).map(drop)
    }

    /// `POST /api/enrolment/join`: the first certificate.
    pub(crate) fn join(&self, request: &JoinRequest) -> Result<Certified, ClientError> {
        self.certified(JOIN_PATH, &serde_json::to_vec(request).unwrap_or_default())
    }

    /// `POST /api/enrolment/renew`: the next one.
    pub(crate) fn renew(&self, request: &RenewRequest) -> Result<Certified, ClientError> {
        self.certified(RENEW_PATH, &serde_json::to_vec(request).unwrap_or_default())
    }

    fn certified(&self, path: &str, body: &[u8]) -> Result<Certified, ClientError> {
        let request = self.authorised(self.agent.post(self.url(path)));
        let request = request.header("Content-Type", "application/json");
        let answer = accept(request.send(body).map_err(ClientError::Transport)?)?;
        serde_json::from_str(&answer.body).map_err(|_| {
            let text = "what answers there gives no certificate".to_owned();
            ClientError::Refused { status: 200, text }
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.target.base_url)
    }

    fn authorised<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let headers = self.headers().into_iter();
        headers.fold(request, |request, (name, value)| request.header(name, value))
    }
}

impl ServedApps {
    /// Lets `target` serve the app, unless another does, which comes back.
    pub(crate) fn claim(&self, app_id: &str, target: &Target) -> Result<(), String> {
        let mut served = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by = served.entry(app_id.to_owned()).or_insert_with(|| target.to_string());
        if *by == target.base_url { Ok(()) } else { Err(by.clone()) }
    }

    /// Lets another target serve the app.
    pub(crate) fn release(&self, app_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(app_id);
    }
}

impl ClientError {
    /// What lies behind, to be put after the words.
    pub(crate) fn cause(&self) -> String {
        std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default()
    }
}

/// What a 200 says, or what the app said instead.
fn accept(mut answer: ureq::http::Response<ureq::Body>) -> Result<Accepted, ClientError> {
    let status = answer.status().as_u16();
    let encodings = answer.headers().get("accept-encoding").and_then(|value| value.to_str().ok());
    let takes_zstd = encodings.is_some_and(|encodings| encodings.contains("zstd"));
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    let body = body.map_err(ClientError::Transport)?;
    if status == 200 {
        return Ok(Accepted { body, takes_zstd });
    }
    // Our apps say it as a JSON string.
    let text = serde_json::from_str(&body).unwrap_or_else(|_| body.trim().to_owned());
    let text = text.chars().take(REFUSAL_CHARS_MAX).collect();
    Err(ClientError::Refused { status, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_tells_whether_it_reads_zstd() {
        let check = |header: Option<&str>, expect: bool| {
            let mut answer = ureq::http::Response::builder().status(200);
            if let Some(header) = header {
                answer = answer.header("Accept-Encoding", header);
            }
            let answer = answer.body(ureq::Body::builder().data("{}")).unwrap();
            assert_eq!(accept(answer).unwrap().takes_zstd, expect, "{header:?}");
        };
        check(Some(scope_wire::ACCEPT_ENCODING), true);
        check(Some("gzip"), false);
        check(None, false);
    }

    #[test]
    fn an_app_is_served_through_one_target() {
        let (one, two) = (Target::local(1), Target::local(2));
        let served = ServedApps::default();
        assert_eq!(served.claim("a", &one), Ok(()));
        assert_eq!(served.claim("a", &one), Ok(()));
        assert_eq!(served.claim("a", &two), Err(one.base_url.clone()));
        assert_eq!(served.claim("b", &two), Ok(()));
        served.release("a");
        assert_eq!(served.claim("a", &two), Ok(()));
    }
}
