//! The keys by which a provider signs (RFC 7517, RFC 7518 §6), and signatures by them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// Keys of one provider that are looked at.
const KEYS_MAX: usize = 64;

/// The keys of a provider.
pub(crate) struct Keys(Vec<Key>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// A key as the provider writes it; what is not of its kind is blank.
#[derive(Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: String,
    #[serde(default, rename = "use")]
    purpose: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

impl Keys {
    /// Reads a set of keys; those of unknown kinds are left out.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let set: Set = serde_json::from_slice(bytes).ok()?;
        let keys = set.keys.into_iter().take(KEYS_MAX);
        let keys = keys.filter_map(|key| serde_json::from_value::<Key>(key).ok());
        Some(Self(keys.filter(|key| key.purpose.is_empty() || key.purpose == "sig").collect()))
    }

    /// Whether one of the keys, of that id if it is not blank, signed the message so.
    pub(crate) fn have_signed(
        &self,
        (algorithm, id): (&str, &str),
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let named = self.0.iter().filter(|key| id.is_empty() || key.kid == id);
        let mut found = named.map(|key| key.has_signed(algorithm, message, signature));
        found.any(|verified| verified == Some(true))
    }
}

impl Key {
    /// The algorithm must be one of the key's kind: what is signed does not choose how it is
    /// checked. Those with a shared secret, and `none`, are none of them.
    fn has_signed(&self, algorithm: &str, message: &[u8], given: &[u8]) -> Option<bool> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        if self.kty == "RSA" {
            let parameters = match algorithm {
                "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
                "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
                _ => return None,
            };
            let key = RsaPublicKeyComponents { n: decode(&self.n)?, e: decode(&self.e)? };
            return Some(key.verify(parameters, message, given).is_ok());
        }
        let point = || -> Option<Vec<u8>> {
            Some([&[4][..], &decode(&self.x)?, &decode(&self.y)?].concat())
        };
        let is_right = match (self.kty.as_str(), self.crv.as_str(), algorithm) {
            ("EC", "P-256", "ES256") => {
                let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point()?);
                key.verify(message, given)
            }
            ("EC", "P-384", "ES384") => {
                let key = UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point()?);
                key.verify(message, given)
            }
            ("OKP", "Ed25519", "EdDSA" | "Ed25519") => {
                let key = UnparsedPublicKey::new(&signature::ED25519, decode(&self.x)?);
                key.verify(message, given)
            }
            _ => return None,
        };
        Some(is_right.is_ok())
    }
}
