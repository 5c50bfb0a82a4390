//! Who is signed in, and what was done.

use crate::Text;
use serde::{Deserialize, Serialize};

/// `GET /api/me`, and the answer to a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Who asks; `anonymous` who did not sign in.
    pub name: Text,
    /// Whether they did.
    pub signed_in: bool,
    /// How: `link`, `account`, `password`, `open-id`, `token`, `probe`, or `anonymous`.
    pub method: Text,
    /// The greatest role whose rights they have on everything: `viewer`, `operator`, `admin`, or
    /// blank.
    pub role: Text,
    /// What they may do on everything: `see`, `secrets`, `logs`, `operate`, `remove`, `terminal`,
    /// `plugins`, `administer`, `publish`.
    pub rights: Vec<Text>,
    /// What they may do somewhere at least: rules may limit rights to hosts, namespaces and
    /// labels. A node's detail tells of its own controls.
    pub rights_somewhere: Vec<Text>,
    /// The ways to sign in here: `link`, `password`, `open-id`.
    pub methods: Vec<Text>,
}

/// `GET /api/audit`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditPage {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// For the parameter `before` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One line of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Counts up from 1.
    pub number: u64,
    /// RFC 3339.
    pub time: String,
    /// `sign-in`, `sign-out`, `control`, `terminal-start`, `terminal-end`.
    pub event: String,
    /// Who.
    pub who: String,
    /// How they signed in, as in `Me`.
    pub method: String,
    /// The address they did it from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// `ok`, or why not.
    pub outcome: String,
    /// Of a control or terminal: what was asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub control: String,
    /// Its node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// The label of that node at the time, where the map had it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The probe that ran it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub probe: String,
    /// The names of its arguments; not their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// The pipe of a terminal or log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pipe: String,
    /// Of a terminal's end: bytes that were typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_bytes: Option<u64>,
    /// Of a terminal's end: bytes that were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// Of a terminal's end: how long it lasted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasted_secs: Option<f64>,
    /// The id of its recording, for `/api/audit/recordings/{id}`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recording: String,
}
