//! Sets up TLS and enrolment, on the app's side and on the probe's.

use crate::flags::{EnrolmentFlags, Flags, TlsWord};
use crate::{VERSION, access};
use anyhow::{Context, bail};
use scope_agent::{MembershipError, ProbeDir, Target};
use scope_auth::{Enrolment, Lifetimes, Listening, Openness};
use scope_control::{FINGERPRINT_BYTES, JoinCode};
use scope_server::{ProbeSettings, Tls, TlsSettings, TlsSource};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long to wait for an app that cannot be reached yet before it is asked again to let this
/// probe join.
const JOIN_RETRY: Duration = Duration::from_secs(5);

/// How the app tells probes apart, and the TLS it speaks.
pub(crate) struct Admission {
    pub(crate) settings: ProbeSettings,
    pub(crate) tls: Option<Tls>,
    /// By what the probe of this process knows the app, if that speaks TLS.
    authority: Option<[u8; FINGERPRINT_BYTES]>,
}

impl Admission {
    /// What the flags say, for an app that listens at `address`.
    pub(crate) fn open(flags: &Flags, address: SocketAddr, hostname: &str) -> anyhow::Result<Self> {
        let (own, access) = (&flags.enrolment, &flags.access);
        // In a laboratory everything is everybody's, as it was with Weave Scope. An app that runs
        // no probe and hears only this machine is there for what others here report: a replay, a
        // script, a probe of before.
        let is_open = match access.ways {
            Some(ways) => ways.openness == Openness::Everything,
            None => !flags.runs_both() && address.ip().is_loopback() && source(own)?.is_none(),
        };
        let mut settings = ProbeSettings {
            enrolment: None,
            old_probes: own.old_probes.map(|on| *on).or(is_open.then_some(true)),
            local_host: if flags.runs_both() { hostname.to_owned() } else { String::new() },
        };
        let Some(source) = source(own)? else {
            return Ok(Self { settings, tls: None, authority: None });
        };
        let data_dir = app_data_dir(access.data_dir.as_deref())?;
        let enrolment = Enrolment::open(&data_dir, lifetimes(own), now_secs());
        let enrolment = Arc::new(enrolment.context("open the app's certificate authority")?);
        let names = names(&access.host_names, address, hostname);
        let listening = Listening {
            address: address.to_string(),
            tls: true,
            names: access.host_names.iter().cloned().chain([hostname.to_owned()]).collect(),
        };
        enrolment.write_listening(&listening)?;
        let authority = enrolment.authority().fingerprint();
        let tls = Tls::new(TlsSettings { source, names }, Arc::clone(&enrolment));
        settings.enrolment = Some(enrolment);
        Ok(Self { settings, tls: Some(tls.context("set up TLS")?), authority: Some(authority) })
    }

    /// Tells the probe of this process whom to believe.
    pub(crate) fn introduce(&self, target: &mut Target) {
        if let Some(authority) = self.authority {
            target.trust_authority(authority, None);
        }
    }
}

/// Whether the flags ask for TLS.
pub(crate) fn speaks_tls(flags: &Flags) -> anyhow::Result<bool> {
    Ok(source(&flags.enrolment)?.is_some())
}

/// What can be wrong with the flags, without opening anything.
pub(crate) fn check(flags: &Flags) -> anyhow::Result<()> {
    source(&flags.enrolment)?;
    code(flags).map(drop)
}

/// Gives the targets what this probe holds at their apps, and joins if the flags ask for it; says
/// under which id the probe is known there, if anywhere.
pub(crate) fn join(
    flags: &Flags,
    host_id: &str,
    targets: &mut [Target],
) -> anyhow::Result<Option<String>> {
    let code = code(flags)?;
    let folder = match probe_data_dir(flags) {
        Ok(folder) => folder,
        // Whoever has no home joined no app.
        Err(_) if code.is_none() => return Ok(None),
        Err(error) => return Err(error),
    };
    let dir = ProbeDir::new(&folder);
    let is_customary = flags.enrolment.probe_data_dir.is_none();
    let mut is_member = false;
    match (code, &mut *targets) {
        (Some(code), [target]) => {
            let membership = join_patiently(&dir, &code, target, host_id)?;
            target.speak_as(membership);
            is_member = true;
        }
        (Some(_), _) => bail!(
            "--join is a code of one app: name that app, for example `scope launch --join CODE \
             app-host:4040`"
        ),
        (None, targets) => {
            for target in targets {
                match dir.find(target, host_id) {
                    Ok(Some(membership)) => {
                        target.speak_as(membership);
                        is_member = true;
                    }
                    Ok(None) => {}
                    // The home of another user, of whom this process has the variables.
                    Err(error) if is_customary => tracing::warn!(
                        "cannot look for apps that this probe joined; name its folder with \
                         --probe.data-dir: {error}"
                    ),
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Ok(if is_member { dir.probe_id()? } else { None })
}

/// Joins, as soon as the app can be reached.
fn join_patiently(
    dir: &ProbeDir,
    code: &JoinCode,
    target: &Target,
    host_id: &str,
) -> anyhow::Result<scope_agent::Membership> {
    loop {
        match dir.join(code, target, host_id, VERSION) {
            Err(MembershipError::Unreachable(reason)) => {
                let retry_secs = JOIN_RETRY.as_secs();
                tracing::warn!(%target, retry_secs, "cannot join: {reason}");
                std::thread::sleep(JOIN_RETRY);
            }
            joined => return Ok(joined?),
        }
    }
}

fn code(flags: &Flags) -> anyhow::Result<Option<JoinCode>> {
    let code = flags.enrolment.join.as_deref().filter(|code| !code.is_empty());
    code.map(|code| code.parse().context("--join")).transpose()
}

fn source(own: &EnrolmentFlags) -> anyhow::Result<Option<TlsSource>> {
    match (&own.tls_certificate, &own.tls_key, own.tls) {
        (Some(_), Some(_), Some(TlsWord::Own)) => {
            bail!("--app.tls=self and --app.tls.cert exclude each other")
        }
        (Some(certificate), Some(key), None) => {
            let (certificate, key) = (certificate.clone(), key.clone());
            Ok(Some(TlsSource::Files { certificate, key }))
        }
        (Some(_), Some(_), Some(TlsWord::Off)) => Ok(None),
        (None, None, Some(TlsWord::Own)) => Ok(Some(TlsSource::Own)),
        (None, None, _) => Ok(None),
        _ => bail!("--app.tls.cert and --app.tls.key go together"),
    }
}

pub(crate) fn lifetimes(own: &EnrolmentFlags) -> Lifetimes {
    let secs = own.certificate_lifetime.as_secs();
    Lifetimes { probe_secs: i64::try_from(secs).unwrap_or(i64::MAX) }
}

/// All by which browsers may reach the app.
fn names(host_names: &[String], address: SocketAddr, hostname: &str) -> Vec<String> {
    let mut names: Vec<String> = host_names.to_vec();
    names.extend([hostname, "localhost", "127.0.0.1", "::1"].map(str::to_owned));
    if !address.ip().is_unspecified() {
        names.push(address.ip().to_string());
    }
    // A host may be called what no certificate can say.
    names.retain(|name| name.is_ascii() && !name.contains(char::is_whitespace));
    names.dedup();
    names
}

/// The folder of the app.
pub(crate) fn app_data_dir(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    given.map_or_else(access::default_folder, |path| Ok(path.to_owned()))
}

fn probe_data_dir(flags: &Flags) -> anyhow::Result<PathBuf> {
    match &flags.enrolment.probe_data_dir {
        Some(path) => Ok(path.clone()),
        None => Ok(access::default_folder()?.join("probe")),
    }
}

/// Seconds since 1970.
pub(crate) fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_has_the_names_by_which_the_app_is_reached() {
        let check = |address: &str, expect: &[&str]| {
            let own = ["scope.example".to_owned()];
            assert_eq!(names(&own, address.parse().unwrap(), "web 1"), expect, "{address}");
        };
        check("0.0.0.0:1", &["scope.example", "localhost", "127.0.0.1", "::1"]);
        check("10.0.0.1:1", &["scope.example", "localhost", "127.0.0.1", "::1", "10.0.0.1"]);
    }
}
