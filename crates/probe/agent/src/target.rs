//! Where reports go: `[scheme://][token@]host[:port][/path]`, as the original reads it.

use crate::app_tls::Fingerprint;
use crate::membership::Membership;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// The port of an app when no scheme is given.
const APP_PORT: u16 = 4040;

/// An app to publish to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Scheme, host, port and path, without a slash at the end.
    pub base_url: String,
    /// Sent as `Authorization: Scope-Probe token=…`; blank for none.
    pub token: String,
    /// `name:password` in base64, sent as `Authorization: Basic …` instead; blank for none.
    basic: String,
    /// Who is believed to be the app over https.
    pub(crate) trust: Trust,
}

/// Who is believed to be an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Whom public authorities vouch for.
    Public,
    /// Whoever answers.
    Anyone,
    /// Whom the app's own authority vouches for; the probe shows what it holds there.
    Own(Fingerprint, Option<Membership>),
}

/// The text names no app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an app address: {reason}; write [http://]host[:port], for example 10.0.0.5:4040"
)]
pub struct InvalidTarget {
    text: String,
    reason: &'static str,
}

impl Target {
    /// The app of this machine.
    pub fn local(port: u16) -> Self {
        Self::new(format!("http://127.0.0.1:{port}"), String::new())
    }

    /// The app of this machine that listens at `address`, on one of its networks perhaps.
    pub fn listening(address: SocketAddr) -> Self {
        if address.ip().is_unspecified() {
            return Self::local(address.port());
        }
        Self::new(format!("http://{address}"), String::new())
    }

    /// Shows the app a name, which contains no colon, and a password.
    pub fn sign_in(&mut self, name: &str, password: &str) {
        self.basic = STANDARD.encode(format!("{name}:{password}"));
    }

    /// Believes whoever answers over https to be the app.
    pub fn believe_anyone(&mut self) {
        self.trust = Trust::Anyone;
    }

    /// Believes only an app that this authority vouches for, whatever its address, and shows it
    /// the membership. It is reached over TLS.
    pub fn trust_authority(&mut self, authority: Fingerprint, membership: Option<Membership>) {
        if let Some(rest) = self.base_url.strip_prefix("http://") {
            self.base_url = format!("https://{rest}");
        }
        self.trust = Trust::Own(authority, membership);
    }

    /// Speaks to the app as the member that this probe is.
    pub fn speak_as(&mut self, membership: Membership) {
        self.trust_authority(membership.authority(), Some(membership));
    }

    /// What this probe holds at the app.
    pub(crate) fn membership(&self) -> Option<&Membership> {
        match &self.trust {
            Trust::Own(_, membership) => membership.as_ref(),
            Trust::Public | Trust::Anyone => None,
        }
    }

    /// What signs the probe in, as the value of the header `Authorization`.
    pub(crate) fn authorization(&self) -> Option<String> {
        if !self.basic.is_empty() {
            Some(format!("Basic {}", self.basic))
        } else if !self.token.is_empty() {
            Some(format!("Scope-Probe token={}", self.token))
        } else {
            None
        }
    }

    fn new(base_url: String, token: String) -> Self {
        Self { base_url, token, basic: String::new(), trust: Trust::Public }
    }
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let invalid = |reason| InvalidTarget { text: text.to_owned(), reason };
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(invalid("it contains white space"));
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (Some(scheme), rest),
            Some(_) => return Err(invalid("the scheme is neither http nor https")),
            None => (None, text),
        };
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (user, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let token = user.split(':').next().unwrap_or_default();
        let (host, port) = split_port(address).map_err(invalid)?;
        if host.is_empty() {
            return Err(invalid("the host is missing"));
        }
        let scheme = scheme.unwrap_or(if port == Some(443) { "https" } else { "http" });
        let explicit = text.contains("://");
        let port = match port {
            Some(port) => format!(":{port}"),
            None if explicit => String::new(),
            None => format!(":{APP_PORT}"),
        };
        let path = path.trim_end_matches('/');
        Ok(Self::new(format!("{scheme}://{host}{port}{path}"), token.to_owned()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base_url)
    }
}

/// Splits `host[:port]`, where the host may be an IPv6 address in brackets.
fn split_port(address: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = if address.starts_with('[') {
        let end = address.find(']').ok_or("the bracket of the IPv6 address is not closed")?;
        let (host, rest) = address.split_at(end + 1);
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err("something follows the IPv6 address"),
        }
    } else {
        match address.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("an IPv6 address needs brackets");
            }
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    let parse = |port: &str| match port.parse() {
        Ok(0) | Err(_) => Err("the port is no number from 1 to 65535"),
        Ok(port) => Ok(port),
    };
    Ok((host, port.map(parse).transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, base_url: &str, token: &str) {
        let target: Target = input.parse().unwrap();
        assert_eq!((target.base_url.as_str(), target.token.as_str()), (base_url, token));
    }

    #[test]
    fn reads_like_the_original() {
        check("app", "http://app:4040", "");
        check("10.0.0.5:4041", "http://10.0.0.5:4041", "");
        check("app:443", "https://app:443", "");
        check("https://abc@app.example/scope/", "https://app.example/scope", "abc");
        check("http://app", "http://app", "");
        check("[::1]:4040", "http://[::1]:4040", "");
    }

    #[test]
    fn the_app_of_this_machine_is_reached_where_it_listens() {
        let check = |address: &str, base_url: &str| {
            assert_eq!(Target::listening(address.parse().unwrap()).base_url, base_url);
        };
        check("0.0.0.0:4040", "http://127.0.0.1:4040");
        check("[::]:4040", "http://127.0.0.1:4040");
        check("10.0.0.1:4040", "http://10.0.0.1:4040");
        check("[fd00::1]:4040", "http://[fd00::1]:4040");
    }

    #[test]
    fn a_password_is_shown_instead_of_the_token() {
        let mut target: Target = "abc@app".parse().unwrap();
        assert_eq!(target.authorization().unwrap(), "Scope-Probe token=abc");
        target.sign_in("admin", "x");
        assert_eq!(target.authorization().unwrap(), "Basic YWRtaW46eA==");
        assert_eq!(Target::local(1).authorization(), None);
    }

    #[test]
    fn says_what_is_wrong() {
        for (input, reason) in [
            ("", "missing"),
            ("ftp://app", "scheme"),
            ("app:99999", "port"),
            ("::1", "brackets"),
            ("a b", "white space"),
        ] {
            let error = input.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
