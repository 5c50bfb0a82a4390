//! Pipes: the bytes of terminals and logs, between a file of this probe and an app.
//!
//! Nothing is held beyond one frame each way, so whoever does not read holds up whoever writes, up
//! to the program at the far end. A connection that breaks is made again and goes on where it was;
//! an app that says the pipe is closed ends it. The module refuses to know what the bytes mean.

mod relay;

use crate::app_client::AppClient;
use crate::local_end::LocalEnd;
use relay::Relay;
use rustix::rand::{GetRandomFlags, getrandom};
use scope_control::PipeId;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Pipes of this probe at once.
pub const PIPES_MAX: usize = 256;

/// Opens pipes to the app that a call came from.
#[derive(Clone)]
pub struct Pipes {
    app: Arc<AppClient>,
    room: PipeRoom,
}

/// Where pipes run, and how many more there may be; shared by all apps.
#[derive(Clone)]
pub(crate) struct PipeRoom {
    runtime: Handle,
    places: Arc<Semaphore>,
}

/// A pipe could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PipeError {
    /// The limit is reached.
    #[error("{PIPES_MAX} terminals and logs are open on this host; close one and try again")]
    TooMany,
    /// The file at the local end cannot be used.
    #[error("open a pipe: {0}")]
    Local(#[from] io::Error),
}

impl PipeRoom {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { runtime, places: Arc::new(Semaphore::new(PIPES_MAX)) }
    }
}

impl Pipes {
    pub(crate) fn new(app: Arc<AppClient>, room: PipeRoom) -> Self {
        Self { app, room }
    }

    /// Opens a pipe whose local end is `file`, a socket or the master of a terminal.
    ///
    /// The pipe ends when either side does: at the end of `file` what is left is sent and the app
    /// told; when a user closes the pipe, this share of `file` is dropped. A caller that keeps a
    /// share of its own keeps it as `Weak`, lest the program behind never learn that it is alone.
    /// `closed` is called when the pipe is over, or was never opened; it must not block.
    pub fn open(
        &self,
        file: Arc<OwnedFd>,
        closed: impl FnOnce() + Send + 'static,
    ) -> Result<PipeId, PipeError> {
        let farewell = Farewell(Some(Box::new(closed)));
        let Ok(place) = Arc::clone(&self.room.places).try_acquire_owned() else {
            return Err(PipeError::TooMany);
        };
        let id = PipeId::of_random(random()?);
        let local = {
            let _within = self.room.runtime.enter();
            LocalEnd::new(file)?
        };
        let relay = Relay::new(id.clone(), Arc::clone(&self.app), local);
        self.room.runtime.spawn(async move {
            relay.run().await;
            drop(farewell);
            drop(place);
        });
        Ok(id)
    }
}

/// Says that a pipe is over, even to whom the end of the probe takes by surprise.
struct Farewell(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Farewell {
    fn drop(&mut self) {
        if let Some(closed) = self.0.take() {
            closed();
        }
    }
}

/// 128 bits from the kernel.
fn random() -> io::Result<u128> {
    let mut bytes = [0; 16];
    let count = getrandom(&mut bytes, GetRandomFlags::empty())?;
    if count < bytes.len() {
        return Err(io::Error::other("the kernel gave too few random bytes"));
    }
    Ok(u128::from_ne_bytes(bytes))
}
