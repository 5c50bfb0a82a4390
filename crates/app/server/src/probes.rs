//! Who a probe is: by its certificate, by the secret of this process, or by nothing much.
//!
//! A probe that joined shows a certificate of the app's authority, and speaks for itself only. The
//! probe within this process shows a secret that never left it. Those of before know neither and
//! are taken while the operator says so, by a token if there is one.

use crate::claims::Claims;
use crate::own_voice::{self, Foreign};
use crate::request::header;
use crate::tls::now_secs;
use crate::{App, answer};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use scope_auth::{Enrolment, ProbeIdentity, Refusal, Shown};
use scope_control::{JOIN_PATH, RENEW_PATH};
use scope_report::Report;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::sync::watch;

/// Whether probes that did not join are taken when the operator says nothing of them.
pub const OLD_PROBES_BY_DEFAULT: bool = true;

/// How often somebody's change of the book of probes is looked for.
pub(crate) const REFRESH_INTERVAL: Duration = Duration::from_millis(500);

/// Attempts to join from one address within [`ATTEMPTS_INTERVAL`].
const ATTEMPTS_MAX: u32 = 30;

/// The time over which attempts are counted.
const ATTEMPTS_INTERVAL: Duration = Duration::from_secs(60);

/// Addresses whose attempts are counted at once.
const ADDRESSES_MAX: usize = 4096;

/// How probes are told apart.
#[derive(Clone, Default)]
pub struct ProbeSettings {
    /// By certificates, where TLS is on.
    pub enrolment: Option<Arc<Enrolment>>,
    /// Whether those without one are taken; [`OLD_PROBES_BY_DEFAULT`] if nobody says.
    pub old_probes: Option<bool>,
    /// What those have to show; blank for nothing.
    pub token: String,
    /// What the probe within this process shows; blank if there is none.
    pub local_secret: String,
    /// The host for which that probe speaks, and no other; blank if there is none.
    pub local_host: String,
}

/// The probes as the running app knows them.
pub(crate) struct Probes {
    settings: ProbeSettings,
    /// Counts changes of the book.
    changes: watch::Sender<u64>,
    attempts: Mutex<HashMap<IpAddr, Attempts>>,
    claims: Claims,
}

/// The other end of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    pub(crate) address: Option<IpAddr>,
    /// The certificate it showed, which our authority signed.
    pub(crate) shown: Option<Shown>,
}

/// Who speaks as a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// A probe that joined.
    Enrolled(ProbeIdentity),
    /// The probe within this process.
    Local,
    /// Whoever says so.
    Old,
}

/// Why somebody is not taken for a probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAdmitted {
    #[error(transparent)]
    Certificate(#[from] Refusal),
    #[error("the header X-Scope-Probe-ID names {named:?}, but the certificate is of probe {own}")]
    Forged { named: String, own: String },
    #[error(
        "this app takes probes only that have joined: run `scope join-code` on its machine and \
         start the probe with the code it prints; or start the app with --app.old-probes"
    )]
    NotJoined,
    #[error("probe {0} has joined this app: it has to show its certificate")]
    Impostor(String),
    #[error("this app takes old probes by a token only: start the probe with --probe.token")]
    NoToken,
}

#[derive(Clone, Copy)]
struct Attempts {
    since: Instant,
    count: u32,
}

impl Probes {
    pub(crate) fn new(settings: ProbeSettings) -> Self {
        Self {
            settings,
            changes: watch::Sender::new(0),
            attempts: Mutex::default(),
            claims: Claims::default(),
        }
    }

    pub(crate) fn enrolment(&self) -> Option<&Arc<Enrolment>> {
        self.settings.enrolment.as_ref()
    }

    /// Looks whether an operator changed the book; says whether. Takes a while: not for an async
    /// task.
    pub(crate) fn refresh(&self) -> bool {
        let Some(enrolment) = self.enrolment() else { return false };
        match enrolment.refresh() {
            Ok(true) => {
                self.changed();
                true
            }
            Ok(false) => false,
            Err(error) => {
                tracing::warn!("the book of probes stays as it was: {error}");
                false
            }
        }
    }

    /// Whether a probe of this id has joined and was revoked since.
    pub(crate) fn is_revoked(&self, probe_id: &str) -> bool {
        self.enrolment().is_some_and(|enrolment| enrolment.is_revoked(probe_id))
    }

    /// Whether the probe of this process speaks for this host.
    pub(crate) fn is_local_host(&self, host_id: &str) -> bool {
        !host_id.is_empty() && host_id == self.settings.local_host
    }

    /// Whether a report is one that this speaker may give. Takes a while: not for an async task.
    pub(crate) fn hear(
        &self,
        report: &Report,
        speaker: &Speaker,
        now: Instant,
    ) -> Result<(), Foreign> {
        match speaker {
            Speaker::Enrolled(identity) => {
                own_voice::check(report, identity)?;
                Ok(self.claims.take(report, identity, now)?)
            }
            Speaker::Local => {
                let (probe_id, host_id) =
                    ("of this app".to_owned(), self.settings.local_host.clone());
                Ok(self.claims.take(report, &ProbeIdentity { probe_id, host_id }, now)?)
            }
            Speaker::Old => Ok(()),
        }
    }

    /// Lets open connections look whether they are still good.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Resolves when the certificate of a connection is good no longer.
    pub(crate) async fn severed(&self, shown: &Shown) {
        let left = shown.not_after_secs.saturating_sub(now_secs());
        let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
        let looking = async {
            let mut changes = self.changes.subscribe();
            while self.check(shown).is_ok() && changes.changed().await.is_ok() {}
        };
        let _ = tokio::time::timeout(left, looking).await;
    }

    pub(crate) fn check(&self, shown: &Shown) -> Result<(), Refusal> {
        match self.enrolment() {
            Some(enrolment) => enrolment.check(shown, now_secs()),
            None => Err(Refusal::Unknown),
        }
    }

    /// Who speaks as a probe in a request.
    pub(crate) fn speaker(&self, parts: &Parts) -> Result<Speaker, NotAdmitted> {
        if let Some(shown) = peer(parts).and_then(|peer| peer.shown.as_ref()) {
            self.check(shown)?;
            let named = header(&parts.headers, "x-scope-probe-id");
            let own = &shown.identity.probe_id;
            if named != own {
                let named = named.chars().take(64).collect();
                return Err(NotAdmitted::Forged { named, own: own.clone() });
            }
            return Ok(Speaker::Enrolled(shown.identity.clone()));
        }
        let ProbeSettings { old_probes, token, local_secret, .. } = &self.settings;
        if is_token(parts, local_secret) {
            return Ok(Speaker::Local);
        }
        if !old_probes.unwrap_or(OLD_PROBES_BY_DEFAULT) {
            return Err(NotAdmitted::NotJoined);
        }
        if !token.is_empty() && !is_token(parts, token) {
            return Err(NotAdmitted::NoToken);
        }
        let named = header(&parts.headers, "x-scope-probe-id");
        if self.enrolment().is_some_and(|enrolment| enrolment.knows(named)) {
            return Err(NotAdmitted::Impostor(named.to_owned()));
        }
        Ok(Speaker::Old)
    }

    /// Whether a request may pass without a user's account, because a probe makes it that proved
    /// who it is, and for what probes do.
    pub(crate) fn admits(&self, parts: &Parts) -> bool {
        let path = parts.uri.path();
        // The code in the request is looked at there.
        if (parts.method.as_str(), path) == ("POST", JOIN_PATH) {
            return true;
        }
        let is_of_probes = match (&parts.method, path) {
            (&Method::GET, "/api" | "/api/control/ws") => true,
            (&Method::POST, "/api/report" | RENEW_PATH) => true,
            (&Method::GET, _) => path.starts_with("/api/pipe/") && path.ends_with("/probe"),
            (&Method::DELETE, _) => path.starts_with("/api/pipe/"),
            _ => false,
        };
        let proved = || match self.speaker(parts) {
            Ok(Speaker::Enrolled(_) | Speaker::Local) => true,
            Ok(Speaker::Old) => !self.settings.token.is_empty(),
            Err(_) => false,
        };
        is_of_probes && proved()
    }

    /// Counts an attempt to join; says whether there were not too many.
    pub(crate) fn may_try(&self, address: IpAddr, now: Instant) -> bool {
        let mut all = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |own: &Attempts| now.duration_since(own.since) < ATTEMPTS_INTERVAL;
        if all.len() >= ADDRESSES_MAX {
            all.retain(|_, own| is_recent(own));
        }
        if all.len() >= ADDRESSES_MAX && !all.contains_key(&address) {
            return false;
        }
        let own = all.entry(address).or_insert(Attempts { since: now, count: 0 });
        if !is_recent(own) {
            *own = Attempts { since: now, count: 0 };
        }
        own.count = own.count.saturating_add(1);
        own.count <= ATTEMPTS_MAX
    }
}

impl NotAdmitted {
    pub(crate) fn answer(&self) -> Response {
        let status = match self {
            Self::NoToken => StatusCode::UNAUTHORIZED,
            _ => StatusCode::FORBIDDEN,
        };
        answer::failure(status, &self.to_string())
    }
}

/// The other end of the connection of a request.
pub(crate) fn peer(parts: &Parts) -> Option<&Peer> {
    parts.extensions.get::<Peer>()
}

/// The answer to a request whose certificate is good no longer; joining anew stays possible.
pub(crate) fn refused(app: &App, parts: &Parts) -> Option<Response> {
    let shown = peer(parts)?.shown.as_ref()?;
    let refusal = app.probes.check(shown).err()?;
    let is_joining = (parts.method.as_str(), parts.uri.path()) == ("POST", JOIN_PATH);
    (!is_joining).then(|| NotAdmitted::Certificate(refusal).answer())
}

/// Whether a request shows this token, in the original's way. The time this takes does not tell how
/// much of a guess is right.
fn is_token(parts: &Parts, token: &str) -> bool {
    let value = header(&parts.headers, "authorization");
    let (scheme, given) = value.split_once(' ').unwrap_or_default();
    let given = given.trim().strip_prefix("token=").unwrap_or_default();
    let is_equal = bool::from(given.as_bytes().ct_eq(token.as_bytes()));
    scheme.eq_ignore_ascii_case("scope-probe") && !token.is_empty() && is_equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, path: &str, authorization: &str) -> Parts {
        let request = axum::http::Request::builder().method(method).uri(path);
        request.header("authorization", authorization).body(()).unwrap().into_parts().0
    }

    fn settings(old_probes: Option<bool>, token: &str) -> Probes {
        let (token, local_secret) = (token.to_owned(), "s3cr3t".to_owned());
        Probes::new(ProbeSettings { old_probes, token, local_secret, ..ProbeSettings::default() })
    }

    #[test]
    fn old_probes_are_taken_as_the_operator_says() {
        let check = |old, token, shown: &str, expect: Result<Speaker, NotAdmitted>| {
            let speaker = settings(old, token).speaker(&parts("POST", "/api/report", shown));
            assert_eq!(speaker, expect, "{old:?} {token} {shown}");
        };
        check(Some(true), "", "", Ok(Speaker::Old));
        check(Some(true), "", "Scope-Probe token=any", Ok(Speaker::Old));
        check(Some(true), "abc", "", Err(NotAdmitted::NoToken));
        check(Some(true), "abc", "Scope-Probe token=ab", Err(NotAdmitted::NoToken));
        check(Some(true), "abc", "Basic abc", Err(NotAdmitted::NoToken));
        check(Some(true), "abc", "scope-probe token=abc", Ok(Speaker::Old));
        check(Some(false), "abc", "Scope-Probe token=abc", Err(NotAdmitted::NotJoined));
        check(Some(false), "", "Scope-Probe token=", Err(NotAdmitted::NotJoined));
        check(Some(false), "", "Scope-Probe token=s3cr3t", Ok(Speaker::Local));
    }

    #[test]
    fn what_proves_a_probe_is_no_account_for_people() {
        let check = |method, path, shown: &str, expect: bool| {
            let admitted = settings(Some(true), "abc").admits(&parts(method, path, shown));
            assert_eq!(admitted, expect, "{method} {path} {shown}");
        };
        for token in ["Scope-Probe token=abc", "Scope-Probe token=s3cr3t"] {
            check("POST", "/api/report", token, true);
            check("GET", "/api", token, true);
            check("GET", "/api/pipe/pipe-1/probe", token, true);
            check("GET", "/api/pipe/pipe-1", token, false);
            check("GET", "/api/report", token, false);
            check("GET", "/api/topology", token, false);
            check("POST", "/api/control/1f/x/docker_stop_container", token, false);
        }
        check("POST", "/api/report", "", false);
        check("POST", JOIN_PATH, "", true);
        let open = settings(Some(true), "");
        assert!(!open.admits(&parts("POST", "/api/report", "")));
    }

    #[test]
    fn attempts_are_counted_by_address() {
        let (probes, now) = (settings(None, ""), Instant::now());
        let one = IpAddr::from([10, 0, 0, 1]);
        assert!((0..ATTEMPTS_MAX).all(|_| probes.may_try(one, now)));
        assert!(!probes.may_try(one, now));
        assert!(probes.may_try(IpAddr::from([10, 0, 0, 2]), now));
        assert!(probes.may_try(one, now + ATTEMPTS_INTERVAL));
    }
}
