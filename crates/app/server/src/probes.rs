//! Who a probe is: by its certificate, by the secret of this process, or by nothing much.
//!
//! A probe that joined shows a certificate of the app's authority, and speaks for itself only. The
//! probe within this process shows a secret that never left it. Those of before know neither; they
//! are taken if they show a token or a password that an operator gave them, and without one only
//! where the operator says so.

use crate::answer;
use crate::claims::Claims;
use crate::own_voice::{self, Foreign};
use crate::request::header;
use crate::tls::now_secs;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_auth::{Enrolment, Gate, Identity, Method, ProbeIdentity, Refusal, Shown};
use scope_control::JOIN_PATH;
use scope_report::Report;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often somebody's change of the book of probes is looked for.
pub(crate) const REFRESH_INTERVAL: Duration = Duration::from_millis(500);

/// How often the log tells of probes that are not taken: each asks again every few seconds.
const TOLD_INTERVAL: Duration = Duration::from_secs(60);

/// Attempts to join from one address within [`ATTEMPTS_INTERVAL`].
const ATTEMPTS_MAX: u32 = 30;

/// The time over which attempts are counted.
const ATTEMPTS_INTERVAL: Duration = Duration::from_secs(60);

/// Characters of a forged id in a sentence.
const PROBE_ID_CHARS_SHOWN: usize = 64;

/// Addresses whose attempts are counted at once.
const ADDRESSES_MAX: usize = 4096;

/// How probes are told apart.
#[derive(Clone, Default)]
pub struct ProbeSettings {
    /// By certificates, where TLS is on.
    pub enrolment: Option<Arc<Enrolment>>,
    /// Whether those without one are taken; if nobody says, those that show a token or a password.
    pub old_probes: Option<bool>,
    /// The host for which the probe within this process speaks, and no other; blank if there is
    /// none.
    pub local_host: String,
}

/// The probes as the running app knows them.
pub(crate) struct Probes {
    settings: ProbeSettings,
    /// Counts changes of the book.
    changes: watch::Sender<u64>,
    attempts: Mutex<HashMap<IpAddr, Attempts>>,
    claims: Claims,
    /// When the log was told last of probes that are not taken.
    told: Mutex<Option<Instant>>,
}

/// The other end of a connection that asks for the app under the name that probes know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
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
    #[error("the header X-Scope-Probe-ID names {named:?}, but the certificate is of probe {own}")]
    Forged { named: String, own: String },
    #[error(
        "this app takes reports only of probes that have joined{or_shown}: start the app with \
         --app.tls=self, run `scope join-code` on its machine and start the probe with the code \
         that it prints; {or_token}or start the app with --app.old-probes"
    )]
    NotJoined {
        /// What else the app would take.
        or_shown: &'static str,
        /// How to come by it.
        or_token: &'static str,
    },
    #[error("probe {0} has joined this app: it has to show its certificate")]
    Impostor(String),
}

impl NotAdmitted {
    /// Where a token would do, and where an operator wants none but those that joined.
    pub(crate) fn not_joined(takes_tokens: bool) -> Self {
        if !takes_tokens {
            return Self::NotJoined { or_shown: "", or_token: "" };
        }
        Self::NotJoined {
            or_shown: " or that show a token",
            or_token: "or run `scope token create NAME --role=probe` there and start the probe \
                       with --probe.token; ",
        }
    }
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
            told: Mutex::default(),
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

    /// Who speaks as a probe in a request of this visitor, whose rights were looked at.
    pub(crate) fn speaker(
        &self,
        parts: &Parts,
        visitor: &Identity,
    ) -> Result<Speaker, NotAdmitted> {
        let named = header(&parts.headers, "x-scope-probe-id");
        if let Some(shown) = peer(parts).and_then(|peer| peer.shown.as_ref()) {
            let own = &shown.identity.probe_id;
            if named != own {
                let named = named.chars().take(PROBE_ID_CHARS_SHOWN).collect();
                return Err(NotAdmitted::Forged { named, own: own.clone() });
            }
            return Ok(Speaker::Enrolled(shown.identity.clone()));
        }
        if Gate::is_local_probe(visitor) {
            return Ok(Speaker::Local);
        }
        let has_shown = visitor.method != Method::Anonymous;
        if !self.settings.old_probes.unwrap_or(has_shown) {
            return Err(NotAdmitted::not_joined(self.settings.old_probes.is_none()));
        }
        if self.enrolment().is_some_and(|enrolment| enrolment.knows(named)) {
            return Err(NotAdmitted::Impostor(named.to_owned()));
        }
        Ok(Speaker::Old)
    }

    /// Answers a probe that is not taken; the log is told now and then.
    pub(crate) fn refuse(&self, refusal: &NotAdmitted, now: Instant) -> Response {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|last| now.saturating_duration_since(last) >= TOLD_INTERVAL) {
            *told = Some(now);
            tracing::warn!("refused a probe: {refusal}");
        } else {
            tracing::debug!("refused a probe: {refusal}");
        }
        answer::failure(StatusCode::FORBIDDEN, &refusal.to_string())
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

/// The other end of the connection of a request, if it asks as a probe.
pub(crate) fn peer(parts: &Parts) -> Option<&Peer> {
    parts.extensions.get::<Peer>()
}

/// Whether a request is one to join.
pub(crate) fn is_joining(parts: &Parts) -> bool {
    (parts.method.as_str(), parts.uri.path()) == ("POST", JOIN_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn old_probes_are_taken_as_the_operator_says() {
        let check = |old_probes, visitor: Identity, expect: Result<Speaker, NotAdmitted>| {
            let probes = Probes::new(ProbeSettings { old_probes, ..ProbeSettings::default() });
            let (parts, ()) = axum::http::Request::new(()).into_parts();
            assert_eq!(probes.speaker(&parts, &visitor), expect, "{old_probes:?} {visitor:?}");
            if let Err(refusal) = expect {
                let sentence = refusal.to_string();
                assert!(sentence.contains("--app.old-probes"), "{sentence}");
                let tells_of_tokens = sentence.contains("--probe.token");
                assert_eq!(tells_of_tokens, old_probes.is_none(), "{sentence}");
            }
        };
        let stranger = || Identity::new("anonymous", Method::Anonymous);
        let local = || Identity::new("local-probe", Method::Probe);
        let token = || Identity::new("ci", Method::Probe);
        check(None, stranger(), Err(NotAdmitted::not_joined(true)));
        check(None, token(), Ok(Speaker::Old));
        check(None, Identity::new("eve", Method::Account), Ok(Speaker::Old));
        check(Some(true), stranger(), Ok(Speaker::Old));
        check(Some(false), stranger(), Err(NotAdmitted::not_joined(false)));
        check(Some(false), token(), Err(NotAdmitted::not_joined(false)));
        check(Some(false), local(), Ok(Speaker::Local));
        check(None, local(), Ok(Speaker::Local));
    }

    #[test]
    fn attempts_are_counted_by_address() {
        let (probes, now) = (Probes::new(ProbeSettings::default()), Instant::now());
        let one = IpAddr::from([10, 0, 0, 1]);
        assert!((0..ATTEMPTS_MAX).all(|_| probes.may_try(one, now)));
        assert!(!probes.may_try(one, now));
        assert!(probes.may_try(IpAddr::from([10, 0, 0, 2]), now));
        assert!(probes.may_try(one, now + ATTEMPTS_INTERVAL));
    }
}
