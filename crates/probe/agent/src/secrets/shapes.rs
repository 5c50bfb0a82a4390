//! Shapes that only credentials have, wherever they stand.

use super::Found;
use super::names::NameKind;
use super::values::{is_random, is_secret};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::ops::Range;

/// A beginning that is given to credentials of one kind.
struct Shape {
    start: &'static str,
    /// Bytes that follow at least.
    rest_bytes_min: usize,
    /// Whether what follows has digits and capitals; without, it could be words.
    is_mixed: bool,
}

const fn mixed(start: &'static str, rest_bytes_min: usize) -> Shape {
    Shape { start, rest_bytes_min, is_mixed: true }
}

const fn any(start: &'static str, rest_bytes_min: usize) -> Shape {
    Shape { start, rest_bytes_min, is_mixed: false }
}

/// As their makers document them.
const SHAPES: [Shape; 48] = [
    // GitHub, GitLab, Slack.
    any("ghp_", 30),
    any("gho_", 30),
    any("ghu_", 30),
    any("ghs_", 30),
    any("ghr_", 30),
    any("github_pat_", 22),
    any("glpat-", 16),
    any("gldt-", 16),
    any("glrt-", 16),
    any("glsoat-", 16),
    any("glcbt-", 16),
    any("xoxb-", 10),
    any("xoxa-", 10),
    any("xoxp-", 10),
    any("xoxr-", 10),
    any("xoxs-", 10),
    any("xoxe-", 10),
    any("xoxe.", 10),
    any("xapp-", 10),
    // Google, Stripe, SendGrid, OpenAI and Anthropic.
    mixed("AIza", 30),
    mixed("ya29.", 20),
    any("GOCSPX-", 20),
    any("sk_live_", 10),
    any("sk_test_", 10),
    any("rk_live_", 10),
    any("rk_test_", 10),
    mixed("whsec_", 20),
    mixed("SG.", 30),
    mixed("sk-", 20),
    // Package registries and clouds.
    any("npm_", 30),
    mixed("pypi-", 30),
    any("rubygems_", 30),
    any("dckr_pat_", 20),
    any("dop_v1_", 40),
    any("doo_v1_", 40),
    mixed("hf_", 30),
    mixed("LTAI", 12),
    // HashiCorp, Grafana, Atlassian, Tailscale, Shopify, Sentry, age, New Relic, Postman.
    mixed("hvs.", 20),
    mixed("hvb.", 20),
    any("glsa_", 20),
    mixed("ATATT3", 30),
    any("tskey-", 16),
    any("shpat_", 20),
    any("shpss_", 20),
    any("sntrys_", 20),
    any("AGE-SECRET-KEY-1", 20),
    any("NRAK-", 20),
    any("PMAK-", 20),
];

/// Access keys of AWS: four letters and sixteen more.
const AWS_STARTS: [&str; 4] = ["AKIA", "ASIA", "ABIA", "ACCA"];
const AWS_BYTES: usize = 20;

/// How the hashes of passwords begin, and how long they are at least.
const HASH_STARTS: [&str; 12] = [
    "$apr1$", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$argon2", "$pbkdf2", "{SHA}",
    "{SSHA}",
];
const HASH_BYTES_MIN: usize = 20;

/// Bytes of a word that tell what it is.
const CREDENTIAL_BYTES_MAX: usize = 1024;

/// Addresses that let in whoever knows them; what follows is the secret.
const SECRET_PATHS: [&str; 4] = [
    "hooks.slack.com/services/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "api.telegram.org/bot",
];

/// Bytes after `://` in which the end of a name and a password is looked for.
const USER_BYTES_MAX: usize = 512;

const PEM_START: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";
const PEM_TITLE_BYTES_MAX: usize = 80;

/// Finds all of them in `text`, which begins at `base` of the whole.
pub(super) fn find(text: &str, base: usize, found: &mut Found) {
    let mut push = |range: Range<usize>| found.push(base + range.start..base + range.end);
    tokens(text, &mut push);
    addresses(text, &mut push);
    for start in SECRET_PATHS {
        after(text, start, |byte| !ends_address(byte), &mut |own| {
            push(own.start + start.len()..own.end)
        });
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"$./+=,{}_-".contains(&byte);
    for start in HASH_STARTS {
        after(text, start, is_part, &mut |own| {
            if own.len() >= HASH_BYTES_MIN {
                push(own);
            }
        });
    }
}

/// Every place where `start` stands outside the ones before, with all of that kind that follows.
fn after(text: &str, start: &str, kind: impl Fn(u8) -> bool, push: &mut impl FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(start)) {
        let (at, end) = (from + at, from + at + start.len());
        from = end + span(text, end, &kind);
        push(at..from);
    }
}

/// Finds private keys, which reach over many words.
pub(super) fn find_pem(text: &str, found: &mut Found) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(PEM_START)) {
        let title = from + at + PEM_START.len();
        from = title;
        let until = text.floor_char_boundary(title + PEM_TITLE_BYTES_MAX);
        let head = text.get(title..until).unwrap_or_default();
        let Some(end) = head.find("-----") else { continue };
        if !head.get(..end).is_some_and(|title| title.contains("PRIVATE KEY")) {
            continue;
        }
        let body = title + end + "-----".len();
        let bytes = text.get(body..).and_then(|rest| rest.find(PEM_END));
        // One that was cut has no end.
        let over = bytes.map_or(text.len(), |bytes| body + bytes);
        found.push(body..over);
        from = over;
    }
}

/// Whether a word, in the place of a program's argument, is `name:password@host`; where the
/// password is.
pub(super) fn password_before_host(word: &str) -> Option<Range<usize>> {
    let (user, rest) = word.split_once(':')?;
    let (password, host) = rest.rsplit_once('@')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-%+".contains(&byte);
    let is_address = matches!(user, "mailto" | "sip" | "sips" | "xmpp" | "acct" | "npm" | "jsr");
    // An image by its digest: name:tag@sha256:…
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    let is_host = host.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '[');
    let is_user = user.bytes().all(is_name) && !user.bytes().all(|byte| byte.is_ascii_digit());
    let is_password = is_secret(NameKind::Password, password) && !password.contains('/');
    let start = user.len() + 1;
    let fits = is_user && is_password && is_host && !is_address && !is_digest;
    fits.then(|| start..start + password.len())
}

/// Words with a beginning of their own, and what follows `Bearer` and `Basic`.
fn tokens(text: &str, push: &mut impl FnMut(Range<usize>)) {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let mut at = 0;
    let mut scheme: Option<(bool, usize)> = None;
    while at < text.len() {
        let bytes = span(text, at, is_part);
        if bytes == 0 {
            at += 1;
            continue;
        }
        let word = text.get(at..at + bytes).unwrap_or_default();
        if let Some(start) = credential_in(word) {
            push(at + start..at + bytes);
        }
        if let Some((is_basic, after)) = scheme.take()
            && after + 1 == at
        {
            let more = span(text, at, |byte| is_part(byte) || b"+/=~".contains(&byte));
            let value = text.get(at..at + more).unwrap_or_default();
            if if is_basic { is_basic_value(value) } else { is_bearer_value(value) } {
                push(at..at + more);
            }
        }
        at += bytes;
        if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") {
            scheme = Some((word.eq_ignore_ascii_case("basic"), at));
        }
    }
}

/// Where in a word a credential begins.
fn credential_in(word: &str) -> Option<usize> {
    let mut is_start = true;
    for (at, byte) in word.bytes().enumerate() {
        let may_start = std::mem::replace(&mut is_start, b"_-.".contains(&byte));
        if may_start && word.get(at..).is_some_and(is_credential) {
            return Some(at);
        }
    }
    None
}

fn is_credential(text: &str) -> bool {
    let text = text.get(..text.floor_char_boundary(CREDENTIAL_BYTES_MAX)).unwrap_or_default();
    let is_aws = AWS_STARTS.iter().any(|start| text.starts_with(start));
    if is_aws {
        let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        return span(text, 0, is_part) == AWS_BYTES;
    }
    // Two parts of base64url, of which the first begins with `{"` (RFC 7519).
    if text.starts_with("eyJ") {
        return text.len() >= 30 && text.contains('.');
    }
    SHAPES.iter().any(|shape| {
        let Some(rest) = text.strip_prefix(shape.start) else { return false };
        let has = |kind: fn(&u8) -> bool| rest.as_bytes().iter().any(kind);
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase);
        rest.len() >= shape.rest_bytes_min && (is_mixed || !shape.is_mixed)
    })
}

/// RFC 6750; in prose a word follows.
fn is_bearer_value(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    (text.len() >= 8 && has_digit) || is_random(text)
}

/// RFC 7617: base64 of a name, a colon and a password.
fn is_basic_value(text: &str) -> bool {
    BASE64_STANDARD.decode(text).is_ok_and(|decoded| decoded.contains(&b':'))
}

/// `scheme://user:password@host`.
fn addresses(text: &str, push: &mut impl FnMut(Range<usize>)) {
    for (at, _) in text.match_indices("://") {
        let from = at + "://".len();
        let until = text.floor_char_boundary(from + USER_BYTES_MAX);
        let window = text.get(from..until).unwrap_or_default();
        let window = window.get(..span(window, 0, |byte| !ends_address(byte))).unwrap_or_default();
        if let Some(secret) = secret_before_host(window) {
            push(from + secret.start..from + secret.end);
        }
    }
}

/// The secret in `user:password@host/path`, or in `token@host`.
fn secret_before_host(address: &str) -> Option<Range<usize>> {
    let authority = address.get(..span(address, 0, |byte| !b"/?#".contains(&byte)))?;
    let end = match authority.rfind('@') {
        Some(end) => end,
        // Whoever writes a password by hand may leave a slash in it; a port would be a number.
        None => {
            let (_, port) = authority.split_once(':')?;
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let is_address = is_port || port.starts_with('$') || authority.starts_with('[');
            let before_query = address.get(..span(address, 0, |byte| byte != b'?'))?;
            before_query.rfind('@').filter(|_| !is_address)?
        }
    };
    match address.get(..end)?.find(':') {
        Some(colon) => Some(colon + 1..end).filter(|own| {
            address.get(own.clone()).is_some_and(|it| is_secret(NameKind::Password, it))
        }),
        None => address.get(..end).filter(|user| is_random(user)).map(|_| 0..end),
    }
}

fn ends_address(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'<>`".contains(&byte)
}

/// How many bytes from `from` on are of a kind.
fn span(text: &str, from: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    rest.iter().position(|byte| !kind(*byte)).unwrap_or(rest.len())
}
