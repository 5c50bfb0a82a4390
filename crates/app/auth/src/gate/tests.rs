//! Each way in, and each way it is refused.

use super::*;
use crate::attempts::{FAILURES_MAX, WINDOW_SECS};
use crate::testing::Folder;

const NOBODY: Option<IpAddr> = None;

fn config(data: Option<DataDir>) -> GateConfig {
    // The same line in each, as in a file that nobody wrote anew.
    static BOB: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| format!("bob:{}", bcrypt::hash("hunter2", 4).unwrap()));
    GateConfig {
        data,
        links: true,
        account: Some(Account { name: "admin".to_owned(), password: "open:sesame ü".to_owned() }),
        users: Some(Htpasswd::parse(&BOB).unwrap()),
        open_id: false,
        rules: Rules::only(Role::Viewer),
        files: DecidingFiles::default(),
        openness: Openness::Closed,
        withheld: Rights::NONE,
        local_probe: Some(Secret::new("", [9; 32])),
        salt: [3; 32],
    }
}

fn gate() -> Gate {
    Gate::open(config(None), 0).unwrap()
}

#[track_caller]
fn check(found: Result<SignedIn, SignInError>, expect: Result<(&str, Option<Role>), &str>) {
    match (found, expect) {
        (Ok(found), Ok((name, role))) => {
            assert_eq!(found.identity.name, name);
            assert_eq!(Role::within(found.access.rights()), role);
        }
        (Err(error), Err(word)) => assert!(error.to_string().contains(word), "{error}"),
        (found, _) => panic!("{found:?}"),
    }
}

#[test]
fn passwords() {
    let gate = gate();
    let by = |name: &str, password: &str| gate.by_password(name, password, NOBODY, 100);
    check(by("admin", "open:sesame ü"), Ok(("admin", Some(Role::Admin))));
    check(by("bob", "hunter2"), Ok(("bob", Some(Role::Viewer))));
    assert!(gate.quickly_by_password("bob", "hunter2", 100).is_some(), "remembered");
    assert!(gate.quickly_by_password("bob", "hunter2", 100 + REMEMBERED_SECS).is_none());
    for (name, password) in [("admin", "open"), ("admin", ""), ("bob", "x"), ("zoe", "hunter2")] {
        check(by(name, password), Err("is wrong"));
    }
    let (name, password) = Gate::local_probe(&Secret::new("", [9; 32]));
    let probe = by(&name, &password).unwrap();
    assert_eq!(probe.access.rights(), Role::Probe.rights());
}

#[test]
fn guessing_has_to_wait_and_others_have_not() {
    let gate = gate();
    let eve = Some("10.0.0.1".parse().unwrap());
    for _ in 0..FAILURES_MAX {
        check(gate.by_password("admin", "guess", eve, 100), Err("is wrong"));
    }
    check(gate.by_link("guess", eve, 100), Err("try again in 60 seconds"));
    check(gate.by_token("scope_x", eve, 100), Err("try again"));
    check(gate.by_password("bob", "guess", eve, 100), Err("try again"));
    let other = Some("10.0.0.2".parse().unwrap());
    check(gate.by_password("bob", "hunter2", other, 100), Ok(("bob", Some(Role::Viewer))));
    check(gate.by_password("admin", "x", eve, 100 + WINDOW_SECS), Err("is wrong"));
}

#[test]
fn a_link_signs_in_once_and_the_session_lasts() {
    let gate = gate();
    let token = gate.issue_link([1; 32], 100).unwrap();
    let found = gate.by_link(token.text(), NOBODY, 100).unwrap();
    check(gate.by_link(token.text(), NOBODY, 100), Err("`scope sign-in`"));
    let session = gate.begin_session(found.identity, [2; 32], 100).unwrap();
    let by = |now_secs| gate.by_session(session.text(), now_secs).ok_or(SignInError::NotOffered);
    check(by(200), Ok(("link", Some(Role::Admin))));
    assert!(gate.end_session(session.text()).is_some());
    check(by(200), Err("no such way"));
}

#[test]
fn a_session_ends_with_its_way_in() {
    let folder = Folder::new("gate");
    let gate = Gate::open(config(Some(folder.data().clone())), 0).unwrap();
    let bob = gate.by_password("bob", "hunter2", NOBODY, 0).unwrap();
    let session = gate.begin_session(bob.identity, [2; 32], 0).unwrap();
    let restarted = Gate::open(config(Some(folder.data().clone())), 1).unwrap();
    assert!(restarted.by_session(session.text(), 1).is_some());
    let without = GateConfig { users: None, ..config(Some(folder.data().clone())) };
    let without = Gate::open(without, 1).unwrap();
    assert!(without.by_session(session.text(), 1).is_none());
}

#[test]
fn tokens_have_a_role_of_their_own() {
    let folder = Folder::new("gate-tokens");
    let gate = Gate::open(config(Some(folder.data().clone())), 0).unwrap();
    let tokens = Tokens::new(folder.data().clone());
    let ci = tokens.create("ci", Role::Operator, [1; 32], 0).unwrap();
    let probe = tokens.create("old", Role::Probe, [2; 32], 0).unwrap();
    check(gate.by_token(ci.text(), NOBODY, 0), Ok(("ci", Some(Role::Operator))));
    let probe = gate.by_token(probe.text(), NOBODY, 0).unwrap();
    assert_eq!(probe.identity.method, Method::Probe);
    assert!(!probe.access.may(Right::See));
    tokens.revoke("ci").unwrap();
    check(gate.by_token(ci.text(), NOBODY, 0), Err("revoked"));
}

#[test]
fn strangers_get_what_the_app_is_open_for() {
    let check = |openness, withheld: &[Right], expect: &[Right]| {
        let withheld = Rights::of(withheld);
        let config = GateConfig { openness, withheld, ..config(None) };
        let stranger = Gate::open(config, 0).unwrap().stranger();
        assert_eq!(stranger.access.rights(), Rights::of(expect));
    };
    check(Openness::Closed, &[], &[]);
    check(Openness::Reading, &[], &[Right::See, Right::SeeSecrets, Right::Publish]);
    check(Openness::Everything, &[], &Right::ALL);
    check(Openness::Reading, &[Right::Publish], &[Right::See, Right::SeeSecrets]);
}

#[test]
fn whoever_has_no_role_is_told() {
    let config = GateConfig { rules: Rules::default(), ..config(None) };
    let gate = Gate::open(config, 0).unwrap();
    check(gate.by_password("bob", "hunter2", NOBODY, 0), Err("bob may do nothing here"));
}

#[test]
fn whoever_was_let_in_is_looked_at_again() {
    let folder = Folder::new("gate-again");
    let data = folder.data().clone();
    let files = DecidingFiles { users: Some(data.file("users")), rules: Some(data.file("rules")) };
    let line =
        |name: &str, password: &str| format!("{name}:{}\n", bcrypt::hash(password, 4).unwrap());
    let (bob, zoe) = (line("bob", "hunter2"), line("zoe", "x"));
    data.write("users", format!("{bob}{zoe}").as_bytes()).unwrap();
    data.write("rules", b"default = \"viewer\"").unwrap();
    let gate = Gate::open(GateConfig { files, ..config(Some(data.clone())) }, 0).unwrap();
    assert_eq!(gate.refresh(0), Refreshed { is_new: true, problems: Vec::new() });
    assert!(!gate.refresh(0).is_new, "nothing was written since");
    let session = |name: &str, password: &str, random| {
        let found = gate.by_password(name, password, NOBODY, 0).unwrap();
        let shown = gate.begin_session(found.identity.clone(), [random; 32], 0).unwrap();
        (found, gate.by_session(shown.text(), 0).unwrap(), shown)
    };
    let (bob_shown, bob_session, _) = session("bob", "hunter2", 2);
    let (_, zoe_session, zoe_cookie) = session("zoe", "x", 3);
    let tokens = Tokens::new(data.clone());
    let ci = tokens.create("ci", Role::Operator, [1; 32], 0).unwrap();
    let token = gate.by_token(ci.text(), NOBODY, 0).unwrap();
    let again = |own: &SignedIn| gate.again(&own.standing, &own.access, 1);
    for own in [&bob_shown, &bob_session, &zoe_session, &token, &gate.stranger()] {
        assert_eq!(again(own), Ok(()), "{own:?}");
    }
    gate.end_session(zoe_cookie.text());
    assert_eq!(again(&zoe_session), Err(Ended::Session));
    tokens.revoke("ci").unwrap();
    assert!(gate.refresh(1).is_new);
    assert_eq!(again(&token), Err(Ended::Token));
    // What cannot be read changes nothing, and is told once.
    data.write("rules", b"default = \"king\"").unwrap();
    let refreshed = gate.refresh(1);
    assert!(!refreshed.is_new && refreshed.problems[0].contains("king"), "{refreshed:?}");
    assert_eq!(gate.refresh(1), Refreshed::default());
    assert_eq!(again(&bob_shown), Ok(()));
    data.write("rules", b"default = \"operator\"").unwrap();
    assert!(gate.refresh(1).is_new);
    assert_eq!(again(&bob_shown), Err(Ended::Rights));
    assert_eq!(again(&bob_session), Err(Ended::Rights));
    let (bob_shown, bob_session, _) = session("bob", "hunter2", 4);
    data.write("users", line("bob", "other").as_bytes()).unwrap();
    assert!(gate.refresh(1).is_new);
    assert_eq!(again(&bob_shown), Err(Ended::Password));
    assert_eq!(again(&bob_session), Err(Ended::Session));
    assert!(gate.by_password("bob", "hunter2", NOBODY, 1).is_err(), "it is not remembered");
    assert!(Ended::Session.to_string().len() <= 123, "it fits into a close");
}
