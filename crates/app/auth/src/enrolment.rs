//! Enrolment of probes: the app's certificate authority, codes to join, the book of who did.
//!
//! All of it is in one folder that the app and the operator's commands share. The app reads the
//! book again as soon as a command changed it, so that a probe that was revoked is out at once.

mod authority;

mod identity;

mod book;

mod files;

pub use authority::{Authority, ServerCertificate};
pub use book::EnrolledProbe;
pub use identity::{ProbeIdentity, Shown};

use authority::{Written, random};
use book::{Book, Issued};
use files::{Files, Stamp};
use scope_control::{Certified, JoinCode, JoinRequest, RenewRequest, SECRET_BYTES};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const AUTHORITY_FILE: &str = "authority.crt";
const KEY_FILE: &str = "authority.key";
const BOOK_FILE: &str = "probes.json";
const LISTENING_FILE: &str = "listening.json";

/// What enrolment can do on a machine where the app keeps its data.
pub struct Enrolment {
    files: Files,
    authority: Authority,
    lifetimes: Lifetimes,
    seen: Mutex<Seen>,
}

/// How long certificates last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Those of probes, in seconds.
    pub probe_secs: i64,
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeTerms {
    /// For so many seconds.
    pub ttl_secs: i64,
    /// For so many probes.
    pub uses: u32,
}

/// Where the app listens, left for the commands of an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Address and port.
    pub address: String,
    /// Whether it speaks TLS, without which nobody can join.
    pub tls: bool,
    /// By what names hosts may know it.
    pub names: Vec<String>,
}

/// Why a certificate is no longer good, for whoever runs the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An operator said so.
    #[error(
        "this probe was revoked; to let it in again, run `scope join-code` on the app's machine \
         and start the probe with the code it prints"
    )]
    Revoked,
    /// Its time is over.
    #[error(
        "the certificate of this probe ended; run `scope join-code` on the app's machine and start \
         the probe with the code it prints"
    )]
    Expired,
    /// The same probe has joined again since.
    #[error(
        "this probe has joined again since with another certificate; run `scope join-code` on the \
         app's machine and start the probe with the code it prints"
    )]
    Replaced,
    /// The book does not know it.
    #[error(
        "the app does not know this probe any more; run `scope join-code` on the app's machine and \
         start the probe with the code it prints"
    )]
    Unknown,
}

/// Why a probe may not join, for whoever starts it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinRefusal {
    /// Nobody gave out this code, or long ago.
    #[error("the app does not know this join code; make one with `scope join-code` on its machine")]
    UnknownCode,
    /// Its time is over.
    #[error("this join code has expired; make another with `scope join-code` on the app's machine")]
    ExpiredCode,
    /// All its uses are used.
    #[error(
        "this join code was used already; make another with `scope join-code` on the app's machine"
    )]
    SpentCode,
    /// Another probe has this id or speaks for this host.
    #[error(
        "probe {probe} speaks for host {host} already; if it is gone, run `scope probes revoke \
         {probe}` on the app's machine, else give this host a name of its own with --hostname"
    )]
    Taken {
        /// The host of that probe.
        host: String,
        /// Its id.
        probe: String,
    },
    /// The limit of codes is reached.
    #[error("{} join codes wait for their probes; let some expire", book::CODES_MAX)]
    TooManyCodes,
    /// The limit of probes is reached.
    #[error("{} probes are enrolled, which is the limit", book::PROBES_MAX)]
    TooManyProbes,
}

/// Enrolment failed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// A file of the folder cannot be used.
    #[error("{operation} {}", path.display())]
    File {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What came of it.
        #[source]
        source: std::io::Error,
    },
    /// The book is no book.
    #[error("read the book of probes")]
    Book(#[source] serde_json::Error),
    /// A key or certificate is unusable.
    #[error("sign a certificate")]
    Sign(#[source] rcgen::Error),
    /// The bytes are no certificate of ours.
    #[error("read a certificate")]
    Certificate,
    /// The request of a probe is none.
    #[error("the request for a certificate cannot be read")]
    Request,
    /// A lifetime ends beyond all calendars.
    #[error("the certificate would end too late for any calendar")]
    Date,
    /// No name in the DNS.
    #[error("{0:?} is neither a host name nor an address")]
    Name(String),
    /// The kernel gave no random bytes.
    #[error("read random bytes")]
    Random,
    /// The id of a probe is odd.
    #[error("the id of a probe is of at most 64 letters, digits and hyphens")]
    ProbeId,
    /// The id of a host is odd.
    #[error("the name of a host has at most 253 bytes, no semicolon and no control character")]
    HostId,
    /// The probe may not join.
    #[error(transparent)]
    Refused(#[from] JoinRefusal),
    /// The probe has no valid certificate.
    #[error(transparent)]
    Standing(#[from] Refusal),
}

/// The book as last read.
#[derive(Default)]
struct Seen {
    book: Book,
    stamp: Stamp,
}

impl Enrolment {
    /// Opens what is kept below `data_dir`; the authority is made the first time.
    pub fn open(
        data_dir: &Path,
        lifetimes: Lifetimes,
        now_secs: i64,
    ) -> Result<Self, EnrolmentError> {
        let files = Files::open(data_dir)?;
        let authority = {
            let _lock = files.lock()?;
            kept_authority(&files, now_secs)?
        };
        let enrolment = Self { files, authority, lifetimes, seen: Mutex::default() };
        enrolment.refresh()?;
        Ok(enrolment)
    }

    /// The app's authority.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Makes a code; only its hash is kept.
    pub fn new_code(&self, terms: CodeTerms, now_secs: i64) -> Result<JoinCode, EnrolmentError> {
        let secret = random::<SECRET_BYTES>()?;
        let expires_secs = now_secs.saturating_add(terms.ttl_secs);
        self.change(|book| Ok(book.add_code(&secret, expires_secs, terms.uses, now_secs)?))?;
        Ok(JoinCode { secret, authority: self.authority.fingerprint() })
    }

    /// Lets a probe join by a code; `caller` is who it showed itself to be by an older certificate.
    pub fn join(
        &self,
        request: &JoinRequest,
        caller: Option<&ProbeIdentity>,
        now_secs: i64,
    ) -> Result<Certified, EnrolmentError> {
        let identity = ProbeIdentity::new(&request.probe_id, &request.host_id)?;
        let secret = request.secret_bytes().ok_or(JoinRefusal::UnknownCode)?;
        self.change(|book| {
            book.join(&secret, &identity, caller, now_secs)?;
            self.certify(book, &identity, &request.request, now_secs)
        })
    }

    /// Gives a probe that is enrolled its next certificate.
    pub fn renew(
        &self,
        request: &RenewRequest,
        identity: &ProbeIdentity,
        now_secs: i64,
    ) -> Result<Certified, EnrolmentError> {
        self.change(|book| self.certify(book, identity, &request.request, now_secs))
    }

    /// Whether a certificate that a caller showed over TLS is good.
    pub fn check(&self, shown: &Shown, now_secs: i64) -> Result<(), Refusal> {
        self.lock().book.check(shown, now_secs)
    }

    /// Revokes the probe of this id, or those of the host of this name; gives them back.
    pub fn revoke(&self, name: &str, now_secs: i64) -> Result<Vec<ProbeIdentity>, EnrolmentError> {
        self.change(|book| Ok(book.revoke(name, now_secs)))
    }

    /// The probes that joined, by host.
    pub fn probes(&self) -> Vec<EnrolledProbe> {
        self.lock().book.probes()
    }

    /// Whether a probe of this id has joined, revoked or not.
    pub fn knows(&self, probe_id: &str) -> bool {
        self.lock().book.knows(probe_id)
    }

    /// Whether a probe of this id has joined and was revoked since.
    pub fn is_revoked(&self, probe_id: &str) -> bool {
        self.lock().book.is_revoked(probe_id)
    }

    /// Reads the book again if somebody changed it; says whether.
    pub fn refresh(&self) -> Result<bool, EnrolmentError> {
        let mut seen = self.lock();
        let stamp = self.files.stamp(BOOK_FILE);
        if stamp == seen.stamp {
            return Ok(false);
        }
        *seen = Seen { book: read_book(&self.files)?, stamp };
        Ok(true)
    }

    /// Leaves word of where the app listens.
    pub fn write_listening(&self, listening: &Listening) -> Result<(), EnrolmentError> {
        let bytes = serde_json::to_vec_pretty(listening).map_err(EnrolmentError::Book)?;
        self.files.write(LISTENING_FILE, &bytes)
    }

    /// Where an app of this machine last listened.
    pub fn listening(&self) -> Option<Listening> {
        let bytes = self.files.read(LISTENING_FILE).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Signs for a probe of the book and notes that it did.
    fn certify(
        &self,
        book: &mut Book,
        identity: &ProbeIdentity,
        request: &str,
        now_secs: i64,
    ) -> Result<Certified, EnrolmentError> {
        let secs = self.lifetimes.probe_secs;
        let signed = self.authority.probe_certificate(request, identity, now_secs, secs)?;
        let issued = Issued { serial: signed.serial, not_after_secs: signed.validity.end };
        book.add_certificate(identity, issued, now_secs)?;
        Ok(Certified {
            certificate: signed.pem,
            authority: self.authority.pem().to_owned(),
            made_secs: now_secs,
            not_after_secs: signed.validity.end,
        })
    }

    /// Changes the book on disk, as the only one who does; a change that fails is none.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, EnrolmentError>,
    ) -> Result<T, EnrolmentError> {
        let _lock = self.files.lock()?;
        let mut book = read_book(&self.files)?;
        let outcome = change(&mut book)?;
        let bytes = serde_json::to_vec_pretty(&book).map_err(EnrolmentError::Book)?;
        self.files.write(BOOK_FILE, &bytes)?;
        *self.lock() = Seen { book, stamp: self.files.stamp(BOOK_FILE) };
        Ok(outcome)
    }

    /// A panic elsewhere leaves the book whole: it is only ever put in place of another.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_book(files: &Files) -> Result<Book, EnrolmentError> {
    match files.read(BOOK_FILE)? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(EnrolmentError::Book),
        None => Ok(Book::default()),
    }
}

/// The authority of the folder, made if there is none.
fn kept_authority(files: &Files, now_secs: i64) -> Result<Authority, EnrolmentError> {
    let text = |bytes| String::from_utf8(bytes).map_err(|_| EnrolmentError::Certificate);
    // The certificate is written last: without it the key was never used.
    let certificate = files.read(AUTHORITY_FILE)?;
    let key = files.read(KEY_FILE)?;
    let written = match (certificate, key) {
        (Some(certificate), Some(key)) => {
            Written { certificate: text(certificate)?, key: text(key)? }
        }
        // A certificate without its key: to make another would lock out who trusts this one.
        (Some(_), None) => return Err(EnrolmentError::Certificate),
        (None, _) => {
            let written = Authority::generate(now_secs)?;
            files.write(KEY_FILE, written.key.as_bytes())?;
            files.write(AUTHORITY_FILE, written.certificate.as_bytes())?;
            written
        }
    };
    Authority::read(&written)
}

#[cfg(test)]
mod tests;
