//! Signing in at an OpenID Connect provider: the authorization code flow with PKCE.
//!
//! OpenID Connect Core 1.0 §3.1, RFC 7636 (PKCE, S256), RFC 9207 (who answers). This decides; what
//! is fetched comes through [`Fetch`]. It takes who somebody is from the provider's signed word
//! alone, and keeps none of the provider's tokens.

mod id_token;

mod keys;

use crate::identity::{Identity, Method};
use crate::secret::{Digest, Secret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::Keys;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long somebody may take at the provider, in seconds.
const PENDING_SECS: u64 = 600;

/// People at the provider at once; who came first makes room.
const PENDING_MAX: usize = 1024;

/// How long what the provider says of itself is remembered, in seconds.
const DISCOVERED_SECS: u64 = 600;

/// Bytes of an answer of the provider that are read.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;

/// How the app is known to the provider.
#[derive(Clone)]
pub struct OpenIdConfig {
    /// The provider, as it calls itself.
    pub issuer: String,
    /// The app, as the provider calls it.
    pub client_id: String,
    /// What the app shows the provider; blank for a public client.
    pub client_secret: String,
    /// Where the provider sends people back to.
    pub callback: String,
    /// What the provider is asked for, with spaces; `openid` is among it.
    pub scopes: String,
    /// The claim that is the name.
    pub name_claim: String,
    /// The claim that lists the groups.
    pub groups_claim: String,
}

/// How the provider is asked.
pub trait Fetch {
    /// Gets an address, with an access token if any; the body of a successful answer of at most
    /// [`ANSWER_BYTES_MAX`].
    fn get(&self, url: &str, token: Option<&str>) -> Result<Vec<u8>, String>;

    /// Posts a form, with a name and password of HTTP's basic authentication if any.
    fn post(&self, url: &str, form: &str, account: Option<(&str, &str)>)
    -> Result<Vec<u8>, String>;
}

/// Why nobody was signed in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdError {
    /// The issuer is no address that can be trusted.
    #[error("the issuer {0:?} is no https address, and not on this machine")]
    Issuer(String),
    /// It cannot be asked.
    #[error("ask the provider: {0}")]
    Fetch(String),
    /// It answers something else.
    #[error("the provider's answer cannot be read: {0}")]
    Answer(&'static str),
    /// Nobody was sent there from here, or too long ago.
    #[error("this sign-in was not begun here, or took too long; begin again")]
    Unasked,
    /// It did not let them in.
    #[error("the provider let nobody in: {0}")]
    Refused(String),
    /// What it says is not for us, or not from it.
    #[error("the provider's word cannot be believed: {0}")]
    Unbelievable(&'static str),
}

/// A sign-in that was begun.
pub struct Begun {
    /// Where the browser is sent.
    pub url: String,
    /// What the browser keeps meanwhile, in a cookie, and the provider sends back.
    pub state: Secret,
}

/// What the provider had the browser bring.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// What the provider sends back.
    pub state: String,
    /// To be exchanged for its word.
    pub code: String,
    /// Why there is no code.
    pub error: String,
    /// Who says so.
    pub issuer: String,
}

/// The sign-in at one provider.
pub struct OpenId {
    config: OpenIdConfig,
    discovered: Mutex<Option<(u64, Discovered)>>,
    pending: Mutex<HashMap<Digest, Pending>>,
}

impl std::fmt::Debug for OpenId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "OpenId({})", self.config.issuer)
    }
}

#[derive(Clone)]
struct Pending {
    begun_secs: u64,
    nonce: String,
    verifier: String,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0 §3).
#[derive(Clone, Debug, Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Exchanged {
    id_token: String,
    access_token: Option<String>,
}

impl OpenId {
    /// The sign-in at the provider of `config`, which is not asked anything yet.
    pub fn new(config: OpenIdConfig) -> Result<Self, OpenIdError> {
        if !is_trusted(&config.issuer) {
            return Err(OpenIdError::Issuer(config.issuer));
        }
        Ok(Self { config, discovered: Mutex::default(), pending: Mutex::default() })
    }

    /// Begins a sign-in. Asks the provider: not for an async task.
    pub fn begin(
        &self,
        fetch: &impl Fetch,
        [state, nonce, verifier]: [[u8; 32]; 3],
        now_secs: u64,
    ) -> Result<Begun, OpenIdError> {
        let provider = self.discover(fetch, now_secs)?;
        let [state, nonce, verifier] = [state, nonce, verifier].map(|bytes| Secret::new("", bytes));
        let challenge = URL_SAFE_NO_PAD.encode(verifier.digest().bytes());
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.config.callback),
            ("scope", &self.config.scopes),
            ("state", state.text()),
            ("nonce", nonce.text()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let mark = if provider.authorization_endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{}{mark}{query}", provider.authorization_endpoint);
        let (nonce, verifier) = (nonce.text().to_owned(), verifier.text().to_owned());
        let mut pending = lock(&self.pending);
        pending.retain(|_, own| now_secs < own.begun_secs.saturating_add(PENDING_SECS));
        if pending.len() >= PENDING_MAX {
            let first = pending.iter().min_by_key(|(_, own)| own.begun_secs);
            if let Some(first) = first.map(|(state, _)| *state) {
                pending.remove(&first);
            }
        }
        pending.insert(state.digest(), Pending { begun_secs: now_secs, nonce, verifier });
        Ok(Begun { url, state })
    }

    /// Ends a sign-in: who it is. `kept` is what the browser kept. Asks the provider: not for an
    /// async task.
    pub fn finish(
        &self,
        fetch: &impl Fetch,
        brought: &Brought,
        kept: &str,
        now_secs: u64,
    ) -> Result<Identity, OpenIdError> {
        let state = Digest::of(&brought.state);
        // The same browser, or somebody could have another sign in as themselves.
        if !state.is(&Digest::of(kept)) {
            return Err(OpenIdError::Unasked);
        }
        let pending = lock(&self.pending).remove(&state).ok_or(OpenIdError::Unasked)?;
        if now_secs >= pending.begun_secs.saturating_add(PENDING_SECS) {
            return Err(OpenIdError::Unasked);
        }
        if !brought.issuer.is_empty() && brought.issuer != self.config.issuer {
            return Err(OpenIdError::Unbelievable("it is another provider's"));
        }
        if !brought.error.is_empty() || brought.code.is_empty() {
            return Err(OpenIdError::Refused(brought.error.chars().take(200).collect()));
        }
        let provider = self.discover(fetch, now_secs)?;
        let exchanged = self.exchange(fetch, &provider, &brought.code, &pending.verifier)?;
        let keys = fetch.get(&provider.jwks_uri, None).map_err(OpenIdError::Fetch)?;
        let keys = Keys::parse(&keys).ok_or(OpenIdError::Answer("its keys"))?;
        let expected = id_token::Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &pending.nonce,
            now_secs,
        };
        let mut claims = id_token::checked(&exchanged.id_token, &keys, &expected)?;
        self.ask_for_more(fetch, &provider, &exchanged, &mut claims)?;
        let name = claims
            .text(&self.config.name_claim)
            .or_else(|| claims.text("sub"))
            .ok_or(OpenIdError::Unbelievable("it names nobody"))?;
        let groups = claims.texts(&self.config.groups_claim);
        Ok(Identity::new(name, Method::OpenId).in_groups(groups))
    }

    fn exchange(
        &self,
        fetch: &impl Fetch,
        provider: &Discovered,
        code: &str,
        verifier: &str,
    ) -> Result<Exchanged, OpenIdError> {
        let OpenIdConfig { client_id, client_secret, callback, .. } = &self.config;
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", callback.as_str()),
            ("code_verifier", verifier),
        ];
        let methods = &provider.token_endpoint_auth_methods_supported;
        // By the standard a provider that says nothing takes basic authentication.
        let is_basic = methods.is_empty() || methods.iter().any(|own| own == "client_secret_basic");
        // RFC 6749 §2.3.1: both are encoded as in a form first.
        let (id, secret) = (encoded(client_id), encoded(client_secret));
        let account = (is_basic && !client_secret.is_empty()).then_some((&*id, &*secret));
        if account.is_none() {
            pairs.push(("client_id", client_id));
            if !client_secret.is_empty() {
                pairs.push(("client_secret", client_secret));
            }
        }
        let body = fetch.post(&provider.token_endpoint, &form(&pairs), account);
        let body = body.map_err(OpenIdError::Fetch)?;
        serde_json::from_slice(&body).map_err(|_| OpenIdError::Answer("its token"))
    }

    /// Some providers tell names and groups only when asked again (§5.3, §5.4).
    fn ask_for_more(
        &self,
        fetch: &impl Fetch,
        provider: &Discovered,
        exchanged: &Exchanged,
        claims: &mut id_token::Claims,
    ) -> Result<(), OpenIdError> {
        let wanted = [&*self.config.name_claim, &*self.config.groups_claim];
        let (Some(url), Some(token)) = (&provider.userinfo_endpoint, &exchanged.access_token)
        else {
            return Ok(());
        };
        if wanted.iter().all(|name| claims.has(name)) {
            return Ok(());
        }
        let more = fetch.get(url, Some(token)).map_err(OpenIdError::Fetch)?;
        claims.add(&more, &wanted)
    }

    fn discover(&self, fetch: &impl Fetch, now_secs: u64) -> Result<Discovered, OpenIdError> {
        if let Some((ends_secs, found)) = &*lock(&self.discovered)
            && now_secs < *ends_secs
        {
            return Ok(found.clone());
        }
        let issuer = &self.config.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let body = fetch.get(&url, None).map_err(OpenIdError::Fetch)?;
        let found: Discovered =
            serde_json::from_slice(&body).map_err(|_| OpenIdError::Answer("its discovery"))?;
        if found.issuer != *issuer {
            return Err(OpenIdError::Unbelievable("it calls itself by another name"));
        }
        let all = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        if !all.into_iter().chain(&found.userinfo_endpoint).all(|url| is_trusted(url)) {
            return Err(OpenIdError::Answer("an address of its is not https"));
        }
        let ends_secs = now_secs.saturating_add(DISCOVERED_SECS);
        *lock(&self.discovered) = Some((ends_secs, found.clone()));
        Ok(found)
    }
}

/// Whether nobody on the way can read or change what goes to an address.
fn is_trusted(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return url.starts_with("https://") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but what never needs it (RFC 3986 §2.3).
fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
