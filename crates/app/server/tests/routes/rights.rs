//! Every route, control and pipe, asked for by everybody.

use crate::controls::{answer_one, ask, connect};
use crate::people::{PEOPLE, Person, guarded, report, rules, served};
use crate::served::{Guard, Served, frame};
use scope_server::ROUTES;
use tungstenite::client::IntoClientRequest;

/// Whether they were let in; what came of it then does not matter here.
fn is_let_in(person: Person, (status, body): &(u16, String)) -> bool {
    let refusal = if person == Person::Stranger { 401 } else { 403 };
    match *status {
        401 | 403 => {
            assert_eq!(*status, refusal, "{person:?}: {body}");
            assert!(serde_json::from_str::<String>(body).is_ok(), "no sentence: {body}");
            false
        }
        _ => true,
    }
}

/// Per route, who is let in, in the order of `PEOPLE`: stranger, viewer, operator, admin, probe,
/// operator of a host, operator by a label, viewer with terminals, nobody.
const ROUTE_TABLE: &[(&str, &str, &str)] = &[
    ("GET", "/api", "- v o a p w s t -"),
    ("GET", "/api/openapi.json", "- v o a - w s t -"),
    ("GET", "/api/me", "s v o a p w s t -"),
    ("POST", "/api/sign-in", "s v o a p w s t -"),
    ("GET", "/api/sign-in/open-id", "s v o a p w s t -"),
    ("GET", "/api/sign-in/open-id/callback", "s v o a p w s t -"),
    ("POST", "/api/sign-out", "s v o a p w s t -"),
    ("GET", "/api/audit", "- - - a - - - - -"),
    ("GET", "/api/audit/recordings/{recording}", "- - - a - - - - -"),
    ("GET", "/api/groups", "- v o a - w s t -"),
    ("GET", "/api/history", "- v o a - w s t -"),
    ("GET", "/api/probes", "- v o a - w s t -"),
    ("GET", "/api/report", "- - o a - - - - -"),
    ("POST", "/api/report", "- - - a p - - - -"),
    ("GET", "/api/topology", "- v o a - w s t -"),
    ("GET", "/api/topology/{view}", "- v o a - w s t -"),
    ("GET", "/api/topology/{view}/ws", "- v o a - w s t -"),
    ("GET", "/api/topology/{view}/{id}", "- v o a - w s t -"),
    ("GET", "/api/topology/{view}/{from}/edge/{to}", "- v o a - w s t -"),
    ("GET", "/api/positions/{picture}", "- v o a - w s t -"),
    ("PUT", "/api/positions/{picture}", "- - o a - - - - -"),
    ("GET", "/api/control/ws", "- - - a p - - - -"),
    ("POST", "/api/control/{probe}/{id}/{control}", "- - - a - - - - -"),
    ("GET", "/api/pipe/{pipe}", "- - - a - - - t -"),
    ("DELETE", "/api/pipe/{pipe}", "- - - a p - - t -"),
    ("POST", "/api/pipe/{pipe}", "- - - a p - - t -"),
    ("GET", "/api/pipe/{pipe}/probe", "- - - a p - - - -"),
    ("GET", "/api/pipe/{pipe}/check", "- - - a - - - t -"),
    ("GET", "/api/positions/{picture}", "- v o a - w s t -"),
    ("PUT", "/api/positions/{picture}", "- - o a - - - - -"),
    ("POST", "/api/enrolment/join", "s v o a p w s t -"),
    ("POST", "/api/enrolment/renew", "- - - a p - - - -"),
    ("GET", "/admin/summary", "- v o a - w s t -"),
    ("GET", "/metrics", "- v o a - w s t -"),
    ("GET", "/debug/pprof/{profile}", "- v o a - w s t -"),
];

#[test]
fn every_route_is_for_those_who_have_its_right() {
    let served = served();
    report(&served);
    for route in ROUTES {
        let row = ROUTE_TABLE.iter().find(|row| (row.0, row.1) == (route.method, route.path));
        let (method, path, expect) = row.unwrap_or_else(|| panic!("{route:?} is in no table"));
        // A control that nobody knows, on a node that no report has.
        let path = path.replace("{view}", "hosts").replace("{control}", "odd");
        let names = [
            "{id}",
            "{from}",
            "{to}",
            "{pipe}",
            "{picture}",
            "{probe}",
            "{profile}",
            "{recording}",
        ];
        let path = names.iter().fold(path, |path, name| path.replace(name, "pipe-x"));
        for (person, expect) in PEOPLE.into_iter().zip(expect.split(' ')) {
            let answer = person.ask(&served, (method, &path), &[]);
            assert_eq!(is_let_in(person, &answer), expect != "-", "{person:?} {method} {path}");
        }
    }
    let outside = Person::Viewer.ask(&served, ("GET", "/api/nothing"), &[]);
    assert_eq!(outside.0, 404);
    assert_eq!(Person::Stranger.ask(&served, ("PUT", "/api/report"), &[]).0, 401);
}

/// Per control and node, who may run it.
const CONTROL_TABLE: [(&str, &str, &str, &str); 16] = [
    ("docker_container_logs", "web-1;<container>", "p-web", "- - o a - w s - -"),
    ("docker_container_logs", "db-1;<container>", "p-db", "- - o a - - - - -"),
    ("docker_stop_container", "web-1;<container>", "p-web", "- - o a - w s - -"),
    ("docker_stop_container", "db-1;<container>", "p-db", "- - o a - - - - -"),
    ("docker_remove_container", "web-1;<container>", "p-web", "- - - a - - - - -"),
    ("docker_exec_container", "web-1;<container>", "p-web", "- - - a - w s t -"),
    ("docker_attach_container", "db-1;<container>", "p-db", "- - - a - - - t -"),
    ("host_exec", "web-1;<host>", "p-web", "- - - a - w - t -"),
    ("host_exec", "db-1;<host>", "p-db", "- - - a - - - t -"),
    // The node of the one host, the probe of the other.
    ("host_exec", "web-1;<host>", "p-db", "- - - a - - - t -"),
    ("docker_stop_container", "web-1;<container>", "p-db", "- - o a - - - - -"),
    ("process_signal_kill", "web-1;7", "p-web", "- - o a - - - - -"),
    ("docker_stop_container", "unheard-of", "p-web", "- - o a - - - - -"),
    ("http-requests~plugin", "web-1;<host>", "p-web", "- - - a - - - - -"),
    ("", "web-1;<host>", "p-web", "- - - a - - - - -"),
    ("../../api/report", "web-1;<host>", "p-web", "- - - a - - - - -"),
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn every_control_is_for_those_who_have_its_right_on_its_node() {
    let served = served();
    report(&served);
    for (control, node, probe, expect) in CONTROL_TABLE {
        let path = format!("/api/control/{probe}/{}/{}", encoded(node), encoded(control));
        for (person, expect) in PEOPLE.into_iter().zip(expect.split(' ')) {
            let answer = person.ask(&served, ("POST", &path), &[]);
            let is_let_in = is_let_in(person, &answer);
            assert_eq!(is_let_in, expect != "-", "{person:?} {control} {node} {probe}");
            let missing = format!("probe {probe} is not connected right now");
            assert!(!is_let_in || answer.1.contains(&missing), "{}", answer.1);
        }
    }
}

/// Opens a terminal as `person`: the probe answers with the pipe.
fn open_terminal(served: &Served, person: Person, pipe: &'static str) {
    act(served, person, "docker_exec_container", pipe);
}

/// Runs a control on the container of `web-1`, which its probe answers with `value`.
fn act(served: &Served, person: Person, control: &str, value: &'static str) {
    act_with(served, person, (control, ""), value);
}

/// The same with arguments.
fn act_with(
    served: &Served,
    person: Person,
    (control, arguments): (&str, &str),
    value: &'static str,
) {
    let (name, own) = Person::Probe.header();
    let mut request =
        format!("ws://{}/api/control/ws", served.address).into_client_request().unwrap();
    request.headers_mut().insert(name, own.parse().unwrap());
    request.headers_mut().insert("x-scope-probe-id", "p-web".parse().unwrap());
    let (probe, _) = tungstenite::connect(request).unwrap();
    let answering = answer_one(probe, value);
    let path = format!("/api/control/p-web/web-1%3B%3Ccontainer%3E/{control}");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let (name, own) = person.header();
        let (status, body) = ask(served, ("POST", &path), arguments, &[(name, &own)]);
        if status == 200 {
            break;
        }
        assert!(body.contains("not connected") && std::time::Instant::now() < deadline, "{body}");
    }
    answering.join().unwrap();
}

fn join(served: &Served, person: Person, pipe: &str) -> Result<crate::controls::Socket, u16> {
    let (name, value) = person.header();
    match connect(served, &format!("/api/pipe/{pipe}"), (name, &value)) {
        Ok(socket) => Ok(socket),
        Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_terminal_is_its_owners() {
    let served = served();
    report(&served);
    open_terminal(&served, Person::Web, r#"{"pipe":"pipe-w","raw_tty":true}"#);
    for (person, status) in [
        (Person::Stranger, 401),
        (Person::Viewer, 403),
        (Person::Operator, 403),
        (Person::Probe, 403),
        // They might open a terminal of their own there, but this one is not theirs.
        (Person::Shop, 403),
        (Person::Terminal, 403),
        (Person::Nobody, 403),
    ] {
        assert_eq!(join(&served, person, "pipe-w").err(), Some(status), "{person:?}");
        let check = person.ask(&served, ("GET", "/api/pipe/pipe-w/check"), &[]);
        assert_eq!(check.0, status, "{person:?}");
        if person != Person::Probe {
            let close = person.ask(&served, ("DELETE", "/api/pipe/pipe-w"), &[]);
            assert_eq!(close.0, status, "{person:?}");
        }
    }
    assert!(join(&served, Person::Web, "pipe-w").is_ok());
    assert!(join(&served, Person::Admin, "pipe-w").is_ok());
    // Another's probe cannot make the pipe another's.
    open_terminal(&served, Person::Shop, r#"{"pipe":"pipe-w","raw_tty":true}"#);
    assert_eq!(join(&served, Person::Shop, "pipe-w").err(), Some(403));
    assert_eq!(Person::Web.ask(&served, ("DELETE", "/api/pipe/pipe-w"), &[]).0, 200);
}

/// Everything that a person is told, on every way.
fn all_told(served: &Served, person: Person) -> String {
    let mut told = String::new();
    for path in [
        "/api",
        "/api/topology",
        "/api/topology/processes",
        "/api/topology/containers?x",
        "/api/topology/containers",
        "/api/topology/hosts/web-1%3B%3Chost%3E",
        "/api/topology/hosts/db-1%3B%3Chost%3E",
        "/api/topology/processes/web-1%3B7?hideCommandLineArguments=false",
        "/api/topology/processes/db-1%3B7",
        "/api/topology/containers/web-1%3B%3Ccontainer%3E?hideEnvironmentVariables=false",
        "/api/topology/containers/db-1%3B%3Ccontainer%3E",
        "/api/report",
        "/api/report?hideCommandLineArguments=false",
        "/admin/summary",
        "/metrics",
        "/api/probes",
    ] {
        told.push_str(&person.ask(served, ("GET", path), &[]).1);
    }
    for view in ["processes", "containers"] {
        let (name, value) = person.header();
        let path = format!("/api/topology/{view}/ws?edges=true");
        if let Ok(mut socket) = connect(served, &path, (name, &value)) {
            told.push_str(&frame(&mut socket).to_string());
        }
    }
    told
}

#[test]
fn secrets_are_for_those_who_may_see_them() {
    let served = served();
    report(&served);
    let check = |person: Person, expect: bool| {
        let told = all_told(&served, person);
        assert!(!expect || told.contains("box-web-1"), "{person:?} sees no map");
        for secret in ["c0ntainer-s3cret", "pr0cess-s3cret", "env-s3cret"] {
            assert_eq!(told.contains(secret), expect, "{person:?} {secret}");
        }
    };
    check(Person::Stranger, false);
    check(Person::Viewer, false);
    check(Person::Terminal, false);
    check(Person::Nobody, false);
    check(Person::Probe, false);
    check(Person::Operator, true);
    check(Person::Admin, true);
    let detail = |person: Person, node: &str| {
        let path = format!("/api/topology/containers/{}", encoded(node));
        person.ask(&served, ("GET", &path), &[]).1.contains("c0ntainer-s3cret")
    };
    for person in [Person::Web, Person::Shop] {
        assert!(detail(person, "web-1;<container>"), "{person:?}");
        assert!(!detail(person, "db-1;<container>"), "{person:?}");
    }
}

#[test]
fn deeds_are_written_down() {
    let folder = std::env::temp_dir().join(format!("scope-deeds-{}", std::process::id()));
    let data = scope_auth::DataDir::open(&folder).unwrap();
    let recordings = Some(std::sync::Arc::new(scope_auth::Recordings::open(&data).unwrap()));
    let audit = Some(std::sync::Arc::new(scope_auth::AuditLog::open(data).unwrap()));
    let served = guarded(Guard { audit, recordings, ..rules() });
    report(&served);
    open_terminal(&served, Person::Web, r#"{"pipe":"pipe-w","raw_tty":true}"#);
    let mut browser = join(&served, Person::Web, "pipe-w").unwrap();
    let (name, value) = Person::Probe.header();
    let mut probe = connect(&served, "/api/pipe/pipe-w/probe", (name, &value)).unwrap();
    browser.send(tungstenite::Message::text("ls\n")).unwrap();
    assert_eq!(crate::controls::bytes(&mut probe), b"ls\n");
    let wide = r#"{"pipeID":"pipe-w","width":"132","height":"50"}"#;
    act_with(&served, Person::Web, ("docker_resize_exec_tty", wide), "{}");
    probe.send(tungstenite::Message::binary("files")).unwrap();
    assert_eq!(crate::controls::bytes(&mut browser), b"files");
    drop((browser, probe));
    let stop = "/api/control/p-web/web-1%3B%3Ccontainer%3E/docker_stop_container";
    Person::Viewer.ask(&served, ("POST", stop), &[]);
    let wrong = [("authorization", "Basic ZXZlOng=")];
    Person::Stranger.ask(&served, ("GET", "/api"), &wrong);
    let of = |event: &str| {
        let page = Person::Admin.ask(&served, ("GET", "/api/audit?limit=500"), &[]).1;
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        let entries = page["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|entry| entry["event"] == event).collect::<Vec<_>>()
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while of("terminal-end").is_empty() {
        assert!(std::time::Instant::now() < deadline, "no end of the terminal");
    }
    let end = &of("terminal-end")[0];
    assert_eq!((&end["inputBytes"], &end["outputBytes"]), (&3.into(), &5.into()), "{end}");
    assert_eq!((&end["who"], &end["label"]), (&"web".into(), &"box-web-1".into()), "{end}");
    let path = format!("/api/audit/recordings/{}", end["recording"].as_str().unwrap());
    assert_eq!(of("terminal-start")[0]["recording"], end["recording"]);
    let (status, cast) = Person::Admin.ask(&served, ("GET", &path), &[]);
    assert_eq!(status, 200, "{cast}");
    assert!(cast.contains("web at box-web-1") && cast.contains(r#""o","files"]"#), "{cast}");
    assert!(cast.contains(r#""r","132x50"]"#), "the size of its window: {cast}");
    assert!(!cast.contains("ls"), "what is typed is not kept: {cast}");
    assert_eq!(Person::Web.ask(&served, ("GET", &path), &[]).0, 403);
    let other = "/api/audit/recordings/..%2F..%2Faudit.jsonl";
    assert_eq!(Person::Admin.ask(&served, ("GET", other), &[]).0, 404);
    let controls = of("control");
    let refused = controls.iter().find(|entry| entry["who"] == "viewer").unwrap();
    assert_eq!(refused["outcome"], "viewer may not start, stop, signal or arrange anything here");
    let run = controls.iter().find(|entry| entry["outcome"] == "ok").unwrap();
    assert_eq!((&run["pipe"], &run["from"]), (&"pipe-w".into(), &"127.0.0.1".into()), "{run}");
    assert_eq!(of("sign-in")[0]["outcome"], "the name or the password is wrong");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_detail_says_what_one_may_not_do() {
    let served = served();
    report(&served);
    let check = |person: Person, node: &str, expect: [bool; 3]| {
        let path = format!("/api/topology/containers/{}", encoded(node));
        let (_, body) = person.ask(&served, ("GET", &path), &[]);
        let detail: serde_json::Value = serde_json::from_str(&body).unwrap();
        let controls = detail["node"]["controls"].as_array().unwrap();
        let allowed: Vec<_> = controls.iter().map(|own| own["notAllowed"].is_null()).collect();
        assert_eq!(allowed, expect, "{person:?} {node}: {body}");
    };
    // Stop, exec, remove.
    check(Person::Viewer, "web-1;<container>", [false, false, false]);
    check(Person::Operator, "web-1;<container>", [true, false, false]);
    check(Person::Admin, "web-1;<container>", [true, true, true]);
    check(Person::Web, "web-1;<container>", [true, true, false]);
    check(Person::Web, "db-1;<container>", [false, false, false]);
}

#[test]
fn the_map_tells_what_was_done_to_a_node() {
    let served = served();
    report(&served);
    act(&served, Person::Operator, "docker_stop_container", "{}");
    // The map is drawn anew with the next report.
    report(&served);
    for path in ["/api/topology/containers", "/api/topology/containers/web-1%3B%3Ccontainer%3E"] {
        let (_, body) = Person::Viewer.ask(&served, ("GET", path), &[]);
        let view: serde_json::Value = serde_json::from_str(&body).unwrap();
        let node = view["nodes"].get("web-1;<container>").unwrap_or(&view["node"]);
        let action = &node["lastAction"];
        assert_eq!(action["who"], "operator", "{body}");
        assert_eq!(action["what"], "docker_stop_container");
        assert_eq!(action["outcome"], "ok");
        assert!(action["when"].as_str().unwrap().starts_with("20"), "{action}");
        let others = view["nodes"].get("db-1;<container>");
        assert!(others.is_none_or(|other| other["lastAction"].is_null()));
    }
}

#[test]
fn an_open_app_lets_nobody_act() {
    let served = guarded(crate::served::guard(scope_auth::Openness::Reading));
    for (request, status) in [
        (("GET", "/api/report"), 200),
        (("GET", "/api/topology/hosts"), 200),
        (("GET", "/api/audit"), 403),
        (("POST", "/api/control/p/n/host_exec"), 403),
        (("GET", "/api/pipe/pipe-x"), 403),
    ] {
        let (given, body) = Person::Stranger.ask(&served, request, &[]);
        assert_eq!(given, status, "{request:?}: {body}");
    }
    let (_, body) = Person::Stranger.ask(&served, ("POST", "/api/control/p/n/host_exec"), &[]);
    assert!(body.contains("controls are off"), "{body}");
    let mut socket = connect(&served, "/api/control/ws", ("X-Scope-Probe-ID", "p")).unwrap();
    socket.close(None).unwrap();
}
