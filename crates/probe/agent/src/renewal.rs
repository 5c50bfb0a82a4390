//! Renews the certificate of a membership before it ends, for as long as the probe runs.

use crate::Target;
use crate::app_client::{AppClient, Identity};
use crate::backoff::Backoff;
use crate::membership::{Membership, MembershipError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long is slept at most: the clock of a host may jump, and a host may sleep itself.
const LOOK_INTERVAL: Duration = Duration::from_secs(600);

/// Patience with an app that does not renew, first and last.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// The renewal of one membership; it ends when this is dropped.
pub(crate) struct Renewal {
    _running: SyncSender<()>,
}

impl Renewal {
    /// Starts to renew what the target shows, if it is a membership.
    pub(crate) fn start(target: &Target, identity: &Identity) -> std::io::Result<Option<Self>> {
        let Some(membership) = target.membership().cloned() else { return Ok(None) };
        let client = AppClient::new(target.clone(), identity.clone());
        let (running, stopped) = sync_channel(0);
        std::thread::Builder::new()
            .name("certificates".to_owned())
            .spawn(move || keep_renewing(&membership, &client, &stopped))?;
        Ok(Some(Self { _running: running }))
    }
}

fn keep_renewing(membership: &Membership, client: &AppClient, stopped: &Receiver<()>) {
    let mut backoff = Backoff::new(BACKOFF);
    let target = client.target();
    let mut wait = Duration::ZERO;
    loop {
        // Nothing is ever sent: the channel tells that the probe stops.
        if stopped.recv_timeout(wait.min(LOOK_INTERVAL)) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let due = membership.renewal_due();
        if !due.is_zero() {
            wait = due;
            continue;
        }
        match membership.renew(client) {
            Ok(()) => {
                tracing::info!(%target, "renewed the certificate of this probe");
                backoff.reset();
                wait = membership.renewal_due();
            }
            Err(error) => {
                wait = backoff.next();
                complain(&error, membership, target);
            }
        }
    }
}

fn complain(error: &MembershipError, membership: &Membership, target: &Target) {
    let cause = std::error::Error::source(error);
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    if membership.is_over() {
        tracing::error!(
            %target,
            "the certificate of this probe ended and could not be renewed; run `scope join-code` \
             on the app's machine and start the probe with the code it prints: {error}{cause}"
        );
    } else {
        tracing::warn!(%target, "cannot renew the certificate of this probe: {error}{cause}");
    }
}
