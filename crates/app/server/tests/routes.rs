//! The routes over a real socket: status codes, shapes, and a view live on a websocket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use scope_report::{Node, Report, Timestamp, TopologyKind, id};
use scope_server::{App, AppConfig};
use scope_store::{Limits, Store};
use serde_json::Value;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tungstenite::WebSocket;
use tungstenite::stream::MaybeTlsStream;

/// An app on a loopback port of its own, ended with the test.
struct Served {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let run = move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                scope_server::serve(app(), listener, stop).await.unwrap();
            });
        };
        let thread = Some(std::thread::spawn(run));
        Self { address, stop: Some(stop), thread }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(self.url(path)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    fn post(&self, content_type: &str, body: &[u8]) -> (u16, String) {
        let request = agent().post(self.url("/api/report")).header("Content-Type", content_type);
        let mut answer = request.send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn report(&self, hosts: &[&str], shortcut: bool) {
        let mut report = Report::stamped(Timestamp::from_unix(1_800_000_000, 0).unwrap());
        report.shortcut = shortcut;
        for host in hosts {
            let mut node = Node::new(id::host(host), "host");
            node.set_fact("host_name", report.ts, *host);
            report.topology_mut(TopologyKind::Host).add(node);
        }
        let (status, body) = self.post("application/msgpack", &scope_wire::encode_msgpack(&report));
        assert_eq!((status, body.as_str()), (200, ""));
    }

    fn watch(&self, query: &str) -> WebSocket<MaybeTlsStream<TcpStream>> {
        let url = format!("ws://{}/api/topology/hosts/ws{query}", self.address);
        let (socket, _) = tungstenite::connect(url).unwrap();
        let MaybeTlsStream::Plain(stream) = socket.get_ref() else { unreachable!("no TLS here") };
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn app() -> App {
    let config = AppConfig {
        version: "0.1.0".to_owned(),
        hostname: "here".to_owned(),
        app_id: "1f".to_owned(),
        limits: scope_wire::Limits { body_bytes_max: 1 << 20, ..scope_wire::Limits::default() },
        stop_timeout: Duration::from_secs(5),
    };
    App::new(config, Store::new(3_600_000_000_000, Limits::default()))
}

fn agent() -> ureq::Agent {
    ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build(),
    )
}

/// The next frame, pings aside.
fn frame(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Value {
    loop {
        let message = socket.read().unwrap();
        if let tungstenite::Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

/// The next frame that says something.
fn change(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Value {
    loop {
        let frame = frame(socket);
        if frame != serde_json::json!({"add": null, "update": null, "remove": null}) {
            return frame;
        }
    }
}

#[test]
fn the_app_tells_who_it_is() {
    let served = Served::start();
    let details = served.json("/api");
    assert_eq!(details["id"], "1f");
    assert_eq!(details["capabilities"]["historic_reports"], false);
    assert_eq!(served.json("/api/probes"), serde_json::json!([]));
    assert_eq!(served.json("/api/probes?sparse"), false);
}

#[test]
fn a_posted_report_is_on_the_map() {
    let served = Served::start();
    served.report(&["web-1", "web-2"], false);
    let nodes = served.json("/api/topology/hosts");
    assert_eq!(nodes["nodes"]["web-1;<host>"]["label"], "web-1");
    let detail = served.json("/api/topology/hosts/web-2%3B%3Chost%3E");
    assert_eq!(detail["node"]["id"], "web-2;<host>");
    assert_eq!(served.json("/api/report")["Host"]["nodes"].as_object().unwrap().len(), 2);
    let views = served.json("/api/topology");
    assert_eq!(views[1]["name"], "Hosts");
    assert_eq!(views[1]["stats"]["node_count"], 2);
    assert!(served.get("/admin/summary").1.contains("host:2"));
}

#[test]
fn a_report_may_be_packed_as_the_app_says() {
    let served = Served::start();
    let answer = agent().get(served.url("/api")).call().unwrap();
    assert_eq!(answer.headers()["accept-encoding"], "zstd, gzip");
    let report = scope_wire::encode_msgpack(&Report::empty());
    let packed = [
        ("gzip", scope_wire::gzip_packed(&report, 1)),
        ("zstd", scope_wire::zstd_packed(&report).unwrap()),
    ];
    for (encoding, body) in packed {
        let request = agent()
            .post(served.url("/api/report"))
            .header("Content-Type", "application/msgpack")
            .header("Content-Encoding", encoding);
        let answer = request.send(&body).unwrap();
        assert_eq!((answer.status().as_u16(), encoding), (200, encoding));
        assert_eq!(answer.headers()["accept-encoding"], "zstd, gzip");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let served = Served::start();
    let check = |given: (u16, String), status: u16, word: &str| {
        assert_eq!(given.0, status, "{}", given.1);
        assert!(given.1.contains(word), "{}", given.1);
    };
    check(served.post("text/plain", b"x"), 400, "Unsupported Content-Type: text/plain");
    check(served.post("application/json", b"{"), 400, "malformed");
    check(served.post("application/msgpack", &vec![0; 2 << 20]), 413, "larger than");
    check(served.get("/api/topology/nothing"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/nobody"), 404, "404 page not found");
    check(served.get("/api/topology/hosts/ws"), 400, "websocket");
    check(served.get("/api/nothing"), 404, "404 page not found");
    check(served.get("/../../etc/passwd"), 404, "404 page not found");
}

#[test]
fn a_view_is_followed_live() {
    let served = Served::start();
    served.report(&["web-1"], false);
    let mut early = served.watch("?t=250ms");
    let first = frame(&mut early);
    assert_eq!(first["reset"], true);
    assert_eq!(first["add"][0]["id"], "web-1;<host>");
    served.report(&["web-2"], false);
    let next = change(&mut early);
    assert_eq!(next["add"][0]["id"], "web-2;<host>");
    assert_eq!(next["reset"], Value::Null);
    let mut late = served.watch("?t=250ms");
    assert_eq!(frame(&mut late)["add"].as_array().unwrap().len(), 2);
}

#[test]
fn a_shortcut_does_not_wait_for_the_tick() {
    let served = Served::start();
    served.report(&["web-1"], false);
    let mut socket = served.watch("?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    served.report(&["web-2"], true);
    assert_eq!(change(&mut socket)["add"][0]["id"], "web-2;<host>");
}

#[test]
fn an_odd_period_is_refused() {
    let served = Served::start();
    let (status, body) = served.get("/api/topology/hosts/ws?t=soon");
    assert_eq!((status, body.as_str()), (400, "\"soon\""));
}

#[test]
fn a_watcher_is_told_when_the_app_stops() {
    let mut served = Served::start();
    served.report(&["web-1"], false);
    let mut socket = served.watch("?t=1h");
    assert_eq!(frame(&mut socket)["reset"], true);
    served.stop.take().unwrap().send(()).unwrap();
    loop {
        match socket.read() {
            Ok(tungstenite::Message::Close(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
}
