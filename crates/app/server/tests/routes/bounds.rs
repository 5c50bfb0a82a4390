//! What those who never finish, never read or come in crowds may cost the others.

use crate::served::{Served, frame};
use crate::{change, report};
use scope_server::Bounds;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

fn served(bounds: Bounds) -> Served {
    Served::with(bounds, HOUR)
}

fn hasty() -> Bounds {
    Bounds { request_timeout: Duration::from_millis(300), ..Bounds::default() }
}

fn connect(served: &Served, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

/// Everything the app says until it closes.
fn heard(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const HALF_BODY: &str = "POST /api/report HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\
    Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

#[test]
fn half_a_head_is_not_waited_for() {
    let served = served(hasty());
    heard(connect(&served, "GET /api HTTP/1.1\r\nHos"));
    heard(connect(&served, ""));
}

#[test]
fn half_a_body_is_not_waited_for() {
    let served = served(hasty());
    let answer = heard(connect(&served, HALF_BODY));
    assert!(answer.contains("408") && answer.contains("did not arrive in time"), "{answer}");
}

#[test]
fn a_connection_too_many_is_told() {
    let served = served(Bounds { connections_max: 1, ..Bounds::default() });
    let mut first = connect(&served, "GET /api HTTP/1.1\r\nHost: app\r\n\r\n");
    assert!(first.read(&mut [0; 64]).unwrap() > 0);
    let (status, body) = served.get("/api");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("too many connections"), "{body}");
}

#[test]
fn a_watcher_too_many_is_told() {
    let served = served(Bounds { watchers_max: 1, ..Bounds::default() });
    let mut first = served.watch("hosts", "?t=1h");
    frame(&mut first);
    let (status, body) = served.get("/api/topology/hosts/ws");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("too many watchers"), "{body}");
}

#[test]
fn bytes_received_at_once_are_counted() {
    let served = served(Bounds { received_bytes_max: 10_000, ..Bounds::default() });
    let (status, body) = served.post(("application/json", ""), &[b' '; 20_000]);
    assert_eq!(status, 503, "{body}");
    // What was refused is given back.
    report(&served, &["web-1"], false);
}

#[test]
fn the_name_of_a_probe_has_an_end() {
    let served = served(Bounds::default());
    let head = format!(
        "POST /api/report HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\
         X-Scope-Probe-ID: {}\r\nContent-Length: 0\r\n\r\n",
        "p".repeat(10_000)
    );
    let answer = heard(connect(&served, &head));
    assert!(answer.contains(" 400 ") && answer.contains("X-Scope-Probe-ID"), "{answer}");
}

#[test]
fn a_silent_probe_leaves_the_map_of_watchers() {
    let served = Served::with(Bounds::default(), Duration::from_secs(1));
    report(&served, &["web-1"], false);
    let mut socket = served.watch("hosts", "?t=250ms");
    assert_eq!(frame(&mut socket)["add"][0]["id"], "web-1;<host>");
    assert_eq!(change(&mut socket)["remove"][0], "web-1;<host>");
}

#[test]
fn half_open_requests_do_not_hold_up_the_end() {
    let mut served = served(Bounds::default());
    let half = connect(&served, "GET /api HTTP/1.1\r\nHos");
    // Answered, so the one before it is accepted as well.
    served.get("/api");
    let start = Instant::now();
    served.stop.take().unwrap().send(()).unwrap();
    heard(half);
    assert!(start.elapsed() < Duration::from_secs(4));
}
