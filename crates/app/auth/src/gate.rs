//! All ways to sign in, and what whoever did may do.

use crate::access::Access;
use crate::attempts::Attempts;
use crate::data_dir::{DataDir, DataError};
use crate::deciding::{Decided, Deciding, DecidingFiles};
use crate::enrolment::{ProbeIdentity, Refusal};
use crate::htpasswd::Htpasswd;
use crate::identity::{Identity, Method};
use crate::links::Links;
use crate::rights::{Right, Rights, Role};
use crate::rules::Rules;
use crate::secret::{Digest, RANDOM_BYTES, Secret};
use crate::sessions::Sessions;
use crate::standing::{Ended, Standing};
use crate::tokens::{TOKEN_PREFIX, Tokens};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The name under which the probe of this process signs in.
pub(crate) const LOCAL_PROBE: &str = "local-probe";

/// Passwords that were right and are remembered, for a slow digest must not be computed for every
/// request of a script.
const REMEMBERED_MAX: usize = 1024;

/// For how long they are, in seconds.
const REMEMBERED_SECS: u64 = 300;

/// What those may do who did not sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Openness {
    /// Nothing but sign in.
    #[default]
    Closed,
    /// See everything and send reports.
    Reading,
    /// Act on everything too, as in Weave Scope; only the audit log is closed.
    Acting,
    /// Everything: a laboratory.
    Everything,
}

impl Openness {
    fn rights(self) -> Rights {
        match self {
            Self::Closed => Rights::NONE,
            Self::Reading => Rights::of(&[Right::See, Right::SeeSecrets, Right::Publish]),
            Self::Acting => Rights::all().without(Rights::of(&[Right::Administer])),
            Self::Everything => Rights::all(),
        }
    }
}

/// The one account of the flags.
#[derive(Clone)]
pub struct Account {
    /// Without a colon.
    pub name: String,
    /// Not blank.
    pub password: String,
}

/// Which ways to sign in there are.
pub struct GateConfig {
    /// Where sessions, links and tokens are kept; without it they end with the process, and there
    /// are no tokens.
    pub data: Option<DataDir>,
    /// Whether one-time links sign in.
    pub links: bool,
    /// The account of the flags.
    pub account: Option<Account>,
    /// The users of a file.
    pub users: Option<Htpasswd>,
    /// Whether people sign in at an OpenID Connect provider, whose part is not here.
    pub open_id: bool,
    /// Who has which role.
    pub rules: Rules,
    /// Where the two came from, to be read again when they change.
    pub files: DecidingFiles,
    /// What those may do who did not sign in.
    pub openness: Openness,
    /// What nobody may do without having signed in, whatever the openness.
    pub withheld: Rights,
    /// What the probe of this process shows.
    pub local_probe: Option<Secret>,
    /// Random, and this process's own.
    pub salt: [u8; RANDOM_BYTES],
}

/// Somebody, and what they may do.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub identity: Identity,
    /// What they may do.
    pub access: Access,
    /// What it rests on.
    pub standing: Standing,
}

/// What changed of who is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Somebody who was let in may be out.
    pub is_new: bool,
    /// What could not be read, as sentences for the log.
    pub problems: Vec<String>,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// A wrong name or password.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// A link that was used, has ended, or never was.
    #[error(
        "this sign-in link was used already, has ended or never was one: `scope sign-in` on the \
         app's machine prints a new one"
    )]
    WrongLink,
    /// No such token.
    #[error("this token is not known here, or was revoked")]
    WrongToken,
    /// Too many failures.
    #[error("too many sign-ins failed from this address; try again in {wait_secs} seconds")]
    TooMany {
        /// Seconds to wait.
        wait_secs: u64,
    },
    /// Signed in, and allowed nothing.
    #[error("{name} may do nothing here: an operator of this app can give a role, by its rules")]
    NoRole {
        /// Who signed in.
        name: String,
    },
    /// The way to sign in is not offered.
    #[error("this app offers no such way to sign in")]
    NotOffered,
    /// The certificate of a probe is good no longer.
    #[error(transparent)]
    Certificate(#[from] Refusal),
    /// The data directory failed; the failure is for the log.
    #[error("the app cannot keep who signed in; its log says why")]
    Failed(String),
}

impl From<DataError> for SignInError {
    fn from(error: DataError) -> Self {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        Self::Failed(format!("{error}: {}", source.unwrap_or_default()))
    }
}

/// All ways to sign in.
pub struct Gate {
    config: GateConfig,
    deciding: Deciding,
    /// The list of tokens that was looked at last.
    tokens_seen: AtomicU64,
    links: Links,
    sessions: Sessions,
    tokens: Option<Tokens>,
    attempts: Attempts,
    /// Until when each right password is remembered.
    remembered: Mutex<HashMap<Digest, u64>>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Gate(…)")
    }
}

impl Gate {
    /// Opens what is kept.
    pub fn open(mut config: GateConfig, now_secs: u64) -> Result<Self, DataError> {
        let files = std::mem::take(&mut config.files);
        let (users, rules) = (config.users.take(), std::mem::take(&mut config.rules));
        let data = config.data.as_ref();
        Ok(Self {
            deciding: Deciding::new(files, Decided { users, rules }),
            tokens_seen: AtomicU64::new(0),
            links: Links::open(data)?,
            sessions: Sessions::open(data, now_secs)?,
            tokens: data.cloned().map(Tokens::new),
            attempts: Attempts::default(),
            remembered: Mutex::default(),
            config,
        })
    }

    /// The ways to sign in from a browser: `link`, `password`, `open-id`.
    pub fn methods(&self) -> Vec<&'static str> {
        let has_password = self.config.account.is_some() || self.deciding.current().users.is_some();
        let all = [
            (self.config.links, "link"),
            (has_password, "password"),
            (self.config.open_id, "open-id"),
        ];
        all.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name).collect()
    }

    /// Whoever did not sign in.
    pub fn stranger(&self) -> SignedIn {
        let rights = self.config.openness.rights().without(self.config.withheld);
        SignedIn {
            identity: Identity::new("anonymous", Method::Anonymous),
            access: Access::everywhere(rights),
            standing: Standing::Lasting,
        }
    }

    /// What somebody may do whom a source of identities vouches for.
    pub fn admit(&self, identity: Identity) -> Result<SignedIn, SignInError> {
        let decided = self.deciding.current();
        let access = decided.rules.access(&identity);
        if access.rights_somewhere() == Rights::NONE {
            return Err(SignInError::NoRole { name: identity.name });
        }
        let standing = match entry(&decided, &identity) {
            Some(entry) => Standing::Password { identity: identity.clone(), entry },
            None => Standing::Lasting,
        };
        Ok(SignedIn { identity, access, standing })
    }

    /// A new one-time token.
    pub fn issue_link(
        &self,
        random: [u8; RANDOM_BYTES],
        now_secs: u64,
    ) -> Result<Secret, SignInError> {
        if !self.config.links {
            return Err(SignInError::NotOffered);
        }
        Ok(self.links.issue(random, now_secs)?)
    }

    /// Uses a one-time token up.
    pub fn by_link(
        &self,
        token: &str,
        from: Option<IpAddr>,
        now_secs: u64,
    ) -> Result<SignedIn, SignInError> {
        self.check_attempts(from, now_secs)?;
        if !self.config.links {
            return Err(SignInError::NotOffered);
        }
        if !self.links.redeem(token, now_secs) {
            self.attempts.failed(from, now_secs);
            return Err(SignInError::WrongLink);
        }
        self.admit(Identity::new("link", Method::Link))
    }

    /// By a name and a password. Takes a while: not for an async task.
    pub fn by_password(
        &self,
        name: &str,
        password: &str,
        from: Option<IpAddr>,
        now_secs: u64,
    ) -> Result<SignedIn, SignInError> {
        if let Some(found) = self.quickly_by_password(name, password, now_secs) {
            return found;
        }
        self.check_attempts(from, now_secs)?;
        let decided = self.deciding.current();
        let is_right = decided.users.as_ref().is_some_and(|users| users.admits(name, password));
        if !is_right {
            self.attempts.failed(from, now_secs);
            return Err(SignInError::WrongPassword);
        }
        self.remember(self.digest(name, password), now_secs);
        self.admit(Identity::new(name, Method::Password))
    }

    /// By a name and a password, if that can be told without a slow digest.
    pub fn quickly_by_password(
        &self,
        name: &str,
        password: &str,
        now_secs: u64,
    ) -> Option<Result<SignedIn, SignInError>> {
        let digest = self.digest(name, password);
        let is = |own: &str, secret: &str| digest.is(&self.digest(own, secret));
        if let Some(secret) = &self.config.local_probe
            && is(LOCAL_PROBE, secret.text())
        {
            let identity = Identity::new(LOCAL_PROBE, Method::Probe);
            return Some(Ok(lasting(identity, Role::Probe)));
        }
        if let Some(account) = &self.config.account
            && is(&account.name, &account.password)
        {
            return Some(self.admit(Identity::new(name, Method::Account)));
        }
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        match remembered.get(&digest) {
            Some(ends_secs) if now_secs < *ends_secs => {
                drop(remembered);
                Some(self.admit(Identity::new(name, Method::Password)))
            }
            Some(_) => {
                remembered.remove(&digest);
                None
            }
            None => None,
        }
    }

    /// By an API token, which a probe that knows no names shows too.
    pub fn by_token(
        &self,
        text: &str,
        from: Option<IpAddr>,
        now_secs: u64,
    ) -> Result<SignedIn, SignInError> {
        self.check_attempts(from, now_secs)?;
        let found = match &self.tokens {
            Some(tokens) if text.starts_with(TOKEN_PREFIX) => {
                tokens.find(text).map_err(|error| SignInError::Failed(error.to_string()))?
            }
            _ => None,
        };
        let Some((token, role)) = found.and_then(|token| token.role().map(|role| (token, role)))
        else {
            self.attempts.failed(from, now_secs);
            return Err(SignInError::WrongToken);
        };
        let method = if role == Role::Probe { Method::Probe } else { Method::Token };
        let identity = Identity::new(&token.name, method);
        let standing = Standing::Token(Digest::of(text));
        Ok(SignedIn { standing, ..lasting(identity, role) })
    }

    /// Begins a session of whoever signed in; the secret is for the cookie.
    pub fn begin_session(
        &self,
        identity: Identity,
        random: [u8; RANDOM_BYTES],
        now_secs: u64,
    ) -> Result<Secret, SignInError> {
        let entry = entry(&self.deciding.current(), &identity);
        Ok(self.sessions.begin(identity, entry, random, now_secs)?)
    }

    /// Whose session it is. Rules and passwords that changed meanwhile count.
    pub fn by_session(&self, id: &str, now_secs: u64) -> Option<SignedIn> {
        self.of_session(Digest::of(id), now_secs)
    }

    fn of_session(&self, digest: Digest, now_secs: u64) -> Option<SignedIn> {
        let (identity, entry_then) = self.sessions.find(&digest, now_secs)?;
        // A session outlives a restart; the way in may not.
        let is_offered = match identity.method {
            Method::Link => self.config.links,
            Method::Account => {
                self.config.account.as_ref().is_some_and(|account| account.name == identity.name)
            }
            Method::Password => {
                let entry = entry(&self.deciding.current(), &identity);
                entry.is_some() && entry_then.is_none_or(|then| entry == Some(then))
            }
            Method::OpenId => self.config.open_id,
            Method::Anonymous | Method::Token | Method::Probe => false,
        };
        let found = if is_offered { self.admit(identity).ok() } else { None };
        found.map(|found| SignedIn { standing: Standing::Session(digest), ..found })
    }

    /// Looks again at somebody who was let in, and could do what `access` says.
    pub fn again(&self, standing: &Standing, access: &Access, now_secs: u64) -> Result<(), Ended> {
        let now = match standing {
            Standing::Lasting => return Ok(()),
            Standing::Session(digest) => {
                self.of_session(*digest, now_secs).ok_or(Ended::Session)?.access
            }
            Standing::Token(digest) => {
                let tokens = self.tokens.as_ref().ok_or(Ended::Token)?;
                // A list that cannot be read now says nothing of anybody.
                let Ok(found) = tokens.find_digest(digest) else { return Ok(()) };
                of_role(found.and_then(|token| token.role()).ok_or(Ended::Token)?)
            }
            Standing::Password { identity, entry: then } => {
                if entry(&self.deciding.current(), identity).as_ref() != Some(then) {
                    return Err(Ended::Password);
                }
                self.admit(identity.clone()).map_err(|_| Ended::Rights)?.access
            }
        };
        if now == *access { Ok(()) } else { Err(Ended::Rights) }
    }

    /// Reads what was written since: passwords, rules, tokens; and ends sessions that are too old.
    pub fn refresh(&self, now_secs: u64) -> Refreshed {
        let (mut is_new, mut problems) = self.deciding.refresh();
        if is_new {
            self.remembered.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        match self.tokens.as_ref().map(Tokens::version) {
            Some(Ok(version)) => {
                is_new |= self.tokens_seen.swap(version, Ordering::Relaxed) != version;
            }
            Some(Err(error)) => problems.push(format!("the tokens stay as they were: {error}")),
            None => {}
        }
        is_new |= self.sessions.expire(now_secs);
        Refreshed { is_new, problems }
    }

    /// Ends a session.
    pub fn end_session(&self, id: &str) -> Option<Identity> {
        self.sessions.end(id)
    }

    /// Counts a failed sign-in elsewhere.
    pub fn failed(&self, from: Option<IpAddr>, now_secs: u64) {
        self.attempts.failed(from, now_secs);
    }

    /// Whether the address may try to sign in now.
    pub fn check_attempts(&self, from: Option<IpAddr>, now_secs: u64) -> Result<(), SignInError> {
        match self.attempts.wait_secs(from, now_secs) {
            Some(wait_secs) => Err(SignInError::TooMany { wait_secs }),
            None => Ok(()),
        }
    }

    /// A probe that joined, whose certificate is good.
    pub fn enrolled(&self, probe: &ProbeIdentity) -> SignedIn {
        let name = format!("{}@{}", probe.probe_id, probe.host_id);
        lasting(Identity::new(&name, Method::Probe), Role::Probe)
    }

    /// Whether this is the probe of this process.
    pub fn is_local_probe(identity: &Identity) -> bool {
        identity.method == Method::Probe && identity.name == LOCAL_PROBE
    }

    /// What the probe of this process shows, as name and password.
    pub fn local_probe(secret: &Secret) -> (String, String) {
        (LOCAL_PROBE.to_owned(), secret.text().to_owned())
    }

    fn digest(&self, name: &str, password: &str) -> Digest {
        let salt = Secret::new("", self.config.salt);
        Digest::of_all(&[salt.text(), name, password])
    }

    fn remember(&self, digest: Digest, now_secs: u64) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, ends_secs| now_secs < *ends_secs);
        }
        if remembered.len() < REMEMBERED_MAX {
            remembered.insert(digest, now_secs.saturating_add(REMEMBERED_SECS));
        }
    }
}

fn of_role(role: Role) -> Access {
    Access::everywhere(role.rights())
}

fn lasting(identity: Identity, role: Role) -> SignedIn {
    SignedIn { identity, access: of_role(role), standing: Standing::Lasting }
}

/// What the file of passwords says of somebody who is let in by it.
fn entry(decided: &Decided, identity: &Identity) -> Option<Digest> {
    let is_its = identity.method == Method::Password;
    decided.users.as_ref().filter(|_| is_its)?.entry(&identity.name)
}

#[cfg(test)]
mod tests;
