//! Sessions of browsers: the cookie, the page to sign in on, the end.

use crate::people::{Person, guarded, rules, served};
use crate::served::{Guard, Served, agent};
use serde_json::{Value, json};

/// A request and its answer: status, the cookie that is set, body.
pub fn send(
    served: &Served,
    (method, path): (&str, &str),
    body: &str,
    headers: &[(&str, &str)],
) -> (u16, String, String) {
    let mut request = ureq::http::Request::builder().method(method).uri(served.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned()).unwrap();
    let request = agent().configure_request(request).max_redirects(0).build();
    let mut answer = agent().run(request).unwrap();
    let cookie = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
    let body = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), cookie.unwrap_or_default(), body)
}

pub fn sign_in(served: &Served, name: &str, password: &str) -> (u16, String, String) {
    let body = json!({"name": name, "password": password}).to_string();
    send(served, ("POST", "/api/sign-in"), &body, &[])
}

fn me(served: &Served, cookie: &str) -> Value {
    serde_json::from_str(&send(served, ("GET", "/api/me"), "", &[("cookie", cookie)]).2).unwrap()
}

pub fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

#[test]
fn a_session_begins_and_ends() {
    let served = served();
    let stranger = me(&served, "");
    assert_eq!(stranger["signedIn"], false);
    assert_eq!(stranger["methods"], json!(["link", "password"]));
    let (status, cookie, body) = sign_in(&served, "web", "web");
    assert_eq!(status, 200, "{body}");
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let name = format!("scope-{}=", served.address.port());
    assert!(cookie.starts_with(&name) && !cookie.contains("Secure"), "{cookie}");
    let own = me(&served, pair(&cookie));
    assert_eq!(
        (&own["name"], &own["role"], &own["rights"]),
        (&"web".into(), &"".into(), &json!([]))
    );
    assert_eq!(own["rightsSomewhere"], json!(["see", "secrets", "logs", "operate", "terminal"]));
    let headers = [("cookie", pair(&cookie))];
    let (_, dropped, _) = send(&served, ("POST", "/api/sign-out"), "", &headers);
    assert!(dropped.starts_with(&format!("{name};")) && dropped.contains("Max-Age=0"), "{dropped}");
    assert_eq!(me(&served, pair(&cookie))["signedIn"], false);
}

#[test]
fn over_tls_the_cookie_stays_there() {
    let served = guarded(Guard { is_secure: true, ..rules() });
    let (_, cookie, _) = sign_in(&served, "web", "web");
    assert!(cookie.starts_with("__Host-scope-") && cookie.ends_with("; Secure"), "{cookie}");
    let answer = agent().get(served.url("/api/me")).call().unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[test]
fn a_form_signs_in_without_scripts() {
    let served = served();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let (status, cookie, _) =
        send(&served, ("POST", "/api/sign-in"), "name=viewer&password=viewer", &form);
    assert_eq!(status, 303);
    assert_eq!(me(&served, pair(&cookie))["name"], "viewer");
    let (status, _, body) =
        send(&served, ("POST", "/api/sign-in"), "name=%3Cb%3E&password=x", &form);
    assert_eq!(status, 401);
    assert!(body.contains("the name or the password is wrong") && !body.contains("<b>"), "{body}");
}

#[test]
fn whoever_may_not_see_the_map_gets_the_page_to_sign_in() {
    let served = served();
    for path in ["/", "/index.html", "/ui/", "/sign-in"] {
        let (status, _, body) = send(&served, ("GET", path), "", &[]);
        assert_eq!(status, if path == "/sign-in" { 200 } else { 401 }, "{path}");
        assert!(body.contains("Sign in to Scope"), "{path}: {body}");
    }
    let answer = agent().get(served.url("/sign-in")).call().unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for (path, word) in [("/sign-in.js", "fetch"), ("/sign-in.css", "main")] {
        let (status, _, body) = send(&served, ("GET", path), "", &[]);
        assert!(status == 200 && body.contains(word), "{path}: {body}");
    }
    let (_, cookie, _) = sign_in(&served, "viewer", "viewer");
    let (_, _, body) = send(&served, ("GET", "/"), "", &[("cookie", pair(&cookie))]);
    assert!(!body.contains("Sign in to Scope"), "{body}");
}

#[test]
fn only_scripts_are_challenged() {
    let served = served();
    let challenge = |agent_name: &str| {
        let request = agent().get(served.url("/api")).header("user-agent", agent_name);
        request.call().unwrap().headers().contains_key("www-authenticate")
    };
    assert!(challenge("curl/8.0"));
    assert!(!challenge("Mozilla/5.0 (X11; Linux x86_64)"));
}

#[test]
fn odd_ways_in_are_refused() {
    let served = served();
    let check = |body: &str, status: u16, word: &str| {
        let (given, cookie, sentence) = send(&served, ("POST", "/api/sign-in"), body, &[]);
        assert_eq!(given, status, "{body}: {sentence}");
        assert!(cookie.is_empty() && sentence.contains(word), "{sentence}");
    };
    check("", 400, "write");
    check("7", 400, "write");
    check("{\"token\": \"../../etc/passwd\"}", 401, "sign-in link");
    check("{\"name\": \"admin\"}", 401, "is wrong");
    check(&format!("{{\"token\": \"{}\"}}", "x".repeat(20_000)), 400, "write");
    check("{\"name\": \"nobody\", \"password\": \"nobody\"}", 403, "may do nothing here");
    // A probe needs no browser.
    let (_, secret) = Person::Probe.header();
    let headers = [("authorization", secret.as_str())];
    let (status, cookie, _) = send(&served, ("POST", "/api/sign-in"), "{}", &headers);
    assert_eq!((status, cookie.as_str()), (401, ""));
}
