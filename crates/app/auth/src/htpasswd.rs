//! Names and passwords of a file as `htpasswd -B` writes it.
//!
//! Only bcrypt is taken: the other forms of such files (SHA-1, Apache's MD5, crypt, plain text) are
//! tried by the billion in a second by whoever gets hold of the file.

use crate::secret::Digest;
use bcrypt::HashParts;
use std::collections::BTreeMap;

/// Bytes of a file.
pub const HTPASSWD_BYTES_MAX: usize = 1 << 20;

/// Users of a file.
pub const USERS_MAX: usize = 10_000;

/// The greatest cost of a password: 2 to this many rounds. A check then takes about a second.
const COST_MAX: u32 = 14;

/// Bytes of a password; bcrypt itself reads the first 72.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// A file cannot be taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HtpasswdError {
    /// More than [`HTPASSWD_BYTES_MAX`].
    #[error("the file of passwords has more than {HTPASSWD_BYTES_MAX} bytes")]
    TooLong,
    /// More than [`USERS_MAX`].
    #[error("the file of passwords has more than {USERS_MAX} users")]
    TooMany,
    /// A line is no `name:digest`.
    #[error("line {line} of the file of passwords is not NAME:DIGEST")]
    NoUser {
        /// Counted from 1.
        line: usize,
    },
    /// A digest that is too easy to guess from, or no digest.
    #[error(
        "line {line} of the file of passwords: the password of {name} is not kept by bcrypt, the \
         only form taken here; write it anew with `htpasswd -B FILE {name}`"
    )]
    Unsafe {
        /// Counted from 1.
        line: usize,
        /// Whose it is.
        name: String,
    },
    /// A digest whose check takes too long.
    #[error(
        "line {line} of the file of passwords: the cost of {name}'s is above {COST_MAX}, so that \
         signing in would take seconds of processor time"
    )]
    TooCostly {
        /// Counted from 1.
        line: usize,
        /// Whose it is.
        name: String,
    },
}

/// The users of a file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Htpasswd(BTreeMap<String, String>);

impl Htpasswd {
    /// Reads the text of a file; blank lines and those that begin with `#` are left out.
    pub fn parse(text: &str) -> Result<Self, HtpasswdError> {
        if text.len() > HTPASSWD_BYTES_MAX {
            return Err(HtpasswdError::TooLong);
        }
        let mut users = BTreeMap::new();
        for (index, row) in text.lines().enumerate() {
            let (line, row) = (index + 1, row.trim());
            if row.is_empty() || row.starts_with('#') {
                continue;
            }
            let (name, digest) = row.split_once(':').ok_or(HtpasswdError::NoUser { line })?;
            if name.is_empty() {
                return Err(HtpasswdError::NoUser { line });
            }
            let name = name.to_owned();
            match cost(digest) {
                None => return Err(HtpasswdError::Unsafe { line, name }),
                Some(cost) if cost > COST_MAX => {
                    return Err(HtpasswdError::TooCostly { line, name });
                }
                Some(_) => users.insert(name, digest.to_owned()),
            };
            if users.len() > USERS_MAX {
                return Err(HtpasswdError::TooMany);
            }
        }
        Ok(Self(users))
    }

    /// Whether it is the password of that user. Takes as long as the file's costs ask for, also
    /// for a name that is not in it: not for an async task.
    pub fn admits(&self, name: &str, password: &str) -> bool {
        if password.len() > PASSWORD_BYTES_MAX {
            return false;
        }
        let own = self.0.get(name);
        // A name that nobody has is tried with somebody's digest, so that the answer takes as long.
        let Some(digest) = own.or_else(|| self.0.values().next()) else { return false };
        let is_equal = bcrypt::verify(password, digest).unwrap_or(false);
        is_equal && own.is_some()
    }

    /// Whether it has a user of that name.
    pub fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What the file says of a user, which changes with the password.
    pub(crate) fn entry(&self, name: &str) -> Option<Digest> {
        self.0.get(name).map(|digest| Digest::of_all(&[name, digest]))
    }

    /// How many users there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Debug for Htpasswd {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Htpasswd({} users)", self.0.len())
    }
}

/// The cost of a bcrypt digest; `None` if it is none. Version `2x` is that of a faulty program.
fn cost(digest: &str) -> Option<u32> {
    if digest.starts_with("$2x$") {
        return None;
    }
    digest.parse::<HashParts>().ok().map(|parts| parts.get_cost())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the password `open sesame`, made by crypt(3) of Debian 12 (libxcrypt).
    const EVE: &str = "eve:$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

    #[test]
    fn users_sign_in_with_their_own_password() {
        let bob = bcrypt::hash("hunter2", 4).unwrap();
        let text = format!("# people\n{EVE}\n\nbob:{bob}\r\n");
        let users = Htpasswd::parse(&text).unwrap();
        let check = |name: &str, password: &str, expect: bool| {
            assert_eq!(users.admits(name, password), expect, "{name} {password}");
        };
        check("eve", "open sesame", true);
        check("bob", "hunter2", true);
        check("eve", "hunter2", false);
        check("bob", "", false);
        check("zoe", "hunter2", false);
        check("eve", &"x".repeat(PASSWORD_BYTES_MAX + 1), false);
        assert!(!Htpasswd::default().admits("eve", ""));
        assert_eq!(format!("{users:?}"), "Htpasswd(2 users)");
    }

    #[test]
    fn what_is_easy_to_guess_from_is_refused() {
        let check = |text: &str, expect: &str| {
            let error = Htpasswd::parse(text).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check("eve:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "line 1 of the file of passwords: the");
        check("eve:$apr1$abc$def", "htpasswd -B FILE eve");
        check("# x\neve:secret", "line 2");
        check(&EVE.replace("$2y$04", "$2x$04"), "not kept by bcrypt");
        check(&EVE.replace("$04$", "$31$"), "above 14");
        check("eve", "NAME:DIGEST");
        check(":x", "NAME:DIGEST");
        check(&"#".repeat(HTPASSWD_BYTES_MAX + 1), "more than");
    }
}
