//! What the name before a value says of it.

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameKind {
    /// Nothing secret.
    Plain,
    /// A key or the like: a secret if it looks like chance.
    Keyish,
    /// A token or a secret: a secret unless it is a small number.
    Token,
    /// A password: a secret whatever it looks like.
    Password,
}

/// Bytes of a name that are looked at, from its end.
const NAME_BYTES_MAX: usize = 200;

/// Last words of names that speak of a secret without holding it.
const BENIGN_ENDS: [&str; 93] = [
    "age",
    "alg",
    "algorithm",
    "audience",
    "authentication",
    "class",
    "cmd",
    "command",
    "count",
    "dir",
    "directory",
    "disabled",
    "driver",
    "duration",
    "enabled",
    "encoder",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "files",
    "folder",
    "format",
    "group",
    "header",
    "headers",
    "helper",
    "hint",
    "host",
    "hours",
    "interval",
    "issuer",
    "kind",
    "len",
    "length",
    "lifetime",
    "limit",
    "location",
    "manager",
    "max",
    "method",
    "min",
    "minutes",
    "mode",
    "mount",
    "name",
    "names",
    "namespace",
    "owner",
    "path",
    "paths",
    "permissions",
    "plugin",
    "policy",
    "port",
    "prefix",
    "prompt",
    "provider",
    "ref",
    "required",
    "reset",
    "rotation",
    "scope",
    "scopes",
    "script",
    "second",
    "seconds",
    "secs",
    "server",
    "service",
    "size",
    "sock",
    "socket",
    "source",
    "stdin",
    "storage",
    "store",
    "strength",
    "suffix",
    "template",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "urls",
    "user",
    "username",
    "validator",
    "version",
];

/// Words that make a name one of numbers, or of what anybody may know.
const BENIGN_WORDS: [&str; 6] = ["max", "min", "num", "per", "public", "pub"];

/// Words that end in `pass` and are no password.
const PASSES: [&str; 8] =
    ["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass", "tpass"];

/// First words of an option that takes no value: `--ask-pass`.
const SWITCHES: [&str; 21] = [
    "allow", "ask", "disable", "enable", "force", "generate", "has", "hide", "is", "no", "print",
    "prompt", "require", "rotate", "show", "skip", "use", "verify", "with", "without", "dont",
];

/// What kind of key is a secret.
const SECRET_KEYS: [&str; 21] = [
    "access",
    "account",
    "api",
    "app",
    "auth",
    "deploy",
    "encryption",
    "hmac",
    "jwt",
    "license",
    "master",
    "preshared",
    "private",
    "root",
    "secret",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "storage",
];

/// Last words of names whose values are secrets if they look like it.
const KEYISH_ENDS: [&str; 18] = [
    "auth",
    "code",
    "connectionstring",
    "cred",
    "dsn",
    "key",
    "keys",
    "license",
    "nonce",
    "otp",
    "pin",
    "salt",
    "sas",
    "seed",
    "session",
    "sid",
    "sig",
    "signature",
];

/// What a name says of its value.
pub(super) fn kind(name: &str) -> NameKind {
    let from = name.ceil_char_boundary(name.len().saturating_sub(NAME_BYTES_MAX));
    let words = words(name.get(from..).unwrap_or_default());
    let Some(last) = words.last().map(String::as_str) else { return NameKind::Plain };
    let is_benign = |word: &String| BENIGN_WORDS.contains(&word.as_str());
    if BENIGN_ENDS.binary_search(&last).is_ok() || words.iter().any(is_benign) {
        return NameKind::Plain;
    }
    if words.iter().any(|word| is_password(word)) || is_pass(last) {
        return NameKind::Password;
    }
    let pairs = words.iter().zip(words.iter().skip(1));
    let is_secret_key = |(first, second): (&String, &String)| {
        second == "key" && SECRET_KEYS.contains(&first.as_str())
    };
    if words.iter().any(|word| is_token(word)) || pairs.into_iter().any(is_secret_key) {
        return NameKind::Token;
    }
    let is_keyish = KEYISH_ENDS.binary_search(&last).is_ok() || last.ends_with("tokens");
    if is_keyish { NameKind::Keyish } else { NameKind::Plain }
}

/// Whether an option of this name takes no value: the next argument is another.
pub(super) fn is_switch(name: &str) -> bool {
    let first = words(name).into_iter().next().unwrap_or_default();
    SWITCHES.contains(&first.as_str())
}

/// The shell's variable of the working directory, which sounds like a password.
pub(super) fn is_folder(name: &str, value: &str) -> bool {
    matches!(name, "PWD" | "OLDPWD") && value.starts_with('/')
}

fn is_password(word: &str) -> bool {
    let stems = ["password", "passwd", "passphrase", "passcode", "passwort"];
    let holds = stems.iter().any(|stem| word.contains(stem));
    (holds && !word.contains("passwordless")) || word.ends_with("pwd") || word == "userpw"
}

fn is_pass(last: &str) -> bool {
    last == "pw" || (last.ends_with("pass") && !PASSES.contains(&last))
}

fn is_token(word: &str) -> bool {
    let holds = word.contains("secret") && !word.contains("secretar");
    let keys = ["apikey", "accesskey", "privatekey", "secretkey", "authkey", "signingkey"];
    let more = ["encryptionkey", "masterkey", "accountkey", "sharedkey", "psk", "masterauth"];
    let others = ["authorization", "bearer", "cookie", "cookies", "creds", "webhook"];
    holds
        || word.ends_with("token")
        || word.contains("credential")
        || keys.iter().chain(&more).chain(&others).any(|own| *own == word)
}

/// `dbRootPassword`, `DB_ROOT-password` → `db`, `root`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut chars = name.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(own) = chars.next() {
        if !own.is_alphanumeric() {
            before = None;
            continue;
        }
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let begins = match before {
            None => true,
            Some(before) => own.is_uppercase() && (!before.is_uppercase() || next_is_lower),
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(own.to_lowercase());
        }
        before = Some(own);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_follows() {
        let check = |expect: NameKind, names: &str| {
            for name in names.split_whitespace() {
                assert_eq!(kind(name), expect, "{name}");
            }
        };
        check(
            NameKind::Password,
            "password PASSWORD db-password dbPassword MYSQL_ROOT_PASSWORD passwd userpass \
             ftp_pass requirepass PGPASSWORD MYSQL_PWD passphrase DBPassword DB_PW \
             javax.net.ssl.keyStorePassword Dpassword -Dspring.datasource.password",
        );
        check(
            NameKind::Token,
            "token auth-token AUTHTOKEN GITHUB_TOKEN probe.token clientSecret client_secret \
             SECRET_KEY_BASE secret-id api-key APIKey X-Api-Key AWS_SECRET_ACCESS_KEY aws.accessKey \
             private_key credentials Authorization Cookie masterauth psk",
        );
        check(NameKind::Keyish, "key sslKey sig REDIS_AUTH signature SENTRY_DSN salt tokens");
        check(
            NameKind::Plain,
            "user password-file passwordFile token-ttl secret-name max-tokens num_tokens token_url \
             password-policy keystore ssh-public-key author tokenizer bypass compass \
             proxy-authentication TOKENIZERS_PARALLELISM passive secretary image hostname \
             tls-cert-file SSH_AUTH_SOCK monkey_business git-author",
        );
    }

    #[test]
    fn tables_are_sorted() {
        assert!(BENIGN_ENDS.is_sorted() && KEYISH_ENDS.is_sorted());
    }

    #[test]
    fn switches_take_no_value() {
        for (name, expect) in [("ask-pass", true), ("no-password", true), ("password", false)] {
            assert_eq!(is_switch(name), expect, "{name}");
        }
    }
}
