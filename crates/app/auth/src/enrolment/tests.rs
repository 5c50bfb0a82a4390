//! Enrolment over real keys and files: joining, renewing, revoking, and who can read what is kept.

use super::*;
use rcgen::{CertificateParams, KeyPair};
use std::os::unix::fs::PermissionsExt;

const LIFETIMES: Lifetimes = Lifetimes { probe_secs: 1000 };
const TERMS: CodeTerms = CodeTerms { ttl_secs: 100, uses: 1 };

/// Some day in 2027.
const NOW: i64 = 1_800_000_000;

/// A folder of the test's own, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scope-auth-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> Enrolment {
        Enrolment::open(&self.0, LIFETIMES, NOW).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn certificate_request() -> String {
    let mut params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "somebody else");
    params.serialize_request(&KeyPair::generate().unwrap()).unwrap().pem().unwrap()
}

fn join_request(code: &JoinCode, probe: &str, host: &str) -> JoinRequest {
    JoinRequest {
        secret: code.secret_text(),
        probe_id: probe.to_owned(),
        host_id: host.to_owned(),
        request: certificate_request(),
    }
}

fn shown(certified: &Certified) -> Shown {
    let (_, pem) = x509_parser::pem::parse_x509_pem(certified.certificate.as_bytes()).unwrap();
    Shown::read(&pem.contents).unwrap()
}

#[test]
fn a_probe_joins_and_renews() {
    let folder = Folder::new("joins");
    let app = folder.open();
    let code = app.new_code(TERMS, NOW).unwrap();
    assert_eq!(code.authority, app.authority().fingerprint());
    let certified = app.join(&join_request(&code, "1f", "web-1"), None, NOW).unwrap();
    assert_eq!(certified.not_after_secs, NOW + 1000);
    // The names are those of the request to join, not of the request for a certificate.
    let identity = ProbeIdentity::new("1f", "web-1").unwrap();
    let first = shown(&certified);
    assert_eq!((&first.identity, first.not_after_secs), (&identity, NOW + 1000));
    assert_eq!(app.check(&first, NOW + 1), Ok(()));
    let request = RenewRequest { request: certificate_request() };
    let next = app.renew(&request, &identity, NOW + 700).unwrap();
    assert_eq!(app.check(&shown(&next), NOW + 1001), Ok(()));
    assert_eq!(app.check(&first, NOW + 1001), Err(Refusal::Expired));
    let again = app.join(&join_request(&code, "2f", "web-2"), None, NOW);
    assert!(matches!(again, Err(EnrolmentError::Refused(JoinRefusal::SpentCode))));
    let mangled = RenewRequest { request: "-----BEGIN".to_owned() };
    let stranger = ProbeIdentity::new("2f", "web-2").unwrap();
    assert!(matches!(app.renew(&mangled, &stranger, NOW), Err(EnrolmentError::Request)));
    let unknown = app.renew(&request, &stranger, NOW);
    assert!(matches!(unknown, Err(EnrolmentError::Standing(Refusal::Unknown))));
}

#[test]
fn what_an_operator_does_reaches_the_app() {
    let folder = Folder::new("operator");
    let app = folder.open();
    let operator = folder.open();
    assert_eq!(operator.authority().der(), app.authority().der());
    assert!(!app.refresh().unwrap());
    let code = operator.new_code(TERMS, NOW).unwrap();
    let certified = app.join(&join_request(&code, "1f", "web-1"), None, NOW).unwrap();
    assert!(operator.refresh().unwrap());
    assert_eq!(operator.probes()[0].identity.host_id, "web-1");
    assert_eq!(operator.revoke("web-1", NOW).unwrap().len(), 1);
    assert!(app.refresh().unwrap());
    assert_eq!(app.check(&shown(&certified), NOW), Err(Refusal::Revoked));
    let listening = Listening { address: "a:1".to_owned(), tls: true, names: Vec::new() };
    app.write_listening(&listening).unwrap();
    assert_eq!(operator.listening(), Some(listening));
}

#[test]
fn nobody_else_reads_the_files() {
    let folder = Folder::new("files");
    let app = folder.open();
    app.new_code(TERMS, NOW).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    for file in std::fs::read_dir(folder.0.join("enrolment")).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    // Without its key the authority is not silently made anew.
    std::fs::remove_file(folder.0.join("enrolment/authority.key")).unwrap();
    let opened = Enrolment::open(&folder.0, LIFETIMES, NOW);
    assert!(matches!(opened, Err(EnrolmentError::Certificate)));
}

#[test]
fn the_app_has_the_names_it_is_given() {
    let folder = Folder::new("names");
    let app = folder.open();
    let names = ["scope.example".to_owned(), "10.0.0.1".to_owned()];
    let made = app.authority().server_certificate(&names, NOW, 1000).unwrap();
    assert_eq!(made.chain.len(), 2);
    let invalid = app.authority().server_certificate(&["a\u{fc}".to_owned()], NOW, 1000);
    assert!(matches!(invalid, Err(EnrolmentError::Name(_))));
}
