//! How an OpenID Connect provider is asked.

use scope_auth::{ANSWER_BYTES_MAX, Fetch};
use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body};

/// How long the provider may take for one answer.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks over HTTP; follows nobody elsewhere.
pub(crate) struct Provider(Agent);

impl Provider {
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PROVIDER_TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(true)
            .build();
        Self(Agent::new_with_config(config))
    }
}

impl Fetch for Provider {
    fn get(&self, url: &str, token: Option<&str>) -> Result<Vec<u8>, String> {
        let mut request = self.0.get(url).header("Accept", "application/json");
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        read(url, request.call())
    }

    fn post(
        &self,
        url: &str,
        form: &str,
        account: Option<(&str, &str)>,
    ) -> Result<Vec<u8>, String> {
        use base64::Engine;
        let request = self.0.post(url).header("Accept", "application/json");
        let mut request = request.header("Content-Type", "application/x-www-form-urlencoded");
        if let Some((name, password)) = account {
            let text = format!("{name}:{password}");
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            request = request.header("Authorization", format!("Basic {encoded}"));
        }
        read(url, request.send(form))
    }
}

fn read(url: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>, String> {
    let failed = |error: ureq::Error| format!("{url}: {error}");
    let mut answer = answer.map_err(failed)?;
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX as u64);
    body.read_to_vec().map_err(failed)
}
