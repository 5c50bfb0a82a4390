//! Signing in at a real OpenID Connect provider (npm's `oidc-provider`), by a browser without a
//! screen: a jar of cookies that follows redirects and fills in forms.

use super::{Folder, Scope};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/provider");

/// Redirects and forms of one sign-in; a real one has about eight.
const STEPS_MAX: usize = 20;

struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    /// Starts it; `None` where it is not installed.
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    fn start(callback: &str) -> Option<Self> {
        if !Path::new(FOLDER).join("node_modules/oidc-provider").is_dir() {
            println!(
                "skipped: npm's oidc-provider is not in tests/provider: cargo xtask setup --tests"
            );
            return None;
        }
        let mut child = Command::new("node")
            .args(["provider.mjs", callback])
            .current_dir(FOLDER)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let issuer = lines.find_map(|line| line.strip_prefix("issuer ").map(str::to_owned));
        // What it says later must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, issuer: issuer.unwrap() })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A browser: its cookies, by origin and name.
#[derive(Default)]
struct Browser(BTreeMap<(String, String), String>);

struct Page {
    url: String,
    status: u16,
    location: Option<String>,
    body: String,
}

fn origin(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

impl Browser {
    fn ask(&mut self, url: &str, form: Option<&str>) -> Page {
        let own = origin(url);
        let cookies = self.0.iter().filter(|((from, _), _)| *from == own);
        let cookies: Vec<_> = cookies.map(|((_, name), value)| format!("{name}={value}")).collect();
        let method = if form.is_some() { "POST" } else { "GET" };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        request = request.header("cookie", cookies.join("; ")).header("user-agent", "Mozilla/5.0");
        if form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let config = config.timeout_global(Some(Duration::from_secs(20))).build();
        let agent = ureq::Agent::new_with_config(config);
        let request = request.body(form.unwrap_or_default().to_owned()).unwrap();
        let mut answer = agent.run(request).unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let key = (own.clone(), name.to_owned());
            if value.is_empty() {
                self.0.remove(&key)
            } else {
                self.0.insert(key, value.to_owned())
            };
        }
        let location = answer.headers().get("location").map(|value| {
            let value = value.to_str().unwrap();
            if value.starts_with('/') { format!("{own}{value}") } else { value.to_owned() }
        });
        let (status, url) = (answer.status().as_u16(), url.to_owned());
        Page { url, status, location, body: answer.body_mut().read_to_string().unwrap() }
    }

    /// Goes to the provider and back, under a name; the address that leads back to the app.
    fn sign_in(&mut self, scope: &Scope, name: &str) -> String {
        let callback = format!("{}/api/sign-in/open-id/callback", scope.url);
        let mut page = self.ask(&format!("{}/api/sign-in/open-id", scope.url), None);
        for _ in 0..STEPS_MAX {
            page = match page.location {
                Some(location) if location.starts_with(&callback) => return location,
                Some(location) => self.ask(&location, None),
                None => {
                    assert_eq!(page.status, 200, "{}: {}", page.url, page.body);
                    let (_, rest) = page.body.split_once("action=\"").unwrap();
                    let action = rest.split('"').next().unwrap();
                    let is_login = page.body.contains("value=\"login\"");
                    let form = format!("prompt=login&login={name}&password=x");
                    let form = if is_login { form } else { "prompt=consent".to_owned() };
                    let action = match action.starts_with('/') {
                        true => format!("{}{action}", origin(&page.url)),
                        false => action.to_owned(),
                    };
                    self.ask(&action, Some(&form))
                }
            };
        }
        panic!("the provider does not end");
    }

    fn me(&mut self, scope: &Scope) -> serde_json::Value {
        let page = self.ask(&format!("{}/api/me", scope.url), None);
        serde_json::from_str(&page.body).unwrap()
    }
}

/// A port that nobody has: the provider must know where the app will be.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_provider_vouches_for_people() {
    let folder = Folder::new("oidc");
    let address = format!("127.0.0.1:{}", free_port());
    let callback = format!("http://{address}/api/sign-in/open-id/callback");
    let Some(provider) = Provider::start(&callback) else { return };
    let rules = "[[rule]]\ngroups = [\"ops\"]\nrole = \"operator\"\n";
    let rules = format!("--app.auth.rules={}", folder.file("rules", rules));
    let secret = folder.file("secret", "open:sesame\n");
    let scope = Scope::start_at(
        &[
            "app",
            "--app.auth=oidc",
            &format!("--app.oidc.issuer={}", provider.issuer),
            "--app.oidc.client-id=scope",
            &format!("--app.oidc.client-secret.filename={secret}"),
            "--app.oidc.scopes=openid profile groups",
            &rules,
            &format!("--app.url=http://{address}"),
            &folder.flag(),
        ],
        &address,
    );
    let mut browser = Browser::default();
    let back = browser.sign_in(&scope, "opal");
    // Somebody else's browser, and one that comes twice.
    let stolen = Browser::default().ask(&back, None);
    assert_eq!(stolen.status, 401, "{}", stolen.body);
    let page = browser.ask(&back, None);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("url=../../../"), "{}", page.body);
    let me = browser.me(&scope);
    assert_eq!((&me["name"], &me["role"]), (&"opal".into(), &"operator".into()), "{me}");
    assert_eq!(me["method"], "open-id");
    assert_eq!(browser.ask(&back, None).status, 401, "replayed");
    assert_eq!(browser.me(&scope)["name"], "opal", "and who is signed in stays so");
    let mut visitor = Browser::default();
    let back = visitor.sign_in(&scope, "eve");
    let page = visitor.ask(&back, None);
    assert_eq!(page.status, 403);
    assert!(page.body.contains("eve may do nothing here"), "{}", page.body);
    assert_eq!(visitor.me(&scope)["signedIn"], false);
    drop(provider);
    // What the provider said of itself is remembered; it is needed to come back.
    let page = visitor.ask(&format!("{callback}?state=x&code=y"), None);
    assert_eq!(page.status, 401, "{}", page.body);
}
