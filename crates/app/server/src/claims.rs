//! Whose containers are whose.
//!
//! The id of a container names no host, so whose it is shows by who reports it: while one probe
//! does, no other may, lest its terminals and controls lead to a host of the other's choice.

use scope_auth::ProbeIdentity;
use scope_report::{Report, Text, TopologyKind};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a container stays its probe's after it was last reported; every third report says all.
const CLAIM_LASTS: Duration = Duration::from_secs(60);

/// Containers whose probes are known. Beyond that no more are noted.
const CLAIMS_MAX: usize = 1_000_000;

/// A container is another probe's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "probe {by} of host {host} reports the container {container} already, and two hosts cannot \
     both have it; if one of them should not be let in, run `scope probes revoke` on the app's \
     machine"
)]
pub(crate) struct Claimed {
    container: Text,
    by: String,
    host: String,
}

/// The containers that probes reported lately.
#[derive(Default)]
pub(crate) struct Claims(Mutex<HashMap<Text, Claim>>);

struct Claim {
    by: ProbeIdentity,
    last: Instant,
}

impl Claims {
    /// Notes the containers of a report, unless one is of another probe.
    pub(crate) fn take(
        &self,
        report: &Report,
        probe: &ProbeIdentity,
        now: Instant,
    ) -> Result<(), Claimed> {
        let containers = &report.topology(TopologyKind::Container).nodes;
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |claim: &Claim| now.saturating_duration_since(claim.last) < CLAIM_LASTS;
        for (id, _) in containers {
            if let Some(claim) = claims.get(id).filter(|own| is_fresh(own) && own.by != *probe) {
                let ProbeIdentity { probe_id, host_id } = claim.by.clone();
                return Err(Claimed { container: id.clone(), by: probe_id, host: host_id });
            }
        }
        if claims.len().saturating_add(containers.len()) > CLAIMS_MAX {
            claims.retain(|_, claim| is_fresh(claim));
        }
        for (id, _) in containers {
            if claims.len() < CLAIMS_MAX || claims.contains_key(id) {
                claims.insert(id.clone(), Claim { by: probe.clone(), last: now });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::{Node, id};

    #[test]
    fn a_container_is_of_the_probe_that_reports_it() {
        let probe = |name: &str| ProbeIdentity::new(name, name).unwrap();
        let (claims, start) = (Claims::default(), Instant::now());
        let mut report = Report::empty();
        report
            .topology_mut(TopologyKind::Container)
            .add(Node::new(id::container("c"), "container"));
        let take = |name: &str, after: Duration| claims.take(&report, &probe(name), start + after);
        assert_eq!(take("a", Duration::ZERO), Ok(()));
        assert_eq!(take("a", Duration::from_secs(50)), Ok(()));
        let refused = take("b", Duration::from_secs(100)).unwrap_err();
        assert!(refused.to_string().contains("probe a of host a"), "{refused}");
        // Where nobody reports it any more, it may have moved.
        assert_eq!(take("b", Duration::from_secs(111)), Ok(()));
        assert!(take("a", Duration::from_secs(112)).is_err());
    }
}
