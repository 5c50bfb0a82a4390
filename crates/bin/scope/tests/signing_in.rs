//! Ways in, as an operator and a script use them: links, sessions, tokens, roles, and no way in.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "signing_in/elsewhere.rs"]
mod elsewhere;

use scope_testkit::wait;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// A folder of this process and name, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scope-in-{name}-{}", std::process::id()));
        let _left_over = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn flag(&self) -> String {
        format!("--app.data-dir={}", self.0.display())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// An app, ended with the test.
struct Scope {
    child: Child,
    url: String,
    said: Arc<Mutex<String>>,
}

impl Scope {
    fn start(arguments: &[&str]) -> Self {
        Self::start_at(arguments, "127.0.0.1:0")
    }

    fn start_at(arguments: &[&str], address: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scope"))
            .args(arguments)
            .arg(format!("--app.http.address={address}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        keep(child.stdout.take().unwrap(), &said);
        keep(child.stderr.take().unwrap(), &said);
        let mut scope = Self { child, url: String::new(), said };
        // The name of this machine is another origin to a provider than its address.
        scope.url = scope.word("Scope is at ", ". Stop").replace("localhost", "127.0.0.1");
        scope.wait("an answer", || agent().get(format!("{}/api/me", scope.url)).call().ok());
        scope
    }

    /// What stands between two texts in what it says.
    fn word(&self, before: &str, after: &str) -> String {
        self.wait(before, || {
            let said = self.said.lock().unwrap();
            let (_, rest) = said.split_once(before)?;
            Some(rest.split_once(after)?.0.to_owned())
        })
    }

    fn wait<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        let found = wait::until(what, LIMIT, look);
        found.unwrap_or_else(|failure| panic!("{failure}: {}", self.said.lock().unwrap()))
    }

    fn get(&self, path: &str, header: (&str, &str)) -> (u16, Value) {
        let request = agent().get(format!("{}{path}", self.url));
        let mut answer = request.header(header.0, header.1).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    /// Signs in; the cookie, or the sentence why not.
    fn sign_in(&self, body: &Value) -> Result<String, String> {
        let request = agent().post(format!("{}/api/sign-in", self.url));
        let mut answer = request.send(body.to_string()).unwrap();
        let cookie = answer.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        cookie.ok_or_else(|| answer.body_mut().read_to_string().unwrap())
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn keep(output: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            said.lock().unwrap().push_str(&(line + "\n"));
        }
    });
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    ureq::Agent::new_with_config(config.timeout_global(Some(Duration::from_secs(20))).build())
}

/// Runs a command to its end: whether it succeeded, and what it printed.
fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scope")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn token_of(link: &str) -> Value {
    let (_, token) = link.trim().split_once("/sign-in#token=").unwrap();
    serde_json::json!({ "token": token })
}

fn modes(folder: &Path) -> Vec<(String, u32)> {
    use std::os::unix::fs::MetadataExt;
    let mut found = vec![(".".to_owned(), std::fs::metadata(folder).unwrap().mode() & 0o777)];
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let mode = entry.metadata().unwrap().mode() & 0o777;
        found.push((entry.file_name().into_string().unwrap(), mode));
    }
    found
}

#[test]
fn a_link_signs_in_once_and_the_session_outlives_the_app() {
    let folder = Folder::new("link");
    let scope = Scope::start(&["app", "--app.auth=link", &folder.flag()]);
    assert_eq!(scope.get("/api/topology", ("x", "")).0, 401);
    let link = scope.word("within 15 minutes: ", "\n");
    let cookie = scope.sign_in(&token_of(&link)).unwrap();
    let sentence = scope.sign_in(&token_of(&link)).unwrap_err();
    assert!(sentence.contains("`scope sign-in`"), "{sentence}");
    assert_eq!(scope.get("/api/topology", ("cookie", &cookie)).0, 200);
    let (_, me) = scope.get("/api/me", ("cookie", &cookie));
    assert_eq!((&me["name"], &me["role"]), (&"link".into(), &"admin".into()));
    let (is_done, another) = run(&["sign-in", &folder.flag()]);
    assert!(is_done && another.starts_with("http://localhost:"), "{another}");
    assert!(scope.sign_in(&token_of(&another)).is_ok());
    let (_, audit) = scope.get("/api/audit", ("cookie", &cookie));
    assert_eq!(audit["entries"].as_array().unwrap().len(), 3, "{audit}");
    for (name, mode) in modes(&folder.0) {
        assert_eq!(mode & 0o077, 0, "{name} is open to others: {mode:o}");
    }
    let port = scope.url.rsplit_once(':').unwrap().1.to_owned();
    drop(scope);
    let (is_done, sentence) = run(&["sign-in", &folder.flag()]);
    assert!(!is_done && sentence.contains("no app runs"), "{sentence}");
    let scope = Scope::start(&["app", "--app.auth=link", &folder.flag()]);
    // The cookie is named for the port, which is another one here.
    let own = scope.url.rsplit_once(':').unwrap().1;
    let cookie = cookie.replace(&port, own);
    assert_eq!(scope.get("/api/topology", ("cookie", &cookie)).0, 200);
}

#[test]
fn a_token_is_for_a_script_until_it_is_revoked() {
    let folder = Folder::new("token");
    let scope = Scope::start(&["app", "--app.auth=link", &folder.flag()]);
    let token = |words: &[&str]| run(&[&["token"], words, &[folder.flag().as_str()]].concat());
    let (is_done, text) = token(&["create", "ci", "--role=operator"]);
    assert!(is_done, "{text}");
    let bearer = format!("Bearer {}", text.trim());
    let (status, me) = scope.get("/api/me", ("authorization", &bearer));
    assert_eq!((status, &me["name"], &me["role"]), (200, &"ci".into(), &"operator".into()));
    assert_eq!(scope.get("/api/report", ("authorization", &bearer)).0, 200);
    let (status, sentence) = scope.get("/api/audit", ("authorization", &bearer));
    assert_eq!((status, sentence), (403, "ci may not administer this app".into()));
    let show = |token: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scope"));
        let command = command.args(["report", "show", &scope.url]).env("SCOPE_TOKEN", token);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(show(text.trim()).0);
    assert!(show("scope_x").1.contains("SCOPE_TOKEN"));
    assert!(token(&["list"]).1.starts_with("ci\toperator\t20"));
    assert!(token(&["create", "ci"]).1.contains("there is a token ci already"));
    assert!(token(&["revoke", "ci"]).0);
    assert_eq!(scope.get("/api/report", ("authorization", &bearer)).0, 401);
    assert!(!token(&["revoke", "ci"]).0);
}

#[test]
fn people_of_a_file_have_the_roles_of_the_rules() {
    let folder = Folder::new("rules");
    // `open sesame` by crypt(3), for both.
    let digest = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";
    let users = folder.file("users", &format!("eve:{digest}\nbob:{digest}\n"));
    let rules = folder
        .file("rules", "default = \"viewer\"\n[[rule]]\nusers = [\"eve\"]\nrole = \"operator\"\n");
    let (users, rules) =
        (format!("--app.auth.htpasswd={users}"), format!("--app.auth.rules={rules}"));
    let scope = Scope::start(&["app", &users, &rules, &folder.flag()]);
    let check = |name: &str, role: &str, status: u16| {
        let body = serde_json::json!({"name": name, "password": "open sesame"});
        let cookie = scope.sign_in(&body).unwrap();
        assert_eq!(scope.get("/api/me", ("cookie", &cookie)).1["role"], role);
        let (given, sentence) = scope.get("/api/report", ("cookie", &cookie));
        assert_eq!(given, status, "{sentence}");
    };
    check("eve", "operator", 200);
    check("bob", "viewer", 403);
    let wrong = serde_json::json!({"name": "eve", "password": "x"});
    assert!(scope.sign_in(&wrong).unwrap_err().contains("is wrong"));
}

#[test]
fn an_open_door_to_the_world_is_refused() {
    let check = |arguments: &[&str], words: &[&str]| {
        let (is_done, text) = run(&[&["app", "--dry-run"], arguments].concat());
        assert_eq!(is_done, words.is_empty(), "{arguments:?}: {text}");
        for word in words {
            assert!(text.contains(word), "{arguments:?}: {text}");
        }
    };
    let all = "--app.http.address=:4040";
    check(&[all], &["--app.tls=self", "--app.plain-http", "--app.http.address=127.0.0.1:4040"]);
    check(&[all, "--app.auth=reading"], &["sign in", "--app.auth=link", "--app.basicAuth"]);
    check(&["--app.http.address=127.0.0.1:4040"], &[]);
    check(&["--app.http.address=[::1]:4040"], &[]);
    check(&[all, "--app.auth=link"], &["--app.plain-http"]);
    check(&[all, "--app.auth=link", "--app.plain-http"], &[]);
    check(&[all, "--app.auth=none"], &[]);
    check(&[all, "--app.basicAuth", "--app.basicAuth.password=x"], &["--app.plain-http"]);
    check(&["--app.auth=basic"], &["needs names and passwords"]);
    check(&["--app.auth=none", "--app.basicAuth", "--app.basicAuth.password=x"], &["add basic"]);
    check(&["--app.auth.htpasswd=/nowhere"], &["/nowhere"]);
    check(&["--app.auth=oauth"], &["write link"]);
}

#[test]
fn whoever_says_nothing_of_it_reads_here_and_acts_by_a_link() {
    let folder = Folder::new("usual");
    let scope = Scope::start(&["app", &folder.flag()]);
    let stranger = scope.get("/api/me", ("x", "")).1;
    assert_eq!((&stranger["method"], &stranger["role"]), (&"anonymous".into(), &"viewer".into()));
    let act = "/api/control/p/n/docker_stop_container";
    let answer = agent().post(format!("{}{act}", scope.url)).send_empty().unwrap();
    assert_eq!(answer.status(), 401);
    let token = scope.word("#token=", "\n");
    scope.sign_in(&serde_json::json!({ "token": token })).unwrap();
}

/// A replay, a script or a probe of Weave Scope: it shows nothing.
#[test]
fn an_app_without_a_probe_takes_what_is_reported_here() {
    let check = |arguments: &[&str], expect: u16| {
        let folder = Folder::new(&format!("stranger-{}-{expect}", arguments.len()));
        let scope = Scope::start(&[arguments, &[&folder.flag()]].concat());
        let request = agent().post(format!("{}/api/report", scope.url));
        let mut answer = request.content_type("application/json").send("{}").unwrap();
        let said = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), expect, "{arguments:?}: {said}");
        assert_eq!(said.contains("--app.old-probes"), expect == 403, "{said}");
    };
    check(&["app"], 200);
    check(&["app", "--app.auth=reading"], 403);
    check(&["app", "--app.old-probes=false"], 403);
    check(&["launch", "--probe.docker=false", "--probe.ebpf.connections=false"], 403);
}

#[test]
fn a_laboratory_says_so() {
    let scope = Scope::start(&["app", "--app.auth=none"]);
    scope.word("--app.auth=none: whoever reaches", "shells");
    assert_eq!(scope.get("/api/me", ("x", "")).1["role"], "admin");
}

#[test]
fn two_apps_do_not_share_a_folder() {
    let folder = Folder::new("shared");
    let _first = Scope::start(&["app", "--app.auth=link", &folder.flag()]);
    let (is_done, text) =
        run(&["app", "--app.auth=link", &folder.flag(), "--app.http.address=127.0.0.1:0"]);
    assert!(!is_done && text.contains("another app uses"), "{text}");
}
