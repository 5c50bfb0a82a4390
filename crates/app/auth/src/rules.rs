//! The file of rules: who has which role, and where.
//!
//! TOML; a word it does not know is an error, for a rule that is misread
//! gives too much or too little without anybody noticing. `docs/use/access.md` explains it.

use crate::access::{Access, Grant, Limits};
use crate::identity::{Identity, Method};
use crate::rights::{Right, Rights, Role};
use crate::wildcard::Wildcard;
use serde::Deserialize;

/// Bytes of a file of rules.
pub const RULES_BYTES_MAX: usize = 1 << 20;

/// Rules of a file.
pub const RULES_MAX: usize = 10_000;

/// A file of rules cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// More than [`RULES_BYTES_MAX`].
    #[error("the rules have more than {RULES_BYTES_MAX} bytes")]
    TooLong,
    /// More than [`RULES_MAX`].
    #[error("there are more than {RULES_MAX} rules")]
    TooMany,
    /// No TOML, or a key that no rule has.
    #[error("the rules cannot be read")]
    Unreadable(#[source] Box<toml::de::Error>),
    /// A word that is no role.
    #[error("rule {rule}: {word:?} is no role: use viewer, operator, admin or probe")]
    NoRole {
        /// Which rule, counted from 1; 0 is the default.
        rule: usize,
        /// What it says.
        word: String,
    },
    /// A word that is no right.
    #[error(
        "rule {rule}: {word:?} is no right: use see, secrets, logs, operate, remove, terminal, \
         plugins, administer or publish"
    )]
    NoRight {
        /// Which rule, counted from 1.
        rule: usize,
        /// What it says.
        word: String,
    },
    /// A rule for nobody.
    #[error("rule {rule} is for nobody: name users, groups or both; \"*\" is everybody")]
    ForNobody {
        /// Which rule, counted from 1.
        rule: usize,
    },
    /// A label without a value.
    #[error("rule {rule}: the label {label:?} is not KEY=VALUE")]
    NoLabel {
        /// Which rule, counted from 1.
        rule: usize,
        /// What it says.
        label: String,
    },
}

/// Who has which role, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Of whoever no rule names.
    default: Option<Role>,
    /// The same of those whom a provider elsewhere vouches for: it may know the whole world.
    default_elsewhere: Option<Role>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    users: Vec<Wildcard>,
    groups: Vec<Wildcard>,
    grant: Grant,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: Option<String>,
    #[serde(default)]
    rule: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    users: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    role: Option<String>,
    #[serde(default)]
    give: Vec<String>,
    #[serde(default)]
    take: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    namespaces: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
}

impl Rules {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        if text.len() > RULES_BYTES_MAX {
            return Err(RulesError::TooLong);
        }
        let file: File =
            toml::from_str(text).map_err(|error| RulesError::Unreadable(Box::new(error)))?;
        if file.rule.len() > RULES_MAX {
            return Err(RulesError::TooMany);
        }
        let default = match file.default.as_deref() {
            None | Some("none") => None,
            Some(word) => Some(role(0, word)?),
        };
        let rules = file.rule.iter().enumerate().map(|(index, rule)| rule.read(index + 1));
        Ok(Self { default, default_elsewhere: default, rules: rules.collect::<Result<_, _>>()? })
    }

    /// One role for everybody whose password the app knows, and none for whom a provider
    /// elsewhere vouches for.
    pub fn only(default: Role) -> Self {
        Self { default: Some(default), ..Self::default() }
    }

    /// What somebody may do, of those whose rights the rules decide.
    ///
    /// Whoever has the one-time link or the one account of the flags has the app's own machine or
    /// its command line, so the rules do not limit them.
    pub fn access(&self, identity: &Identity) -> Access {
        if matches!(identity.method, Method::Link | Method::Account) {
            return Access::everywhere(Role::Admin.rights());
        }
        let fits = |rule: &&Rule| {
            let is_in = |pattern: &Wildcard| identity.groups.iter().any(|own| pattern.fits(own));
            rule.users.iter().any(|pattern| pattern.fits(&identity.name))
                || rule.groups.iter().any(is_in)
        };
        let mut grants: Vec<Grant> =
            self.rules.iter().filter(fits).map(|rule| rule.grant.clone()).collect();
        let default = match identity.method {
            Method::OpenId => self.default_elsewhere,
            _ => self.default,
        };
        // A rule that only takes does not say what somebody may do.
        if grants.iter().all(|grant| grant.gives == Rights::NONE)
            && let Some(role) = default
        {
            let (gives, takes) = (role.rights(), Rights::NONE);
            grants.push(Grant { gives, takes, limits: Limits::default() });
        }
        Access { grants }
    }
}

impl Written {
    fn read(&self, rule: usize) -> Result<Rule, RulesError> {
        if self.users.is_empty() && self.groups.is_empty() {
            return Err(RulesError::ForNobody { rule });
        }
        let rights = |words: &[String]| -> Result<Rights, RulesError> {
            let parse = |word: &String| {
                let unknown = || RulesError::NoRight { rule, word: word.clone() };
                Right::parse(word).ok_or_else(unknown)
            };
            let all: Vec<Right> = words.iter().map(parse).collect::<Result<_, _>>()?;
            Ok(Rights::of(&all))
        };
        let own = match &self.role {
            Some(word) => role(rule, word)?.rights(),
            None => Rights::NONE,
        };
        let label = |label: &String| match label.split_once('=') {
            Some((key, value)) => Ok((Wildcard::new(key), Wildcard::new(value))),
            None => Err(RulesError::NoLabel { rule, label: label.clone() }),
        };
        let grant = Grant {
            gives: own.with(rights(&self.give)?),
            takes: rights(&self.take)?,
            limits: Limits {
                hosts: wildcards(&self.hosts),
                namespaces: wildcards(&self.namespaces),
                labels: self.labels.iter().map(label).collect::<Result<_, _>>()?,
            },
        };
        Ok(Rule { users: wildcards(&self.users), groups: wildcards(&self.groups), grant })
    }
}

fn role(rule: usize, word: &str) -> Result<Role, RulesError> {
    Role::parse(word).ok_or_else(|| RulesError::NoRole { rule, word: word.to_owned() })
}

fn wildcards(patterns: &[String]) -> Vec<Wildcard> {
    patterns.iter().map(|pattern| Wildcard::new(pattern)).collect()
}

#[cfg(test)]
mod tests;
