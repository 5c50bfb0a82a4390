//! An app on a loopback port, for the tests that ask it over a real socket.

use scope_auth::{AuditLog, DecidingFiles, Gate, GateConfig, Openness, Recordings, Rights, Rules};
use scope_control::ControlKinds;
use scope_server::{App, AppConfig, Bounds, LabelFilters, ProbeSettings};
use scope_store::{Limits, Store};
use serde_json::Value;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tungstenite::WebSocket;
use tungstenite::stream::MaybeTlsStream;

/// What a posted report may weigh here; recorded ones are a few megabytes.
pub const BODY_BYTES_MAX: usize = 32 << 20;

/// How long a probe may take to answer here.
pub const CONTROL_TIMEOUT: Duration = Duration::from_millis(500);

/// An app on a loopback port of its own, ended with the test.
pub struct Served {
    pub address: SocketAddr,
    pub stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    /// An app that keeps reports for an hour.
    pub fn start() -> Self {
        Self::with(Bounds::default(), Duration::from_secs(3600))
    }

    /// An app with bounds and a window of its own.
    pub fn with(bounds: Bounds, window: Duration) -> Self {
        Self::allowing(ControlKinds::ALL, bounds, window)
    }

    /// An app that lets nodes be acted on in some ways only.
    pub fn allowing(controls: ControlKinds, bounds: Bounds, window: Duration) -> Self {
        Self::guarded(controls, bounds, window, guard(Openness::Acting))
    }

    /// An app with a gate of its own.
    pub fn guarded(controls: ControlKinds, bounds: Bounds, window: Duration, guard: Guard) -> Self {
        Self::run(move |port| app(controls, (bounds, window), guard, port))
    }

    /// An app that the test makes, for the port that it is told.
    pub fn run(make: impl FnOnce(u16) -> App + Send + 'static) -> Self {
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
                scope_server::serve(make(address.port()), listener, stop).await.unwrap();
            });
        };
        let thread = Some(std::thread::spawn(run));
        Self { address, stop: Some(stop), thread }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(self.url(path)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Posts a report; `form` is its content type and its content encoding.
    pub fn post(&self, form: (&str, &str), body: &[u8]) -> (u16, String) {
        let (content_type, encoding) = form;
        let request = agent().post(self.url("/api/report")).header("Content-Type", content_type);
        let request = request.header("Content-Encoding", encoding);
        let mut answer = request.send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn watch(&self, view: &str, query: &str) -> WebSocket<MaybeTlsStream<TcpStream>> {
        let url = format!("ws://{}/api/topology/{view}/ws{query}", self.address);
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

/// Who may do what, and where it is written down.
pub struct Guard {
    pub gate: GateConfig,
    pub audit: Option<Arc<AuditLog>>,
    pub recordings: Option<Arc<Recordings>>,
    pub is_secure: bool,
}

/// A gate without a way in, open so far.
pub fn guard(openness: Openness) -> Guard {
    let gate = GateConfig {
        data: None,
        links: false,
        account: None,
        users: None,
        open_id: false,
        rules: Rules::default(),
        files: DecidingFiles::default(),
        openness,
        withheld: Rights::NONE,
        local_probe: None,
        salt: [7; 32],
    };
    Guard { gate, audit: None, recordings: None, is_secure: false }
}

/// An app as all these tests have it.
pub fn app(
    controls: ControlKinds,
    (bounds, window): (Bounds, Duration),
    guard: Guard,
    port: u16,
) -> App {
    let config = AppConfig {
        version: "0.1.0".to_owned(),
        hostname: "here".to_owned(),
        app_id: "1f".to_owned(),
        limits: scope_wire::Limits {
            body_bytes_max: BODY_BYTES_MAX,
            ..scope_wire::Limits::default()
        },
        bounds,
        stop_timeout: Duration::from_secs(5),
        label_filters: LabelFilters::new(["Shop:team=shop".parse().unwrap()], []),
        metric_links: "http://graphs/?q=:query".parse().unwrap(),
        controls,
        controls_offered: controls,
        control_timeout: CONTROL_TIMEOUT,
        gate: Arc::new(Gate::open(guard.gate, 0).unwrap()),
        open_id: None,
        audit: guard.audit,
        recordings: guard.recordings,
        host_names: vec!["scope.example.org".to_owned()],
        is_secure: guard.is_secure,
        port,
        request_log: scope_server::RequestLog::Off,
        give_back: None,
    };
    let store = Store::new(u64::try_from(window.as_nanos()).unwrap(), Limits::default());
    // Most tests report as a probe of Weave Scope does.
    App::new(config, store)
        .admitting(ProbeSettings { old_probes: Some(true), ..ProbeSettings::default() })
}

pub fn agent() -> ureq::Agent {
    ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build(),
    )
}

/// The next frame, pings aside.
pub fn frame(socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Value {
    loop {
        let message = socket.read().unwrap();
        if let tungstenite::Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}
