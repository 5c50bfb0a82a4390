//! Acts on containers: changes their state, opens shells in them, shows what they print.
//!
//! Each call asks the engine over connections of its own, so a slow one holds up nobody. Bytes of
//! terminals go between the engine's socket and the pipe without passing through here. What ends a
//! shell is the end of its pipe: engines let a program go on when nobody is there any more.

mod demux;

mod logs;

mod sessions;

mod shell;

mod stream;

use crate::address::EngineAddress;
use crate::container::is_id;
use crate::engine::acts::Act;
use crate::engine::wire::{Wire, WireError};
use crate::engine::{Engine, EngineFailure};
use crate::keys;
use crate::registry::Registry;
use logs::LogQuery;
use scope_agent::{ControlHandler, PipeError, Pipes};
use scope_control::{Invocation, Outcome};
use sessions::{Session, Sessions};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use stream::Stream;
use tokio::runtime::{Builder, Runtime};

/// How long shells may take to end with the probe.
const FAREWELL_MAX: Duration = Duration::from_secs(3);

/// Bytes of an engine's sentence that reach the reader.
const SENTENCE_BYTES_MAX: usize = 600;

/// Rows and columns of a terminal.
const TERMINAL_SIDE_MAX: i32 = 10_000;

/// Keys that leave a terminal to itself, made to be typed by nobody: those that engines use
/// otherwise (Ctrl-P Ctrl-Q) hold back the former, which recalls the last command.
const DETACH_KEYS: &str = "ctrl-^,ctrl-@,ctrl-^,ctrl-_,ctrl-@,ctrl-^";

/// The same in a path.
const DETACH_KEYS_QUERY: &str = "ctrl-%5E,ctrl-%40,ctrl-%5E,ctrl-_,ctrl-%40,ctrl-%5E";

/// Runs the controls of containers.
pub(crate) struct DockerControls {
    registry: Arc<Registry>,
    sessions: Arc<Sessions>,
    runtime: Option<Runtime>,
}

/// Why a control did not run, for the reader.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("Invalid ID: {0}")]
    Id(String),
    #[error("Missing argument: {0}")]
    Missing(&'static str),
    #[error("Bad parameter: {name} ({value:?}) is not {expected}")]
    Bad { name: &'static str, value: String, expected: &'static str },
    #[error("Unknown pipeID ({0}): that terminal is closed")]
    NoTerminal(String),
    #[error("no container engine answers on this host right now; try again later")]
    NoEngine,
    #[error("the container is gone: {0}")]
    Gone(String),
    #[error("the container does not run; start it first")]
    NotRunning,
    #[error("the container has no shell: {} are not there", shell::NAMES)]
    NoShell,
    #[error("{0}")]
    Engine(String),
    #[error("{0}")]
    Wire(#[from] WireError),
    #[error("{0}")]
    Pipe(#[from] PipeError),
    #[error("open a pipe: {0}")]
    Io(#[from] io::Error),
    #[error("the probe is stopping")]
    Stopping,
}

impl From<EngineFailure> for Refusal {
    fn from(failure: EngineFailure) -> Self {
        let sentence = failure.refusal();
        // An image or a network may be what is missing.
        let names_container = sentence.to_ascii_lowercase().contains("no such container");
        let is_gone = failure.is_absence() && names_container;
        if is_gone { Self::Gone(sentence) } else { Self::Engine(sentence) }
    }
}

impl DockerControls {
    pub(crate) fn start(registry: Arc<Registry>) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("docker-controls")
            .enable_all()
            .build()?;
        Ok(Self { registry, sessions: Arc::default(), runtime: Some(runtime) })
    }

    fn run(&self, invocation: &Invocation, pipes: &Pipes) -> Result<Outcome, Refusal> {
        let node = &invocation.node_id;
        let id = node.strip_suffix(";<container>").filter(|id| is_id(id));
        let id = id.ok_or_else(|| Refusal::Id(shown(node)))?;
        let arguments = &invocation.control_args;
        match invocation.control.as_str() {
            keys::START => self.act(id, Act::Start),
            keys::STOP => self.act(id, Act::Stop),
            keys::RESTART => self.act(id, Act::Restart),
            keys::PAUSE => self.act(id, Act::Pause),
            keys::UNPAUSE => self.act(id, Act::Unpause),
            keys::REMOVE => {
                self.act(id, Act::Remove)?;
                Ok(Outcome { removed_node: node.clone(), ..Outcome::default() })
            }
            keys::EXEC => self.open_shell(id, pipes),
            keys::ATTACH => self.attach(id, pipes),
            keys::LOGS => self.show_logs(id, arguments, pipes),
            _ => self.resize(id, arguments),
        }
    }

    fn act(&self, id: &str, act: Act) -> Result<Outcome, Refusal> {
        self.ask(async |engine| engine.act(id, act).await)?;
        Ok(Outcome::default())
    }

    fn open_shell(&self, id: &str, pipes: &Pipes) -> Result<Outcome, Refusal> {
        let command = self.wait(async {
            let engine = self.engine().await?;
            match shell::command(&engine, id).await {
                Some(command) => Ok(command),
                // Of a container that is gone every file is missing.
                None => {
                    Err(engine.console(id).await.map_or_else(Refusal::from, |_| Refusal::NoShell))
                }
            }
        })??;
        let variables = vec![shell::TERMINAL.to_owned()];
        let exec = self
            .ask(async |engine| engine.prepare_exec(id, command, variables, DETACH_KEYS).await)?;
        let path = format!("/exec/{exec}/start");
        let body = r#"{"Detach":false,"Tty":true}"#;
        let address = self.address()?;
        let wire = Wire::both_ways(&address, &path, body)?;
        let session = Session { container_id: id.to_owned(), exec: Some((address, exec)) };
        self.open_terminal(wire, session, pipes)
    }

    fn attach(&self, id: &str, pipes: &Pipes) -> Result<Outcome, Refusal> {
        let console = self.ask(async |engine| engine.console(id).await)?;
        if !console.is_running {
            return Err(Refusal::NotRunning);
        }
        let query = "stream=1&stdin=1&stdout=1&stderr=1";
        let path = format!("/containers/{id}/attach?{query}&detachKeys={DETACH_KEYS_QUERY}");
        let wire = Wire::both_ways(&self.address()?, &path, "")?;
        if console.has_tty {
            let session = Session { container_id: id.to_owned(), exec: None };
            return self.open_terminal(wire, session, pipes);
        }
        let stream =
            Stream { is_framed: true, marks_errors: false, takes_input: true, epitaph: None };
        self.carry(wire, stream, pipes)
    }

    fn show_logs(
        &self,
        id: &str,
        arguments: &BTreeMap<String, String>,
        pipes: &Pipes,
    ) -> Result<Outcome, Refusal> {
        let query = LogQuery::read(arguments)?;
        let console = self.ask(async |engine| engine.console(id).await)?;
        let path = format!("/containers/{id}/logs?{}", query.in_path(now_secs()));
        let wire = Wire::one_way(&self.address()?, &path)?;
        let stream = Stream {
            is_framed: !console.has_tty,
            marks_errors: query.marks,
            takes_input: false,
            // Whoever follows a log reads it to its end, and closes it when that is read.
            epitaph: query.follow.then_some("\n(the container has stopped; its log ends here)\n"),
        };
        self.carry(wire, stream, pipes)
    }

    /// Gives the engine's socket itself to the pipe: bytes of a terminal need no change.
    fn open_terminal(
        &self,
        wire: Wire,
        session: Session,
        pipes: &Pipes,
    ) -> Result<Outcome, Refusal> {
        let runtime = self.runtime.as_ref().ok_or(Refusal::Stopping)?.handle().clone();
        let (sessions, ticket) = (Arc::clone(&self.sessions), self.sessions.prepare(session));
        let closed = move || {
            runtime.spawn(async move { sessions.end(ticket).await });
        };
        let pipe = pipes.open(Arc::new(wire.into_file()), closed)?;
        self.sessions.name(ticket, pipe.as_str());
        Ok(Outcome {
            pipe: pipe.to_string(),
            raw_tty: true,
            resize_tty_control: keys::RESIZE.to_owned(),
            ..Outcome::default()
        })
    }

    /// Carries a stream of lines to a pipe.
    fn carry(&self, wire: Wire, stream: Stream, pipes: &Pipes) -> Result<Outcome, Refusal> {
        let (near, far) = UnixStream::pair()?;
        let pipe = pipes.open(Arc::new(far.into()), || {})?;
        let runtime = self.runtime.as_ref().ok_or(Refusal::Stopping)?;
        runtime.spawn(stream.carry(wire, near));
        Ok(Outcome { pipe: pipe.to_string(), ..Outcome::default() })
    }

    fn resize(&self, id: &str, arguments: &BTreeMap<String, String>) -> Result<Outcome, Refusal> {
        let argument = |name| arguments.get(name).ok_or(Refusal::Missing(name));
        let pipe = argument("pipeID")?;
        let side = |name| {
            let value = argument(name)?;
            let side = value.parse().ok().filter(|side| (1..=TERMINAL_SIDE_MAX).contains(side));
            let expected = "a number of characters";
            side.ok_or_else(|| Refusal::Bad { name, value: shown(value), expected })
        };
        let size = (side("height")?, side("width")?);
        let session = self.sessions.find(pipe).filter(|session| session.container_id == id);
        let session = session.ok_or_else(|| Refusal::NoTerminal(shown(pipe)))?;
        let resized = self.ask(async |engine| {
            let resized = match &session.exec {
                Some((_, exec)) => engine.resize_exec(exec, size).await,
                None => engine.resize_console(id, size).await,
            };
            let Err(failure) = resized else { return Ok(true) };
            // It ended, and its pipe is about to.
            let has_ended = match &session.exec {
                Some((_, exec)) => matches!(engine.exec_pid(exec).await, Ok(None)),
                None => false,
            };
            if has_ended || failure.is_absence() { Ok(false) } else { Err(failure) }
        })?;
        resized.then(Outcome::default).ok_or_else(|| Refusal::NoTerminal(shown(pipe)))
    }

    /// Asks the engine, over a connection of this call's own.
    fn ask<T>(
        &self,
        question: impl AsyncFnOnce(Engine) -> Result<T, EngineFailure>,
    ) -> Result<T, Refusal> {
        self.wait(async { Ok(question(self.engine().await?).await?) })?
    }

    async fn engine(&self) -> Result<Engine, Refusal> {
        Engine::connect(&[self.address()?]).await.map_err(Refusal::Engine)
    }

    fn address(&self) -> Result<EngineAddress, Refusal> {
        self.registry.lock().engine.clone().ok_or(Refusal::NoEngine)
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Refusal> {
        Ok(self.runtime.as_ref().ok_or(Refusal::Stopping)?.block_on(future))
    }
}

impl ControlHandler for DockerControls {
    fn takes(&self, control: &str) -> bool {
        matches!(
            control,
            keys::ATTACH
                | keys::EXEC
                | keys::LOGS
                | keys::START
                | keys::RESTART
                | keys::PAUSE
                | keys::UNPAUSE
                | keys::STOP
                | keys::REMOVE
                | keys::RESIZE
        )
    }

    fn handle(&self, invocation: &Invocation, pipes: &Pipes) -> Outcome {
        match self.run(invocation, pipes) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                let sentence = refusal.to_string();
                Outcome::failed(crate::bounded::text(&sentence, SENTENCE_BYTES_MAX).as_str())
            }
        }
    }
}

impl Drop for DockerControls {
    fn drop(&mut self) {
        // The pipes are over by now; the shells behind them are being ended.
        self.sessions.wait_for_all(FAREWELL_MAX);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a stranger wrote, short enough to be repeated.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

fn now_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
