//! API tokens for scripts, and for probes that cannot enrol.
//!
//! `scope token` writes them to `tokens.json`; a running app rereads the file when it has changed,
//! so that a new token works, and a revoked one does not, from the next request on.

use crate::data_dir::{DataDir, DataError};
use crate::gate::LOCAL_PROBE;
use crate::rights::Role;
use crate::secret::{Digest, Secret};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// What begins the text of each token, so that scanners for leaked secrets know it.
pub const TOKEN_PREFIX: &str = "scope_";

/// Tokens at once.
pub const TOKENS_MAX: usize = 1000;

/// Characters of a token's name.
pub const TOKEN_NAME_CHARS_MAX: usize = 64;

const FILE: &str = "tokens.json";

const FILE_BYTES_MAX: u64 = 1 << 20;

/// Tokens cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The folder fails.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The file is not as this program writes it.
    #[error("read the list of tokens in {FILE}")]
    Unreadable(#[source] serde_json::Error),
    /// The name is taken.
    #[error("there is a token {0} already: revoke it first, or take another name")]
    Taken(String),
    /// The name is none.
    #[error(
        "the name of a token has 1 to {TOKEN_NAME_CHARS_MAX} letters, digits, dots, dashes and \
         underscores"
    )]
    BadName,
    /// There are [`TOKENS_MAX`].
    #[error("there are {TOKENS_MAX} tokens already: revoke one")]
    TooMany,
    /// No token has that name.
    #[error("there is no token {0}")]
    Unknown(String),
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What its owner calls it.
    pub name: String,
    /// What it may: a role's name.
    pub role: String,
    /// When it was made, Unix time.
    pub made_secs: u64,
    /// The digest of its text, in hexadecimal.
    digest: String,
}

impl Token {
    /// Its role; none where the file names one that is none.
    pub fn role(&self) -> Option<Role> {
        Role::parse(&self.role)
    }
}

/// The tokens of a data directory.
#[derive(Debug)]
pub struct Tokens {
    data: DataDir,
    read: Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    /// Time and size of the file that was read.
    state: Option<(SystemTime, u64)>,
    /// How often it was read.
    count: u64,
    tokens: Vec<(Digest, Token)>,
}

impl Tokens {
    /// The tokens of `data`.
    pub fn new(data: DataDir) -> Self {
        Self { data, read: Mutex::default() }
    }

    /// Makes a token; its text is shown now and never again.
    pub fn create(
        &self,
        name: &str,
        role: Role,
        random: [u8; 32],
        now_secs: u64,
    ) -> Result<Secret, TokenError> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        if name.is_empty() || name.len() > TOKEN_NAME_CHARS_MAX || !name.chars().all(is_plain) {
            return Err(TokenError::BadName);
        }
        let mut tokens = self.list()?;
        // The probe of the process goes by that name.
        if name == LOCAL_PROBE || tokens.iter().any(|token| token.name == name) {
            return Err(TokenError::Taken(name.to_owned()));
        }
        if tokens.len() >= TOKENS_MAX {
            return Err(TokenError::TooMany);
        }
        let secret = Secret::new(TOKEN_PREFIX, random);
        tokens.push(Token {
            name: name.to_owned(),
            role: role.name().to_owned(),
            made_secs: now_secs,
            digest: secret.digest().hex(),
        });
        self.write(&tokens)?;
        Ok(secret)
    }

    /// Ends a token.
    pub fn revoke(&self, name: &str) -> Result<(), TokenError> {
        let mut tokens = self.list()?;
        let count = tokens.len();
        tokens.retain(|token| token.name != name);
        if tokens.len() == count {
            return Err(TokenError::Unknown(name.to_owned()));
        }
        self.write(&tokens)
    }

    /// All tokens, oldest first.
    pub fn list(&self) -> Result<Vec<Token>, TokenError> {
        match self.data.read(FILE, FILE_BYTES_MAX)? {
            None => Ok(Vec::new()),
            Some(text) => serde_json::from_str(&text).map_err(TokenError::Unreadable),
        }
    }

    /// The token of that text.
    pub fn find(&self, text: &str) -> Result<Option<Token>, TokenError> {
        self.find_digest(&Digest::of(text))
    }

    /// The token of that digest.
    pub(crate) fn find_digest(&self, digest: &Digest) -> Result<Option<Token>, TokenError> {
        let read = self.reread()?;
        let found = read.tokens.iter().find(|(own, _)| own.is(digest));
        Ok(found.map(|(_, token)| token.clone()))
    }

    /// How often the list was read, which is each time it was written.
    pub(crate) fn version(&self) -> Result<u64, TokenError> {
        Ok(self.reread()?.count)
    }

    fn reread(&self) -> Result<MutexGuard<'_, Read>, TokenError> {
        let path = self.data.file(FILE);
        let state = |metadata: std::fs::Metadata| Some((metadata.modified().ok()?, metadata.len()));
        let state = std::fs::metadata(path).ok().and_then(state);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.state != state || state.is_none() {
            let digested = |token: Token| Some((Digest::parse_hex(&token.digest)?, token));
            read.tokens = self.list()?.into_iter().filter_map(digested).collect();
            // What is not there is looked for again, and is no change.
            if state.is_some() || read.state.is_some() {
                read.count += 1;
            }
            read.state = state;
        }
        Ok(read)
    }

    fn write(&self, tokens: &[Token]) -> Result<(), TokenError> {
        let text = serde_json::to_vec_pretty(tokens).map_err(TokenError::Unreadable)?;
        Ok(self.data.write(FILE, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn a_token_is_made_found_and_revoked_while_the_app_runs() {
        let folder = Folder::new("tokens");
        let app = Tokens::new(folder.data().clone());
        let command = Tokens::new(folder.data().clone());
        assert_eq!(app.find("scope_x").unwrap(), None);
        let secret = command.create("ci", Role::Operator, [1; 32], 100).unwrap();
        assert!(secret.text().starts_with(TOKEN_PREFIX));
        let found = app.find(secret.text()).unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.role()), ("ci", Some(Role::Operator)));
        assert_eq!(app.find("scope_x").unwrap(), None);
        assert!(!folder.data().read(FILE, 4096).unwrap().unwrap().contains(secret.text()));
        command.revoke("ci").unwrap();
        assert_eq!(app.find(secret.text()).unwrap(), None);
        assert_eq!(command.revoke("ci").unwrap_err().to_string(), "there is no token ci");
    }

    #[test]
    fn names_are_plain_and_taken_once() {
        let folder = Folder::new("token-names");
        let tokens = Tokens::new(folder.data().clone());
        tokens.create("ci", Role::Viewer, [1; 32], 0).unwrap();
        let check = |name: &str, word: &str| {
            let error = tokens.create(name, Role::Viewer, [2; 32], 0).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        };
        check("ci", "already");
        check("", "letters");
        check("a b", "letters");
        check(&"x".repeat(65), "letters");
        folder.data().write(FILE, b"{").unwrap();
        check("other", "read the list");
    }
}
