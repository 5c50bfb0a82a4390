//! Who asks, and how the app knows.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Characters of a name that are kept; names come from users' directories and from scripts.
pub const NAME_CHARS_MAX: usize = 128;

/// Groups of one identity that are kept.
pub const GROUPS_MAX: usize = 256;

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Not at all.
    Anonymous,
    /// By a one-time link, printed to whoever started the app.
    Link,
    /// By the account of `--app.basicAuth`.
    Account,
    /// By a name and password of the htpasswd file.
    Password,
    /// At an OpenID Connect provider.
    OpenId,
    /// By an API token.
    Token,
    /// As a probe.
    Probe,
}

impl Method {
    /// The word for it in the audit log and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Link => "link",
            Self::Account => "account",
            Self::Password => "password",
            Self::OpenId => "open-id",
            Self::Token => "token",
            Self::Probe => "probe",
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// As the source of the identity calls them: plain text of at most [`NAME_CHARS_MAX`]
    /// characters.
    pub name: String,
    /// Groups, where the source knows any.
    #[serde(default)]
    pub groups: Vec<String>,
    /// How the app knows.
    pub method: Method,
}

impl Identity {
    /// An identity without groups.
    pub fn new(name: &str, method: Method) -> Self {
        Self { name: plain(name), groups: Vec::new(), method }
    }

    /// The same with groups.
    #[must_use]
    pub fn in_groups(mut self, groups: impl IntoIterator<Item = String>) -> Self {
        self.groups = groups.into_iter().take(GROUPS_MAX).map(|group| plain(&group)).collect();
        self
    }

    /// Whether the two are one person or program: a name means another one to each source.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.method == other.method
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

/// Without what moves a terminal's cursor or turns text around: a name stands in logs.
fn plain(name: &str) -> String {
    let is_plain = |letter: &char| {
        let turns = matches!(
            letter,
            '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        !letter.is_control() && !turns
    };
    name.chars().filter(is_plain).take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_short() {
        let check = |name: &str, expect: &str| {
            assert_eq!(Identity::new(name, Method::OpenId).name, expect);
        };
        check("eve", "eve");
        check("e\u{1b}[2Jve\n\u{202e}", "e[2Jve");
        check(&"x".repeat(500), &"x".repeat(NAME_CHARS_MAX));
    }

    #[test]
    fn one_name_of_two_sources_is_two() {
        let one = Identity::new("eve", Method::Token);
        assert!(one.is_same(&Identity::new("eve", Method::Token)));
        assert!(!one.is_same(&Identity::new("eve", Method::OpenId)));
    }
}
