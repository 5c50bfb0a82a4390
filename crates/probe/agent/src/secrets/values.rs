//! What a value looks like: a secret, or what stands for one.

use super::names::NameKind;

/// Bytes of a value that may look like chance.
const RANDOM_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// Files that hold a secret and are none.
const FILE_ENDS: [&str; 16] = [
    ".cer", ".conf", ".crt", ".env", ".ini", ".jks", ".json", ".key", ".p12", ".pem", ".pfx",
    ".pub", ".toml", ".txt", ".yaml", ".yml",
];

/// Whether a value under a name of this kind is a secret.
pub(super) fn is_secret(kind: NameKind, value: &str) -> bool {
    match kind {
        NameKind::Plain => false,
        NameKind::Keyish => is_random(value) && !stands_for_one(value),
        NameKind::Token => !stands_for_one(value) && !is_small_number(value) && !is_file(value),
        NameKind::Password => !stands_for_one(value),
    }
}

/// Whether a text looks like chance: hexadecimal, or letters and digits in wild succession.
pub(super) fn is_random(text: &str) -> bool {
    if !RANDOM_BYTES.contains(&text.len()) {
        return false;
    }
    let bytes = text.as_bytes();
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-.~%".contains(byte);
    let has = |kind: fn(&u8) -> bool| bytes.iter().any(kind);
    let mixes = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    if !mixes || !bytes.iter().all(is_token) {
        return false;
    }
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    if bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') {
        return distinct >= 6;
    }
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let turns = pairs.filter(|(one, next)| class(**one) != class(**next)).count();
    // Words have long runs of one class; in base64 one lasts for 1.6 bytes, in base36 for 2.5.
    distinct >= 8 && bytes.len() * 10 <= (turns + 1) * 32
}

/// Whether a value only points to a secret, or says that there is one or none.
fn stands_for_one(value: &str) -> bool {
    let inner = value.trim_matches(['"', '\'']);
    let lower = inner.to_ascii_lowercase();
    let is_word = matches!(
        lower.as_str(),
        "" | "-"
            | "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "0"
            | "1"
            | "none"
            | "null"
            | "nil"
            | "stdin"
            | "undefined"
    );
    let is_mask = inner == super::MASK || inner == "<elided>" || inner.bytes().all(|it| it == b'*');
    let elsewhere = ["file:", "env:", "fd:", "vault:", "arn:", "{{"];
    is_word
        || is_mask
        || is_reference(inner)
        || is_path(inner)
        || elsewhere.iter().any(|start| inner.starts_with(start))
}

/// `$NAME`, `${…}`, `$(…)`, `%NAME%`, `@path`.
fn is_reference(value: &str) -> bool {
    let is_name = |text: &str| {
        let is_letter =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        !text.is_empty() && text.bytes().all(is_letter)
    };
    match value.strip_prefix('$') {
        Some(rest) => rest.starts_with(['{', '(']) || is_name(rest),
        None => {
            let percent = value.strip_prefix('%').and_then(|it| it.strip_suffix('%'));
            percent.is_some_and(is_name) || value.strip_prefix('@').is_some_and(is_path)
        }
    }
}

/// Several plain folders from the root, the home or here; base64 may begin with a slash, too.
fn is_path(value: &str) -> bool {
    let starts = ["/", "./", "../", "~/"];
    let Some(rest) = starts.iter().find_map(|start| value.strip_prefix(start)) else {
        return false;
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    let mut parts = rest.trim_end_matches('/').split('/');
    let is_deep = !value.starts_with('/') || rest.contains('/');
    is_deep && parts.all(|part| !part.is_empty() && part.bytes().all(is_plain) && !is_random(part))
}

fn is_file(value: &str) -> bool {
    FILE_ENDS.iter().any(|end| value.ends_with(end))
}

fn is_small_number(value: &str) -> bool {
    value.len() <= 3 && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_has_no_long_runs() {
        let check = |expect: bool, texts: &str| {
            for text in texts.split_whitespace() {
                assert_eq!(is_random(text), expect, "{text}");
            }
        };
        check(
            true,
            "5f4dcc3b5aa765d61d8327deb882cf99 wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY \
             q8Xn2LrV0pZsK4tB 123e4567-e89b-12d3-a456-426614174000 a1b2c3d4e5f6g7h8i9",
        );
        check(
            false,
            "my-service-2-production short1 aaaaaaaaaaaaaaaa1111 production-database-key \
             1234567890123456 /etc/ssl/private/server-key.pem",
        );
    }

    #[test]
    fn what_stands_for_a_secret_is_none() {
        let check = |expect: bool, texts: &str| {
            for text in texts.split_whitespace() {
                assert_eq!(is_secret(NameKind::Password, text), expect, "{text}");
            }
        };
        check(false, "$DB_PASSWORD ${X} $(pw) %PW% @/run/pw /run/secrets/pw true - ** env:X");
        check(true, "hunter2 /slash $ecret1 %x @home /a9Fk2Lq8Zx7Bv4Nm1/x pa=ss 123456");
    }
}
