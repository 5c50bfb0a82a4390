//! What an attacker tries, and gets nothing by.

use crate::controls::connect;
use crate::people::{Person, report, served};
use crate::served::{Served, agent};
use scope_server::Bounds;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Half-open websockets of the crowd.
const CROWD: usize = 10_000;

/// Files of this process that others of its tests need meanwhile.
const FILES_ASIDE: usize = 2000;

/// Writes a request as it stands and reads the head of the answer.
fn raw(served: &Served, request: &str) -> String {
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = vec![0; 64 << 10];
    let mut length = 0;
    while let Ok(count) = stream.read(&mut bytes[length..]) {
        length += count;
        if count == 0 || bytes[..length].windows(4).any(|four| four == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[test]
fn forged_ids_open_nothing() {
    let served = served();
    let cookie = format!("scope-{}", served.address.port());
    let long = "A".repeat(8000);
    let forged = ["", "null", "0", "../../etc/passwd", "AAAA", "*", "%00", "true", long.as_str()];
    for id in forged {
        let value = format!("{cookie}={id}");
        let (status, _) = Person::Stranger.ask(&served, ("GET", "/api"), &[("cookie", &value)]);
        assert_eq!(status, 401, "{id}");
    }
    for value in [
        "Bearer ",
        "Bearer scope_",
        "Bearer scope_AAAA",
        "Scope-Probe token=x",
        "Basic",
        "Basic OjA=",
        "Basic bG9jYWwtcHJvYmU6",
        "Digest username=\"admin\"",
    ] {
        let answer = raw(
            &served,
            &format!("GET /api HTTP/1.1\r\nHost: a\r\nAuthorization: {value}\r\n\r\n"),
        );
        let status = status(&answer);
        assert!(status == 401 || status == 429, "{value}: {answer}");
    }
}

#[test]
fn another_name_of_the_app_opens_nothing() {
    let served = served();
    report(&served);
    let cookie = signed_in(&served, "admin");
    for host in ["evil.example", "evil.example:4040", "127.0.0.1.nip.io", "localhost.evil.example"]
    {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/sign-in"),
            ("GET", "/api"),
            ("GET", "/api/me"),
            ("GET", "/api/report"),
            ("GET", "/api/topology/hosts/ws"),
            ("POST", "/api/sign-in"),
            ("POST", "/api/control/p/n/host_exec"),
            ("GET", "/api/pipe/pipe-x"),
            ("PUT", "/nothing"),
        ] {
            let origin = format!("Origin: http://{host}\r\nCookie: {cookie}");
            let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{origin}");
            let answer = raw(&served, &format!("{head}\r\nContent-Length: 0\r\n\r\n"));
            assert_eq!(status(&answer), 421, "{host} {method} {path}: {answer}");
        }
    }
    let own = format!("GET /api HTTP/1.1\r\nHost: scope.example.org\r\nCookie: {cookie}\r\n\r\n");
    assert_eq!(status(&raw(&served, &own)), 200);
    // Absolute addresses, as proxies are asked, name the app too.
    let absolute = "GET http://evil.example/api HTTP/1.1\r\nHost: localhost\r\n";
    let answer = raw(&served, &format!("{absolute}Cookie: {cookie}\r\n\r\n"));
    assert_eq!(status(&answer), 421, "{answer}");
}

/// The cookie of somebody who signed in.
fn signed_in(served: &Served, name: &str) -> String {
    let body = format!(r#"{{"name": "{name}", "password": "{name}"}}"#);
    let answer = agent().post(served.url("/api/sign-in")).send(body).unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn pages_of_other_sites_cannot_use_the_cookie() {
    let served = served();
    let cookie = signed_in(&served, "admin");
    for origin in ["http://evil.example", "null", "", "http://localhost:1", "file://"] {
        let headers = [("origin", origin), ("cookie", cookie.as_str())];
        for (method, path) in [
            ("POST", "/api/sign-in"),
            ("POST", "/api/sign-out"),
            ("POST", "/api/report"),
            ("POST", "/api/control/p/n/host_exec"),
            ("DELETE", "/api/pipe/pipe-x"),
            ("POST", "/api/pipe/pipe-x"),
            ("GET", "/api/pipe/pipe-x"),
            ("GET", "/api/control/ws"),
            ("GET", "/api/topology/hosts/ws"),
        ] {
            let (status, body) = Person::Stranger.ask(&served, (method, path), &headers);
            assert_eq!(status, 403, "{origin} {method} {path}: {body}");
            assert!(body.contains("another site"), "{body}");
        }
    }
    let headers = [("cookie", cookie.as_str())];
    assert_eq!(Person::Stranger.ask(&served, ("GET", "/api/audit"), &headers).0, 404);
    for (name, expect) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        let answer = agent().get(served.url("/api/me")).call().unwrap();
        assert_eq!(answer.headers()[name], expect);
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
}

#[test]
fn tricks_with_paths_lead_nowhere_else() {
    let served = served();
    report(&served);
    for path in [
        "/api/report",
        "//api/report",
        "/api//report",
        "/./api/report",
        "/api/./report",
        "/ui/api/report",
        "/ui/../api/report",
        "/ui/ui/api/report",
        "/api/topology/../report",
        "/api/topology/%2e%2e/report",
        "/api/topology%2f..%2freport",
        "/api%2Freport",
        "/api/report%00",
        "/api/report/",
        "/api/report?x=/api/me",
        "/api/report#/api/me",
        "/api/report;x=/api/me",
        "/API/report",
        "/api/me/../report",
        "/sign-in/../api/report",
        "/sign-in.js/../../api/report",
        "/api/topology/hosts/..%2F..%2Freport",
        "/api/topology/processes/web-1%3B7%00?hideCommandLineArguments=false",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fCargo.toml",
    ] {
        for person in [Person::Stranger, Person::Viewer] {
            let (name, value) = person.header();
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n");
            let answer = raw(&served, &format!("{head}Connection: close\r\n\r\n"));
            for secret in ["s3cret", "root:", "[package]", "docker_env"] {
                assert!(!answer.contains(secret), "{person:?} {path}: {answer}");
            }
            assert_ne!(status(&answer), 500, "{path}");
        }
    }
    // Another method in a header is no other method.
    let headers = [("x-http-method-override", "DELETE"), ("x-original-url", "/api/report")];
    let (_, body) = Person::Viewer.ask(&served, ("GET", "/api/me"), &headers);
    assert!(body.contains("\"viewer\""), "{body}");
}

#[test]
fn forwarded_names_and_addresses_are_not_believed() {
    let served = served();
    let headers = [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-user", "admin"),
        ("x-remote-user", "admin"),
        ("x-forwarded-host", "localhost"),
        ("x-scope-probe-id", "p1"),
        ("forwarded", "for=127.0.0.1;host=localhost"),
    ];
    for path in ["/api", "/api/report", "/api/control/ws"] {
        assert_eq!(Person::Stranger.ask(&served, ("GET", path), &headers).0, 401, "{path}");
    }
}

#[test]
fn guessing_is_slowed_down() {
    let served = served();
    let guess = |password: &str| {
        let body = format!(r#"{{"name": "admin", "password": "{password}"}}"#);
        agent().post(served.url("/api/sign-in")).send(body).unwrap().status().as_u16()
    };
    for number in 0..scope_auth::FAILURES_MAX {
        assert_eq!(guess(&format!("guess {number}")), 401);
    }
    assert_eq!(guess("another"), 429);
    // Also by any other way in.
    let header = [("authorization", "Bearer scope_x")];
    assert_eq!(Person::Stranger.ask(&served, ("GET", "/api"), &header).0, 429);
}

#[test]
fn a_bomb_does_not_go_off() {
    let served = served();
    let (name, value) = Person::Probe.header();
    let zeros = vec![0_u8; 2 << 20];
    let bombs = [
        ("gzip", scope_wire::gzip_packed(&zeros, 1)),
        ("zstd", scope_wire::zstd_packed(&zeros).unwrap()),
    ];
    for (encoding, bomb) in bombs {
        for content_type in ["application/json", "application/msgpack"] {
            let request = agent().post(served.url("/api/report")).header(name, &value);
            let request = request.header("Content-Type", content_type);
            let answer = request.header("Content-Encoding", encoding).send(&bomb[..]).unwrap();
            let status = answer.status().as_u16();
            assert!(status == 400 || status == 413, "{encoding} {content_type}: {status}");
        }
    }
    // Deep nesting, and what says it is longer than it is.
    let deep = "[".repeat(1 << 20);
    let request = agent().post(served.url("/api/report")).header(name, &value);
    let answer = request.header("Content-Type", "application/json").send(deep).unwrap();
    assert_eq!(answer.status(), 400);
    // What is too long is not read to its end, so the answer may be lost with the connection.
    let sign_in = agent().post(served.url("/api/sign-in")).send("[".repeat(1 << 20));
    assert!(sign_in.is_ok_and(|answer| answer.status() == 400) || served.get("/api/me").0 == 200);
    assert_eq!(Person::Viewer.ask(&served, ("GET", "/api"), &[]).0, 200);
}

#[test]
fn a_probe_without_the_right_is_none() {
    let served = served();
    for person in [Person::Stranger, Person::Viewer, Person::Operator, Person::Web] {
        let (name, value) = person.header();
        for path in ["/api/control/ws", "/api/pipe/pipe-x/probe"] {
            let refused = connect(&served, path, (name, &value));
            let Err(tungstenite::Error::Http(answer)) = refused else { panic!("{person:?}") };
            assert!([401, 403].contains(&answer.status().as_u16()), "{person:?} {path}");
        }
    }
}

/// A connection from another address of this machine.
async fn elsewhere(to: SocketAddr) -> tokio::net::TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

#[test]
fn a_crowd_of_half_open_websockets_leaves_room_for_others() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    // Both ends of a connection are files of this process; the app holds half of its own bound.
    let held_max = Bounds::default().connections_max / 2;
    let files = usize::try_from(maximum.unwrap_or(u64::MAX)).unwrap();
    let crowd = CROWD.min(files.saturating_sub(FILES_ASIDE + held_max));
    let served = served();
    let half = "GET /api/topology/hosts/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n";
    let (name, value) = Person::Viewer.header();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    runtime.block_on(async {
        let mut held = Vec::new();
        for _ in 0..crowd {
            let Ok(mut stream) = tokio::net::TcpStream::connect(served.address).await else {
                break;
            };
            // Those beyond the bound are closed.
            let _ = stream.write_all(half.as_bytes()).await;
            held.push(stream);
        }
        let mut other = elsewhere(served.address).await;
        let head = format!("GET /api HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n\r\n");
        other.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = [0; 512];
        let count = other.read(&mut bytes).await.unwrap();
        let answer = String::from_utf8_lossy(&bytes[..count]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        println!(
            "{} half open in {:?}, and another address is answered",
            held.len(),
            started.elapsed()
        );
    });
}
