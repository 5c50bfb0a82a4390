//! A request as the routes want it: raw path segments and query pairs, decoded once.
//!
//! Node ids contain `/`, `;` and `<`, so the raw path is split first and each segment decoded
//! after, as the original does.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use scope_present::Censor;
use scope_render::{LabelFilters, ViewOptions};
use scope_report::Timestamp;

/// Query parameters read of one request.
const QUERY_PAIRS_MAX: usize = 64;

/// Characters of an unreadable time that are logged.
const TIMESTAMP_CHARS_SHOWN: usize = 40;

/// The moment a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Asked {
    /// The window.
    Now,
    /// A time, Unix milliseconds; the window where nothing is kept of it, as with Scope 1.13.
    At(u64),
    /// That time and no other.
    Still(u64),
    /// A time without any report.
    Never,
}

/// The decoded address of a request.
pub(crate) struct Address {
    /// Path segments, decoded; `/api/topology` is `["api", "topology"]`.
    pub(crate) segments: Vec<String>,
    /// Whoever asks may not see what may hold secrets.
    pub(crate) hides_secrets: bool,
    pairs: Vec<(String, String)>,
}

impl Address {
    pub(crate) fn of(parts: &Parts) -> Self {
        let path = parts.uri.path();
        let path = path.trim_start_matches('/');
        // The client served at `/ui/` asks below it.
        let path = path.strip_prefix("ui/").filter(|rest| is_api(rest)).unwrap_or(path);
        let segments = path.split('/').map(decode).collect();
        let query = parts.uri.query().unwrap_or_default();
        Self { segments, hides_secrets: true, pairs: pairs(query) }
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn view_options(&self, filters: &LabelFilters) -> ViewOptions {
        let pairs = self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        ViewOptions::from_query_filtered(filters, pairs)
    }

    /// The moment asked for. What is no RFC 3339 stands for the zero time, as in the original.
    pub(crate) fn asked(&self) -> Asked {
        match self.parameter("timestamp") {
            None | Some("") => Asked::Now,
            Some(text) => {
                if let Ok(time) = text.parse::<Timestamp>() {
                    let millis = time.unix_nanos().max(0) / 1_000_000;
                    let at_ms = u64::try_from(millis).unwrap_or(u64::MAX);
                    let is_still = self.parameter("still") == Some("true");
                    return if is_still { Asked::Still(at_ms) } else { Asked::At(at_ms) };
                }
                let shown: String = text.chars().take(TIMESTAMP_CHARS_SHOWN).collect();
                tracing::info!(timestamp = ?shown, "a request asks for an unreadable time");
                Asked::Never
            }
        }
    }

    pub(crate) fn censor(&self) -> Censor {
        let asked = |name| self.hides_secrets || self.parameter(name) == Some("true");
        Censor {
            hide_command_line_arguments: asked("hideCommandLineArguments"),
            hide_environment_variables: asked("hideEnvironmentVariables"),
        }
    }
}

/// The pairs of a query, or of a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(QUERY_PAIRS_MAX);
    let decoded = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    decoded.collect()
}

fn is_api(path: &str) -> bool {
    path == "api" || path.starts_with("api/")
}

/// The text of a header, blank when it is absent or no text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Query-unescapes: `+` is a space, `%2F` a slash; a broken escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match after {
                [high, low, tail @ ..] => match (nibble(*high), nibble(*low)) {
                    (Some(high), Some(low)) => {
                        bytes.push(high << 4 | low);
                        rest = tail;
                    }
                    _ => bytes.push(b'%'),
                },
                _ => bytes.push(b'%'),
            },
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &str) -> Address {
        let (parts, ()) = axum::http::Request::builder().uri(uri).body(()).unwrap().into_parts();
        Address::of(&parts)
    }

    #[test]
    fn ids_keep_their_slashes() {
        let address = address("/api/topology/hosts/a%2Fb%3B%3Chost%3E?t=5s&x=a+b%zz");
        assert_eq!(address.segments, ["api", "topology", "hosts", "a/b;<host>"]);
        assert_eq!(address.parameter("t"), Some("5s"));
        assert_eq!(address.parameter("x"), Some("a b%zz"));
        assert_eq!(address.parameter("y"), None);
    }

    #[test]
    fn an_unreadable_time_has_no_reports() {
        let check = |query: &str, expect: Asked| {
            assert_eq!(address(&format!("/api{query}")).asked(), expect, "{query}");
        };
        check("", Asked::Now);
        check("?timestamp=", Asked::Now);
        check("?timestamp=2026-11-20T10:00:00Z", Asked::At(1_795_168_800_000));
        check("?timestamp=2026-11-20T10%3A00%3A00.5%2B01:00", Asked::At(1_795_165_200_500));
        check("?timestamp=0001-01-01T00:00:00Z", Asked::At(0));
        check("?timestamp=0001-01-01T00:00:00Z&still=true", Asked::Still(0));
        check("?still=true", Asked::Now);
        check("?timestamp=yesterday", Asked::Never);
        check("?timestamp=1700000000", Asked::Never);
    }
}
