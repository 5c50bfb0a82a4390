//! One plugin's thread: asks it, reads what it says.

use crate::answer::{AnswerError, Named, parse_report};
use crate::client::{CallError, Client};
use crate::masking::mask;
use crate::prefix::{ActiveControls, take_active};
use scope_agent::Secrets;
use scope_report::{PluginSpec, Report};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, SyncSender, TrySendError, sync_channel};
use std::time::Instant;

/// What a plugin said, ready to be merged.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) spec: PluginSpec,
    pub(crate) report: Report,
    pub(crate) is_controller: bool,
    pub(crate) active: ActiveControls,
}

/// A plugin failed; the text stands in the list of plugins.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

/// The outcome of one question.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) outcome: Result<Told, Failure>,
}

/// A plugin's thread, which ends when this is dropped, and how the plugin fares.
pub(crate) struct Worker {
    pub(crate) socket: PathBuf,
    pub(crate) client: Client,
    /// As last told, with the status.
    pub(crate) spec: PluginSpec,
    /// When it was asked what it has not answered yet.
    pub(crate) asked: Option<Instant>,
    questions: SyncSender<()>,
}

impl Worker {
    pub(crate) fn start(
        id: &str,
        socket: PathBuf,
        (probe_id, secrets): (&str, Secrets),
        answers: Sender<Answer>,
    ) -> std::io::Result<Self> {
        let (questions, asked) = sync_channel::<()>(1);
        let client = Client::new(socket.clone(), probe_id.to_owned());
        let (own_id, own_client) = (id.to_owned(), client.clone());
        let run = move || {
            while asked.recv().is_ok() {
                let answer =
                    Answer { id: own_id.clone(), outcome: ask(&own_id, &own_client, secrets) };
                if answers.send(answer).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name(format!("plugin-{id}")).spawn(run)?;
        let status = "error: it has not answered yet".into();
        let spec = PluginSpec { id: id.into(), label: id.into(), status, ..PluginSpec::default() };
        Ok(Self { socket, client, spec, asked: None, questions })
    }

    /// Asks unless an answer is still owed; says whether one can be awaited.
    pub(crate) fn ask(&mut self, now: Instant) -> bool {
        if self.asked.is_some() {
            return false;
        }
        match self.questions.try_send(()) {
            Ok(()) => {
                self.asked = Some(now);
                true
            }
            Err(TrySendError::Full(())) => false,
            Err(TrySendError::Disconnected(())) => {
                self.spec.status = "error: asking it failed by a defect of the probe".into();
                false
            }
        }
    }
}

fn ask(id: &str, client: &Client, secrets: Secrets) -> Result<Told, Failure> {
    let bytes = client.report()?;
    let named = parse_report(&bytes, id)?;
    let is_controller = named.is_controller();
    let Named { spec, mut report } = named;
    mask(&mut report, secrets);
    let active = take_active(&mut report, id, is_controller);
    Ok(Told { spec, report, is_controller, active })
}
