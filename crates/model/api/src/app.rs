//! What the app says of itself.

use crate::Text;
use serde::Serialize;

/// `GET /api`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppDetails {
    /// Random per process; probes use it to send one copy to an app with several addresses.
    pub id: Text,
    /// The version of this program.
    pub version: Text,
    /// The host the app runs on.
    pub hostname: Text,
    /// Plugins of the merged report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugins: Option<Vec<PluginSummary>>,
    /// What clients may ask for.
    pub capabilities: Capabilities,
}

/// What clients may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Capabilities {
    /// False: Scope 1.13 says so of an app without a database. What `timestamp` reaches is told by
    /// `GET /api/history`.
    pub historic_reports: bool,
}

/// A plugin and how it fares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PluginSummary {
    /// Names the plugin.
    pub id: Text,
    /// What the reader sees.
    pub label: Text,
    /// A sentence on what it does.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub description: Text,
    /// `reporter`, `controller`.
    pub interfaces: Vec<Text>,
    /// The version of the plugin protocol.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub api_version: Text,
    /// `ok` or `error: …`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub status: Text,
}

/// An entry of `GET /api/probes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProbeEntry {
    /// The probe's id.
    pub id: Text,
    /// The host it runs on.
    pub hostname: Text,
    /// The probe's version.
    pub version: Text,
    /// When it was last heard of, RFC 3339.
    pub last_seen: Text,
}
