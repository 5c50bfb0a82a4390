//! The probe's side of controls and pipes against an app that breaks and closes at will.

#![expect(clippy::unwrap_used, reason = "every function of this file is part of a test")]

use scope_agent::{AgentConfig, ControlHandler, Parts, Pipes, Target};
use scope_control::{Invocation, Outcome, call_frames, parse_reply};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::{Message, WebSocket};

const SOON: Duration = Duration::from_secs(20);

type Socket = WebSocket<TcpStream>;

/// An app that gives each websocket to the test and refuses pipes that it closed.
struct FakeApp {
    target: Target,
    sockets: Receiver<(String, Socket)>,
    deleted: Receiver<String>,
    closed: Arc<AtomicBool>,
}

impl FakeApp {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::local(listener.local_addr().unwrap().port());
        let (opened, sockets) = channel();
        let (told, deleted) = channel();
        let closed = Arc::new(AtomicBool::new(false));
        let is_closed = Arc::clone(&closed);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (opened, told) = (opened.clone(), told.clone());
                let is_closed = Arc::clone(&is_closed);
                std::thread::spawn(move || serve(stream, &opened, &told, &is_closed));
            }
        });
        Self { target, sockets, deleted, closed }
    }

    fn socket(&self, path: &str) -> Socket {
        loop {
            let (at, socket) = self.sockets.recv_timeout(SOON).unwrap();
            if at.starts_with(path) {
                return socket;
            }
        }
    }
}

fn serve(
    mut stream: TcpStream,
    opened: &Sender<(String, Socket)>,
    told: &Sender<String>,
    is_closed: &AtomicBool,
) {
    let mut start = [0; 2048];
    let count = stream.peek(&mut start).unwrap();
    let head = String::from_utf8_lossy(&start[..count]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if head.to_lowercase().contains("upgrade: websocket") {
        assert!(head.to_lowercase().contains("x-scope-probe-id: p1"), "{head}");
        assert!(head.contains("Scope-Probe token=abc"), "{head}");
        #[expect(clippy::result_large_err, reason = "as tungstenite wants it")]
        let check = |_: &Request, response: Response| -> Result<Response, ErrorResponse> {
            if is_closed.load(Ordering::Relaxed) {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = tungstenite::http::StatusCode::NOT_FOUND;
                return Err(refusal);
            }
            Ok(response)
        };
        stream.set_read_timeout(Some(SOON)).unwrap();
        if let Ok(socket) = tungstenite::accept_hdr(stream, check) {
            let _ = opened.send((path, socket));
        }
        return;
    }
    // Reports are taken unread: the answer closes the connection.
    let _ = stream.read(&mut start);
    if head.starts_with("DELETE ") {
        told.send(path).unwrap();
    }
    let body = r#"{"id":"app-1"}"#;
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
    let _ = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
}

/// A probe with one handler, stopped when dropped.
struct Probe {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
    ends: Receiver<UnixStream>,
    release: Sender<()>,
}

impl Probe {
    fn start(app: &FakeApp) -> Self {
        let mut target = app.target.clone();
        target.token = "abc".to_owned();
        let (told, ends) = channel();
        let (release, released) = channel();
        let handler = Scripted { ends: Mutex::new(told), released: Mutex::new(released) };
        let stop = Arc::new(AtomicBool::new(false));
        let config = AgentConfig {
            host_id: "h".to_owned(),
            probe_id: "p1".to_owned(),
            version: "0".to_owned(),
            spy_interval: Duration::from_secs(1),
            publish_interval: Duration::from_secs(3),
            full_report_every: 3,
            targets: vec![target],
            print: false,
            controls: "terminal,other".parse().unwrap(),
        };
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (_sender, shortcuts) = sync_channel(1);
            let parts = Parts { handlers: vec![Arc::new(handler)], ..Parts::default() };
            scope_agent::run(&config, parts, &shortcuts, &stopped).unwrap();
        });
        Self { stop, thread: Some(thread), ends, release }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// `open` gives the test the far end of a pipe; `slow` waits for the test.
struct Scripted {
    ends: Mutex<Sender<UnixStream>>,
    released: Mutex<Receiver<()>>,
}

impl ControlHandler for Scripted {
    fn takes(&self, control: &str) -> bool {
        matches!(control, "open" | "slow" | "defect")
    }

    fn handle(&self, invocation: &Invocation, pipes: &Pipes) -> Outcome {
        assert_eq!(invocation.app_id, "app-1");
        match invocation.control.as_str() {
            "open" => {
                let (ours, theirs) = UnixStream::pair().unwrap();
                self.ends.lock().unwrap().send(theirs).unwrap();
                let pipe = pipes.open(Arc::new(ours.into()), || {}).unwrap().to_string();
                Outcome { pipe, ..Outcome::default() }
            }
            "slow" => {
                self.released.lock().unwrap().recv_timeout(SOON).unwrap();
                Outcome::default()
            }
            _ => panic!("a defect"),
        }
    }
}

fn call(socket: &mut Socket, number: u64, control: &str) {
    let invocation = Invocation {
        node_id: "h;<host>".to_owned(),
        control: control.to_owned(),
        ..Invocation::default()
    };
    for frame in call_frames(number, &invocation) {
        socket.send(Message::text(frame)).unwrap();
    }
}

fn reply(socket: &mut Socket) -> (u64, Outcome) {
    let mut text = || loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return text.to_string();
        }
    };
    let (first, second) = (text(), text());
    let replied = parse_reply([&first, &second]).unwrap();
    (replied.number, replied.outcome)
}

fn bytes(socket: &mut Socket, count: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < count {
        if let Message::Binary(bytes) = socket.read().unwrap() {
            all.extend_from_slice(&bytes);
        }
    }
    all
}

/// Opens a pipe and gives the program's end and the app's.
fn open(app: &FakeApp, probe: &Probe, line: &mut Socket) -> (String, UnixStream, Socket) {
    call(line, 1, "open");
    let (_, outcome) = reply(line);
    let end = probe.ends.recv_timeout(SOON).unwrap();
    end.set_read_timeout(Some(SOON)).unwrap();
    let socket = app.socket(&format!("/api/pipe/{}/probe", outcome.pipe));
    (outcome.pipe, end, socket)
}

#[test]
fn calls_go_on_beside_a_slow_one() {
    let app = FakeApp::start();
    let probe = Probe::start(&app);
    let mut line = app.socket("/api/control/ws");
    call(&mut line, 7, "slow");
    call(&mut line, 8, "unheard-of");
    call(&mut line, 9, "defect");
    call(&mut line, 10, "docker_stop_container");
    let mut replies: HashMap<u64, Outcome> =
        [reply(&mut line), reply(&mut line), reply(&mut line)].into();
    assert!(
        replies[&10].refused && replies[&10].error.contains("kind stop are off"),
        "{replies:?}"
    );
    assert_eq!(replies[&8].error, "Control \"unheard-of\" not recognised");
    assert!(replies[&9].error.contains("defect"), "{replies:?}");
    probe.release.send(()).unwrap();
    replies.extend([reply(&mut line)]);
    assert_eq!(replies[&7], Outcome::default());
}

#[test]
fn a_line_that_broke_is_made_again() {
    let app = FakeApp::start();
    let _probe = Probe::start(&app);
    drop(app.socket("/api/control/ws"));
    let mut line = app.socket("/api/control/ws");
    call(&mut line, 1, "unheard-of");
    assert_eq!(reply(&mut line).0, 1);
    // What is no call ends the line, for nobody knows what would follow.
    line.send(Message::text("{}")).unwrap();
    line.send(Message::text("{}")).unwrap();
    app.socket("/api/control/ws");
}

#[test]
fn a_pipe_outlives_its_connections_and_ends_with_its_program() {
    let app = FakeApp::start();
    let probe = Probe::start(&app);
    let mut line = app.socket("/api/control/ws");
    let (id, mut end, mut socket) = open(&app, &probe, &mut line);
    socket.send(Message::text("ls\n")).unwrap();
    let mut input = [0; 3];
    end.read_exact(&mut input).unwrap();
    assert_eq!(&input, b"ls\n");
    end.write_all("gr\u{f6}\u{df}e".as_bytes()).unwrap();
    assert_eq!(bytes(&mut socket, 7), "gr\u{f6}\u{df}e".as_bytes());
    drop(socket);
    let mut socket = app.socket("/api/pipe/");
    end.write_all(b"back again").unwrap();
    assert_eq!(bytes(&mut socket, 10), b"back again");
    end.write_all(b"last words").unwrap();
    drop(end);
    assert_eq!(bytes(&mut socket, 10), b"last words");
    // Until the app has seen the end the pipe is not deleted.
    assert!(app.deleted.try_recv().is_err());
    loop {
        match socket.read() {
            Ok(Message::Close(_)) => break,
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
    drop(socket);
    assert_eq!(app.deleted.recv_timeout(SOON).unwrap(), format!("/api/pipe/{id}"));
}

#[test]
fn a_pipe_that_a_user_closed_ends_its_program() {
    let app = FakeApp::start();
    let probe = Probe::start(&app);
    let mut line = app.socket("/api/control/ws");
    let (_, mut end, socket) = open(&app, &probe, &mut line);
    app.closed.store(true, Ordering::Relaxed);
    drop(socket);
    assert_eq!(end.read(&mut [0]).unwrap(), 0);
}

/// Neither direction waits for the other, and nothing is lost on the way.
#[test]
fn much_passes_both_ways_at_once() {
    const BYTES: usize = 8 << 20;
    const FRAME_BYTES: usize = 64 << 10;
    let app = FakeApp::start();
    let probe = Probe::start(&app);
    let mut line = app.socket("/api/control/ws");
    let (_, end, mut socket) = open(&app, &probe, &mut line);
    let pattern = |index: usize| u8::try_from(index % 251).unwrap();
    let all: Arc<Vec<u8>> = Arc::new((0..BYTES).map(pattern).collect());
    let (mut writing, mut reading) = (end.try_clone().unwrap(), end);
    let sent = Arc::clone(&all);
    let writer = std::thread::spawn(move || writing.write_all(&sent).unwrap());
    let received = Arc::clone(&all);
    let reader = std::thread::spawn(move || {
        let mut input = vec![0; BYTES];
        reading.read_exact(&mut input).unwrap();
        assert!(input == *received);
    });
    let mut output = Vec::new();
    for (index, frame) in all.chunks(FRAME_BYTES).enumerate() {
        socket.send(Message::binary(frame.to_vec())).unwrap();
        let due = (index + 1) * FRAME_BYTES;
        output.extend(bytes(&mut socket, due.saturating_sub(output.len())));
    }
    assert!(output == *all);
    writer.join().unwrap();
    reader.join().unwrap();
}
