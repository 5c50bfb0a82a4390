//! Passes controls on to the plugins that offered them.

use crate::PluginConfig;
use crate::answer::parse_control_answer;
use crate::masking::mask;
use crate::prefix::{split, take_active};
use crate::roster::Roster;
use crate::worker::Failure;
use scope_agent::{ControlHandler, Pipes, Secrets, ShortcutSender};
use scope_control::{Invocation, Outcome};
use scope_report::Timestamp;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs the controls named `<plugin>~<control>`.
pub struct PluginControls {
    roster: Arc<Roster>,
    shortcuts: ShortcutSender,
    secrets: Secrets,
}

impl PluginControls {
    pub(crate) fn new(config: &PluginConfig, roster: Arc<Roster>) -> Self {
        Self { roster, shortcuts: config.shortcuts.clone(), secrets: config.secrets }
    }

    /// Asks the plugin to run the control; what it reports with its answer goes out at once.
    pub fn run(&self, invocation: &Invocation) -> Outcome {
        let Some((plugin, control)) = split(&invocation.control) else {
            return Outcome::failed(format!("Control {:?} not recognised", invocation.control));
        };
        match self.ask(plugin, control, invocation) {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Outcome::failed(format!("plugin {plugin} is not there right now")),
            Err(failure) => {
                tracing::warn!(plugin, control, "a control failed: {failure}");
                Outcome::failed(format!("plugin {plugin}: {failure}"))
            }
        }
    }

    fn ask(
        &self,
        plugin: &str,
        control: &str,
        invocation: &Invocation,
    ) -> Result<Option<Outcome>, Failure> {
        let Some(client) = self.roster.client(plugin) else { return Ok(None) };
        let asked = Invocation { control: control.to_owned(), ..invocation.clone() };
        let bytes = client.control(&asked)?;
        let (outcome, report) = parse_control_answer(&bytes, plugin)?;
        if let Some(mut report) = report {
            mask(&mut report, self.secrets);
            let active = take_active(&mut report, plugin, true);
            self.roster.offers_here(plugin, active);
            report.ts = wall_clock();
            if !self.shortcuts.send(report) {
                tracing::debug!(plugin, "no room for what it reported with its answer");
            }
        }
        Ok(Some(outcome))
    }
}

impl ControlHandler for PluginControls {
    fn takes(&self, control: &str) -> bool {
        split(control).is_some_and(|(plugin, _)| self.roster.client(plugin).is_some())
    }

    fn handle(&self, invocation: &Invocation, _: &Pipes) -> Outcome {
        self.run(invocation)
    }
}

fn wall_clock() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = i128::try_from(since_epoch.as_nanos()).unwrap_or_default();
    Timestamp::from_unix_nanos(nanos).unwrap_or_default()
}
