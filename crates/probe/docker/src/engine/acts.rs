//! What an engine is asked to do, each with a limit on the time of its answer.

use super::{Engine, EngineFailure, call, limited};
use bollard::errors::Error;
use bollard::models::ExecConfig;
use bollard::query_parameters as query;
use std::time::Duration;

/// The seconds a container has to stop by itself.
const GRACE_SECS: i32 = 10;

/// The longest wait for a change of a container; the app gives up on it after a minute.
pub(super) const ACT_LIMIT: Duration = Duration::from_secs(50);

/// A change of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Start,
    Stop,
    Restart,
    Pause,
    Unpause,
    Remove,
}

/// What decides how a container is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Console {
    pub has_tty: bool,
    pub is_running: bool,
}

impl Engine {
    /// Changes a container; a change that is done already is no failure.
    pub(crate) async fn act(&self, container_id: &str, act: Act) -> Result<(), EngineFailure> {
        let docker = &self.docker;
        let t = Some(GRACE_SECS);
        let acting = async {
            match act {
                Act::Start => {
                    docker.start_container(container_id, None::<query::StartContainerOptions>).await
                }
                Act::Stop => {
                    let options = query::StopContainerOptions { t, signal: None };
                    docker.stop_container(container_id, Some(options)).await
                }
                Act::Restart => {
                    let options = query::RestartContainerOptions { t, signal: None };
                    docker.restart_container(container_id, Some(options)).await
                }
                Act::Pause => docker.pause_container(container_id).await,
                Act::Unpause => docker.unpause_container(container_id).await,
                Act::Remove => {
                    let none = None::<query::RemoveContainerOptions>;
                    docker.remove_container(container_id, none).await
                }
            }
        };
        limited(act.operation(), ACT_LIMIT, acting).await
    }

    /// Prepares a program to run on a terminal within a container; gives its id.
    pub(crate) async fn prepare_exec(
        &self,
        container_id: &str,
        command: Vec<String>,
        variables: Vec<String>,
        detach_keys: &str,
    ) -> Result<String, EngineFailure> {
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(true),
            detach_keys: Some(detach_keys.to_owned()),
            env: Some(variables),
            cmd: Some(command),
            ..ExecConfig::default()
        };
        let preparing = self.docker.create_exec(container_id, config);
        Ok(call("preparing a shell", preparing).await?.id)
    }

    /// The process of a prepared program while it runs, in the engine's process namespace.
    pub(crate) async fn exec_pid(&self, exec_id: &str) -> Result<Option<i32>, EngineFailure> {
        let asking = self.docker.inspect_exec(exec_id);
        let answer = match call("inspecting a shell", asking).await {
            Err(failure) if failure.is_absence() => return Ok(None),
            answer => answer?,
        };
        let pid = answer.pid.and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 0);
        Ok(pid.filter(|_| answer.running == Some(true)))
    }

    /// Tells the terminal of a prepared program its size, in characters.
    pub(crate) async fn resize_exec(
        &self,
        exec_id: &str,
        (h, w): (i32, i32),
    ) -> Result<(), EngineFailure> {
        let resizing = self.docker.resize_exec(exec_id, query::ResizeExecOptions { h, w });
        call("resizing a terminal", resizing).await
    }

    /// Tells the terminal of a container its size, in characters.
    pub(crate) async fn resize_console(
        &self,
        container_id: &str,
        (h, w): (i32, i32),
    ) -> Result<(), EngineFailure> {
        let options = query::ResizeContainerTTYOptions { h, w };
        let resizing = self.docker.resize_container_tty(container_id, options);
        call("resizing a terminal", resizing).await
    }

    /// How a container can be attached to.
    pub(crate) async fn console(&self, container_id: &str) -> Result<Console, EngineFailure> {
        let none = None::<query::InspectContainerOptions>;
        let asking = self.docker.inspect_container(container_id, none);
        let answer = call("inspecting a container", asking).await?;
        let state = answer.state.unwrap_or_default();
        let is_paused = state.paused.unwrap_or_default();
        Ok(Console {
            has_tty: answer.config.and_then(|config| config.tty).unwrap_or_default(),
            is_running: state.running.unwrap_or_default() && !is_paused,
        })
    }

    /// Whether a container certainly has no file at `path`.
    pub(crate) async fn lacks_file(&self, container_id: &str, path: &str) -> bool {
        let options = query::ContainerArchiveInfoOptions { path: path.to_owned() };
        let asking = self.docker.get_container_archive_info(container_id, Some(options));
        let answer = call("looking for a file", asking).await;
        answer.is_err_and(|failure| failure.is_absence())
    }
}

impl Act {
    fn operation(self) -> &'static str {
        match self {
            Self::Start => "starting the container",
            Self::Stop => "stopping the container",
            Self::Restart => "restarting the container",
            Self::Pause => "pausing the container",
            Self::Unpause => "letting the container go on",
            Self::Remove => "removing the container",
        }
    }
}

impl EngineFailure {
    /// Whether the engine says that there is no such thing.
    pub(crate) fn is_absence(&self) -> bool {
        let Self::Call { source, .. } = self else { return false };
        matches!(source, Error::DockerResponseServerError { status_code: 404, .. })
    }

    /// The engine's own sentence where it has one, else ours.
    pub(crate) fn refusal(&self) -> String {
        match self {
            Self::Call { source: Error::DockerResponseServerError { message, .. }, .. } => {
                message.clone()
            }
            _ => self.in_words(),
        }
    }
}
