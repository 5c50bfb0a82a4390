//! Names with values within a text: `name=value`, `"name": "value"`, `Name: value`.

use super::Found;
use super::names::{NameKind, is_folder, kind};
use super::values::{is_random, is_secret};

/// Blanks between a name, its sign and its value.
const BLANKS_MAX: usize = 4;

/// Bytes of a value under a name that only hints at a secret.
const KEYISH_BYTES_MAX: usize = 512;

/// Headers whose values have commas, quotes and blanks, and are secret as a whole.
const HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "authorization-token"];

/// Where the value after a sign lies.
struct Value {
    start: usize,
    end: usize,
}

/// Finds the secrets in `text`, which begins at `base` of the whole.
pub(super) fn find(text: &str, base: usize, found: &mut Found) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(sign) = next_sign(bytes, at) {
        at = sign + 1;
        let Some(name) = name_before(text, sign) else { continue };
        let is_colon = bytes.get(sign) == Some(&b':');
        if HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header)) && is_colon {
            let start = at + blanks(bytes, at);
            let end = line_end(bytes, start);
            found.push(base + start..base + end);
            at = end;
            continue;
        }
        let own = kind(name);
        if own == NameKind::Plain {
            continue;
        }
        let Some(value) = value_after(bytes, sign, own) else { continue };
        let text = text.get(value.start..value.end).unwrap_or_default();
        // `secret:1.2` is an image, `token:…` may be one.
        let is_bare = is_colon && value.start == sign + 1;
        let is_found = if is_bare { is_random(text) } else { is_secret(own, text) };
        if is_found && !is_folder(name, text) {
            found.push(base + value.start..base + value.end);
            at = value.end.max(at);
        } else if own != NameKind::Keyish && !is_bare {
            at = value.end.max(at);
        }
    }
}

fn next_sign(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().position(|byte| matches!(byte, b'=' | b':')).map(|at| from + at)
}

/// The name that ends before the sign, perhaps in quotes.
fn name_before(text: &str, sign: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut end = sign;
    let mut blanks = 0;
    while end > 0 && bytes.get(end - 1) == Some(&b' ') && blanks < BLANKS_MAX {
        (end, blanks) = (end - 1, blanks + 1);
    }
    if end > 0 && matches!(bytes.get(end - 1), Some(b'"' | b'\'')) {
        end -= 1;
        if end > 0 && bytes.get(end - 1) == Some(&b'\\') {
            end -= 1;
        }
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let before = bytes.get(..end)?;
    let start = before.iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    text.get(start..end).filter(|name| !name.is_empty())
}

/// The value after a sign: in quotes, or up to what ends one.
fn value_after(bytes: &[u8], sign: usize, kind: NameKind) -> Option<Value> {
    let mut start = sign + 1;
    if bytes.get(sign) == Some(&b':') {
        start += blanks(bytes, start);
    }
    // A comparison, or an assignment with its own sign.
    if matches!(bytes.get(start), Some(b'=') | None) {
        return None;
    }
    // In JSON within quotes the quotes themselves have a backslash.
    let is_inner = bytes.get(start) == Some(&b'\\');
    let quote_at = start + usize::from(is_inner);
    let quote = bytes.get(quote_at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let limit = match kind {
        NameKind::Keyish => start + KEYISH_BYTES_MAX,
        _ => bytes.len(),
    };
    let window = |from: usize| bytes.get(from..limit.min(bytes.len())).unwrap_or_default();
    if let Some(quote) = quote {
        let start = quote_at + 1;
        let mut escaped = false;
        let end = window(start).iter().position(|byte| {
            let ends = *byte == quote && (!escaped || is_inner);
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        return Some(Value { start, end: end.map_or(limit.min(bytes.len()), |end| start + end) });
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;&\"'".contains(byte);
    let end = window(start).iter().position(ends).map_or(limit.min(bytes.len()), |end| start + end);
    Some(Value { start, end })
}

fn blanks(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take(BLANKS_MAX).take_while(|byte| **byte == b' ').count()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |at| from + at)
}
