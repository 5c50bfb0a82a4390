//! The provider's word on who somebody is: a signed token (OpenID Connect Core 1.0 §2, §3.1.3.7).

use super::OpenIdError;
use super::keys::Keys;
use crate::identity::GROUPS_MAX;
use crate::secret::Digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of a token.
const TOKEN_BYTES_MAX: usize = 256 << 10;

/// How far the provider's clock may be from ours, in seconds.
const CLOCKS_APART_SECS: u64 = 60;

/// What the token must say.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) now_secs: u64,
}

/// What a token says.
#[derive(Debug)]
pub(crate) struct Claims(Map<String, Value>);

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: String,
    /// Extensions that must be understood; none is.
    crit: Option<Value>,
}

/// What the token says, once all of it is believed.
pub(crate) fn checked(
    token: &str,
    keys: &Keys,
    expected: &Expected<'_>,
) -> Result<Claims, OpenIdError> {
    let unbelievable = OpenIdError::Unbelievable;
    if token.len() > TOKEN_BYTES_MAX {
        return Err(unbelievable("it is too long"));
    }
    let (signed, signature) =
        token.rsplit_once('.').ok_or(unbelievable("it is no signed token"))?;
    let (head, body) = signed.split_once('.').ok_or(unbelievable("it is no signed token"))?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let head: Head = decode(head)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(unbelievable("it has no head"))?;
    let signature = decode(signature).ok_or(unbelievable("it has no signature"))?;
    let is_signed = keys.have_signed((&head.alg, &head.kid), signed.as_bytes(), &signature);
    if head.crit.is_some() || !is_signed {
        return Err(unbelievable("the provider did not sign it"));
    }
    let claims: Map<String, Value> = decode(body)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(unbelievable("it says nothing"))?;
    let claims = Claims(claims);
    claims.check(expected)?;
    Ok(claims)
}

impl Claims {
    /// A claim that is text and not blank.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether there is such a claim.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds what is wanted of what the provider says elsewhere of the same person; what the token
    /// says stands.
    pub(crate) fn add(&mut self, bytes: &[u8], wanted: &[&str]) -> Result<(), OpenIdError> {
        let more: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|_| OpenIdError::Answer("what it knows"))?;
        let more = Self(more);
        if more.text("sub").is_none() || more.text("sub") != self.text("sub") {
            return Err(OpenIdError::Unbelievable("it speaks of somebody else"));
        }
        for (name, value) in more.0 {
            if wanted.contains(&name.as_str()) {
                self.0.entry(name).or_insert(value);
            }
        }
        Ok(())
    }

    /// A claim that is a list of texts, or one text.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(list)) => {
                let texts = list.iter().filter_map(Value::as_str).take(GROUPS_MAX);
                texts.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    fn check(&self, expected: &Expected<'_>) -> Result<(), OpenIdError> {
        let must = |holds: bool, sentence| match holds {
            true => Ok(()),
            false => Err(OpenIdError::Unbelievable(sentence)),
        };
        must(self.text("iss") == Some(expected.issuer), "another provider signed it")?;
        let audience = self.texts("aud");
        must(audience.iter().any(|own| own == expected.client_id), "it is for another app")?;
        let party = self.text("azp");
        let is_ours = party.map_or(audience.len() == 1, |party| party == expected.client_id);
        must(is_ours, "it was given to another app")?;
        let latest_secs = self.secs("exp").map(|secs| secs.saturating_add(CLOCKS_APART_SECS));
        must(latest_secs.is_some_and(|secs| expected.now_secs < secs), "it has ended")?;
        for name in ["iat", "nbf"] {
            let earliest = self.secs(name).map(|secs| secs.saturating_sub(CLOCKS_APART_SECS));
            let is_optional = name == "nbf" && !self.0.contains_key(name);
            let has_begun = earliest.is_some_and(|secs| secs <= expected.now_secs);
            must(is_optional || has_begun, "it is from the future")?;
        }
        let nonce = self.text("nonce").unwrap_or_default();
        must(Digest::of(nonce).is(&Digest::of(expected.nonce)), "it answers another sign-in")?;
        must(self.text("sub").is_some(), "it names nobody")
    }

    /// Unix time, which may have a fraction.
    fn secs(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        let whole = value.as_u64();
        let rounded = || value.as_f64().filter(|secs| *secs >= 0.0 && *secs < 1e15);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between zero and 1e15"
        )]
        let cut = |secs: f64| secs as u64;
        whole.or_else(|| rounded().map(cut))
    }
}
