//! Whoever is let in no longer is out at once, also of what they had open.

use crate::controls::{Socket, bytes, connect, wait_for};
use crate::people::{Person, guarded, report, rules, served};
use crate::served::Served;
use crate::sessions::{pair, send, sign_in};
use scope_auth::{DataDir, DecidingFiles, Role, Tokens};
use std::path::PathBuf;
use tungstenite::Message;

const SIGNED_OUT: u16 = scope_api::CLOSE_SIGNED_OUT;
const RIGHTS: u16 = scope_api::CLOSE_RIGHTS_CHANGED;

/// A folder of the app, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> (Self, DataDir) {
        let path = std::env::temp_dir().join(format!("scope-cut-{name}-{}", std::process::id()));
        let _left_over = std::fs::remove_dir_all(&path);
        let data = DataDir::open(&path).unwrap();
        (Self(path), data)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// What the app says at last.
#[track_caller]
fn goodbye(socket: &mut Socket) -> (u16, String) {
    loop {
        match socket.read().unwrap() {
            Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
            Message::Close(None) => return (0, String::new()),
            _ => {}
        }
    }
}

/// Waits until a websocket is served: its first frame has come.
fn watching(served: &Served, header: (&'static str, &str)) -> Socket {
    let mut socket = connect(served, "/api/topology/hosts/ws?t=1h", header).unwrap();
    assert!(socket.read().unwrap().is_text());
    socket
}

#[test]
fn signing_out_ends_the_views_and_terminals_of_the_session() {
    let served = served();
    report(&served);
    let (_, cookie, _) = sign_in(&served, "admin", "admin");
    let (_, other, _) = sign_in(&served, "admin", "admin");
    let own = ("cookie", pair(&cookie));
    let mut view = watching(&served, own);
    let (probe_name, probe_value) = Person::Probe.header();
    let mut probe =
        connect(&served, "/api/pipe/terminal/probe", (probe_name, &probe_value)).unwrap();
    let mut terminal = connect(&served, "/api/pipe/terminal", own).unwrap();
    let mut second = connect(&served, "/api/pipe/terminal", ("cookie", pair(&other))).unwrap();
    probe.send(Message::binary(&b"$ "[..])).unwrap();
    assert_eq!(bytes(&mut terminal), b"$ ");
    assert_eq!(bytes(&mut second), b"$ ");
    send(&served, ("POST", "/api/sign-out"), "", &[own]);
    let told = goodbye(&mut view);
    assert_eq!(told.0, SIGNED_OUT);
    assert!(told.1.contains("your session has ended"), "{told:?}");
    // What is typed before the goodbye is heard goes nowhere.
    terminal.send(Message::text("rm -r /\n")).unwrap();
    assert_eq!(goodbye(&mut terminal).0, SIGNED_OUT);
    // Another session of the same person goes on, and so does what it has open.
    second.send(Message::text("ls\n")).unwrap();
    assert_eq!(bytes(&mut probe), b"ls\n");
    probe.send(Message::binary(&b"file\n"[..])).unwrap();
    assert_eq!(bytes(&mut second), b"file\n");
    assert!(connect(&served, "/api/pipe/terminal", own).is_err());
}

#[test]
fn a_revoked_token_is_out_of_views_controls_and_pipes() {
    let (_folder, data) = Folder::new("tokens");
    let mut guard = rules();
    guard.gate.data = Some(data.clone());
    let served = guarded(guard);
    report(&served);
    let tokens = Tokens::new(data);
    let make = |name: &str, role, random: u8| {
        let secret = tokens.create(name, role, [random; 32], 0).unwrap();
        format!("Bearer {}", secret.text())
    };
    let (ci, old) = (make("ci", Role::Viewer, 1), make("old-probe", Role::Probe, 2));
    let mut view = watching(&served, ("authorization", &ci));
    let url = format!("ws://{}/api/control/ws", served.address);
    let mut request = tungstenite::client::IntoClientRequest::into_client_request(url).unwrap();
    request.headers_mut().insert("authorization", old.parse().unwrap());
    request.headers_mut().insert("x-scope-probe-id", "p1".parse().unwrap());
    let (mut controls, _) = tungstenite::connect(request).unwrap();
    let mut pipe = connect(&served, "/api/pipe/p/probe", ("authorization", &old)).unwrap();
    wait_for_probe_of(&served);
    tokens.revoke("ci").unwrap();
    assert_eq!(goodbye(&mut view), (SIGNED_OUT, "the token was revoked".to_owned()));
    tokens.revoke("old-probe").unwrap();
    assert_eq!(goodbye(&mut controls).0, SIGNED_OUT);
    assert_eq!(goodbye(&mut pipe).0, SIGNED_OUT);
    assert!(connect(&served, "/api/topology/hosts/ws", ("authorization", &ci)).is_err());
}

#[test]
fn rules_and_passwords_that_change_count_at_once() {
    let (_folder, data) = Folder::new("rules");
    let line = |name: &str| format!("{name}:{}\n", bcrypt::hash(name, 4).unwrap());
    let users = ["viewer", "operator"].map(line);
    data.write("users", users.concat().as_bytes()).unwrap();
    data.write("rules", b"default = \"viewer\"").unwrap();
    let mut guard = rules();
    let (users_file, rules_file) = (Some(data.file("users")), Some(data.file("rules")));
    guard.gate.files = DecidingFiles { users: users_file, rules: rules_file };
    guard.gate.users = Some(scope_auth::Htpasswd::parse(&users.concat()).unwrap());
    guard.gate.rules = scope_auth::Rules::parse("default = \"viewer\"").unwrap();
    let served = guarded(guard);
    report(&served);
    let (_, cookie, _) = sign_in(&served, "viewer", "viewer");
    let mut by_session = watching(&served, ("cookie", pair(&cookie)));
    let (name, value) = Person::Operator.header();
    let mut by_password = watching(&served, (name, &value));
    data.write("rules", b"default = \"operator\"").unwrap();
    assert_eq!(goodbye(&mut by_session).0, RIGHTS);
    assert_eq!(goodbye(&mut by_password).0, RIGHTS);
    // With other rights they are back.
    let mut by_session = watching(&served, ("cookie", pair(&cookie)));
    let mut by_password = watching(&served, (name, &value));
    data.write("users", users[0].as_bytes()).unwrap();
    let told = goodbye(&mut by_password);
    assert_eq!(told, (SIGNED_OUT, "the password is good no longer".to_owned()));
    data.write("users", line("viewer").as_bytes()).unwrap();
    assert_eq!(goodbye(&mut by_session).0, SIGNED_OUT);
    assert!(connect(&served, "/api/topology/hosts/ws", ("cookie", pair(&cookie))).is_err());
}

/// Waits until the probe takes controls; the figures are for those who may see.
fn wait_for_probe_of(served: &Served) {
    let metrics = || Person::Viewer.ask(served, ("GET", "/metrics"), &[]).1;
    wait_for("scope_app_probes 1", metrics);
}
