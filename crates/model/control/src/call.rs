//! What is asked of a probe and what it answers.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The length of a call, and of an answer, in bytes.
pub const CONTROL_BYTES_MAX: usize = 1 << 20;

/// A control to run on a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Invocation {
    /// Blank on the wire; the probe puts in the app it is connected to.
    #[serde(rename = "AppID")]
    pub app_id: String,
    /// The node, as its report names it.
    #[serde(rename = "NodeID")]
    pub node_id: String,
    /// The id of the control.
    pub control: String,
    /// What the control wants to know besides; numbers are decimal text.
    #[serde(deserialize_with = "map_or_nil")]
    pub control_args: BTreeMap<String, String>,
}

/// What came of a control; every part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outcome {
    /// What a plugin answers beyond the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// Why it failed, a sentence.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "text_or_nil")]
    pub error: String,
    /// It failed because nobody may do this here. Unknown to Scope 1.13, which reads the sentence.
    #[serde(skip_serializing_if = "is_false")]
    pub refused: bool,
    /// The pipe that was opened.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "text_or_nil")]
    pub pipe: String,
    /// The pipe is a terminal: bytes are keys and screen codes, not lines.
    #[serde(rename = "raw_tty", skip_serializing_if = "is_false")]
    pub raw_tty: bool,
    /// The control that tells the terminal its size.
    #[serde(
        rename = "resize_tty_control",
        skip_serializing_if = "String::is_empty",
        deserialize_with = "text_or_nil"
    )]
    pub resize_tty_control: String,
    /// The node that is no more.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "text_or_nil")]
    pub removed_node: String,
}

impl Outcome {
    /// A failure, in a sentence.
    pub fn failed(error: impl Into<String>) -> Self {
        Self { error: error.into(), ..Self::default() }
    }

    /// What nobody may do, in a sentence.
    pub fn refused(error: impl Into<String>) -> Self {
        Self { refused: true, ..Self::failed(error) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Go writes an empty map as `null`.
fn map_or_nil<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn text_or_nil<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
