//! The flags that say who may do what.

use super::APP;
use crate::go_style::Switch;
use scope_auth::Openness;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// The ways to sign in, and what is open to those who did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ways {
    pub(crate) links: bool,
    pub(crate) passwords: bool,
    pub(crate) open_id: bool,
    pub(crate) openness: Openness,
}

impl Ways {
    /// Those where no flag says it: a link that only the operator sees. The map itself is open to
    /// this machine alone; where others reach the app, it is closed to them.
    pub(crate) fn customary(address: SocketAddr) -> Self {
        let is_own = address.ip().is_loopback();
        let openness = if is_own { Openness::Reading } else { Openness::Closed };
        Self { links: true, passwords: false, open_id: false, openness }
    }

    /// Those where passwords are given and nothing else is said.
    pub(crate) fn passwords_alone() -> Self {
        Self { links: false, passwords: true, open_id: false, openness: Openness::Closed }
    }

    /// Whether anybody can sign in at all.
    pub(crate) fn signs_in(self) -> bool {
        self.links || self.passwords || self.open_id
    }
}

impl FromStr for Ways {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let open = |openness| Self { links: false, passwords: false, open_id: false, openness };
        match text {
            "none" => return Ok(open(Openness::Everything)),
            "reading" => return Ok(open(Openness::Reading)),
            _ => {}
        }
        let mut ways = open(Openness::Closed);
        for word in text.split(',') {
            match word.trim() {
                "link" => ways.links = true,
                "basic" => ways.passwords = true,
                "oidc" => ways.open_id = true,
                _ => {
                    return Err(
                        "write link, basic, oidc or some of them with commas, or reading, \
                                or none",
                    );
                }
            }
        }
        Ok(ways)
    }
}

/// Who may do what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AccessFlags {
    /// How people sign in: link (by a one-time link, which is printed at the start and by
    /// `scope sign-in`), basic (by name and password), oidc (at an OpenID Connect provider), or
    /// some of them with commas. reading lets whoever reaches the app see everything and nobody
    /// act; none is for laboratories: everything is everybody's. Without this flag it is basic
    /// where there are passwords; else link, and on this machine alone everybody sees the map.
    #[arg(long = "app.auth", value_name = "WAYS", help_heading = APP)]
    pub(crate) ways: Option<Ways>,

    /// Names and passwords, as `htpasswd -B` writes them. They are viewers unless the rules say
    /// otherwise.
    #[arg(long = "app.auth.htpasswd", value_name = "PATH", help_heading = APP)]
    pub(crate) htpasswd: Option<PathBuf>,

    /// Who has which role, and where: see docs/use/access.md.
    #[arg(long = "app.auth.rules", value_name = "PATH", help_heading = APP)]
    pub(crate) rules: Option<PathBuf>,

    /// The OpenID Connect provider, as it calls itself: an https address.
    #[arg(long = "app.oidc.issuer", value_name = "URL", help_heading = APP)]
    pub(crate) issuer: Option<String>,

    /// What the provider calls the app. It sends people back to
    /// <app.url>/api/sign-in/open-id/callback.
    #[arg(long = "app.oidc.client-id", value_name = "ID", help_heading = APP)]
    pub(crate) client_id: Option<String>,

    /// The file whose only line is what the app shows the provider.
    #[arg(long = "app.oidc.client-secret.filename", value_name = "PATH", help_heading = APP)]
    pub(crate) client_secret: Option<PathBuf>,

    /// What the provider is asked for, with spaces; some need one more for groups.
    #[arg(
        long = "app.oidc.scopes",
        default_value = "openid profile",
        value_name = "SCOPES",
        help_heading = APP,
    )]
    pub(crate) scopes: String,

    /// The claim that is somebody's name in the rules; better one that they cannot change.
    #[arg(
        long = "app.oidc.name-claim",
        default_value = "preferred_username",
        value_name = "CLAIM",
        help_heading = APP,
    )]
    pub(crate) name_claim: String,

    /// The claim that lists somebody's groups.
    #[arg(
        long = "app.oidc.groups-claim",
        default_value = "groups",
        value_name = "CLAIM",
        help_heading = APP,
    )]
    pub(crate) groups_claim: String,

    /// Where browsers find the app, if not at its own address.
    #[arg(long = "app.url", value_name = "URL", help_heading = APP)]
    pub(crate) url: Option<String>,

    /// Where sessions, tokens, the audit log, the certificate authority and the book of probes that
    /// joined are kept, closed to others; without it
    /// /var/lib/scope for root, else scope in $XDG_STATE_HOME or ~/.local/state.
    #[arg(long = "app.data-dir", value_name = "PATH", help_heading = APP)]
    pub(crate) data_dir: Option<PathBuf>,

    /// Record what terminals show, in the data directory; admins play it back. What is typed is not
    /// kept.
    #[arg(long = "app.record-terminals", default_value = "false", help_heading = APP)]
    pub(crate) record_terminals: Switch,

    /// A name by which browsers may call the app, beside addresses and names without a dot; it is
    /// in the certificate that the app signs itself. Repeat for more.
    #[arg(long = "app.hostname", value_name = "NAME", help_heading = APP)]
    pub(crate) host_names: Vec<String>,

    /// Listen beyond this machine without TLS: something in front of it speaks TLS, or everybody on
    /// the network may read along.
    #[arg(long = "app.plain-http", default_value = "false", help_heading = APP)]
    pub(crate) plain_http: Switch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read() {
        let check = |text: &str, expect: Option<(bool, bool, Openness)>| {
            let ways = text.parse::<Ways>().ok();
            let found = ways.map(|ways| (ways.links, ways.passwords, ways.openness));
            assert_eq!(found, expect, "{text}");
        };
        check("link", Some((true, false, Openness::Closed)));
        check("basic, link", Some((true, true, Openness::Closed)));
        check("none", Some((false, false, Openness::Everything)));
        check("reading", Some((false, false, Openness::Reading)));
        check("none,link", None);
        check("", None);
    }
}
