//! TLS and the enrolment of probes over a real socket: who is let in, who is not, and what it says.

use crate::served::{self, Served};
use crate::tls_client::{Client, Folder, certificate_request, own_authority};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scope_auth::{CodeTerms, Enrolment, Gate, Lifetimes, Openness, Secret};
use scope_control::{APP_TLS_NAME, Certified, ControlKinds, JOIN_PATH, JoinCode, RENEW_PATH};
use scope_server::{Bounds, ProbeSettings, Tls, TlsSettings, TlsSource};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const LIMIT: Duration = Duration::from_secs(20);

fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// An app that speaks TLS, and its enrolment as an operator has it.
struct Secured {
    served: Served,
    operator: Enrolment,
    folder: Folder,
}

impl Secured {
    fn start(name: &str, source: impl FnOnce(&Folder) -> TlsSource) -> Self {
        Self::lasting(name, 1000, source)
    }

    fn lasting(name: &str, probe_secs: i64, source: impl FnOnce(&Folder) -> TlsSource) -> Self {
        let folder = Folder::new(name);
        let open = || Enrolment::open(folder.path(), Lifetimes { probe_secs }, now_secs()).unwrap();
        let (operator, enrolment) = (open(), Arc::new(open()));
        let names = vec!["localhost".to_owned()];
        let settings = TlsSettings { source: source(&folder), names };
        let tls = Tls::new(settings, Arc::clone(&enrolment)).unwrap();
        let probes = ProbeSettings {
            enrolment: Some(enrolment),
            old_probes: Some(false),
            local_host: "here".to_owned(),
        };
        let mut guard = served::guard(Openness::Acting);
        guard.gate.local_probe = Some(local_probe());
        let bounds = (Bounds::default(), Duration::from_secs(3600));
        let served = Served::run(move |port| {
            served::app(ControlKinds::ALL, bounds, guard, port).over(tls).admitting(probes)
        });
        Self { served, operator, folder }
    }

    fn code(&self) -> JoinCode {
        self.operator.new_code(CodeTerms { ttl_secs: 60, uses: 1 }, now_secs()).unwrap()
    }

    /// Somebody who believes the app's own authority and asks for this name.
    fn client(&self, name: &str) -> Client {
        Client::new(self.served.address, name, self.operator.authority().der())
    }

    fn probe(&self) -> Client {
        self.client(APP_TLS_NAME)
    }

    /// Posts a request to join; gives the answer and the key.
    fn join(&self, client: &Client, code: &JoinCode, ids: [&str; 2]) -> (u16, String, Vec<u8>) {
        let (request, key) = certificate_request();
        let [probe_id, host_id] = ids;
        let body = serde_json::json!({
            "secret": code.secret_text(), "probe_id": probe_id, "host_id": host_id,
            "request": request,
        });
        let (status, body) = client.post(JOIN_PATH, &[], body.to_string().as_bytes());
        (status, body, key)
    }

    /// A probe that joined.
    fn joined(&self, ids: [&str; 2]) -> Client {
        let (status, body, key) = self.join(&self.probe(), &self.code(), ids);
        assert_eq!(status, 200, "{body}");
        let certified: Certified = serde_json::from_str(&body).unwrap();
        self.probe().showing(&certified.certificate, key)
    }
}

/// What the probe of the process shows.
fn local_probe() -> Secret {
    Secret::new("", [5; 32])
}

fn own(_: &Folder) -> TlsSource {
    TlsSource::Own
}

fn report(host: &str) -> Vec<u8> {
    use scope_report::{Node, Report, Timestamp, TopologyKind, id};
    let mut report = Report::stamped(Timestamp::from_unix(1_800_000_000, 0).unwrap());
    let mut node = Node::new(id::host(host), "host");
    node.set_fact("host_name", report.ts, host);
    report.topology_mut(TopologyKind::Host).add(node);
    scope_wire::encode_msgpack(&report)
}

fn post_report(client: &Client, probe: &str, host: &str) -> (u16, String) {
    let headers = [("Content-Type", "application/msgpack"), ("X-Scope-Probe-ID", probe)];
    client.post("/api/report", &headers, &report(host))
}

#[test]
fn browsers_are_answered_over_tls_only() {
    let app = Secured::start("tls-browsers", own);
    let (status, body) = app.client("localhost").get("/api");
    assert_eq!(status, 200, "{body}");
    let (status, body) = app.served.get("/api");
    assert_eq!((status, body.contains("write https://")), (400, true), "{body}");
    assert!(app.client("elsewhere.example").try_get("/api").is_err());
}

#[test]
fn certificate_files_are_read_again_when_they_change() {
    let (first, second) = (own_authority("scope"), own_authority("scope"));
    let app = Secured::start("tls-files", |folder| {
        folder.write("cert.pem", &first.certificate);
        folder.write("key.pem", &first.key);
        TlsSource::Files {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        }
    });
    let believing = |der: &[u8]| Client::new(app.served.address, "scope", der);
    assert_eq!(believing(&first.der).get("/api").0, 200);
    assert!(believing(&second.der).try_get("/api").is_err());
    // Probes find the app's own authority all the same.
    assert_eq!(app.probe().get("/api").0, 200);
    // What is no certificate changes nothing.
    app.folder.write("cert.pem", "nothing");
    app.folder.write("key.pem", &second.key);
    assert_eq!(believing(&first.der).get("/api").0, 200);
    app.folder.write("cert.pem", &second.certificate);
    let deadline = Instant::now() + LIMIT;
    while believing(&second.der).try_get("/api").is_err() {
        assert!(Instant::now() < deadline, "the second certificate is not shown");
        std::thread::yield_now();
    }
}

#[test]
fn a_probe_joins_once_per_code_and_speaks_over_mutual_tls() {
    let app = Secured::start("join", own);
    assert_eq!(post_report(&app.probe(), "1f", "web-1").0, 403);
    let code = app.code();
    let (status, body, key) = app.join(&app.probe(), &code, ["1f", "web-1"]);
    assert_eq!(status, 200, "{body}");
    let certified: Certified = serde_json::from_str(&body).unwrap();
    let probe = app.probe().showing(&certified.certificate, key);
    let (status, body) = post_report(&probe, "1f", "web-1");
    assert_eq!((status, body.as_str()), (200, ""));
    assert_eq!(probe.get("/api/topology").0, 403, "it may report and nothing else");
    let (_, hosts) = app.client("localhost").get("/api/topology/hosts");
    assert!(hosts.contains("web-1;<host>"), "{hosts}");

    let (status, body, _) = app.join(&app.probe(), &code, ["2f", "web-2"]);
    assert_eq!((status, body.contains("was used already")), (403, true), "{body}");
    let guess = JoinCode { secret: [0; 16], authority: code.authority };
    let (status, body, _) = app.join(&app.probe(), &guess, ["2f", "web-2"]);
    assert_eq!((status, body.contains("does not know this join code")), (403, true), "{body}");
    let past = CodeTerms { ttl_secs: -1, uses: 1 };
    let late = app.operator.new_code(past, now_secs()).unwrap();
    let (status, body, _) = app.join(&app.probe(), &late, ["2f", "web-2"]);
    assert_eq!((status, body.contains("expired")), (403, true), "{body}");
    let (status, body, _) = app.join(&app.probe(), &app.code(), ["2f", "web-1"]);
    assert_eq!((status, body.contains("scope probes revoke 1f")), (403, true), "{body}");
    let (status, body, _) = app.join(&app.probe(), &app.code(), ["2f", "here"]);
    assert_eq!((status, body.contains("connected already")), (403, true), "{body}");
}

#[test]
fn the_probe_of_the_process_shows_its_secret() {
    let app = Secured::start("local", own);
    let post = |secret: &Secret| {
        let (name, password) = Gate::local_probe(secret);
        let authorization = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let headers =
            [("Content-Type", "application/msgpack"), ("Authorization", authorization.as_str())];
        app.probe().post("/api/report", &headers, &report("here")).0
    };
    assert_eq!([post(&local_probe()), post(&Secret::new("", [6; 32]))], [200, 401]);
}

#[test]
fn nobody_uses_the_name_of_another_probe() {
    let app = Secured::start("forged", own);
    let probe = app.joined(["1f", "web-1"]);
    let (status, body) = post_report(&probe, "2f", "web-1");
    assert_eq!((status, body.contains("is of probe 1f")), (403, true), "{body}");
    let (status, body) = probe.upgrade("/api/control/ws", "2f");
    assert_eq!((status, body.contains("is of probe 1f")), (403, true), "{body}");
    assert_eq!(probe.upgrade("/api/control/ws", "1f").0, 101);
}

#[test]
fn nobody_speaks_for_another_host_or_takes_its_pipes() {
    let app = Secured::start("foreign", own);
    let (web, db) = (app.joined(["1f", "web-1"]), app.joined(["2f", "db-1"]));
    let (status, body) = post_report(&web, "1f", "db-1");
    assert_eq!((status, body.contains("may speak for host web-1 only")), (403, true), "{body}");
    assert_eq!(post_report(&db, "2f", "db-1").0, 200);
    let _terminal = db.open("/api/pipe/pipe-1/probe", "2f");
    let (status, body) = web.upgrade("/api/pipe/pipe-1/probe", "1f");
    assert_eq!((status, body.contains("of another probe")), (403, true), "{body}");
    let headers = [("X-Scope-Probe-ID", "1f")];
    assert_eq!(web.post("/api/pipe/pipe-1", &headers, b"").0, 403);
    assert_eq!(db.post("/api/pipe/pipe-1", &[("X-Scope-Probe-ID", "2f")], b"").0, 200);
}

#[test]
fn certificates_of_others_are_not_let_in() {
    let (app, other) = (Secured::start("one", own), Secured::start("other", own));
    let stranger =
        other.joined(["1f", "web-1"]).at(app.served.address, app.operator.authority().der());
    assert!(stranger.try_get("/api").is_err());
    // Nor does a probe take another app for its own.
    assert!(
        app.joined(["1f", "web-1"])
            .at(other.served.address, app.operator.authority().der())
            .try_get("/api")
            .is_err()
    );
    // A certificate of a probe is none of an app.
    assert_eq!(app.probe().get("/api").0, 200);
}

#[test]
fn a_probe_that_is_revoked_is_out_at_once() {
    let app = Secured::start("revoked", own);
    let probe = app.joined(["1f", "web-1"]);
    let mut control = probe.open("/api/control/ws", "1f");
    assert_eq!(app.operator.revoke("web-1", now_secs()).unwrap().len(), 1);
    control.wait_for_the_end(LIMIT);
    let (status, body) = post_report(&probe, "1f", "web-1");
    assert_eq!((status, body.contains("was revoked")), (403, true), "{body}");
    assert_eq!(probe.get("/api").0, 403);
    // With a new code it is back, though it shows the old certificate with it.
    let (status, body, key) = app.join(&probe, &app.code(), ["1f", "web-1"]);
    assert_eq!(status, 200, "{body}");
    let certified: Certified = serde_json::from_str(&body).unwrap();
    let again = app.probe().showing(&certified.certificate, key);
    assert_eq!(post_report(&again, "1f", "web-1").0, 200);
    assert_eq!(probe.get("/api").0, 403);
}

#[test]
fn certificates_are_renewed_by_those_in_force() {
    let app = Secured::lasting("renewed", 3, own);
    let probe = app.joined(["1f", "web-1"]);
    let headers = [("X-Scope-Probe-ID", "1f")];
    let (request, key) = certificate_request();
    let body = serde_json::json!({"request": request}).to_string();
    assert_eq!(app.probe().post(RENEW_PATH, &headers, body.as_bytes()).0, 403);
    let mut control = probe.open("/api/control/ws", "1f");
    let (status, answer) = probe.post(RENEW_PATH, &headers, body.as_bytes());
    assert_eq!(status, 200, "{answer}");
    let certified: Certified = serde_json::from_str(&answer).unwrap();
    let renewed = app.probe().showing(&certified.certificate, key);
    assert_eq!(renewed.get("/api").0, 200);
    // What was opened with the first ends with it.
    control.wait_for_the_end(LIMIT);
}

#[test]
fn guessing_is_slow() {
    let app = Secured::start("guessing", own);
    let guess = JoinCode { secret: [1; 16], authority: [0; 32] };
    let statuses: Vec<u16> =
        (0..40).map(|_| app.join(&app.probe(), &guess, ["2f", "web-2"]).0).collect();
    assert_eq!(statuses.first(), Some(&403));
    assert_eq!(statuses.last(), Some(&429));
}

#[test]
fn half_a_handshake_does_not_hold_up_others() {
    use std::io::Write;
    let app = Secured::start("half", own);
    let half: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(app.served.address).unwrap();
            stream.write_all(&[0x16, 3, 1, 2]).unwrap();
            stream
        })
        .collect();
    assert_eq!(app.client("localhost").get("/api").0, 200);
    drop(half);
}
