//! The envelope of a call and of its answer: two JSON text frames each way.
//!
//! The first frame names the call by its number, the second carries the words. A frame that is
//! neither is refused, and with it the connection, for no one knows which call it belonged to.

use crate::{CONTROL_BYTES_MAX, Invocation, Outcome};
use serde::{Deserialize, Serialize};

/// Frames in a call, and in an answer.
pub const CALL_FRAMES: usize = 2;

/// The only method there is.
const METHOD: &str = "control.Handle";

/// A frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than a call may be.
    #[error("a frame of {bytes} bytes is longer than {CONTROL_BYTES_MAX}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// No JSON, or of other types.
    #[error("read a frame")]
    Json(#[source] serde_json::Error),
    /// The first frame of a pair names no call.
    #[error("a frame is no {expected}")]
    Missing {
        /// What it should be.
        expected: &'static str,
    },
    /// A method no one offers.
    #[error("method {method:?} is not known")]
    Method {
        /// What was asked for, cut short.
        method: String,
    },
}

/// A call as the probe reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Tells it from other calls on the connection.
    pub number: u64,
    /// What to do.
    pub invocation: Invocation,
}

/// An answer as the app reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replied {
    /// The call it answers.
    pub number: u64,
    /// What came of it.
    pub outcome: Outcome,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    service_method: String,
    seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", bound(deserialize = "V: Deserialize<'de>"))]
struct Envelope<V> {
    #[serde(default)]
    request: Option<Header>,
    #[serde(default)]
    response: Option<Header>,
    #[serde(default = "none")]
    value: Option<V>,
}

fn none<V>() -> Option<V> {
    None
}

/// The frames that ask a probe to run a control.
pub fn call_frames(number: u64, invocation: &Invocation) -> [String; CALL_FRAMES] {
    let header = Header { service_method: METHOD.to_owned(), seq: number, error: None };
    [
        written(&Envelope::<()> { request: Some(header), response: None, value: None }),
        written(&Envelope { request: None, response: None, value: Some(invocation) }),
    ]
}

/// The frames that answer a call.
///
/// What went wrong is in the outcome: an error in the envelope would end the connection of an app
/// of Scope 1.13.
pub fn reply_frames(number: u64, outcome: &Outcome) -> [String; CALL_FRAMES] {
    let header =
        Header { service_method: METHOD.to_owned(), seq: number, error: Some(String::new()) };
    [
        written(&Envelope::<()> { request: None, response: Some(header), value: None }),
        written(&Envelope { request: None, response: None, value: Some(outcome) }),
    ]
}

/// Reads the two frames of a call.
pub fn parse_call(frames: [&str; CALL_FRAMES]) -> Result<Called, FrameError> {
    let [first, second] = frames;
    let envelope: Envelope<serde_json::Value> = read(first)?;
    let header = envelope.request.ok_or(FrameError::Missing { expected: "request" })?;
    if header.service_method != METHOD {
        let method = header.service_method.chars().take(80).collect();
        return Err(FrameError::Method { method });
    }
    let value: Envelope<Invocation> = read(second)?;
    let invocation = value.value.ok_or(FrameError::Missing { expected: "call's value" })?;
    Ok(Called { number: header.seq, invocation })
}

/// Reads the two frames of an answer; an error in the envelope becomes the outcome's.
pub fn parse_reply(frames: [&str; CALL_FRAMES]) -> Result<Replied, FrameError> {
    let [first, second] = frames;
    let envelope: Envelope<serde_json::Value> = read(first)?;
    let header = envelope.response.ok_or(FrameError::Missing { expected: "response" })?;
    let number = header.seq;
    if let Some(error) = header.error.filter(|error| !error.is_empty()) {
        return Ok(Replied { number, outcome: Outcome::failed(error) });
    }
    let value: Envelope<Outcome> = read(second)?;
    Ok(Replied { number, outcome: value.value.unwrap_or_default() })
}

fn read<'a, T: Deserialize<'a>>(frame: &'a str) -> Result<T, FrameError> {
    if frame.len() > CONTROL_BYTES_MAX {
        return Err(FrameError::TooLong { bytes: frame.len() });
    }
    serde_json::from_str(frame).map_err(FrameError::Json)
}

/// Plain data of texts and numbers is always written.
fn written(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_as_the_original_sends_them() {
        let invocation = Invocation {
            node_id: "abc;<container>".to_owned(),
            control: "docker_stop_container".to_owned(),
            ..Invocation::default()
        };
        let [first, second] = call_frames(7, &invocation);
        assert_eq!(
            first,
            r#"{"Request":{"ServiceMethod":"control.Handle","Seq":7},"Response":null,"Value":null}"#
        );
        let value = concat!(
            r#"{"AppID":"","NodeID":"abc;<container>","#,
            r#""Control":"docker_stop_container","ControlArgs":{}}"#,
        );
        assert_eq!(second, format!(r#"{{"Request":null,"Response":null,"Value":{value}}}"#));
        let called = parse_call([&first, &second]).unwrap();
        assert_eq!(called, Called { number: 7, invocation });
    }

    #[test]
    fn replies_of_the_original_are_read() {
        let first = concat!(
            r#"{"Request":null,"Response":{"ServiceMethod":"control.Handle","Seq":7,"Error":""},"#,
            r#""Value":null}"#,
        );
        let second = concat!(
            r#"{"Request":null,"Response":null,"Value":{"value":null,"pipe":"pipe-123","#,
            r#""raw_tty":true,"resize_tty_control":"docker_resize_exec_tty"}}"#,
        );
        let replied = parse_reply([first, second]).unwrap();
        let outcome = Outcome {
            pipe: "pipe-123".to_owned(),
            raw_tty: true,
            resize_tty_control: "docker_resize_exec_tty".to_owned(),
            ..Outcome::default()
        };
        assert_eq!(replied, Replied { number: 7, outcome: outcome.clone() });
        let [first, second] = reply_frames(7, &outcome);
        assert_eq!(parse_reply([&first, &second]).unwrap(), replied);
        let failed = r#"{"Response":{"ServiceMethod":"control.Handle","Seq":9,"Error":"no"}}"#;
        let replied = parse_reply([failed, "null"]).unwrap();
        assert_eq!(replied, Replied { number: 9, outcome: Outcome::failed("no") });
    }

    #[test]
    fn other_frames_are_refused() {
        let check = |first: &str, second: &str| {
            assert!(parse_call([first, second]).is_err(), "{first} {second}");
            assert!(parse_reply([first, second]).is_err(), "{first} {second}");
        };
        check("", "");
        check("null", "null");
        check("{}", "{}");
        check(r#"{"Value":{}}"#, r#"{"Value":{}}"#);
        check(r#"{"Request":{"ServiceMethod":"os.Exec","Seq":1}}"#, r#"{"Value":{}}"#);
        check(&"[".repeat(100_000), "{}");
        check(&format!("\"{}\"", "x".repeat(CONTROL_BYTES_MAX)), "{}");
    }
}
