//! Controls and pipes as a probe of Scope 1.13, a browser and a stranger use them.

use crate::served::{Served, agent};
use scope_server::Bounds;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

pub type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

pub fn connect(
    served: &Served,
    path: &str,
    header: (&'static str, &str),
) -> tungstenite::Result<Socket> {
    let mut request = format!("ws://{}{path}", served.address).into_client_request()?;
    request.headers_mut().insert(header.0, header.1.parse().unwrap());
    let (socket, _) = tungstenite::connect(request)?;
    let MaybeTlsStream::Plain(stream) = socket.get_ref() else { unreachable!("no TLS here") };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    Ok(socket)
}

pub fn probe(served: &Served) -> Socket {
    connect(served, "/api/control/ws", ("X-Scope-Probe-ID", "p1")).unwrap()
}

pub fn end(served: &Served, path: &str) -> Socket {
    connect(served, path, ("user-agent", "test")).unwrap()
}

pub fn text(socket: &mut Socket) -> String {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return text.to_string();
        }
    }
}

/// Answers one call with `value` and gives the frames of the call.
pub fn answer_one(mut probe: Socket, value: &'static str) -> std::thread::JoinHandle<[String; 2]> {
    std::thread::spawn(move || {
        let call = [text(&mut probe), text(&mut probe)];
        let envelope: serde_json::Value = serde_json::from_str(&call[0]).unwrap();
        let number = &envelope["Request"]["Seq"];
        let header = format!(r#"{{"ServiceMethod":"control.Handle","Seq":{number},"Error":""}}"#);
        let first = format!(r#"{{"Request":null,"Response":{header},"Value":null}}"#);
        let second = format!(r#"{{"Request":null,"Response":null,"Value":{value}}}"#);
        probe.send(Message::text(first)).unwrap();
        probe.send(Message::text(second)).unwrap();
        call
    })
}

/// Sends a request and gives status and body of the answer.
pub fn ask(
    served: &Served,
    (method, path): (&str, &str),
    body: &str,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let mut request = ureq::http::Request::builder().method(method).uri(served.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = agent().run(request.body(body.to_owned()).unwrap()).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn stop(served: &Served, body: &str) -> (u16, String) {
    ask(served, ("POST", STOP), body, &[])
}

/// Asks until the answer holds `expect`.
#[track_caller]
pub fn wait_for(expect: &str, ask: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = ask();
        if answer.contains(expect) {
            return;
        }
        assert!(Instant::now() < deadline, "no {expect:?} in {answer}");
        std::thread::yield_now();
    }
}

/// Waits until a probe that has connected takes controls.
#[track_caller]
pub fn wait_for_probe(served: &Served) {
    wait_for("scope_app_probes 1", || served.get("/metrics").1);
}

/// The next message that carries bytes.
pub fn bytes(socket: &mut Socket) -> Vec<u8> {
    loop {
        if let Message::Binary(bytes) = socket.read().unwrap() {
            return bytes.to_vec();
        }
    }
}

/// Whether the next words of the other end are its last.
fn is_over(mut socket: Socket) -> bool {
    loop {
        match socket.read() {
            Ok(Message::Ping(_)) => {}
            other => return matches!(other, Ok(Message::Close(_)) | Err(_)),
        }
    }
}

const STOP: &str = "/api/control/p1/abc%3B%3Ccontainer%3E/docker_stop_container";

#[test]
fn a_control_reaches_its_probe_and_the_answer_whoever_asked() {
    let served = Served::start();
    let answering = answer_one(probe(&served), r#"{"value":null,"removedNode":"abc;<container>"}"#);
    wait_for_probe(&served);
    let (status, body) = stop(&served, r#"{"height":"40"}"#);
    assert_eq!((status, body.as_str()), (200, r#"{"removedNode":"abc;<container>"}"#));
    let [_, value] = answering.join().unwrap();
    let value: serde_json::Value = serde_json::from_str(&value).unwrap();
    let expect = serde_json::json!({"AppID": "", "NodeID": "abc;<container>",
        "Control": "docker_stop_container", "ControlArgs": {"height": "40"}});
    assert_eq!(value["Value"], expect);
}

#[test]
fn what_a_probe_refuses_is_a_sentence() {
    let served = Served::start();
    let answering = answer_one(probe(&served), r#"{"error":"Control \"x\" not recognised"}"#);
    wait_for_probe(&served);
    let (status, body) = stop(&served, "");
    assert_eq!((status, body.as_str()), (400, r#""Control \"x\" not recognised""#));
    answering.join().unwrap();
}

/// What the probe does not allow anybody is told apart from what failed.
#[test]
fn what_nobody_may_do_is_forbidden() {
    let served = Served::start();
    let value = r#"{"error":"controls of the kind stop are off on this host","refused":true}"#;
    let answering = answer_one(probe(&served), value);
    wait_for_probe(&served);
    let (status, body) = stop(&served, "");
    assert_eq!(
        (status, body.as_str()),
        (403, r#""controls of the kind stop are off on this host""#)
    );
    answering.join().unwrap();
}

#[test]
fn a_kind_that_is_off_is_neither_offered_nor_run() {
    let kinds = "logs,restart".parse().unwrap();
    let served = Served::allowing(kinds, Bounds::default(), Duration::from_secs(3600));
    let (stop_id, logs) = ("docker_stop_container", "docker_container_logs");
    let control = |id: &str| serde_json::json!({"id": id, "human": id, "icon": "", "rank": 1});
    let fact =
        |value: &str| serde_json::json!({"timestamp": "2026-11-20T06:17:12Z", "value": value});
    let node = serde_json::json!({"id": "abc;<container>", "topology": "container", "latest": {
        "docker_container_id": fact("abc"), "docker_container_name": fact("web"),
        "docker_container_state": fact("running"), "control_probe_id": fact("p1"),
        "active_controls": fact(&format!("{stop_id};{logs}"))}});
    let body = serde_json::json!({"Container": {"nodes": {"abc;<container>": node},
        "controls": {stop_id: control(stop_id), logs: control(logs)}}});
    let body = body.to_string();
    assert_eq!(served.post(("application/json", ""), body.as_bytes()).0, 200);
    let node = served.json("/api/topology/containers/abc%3B%3Ccontainer%3E");
    let offered: Vec<&str> = node["node"]["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["id"].as_str().unwrap())
        .collect();
    assert_eq!(offered, [logs]);
    let (status, body) = stop(&served, "");
    assert_eq!(status, 403);
    assert!(body.contains("kind stop are off: this app allows logs,restart"), "{body}");
    let path = "/api/control/p1/abc%3B%3Ccontainer%3E/docker_restart_container";
    let (status, body) = ask(&served, ("POST", path), "", &[]);
    assert_eq!(status, 400);
    assert!(body.contains("not connected"), "{body}");
}

#[test]
fn a_probe_that_is_not_there_or_says_nothing_is_told() {
    let served = Served::start();
    let check = |expect: &str| {
        let (status, body) = stop(&served, "");
        assert_eq!(status, 400);
        assert!(body.contains(expect), "{body}");
    };
    check("probe p1 is not connected right now");
    let silent = probe(&served);
    wait_for_probe(&served);
    check("did not answer within");
    drop(silent);
    wait_for("not connected right now", || stop(&served, "").1);
}

/// A probe may report here and take its controls from another app.
#[test]
fn a_probe_that_acts_for_another_app_is_told() {
    let served = Served::start();
    let fact =
        |value: &str| serde_json::json!({"timestamp": "2026-11-20T06:17:12Z", "value": value});
    let body = serde_json::json!({"Host": {"nodes": {"a;<host>": {"id": "a;<host>",
        "topology": "host", "latest": {"host_name": fact("a"), "control_probe_id": fact("p1")}}}}});
    let (status, _) = served.post(("application/json", ""), body.to_string().as_bytes());
    assert_eq!(status, 200);
    let (status, body) = stop(&served, "");
    assert_eq!(status, 400);
    assert!(body.contains("probe p1 is not connected right now: its reports come here"), "{body}");
}

/// Asks for a control and leaves without waiting for the answer.
fn ask_and_leave(served: &Served) -> TcpStream {
    use std::io::Write;
    let mut stream = TcpStream::connect(served.address).unwrap();
    let head = format!("POST {STOP} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0", served.address);
    write!(stream, "{head}\r\n\r\n").unwrap();
    stream
}

/// Leaves, and waits until the app has noticed.
fn leave(mut browser: TcpStream) {
    browser.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    browser.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(std::io::Read::read(&mut browser, &mut [0]).unwrap(), 0);
}

#[test]
fn a_terminal_for_somebody_who_left_is_closed() {
    let served = Served::start();
    let mut probe = probe(&served);
    wait_for_probe(&served);
    let mut pipe = end(&served, "/api/pipe/pipe-9/probe");
    let browser = ask_and_leave(&served);
    let call = [text(&mut probe), text(&mut probe)];
    leave(browser);
    let envelope: serde_json::Value = serde_json::from_str(&call[0]).unwrap();
    let number = &envelope["Request"]["Seq"];
    let header = format!(r#"{{"ServiceMethod":"control.Handle","Seq":{number},"Error":""}}"#);
    probe.send(Message::text(format!(r#"{{"Response":{header}}}"#))).unwrap();
    probe.send(Message::text(r#"{"Value":{"pipe":"pipe-9","raw_tty":true}}"#)).unwrap();
    // The probe learns it from the end of the pipe's connection.
    while !matches!(pipe.read(), Ok(Message::Close(_)) | Err(_)) {}
    assert_eq!(served.get("/api/pipe/pipe-9/check").0, 404);
}

#[test]
fn a_probe_that_leaves_meanwhile_is_told() {
    let served = Served::start();
    let mut leaving = probe(&served);
    wait_for_probe(&served);
    let leaver = std::thread::spawn(move || {
        text(&mut leaving);
        leaving.close(None).unwrap();
        drop(leaving);
    });
    let (status, body) = stop(&served, "");
    leaver.join().unwrap();
    assert_eq!(status, 400);
    assert!(body.contains("went away before it answered"), "{body}");
}

#[test]
fn a_probe_without_a_name_and_arguments_that_are_none_are_refused() {
    let served = Served::start();
    assert_eq!(served.get("/api/control/ws"), (400, r#""X-Scope-Probe-ID""#.to_owned()));
    let (status, body) = stop(&served, "[1]");
    assert_eq!(status, 400);
    assert!(body.contains("JSON object"), "{body}");
    let (status, _) = stop(&served, &"x".repeat(100_000));
    assert_eq!(status, 400);
}

#[test]
fn a_pipe_carries_bytes_both_ways_until_it_is_closed() {
    let served = Served::start();
    let mut browser = end(&served, "/api/pipe/pipe-1");
    let mut probe = end(&served, "/api/pipe/pipe-1/probe");
    browser.send(Message::text("ls\n")).unwrap();
    assert_eq!(bytes(&mut probe), b"ls\n");
    probe.send(Message::binary(vec![0, 255])).unwrap();
    assert_eq!(bytes(&mut browser), [0, 255]);
    assert_eq!(served.get("/api/pipe/pipe-1/check").0, 204);
    assert_eq!(served.get("/api/pipe/pipe-unheard-of/check").0, 204);
    assert_eq!(ask(&served, ("DELETE", "/api/pipe/pipe-1"), "", &[]).0, 200);
    assert!(is_over(browser));
    assert!(is_over(probe));
    assert_eq!(served.get("/api/pipe/pipe-1/check").0, 404);
    let refused = connect(&served, "/api/pipe/pipe-1", ("user-agent", "test"));
    let Err(tungstenite::Error::Http(response)) = refused else { panic!("it was let in") };
    assert_eq!(response.status(), 404);
}

/// 16 MiB each way at once: neither direction may wait for the other.
#[test]
fn a_large_paste_and_a_large_output_pass_each_other() {
    const FRAMES: usize = 512;
    const FRAME_BYTES: usize = 32 << 10;
    fn pump(mut socket: Socket) -> usize {
        let MaybeTlsStream::Plain(stream) = socket.get_mut() else { unreachable!("no TLS here") };
        stream.set_nonblocking(true).unwrap();
        let (mut sent, mut received) = (0, 0);
        while sent < FRAMES || received < FRAMES * FRAME_BYTES {
            let mut idle = true;
            if sent < FRAMES {
                match socket.send(Message::binary(vec![7; FRAME_BYTES])) {
                    Ok(()) => (sent, idle) = (sent + 1, false),
                    // Taken into the buffer of the socket, to be flushed.
                    Err(tungstenite::Error::Io(_)) => sent += 1,
                    Err(tungstenite::Error::WriteBufferFull(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            match socket.read() {
                Ok(Message::Binary(bytes)) => (received, idle) = (received + bytes.len(), false),
                Ok(_) => {}
                Err(tungstenite::Error::Io(_)) => {}
                Err(error) => panic!("{error}"),
            }
            let _ = socket.flush();
            if idle {
                std::thread::yield_now();
            }
        }
        while socket.flush().is_err() {}
        received
    }
    let served = Served::start();
    let browser = end(&served, "/api/pipe/pipe-2");
    let probe = end(&served, "/api/pipe/pipe-2/probe");
    let other = std::thread::spawn(move || pump(probe));
    assert_eq!(pump(browser), FRAMES * FRAME_BYTES);
    assert_eq!(other.join().unwrap(), FRAMES * FRAME_BYTES);
}

#[test]
fn pages_of_other_sites_get_nothing() {
    let served = Served::start();
    let foreign = [("origin", "http://evil.example")];
    assert_eq!(ask(&served, ("POST", STOP), "", &foreign).0, 403);
    assert_eq!(ask(&served, ("DELETE", "/api/pipe/pipe-3"), "", &foreign).0, 403);
    assert_eq!(ask(&served, ("POST", "/api/report"), "{}", &foreign).0, 403);
    for path in ["/api/pipe/pipe-3", "/api/control/ws", "/api/topology/hosts/ws"] {
        let Err(tungstenite::Error::Http(response)) =
            connect(&served, path, ("origin", "http://evil.example"))
        else {
            panic!("{path} let a foreign page in")
        };
        assert_eq!(response.status(), 403, "{path}");
    }
    let own = format!("http://{}", served.address);
    assert!(connect(&served, "/api/topology/hosts/ws", ("origin", &own)).is_ok());
}
