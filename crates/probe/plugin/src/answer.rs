//! What a plugin answered, read and checked.

use crate::client::{ANSWER_BYTES_MAX, API_VERSION};
use scope_control::{CONTROL_BYTES_MAX, Outcome};
use scope_report::{PluginSpec, Report, Text, Timestamp};
use scope_wire::{CONTENT_TYPE_JSON, DecodeError, Limits};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The interface every plugin has.
const REPORTER: &str = "reporter";

/// The interface of plugins that take controls.
const CONTROLLER: &str = "controller";

/// Bytes of memory that one decoded report may take.
const DECODED_BYTES_MAX: usize = 256 << 20;

/// Nodes of one report.
const NODES_MAX: usize = 100_000;

/// Letters of the texts that the reader of the map sees in the list of plugins.
const WORDS_CHARS_MAX: usize = 1024;

/// Interfaces of one plugin.
const INTERFACES_MAX: usize = 16;

/// The answer is not what the plugin protocol wants; the text stands in the list of plugins.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// No report in JSON.
    #[error("its report is unreadable: {0}")]
    Report(DecodeError),
    /// It is to say who it is, once.
    #[error("its report lists {0} plugins in `Plugins`; it must list itself alone")]
    Alone(usize),
    /// The file's name is the id.
    #[error("its report says its id is {said:?}; by its socket it is {id:?}")]
    OtherId {
        /// What the report says.
        said: String,
        /// By the name of the socket.
        id: String,
    },
    /// We speak one version only.
    #[error("it speaks version {0:?} of the plugin protocol; this probe speaks {API_VERSION:?}")]
    Version(String),
    /// The reader of the map needs a name.
    #[error("its report gives it no label")]
    NoLabel,
    /// What it does not report cannot be shown.
    #[error("its interfaces are {0:?}, without {REPORTER:?}")]
    NoReporter(Vec<Text>),
    /// No answer to a control.
    #[error("its answer to the control is unreadable: {0}")]
    Control(serde_json::Error),
    /// The answer to a control would not pass to the app.
    #[error("its answer to the control has more than {CONTROL_BYTES_MAX} bytes")]
    TooLong,
}

/// What a plugin reported, with what it says of itself apart.
#[derive(Debug)]
pub struct Named {
    /// What it says of itself; its status is `ok`.
    pub spec: PluginSpec,
    /// What it saw.
    pub report: Report,
}

impl Named {
    /// Whether it takes controls.
    pub fn is_controller(&self) -> bool {
        self.spec.interfaces.iter().any(|interface| interface == CONTROLLER)
    }
}

/// The part of an answer to a control that is for us; the words around it are the app's.
#[derive(Deserialize)]
struct ControlAnswer<'a> {
    // Weave Scope reads the lower-case one, and its manual names the other.
    #[serde(borrow, default, rename = "shortcutReport", alias = "ShortcutReport")]
    shortcut_report: Option<&'a RawValue>,
}

/// Reads what the plugin `id` reported.
pub fn parse_report(bytes: &[u8], id: &str) -> Result<Named, AnswerError> {
    let mut report = decode(bytes)?;
    if report.plugins.len() != 1 {
        return Err(AnswerError::Alone(report.plugins.len()));
    }
    let spec = match std::mem::take(&mut report.plugins).into_iter().next() {
        Some((_, spec)) => checked(spec, id)?,
        None => return Err(AnswerError::Alone(0)),
    };
    Ok(Named { spec, report: cleaned(report) })
}

/// Reads what the plugin `id` answered to a control, and what it reported with it.
///
/// That report may leave out who it is from, unlike in Weave Scope, which ended there.
pub fn parse_control_answer(
    bytes: &[u8],
    id: &str,
) -> Result<(Outcome, Option<Report>), AnswerError> {
    // A plugin that has nothing to say may say nothing.
    if bytes.trim_ascii().is_empty() {
        return Ok((Outcome::default(), None));
    }
    let answer: ControlAnswer<'_> = serde_json::from_slice(bytes).map_err(AnswerError::Control)?;
    let report = answer.shortcut_report.map(RawValue::get).filter(|text| *text != "null");
    if bytes.len() - report.map_or(0, str::len) > CONTROL_BYTES_MAX {
        return Err(AnswerError::TooLong);
    }
    let outcome: Outcome = serde_json::from_slice(bytes).map_err(AnswerError::Control)?;
    let Some(report) = report else { return Ok((outcome, None)) };
    let mut report = decode(report.as_bytes())?;
    for (_, spec) in std::mem::take(&mut report.plugins) {
        checked(spec, id)?;
    }
    Ok((outcome, Some(cleaned(report))))
}

fn decode(bytes: &[u8]) -> Result<Report, AnswerError> {
    let limits = Limits {
        body_bytes_max: ANSWER_BYTES_MAX,
        decoded_bytes_max: DECODED_BYTES_MAX,
        nodes_max: NODES_MAX,
        ..Limits::default()
    };
    scope_wire::decode(bytes, CONTENT_TYPE_JSON, "", &limits).map_err(AnswerError::Report)
}

fn checked(mut spec: PluginSpec, id: &str) -> Result<PluginSpec, AnswerError> {
    if spec.id != id {
        return Err(AnswerError::OtherId { said: shortened(&spec.id).into(), id: id.to_owned() });
    }
    if spec.api_version != API_VERSION {
        return Err(AnswerError::Version(shortened(&spec.api_version).into()));
    }
    if spec.label.trim().is_empty() {
        return Err(AnswerError::NoLabel);
    }
    spec.interfaces.truncate(INTERFACES_MAX);
    spec.interfaces = spec.interfaces.iter().map(|interface| shortened(interface)).collect();
    if !spec.interfaces.iter().any(|interface| interface == REPORTER) {
        return Err(AnswerError::NoReporter(spec.interfaces));
    }
    spec.label = shortened(&spec.label);
    spec.description = shortened(&spec.description);
    spec.status = "ok".into();
    Ok(spec)
}

fn shortened(text: &str) -> Text {
    text.chars().take(WORDS_CHARS_MAX).collect()
}

/// A plugin adds nodes and words for them; the frame of the report and the looks of what it did
/// not invent are ours.
fn cleaned(mut report: Report) -> Report {
    report.ts = Timestamp::ZERO;
    report.window_nanos = 0;
    report.shortcut = false;
    report.id = Text::default();
    report.sampling = scope_report::Sampling::default();
    for (_, topology) in report.topologies_mut() {
        for word in [
            &mut topology.shape,
            &mut topology.tag,
            &mut topology.label,
            &mut topology.label_plural,
        ] {
            *word = Text::default();
        }
    }
    report
}

#[cfg(test)]
mod tests;
