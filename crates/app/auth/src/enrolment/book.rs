//! The book of the authority: the codes it gave out and the probes that joined.
//!
//! Pure: time is an argument, and nothing is read or written here. Of a code only the hash of its
//! secret is kept, so that whoever reads the book cannot join by it.

use super::authority::{hex, sha256};
use super::identity::Shown;
use super::{JoinRefusal, ProbeIdentity, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;

/// Codes in the book, dead ones included.
pub(super) const CODES_MAX: usize = 1000;

/// Probes in the book; as many as an app takes reports of.
pub(super) const PROBES_MAX: usize = 10_000;

/// Certificates of one probe that may be in use at once.
const SERIALS_MAX: usize = 8;

/// How long a dead code is remembered, so that whoever comes with it is told what became of it.
const CODE_REMEMBERED_SECS: i64 = 7 * 86_400;

/// How long a probe is remembered after its last certificate ended.
const PROBE_REMEMBERED_SECS: i64 = 90 * 86_400;

/// All that the authority has to remember.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Book {
    codes: Vec<Code>,
    /// By probe id.
    probes: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    /// SHA-256 of the secret, in hex.
    hash: String,
    expires_secs: i64,
    uses_left: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    host_id: String,
    joined_secs: i64,
    certificates: Vec<Issued>,
    revoked_secs: Option<i64>,
}

/// A certificate that was signed for a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issued {
    pub(super) serial: String,
    pub(super) not_after_secs: i64,
}

/// A probe as the book has it, for a list; times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledProbe {
    /// Who it is.
    pub identity: ProbeIdentity,
    /// When it joined.
    pub joined_secs: i64,
    /// When its last certificate ends.
    pub not_after_secs: i64,
    /// When it was revoked, if it was.
    pub revoked_secs: Option<i64>,
}

impl Book {
    /// Notes a code; the oldest dead ones are forgotten.
    pub(super) fn add_code(
        &mut self,
        secret: &[u8],
        expires_secs: i64,
        uses: u32,
        now_secs: i64,
    ) -> Result<(), JoinRefusal> {
        self.forget(now_secs);
        if self.codes.len() >= CODES_MAX {
            self.codes.retain(|code| code.is_alive(now_secs));
        }
        if self.codes.len() >= CODES_MAX {
            return Err(JoinRefusal::TooManyCodes);
        }
        self.codes.push(Code { hash: hex(&sha256(secret)), expires_secs, uses_left: uses });
        Ok(())
    }

    /// Lets a probe in: uses the code up and makes room for its entry.
    ///
    /// `caller` is who the probe showed itself to be by a certificate that it has already: only so
    /// may it take the place of an entry that is in force.
    pub(super) fn join(
        &mut self,
        secret: &[u8],
        identity: &ProbeIdentity,
        caller: Option<&ProbeIdentity>,
        now_secs: i64,
    ) -> Result<(), JoinRefusal> {
        self.forget(now_secs);
        let code = self.code(secret).ok_or(JoinRefusal::UnknownCode)?;
        if code.expires_secs <= now_secs {
            return Err(JoinRefusal::ExpiredCode);
        }
        if code.uses_left == 0 {
            return Err(JoinRefusal::SpentCode);
        }
        let code_hash = code.hash.clone();
        let is_itself = caller.is_some_and(|caller| caller == identity);
        let is_taken = |(probe_id, entry): &(&String, &Entry)| {
            let is_own = **probe_id == identity.probe_id;
            let is_alike = is_own || entry.host_id == identity.host_id;
            let may_replace = is_itself && is_own && entry.host_id == identity.host_id;
            is_alike && entry.is_in_force(now_secs) && !may_replace
        };
        if let Some((probe, entry)) = self.probes.iter().find(is_taken) {
            let (host, probe) = (entry.host_id.clone(), probe.clone());
            return Err(JoinRefusal::Taken { host, probe });
        }
        // What ended or was revoked under this id stays out by its serial numbers.
        self.probes.remove(&identity.probe_id);
        if self.probes.len() >= PROBES_MAX {
            return Err(JoinRefusal::TooManyProbes);
        }
        if let Some(code) = self.codes.iter_mut().find(|code| code.hash == code_hash) {
            code.uses_left = code.uses_left.saturating_sub(1);
        }
        let entry = Entry {
            host_id: identity.host_id.clone(),
            joined_secs: now_secs,
            certificates: Vec::new(),
            revoked_secs: None,
        };
        self.probes.insert(identity.probe_id.clone(), entry);
        Ok(())
    }

    /// Notes a certificate of a probe that is in the book.
    pub(super) fn add_certificate(
        &mut self,
        identity: &ProbeIdentity,
        issued: Issued,
        now_secs: i64,
    ) -> Result<(), Refusal> {
        let entry = self.probes.get_mut(&identity.probe_id);
        let entry = entry.filter(|entry| entry.host_id == identity.host_id);
        let entry = entry.ok_or(Refusal::Unknown)?;
        if entry.revoked_secs.is_some() {
            return Err(Refusal::Revoked);
        }
        entry.certificates.retain(|other| other.not_after_secs > now_secs);
        if entry.certificates.len() >= SERIALS_MAX {
            entry.certificates.remove(0);
        }
        entry.certificates.push(issued);
        Ok(())
    }

    /// Whether a certificate of our authority is still good.
    pub(super) fn check(&self, shown: &Shown, now_secs: i64) -> Result<(), Refusal> {
        let ProbeIdentity { probe_id, host_id } = &shown.identity;
        let entry = self.probes.get(probe_id).filter(|entry| entry.host_id == *host_id);
        let entry = entry.ok_or(Refusal::Unknown)?;
        if entry.revoked_secs.is_some() {
            return Err(Refusal::Revoked);
        }
        if shown.not_after_secs <= now_secs {
            return Err(Refusal::Expired);
        }
        if !entry.certificates.iter().any(|issued| issued.serial == shown.serial) {
            return Err(Refusal::Replaced);
        }
        Ok(())
    }

    /// Revokes the probes of this id, or of the host of this name; gives them back.
    pub(super) fn revoke(&mut self, name: &str, now_secs: i64) -> Vec<ProbeIdentity> {
        let mut revoked = Vec::new();
        for (probe_id, entry) in &mut self.probes {
            let is_named = probe_id == name || entry.host_id == name;
            if is_named && entry.revoked_secs.is_none() {
                entry.revoked_secs = Some(now_secs);
                revoked.push(entry.identity(probe_id));
            }
        }
        revoked
    }

    /// Whether a probe of this id has joined, revoked or not.
    pub(super) fn knows(&self, probe_id: &str) -> bool {
        self.probes.contains_key(probe_id)
    }

    /// Whether a probe of this id has joined and was revoked since.
    pub(super) fn is_revoked(&self, probe_id: &str) -> bool {
        self.probes.get(probe_id).is_some_and(|entry| entry.revoked_secs.is_some())
    }

    /// The probes of the book, by host.
    pub(super) fn probes(&self) -> Vec<EnrolledProbe> {
        let mut probes: Vec<EnrolledProbe> =
            self.probes.iter().map(|(probe_id, entry)| entry.summary(probe_id)).collect();
        probes.sort_by(|one, other| {
            let key = |probe: &EnrolledProbe| (probe.identity.host_id.clone(), probe.joined_secs);
            key(one).cmp(&key(other))
        });
        probes
    }

    /// The code of this secret. All are compared, each in a time that tells nothing.
    fn code(&self, secret: &[u8]) -> Option<&Code> {
        let hash = hex(&sha256(secret));
        self.codes.iter().fold(None, |found, code| {
            let is_equal = bool::from(code.hash.as_bytes().ct_eq(hash.as_bytes()));
            if is_equal { Some(code) } else { found }
        })
    }

    fn forget(&mut self, now_secs: i64) {
        let is_recent = |code: &Code| code.expires_secs + CODE_REMEMBERED_SECS > now_secs;
        self.codes.retain(is_recent);
        self.probes.retain(|_, entry| {
            let since = entry.ends_secs().max(entry.joined_secs);
            since.saturating_add(PROBE_REMEMBERED_SECS) > now_secs
        });
    }
}

impl Code {
    fn is_alive(&self, now_secs: i64) -> bool {
        self.uses_left > 0 && self.expires_secs > now_secs
    }
}

impl Entry {
    fn identity(&self, probe_id: &str) -> ProbeIdentity {
        ProbeIdentity { probe_id: probe_id.to_owned(), host_id: self.host_id.clone() }
    }

    fn ends_secs(&self) -> i64 {
        self.certificates.iter().map(|issued| issued.not_after_secs).max().unwrap_or(0)
    }

    fn is_in_force(&self, now_secs: i64) -> bool {
        self.revoked_secs.is_none() && self.ends_secs() > now_secs
    }

    fn summary(&self, probe_id: &str) -> EnrolledProbe {
        EnrolledProbe {
            identity: self.identity(probe_id),
            joined_secs: self.joined_secs,
            not_after_secs: self.ends_secs(),
            revoked_secs: self.revoked_secs,
        }
    }
}

#[cfg(test)]
mod tests;
