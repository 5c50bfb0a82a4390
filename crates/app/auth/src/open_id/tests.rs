//! The flow against a provider made of answers, and words that must not be believed.

use super::*;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::cell::RefCell;

const ISSUER: &str = "https://id.example";
const CLIENT: &str = "scope";

/// A provider that signs whatever it is told to.
struct Provider {
    pair: EcdsaKeyPair,
    head: Value,
    claims: Value,
    more: Value,
    posted: RefCell<Vec<String>>,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let claims = json!({
            "iss": ISSUER, "aud": CLIENT, "sub": "248289761001", "exp": 1300, "iat": 1000,
            "preferred_username": "eve", "groups": ["ops", 7, "dev"],
        });
        let head = json!({"alg": "ES256", "kid": "k1"});
        let more = json!({"sub": "248289761001", "preferred_username": "zoe", "iss": "x"});
        Self { pair, head, claims, more, posted: RefCell::default() }
    }

    fn token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.head), part(&self.claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn keys(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = (part(&point[1..33]), part(&point[33..]));
        json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "k0", "use": "enc", "x": x, "y": y},
            {"kty": "later", "kid": 7},
            {"kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": x, "y": y},
        ]})
    }
}

impl Fetch for Provider {
    fn get(&self, url: &str, token: Option<&str>) -> Result<Vec<u8>, String> {
        let path = url.strip_prefix(ISSUER).unwrap();
        let value = match path {
            "/keys" => self.keys(),
            "/me" => {
                assert_eq!(token, Some("x"));
                self.more.clone()
            }
            "/.well-known/openid-configuration" => json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/auth?tenant=1"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/keys"),
                "userinfo_endpoint": format!("{ISSUER}/me"),
            }),
            other => return Err(format!("there is no {other}")),
        };
        Ok(value.to_string().into_bytes())
    }

    fn post(&self, _: &str, form: &str, account: Option<(&str, &str)>) -> Result<Vec<u8>, String> {
        assert_eq!(account, Some((CLIENT, "s%3Acret")));
        self.posted.borrow_mut().push(form.to_owned());
        Ok(json!({"id_token": self.token(), "access_token": "x"}).to_string().into_bytes())
    }
}

fn open_id() -> OpenId {
    OpenId::new(OpenIdConfig {
        issuer: ISSUER.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: "s:cret".to_owned(),
        callback: "https://scope.example/api/sign-in/open-id/callback".to_owned(),
        scopes: "openid profile".to_owned(),
        name_claim: "preferred_username".to_owned(),
        groups_claim: "groups".to_owned(),
    })
    .unwrap()
}

fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap().to_owned()
}

/// Goes all the way, the provider's word changed by `change`.
fn sign_in(change: impl FnOnce(&mut Provider)) -> Result<Identity, OpenIdError> {
    let (mut provider, open_id) = (Provider::new(), open_id());
    let begun = open_id.begin(&provider, [[1; 32], [2; 32], [3; 32]], 1000).unwrap();
    provider.claims["nonce"] = parameter(&begun.url, "nonce").into();
    change(&mut provider);
    let state = begun.state.text().to_owned();
    let brought = Brought { state, code: "c".to_owned(), ..Brought::default() };
    open_id.finish(&provider, &brought, begun.state.text(), 1010)
}

#[test]
fn the_provider_vouches() {
    let (mut provider, open_id) = (Provider::new(), open_id());
    let begun = open_id.begin(&provider, [[1; 32], [2; 32], [3; 32]], 1000).unwrap();
    assert!(begun.url.starts_with("https://id.example/auth?tenant=1&response_type=code&"));
    assert!(begun.url.contains("redirect_uri=https%3A%2F%2Fscope.example%2Fapi%2F"));
    provider.claims["nonce"] = parameter(&begun.url, "nonce").into();
    let state = parameter(&begun.url, "state");
    let brought = Brought { state, code: "c".to_owned(), ..Brought::default() };
    let found = open_id.finish(&provider, &brought, begun.state.text(), 1010).unwrap();
    let groups = ["ops".to_owned(), "dev".to_owned()];
    assert_eq!(found, Identity::new("eve", Method::OpenId).in_groups(groups));
    // PKCE: what is shown now is what was promised then.
    let posted = provider.posted.borrow()[0].clone();
    let verifier = posted.split("code_verifier=").nth(1).unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Digest::of(verifier).bytes());
    assert_eq!(challenge, parameter(&begun.url, "code_challenge"));
    let again = open_id.finish(&provider, &brought, begun.state.text(), 1010);
    assert_eq!(again, Err(OpenIdError::Unasked), "replayed");
}

#[test]
fn what_cannot_be_believed_is_not() {
    let check = |change: &dyn Fn(&mut Provider), word: &str| {
        let error = sign_in(|provider| change(provider)).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    };
    assert!(sign_in(|_| {}).is_ok());
    check(&|own| own.claims["iss"] = "https://evil.example".into(), "another provider");
    check(&|own| own.claims["aud"] = "other".into(), "another app");
    check(&|own| own.claims["aud"] = json!([CLIENT, "other"]), "another app");
    check(&|own| own.claims["azp"] = "other".into(), "another app");
    check(&|own| own.claims["exp"] = 940.into(), "has ended");
    check(&|own| own.claims["exp"] = "later".into(), "has ended");
    check(&|own| own.claims["exp"] = Value::Null, "has ended");
    check(&|own| own.claims["iat"] = 5000.into(), "future");
    check(&|own| own.claims["nbf"] = 5000.into(), "future");
    check(&|own| own.claims["nbf"] = "x".into(), "future");
    check(&|own| own.claims["nonce"] = "x".into(), "another sign-in");
    check(&|own| own.claims["nonce"] = Value::Null, "another sign-in");
    check(&|own| own.claims["sub"] = "".into(), "names nobody");
    check(&|own| own.head["alg"] = "none".into(), "did not sign");
    check(&|own| own.head["alg"] = "HS256".into(), "did not sign");
    check(&|own| own.head["alg"] = "RS256".into(), "did not sign");
    check(&|own| own.head["kid"] = "k0".into(), "did not sign");
    check(&|own| own.head["crit"] = json!(["b64"]), "did not sign");
    assert!(sign_in(|own| own.claims["aud"] = json!([CLIENT])).is_ok());
    assert!(sign_in(|own| own.claims["exp"] = 1000.5.into()).is_ok());
    let nameless = sign_in(|own| own.claims["preferred_username"] = Value::Null).unwrap();
    assert_eq!(nameless.name, "248289761001");
}

#[test]
fn what_is_told_elsewhere_is_of_the_same_person() {
    let without = |own: &mut Provider| {
        own.claims.as_object_mut().unwrap().remove("preferred_username");
    };
    assert_eq!(sign_in(without).unwrap().name, "zoe");
    let groups = |own: &mut Provider| {
        own.claims.as_object_mut().unwrap().remove("groups");
        own.more["groups"] = "ops".into();
    };
    let found = sign_in(groups).unwrap();
    assert_eq!((found.name.as_str(), found.groups), ("eve", vec!["ops".to_owned()]));
    for other in [json!("1"), Value::Null] {
        let error = sign_in(|own| {
            without(own);
            own.more["sub"] = other;
        });
        assert!(error.unwrap_err().to_string().contains("somebody else"));
    }
}

#[test]
fn another_browser_cannot_finish() {
    let (provider, open_id) = (Provider::new(), open_id());
    let begun = open_id.begin(&provider, [[1; 32], [2; 32], [3; 32]], 1000).unwrap();
    let state = begun.state.text().to_owned();
    let brought = Brought { state, code: "c".to_owned(), ..Brought::default() };
    let finish = |brought: &Brought, kept: &str, now_secs| {
        open_id.finish(&provider, brought, kept, now_secs).unwrap_err()
    };
    assert_eq!(finish(&brought, "", 1000), OpenIdError::Unasked);
    assert_eq!(finish(&Brought::default(), "", 1000), OpenIdError::Unasked);
    assert_eq!(finish(&brought, begun.state.text(), 1000 + PENDING_SECS), OpenIdError::Unasked);
    let begun = open_id.begin(&provider, [[4; 32], [5; 32], [6; 32]], 1000).unwrap();
    let state = begun.state.text().to_owned();
    let brought = Brought { state, error: "access_denied".to_owned(), ..Brought::default() };
    let error = finish(&brought, begun.state.text(), 1000);
    assert_eq!(error, OpenIdError::Refused("access_denied".to_owned()));
}

#[test]
fn only_safe_addresses_are_asked() {
    let check = |url: &str, expect: bool| assert_eq!(is_trusted(url), expect, "{url}");
    check("https://id.example", true);
    check("http://localhost:3000/x", true);
    check("http://[::1]:3000", true);
    check("http://id.example", false);
    check("http://localhost.evil.example", false);
    check("http://127.0.0.1@evil.example", false);
    check("file:///etc/passwd", false);
}

proptest! {
    #[test]
    fn random_words_do_no_harm(token in ".{0,300}", keys in ".{0,300}") {
        let keys = Keys::parse(keys.as_bytes())
            .unwrap_or_else(|| Keys::parse(b"{\"keys\":[]}").unwrap());
        let expected =
            id_token::Expected { issuer: ISSUER, client_id: CLIENT, nonce: "", now_secs: 0 };
        prop_assert!(id_token::checked(&token, &keys, &expected).is_err());
    }
}
