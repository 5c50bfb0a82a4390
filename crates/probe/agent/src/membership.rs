//! What a probe holds at an app that it joined: its key and the certificate for it.
//!
//! Both are in one file of the probe's folder, which nobody else reads; the key is made on this
//! host and never leaves it. A file is put in place of another whole, so that the probe has the one
//! certificate or the next after any crash.

use crate::app_client::{AppClient, ClientError, Identity};
use crate::app_tls::{Fingerprint, sha256};
use crate::{InvalidTarget, Target};
use rcgen::{CertificateParams, KeyPair};
use scope_control::{JoinCode, JoinRequest, RenewRequest};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Bytes of a file of the folder.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Apps that one probe can be a member of.
const MEMBERSHIPS_MAX: usize = 64;

/// The file of the probe's id.
const ID_FILE: &str = "probe-id";

/// The folder of a probe: its id, and its memberships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeDir(PathBuf);

/// A membership; a clone is another handle to it.
#[derive(Clone)]
pub struct Membership(Arc<Held>);

struct Held {
    dir: ProbeDir,
    now: RwLock<(Kept, Arc<CertifiedKey>)>,
}

/// A membership as a file has it.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// The app's address, as the operator wrote it.
    address: String,
    host_id: String,
    /// SHA-256 of the join code, in hex: a code that was used is known by it.
    code: String,
    /// SHA-256 of the certificate of the app's authority, in hex.
    authority: String,
    certificate: String,
    key: String,
    made_secs: i64,
    not_after_secs: i64,
}

/// A probe could not join, or its membership cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
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
    /// A file holds something else.
    #[error("{} is damaged; remove it and join again with a new code", .0.display())]
    Damaged(PathBuf),
    /// A key or certificate is unusable.
    #[error("use the certificate of this probe")]
    Certificate(#[source] rustls::Error),
    /// No key could be made.
    #[error("make a key")]
    Key(#[source] rcgen::Error),
    /// The kernel gave no random bytes.
    #[error("read random bytes")]
    Random,
    /// The address is none.
    #[error(transparent)]
    Address(#[from] InvalidTarget),
    /// The app could not be reached; it may be later.
    #[error("join the app: {0}")]
    Unreachable(String),
    /// The app does not let this probe in.
    #[error("join the app: {0}")]
    Refused(String),
    /// What was kept is for another host.
    #[error(
        "this probe joined {address} for the host {host}, and this host is called {own}: start it \
         with --hostname={host}, or join again with a new code"
    )]
    OtherHost {
        /// The app.
        address: String,
        /// Whom it speaks for there.
        host: String,
        /// The name of this host.
        own: String,
    },
    /// The certificate ended while the probe was away.
    #[error(
        "the certificate of this probe at {0} ended while it was away; run `scope join-code` on \
         the app's machine and start the probe with the code it prints"
    )]
    Expired(String),
}

impl ProbeDir {
    /// The folder at this path; it is made when something is kept.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The id of the probe that this folder belongs to, if it has joined anything.
    pub fn probe_id(&self) -> Result<Option<String>, MembershipError> {
        Ok(self.read(ID_FILE)?.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// The membership at the app of this address, if there is one that can be used by this host.
    pub fn find(
        &self,
        target: &Target,
        host_id: &str,
    ) -> Result<Option<Membership>, MembershipError> {
        let address = address(target);
        let kept = self.all()?.into_iter().filter(|kept| kept.address == address);
        match kept.max_by_key(|kept| kept.made_secs) {
            Some(kept) => self.usable(kept, host_id).map(Some),
            None => Ok(None),
        }
    }

    /// The membership that this code gave, or a new one: the app is asked for it.
    ///
    /// A code that was used before stays good for whoever used it, so that it can stay on the
    /// command line.
    pub fn join(
        &self,
        code: &JoinCode,
        target: &Target,
        host_id: &str,
        version: &str,
    ) -> Result<Membership, MembershipError> {
        let code_hash = hex(&sha256(code.to_string().as_bytes()));
        if let Some(kept) = self.all()?.into_iter().find(|kept| kept.code == code_hash) {
            // The app may have moved meanwhile.
            let kept = Kept { address: address(target), ..kept };
            return self.usable(kept, host_id);
        }
        // One that is in force shows that a second code comes to the same probe.
        let before = self.all()?.into_iter().find(|kept| kept.authority == hex(&code.authority));
        let before = before.filter(|kept| kept.not_after_secs > now_secs());
        let before = before.and_then(|kept| self.usable(kept, host_id).ok());
        let probe_id = self.kept_probe_id()?;
        let mut target = target.clone();
        target.trust_authority(code.authority, before);
        let identity = Identity { probe_id: probe_id.clone(), version: version.to_owned() };
        let key = KeyPair::generate().map_err(MembershipError::Key)?;
        let request = JoinRequest {
            secret: code.secret_text(),
            probe_id,
            host_id: host_id.to_owned(),
            request: certificate_request(&key)?,
        };
        let certified = AppClient::new(target.clone(), identity).join(&request)?;
        let kept = Kept {
            address: address(&target),
            host_id: host_id.to_owned(),
            code: code_hash,
            authority: hex(&code.authority),
            certificate: certified.certificate,
            key: key.serialize_pem(),
            made_secs: certified.made_secs,
            not_after_secs: certified.not_after_secs,
        };
        self.keep(&kept)?;
        tracing::info!(%target, "joined the app");
        self.usable(kept, host_id)
    }

    fn usable(&self, kept: Kept, host_id: &str) -> Result<Membership, MembershipError> {
        if kept.host_id != host_id {
            let (address, host) = (kept.address, kept.host_id);
            return Err(MembershipError::OtherHost { address, host, own: host_id.to_owned() });
        }
        if kept.not_after_secs <= now_secs() {
            return Err(MembershipError::Expired(kept.address));
        }
        let certified = kept.certified()?;
        let now = RwLock::new((kept, certified));
        Ok(Membership(Arc::new(Held { dir: self.clone(), now })))
    }

    fn kept_probe_id(&self) -> Result<String, MembershipError> {
        if let Some(id) = self.probe_id()? {
            return Ok(id);
        }
        let mut bytes = [0; 8];
        let count = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
        if count != Ok(bytes.len()) {
            return Err(MembershipError::Random);
        }
        let id = hex(&bytes);
        self.write(ID_FILE, &id)?;
        Ok(id)
    }

    fn keep(&self, kept: &Kept) -> Result<(), MembershipError> {
        let path = self.0.join(kept.file());
        let text = serde_json::to_string_pretty(kept);
        self.write(&kept.file(), &text.map_err(|_| MembershipError::Damaged(path))?)
    }

    fn all(&self) -> Result<Vec<Kept>, MembershipError> {
        let entries = match std::fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("list", &self.0, error)),
        };
        let names = entries.map_while(Result::ok).map(|entry| entry.file_name());
        let names = names.filter_map(|name| name.into_string().ok());
        let names = names.filter(|name| name.starts_with("app-") && name.ends_with(".json"));
        names
            .take(MEMBERSHIPS_MAX)
            .map(|name| {
                let text = self.read(&name)?.unwrap_or_default();
                let damaged = |_| MembershipError::Damaged(self.0.join(&name));
                serde_json::from_str(&text).map_err(damaged)
            })
            .collect()
    }

    fn read(&self, name: &str) -> Result<Option<String>, MembershipError> {
        let path = self.0.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path, error)),
        };
        let mut text = String::new();
        let read = file.take(FILE_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| failed("read", &path, error))?;
        Ok(Some(text))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), MembershipError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.map_err(|error| failed("make the folder", &self.0, error))?;
        let path = self.0.join(name);
        let next = self.0.join(format!("{name}.next"));
        let mut options = OpenOptions::new();
        let options = options.create(true).write(true).truncate(true).mode(0o600);
        let written = options.open(&next).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&next, &path)
        });
        written.map_err(|error| failed("write", &path, error))
    }
}

impl Membership {
    /// The certificate as it is now.
    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner).1)
    }

    /// By what the app is known.
    pub(crate) fn authority(&self) -> Fingerprint {
        let text = self.kept().authority;
        let mut bytes = [0; size_of::<Fingerprint>()];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
        }
        bytes
    }

    /// How long until the next certificate should be asked for: when two thirds of the time of this
    /// one are over.
    pub(crate) fn renewal_due(&self) -> Duration {
        let kept = self.kept();
        let lifetime = kept.not_after_secs.saturating_sub(kept.made_secs);
        let due = kept.made_secs.saturating_add(lifetime / 3 * 2);
        Duration::from_secs(u64::try_from(due.saturating_sub(now_secs())).unwrap_or(0))
    }

    /// Whether the certificate is over.
    pub(crate) fn is_over(&self) -> bool {
        self.kept().not_after_secs <= now_secs()
    }

    /// Gets the next certificate, for a key of its own, and keeps both.
    pub(crate) fn renew(&self, app: &AppClient) -> Result<(), MembershipError> {
        let key = KeyPair::generate().map_err(MembershipError::Key)?;
        let certified = app.renew(&RenewRequest { request: certificate_request(&key)? })?;
        let kept = Kept {
            certificate: certified.certificate,
            key: key.serialize_pem(),
            made_secs: certified.made_secs,
            not_after_secs: certified.not_after_secs,
            ..self.kept()
        };
        let certified = kept.certified()?;
        self.0.dir.keep(&kept)?;
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = (kept, certified);
        Ok(())
    }

    fn kept(&self) -> Kept {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

impl PartialEq for Membership {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Membership {}

impl std::fmt::Debug for Membership {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Membership({})", self.kept().address)
    }
}

impl Kept {
    fn file(&self) -> String {
        format!("app-{}.json", self.authority.get(..16).unwrap_or_default())
    }

    fn certified(&self) -> Result<Arc<CertifiedKey>, MembershipError> {
        let damaged = || MembershipError::Damaged(PathBuf::from(self.file()));
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes());
        let (Ok(certificate), Ok(key)) = (certificate, key) else { return Err(damaged()) };
        let certified = CertifiedKey::from_der(vec![certificate], key, &default_provider());
        Ok(Arc::new(certified.map_err(MembershipError::Certificate)?))
    }
}

impl From<ClientError> for MembershipError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused { text, .. } => Self::Refused(text),
            error => Self::Unreachable(format!("{error}{}", error.cause())),
        }
    }
}

fn failed(operation: &'static str, path: &Path, source: std::io::Error) -> MembershipError {
    MembershipError::File { operation, path: path.to_owned(), source }
}

/// Host and port: over what they are reached is decided by the membership.
fn address(target: &Target) -> String {
    let url = target.base_url.as_str();
    url.split_once("://").map_or(url, |(_, address)| address).to_owned()
}

/// A request for a certificate; the app decides whom it names.
fn certificate_request(key: &KeyPair) -> Result<String, MembershipError> {
    let params = CertificateParams::new(Vec::new()).map_err(MembershipError::Key)?;
    let request = params.serialize_request(key).map_err(MembershipError::Key)?;
    request.pem().map_err(MembershipError::Key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
