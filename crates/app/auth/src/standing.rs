//! Whether somebody who was let in still is: what a connection that lasts asks again and again.
//!
//! A request is decided when it comes; a terminal or a live view goes on for days. What it was
//! let in by is kept beside it, never as the secret itself, and looked at whenever something
//! changed: a session ended, a token was revoked, the rules or the passwords were written anew.

use crate::identity::Identity;
use crate::secret::Digest;

/// What somebody was let in by, as far as it can end while a connection lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// By what ends only with the app, or is looked at elsewhere: the flags, the secret of this
    /// process, a certificate; or they are whoever comes.
    #[default]
    Lasting,
    /// By the session of this id.
    Session(Digest),
    /// By this token.
    Token(Digest),
    /// By a password of the file of passwords, shown with the request.
    Password {
        /// Whose.
        identity: Identity,
        /// What the file said of them.
        entry: Digest,
    },
}

/// Why somebody is let in no longer; it fits into the close of a websocket (123 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Signed out, here or in another tab, or the session was too old.
    #[error("your session has ended: you signed out, or were signed out; sign in again")]
    Session,
    /// The token is not in the list any more.
    #[error("the token was revoked")]
    Token,
    /// The user is gone, or has another password.
    #[error("the password is good no longer")]
    Password,
    /// The rules give something else than when the connection began.
    #[error("what you may do here has changed")]
    Rights,
}
