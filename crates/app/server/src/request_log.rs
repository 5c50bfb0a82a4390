//! A line in the log for each request, when the operator asks for it.
//!
//! What signs somebody in is never logged.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use std::time::Duration;

/// Headers that sign somebody in, or carry what was given to who did.
const SECRETS: [&str; 5] =
    ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-csrf-token"];

/// Letters of a path or of a header that are logged.
const CHARS_MAX: usize = 1024;

/// What is logged of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestLog {
    /// Nothing.
    #[default]
    Off,
    /// Method, path, status and time.
    Lines,
    /// The request's headers too.
    Headers,
}

/// What a line says of a request, kept until its answer.
pub(crate) struct Line {
    method: Method,
    path: String,
    headers: Option<String>,
}

impl RequestLog {
    /// Notes a request; `None` when nothing is logged.
    pub(crate) fn line(self, parts: &Parts) -> Option<Line> {
        if self == Self::Off {
            return None;
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Some(Line {
            method: parts.method.clone(),
            path: shortened(path),
            headers: (self == Self::Headers).then(|| described(&parts.headers)),
        })
    }
}

impl Line {
    pub(crate) fn write(self, status: StatusCode, time: Duration) {
        let Self { method, path, headers } = self;
        let (status, micros) = (status.as_u16(), time.as_micros());
        match headers {
            Some(headers) => tracing::info!(%method, path, status, micros, headers, "request"),
            None => tracing::info!(%method, path, status, micros, "request"),
        }
    }
}

fn described(headers: &HeaderMap) -> String {
    let describe = |(name, value): (&HeaderName, &axum::http::HeaderValue)| {
        if SECRETS.contains(&name.as_str()) {
            return format!("{name}: <elided>");
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        format!("{name}: {}", shortened(&value))
    };
    headers.iter().map(describe).collect::<Vec<_>>().join("; ")
}

fn shortened(text: &str) -> String {
    text.chars().take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        let request = axum::http::Request::builder()
            .uri("/api?x=1")
            .header("Host", "a")
            .header("Authorization", "Basic c2VjcmV0")
            .header("Cookie", "c2VjcmV0");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert!(RequestLog::Off.line(&parts).is_none());
        assert_eq!(RequestLog::Lines.line(&parts).unwrap().headers, None);
        let line = RequestLog::Headers.line(&parts).unwrap();
        assert_eq!(line.path, "/api?x=1");
        let headers = line.headers.unwrap();
        assert_eq!(headers, "host: a; authorization: <elided>; cookie: <elided>");
    }
}
