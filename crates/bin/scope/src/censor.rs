//! The command line as it may stand in a log: without what signs somebody in.

use std::ffi::OsString;

/// What stands for a secret.
const ELIDED: &str = "<elided>";

/// Words in the names of flags whose values are secrets.
const SECRET_WORDS: [&str; 4] = ["token", "password", "secret", "join"];

/// The words after the program's name, secrets left out.
pub(crate) fn censored(words: &[OsString]) -> String {
    let mut shown = Vec::new();
    let mut is_secret_next = false;
    for word in words.iter().skip(1) {
        let word = word.to_string_lossy();
        let flag = word.strip_prefix("--");
        shown.push(match (flag, is_secret_next) {
            (None, true) => ELIDED.to_owned(),
            (None, false) => without_user(&word),
            (Some(flag), _) => match flag.split_once('=') {
                Some((name, _)) if is_secret(name) => format!("--{name}={ELIDED}"),
                Some((name, value)) => format!("--{name}={}", without_user(value)),
                None => word.to_string(),
            },
        });
        is_secret_next = flag.is_some_and(|flag| !flag.contains('=') && is_secret(flag));
    }
    shown.join(" ")
}

fn is_secret(name: &str) -> bool {
    let is_file = name.ends_with(".filename");
    !is_file && SECRET_WORDS.iter().any(|word| name.to_ascii_lowercase().contains(word))
}

/// An address without the token or the password before its host.
fn without_user(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    // A password may contain slashes, so the last sign is meant.
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{ELIDED}@{host}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        let check = |line: &str, expect: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(censored(&words), expect);
        };
        check("scope launch --debug host-b:4040", "launch --debug host-b:4040");
        check("scope probe s3cr3t@app:4040", "probe <elided>@app:4040");
        check("scope probe https://a:b/c@app", "probe https://<elided>@app");
        check("scope --probe.token=x --mode probe", "--probe.token=<elided> --mode probe");
        check("scope --service-token x app", "--service-token <elided> app");
        check(
            "scope --app.basicAuth.password x --app.basicAuth.password.filename=/f",
            "--app.basicAuth.password <elided> --app.basicAuth.password.filename=/f",
        );
        check(
            "scope --app.collector=dynamodb://k:s@eu/t --probe.kubernetes.password=x",
            "--app.collector=dynamodb://<elided>@eu/t --probe.kubernetes.password=<elided>",
        );
    }
}
