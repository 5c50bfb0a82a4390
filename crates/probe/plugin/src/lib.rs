//! Plugins: reporters outside our process, asked over unix sockets as Weave Scope asks them.
//!
//! A plugin listens on a socket below the plugins' root and answers `GET /report` with a report in
//! JSON; one that is also a controller answers `POST /control`. Each is asked on a thread of its
//! own, so that one that hangs or fails spoils nothing but its own line in the list of plugins.
//! The crate refuses to start plugins, and to believe them: what they send is bounded and checked.

mod folder;

mod unix_socket;

mod client;

mod answer;

mod prefix;

mod masking;

mod roster;

mod worker;

mod reporter;

mod tagger;

mod controls;

pub use answer::{AnswerError, Named, parse_control_answer, parse_report};
pub use controls::PluginControls;

use scope_agent::{Reporter, Secrets, ShortcutSender, Tagger};
use std::path::PathBuf;
use std::sync::Arc;

/// What the probe tells this crate.
#[derive(Clone, Debug)]
pub struct PluginConfig {
    /// The folder whose sockets are plugins, looked through every few seconds; it may come later.
    pub root: PathBuf,
    /// Names the probe to the plugins.
    pub probe_id: String,
    /// Whether what looks like a secret in their reports is masked.
    pub secrets: Secrets,
    /// Takes what a plugin reports after a control.
    pub shortcuts: ShortcutSender,
}

/// The parts of the probe that plugins need.
pub struct Plugins {
    /// Asks the plugins.
    pub reporter: Box<dyn Reporter>,
    /// Adds the plugins' controls to those that a node has from elsewhere.
    pub tagger: Box<dyn Tagger>,
    /// Runs the plugins' controls.
    pub controls: PluginControls,
}

/// Begins to look for plugins.
pub fn start(config: PluginConfig) -> Plugins {
    let roster = Arc::new(roster::Roster::default());
    let tagger = Box::new(tagger::PluginTagger::new(Arc::clone(&roster), &config.probe_id));
    let controls = PluginControls::new(&config, Arc::clone(&roster));
    let reporter = Box::new(reporter::PluginReporter::new(config, roster));
    Plugins { reporter, tagger, controls }
}
