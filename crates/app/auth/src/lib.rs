//! Who may do what: identities, roles, rules, sessions, tokens, and the audit log of what was done;
//! and the enrolment of probes: the app's certificate authority, and the book of those that joined.
//!
//! Synchronous, and time and chance are arguments: the server asks, this crate answers. What it
//! keeps is in the data directory, secrets only as digests. It knows nothing of HTTP, and decides
//! nothing about nodes but from what it is told of them.

mod rights;

mod wildcard;

mod access;

mod identity;

mod rules;

mod secret;

mod data_dir;

mod links;

mod sessions;

mod tokens;

mod htpasswd;

mod attempts;

mod enrolment;

mod open_id;

mod standing;

mod deciding;

mod gate;

mod audit;

mod recordings;

#[cfg(test)]
mod testing;

pub use access::{Access, Limits, Resource};
pub use attempts::{ADDRESSES_MAX, Attempts, FAILURES_MAX, WINDOW_SECS};
pub use audit::{AUDIT_FILE_BYTES_MAX, AUDIT_FILES_MAX, AuditLog};
pub use data_dir::{DataDir, DataError};
pub use deciding::DecidingFiles;
pub use enrolment::{
    Authority, CodeTerms, EnrolledProbe, Enrolment, EnrolmentError, JoinRefusal, Lifetimes,
    Listening, ProbeIdentity, Refusal, ServerCertificate, Shown,
};
pub use gate::{Account, Gate, GateConfig, Openness, SignInError, SignedIn};
pub use htpasswd::{HTPASSWD_BYTES_MAX, Htpasswd, HtpasswdError, PASSWORD_BYTES_MAX, USERS_MAX};
pub use identity::{GROUPS_MAX, Identity, Method, NAME_CHARS_MAX};
pub use links::{LINK_SECS, LINKS_MAX, Links};
pub use open_id::{ANSWER_BYTES_MAX, Begun, Brought, Fetch, OpenId, OpenIdConfig, OpenIdError};
pub use recordings::{RECORDING_BYTES_MAX, RECORDINGS_MAX, Recording, Recordings};
pub use rights::{Right, Rights, Role};
pub use rules::{RULES_BYTES_MAX, RULES_MAX, Rules, RulesError};
pub use secret::{Digest, RANDOM_BYTES, Secret};
pub use sessions::{AGE_SECS, IDLE_SECS, SESSIONS_MAX, Sessions};
pub use standing::{Ended, Standing};
pub use tokens::{TOKEN_NAME_CHARS_MAX, TOKEN_PREFIX, TOKENS_MAX, Token, TokenError, Tokens};
