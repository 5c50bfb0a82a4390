//! Who may do what, as the flags say: the gate, the audit log, the folder they are kept in.

use crate::app::local_url;
use crate::flags::{Flags, Ways};
use crate::{credentials, enrolment};
use anyhow::{Context, bail};
use scope_auth::{
    Account, AuditLog, DataDir, DecidingFiles, Gate, GateConfig, HTPASSWD_BYTES_MAX, Htpasswd,
    OpenId, OpenIdConfig, Openness, RANDOM_BYTES, RULES_BYTES_MAX, Recordings, Rights, Role, Rules,
    Secret,
};
use scope_control::ControlKinds;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The file that the one app of a folder holds locked, and that says where it is.
const RUNNING: &str = "running";

/// Bytes of that file.
const RUNNING_BYTES_MAX: u64 = 4096;

/// What `--app.auth` and its like come to.
pub(crate) struct Access {
    pub(crate) gate: Arc<Gate>,
    pub(crate) audit: Option<Arc<AuditLog>>,
    pub(crate) open_id: Option<Arc<OpenId>>,
    pub(crate) recordings: Option<Arc<Recordings>>,
    pub(crate) ways: Ways,
    /// What the probe of this process shows.
    pub(crate) local_probe: Secret,
    /// Where a browser on this machine finds the app.
    pub(crate) url: String,
    /// Held for as long as the app runs.
    _lock: Option<File>,
}

/// Opens what the app at this address needs to decide.
pub(crate) fn open(flags: &Flags, address: SocketAddr) -> anyhow::Result<Access> {
    let ways = ways(flags, address)?;
    let url = local_url(address, enrolment::speaks_tls(flags)?);
    let kept = keep(flags, ways, &url)?;
    let (data, lock) = kept.map_or((None, None), |(data, lock)| (Some(data), Some(lock)));
    let audit = match &data {
        Some(data) => Some(Arc::new(AuditLog::open(data.clone()).context("open the audit log")?)),
        None => None,
    };
    let recordings = match (&data, *flags.access.record_terminals) {
        (_, false) => None,
        (Some(data), true) => {
            Some(Arc::new(Recordings::open(data).context("open the recordings")?))
        }
        (None, true) => bail!("--app.record-terminals needs a folder: name it with --app.data-dir"),
    };
    let local_probe = Secret::new("", random()?);
    let config = GateConfig {
        data,
        links: ways.links,
        account: account(flags)?,
        users: users(flags)?,
        open_id: ways.open_id,
        rules: rules(flags)?,
        files: DecidingFiles {
            users: flags.access.htpasswd.clone(),
            rules: flags.access.rules.clone(),
        },
        openness: openness(flags, ways),
        withheld: Rights::NONE,
        local_probe: Some(local_probe.clone()),
        salt: random()?,
    };
    let gate = Arc::new(Gate::open(config, now_secs()).context("open the sessions")?);
    let open_id = open_id(flags, ways, address)?.map(Arc::new);
    Ok(Access { gate, audit, open_id, recordings, ways, local_probe, url, _lock: lock })
}

/// What is wrong with the flags, without opening anything.
pub(crate) fn check(flags: &Flags) -> anyhow::Result<()> {
    let address = crate::app::resolve("app.http.address", &flags.http_address)?;
    let ways = ways(flags, address)?;
    users(flags)?;
    rules(flags)?;
    open_id(flags, ways, address)?;
    check_reach(flags, address)
}

/// Refuses an address that strangers reach, where they would find an open door or could read along.
pub(crate) fn check_reach(flags: &Flags, address: SocketAddr) -> anyhow::Result<()> {
    let (ways, port) = (ways(flags, address)?, address.port());
    let is_laboratory = ways.openness == Openness::Everything;
    if address.ip().is_loopback() || is_laboratory {
        return Ok(());
    }
    if !ways.signs_in() {
        bail!(
            "{address} is reached from beyond this machine, and nobody would have to sign in: ask \
             for it with --app.auth=link, or with --app.basicAuth and \
             --app.basicAuth.password.filename=FILE; or stay here with \
             --app.http.address=127.0.0.1:{port}; in a laboratory --app.auth=none lets everybody \
             do everything"
        );
    }
    if !*flags.access.plain_http && !enrolment::speaks_tls(flags)? {
        bail!(
            "{address} is reached from beyond this machine, and passwords and sessions would be \
             readable on the way: speak TLS with --app.tls=self, or with --app.tls.cert=FILE and \
             --app.tls.key=FILE; where something in front of the app speaks TLS, or everybody on \
             the network may read along, say so with --app.plain-http; or stay here with \
             --app.http.address=127.0.0.1:{port}"
        );
    }
    Ok(())
}

/// How nodes can be acted on, by those who have the right to.
pub(crate) fn acts(flags: &Flags, address: SocketAddr) -> anyhow::Result<ControlKinds> {
    let ways = ways(flags, address)?;
    // A shell on this machine as root is not for whoever can open a connection to this port.
    let is_decided = ways.signs_in() || ways.openness == Openness::Everything;
    let customary = if is_decided { ControlKinds::ALL } else { ControlKinds::NONE };
    Ok(flags.controls.unwrap_or(customary))
}

/// A link to sign in by, if that is a way.
pub(crate) fn link(access: &Access) -> anyhow::Result<Option<String>> {
    if !access.ways.links {
        return Ok(None);
    }
    let token = access.gate.issue_link(random()?, now_secs()).context("make a sign-in link")?;
    Ok(Some(link_of(&access.url, &token)))
}

/// The link of a token. What is behind `#` is not sent, so that it is in no log on the way.
pub(crate) fn link_of(url: &str, token: &Secret) -> String {
    format!("{url}/sign-in#token={}", token.text())
}

/// The folder of a command that speaks to the app of this machine, and where that app is.
pub(crate) fn running(data_dir: Option<&Path>) -> anyhow::Result<(DataDir, Option<String>)> {
    let path = data_dir.map_or_else(default_folder, |path| Ok(path.to_owned()))?;
    if !path.exists() {
        bail!(
            "there is no {}: start the app first, or name its folder with --app.data-dir=PATH",
            path.display()
        );
    }
    let data = DataDir::open(&path).context("use the folder of the app")?;
    let file = File::open(data.file(RUNNING)).ok();
    let is_held = file.is_some_and(|file| file.try_lock().is_err());
    let url = if is_held { data.read(RUNNING, RUNNING_BYTES_MAX)? } else { None };
    Ok((data, url))
}

/// Unix time.
pub(crate) fn now_secs() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs())
}

/// Random bytes for a secret.
pub(crate) fn random() -> anyhow::Result<[u8; RANDOM_BYTES]> {
    let mut bytes = [0; RANDOM_BYTES];
    let count = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .context("read random bytes")?;
    if count < bytes.len() {
        bail!("read random bytes: too few");
    }
    Ok(bytes)
}

fn ways(flags: &Flags, address: SocketAddr) -> anyhow::Result<Ways> {
    let has_passwords = account(flags)?.is_some() || flags.access.htpasswd.is_some();
    match flags.access.ways {
        None if has_passwords => Ok(Ways::passwords_alone()),
        None => Ok(Ways::customary(address)),
        Some(ways) if ways.passwords && !has_passwords => bail!(
            "--app.auth=basic needs names and passwords: give --app.auth.htpasswd=FILE, or \
             --app.basicAuth and --app.basicAuth.password.filename=FILE"
        ),
        Some(ways) if has_passwords && !ways.passwords => bail!(
            "--app.auth does not let anybody in by password, and there are passwords: add basic \
             to it, or leave --app.basicAuth and --app.auth.htpasswd out"
        ),
        Some(ways) => Ok(ways),
    }
}

/// What those may do who did not sign in. With controls on, the operator says that nobody else
/// reaches the app.
fn openness(flags: &Flags, ways: Ways) -> Openness {
    match (ways.openness, flags.controls) {
        (Openness::Reading, Some(kinds)) if kinds != ControlKinds::NONE => Openness::Acting,
        (openness, _) => openness,
    }
}

fn account(flags: &Flags) -> anyhow::Result<Option<Account>> {
    let own = credentials::read("app", &flags.app_auth(), |name| std::env::var(name).ok())?;
    Ok(own.map(|own| Account { name: own.name, password: own.password }))
}

fn users(flags: &Flags) -> anyhow::Result<Option<Htpasswd>> {
    let Some(path) = &flags.access.htpasswd else { return Ok(None) };
    let context = || format!("--app.auth.htpasswd={}", path.display());
    let text = read(path, HTPASSWD_BYTES_MAX).with_context(context)?;
    Ok(Some(Htpasswd::parse(&text).with_context(context)?))
}

fn rules(flags: &Flags) -> anyhow::Result<Rules> {
    let Some(path) = &flags.access.rules else { return Ok(Rules::only(Role::Viewer)) };
    let context = || format!("--app.auth.rules={}", path.display());
    let text = read(path, RULES_BYTES_MAX).with_context(context)?;
    Rules::parse(&text).with_context(context)
}

/// The provider at which people sign in, if they do.
fn open_id(flags: &Flags, ways: Ways, address: SocketAddr) -> anyhow::Result<Option<OpenId>> {
    if !ways.open_id {
        return Ok(None);
    }
    let own = &flags.access;
    let (Some(issuer), Some(client_id), Some(_)) = (&own.issuer, &own.client_id, &own.rules) else {
        bail!(
            "--app.auth=oidc needs --app.oidc.issuer=URL and --app.oidc.client-id=ID, and \
             --app.auth.rules=FILE to say who of those whom the provider knows may do what"
        );
    };
    let client_secret = match &own.client_secret {
        Some(path) => credentials::read_file(path)?,
        None => String::new(),
    };
    let is_secure = enrolment::speaks_tls(flags)?;
    let url = own.url.clone().unwrap_or_else(|| local_url(address, is_secure));
    let config = OpenIdConfig {
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret,
        callback: format!("{}/api/sign-in/open-id/callback", url.trim_end_matches('/')),
        scopes: own.scopes.clone(),
        name_claim: own.name_claim.clone(),
        groups_claim: own.groups_claim.clone(),
    };
    Ok(Some(OpenId::new(config).context("--app.oidc.issuer")?))
}

/// The names by which browsers may call the app.
pub(crate) fn host_names(flags: &Flags, hostname: &str) -> Vec<String> {
    let mut names = flags.access.host_names.clone();
    names.push(hostname.to_owned());
    let authority = flags.access.url.as_deref().and_then(|url| url.split('/').nth(2));
    let host = authority.map(|own| own.rsplit_once(':').map_or(own, |(host, _)| host));
    names.extend(host.map(str::to_owned));
    names
}

fn read(path: &Path, bytes_max: usize) -> anyhow::Result<String> {
    let mut text = String::new();
    let bytes_max = bytes_max as u64 + 1;
    File::open(path)?.take(bytes_max).read_to_string(&mut text)?;
    Ok(text)
}

/// The folder and its lock, where there is something to keep. Without a folder that was asked for
/// nothing starts; without the customary one, what is kept ends with the process.
fn keep(flags: &Flags, ways: Ways, url: &str) -> anyhow::Result<Option<(DataDir, File)>> {
    if let Some(path) = &flags.access.data_dir {
        let context = || format!("--app.data-dir={}", path.display());
        return lock(path, url).map(Some).with_context(context);
    }
    let acts = openness(flags, ways) != Openness::Reading;
    if !ways.signs_in() && !acts {
        return Ok(None);
    }
    match default_folder().and_then(|path| lock(&path, url)) {
        Ok(kept) => Ok(Some(kept)),
        Err(error) => {
            tracing::warn!(
                "sessions end with this process, and there is no audit log and no API token: \
                 {error:#}; name a folder with --app.data-dir"
            );
            Ok(None)
        }
    }
}

/// Two apps must not write one audit log.
fn lock(path: &Path, url: &str) -> anyhow::Result<(DataDir, File)> {
    let data = DataDir::open(path)?;
    let file = data.append(RUNNING)?;
    if file.try_lock().is_err() {
        bail!("another app uses {}", path.display());
    }
    file.set_len(0).context("write where the app is")?;
    std::io::Write::write_all(&mut &file, url.as_bytes()).context("write where the app is")?;
    Ok((data, file))
}

pub(crate) fn default_folder() -> anyhow::Result<PathBuf> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/scope"));
    }
    let folder =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")))
        .context("there is no $HOME to keep anything in")?;
    Ok(state.join("scope"))
}
