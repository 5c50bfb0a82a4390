//! The program, running on loopback for a test, and plugins beside it.

use scope_testkit::wait;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/plugins");

/// From the start of the program until it says where it is.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A process that ends with the test.
pub struct Kept(Child);

impl Kept {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    pub fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.end();
    }
}

/// A folder of this process and name.
pub fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("scope-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A plugin; `None` where there is no Python.
pub fn python(script: &str, folder: &Path, name: &str) -> Option<Kept> {
    Command::new("python3").arg("--version").output().ok()?;
    let child = Command::new("python3")
        .arg(format!("{SCRIPTS}/{script}.py"))
        .arg(folder.join(format!("{name}.sock")))
        .arg("web-1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::null())
        .spawn();
    Some(Kept(child.unwrap()))
}

/// The program with an app.
pub struct Running {
    child: Kept,
    url: String,
    log: Arc<Mutex<String>>,
    authorization: Mutex<String>,
}

impl Running {
    /// Starts it with an address of its own and waits until it says where it is.
    pub fn start(arguments: &[&str]) -> Self {
        let decides = |argument: &&str| argument.starts_with("--app.");
        let open: &[&str] = match arguments.iter().any(decides) {
            true => &[],
            false => &["--app.auth=reading", "--app.old-probes"],
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_scope"))
            .args(arguments)
            .args(open)
            .arg("--app.http.address=127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stdout.take().unwrap(), &log);
        keep(child.stderr.take().unwrap(), &log);
        let child = Kept(child);
        let said = wait::until("the program's address", START_LIMIT, || {
            let log = log.lock().unwrap();
            let (_, rest) = log.split_once("Scope is at ")?;
            Some(rest.split_once(". ")?.0.to_owned())
        });
        let url = said.unwrap_or_else(|failure| panic!("{failure}: {}", log.lock().unwrap()));
        Self { child, url, log, authorization: Mutex::default() }
    }

    /// What is shown to the app from now on.
    pub fn authorize(&self, value: &str) {
        value.clone_into(&mut self.authorization.lock().unwrap());
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let request = agent().get(format!("{}{path}", self.url));
        let mut answer = self.authorized(request).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn json(&self, path: &str) -> Result<Value, String> {
        match self.get(path) {
            (200, body) => serde_json::from_str(&body).map_err(|error| error.to_string()),
            (status, body) => Err(format!("{status}: {body}")),
        }
    }

    pub fn post(&self, path: &str) -> Result<Value, String> {
        let request = agent().post(format!("{}{path}", self.url));
        let mut answer = self.authorized(request).send_empty().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        match answer.status().as_u16() {
            200 => serde_json::from_str(&body).map_err(|error| error.to_string()),
            status => Err(format!("{status}: {body}")),
        }
    }

    /// Asks until the answer has what is wanted.
    pub fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        path: &str,
        mut find: impl FnMut(&Value) -> Option<T>,
    ) -> T {
        self.wait(what, limit, || find(&self.json(path).ok()?))
    }

    /// Looks until it is so; the log tells why not.
    pub fn wait<T>(&self, what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
        wait::until(what, limit, look).unwrap_or_else(|failure| panic!("{failure}: {}", self.log()))
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let id = self.child.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits until it ended by itself.
    pub fn ended(mut self, limit: Duration) -> (ExitStatus, String) {
        let child = &mut self.child.0;
        let status = wait::until("the end", limit, || child.try_wait().unwrap()).unwrap();
        (status, self.log())
    }

    fn authorized<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let value = self.authorization.lock().unwrap().clone();
        if value.is_empty() { request } else { request.header("Authorization", value) }
    }
}

fn keep(output: impl Read + Send + 'static, log: &Arc<Mutex<String>>) {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            log.lock().unwrap().push_str(&(line + "\n"));
        }
    });
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    ureq::Agent::new_with_config(config.timeout_global(Some(Duration::from_secs(20))).build())
}
